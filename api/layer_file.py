"""Layers written as files: what remedies have mended, in a format that GIS programs open."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas
import shapely

from dispatch.layer.rows import LayerRows
from geo.errors import BadInput
from geo.shape_check import Dimension
from geo.whole_file import whole_file

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf", ".csv": None}
FORMULAS = frozenset("=+-@\t\r")
"""What a cell begins with that spreadsheets would work out."""

CRS = "EPSG:4490"
"""CGCS2000, which agrees with WGS-84 within a metre."""


def write_layer_file(rows: LayerRows, out: Path) -> None:
    """
    Write a layer.

    Parameters
    ----------
    rows
        The layer.
    out
        The file, which appears whole; its ending says the format.

    Raises
    ------
    BadInput
        The ending is none that is written.
    """
    if out.suffix.lower() not in DRIVERS:
        raise BadInput(f"{out.name} has an ending that is not written; {', '.join(DRIVERS)} are.")
    driver = DRIVERS[out.suffix.lower()]
    if driver is not None and rows.kind.dimension is None:
        raise BadInput(f"A layer of {rows.kind.name} has no shapes: write it as .csv.")
    shown = {name: cells for name, cells in rows.cells.items() if any(cells)}
    with whole_file(out) as fresh:
        if driver is None:
            _write_table(shown | _places(rows), fresh)
            return
        frame = geopandas.GeoDataFrame(shown, geometry=rows.shapes, crs=CRS)
        frame.to_file(fresh, layer=str(rows.kind.name), driver=driver)


def _places(rows: LayerRows) -> dict[str, Sequence[str]]:
    """Columns that place the rows of a table: of points their degrees, of others the shape."""
    dimension = rows.kind.dimension
    if dimension is None:
        return {}
    if dimension is not Dimension.POINT:
        return {"wkt": ["" if one is None else one.wkt for one in rows.shapes]}
    points = [None if one is None else shapely.point_on_surface(one) for one in rows.shapes]
    return {
        "lon": ["" if one is None else repr(one.x) for one in points],
        "lat": ["" if one is None else repr(one.y) for one in points],
    }


def _write_table(columns: dict[str, Sequence[str]], out: Path) -> None:
    """Write CSV in UTF-8 with a mark, by which spreadsheets know it."""
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(_harmless(row) for row in zip(*columns.values(), strict=True))


def _harmless(row: Sequence[str]) -> Iterator[str]:
    """Cells that no spreadsheet takes for formulas; numbers stay numbers."""
    for cell in row:
        yield f"'{cell}" if cell[:1] in FORMULAS and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
