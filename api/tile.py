"""Roads as vector tiles: clipped, thinned and encoded from the network in memory."""

from __future__ import annotations

import math
from functools import lru_cache

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.city import City
from geo.errors import BadValue
from geo.road.network import RoadNetwork
from geo.road.road_class import ROAD_CLASSES, Mode, RoadClass
from geo.road.travel_time import NetworkTravelTimes

EARTH_RADIUS_M = 6_378_137.0
HALF_WORLD_M = math.pi * EARTH_RADIUS_M
EXTENT = 4096
"""Units along one side of a tile."""

BUFFER = 64
"""Units beyond the tile's edge that are kept, so that strokes meet between tiles."""

MAX_ZOOM = 15
"""Deepest zoom that is cut; deeper views stretch it."""

_FIRST_ZOOM: dict[RoadClass, int] = {
    RoadClass.MOTORWAY: 0,
    RoadClass.TRUNK: 0,
    RoadClass.FERRY: 0,
    RoadClass.PRIMARY: 0,
    RoadClass.MOTORWAY_LINK: 9,
    RoadClass.TRUNK_LINK: 9,
    RoadClass.PRIMARY_LINK: 10,
    RoadClass.SECONDARY: 10,
    RoadClass.SECONDARY_LINK: 11,
    RoadClass.TERTIARY: 11,
    RoadClass.TERTIARY_LINK: 12,
    RoadClass.UNCLASSIFIED: 12,
    RoadClass.RESIDENTIAL: 13,
    RoadClass.LIVING_STREET: 13,
}
"""Zoom from which a class is drawn; every other class from `_LAST_FIRST_ZOOM`."""

_LAST_FIRST_ZOOM = 14


def tiles_of(city: City) -> RoadTiles | None:
    """
    Draw the roads that cars drive on.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    tiles
        None for a city without a road network.
    """
    engine = city.travel_times.get(Mode.CAR)
    return RoadTiles(engine.network) if isinstance(engine, NetworkTravelTimes) else None


class RoadTiles:
    """
    Vector tiles of one road network.

    Parameters
    ----------
    network
        The network; its version names the tiles.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self.version = network.version
        self._line = _mercator_lines(network)
        self._tree = shapely.STRtree(self._line)
        self._class = network.street_class
        self._name = network.street_name
        self._names = network.names
        self._cut = lru_cache(maxsize=2048)(self._cut_uncached)

    def tile(self, zoom: int, column: int, row: int) -> bytes:
        """
        Cut one tile.

        Parameters
        ----------
        zoom, column, row
            Address of the tile in the usual web scheme, row 0 in the north.

        Returns
        -------
        mvt
            Mapbox vector tile with one layer ``roads`` (``class``, ``name``); empty bytes
            where there are no roads.

        Raises
        ------
        BadValue
            There is no such tile.
        """
        if not (0 <= zoom <= MAX_ZOOM and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
            raise BadValue(
                f"Tile {zoom}/{column}/{row} does not exist: zoom runs from 0 to {MAX_ZOOM}, "
                "column and row from 0 to 2^zoom - 1."
            )
        return self._cut(zoom, column, row)

    def _cut_uncached(self, zoom: int, column: int, row: int) -> bytes:
        """Clip and thin the streets of a tile and encode them, one feature per class and name."""
        side_m = 2 * HALF_WORLD_M / (1 << zoom)
        west, north = column * side_m - HALF_WORLD_M, HALF_WORLD_M - row * side_m
        bounds = (west, north - side_m, west + side_m, north)
        reach = shapely.box(*bounds).buffer(side_m * BUFFER / EXTENT, join_style="mitre")
        street = np.sort(self._tree.query(reach))
        street = street[FIRST_ZOOM_OF_CODE[self._class[street]] <= zoom]
        line = shapely.clip_by_rect(self._line[street], *reach.bounds)
        line = shapely.simplify(line, side_m / EXTENT * 2, preserve_topology=False)
        drawn = ~shapely.is_empty(line)
        line = _in_tile_units(line[drawn], west, north, EXTENT / side_m)
        features = self._features(street[drawn], line)
        if not features:
            return b""
        tile: bytes = mapbox_vector_tile.encode(
            {"name": "roads", "features": features},
            default_options={"y_coord_down": True, "extents": EXTENT},
        )
        return tile

    def _features(
        self, street: NDArray[np.int64], line: NDArray[np.object_]
    ) -> list[dict[str, object]]:
        """Streets of one class and name become one feature."""
        key = np.stack([self._class[street].astype(np.int64), self._name[street]], axis=1)
        kinds, member = np.unique(key, axis=0, return_inverse=True)
        features: list[dict[str, object]] = []
        for kind, (code, name) in enumerate(kinds):
            geometry = shapely.multilinestrings(shapely.get_parts(line[member.ravel() == kind]))
            properties = {"class": str(ROAD_CLASSES[code])}
            if name >= 0:
                properties["name"] = self._names[name]
            features.append({"geometry": geometry, "properties": properties})
        return features


FIRST_ZOOM_OF_CODE: NDArray[np.int64] = np.array(
    [_FIRST_ZOOM.get(name, _LAST_FIRST_ZOOM) for name in ROAD_CLASSES]
)
"""Zoom from which a class is drawn, by the class's code."""


def _in_tile_units(
    line: NDArray[np.object_], west: float, north: float, units_per_m: float
) -> NDArray[np.object_]:
    """Move lines into the tile's own units, the origin at its north-western corner."""
    origin = np.array([west, north])
    scale = np.array([units_per_m, -units_per_m])
    moved: NDArray[np.object_] = shapely.transform(
        line, lambda point: np.rint((point - origin) * scale)
    )
    return moved


def _mercator_lines(network: RoadNetwork) -> NDArray[np.object_]:
    """Every street as a line in web Mercator metres."""
    longitude, latitude = np.radians(network.point).T
    x = EARTH_RADIUS_M * longitude
    y = EARTH_RADIUS_M * np.log(np.tan(math.pi / 4 + latitude / 2))
    lines: NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, np.stack([x, y], axis=1), (network.first_point,)
    )
    return lines
