"""
GeoPackage: what makes an SQLite file one that QGIS and GDAL open.

References
----------
OGC 12-128r17, GeoPackage Encoding Standard 1.3: clause 1.1 (base), 2.1.3 (geometry blobs).
"""

from __future__ import annotations

import struct

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Table, select, text

APPLICATION_ID = 0x47504B47  # "GPKG"
VERSION = 10300  # 1.3, the newest that older GDAL reads without a complaint
WGS84 = 4326

_HEADER = struct.Struct("<2sBBi")
_ENVELOPE = struct.Struct("<4d")
_LITTLE_ENDIAN, _ENVELOPE_XY = 0b1, 0b10
_ENVELOPE_DOUBLES = (0, 4, 6, 6, 8)

_EMPTY = 0b1_0000

_WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AUTHORITY["EPSG","4326"]]'
)

# Table definitions of the standard, Annex C; none of them is ours to change.
_TABLES = (
    """
    CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY NOT NULL, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)
    """,
    """
    CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '',
        last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))
    """,
    """
    CREATE TABLE gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))
    """,
    """
    CREATE TABLE gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
        scope TEXT NOT NULL,
        CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
    """,
)

_REFERENCE_SYSTEMS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
    ("WGS 84 geodetic", WGS84, "EPSG", WGS84, _WGS84_WKT),
)


def to_blob(geometry: BaseGeometry) -> bytes:
    """
    Write a geometry as GeoPackage stores it.

    Parameters
    ----------
    geometry
        Two-dimensional, WGS-84 degrees, not empty.

    Returns
    -------
    blob
        Header, envelope (left out for points) and WKB.
    """
    wkb = shapely.to_wkb(geometry, byte_order=1, flavor="iso", output_dimension=2)
    if geometry.geom_type == "Point":
        return _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN, WGS84) + wkb
    west, south, east, north = geometry.bounds
    header = _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN | _ENVELOPE_XY, WGS84)
    return header + _ENVELOPE.pack(west, east, south, north) + wkb


def from_blob(blob: bytes) -> BaseGeometry:
    """
    Read a geometry as any GeoPackage writer stores it.

    Parameters
    ----------
    blob
        Header, envelope of any kind, and WKB.

    Returns
    -------
    geometry
        In the coordinates of the file.
    """
    envelope = (blob[3] >> 1) & 0b111
    start = _HEADER.size + 8 * _ENVELOPE_DOUBLES[envelope]
    geometry: BaseGeometry = shapely.from_wkb(blob[start:])
    return geometry


def bounds_of(blob: bytes) -> tuple[float, float, float, float] | None:
    """
    Read how far a geometry reaches, from its envelope if it has one.

    Parameters
    ----------
    blob
        As any GeoPackage writer stores a geometry.

    Returns
    -------
    bounds
        West, east, south, north; None for an empty geometry.
    """
    flags = blob[3]
    if flags & _EMPTY:
        return None
    if (flags >> 1) & 0b111:
        order = "<" if flags & _LITTLE_ENDIAN else ">"
        west, east, south, north = struct.unpack_from(f"{order}4d", blob, _HEADER.size)
    else:
        geometry = from_blob(blob)
        if geometry.is_empty:
            return None
        west, south, east, north = geometry.bounds
    return west, east, south, north


def begin(connection: Connection) -> None:
    """
    Turn an empty SQLite database into an empty GeoPackage.

    Parameters
    ----------
    connection
        To the database, in a transaction.
    """
    connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
    connection.execute(text(f"PRAGMA user_version = {VERSION}"))
    for table in _TABLES:
        connection.execute(text(table))
    names = ("name", "id", "organization", "number", "definition")
    connection.execute(
        text(
            "INSERT INTO gpkg_spatial_ref_sys "
            "VALUES (:name, :id, :organization, :number, :definition, NULL)"
        ),
        [dict(zip(names, row, strict=True)) for row in _REFERENCE_SYSTEMS],
    )


def register(connection: Connection, table: Table) -> None:
    """
    List a table in the contents, with its geometry column if it has one.

    Parameters
    ----------
    connection
        To the database, in a transaction.
    table
        The table; its description is its comment.
    """
    shaped = [(column.name, column.type.kind) for column in table.c if hasattr(column.type, "kind")]
    connection.execute(
        text(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
            "VALUES (:table, :type, :table, :description, :srs)"
        ),
        {
            "table": table.name,
            "type": "features" if shaped else "attributes",
            "description": table.comment or "",
            "srs": WGS84 if shaped else None,
        },
    )
    for column, kind in shaped:
        connection.execute(
            text("INSERT INTO gpkg_geometry_columns VALUES (:table, :column, :kind, :srs, 0, 0)"),
            {"table": table.name, "column": column, "kind": kind, "srs": WGS84},
        )


def note_extent(connection: Connection, table: Table) -> None:
    """
    Write the extent of a layer into the contents, which readers ask instead of the layer.

    A server keeps no such contents; there is nothing to write.

    Parameters
    ----------
    connection
        To the database, in a transaction.
    table
        A table with a geometry column.
    """
    if connection.dialect.name != "sqlite":
        return
    column = next(column for column in table.c if hasattr(column.type, "kind"))
    shapes = connection.execute(select(column)).scalars().all()
    if not shapes:
        return
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    connection.execute(
        text(
            "UPDATE gpkg_contents SET min_x = :west, min_y = :south, max_x = :east, "
            "max_y = :north WHERE table_name = :table"
        ),
        {"west": west, "south": south, "east": east, "north": north, "table": table.name},
    )
