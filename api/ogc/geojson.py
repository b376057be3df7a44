"""Features as GeoJSON: a page is moved to its system and written in a few calls, not one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic_core import to_json

from geo.feature_table import FeatureTable, Rows
from geo.registry_crs import RegistryCrs

MEDIA_TYPE = "application/geo+json"

Links = Sequence[Mapping[str, str]]


def write_page(  # noqa: PLR0913 -- what the standard wants said of a page
    table: FeatureTable,
    rows: Rows,
    crs: RegistryCrs,
    *,
    matched: int,
    now: datetime,
    links: Links,
) -> bytes:
    """
    Write a page of features.

    Parameters
    ----------
    table
        The features.
    rows
        Which of them.
    crs
        System in which they are written.
    matched
        How many there are on all pages.
    now
        The present.
    links
        Of the page.

    Returns
    -------
    geojson
        A feature collection, UTF-8.
    """
    about = {
        "links": links,
        "timeStamp": _stamp(now),
        "numberMatched": matched,
        "numberReturned": len(rows),
        "version": table.version,
    }
    features = b",".join(_features(table, rows, crs))
    return b'{"type":"FeatureCollection","features":[%b],%b' % (features, to_json(about)[1:])


def write_feature(table: FeatureTable, row: int, crs: RegistryCrs, links: Links) -> bytes:
    """
    Write one feature.

    Parameters
    ----------
    table
        The features.
    row
        Which.
    crs
        System in which it is written.
    links
        Of the feature.

    Returns
    -------
    geojson
        A feature, UTF-8.
    """
    [feature] = _features(table, np.array([row]), crs)
    return b'%b,"links":%b}' % (feature[:-1], to_json(links))


def _features(table: FeatureTable, rows: Rows, crs: RegistryCrs) -> list[bytes]:
    """Every feature by itself; geometries go through GEOS and PROJ together."""
    geometries = write_shapes(table.shapes[rows], crs)
    return [
        b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}'
        % (to_json(table.ids[row]), geometry, to_json(properties(table, row), inf_nan_mode="null"))
        for row, geometry in zip(rows.tolist(), geometries, strict=True)
    ]


def properties(table: FeatureTable, row: int) -> dict[str, object]:
    """
    Copy what is known of a feature besides its place.

    Parameters
    ----------
    table
        The features.
    row
        Which.

    Returns
    -------
    properties
        Values by column.
    """
    return {name: column[row] for name, column in table.columns.items()}


def write_shapes(shapes: NDArray[np.object_], crs: RegistryCrs) -> list[bytes]:
    """
    Write geometries.

    Parameters
    ----------
    shapes
        WGS-84 longitude and latitude, or None.
    crs
        System in which they are written.

    Returns
    -------
    geojson
        Each by itself; ``null`` for what is missing, or nowhere in that system.
    """
    corners, shape = shapely.get_coordinates(shapes, return_index=True)
    there = crs.from_lon_lat(corners)
    somewhere = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    somewhere[shape[~np.isfinite(there).all(axis=1)]] = False
    moved = shapely.set_coordinates(shapes.copy(), np.where(np.isfinite(there), there, 0.0))
    written = np.full(len(moved), "null", dtype=object)
    written[somewhere] = shapely.to_geojson(moved[somewhere])
    return [text.encode() for text in written]


def _stamp(now: datetime) -> str:
    """An instant as RFC 3339 has it."""
    return now.isoformat().replace("+00:00", "Z")
