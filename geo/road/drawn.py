"""Roads as a source draws them, cut and priced into streets: what every drawn source shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.limit import travel_mps
from geo.road.network import LONGEST_EDGE_MS
from geo.road.noding import Cut
from geo.road.road_class import Mode
from geo.road.speed import edge_time_ms
from geo.road.streets import CLOSED, Streets

TOO_LONG = "streets that take longer than a day, closed"


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """
    What is known of drawn roads, one row each.

    Attributes
    ----------
    class_code
        Position in ``ROAD_CLASSES``, uint8[n].
    is_open
        Whether each direction may be used, bool[n, 2].
    limit_kph
        Speed limit of each direction, float64[n, 2], NaN where there is none.
    pace
        Factor on the speed that class and limit give, float64[n].
    duration_s
        Seconds from end to end where the source says so, float64[n], NaN elsewhere.
    way_id
        What the source calls each road, int64[n].
    name
        Street names, empty where there is none.
    """

    class_code: NDArray[np.uint8]
    is_open: NDArray[np.bool_]
    limit_kph: NDArray[np.float64]
    pace: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    way_id: NDArray[np.int64]
    name: Sequence[str]


def priced(
    roads: Roads,
    cut: Cut,
    road: NDArray[np.int64],
    *,
    mode: Mode,
    node_source_id: NDArray[np.int64],
) -> Streets:
    """
    Price the streets that roads were cut into.

    Parameters
    ----------
    roads
        The roads.
    cut
        Streets between junctions.
    road
        Row of the road that each street is part of, int64[n_streets].
    mode
        Who travels.
    node_source_id
        What the source calls each junction, int64[n_nodes].

    Returns
    -------
    streets
        Without turn rules; ``notes`` counts what takes longer than a day.
    """
    timed_mps = _timed_mps(roads, cut, road)
    times, n_too_long = [], 0
    for direction in (0, 1):
        mps = roads.pace[road] * travel_mps(
            mode, roads.class_code[road], roads.limit_kph[road, direction]
        )
        ms = edge_time_ms(cut.length_m, np.where(np.isnan(timed_mps), mps, timed_mps))
        usable = roads.is_open[road, direction] & (ms <= LONGEST_EDGE_MS)
        n_too_long += int((roads.is_open[road, direction] & ~usable).sum())
        times.append(np.where(usable, ms, CLOSED))
    names, name_of_road = np.unique(["", *roads.name], return_inverse=True)
    return Streets(
        node_lon_lat=cut.node_lon_lat,
        node_source_id=node_source_id,
        tail=cut.tail,
        head=cut.head,
        road_class=roads.class_code[road],
        length_m=cut.length_m,
        forward_ms=times[0],
        backward_ms=times[1],
        point=cut.point,
        first_point=cut.first_point,
        way_id=roads.way_id[road],
        name=(name_of_road.ravel()[1:][road] - 1).astype(np.int32),
        names=tuple(str(name) for name in names[1:]),
        notes={TOO_LONG: n_too_long} if n_too_long else {},
    )


def _timed_mps(roads: Roads, cut: Cut, road: NDArray[np.int64]) -> NDArray[np.float64]:
    """Speed of each street whose road says how long it takes, else NaN."""
    road_length_m = np.bincount(road, cut.length_m, minlength=len(roads.class_code))
    timed = np.isfinite(roads.duration_s) & (road_length_m > 0)
    mps = np.full(len(timed), np.nan)
    mps[timed] = road_length_m[timed] / roads.duration_s[timed]
    return mps[road]
