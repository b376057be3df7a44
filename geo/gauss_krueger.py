"""
Gauss–Krüger zones of CGCS2000: which one a table of metres is in, as far as its figures tell.

Zones are 3 or 6 degrees wide.  Eastings start from 500 km on the middle meridian, and are often
written with the zone's number before them: 38 513 000 is 513 000 in zone 38.  Of those the number
tells the zone, 13 to 23 being the wide ones and 25 to 45 the narrow ones.  Without it nothing does.

Surveyors call the northing x and the easting y; their tables come with the two exchanged.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyproj
from numpy.typing import NDArray

from geo.datum import Crs, LonLat, parse_crs

MILLION: Final = 1e6
MIDDLE_M: Final = 500_000.0
"""Easting of the middle meridian."""

WIDE, NARROW = range(13, 24), range(25, 46)
"""Numbers of the zones of 6 and of 3 degrees that China has."""

EPSG_WIDE, EPSG_NARROW = 4491, 4513
"""Codes of the first of each with the number before eastings; the others follow."""

EPSG_BARE = 4534
"""Code of the first without it, for the meridian of 75 degrees; then one each three degrees."""

FIRST_MERIDIAN, LAST_MERIDIAN = 75, 135

EASTINGS: Final = (100_000.0, 900_000.0)
NORTHINGS: Final = (350_000.0, 6_000_000.0)
LATITUDES: Final = (3.0, 54.0)
LONGITUDES: Final = (73.0, 136.0)
"""Within China; an easting without its zone is always less than a northing north of 8°."""


def zone_epsg(number: int) -> int | None:
    """
    Find the system of a zone with its number before eastings.

    Parameters
    ----------
    number
        13 to 23, or 25 to 45.

    Returns
    -------
    epsg
        Its EPSG code; None if China has no such zone.
    """
    if number in WIDE:
        return EPSG_WIDE + number - WIDE.start
    return EPSG_NARROW + number - NARROW.start if number in NARROW else None


def narrow_epsg(lon: float) -> int | None:
    """
    Find the zone of 3 degrees that a place lies in, without a number before eastings.

    Parameters
    ----------
    lon
        Longitude in degrees.

    Returns
    -------
    epsg
        Its EPSG code; None outside China.
    """
    meridian = round(lon / 3) * 3
    if not FIRST_MERIDIAN <= meridian <= LAST_MERIDIAN:
        return None
    return EPSG_BARE + (meridian - FIRST_MERIDIAN) // 3


def epsg_by_figures(xy: LonLat) -> int | None:
    """
    Tell the zone by the number before eastings.

    Parameters
    ----------
    xy
        Eastings and northings in metres, finite, float64[n, 2].

    Returns
    -------
    epsg
        None where the figures have no number, several, or are no metres of such zones.
    """
    numbers = np.unique(xy[:, 0] // MILLION)
    if len(numbers) != 1 or not _within(xy[:, 1], NORTHINGS).all():
        return None
    bare = xy[:, 0] - numbers[0] * MILLION
    return zone_epsg(int(numbers[0])) if _within(bare, EASTINGS).all() else None


def are_exchanged(xy: LonLat) -> bool:
    """
    Tell whether northings stand where eastings should.

    Parameters
    ----------
    xy
        What should be eastings and northings in metres, or degrees, finite, float64[n, 2].

    Returns
    -------
    exchanged
        True only where the figures allow no other reading.
    """
    if not len(xy):
        return False
    first, second = xy.T
    if _within(first, LATITUDES).all() and _within(second, LONGITUDES).all():
        return True
    numbered = second >= WIDE.start * MILLION
    eastings = np.where(numbered, second % MILLION, second)
    # No easting lies between a million and six: without its zone it is less, with it more.
    return bool(_within(first, (MILLION, NORTHINGS[1])).all() and _within(eastings, EASTINGS).all())


def with_fitting_eastings(crs: Crs, xy: LonLat) -> Crs:
    """
    Exchange a zone for the same with, or without, its number before eastings, as figures have it.

    Parameters
    ----------
    crs
        As it is declared.
    xy
        Eastings and northings in metres, finite, float64[n, 2].

    Returns
    -------
    crs
        The same if it fits, or if it is no such zone.
    """
    zone = _zone_of(crs)
    if zone is None or not len(xy):
        return crs
    meridian, false_easting = zone
    if false_easting < MILLION:
        for number in (meridian // 3, (meridian + 3) // 6):
            if zone_epsg(number) and _within(xy[:, 0] - number * MILLION, EASTINGS).all():
                return parse_crs(f"EPSG:{zone_epsg(number)}")
    elif _within(xy[:, 0], EASTINGS).all():
        return parse_crs(f"EPSG:{narrow_epsg(meridian)}")
    return crs


def _zone_of(crs: Crs) -> tuple[int, float] | None:
    """Meridian and false easting of a zone of CGCS2000; how wide it is makes no difference."""
    system = pyproj.CRS.from_wkt(crs.definition) if crs.definition else None
    if system is None or system.coordinate_operation is None or "2000" not in crs.name:
        return None
    figures = {one.name: float(one.value) for one in system.coordinate_operation.params}
    if figures.get("Scale factor at natural origin") != 1.0 or "False easting" not in figures:
        return None
    return round(figures["Longitude of natural origin"]), figures["False easting"]


def _within(figures: NDArray[np.float64], bounds: tuple[float, float]) -> NDArray[np.bool_]:
    """Which figures lie between two bounds."""
    result: NDArray[np.bool_] = (figures >= bounds[0]) & (figures <= bounds[1])
    return result
