"""Under way: when officers who are bound already would be complete at a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Need
from dispatch.lineup import STALE_AFTER_S
from dispatch.roster import Roster
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.travel_time import UNREACHABLE_MS
from geo.road.week import hour_of_week


def complete_after_s(  # noqa: PLR0913 -- who, whereto, what they must bring, and as of when
    whereabouts: Whereabouts,
    officers: Iterable[str],
    destination: Mapping[Mode, Joins],
    need: Need,
    *,
    now: datetime,
    stale_after_s: float = STALE_AFTER_S,
    turned_out: bool = False,
) -> float | None:
    """
    Tell when some officers would be legally complete at a place, whatever they are busy with.

    Parameters
    ----------
    whereabouts
        Where the officers are.
    officers
        Ids of those who go.
    destination
        The place as it joins the roads of each mode.
    need
        What they must bring between them.  If those who are counted on can't bring it, they
        are there when the last of them is.
    now
        The present, with offset.
    stale_after_s
        Officers whose position is older are not counted on.
    turned_out
        Whether they are on the road already, so that the median turn-out lies behind them.

    Returns
    -------
    after_s
        Seconds from now, the median where the city has a model of arrivals; None if none of
        them can be counted on to arrive.
    """
    row_of = whereabouts.city.roster.officer_row
    rows = np.array(sorted(row_of[one] for one in officers if one in row_of), dtype=np.int64)
    rows = rows[_counted_on(whereabouts, rows, now.timestamp() - stale_after_s)]
    travel_s = _travel_s(whereabouts, rows, destination)
    rows, travel_s = rows[np.isfinite(travel_s)], travel_s[np.isfinite(travel_s)]
    if not len(rows):
        return None
    arrival_s = _arrival_s(whereabouts, rows, travel_s, now=now, turned_out=turned_out)
    return _complete_s(whereabouts.city.roster, rows, arrival_s, need)


def _counted_on(
    whereabouts: Whereabouts, rows: NDArray[np.int64], oldest_s: float
) -> NDArray[np.bool_]:
    """Which officers are on duty and have a position on a road that is not too old."""
    on_duty = whereabouts.status[rows] != STATUSES.index(DutyStatus.OFF_DUTY)
    counted_on: NDArray[np.bool_] = (
        on_duty & (whereabouts.fix_time_s[rows] >= oldest_s) & whereabouts.on_road[rows]
    )
    return counted_on


def _travel_s(
    whereabouts: Whereabouts, rows: NDArray[np.int64], destination: Mapping[Mode, Joins]
) -> NDArray[np.float64]:
    """Seconds on the road of each officer; inf where no road leads."""
    city = whereabouts.city
    travel_s = np.full(len(rows), np.inf)
    for mode, joins in destination.items():
        of_mode = np.flatnonzero(np.isin(rows, city.roster.travelling_by(mode, rows)))
        if len(of_mode):
            here = whereabouts.joins.take(rows[of_mode])
            ms = city.travel_times[mode].matrix(here, joins)[:, 0]
            travel_s[of_mode] = np.where(ms == UNREACHABLE_MS, np.inf, ms / 1000)
    return travel_s


def _arrival_s(
    whereabouts: Whereabouts,
    rows: NDArray[np.int64],
    travel_s: NDArray[np.float64],
    *,
    now: datetime,
    turned_out: bool,
) -> NDArray[np.float64]:
    """Median seconds until each officer is there."""
    city = whereabouts.city
    model = city.arrival_model
    if model is None:
        return travel_s
    mode = city.crew_modes[city.roster.crew_of[rows]]
    age_s = np.maximum(now.timestamp() - whereabouts.fix_time_s[rows], 0.0)
    median_s = model.eta(travel_s, mode=mode, hour=hour_of_week(now), age_s=age_s).p50_s
    behind_s = model.turn_out_s[mode] if turned_out else 0.0
    return np.maximum(median_s - behind_s, 0.0)


def _complete_s(
    roster: Roster, rows: NDArray[np.int64], arrival_s: NDArray[np.float64], need: Need
) -> float:
    """When officers are complete; if they can never be, when the last of them is there."""
    certified = roster.certified[rows]
    full = np.sort(arrival_s[certified])
    needed_s = [full[need.certified - 1] if len(full) >= need.certified else np.inf]
    for skill in need.skills:
        holds = (
            certified & roster.skilled.get(skill, np.zeros(len(roster.officers), np.bool_))[rows]
        )
        needed_s.append(arrival_s[holds].min(initial=np.inf))
    complete_s = max(needed_s)
    return round(float(complete_s if np.isfinite(complete_s) else arrival_s.max()), 3)
