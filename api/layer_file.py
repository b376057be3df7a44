"""Layers written as files: what remedies have mended, or what is published."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyogrio.raw
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.layer.rows import LayerRows, degrees
from geo.datum import Crs, from_wgs84, parse_crs
from geo.errors import BadInput
from geo.layer_place import Shapes
from geo.shape_check import Dimension
from geo.whole_file import whole_file

DRIVERS: Final[Mapping[str, str | None]] = {
    ".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf", ".csv": None,
}  # fmt: skip
FORMULAS: Final = frozenset("=+-@＝＋－＠\t\r\n")
"""What a cell begins with that spreadsheets would work out, those with Chinese keyboards, too."""

CRS: Final = "EPSG:4490"
"""CGCS2000, which agrees with WGS-84 within a metre."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenLayer:
    """
    A layer to be written, or a piece of one.

    Attributes
    ----------
    name
        What it is called in a file of several.
    columns
        Texts by column.
    dimension
        What its shapes are; None of a table without.
    shapes
        In WGS-84, None where a row has none; not read of a table without.
    about
        What is said of the whole, in formats that have room for it.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    dimension: Dimension | None
    shapes: Shapes
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
        return cls(str(rows.kind.name), columns, rows.kind.dimension, rows.shapes)


def write_layer_file(pieces: Iterable[WrittenLayer], out: Path, crs: str = CRS) -> int:
    """
    Write a layer, piece by piece, so that no more than a piece is held at a time.

    Parameters
    ----------
    pieces
        One at least, all of the same columns.
    out
        The file, which appears whole; its ending says the format.
    crs
        System to write it in; files can't name the offset systems, and then name none.

    Returns
    -------
    count
        Rows that were written.

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
    rest = iter(pieces)
    first = next(rest)
    driver = DRIVERS[ending]
    if driver is not None and first.dimension is None:
        raise BadInput(f"A layer of {first.name} has no shapes: write it as .csv.")
    target = parse_crs(crs)
    count = 0

    def counted() -> Iterator[WrittenLayer]:
        nonlocal count
        for piece in chain([first], rest):
            count += len(piece.shapes)
            yield piece

    with whole_file(out) as fresh:
        if driver is None:
            _write_table((_as_table(piece, target) for piece in counted()), fresh)
        else:
            _write_shapes(first, counted(), fresh, driver, target)
    return count


def _write_shapes(
    first: WrittenLayer, pieces: Iterable[WrittenLayer], out: Path, driver: str, target: Crs
) -> None:
    """Hand the pieces to the driver as it asks for them."""
    shapeless: list[str] = []
    if driver == "FlatGeobuf":
        pieces = _until_shapeless(pieces, shapeless)
    several = driver in OF_ONE_TYPE and first.dimension is Dimension.POLYGON
    schema = pa.schema([*((name, pa.string()) for name in first.columns), (SHAPE, pa.binary())])
    batches = (_batch(one, schema, target, several) for one in pieces)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")  # offset systems
        pyogrio.raw.write_arrow(
            pa.RecordBatchReader.from_batches(schema, batches),
            out,
            layer=first.name,
            driver=driver,
            geometry_name=SHAPE,
            geometry_type="MultiPolygon" if several else "Unknown",
            crs=target.definition or EPSG.get(target.name),
            layer_metadata=dict(first.about) if driver == "GPKG" and first.about else None,
        )
    if shapeless:
        raise BadInput(
            f"FlatGeobuf has no room for rows without a shape, such as {shapeless[0]}: write the "
            "layer as .gpkg, .geojson or .csv."
        )


def _until_shapeless(pieces: Iterable[WrittenLayer], found: list[str]) -> Iterator[WrittenLayer]:
    """Pieces up to the first row without a shape, which is told."""
    for piece in pieces:
        rows = np.flatnonzero(shapely.is_missing(piece.shapes))
        if len(rows):
            found.append(next(iter(piece.columns.values()))[rows[0]])
            return
        yield piece


def _batch(
    piece: WrittenLayer,
    schema: pa.Schema,
    target: Crs,
    several: bool,  # noqa: FBT001 -- passed on
) -> pa.RecordBatch:
    """A piece as the driver takes it, in the system that was asked for."""
    shapes = _moved(piece.shapes, target)
    if several:
        shapes = np.array([_with_parts(one) for one in shapes], dtype=object)
    cells = [pa.array(column, pa.string()) for column in piece.columns.values()]
    return pa.record_batch([*cells, pa.array(shapely.to_wkb(shapes), pa.binary())], schema=schema)


def _with_parts(shape: BaseGeometry | None) -> BaseGeometry | None:
    """A polygon as one of several parts, for a column of shapes of one type."""
    return MultiPolygon([shape]) if isinstance(shape, Polygon) else shape


def _moved(shapes: Shapes, target: Crs) -> Shapes:
    """Shapes in the system that was asked for."""
    moved: Shapes = shapely.transform(shapes, lambda lon_lat: from_wgs84(lon_lat, target))
    return moved


SHAPE: Final = "geometry"
OF_ONE_TYPE: Final = frozenset({"GPKG", "FlatGeobuf"})
"""Formats in which programs expect shapes of one type in a layer."""

EPSG: Final = {"wgs84": "EPSG:4326", "cgcs2000": CRS}


def _as_table(piece: WrittenLayer, target: Crs) -> Mapping[str, Sequence[str]]:
    """A piece as columns of texts, its places among them."""
    if piece.dimension is None:
        return piece.columns
    shapes = _moved(piece.shapes, target)
    if piece.dimension is not Dimension.POINT:
        return dict(piece.columns) | {"wkt": ["" if one is None else one.wkt for one in shapes]}
    points = shapely.point_on_surface(shapes)
    lon, lat = degrees(shapely.get_x(points)), degrees(shapely.get_y(points))
    return dict(piece.columns) | {"lon": lon, "lat": lat}


def _write_table(pieces: Iterable[Mapping[str, Sequence[str]]], out: Path) -> None:
    """Write CSV in UTF-8 with a mark, by which spreadsheets know it."""
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for number, columns in enumerate(pieces):
            if number == 0:
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
