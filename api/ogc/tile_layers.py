"""What of a collection becomes vector tiles: where it lies, at which version, and who cuts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.ogc.city_collections import ROADS
from api.ogc.collection import Collection, Extent
from api.service import Service
from api.tile import MAX_ZOOM, RoadTiles, tiles_of
from dispatch.access import Person
from geo.tile_matrix import Limits, TileMatrixSet

Cut = Callable[[TileMatrixSet, int, int, int], bytes]
"""Cuts the tile of a set at a zoom, row and column."""


@dataclass(frozen=True, slots=True)
class TileLayer:
    """
    A collection as a person has it in tiles.

    Attributes
    ----------
    collection
        The collection.
    version
        Names the content.
    cut
        Cuts a tile of it.
    """

    collection: Collection
    version: str
    cut: Cut


def tile_layer(collection: Collection, service: Service, person: Person) -> TileLayer:
    """
    Make a collection ready to be cut.

    Parameters
    ----------
    collection
        The collection.
    service
        The service.
    person
        Who asks.

    Returns
    -------
    layer
        Of roads the streets that the map draws, by class and zoom; of all else every feature.
    """
    roads = _roads(collection, service)
    if roads is not None:
        return TileLayer(collection, roads.version, roads.tile_in)
    table = collection.table(service, person)
    return TileLayer(
        collection, table.version, service.tile_shelf.of(collection.name, table).tile_in
    )


def limits_of(
    collection: Collection, service: Service, person: Person, matrix: TileMatrixSet
) -> tuple[Limits, ...]:
    """
    List the tiles that a collection may have.

    Parameters
    ----------
    collection
        The collection.
    service
        The service.
    person
        Who asks.
    matrix
        The set.

    Returns
    -------
    limits
        One for each level that is cut: all tiles of the level for what changes by itself, and
        none at all where nothing has a place.
    """
    levels = range(min(matrix.levels, MAX_ZOOM + 1))
    if collection.live:
        return tuple(matrix.whole(zoom) for zoom in levels)
    bounds = bounds_of(collection, service, person)
    return () if bounds is None else tuple(matrix.limits(zoom, bounds) for zoom in levels)


def bounds_of(collection: Collection, service: Service, person: Person) -> Extent | None:
    """
    Say where a collection lies.

    Parameters
    ----------
    collection
        The collection.
    service
        The service.
    person
        Who asks.

    Returns
    -------
    bounds
        None where nothing has a place, or what has one changes by itself.
    """
    if collection.live:
        return None
    if collection.extent is not None:
        return collection.extent(service, person)
    return collection.table(service, person).extent


def _roads(collection: Collection, service: Service) -> RoadTiles | None:
    """Streets of the city that is served; for a moment those of the one before are still drawn."""
    if collection.name != ROADS.name:
        return None
    city, tiles = service.city, service.tiles
    return tiles if tiles is not None and tiles.version in city.road_versions else tiles_of(city)
