"""
Tile matrix sets: how a plane is cut into tiles, level by level, as OGC 17-083r4 describes it.

`WEB_MERCATOR_QUAD` and `WORLD_CRS84_QUAD` are those of the OGC's register.  `CGCS2000_QUAD` is
our own: the tiles of the latter in the official datum, whose axes are latitude and longitude.
Tiles of it hold the same figures, since CGCS2000 is taken for WGS-84 here (`geo.datum`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from geo.datum import LonLat

EARTH_RADIUS_M = 6_378_137.0
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
PIXELS = 256
"""Along one side of a tile, by which scales are counted."""

PIXEL_M = 0.00028
"""Side of a pixel by which the OGC counts scales."""

_MOST_NORTHERN = 89.9
"""Nothing is drawn nearer to a pole: web Mercator would need infinitely many tiles."""

Box = tuple[float, float, float, float]
"""West, south, east and north."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Tiles of one level that may hold something.

    Attributes
    ----------
    zoom
        The level.
    first_row, last_row, first_column, last_column
        Both ends belong to them.
    """

    zoom: int
    first_row: int
    last_row: int
    first_column: int
    last_column: int

    def hold(self, row: int, column: int) -> bool:
        """
        Tell whether a tile is among them.

        Parameters
        ----------
        row, column
            Where it lies.

        Returns
        -------
        held
            True on the ends, too.
        """
        rows = self.first_row <= row <= self.last_row
        return rows and self.first_column <= column <= self.last_column


@dataclass(frozen=True, slots=True)
class TileMatrixSet:
    """
    A way to cut a plane into tiles; each level has twice the rows and columns of the one above.

    Attributes
    ----------
    name, title
        What it is called, for programs and for people.
    crs
        Address of its coordinate system.
    axes
        Names of the system's axes, in its own order.
    uri, scale_set
        Addresses in the OGC's register of the set and of its scales; None where it has none.
    north_first
        Whether the system's first axis runs north.
    west, north
        Corner of the first tile, in units of the plane.
    side
        Of a tile of level 0, in units of the plane.
    columns
        At level 0; there is one row.
    levels
        Number of levels.
    unit_m
        Metres in a unit of the plane, by which scales are counted.
    to_plane
        Brings WGS-84 longitude and latitude onto the plane, x before y.
    """

    name: str
    title: str
    crs: str
    axes: tuple[str, str]
    uri: str | None
    scale_set: str | None
    north_first: bool
    west: float
    north: float
    side: float
    columns: int
    levels: int
    unit_m: float
    to_plane: Callable[[LonLat], LonLat]

    def has(self, zoom: int, row: int, column: int) -> bool:
        """
        Tell whether there is such a tile.

        Parameters
        ----------
        zoom, row, column
            Its address; row 0 lies in the north.

        Returns
        -------
        has
            False outside the levels, rows and columns.
        """
        return (
            0 <= zoom < self.levels and 0 <= row < 1 << zoom and 0 <= column < self.columns << zoom
        )

    def side_at(self, zoom: int) -> float:
        """
        Measure a tile.

        Parameters
        ----------
        zoom
            Its level.

        Returns
        -------
        side
            In units of the plane.
        """
        return self.side / (1 << zoom)

    def corner(self, zoom: int, row: int, column: int) -> tuple[float, float]:
        """
        Find the north-western corner of a tile.

        Parameters
        ----------
        zoom, row, column
            Its address.

        Returns
        -------
        corner
            x and y in units of the plane.
        """
        side = self.side_at(zoom)
        return self.west + column * side, self.north - row * side

    def whole(self, zoom: int) -> Limits:
        """
        List all tiles of a level.

        Parameters
        ----------
        zoom
            The level.

        Returns
        -------
        limits
            From the first to the last.
        """
        return Limits(zoom, 0, (1 << zoom) - 1, 0, (self.columns << zoom) - 1)

    def limits(self, zoom: int, box: Box) -> Limits:
        """
        List the tiles of a level that a box touches.

        Parameters
        ----------
        zoom
            The level.
        box
            WGS-84 degrees.

        Returns
        -------
        limits
            Those and none beyond.
        """
        plane = self.to_plane(np.array(box, dtype=np.float64).reshape(2, 2))
        (west, south), (east, north) = plane.tolist()
        side = self.side_at(zoom)
        whole = self.whole(zoom)
        return Limits(
            zoom,
            _clamped((self.north - north) / side, whole.last_row),
            _clamped((self.north - south) / side, whole.last_row),
            _clamped((west - self.west) / side, whole.last_column),
            _clamped((east - self.west) / side, whole.last_column),
        )


def _clamped(place: float, last: int) -> int:
    """Whole number below a place, within the plane."""
    return min(max(math.floor(place), 0), last)


def _in_degrees(lon_lat: LonLat) -> LonLat:
    """Degrees are the plane."""
    return lon_lat


def _in_web_mercator(lon_lat: LonLat) -> LonLat:
    """Metres of the sphere that web maps are drawn on."""
    longitude, latitude = lon_lat.T
    latitude = np.radians(np.clip(latitude, -_MOST_NORTHERN, _MOST_NORTHERN))
    x = EARTH_RADIUS_M * np.radians(longitude)
    y = EARTH_RADIUS_M * np.log(np.tan(math.pi / 4 + latitude / 2))
    return np.stack([x, y], axis=1)


WEB_MERCATOR_QUAD = TileMatrixSet(
    name="WebMercatorQuad",
    title="Google Maps Compatible for the World",
    crs="http://www.opengis.net/def/crs/EPSG/0/3857",
    axes=("X", "Y"),
    uri="http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
    scale_set="http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
    north_first=False,
    west=-HALF_WORLD_M,
    north=HALF_WORLD_M,
    side=2 * HALF_WORLD_M,
    columns=1,
    levels=25,
    unit_m=1.0,
    to_plane=_in_web_mercator,
)

WORLD_CRS84_QUAD = TileMatrixSet(
    name="WorldCRS84Quad",
    title="CRS84 for the World",
    crs="http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    axes=("Lon", "Lat"),
    uri="http://www.opengis.net/def/tilematrixset/OGC/1.0/WorldCRS84Quad",
    scale_set="http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad",
    north_first=False,
    west=-180.0,
    north=90.0,
    side=180.0,
    columns=2,
    levels=24,
    unit_m=EARTH_RADIUS_M * math.pi / 180,
    to_plane=_in_degrees,
)

CGCS2000_QUAD = TileMatrixSet(
    name="CGCS2000Quad",
    title="国家大地坐标系经纬度切片 CGCS2000 for the World",
    crs="http://www.opengis.net/def/crs/EPSG/0/4490",
    axes=("Lat", "Lon"),
    uri=None,
    scale_set=None,  # the register's counts in CRS84
    north_first=True,
    west=-180.0,
    north=90.0,
    side=180.0,
    columns=2,
    levels=24,
    unit_m=EARTH_RADIUS_M * math.pi / 180,
    to_plane=_in_degrees,
)

TILE_MATRIX_SETS: Mapping[str, TileMatrixSet] = MappingProxyType(
    {each.name: each for each in (WEB_MERCATOR_QUAD, WORLD_CRS84_QUAD, CGCS2000_QUAD)}
)
"""All sets, by name."""
