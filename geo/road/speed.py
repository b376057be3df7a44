"""Speeds: class and mode to metres a second, and the one rounding to whole milliseconds."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo.road.road_class import ROAD_CLASSES, Mode, RoadClass

WALKING_MPS = 1.4
"""Walking speed from a place to the road and back, metres a second."""

LEAST_KPH, MOST_KPH = 1, 200
LEAST_MPS, MOST_MPS = LEAST_KPH / 3.6, MOST_KPH / 3.6
"""A speed measured or prescribed outside is a unit mistaken."""

FERRY_KPH = 14.0
"""A ferry with no duration of its own, waiting for the next boat included."""

_CAR = {
    RoadClass.MOTORWAY: 85.0,
    RoadClass.MOTORWAY_LINK: 45.0,
    RoadClass.TRUNK: 60.0,
    RoadClass.TRUNK_LINK: 36.0,
    RoadClass.PRIMARY: 44.0,
    RoadClass.PRIMARY_LINK: 30.0,
    RoadClass.SECONDARY: 40.0,
    RoadClass.SECONDARY_LINK: 27.0,
    RoadClass.TERTIARY: 32.0,
    RoadClass.TERTIARY_LINK: 24.0,
    RoadClass.UNCLASSIFIED: 27.0,
    RoadClass.RESIDENTIAL: 22.0,
    RoadClass.LIVING_STREET: 11.0,
    RoadClass.SERVICE: 12.0,
    RoadClass.TRACK: 5.0,
    RoadClass.FERRY: FERRY_KPH,
}

_EBIKE = {
    RoadClass.TRUNK: 25.0,
    RoadClass.TRUNK_LINK: 22.0,
    RoadClass.PRIMARY: 23.0,
    RoadClass.PRIMARY_LINK: 21.0,
    RoadClass.SECONDARY: 23.0,
    RoadClass.SECONDARY_LINK: 21.0,
    RoadClass.TERTIARY: 22.0,
    RoadClass.TERTIARY_LINK: 20.0,
    RoadClass.UNCLASSIFIED: 21.0,
    RoadClass.RESIDENTIAL: 19.0,
    RoadClass.LIVING_STREET: 12.0,
    RoadClass.SERVICE: 14.0,
    RoadClass.TRACK: 12.0,
    RoadClass.CYCLEWAY: 18.0,
    RoadClass.PATH: 10.0,
    RoadClass.FERRY: FERRY_KPH,
}

_FOOT = {
    name: 5.0
    for name in RoadClass
    if name
    not in {RoadClass.MOTORWAY, RoadClass.MOTORWAY_LINK, RoadClass.TRUNK_LINK, RoadClass.FERRY}
} | {RoadClass.STEPS: 2.5, RoadClass.FERRY: FERRY_KPH}

SPEED_KPH = MappingProxyType(
    {
        Mode.CAR: MappingProxyType(_CAR),
        Mode.EBIKE: MappingProxyType(_EBIKE),
        Mode.FOOT: MappingProxyType(_FOOT),
    }
)
"""Average speed in km/h by mode and class, junctions and lights included.

A class that is absent is closed to the mode unless the source says otherwise.
"""


def class_speed_mps(mode: Mode) -> NDArray[np.float64]:
    """
    Tabulate the speeds of a mode by class code.

    Parameters
    ----------
    mode
        Who travels.

    Returns
    -------
    speed_mps
        Metres a second, float64[n_classes] by position in ``ROAD_CLASSES``; 0 where the
        class is closed to the mode.
    """
    return np.array([SPEED_KPH[mode].get(name, 0.0) / 3.6 for name in ROAD_CLASSES])


def edge_time_ms(
    length_m: NDArray[np.float64], speed_mps: NDArray[np.float64] | float
) -> NDArray[np.int64]:
    """
    Price a stretch of road.

    Parameters
    ----------
    length_m
        Metres, float64[n].
    speed_mps
        Metres a second, above 0.

    Returns
    -------
    time_ms
        Milliseconds rounded half to even, int64[n].
    """
    return np.rint(np.asarray(length_m) / speed_mps * 1000.0).astype(np.int64)


def walk_time_ms(distance_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """
    Price the way on foot between a place and the road.

    Parameters
    ----------
    distance_m
        Metres, float64[n].

    Returns
    -------
    time_ms
        Milliseconds at `WALKING_MPS`, int64[n].
    """
    return edge_time_ms(distance_m, WALKING_MPS)
