"""API definition of tiles: what a person may ask for as tiles, as OpenAPI 3.0 describes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.ogc.collection import Collection
from api.ogc.definition import Described, parameter, reading
from api.ogc.links import JSON, SCHEMES_NAME, TILESETS_NAME
from api.ogc.tileset import MVT
from geo.tile_matrix import TILE_MATRIX_SETS

_ADDRESS = "{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"


def tile_paths(collections: Iterable[Collection]) -> Described:
    """
    Describe what can be asked for as tiles.

    Parameters
    ----------
    collections
        Those that whoever asks may see.

    Returns
    -------
    paths
        Operations by path, their names ending as OGC 20-057 wants it.
    """
    offered = list(collections)
    names = {"type": "array", "items": {"type": "string", "enum": [one.name for one in offered]}}
    chosen = parameter("collections", "图层 Collections, in this order", names)
    paths: Described = {
        "/tileMatrixSets": reading("city.getTileMatrixSetsList", SCHEMES_NAME, JSON),
        "/tileMatrixSets/{tileMatrixSetId}": reading(
            "city.getTileMatrixSet", SCHEMES_NAME, JSON, [_matrix_set()]
        ),
    }
    paths |= _tiles("/tiles", "city.dataset.vector", TILESETS_NAME, chosen)
    for one in offered:
        path = f"/collections/{one.name}/tiles"
        paths |= _tiles(path, f"{one.name}.collection.vector", one.title)
    return paths


def _tiles(path: str, operation: str, title: str, *more: Described) -> Described:
    """The tilesets of one resource, one of them, and a tile of it."""
    tile = reading(
        f"{operation}.getTile", title, MVT, [_matrix_set(), *_place(), *more], formats=("mvt",)
    )
    answers: dict[str, Any] = tile["get"]["responses"]
    answers["204"] = {"description": "Nothing lies here."}
    return {
        path: reading(f"{operation}.getTileSetsList", title, JSON, more),
        f"{path}/{{tileMatrixSetId}}": reading(
            f"{operation}.getTileSet", title, JSON, [_matrix_set(), *more]
        ),
        f"{path}/{_ADDRESS}": tile,
    }


def _matrix_set() -> Described:
    schema = {"type": "string", "enum": list(TILE_MATRIX_SETS)}
    return parameter("tileMatrixSetId", "切片方案 Tile matrix set", schema, place="path")


def _place() -> list[Described]:
    """Parameters that say which tile of a set."""
    whole = {"type": "integer", "minimum": 0}
    return [
        parameter("tileMatrix", "层级 Level", {"type": "string"}, place="path"),
        parameter("tileRow", "行，自北起 Row from the north", whole, place="path"),
        parameter("tileCol", "列，自西起 Column from the west", whole, place="path"),
    ]
