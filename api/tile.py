"""Vector tiles of roads and of tables of features, cut from memory and kept while they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from geo.errors import BadValue
from geo.feature_table import FeatureTable
from geo.flat_shapes import FlatShapes, Runs, flat_lines, flatten
from geo.road.network import RoadNetwork
from geo.road.road_class import ROAD_CLASSES, Mode, RoadClass
from geo.road.travel_time import NetworkTravelTimes
from geo.tile_cut import cut
from geo.tile_matrix import WEB_MERCATOR_QUAD, TileMatrixSet
from geo.vector_tile import encode_layer

MAX_ZOOM = 15
"""Deepest zoom that is cut; deeper views stretch it."""

MOST_KEPT = 1024
"""Tiles of one layer that are kept."""

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

FIRST_ZOOM_OF_CODE: NDArray[np.int64] = np.array(
    [_FIRST_ZOOM.get(name, _LAST_FIRST_ZOOM) for name in ROAD_CLASSES]
)
"""Zoom from which a class is drawn, by the class's code."""


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
        self._network = network
        self._class = network.street_class
        named = network.street_name.astype(np.int64) + 1
        self._kind = self._class.astype(np.int64) * (len(network.names) + 1) + named
        self._flat = lru_cache(maxsize=None)(self._flatten)
        self._kept = lru_cache(maxsize=MOST_KEPT)(self._cut)

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
        if zoom > MAX_ZOOM or not WEB_MERCATOR_QUAD.has(zoom, row, column):
            raise BadValue(
                f"Tile {zoom}/{column}/{row} does not exist: zoom runs from 0 to {MAX_ZOOM}, "
                "column and row from 0 to 2^zoom - 1."
            )
        return self.tile_in(WEB_MERCATOR_QUAD, zoom, row, column)

    def tile_in(self, matrix: TileMatrixSet, zoom: int, row: int, column: int) -> bytes:
        """
        Cut one tile of any set.

        Parameters
        ----------
        matrix, zoom, row, column
            The set, and an address that it has.

        Returns
        -------
        mvt
            As above.
        """
        return self._kept(matrix, zoom, row, column)

    def _flatten(self, matrix: TileMatrixSet) -> FlatShapes:
        """Streets on the plane of a set."""
        return flat_lines(matrix.to_plane(self._network.point), self._network.first_point)

    def _cut(self, matrix: TileMatrixSet, zoom: int, row: int, column: int) -> bytes:
        """Clip and thin the streets of a tile and encode them, one feature per class and name."""
        drawn = FIRST_ZOOM_OF_CODE[self._class] <= zoom
        shapes = self._flat(matrix)
        runs = cut(shapes, matrix, zoom, row, column, small=False, rows=drawn)
        kind, runs = _merged(runs, self._kind[runs.row])
        code, name = np.divmod(kind, len(self._network.names) + 1)
        names = (None, *self._network.names)
        columns = {
            "class": [str(ROAD_CLASSES[each]) for each in code],
            "name": [names[each] for each in name],
        }
        return encode_layer("roads", runs, columns)


class TableTiles:
    """
    Vector tiles of one table of features, each once.

    Parameters
    ----------
    name
        What the layer is called.
    table
        The features; nothing of them is asked but corners and values.
    """

    def __init__(self, name: str, table: FeatureTable) -> None:
        self._name = name
        self._shapes = table.shapes
        self._columns: Mapping[str, Sequence[object]] = {"id": table.ids} | dict(table.columns)
        self._flat = lru_cache(maxsize=None)(self._flatten)
        self._kept = lru_cache(maxsize=MOST_KEPT)(self._cut)

    def tile_in(self, matrix: TileMatrixSet, zoom: int, row: int, column: int) -> bytes:
        """
        Cut one tile, or hand out what was cut before.

        Parameters
        ----------
        matrix, zoom, row, column
            The set, and an address that it has.

        Returns
        -------
        mvt
            Mapbox vector tile with one layer; empty bytes where there is nothing.
        """
        return self._kept(matrix, zoom, row, column)

    def _flatten(self, matrix: TileMatrixSet) -> FlatShapes:
        """Shapes on the plane of a set."""
        return flatten(self._shapes, matrix.to_plane)

    def _cut(self, matrix: TileMatrixSet, zoom: int, row: int, column: int) -> bytes:
        """Every feature that touches the tile or its margin, however small."""
        runs = cut(self._flat(matrix), matrix, zoom, row, column)
        return encode_layer(self._name, runs, self._columns)


@dataclass(slots=True)
class TileShelf:
    """
    Tiles that were cut, for as long as the table that they were cut from is kept.

    They hang on the table itself.  So what is laid out for one person is never handed to another,
    and what a version of the city has shown goes with it.
    """

    _of: WeakKeyDictionary[FeatureTable, TableTiles] = field(default_factory=WeakKeyDictionary)
    _lock: Lock = field(default_factory=Lock)

    def __len__(self) -> int:
        """How many tables there are with tiles."""
        return len(self._of)

    def of(self, name: str, table: FeatureTable) -> TableTiles:
        """
        Find the tiles of a table.

        Parameters
        ----------
        name
            What its layer is called.
        table
            The table.

        Returns
        -------
        tiles
            Those that were cut before are at hand.
        """
        with self._lock:
            tiles = self._of.get(table)
            if tiles is None:
                tiles = self._of[table] = TableTiles(name, table)
            return tiles


def _merged(runs: Runs, kind: NDArray[np.int64]) -> tuple[NDArray[np.int64], Runs]:
    """Make one feature of all runs of a kind; the kinds, and the runs in their order."""
    kinds, member = np.unique(kind, return_inverse=True)
    order = np.argsort(member, kind="stable")
    return kinds, replace(runs.take(order), row=member[order])
