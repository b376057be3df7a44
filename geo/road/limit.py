"""Speed limits: read from text, and what they make of the speed of a class."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from geo.road.road_class import Mode
from geo.road.speed import class_speed_mps

SHARE_OF_LIMIT = 0.8
"""A car averages this share of the limit, lights and crossings included."""

MOST_OF_CLASS = 1.5
"""No limit, however high, lifts a car above this multiple of its class's own speed."""

LOWEST_KPH, HIGHEST_KPH = 5.0, 140.0
"""A figure outside is no speed limit of a road."""

SLOWEST_CAR_KPH = 10.0
"""Nobody drives slower for a sign: gates of housing estates like to say 5."""

OPENED_KPH = {Mode.CAR: 10.0, Mode.EBIKE: 10.0, Mode.FOOT: 5.0}
"""Where a class is closed to the mode but the source opens this very road to it."""

KPH_OF_UNIT = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "公里": 1.0, "mph": 1.609344}
KPH_OF_ZONE = {"walk": 6.0, "living_street": 20.0, "urban": 50.0, "rural": 70.0, "motorway": 120.0}
"""Limits that follow from the place (``CN:urban``), by Chinese traffic law."""

FIGURE = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|公里|mph|)")
ZONE = re.compile(r"(?:[a-z]{2}:)?(\w+)")


def parse_limit_kph(text: str | None) -> float:
    """
    Read a speed limit.

    Parameters
    ----------
    text
        As in OpenStreetMap's ``maxspeed``: ``60``, ``30 mph``, ``CN:urban``, ``walk``,
        ``none``; of several figures with ``;`` the lowest holds.

    Returns
    -------
    limit_kph
        Kilometres an hour; NaN where there is none, it is not understood, or no road
        could have it.
    """
    parts = [_one_limit_kph(part.strip().lower()) for part in (text or "").split(";")]
    return float(np.nanmin(parts)) if np.isfinite(parts).any() else np.nan


def travel_mps(
    mode: Mode, class_code: NDArray[np.uint8], limit_kph: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Give the speed that a mode averages on a class of road under a limit.

    A car without a limit keeps its class's speed; with one it averages `SHARE_OF_LIMIT`
    of it, at most `MOST_OF_CLASS` times the class's speed.  An e-bike keeps below the
    limit.  Walkers have none.  A class that is closed to the mode goes at `OPENED_KPH`.

    Parameters
    ----------
    mode
        Who travels.
    class_code
        Position in ``ROAD_CLASSES``, uint8[n].
    limit_kph
        float64[n], NaN where there is none.

    Returns
    -------
    speed_mps
        Metres a second, float64[n], all above 0.
    """
    base_mps = class_speed_mps(mode)[class_code]
    base_mps = np.where(base_mps > 0, base_mps, OPENED_KPH[mode] / 3.6)
    limit_mps = limit_kph / 3.6
    if mode is Mode.FOOT:
        return base_mps
    if mode is Mode.EBIKE:
        return np.fmin(base_mps, limit_mps)
    limited_mps = np.maximum(limit_mps * SHARE_OF_LIMIT, SLOWEST_CAR_KPH / 3.6)
    limited_mps = np.minimum(limited_mps, base_mps * MOST_OF_CLASS)
    return np.where(np.isnan(limit_mps), base_mps, limited_mps)


def _one_limit_kph(text: str) -> float:
    """Read a single limit, or NaN."""
    if figure := FIGURE.fullmatch(text):
        kph = float(figure[1]) * KPH_OF_UNIT[figure[2]]
        return kph if LOWEST_KPH <= kph <= HIGHEST_KPH else np.nan
    zone = ZONE.fullmatch(text)
    return KPH_OF_ZONE.get(zone[1], np.nan) if zone else np.nan
