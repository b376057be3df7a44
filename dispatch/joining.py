"""Joining many places to roads, some of which may be too far from any."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.errors import OutsideNetwork
from geo.road.snap import Joins
from geo.road.travel_time import TravelTimes


def join_or_leave_out(
    engine: TravelTimes, lon_lat: NDArray[np.float64], first: int = 0
) -> list[tuple[slice, Joins]]:
    """
    Join places in as few questions as possible, leaving out those too far from any road.

    Parameters
    ----------
    engine
        The roads.
    lon_lat
        Places, float64[n, 2], WGS-84 degrees.
    first
        Row of the first place among those that are asked about.

    Returns
    -------
    parts
        Rows and how they join; `nowhere` for a place that no road serves.
    """
    last = first + len(lon_lat)
    try:
        return [(slice(first, last), engine.join(lon_lat))]
    except OutsideNetwork:
        if len(lon_lat) == 1:
            return [(slice(first, last), nowhere(1))]
    half = len(lon_lat) // 2
    return [
        *join_or_leave_out(engine, lon_lat[:half], first),
        *join_or_leave_out(engine, lon_lat[half:], first + half),
    ]


def nowhere(n_places: int) -> Joins:
    """
    Give joins of places that no road serves.

    Parameters
    ----------
    n_places
        How many.

    Returns
    -------
    joins
        With places of NaN.
    """
    return Joins(
        lon_lat=np.full((n_places, 2), np.nan),
        node=np.full(n_places, -1, dtype=np.int32),
        street=np.full(n_places, -1, dtype=np.int32),
        along=np.zeros(n_places),
        distance_m=np.zeros(n_places),
        walk_ms=np.zeros(n_places, dtype=np.int64),
    )
