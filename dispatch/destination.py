"""Destinations: several places at once, and how long officers and crews take to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.joining import join_or_leave_out
from dispatch.matter import MIN_CERTIFIED
from dispatch.roster import MODES
from dispatch.whereabouts import NEVER_MS, Whereabouts
from geo.errors import OutsideNetwork
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.travel_time import UNREACHABLE_MS

MOST_TIMES = 8_000_000
"""Travel times that are held at once: 64 MB."""


def join_places(city: City, lon_lat: NDArray[np.float64]) -> dict[Mode, Joins]:
    """
    Join places to the roads of every mode that officers travel in.

    Parameters
    ----------
    city
        The city.
    lon_lat
        Places, float64[n, 2], WGS-84 degrees.

    Returns
    -------
    joins
        By mode, one per place; its place is NaN where no road of the mode is near.
    """
    joins: dict[Mode, Joins] = {}
    for mode in city.roster.mode_rows if len(lon_lat) else ():
        parts = [found for _, found in join_or_leave_out(city.travel_times[mode], lon_lat)]
        joins[mode] = Joins(
            *(
                np.concatenate([getattr(part, column.name) for part in parts])
                for column in fields(Joins)
            )
        )
    return joins


def refuse_far_places(
    names: tuple[str, ...], lon_lat: NDArray[np.float64], joins: Mapping[Mode, Joins]
) -> None:
    """
    Refuse places that no road of any mode is near.

    Parameters
    ----------
    names
        What the places are called.
    lon_lat
        Places, float64[n, 2].
    joins
        How they join the roads.

    Raises
    ------
    OutsideNetwork
        The first such place is named.
    """
    near = np.zeros(len(names), dtype=np.bool_)
    for found in joins.values():
        near |= ~np.isnan(found.lon_lat[:, 0])
    for row in np.flatnonzero(~near)[:1].tolist():
        lon, lat = lon_lat[row].tolist()
        raise OutsideNetwork(
            f"{names[row]} at {lon:.5f}, {lat:.5f} is too far from every road; move it nearer."
        )


def officers_to_places_ms(
    whereabouts: Whereabouts, officers: NDArray[np.int64], joins: Mapping[Mode, Joins]
) -> NDArray[np.int64]:
    """
    Travel times of some officers to some places, each by the roads of his or her mode.

    Parameters
    ----------
    whereabouts
        Where they are.
    officers
        Rows of officers, int64[n].
    joins
        The places by mode, see `join_places`.

    Returns
    -------
    travel_ms
        int64[n, n_places]; `NEVER_MS` where no road leads.
    """
    city = whereabouts.city
    n_places = max((len(places) for places in joins.values()), default=0)
    times = np.full((len(officers), n_places), NEVER_MS)
    located = whereabouts.on_road[officers]
    for mode, places in joins.items():
        mine = located & (city.roster.mode_of[officers] == MODES.index(mode))
        from_rows, to_rows = np.flatnonzero(mine), np.flatnonzero(~np.isnan(places.lon_lat[:, 0]))
        if len(from_rows) and len(to_rows):
            here = whereabouts.joins.take(officers[from_rows])
            ms = city.travel_times[mode].matrix(here, places.take(to_rows))
            times[np.ix_(from_rows, to_rows)] = np.where(ms == UNREACHABLE_MS, NEVER_MS, ms)
    return times


def crews_to_places_ms(
    whereabouts: Whereabouts,
    crews: NDArray[np.int64],
    ready: NDArray[np.bool_],
    joins: Mapping[Mode, Joins],
) -> NDArray[np.int64]:
    """
    Say when crews would be legally complete at some places, by the bare travel times.

    Parameters
    ----------
    whereabouts
        Where the officers are.
    crews
        Rows of crews in ascending order, int64[n].
    ready
        Officers who count and can be sent, bool[n_officers].
    joins
        The places by mode.

    Returns
    -------
    travel_ms
        int64[n, n_places]; `NEVER_MS` where a crew can't be complete.
    """
    crew_of = whereabouts.city.roster.crew_of
    wanted = np.zeros(len(whereabouts.city.roster.crews), dtype=np.bool_)
    wanted[crews] = True
    rows = np.flatnonzero(ready & wanted[crew_of])
    rows = rows[np.argsort(crew_of[rows], kind="stable")]
    n_places = max((len(places) for places in joins.values()), default=0)
    complete_ms = np.full((len(crews), n_places), NEVER_MS)
    first = np.searchsorted(crew_of[rows], np.append(crews, len(wanted)))
    at_once = max(MOST_TIMES // max(len(rows), 1), 1)
    for start in range(0, n_places, at_once):
        part = slice(start, start + at_once)
        here = {mode: places.take(part) for mode, places in joins.items()}
        travel_ms = officers_to_places_ms(whereabouts, rows, here)
        for crew in range(len(crews)):
            members = travel_ms[first[crew] : first[crew + 1]]
            complete_ms[crew, part] = _nth(members, MIN_CERTIFIED)
    return complete_ms


def _nth(travel_ms: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """N-th smallest of each column; never where there are fewer rows."""
    if len(travel_ms) < n:
        return np.full(travel_ms.shape[1], NEVER_MS)
    smallest: NDArray[np.int64] = np.partition(travel_ms, n - 1, axis=0)[n - 1]
    return smallest
