"""Tilesets and tile matrix sets in words, as OGC 17-083r4 and OGC 20-057 have them in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from api.ogc.collection import Collection, Extent
from api.ogc.links import JSON, OGC_REL, Addresses, Link, link, with_format
from api.tile import MAX_ZOOM
from geo.registry_crs import CRS84_URI
from geo.shape_check import Dimension
from geo.tile_matrix import PIXEL_M, PIXELS, TILE_MATRIX_SETS, Limits, TileMatrixSet

MVT = "application/vnd.mapbox-vector-tile"

TILING_SCHEME, GEODATA = f"{OGC_REL}/tiling-scheme", f"{OGC_REL}/geodata"

TEMPLATE = "{tileMatrix}/{tileRow}/{tileCol}"

_DIMENSIONS: Mapping[Dimension, int] = {Dimension.POINT: 0, Dimension.LINE: 1, Dimension.POLYGON: 2}

Described = dict[str, Any]


def describe_matrix_set(matrix: TileMatrixSet) -> Described:
    """
    Describe a tile matrix set.

    Parameters
    ----------
    matrix
        The set.

    Returns
    -------
    described
        All its levels.
    """
    corner = [matrix.north, matrix.west] if matrix.north_first else [matrix.west, matrix.north]
    said: Described = {"id": matrix.name, "title": matrix.title}
    if matrix.uri is not None:
        said["uri"] = matrix.uri
    said |= {"crs": matrix.crs, "orderedAxes": list(matrix.axes)}
    if matrix.scale_set is not None:
        said["wellKnownScaleSet"] = matrix.scale_set
    cells = [matrix.side_at(zoom) / PIXELS for zoom in range(matrix.levels)]
    said["tileMatrices"] = [
        {
            "id": str(zoom),
            "scaleDenominator": cell * matrix.unit_m / PIXEL_M,
            "cellSize": cell,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": corner,
            "tileWidth": PIXELS,
            "tileHeight": PIXELS,
            "matrixWidth": matrix.columns << zoom,
            "matrixHeight": 1 << zoom,
        }
        for zoom, cell in enumerate(cells)
    ]
    return said


def list_matrix_sets(addresses: Addresses) -> list[Described]:
    """
    List the tile matrix sets.

    Parameters
    ----------
    addresses
        Addresses of the request.

    Returns
    -------
    listed
        Each with a link to its definition.
    """
    return [
        {"id": each.name, "title": each.title, "crs": each.crs}
        | ({} if each.uri is None else {"uri": each.uri})
        | {"links": [_scheme(addresses, each, "self")]}
        for each in TILE_MATRIX_SETS.values()
    ]


def list_tilesets(addresses: Addresses, base: str, title: str, asked: str) -> list[Described]:
    """
    List the tilesets of one resource, one for each tile matrix set.

    Parameters
    ----------
    addresses
        Addresses of the request.
    base
        Address under which they lie.
    title
        What is drawn on them.
    asked
        Names of the collections that were chosen, with commas between; empty for no choice.

    Returns
    -------
    listed
        As much of each as a list has.
    """
    return [_head(addresses, matrix, base, title, asked) for matrix in TILE_MATRIX_SETS.values()]


def describe_tileset(  # noqa: PLR0913, PLR0917 -- what it shows, where, how far, and under which address
    addresses: Addresses,
    matrix: TileMatrixSet,
    base: str,
    title: str,
    asked: str,
    layers: Sequence[tuple[Collection, Extent | None]],
    limits: Sequence[Limits],
) -> Described:
    """
    Describe a tileset.

    Parameters
    ----------
    addresses
        Addresses of the request.
    matrix
        Its tile matrix set.
    base
        Address under which it lies.
    title
        What is drawn on it.
    asked
        Names of the collections that were chosen, with commas between; empty for no choice.
    layers
        What is drawn, and where that lies.
    limits
        Tiles that there may be.

    Returns
    -------
    described
        With a template of the addresses of its tiles.
    """
    said = _head(addresses, matrix, base, title, asked)
    said["links"] += [
        {
            "href": _chosen(f"{base}/{matrix.name}/{TEMPLATE}", asked),
            "rel": "item",
            "type": MVT,
            "templated": True,
            "title": "切片 Tiles",
        }
    ]
    said["mediaTypes"] = [MVT]
    said["tileMatrixSetLimits"] = [
        {
            "tileMatrix": str(each.zoom),
            "minTileRow": each.first_row,
            "maxTileRow": each.last_row,
            "minTileCol": each.first_column,
            "maxTileCol": each.last_column,
        }
        for each in limits
    ]
    said["layers"] = [_layer(addresses, *layer) for layer in layers]
    bounds = together(bounds for _, bounds in layers)
    if bounds is not None:
        west, south, east, north = bounds
        said["boundingBox"] = _box(bounds)
        said["centerPoint"] = {
            "coordinates": [(west + east) / 2, (south + north) / 2],
            "crs": CRS84_URI,
        }
    return said


def together(extents: Iterable[Extent | None]) -> Extent | None:
    """
    Find the box that holds several.

    Parameters
    ----------
    extents
        Boxes; None is no place.

    Returns
    -------
    extent
        None where all are nowhere.
    """
    known = [extent for extent in extents if extent is not None]
    if not known:
        return None
    west, south, east, north = zip(*known, strict=True)
    return min(west), min(south), max(east), max(north)


def limits_together(limits: Iterable[Sequence[Limits]]) -> tuple[Limits, ...]:
    """
    List the tiles of which at least one of several layers may have something.

    Parameters
    ----------
    limits
        Of each layer, level by level, or none at all.

    Returns
    -------
    limits
        Level by level.
    """
    known = [each for each in limits if each]
    return tuple(
        Limits(
            level[0].zoom,
            min(each.first_row for each in level),
            max(each.last_row for each in level),
            min(each.first_column for each in level),
            max(each.last_column for each in level),
        )
        for level in zip(*known, strict=True)
    )


def _head(
    addresses: Addresses, matrix: TileMatrixSet, base: str, title: str, asked: str
) -> Described:
    """What a list says of a tileset, and its description, too."""
    address = _chosen(f"{base}/{matrix.name}", asked)
    joined = "&" if asked else "?"
    said: Described = {
        "title": f"{title} ({matrix.name})",
        "dataType": "vector",
        "crs": matrix.crs,
        "tileMatrixSetDefinition": f"{addresses.root}/tileMatrixSets/{matrix.name}",
    }
    if matrix.uri is not None:
        said["tileMatrixSetURI"] = matrix.uri
    said["links"] = [
        link(f"{address}{joined}f=json", "self", JSON, f"{title} ({matrix.name})"),
        _scheme(addresses, matrix, TILING_SCHEME),
    ]
    return said


def _chosen(address: str, asked: str) -> str:
    """Add the collections that were chosen to an address."""
    return f"{address}?{urlencode({'collections': asked})}" if asked else address


def _scheme(addresses: Addresses, matrix: TileMatrixSet, rel: str) -> Link:
    address = f"{addresses.root}/tileMatrixSets/{matrix.name}"
    return link(with_format(address, (), "json"), rel, JSON, matrix.title)


def _layer(addresses: Addresses, collection: Collection, bounds: Extent | None) -> Described:
    """What is known of a layer of a tileset."""
    properties: dict[str, Mapping[str, str]] = {
        one.name: {"title": f"{one.zh} {one.en}", "type": str(one.type)}
        for one in collection.columns
    }
    said: Described = {
        "id": collection.name,
        "title": collection.title,
        "description": collection.about,
        "dataType": "vector",
        "geometryDimension": None
        if collection.dimension is None
        else _DIMENSIONS[collection.dimension],
        "minTileMatrix": "0",
        "maxTileMatrix": str(MAX_ZOOM),
        "propertiesSchema": {"type": "object", "properties": properties},
        "links": [link(addresses.collection(collection.name), GEODATA, JSON, collection.title)],
    }
    return said if bounds is None else said | {"boundingBox": _box(bounds)}


def _box(bounds: Extent) -> Described:
    west, south, east, north = bounds
    return {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84_URI}
