"""
Spatial indexes of the embedded store: the R*Tree extension of GeoPackage.

The triggers bear the names and do the work that the standard says, so that GDAL and QGIS keep the
index right when they write.  They call functions that SQLite itself does not have: a connection
must know them before it writes a geometry.

References
----------
OGC 12-128r17, GeoPackage Encoding Standard 1.3, Annex F.3: RTree Spatial Indexes.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache, partial

from sqlalchemy import Connection, text

from dispatch.store.geopackage import bounds_of

_NAMED = text(
    "INSERT INTO gpkg_extensions VALUES (:table, :column, :extension, :url, 'write-only')"
)
_EXTENSION = "gpkg_rtree_index"
_DEFINITION = "http://www.geopackage.org/spec120/#extension_rtree"

_THERE = "NEW.{column} NOTNULL AND NOT ST_IsEmpty(NEW.{column})"
_NOT_THERE = "NEW.{column} ISNULL OR ST_IsEmpty(NEW.{column})"
_ENTER = (
    "INSERT OR REPLACE INTO {index} VALUES (NEW.fid, ST_MinX(NEW.{column}), "
    "ST_MaxX(NEW.{column}), ST_MinY(NEW.{column}), ST_MaxY(NEW.{column}));"
)
_LEAVE = "DELETE FROM {index} WHERE id = OLD.fid;"
_MAKE_ROOM = "DELETE FROM {index} WHERE id = NEW.fid;"

_TRIGGERS = {
    "insert": f"AFTER INSERT ON {{table}} WHEN ({_THERE}) BEGIN {_ENTER} END",
    "update1": (
        f"AFTER UPDATE OF {{column}} ON {{table}} WHEN OLD.fid = NEW.fid AND ({_THERE}) "
        f"BEGIN {_ENTER} END"
    ),
    "update2": (
        f"AFTER UPDATE OF {{column}} ON {{table}} WHEN OLD.fid = NEW.fid AND ({_NOT_THERE}) "
        f"BEGIN {_LEAVE} END"
    ),
    "update3": (
        f"AFTER UPDATE ON {{table}} WHEN OLD.fid != NEW.fid AND ({_THERE}) "
        f"BEGIN {_LEAVE} {_ENTER} END"
    ),
    "update4": (
        f"AFTER UPDATE ON {{table}} WHEN OLD.fid != NEW.fid AND ({_NOT_THERE}) "
        f"BEGIN {_LEAVE} {_MAKE_ROOM} END"
    ),
    "delete": f"AFTER DELETE ON {{table}} WHEN OLD.{{column}} NOTNULL BEGIN {_LEAVE} END",
}


def teach_functions(connection: sqlite3.Connection) -> None:
    """
    Let a connection know the functions that the triggers call.

    Parameters
    ----------
    connection
        A fresh one.
    """
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
    for place, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, partial(_bound, place), deterministic=True)


def index_layer(connection: Connection, table: str, column: str) -> None:
    """
    Index the geometries of an empty layer, from now on.

    Parameters
    ----------
    connection
        To the database, in a transaction.
    table, column
        Names of the layer and of its geometry.
    """
    names = {"table": table, "column": column, "index": f"rtree_{table}_{column}"}
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {names['index']} USING rtree(id, minx, maxx, miny, maxy)"
    )
    for trigger, does in _TRIGGERS.items():
        connection.exec_driver_sql(
            f"CREATE TRIGGER {names['index']}_{trigger} {does.format(**names)}"
        )
    row = {"table": table, "column": column, "extension": _EXTENSION, "url": _DEFINITION}
    connection.execute(_NAMED, row)


def _is_empty(blob: bytes | None) -> bool | None:
    return None if blob is None else _bounds(blob) is None


def _bound(place: int, blob: bytes | None) -> float | None:
    bounds = None if blob is None else _bounds(blob)
    return None if bounds is None else bounds[place]


@lru_cache(maxsize=8)  # a trigger asks for the four bounds of one geometry, one after the other
def _bounds(blob: bytes) -> tuple[float, float, float, float] | None:
    return bounds_of(blob)
