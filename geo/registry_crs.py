"""
Registry CRS: coordinate systems as the registries of OGC and EPSG have them, axes in their order.

Inside there is only longitude before latitude.  The EPSG registry has latitude first in EPSG:4326
and EPSG:4490, and the northing first in the Gauss–Krüger zones of CGCS2000, as surveyors do.
Whoever names a system by its registry means that order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import pyproj

from geo.datum import WGS84, Crs, LonLat, from_wgs84, parse_crs, to_wgs84_or_nowhere
from geo.gauss_krueger import narrow_epsg, zone_epsg

CRS84_URI: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS84H_URI: Final = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
EPSG_URI: Final = "http://www.opengis.net/def/crs/EPSG/0/"

DEGREE_DECIMALS, METRE_DECIMALS = 9, 4
"""A tenth of a millimetre, in degrees and in metres."""

ALWAYS: Final = (4326, 4490, 3857, 4547, 4549)
"""Systems that every city is offered in, besides its own zone and CRS84."""


@dataclass(frozen=True, slots=True)
class RegistryCrs:
    """
    A coordinate system of a registry.

    Attributes
    ----------
    uri
        What names it.
    crs
        The system.
    north_first
        Whether its first axis points north.
    in_degrees
        Whether its axes are measured in degrees.
    """

    uri: str
    crs: Crs
    north_first: bool = False
    in_degrees: bool = True

    def from_lon_lat(self, lon_lat: LonLat) -> LonLat:
        """
        Bring positions to this system.

        Parameters
        ----------
        lon_lat
            WGS-84 degrees, float64[n, 2].

        Returns
        -------
        positions
            In the order of its axes, to a tenth of a millimetre; not finite where there is none.
        """
        known = np.isfinite(lon_lat).all(axis=1) & (np.abs(lon_lat) <= (180, 90)).all(axis=1)
        moved = np.full(lon_lat.shape, np.nan)
        moved[known] = from_wgs84(lon_lat[known], self.crs)
        rounded = np.round(moved, DEGREE_DECIMALS if self.in_degrees else METRE_DECIMALS)
        return rounded[:, ::-1] if self.north_first else rounded

    def to_lon_lat(self, positions: LonLat) -> LonLat:
        """
        Bring positions of this system inside.

        Parameters
        ----------
        positions
            In the order of its axes, float64[n, 2].

        Returns
        -------
        lon_lat
            WGS-84 degrees; NaN where a position is outside the system's range.
        """
        given = positions[:, ::-1] if self.north_first else positions
        return to_wgs84_or_nowhere(given, self.crs)


CRS84: Final = RegistryCrs(CRS84_URI, WGS84)


@lru_cache(maxsize=64)
def epsg_crs(code: int) -> RegistryCrs:
    """
    Find a system of the EPSG registry.

    Parameters
    ----------
    code
        Its code.

    Returns
    -------
    crs
        With the order of its axes.

    Raises
    ------
    UnknownCrs
        There is no such system, or nothing brings it to WGS-84.
    """
    crs = parse_crs(f"EPSG:{code}")
    axes = pyproj.CRS.from_epsg(code).axis_info
    return RegistryCrs(
        uri=f"{EPSG_URI}{code}",
        crs=crs,
        north_first=axes[0].direction == "north",
        in_degrees=axes[0].unit_name == "degree",
    )


def systems_at(lon: float) -> tuple[RegistryCrs, ...]:
    """
    List the systems in which a city is offered.

    Parameters
    ----------
    lon
        Longitude of its centre, degrees.

    Returns
    -------
    systems
        CRS84 first; the Gauss–Krüger zone that the city lies in among them, with and without
        its number before eastings.
    """
    bare = narrow_epsg(lon)
    own = () if bare is None else (bare, zone_epsg(round(lon / 3)))
    codes = [*ALWAYS, *(code for code in own if code is not None and code not in ALWAYS)]
    return (CRS84, *map(epsg_crs, codes))
