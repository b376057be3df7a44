"""Rows of a layer that was handed in: its cells in our columns, its shapes in WGS-84."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from dispatch.layer.cell import read_cell
from dispatch.layer.column_map import ColumnMap, map_columns
from dispatch.layer.kind import Column, Kind
from dispatch.store.table_file import POLYGON, Row
from geo.datum import WGS84, Crs
from geo.layer_place import SaidOfPlace, Shapes, place_shapes, without_shapes
from geo.layer_read import REPAIRED, SHAPE, LayerNote
from geo.plane import Plane
from geo.remark import Remark
from geo.shape_check import Dimension

LONGEST_SAMPLE = 40
"""Letters of a text that is shown for its encoding."""


@dataclass(frozen=True, slots=True)
class SaidOfLayer:
    """
    What somebody says of a file.

    Attributes
    ----------
    columns
        Our columns to those of the file.
    saved
        The same, as it was for an earlier file of the source.
    place
        Its coordinate system.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)
    place: SaidOfPlace = field(default_factory=SaidOfPlace)


@dataclass(frozen=True, eq=False)
class LayerRows:
    """
    Rows of a layer, read and not yet judged.

    Attributes
    ----------
    kind
        What they are.
    file
        Name of the file.
    columns
        What the file calls our columns.
    cells
        Every column of the kind, as our rows write it; empty where the file has none.
    features
        What names each row: its code, or its place in the file.
    shapes, repaired
        Shapes in WGS-84, and those of unsound ones as they would be; None where there is none.
    nowhere
        Rows with a position that is none, bool[n].
    crs
        The system in which it was written.
    remarks
        What was concluded and not said.
    numbers
        What names each row whatever becomes of its code; they count from 1 as rows are read.
    last_number
        The last that was given, to a row that may be gone.
    """

    kind: Kind
    file: str
    columns: ColumnMap
    cells: Mapping[str, Sequence[str]]
    features: tuple[str, ...]
    shapes: Shapes
    repaired: Shapes
    nowhere: np.ndarray[tuple[int], np.dtype[np.bool_]]
    crs: Crs = WGS84
    remarks: tuple[Remark, ...] = ()
    numbers: tuple[int, ...] = ()
    last_number: int = 0

    def __post_init__(self) -> None:
        """Number the rows of a layer that has just been read."""
        if not self.last_number:
            object.__setattr__(self, "numbers", tuple(range(1, len(self.features) + 1)))
            object.__setattr__(self, "last_number", len(self.features))

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.features)

    @cached_property
    def plane(self) -> Plane:
        """A plane about the middle of the layer; about nowhere if it has no shapes."""
        xy = shapely.get_coordinates(self.shapes)
        lon, lat = ((xy.min(axis=0) + xy.max(axis=0)) / 2).tolist() if len(xy) else (0.0, 0.0)
        return Plane((lon, lat))

    @cached_property
    def shapes_m(self) -> Shapes:
        """Shapes in metres on the plane."""
        moved: Shapes = shapely.transform(self.shapes, self.plane.to_xy)
        return moved

    def lon_lat(self, place_m: tuple[float, float]) -> tuple[float, float]:
        """
        Turn a place on the plane into degrees.

        Parameters
        ----------
        place_m
            Metres on the plane.

        Returns
        -------
        lon_lat
            WGS-84 degrees, to a tenth of a metre.
        """
        lon, lat = self.plane.to_lon_lat(np.array(place_m)).tolist()
        return round(lon, 6), round(lat, 6)

    @cached_property
    def _lon_lat(self) -> NDArray[np.float64]:
        """A point of each shape, float64[n, 2]; no number of those that are nowhere."""
        points = shapely.point_on_surface(self.shapes)
        points[shapely.is_empty(points)] = None  # of an empty shape, or of no numbers
        return np.stack([shapely.get_x(points), shapely.get_y(points)], axis=1)

    def row(self, at: int) -> Row:
        """
        Write one row as those of a city folder are.

        Parameters
        ----------
        at
            Its position.

        Returns
        -------
        row
            Texts by column; a polygon, or lon and lat of a point.
        """
        row: Row = {name: cells[at] for name, cells in self.cells.items()}
        if self.kind.dimension is Dimension.POLYGON:
            row[POLYGON] = self.shapes[at]
        elif self.kind.dimension is Dimension.POINT:
            row["lon"], row["lat"] = degrees(self._lon_lat[at])
        return row


def read_rows(
    kind: Kind, file: str, table: pa.Table, note: LayerNote, said: SaidOfLayer | None = None
) -> LayerRows:
    """
    Understand a table as a layer of a kind.

    Parameters
    ----------
    kind
        What it should be.
    file
        Name of the file.
    table
        As `geo.layer_read` reads it.
    note
        What the file said of itself.
    said
        What somebody says of it.

    Returns
    -------
    rows
        Read and not yet judged.

    Raises
    ------
    UnknownName, MissingColumn
        A column is said that there is not.
    UnknownCrs
        The system is not known, or nothing tells which it is.
    """
    said = said or SaidOfLayer()
    there = [name for name in table.column_names if name not in {SHAPE, REPAIRED}]
    columns = map_columns(
        kind, there, said=said.columns, saved=said.saved, shaped=SHAPE in table.column_names
    )
    theirs = {one.column.name: one.theirs for one in columns.mapped}
    placed = None
    if kind.dimension is not None:
        placed = place_shapes(table, note.crs, said.place, columns=theirs)
    placed = placed or without_shapes(len(table))
    cells = {column.name: _cells(column, table, theirs.get(column.name)) for column in kind.columns}
    features = tuple(code or f"#{row + 1}" for row, code in enumerate(cells[kind.key]))
    return LayerRows(
        kind=kind,
        file=file,
        columns=columns,
        cells=cells,
        features=features,
        shapes=placed.shapes,
        repaired=placed.repaired,
        nowhere=placed.nowhere,
        crs=placed.crs,
        remarks=(*_of_encoding(note, cells), *placed.remarks),
    )


def degrees(values: NDArray[np.float64]) -> list[str]:
    """
    Write numbers as cells.

    Parameters
    ----------
    values
        Degrees, float64[n].

    Returns
    -------
    cells
        Each as Python writes it; nothing for what is no number.
    """
    return ["" if math.isnan(value) else repr(value) for value in values.tolist()]


def _cells(column: Column, table: pa.Table, theirs: str | None) -> list[str]:
    """Read the cells of one column."""
    if theirs is None:
        return [column.otherwise] * len(table)
    words = column.vocabulary()
    read: dict[object, str] = {}
    cells = table.column(theirs).to_pylist()
    for cell in cells:
        if cell not in read:
            written = read_cell(as_text(cell), column.reading, words)
            read[cell] = written or column.otherwise
    return [read[cell] for cell in cells]


def as_text(cell: object) -> str:
    """
    Write a cell of any type as a text.

    Parameters
    ----------
    cell
        As a file or a document has it.

    Returns
    -------
    text
        Empty for nothing.
    """
    if cell is None or isinstance(cell, bytes):
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return "" if np.isnan(cell) else repr(cell)
    return cell.isoformat() if isinstance(cell, date | datetime) else str(cell)


def _of_encoding(note: LayerNote, cells: Mapping[str, Sequence[str]]) -> tuple[Remark, ...]:
    """Say in which encoding texts turned out to be, with some of them to look at."""
    if note.encoding is None:
        return ()
    told = (cell for column in cells.values() for cell in column if not cell.isascii())
    texts = (" ".join(cell.split())[:LONGEST_SAMPLE] for cell in told)
    sample = "、".join(dict.fromkeys(cell for cell, _ in zip(texts, range(3), strict=False)))
    remark = Remark(
        "encoding_not_said",
        f"文件没有声明编码，按 {note.encoding} 读取，例如“{sample}”。",
        f"The file doesn't say its encoding; it was read as {note.encoding}, such as {sample!r}.",
    )
    return (remark,)
