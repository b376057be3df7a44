"""Layers written as files: what remedies have mended, or what is published."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import geopandas
import shapely

from dispatch.layer.rows import LayerRows
from geo.datum import from_wgs84, parse_crs
from geo.errors import BadInput
from geo.layer_place import Shapes
from geo.whole_file import whole_file

DRIVERS: Final[Mapping[str, str | None]] = {
    ".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf", ".csv": None,
}  # fmt: skip
FORMULAS: Final = frozenset("=+-@\t\r")
"""What a cell begins with that spreadsheets would work out."""

CRS: Final = "EPSG:4490"
"""CGCS2000, which agrees with WGS-84 within a metre."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenLayer:
    """
    A layer to be written.

    Attributes
    ----------
    name
        What it is called in a file of several.
    columns
        Texts by column.
    shapes
        In WGS-84; None for a table without.
    about
        What is said of the whole, in formats that have room for it.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    shapes: Shapes | None
    about: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: LayerRows) -> WrittenLayer:
        """
        Take the rows of a layer that was handed in.

        Parameters
        ----------
        rows
            The layer.

        Returns
        -------
        layer
            Without columns in which no cell says anything.
        """
        columns = {name: cells for name, cells in rows.cells.items() if any(cells)}
        shapes = None if rows.kind.dimension is None else rows.shapes
        return cls(str(rows.kind.name), columns, shapes)


def write_layer_file(layer: WrittenLayer, out: Path, crs: str = CRS) -> None:
    """
    Write a layer.

    Parameters
    ----------
    layer
        The layer.
    out
        The file, which appears whole; its ending says the format.
    crs
        System to write it in; files can't name the offset systems, and then name none.

    Raises
    ------
    BadInput
        The ending is none that is written, or not of a table without shapes.
    UnknownCrs
        There is no such system.
    """
    ending = out.suffix.lower()
    if ending not in DRIVERS:
        raise BadInput(f"{out.name} has an ending that is not written; {', '.join(DRIVERS)} are.")
    driver = DRIVERS[ending]
    if driver is not None and layer.shapes is None:
        raise BadInput(f"A layer of {layer.name} has no shapes: write it as .csv.")
    target = parse_crs(crs)
    shapes = layer.shapes
    if shapes is not None:
        shapes = shapely.transform(shapes, lambda lon_lat: from_wgs84(lon_lat, target))
    with whole_file(out) as fresh:
        if driver is None:
            _write_table(dict(layer.columns) | _places(shapes), fresh)
            return
        declared = target.definition or EPSG.get(target.name)
        frame = geopandas.GeoDataFrame(dict(layer.columns), geometry=shapes, crs=declared)
        said = {"layer_metadata": dict(layer.about)} if driver == "GPKG" and layer.about else {}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="'crs' was not provided")  # offset systems
            frame.to_file(fresh, layer=layer.name, driver=driver, **said)


EPSG: Final = {"wgs84": "EPSG:4326", "cgcs2000": CRS}


def _places(shapes: Shapes | None) -> dict[str, Sequence[str]]:
    """Columns that place the rows of a table: of points their degrees, of others the shape."""
    if shapes is None:
        return {}
    there = shapes[~shapely.is_missing(shapes)]
    if (shapely.get_dimensions(there) != 0).any():
        return {"wkt": ["" if one is None else one.wkt for one in shapes]}
    points = [None if one is None else shapely.point_on_surface(one) for one in shapes]
    return {
        "lon": ["" if one is None else repr(one.x) for one in points],
        "lat": ["" if one is None else repr(one.y) for one in points],
    }


def _write_table(columns: Mapping[str, Sequence[str]], out: Path) -> None:
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
