"""
Edits of a layer: one row more, one other, one less; the layer that is handed in is not changed.

A row is named by its number, which stays its own whatever becomes of its code and of the rows
about it, and is never given again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dispatch.layer.cell import read_cell
from dispatch.layer.kind import Column
from dispatch.layer.rows import LayerRows, as_text
from geo.errors import BadValue, UnknownName
from geo.layer_place import Shapes


@dataclass(frozen=True, slots=True)
class RowEdit:
    """
    What a row is to hold.

    Attributes
    ----------
    cells
        Our columns to what somebody writes in them: texts, numbers, truth, or None for nothing.
    shape
        The shape in WGS-84, or None.
    partly
        Whether columns that are not named stay as they are, else they are empty.
    keeps_shape
        Whether the shape stays as it is.
    """

    cells: Mapping[str, object]
    shape: BaseGeometry | None = None
    partly: bool = False
    keeps_shape: bool = False


def row_at(rows: LayerRows, number: int) -> int:
    """
    Find a row.

    Parameters
    ----------
    rows
        The layer.
    number
        What names the row.

    Returns
    -------
    at
        Its position.

    Raises
    ------
    UnknownName
        There is none with this number, or none any more.
    """
    try:
        return rows.numbers.index(number)
    except ValueError:
        raise UnknownName(f"The layer of {rows.file} has no feature {number}.") from None


def with_row(rows: LayerRows, edit: RowEdit) -> LayerRows:
    """
    Add a row.

    Parameters
    ----------
    rows
        The layer.
    edit
        What it holds.

    Returns
    -------
    rows
        Another layer, in which the row is the last and has a number of its own.

    Raises
    ------
    BadValue
        A column is none of the kind, or one that the file was silent on.
    """
    number = rows.last_number + 1
    empty = {name: column.otherwise for name, column in rows.kind.by_name.items()}
    written = empty | _written(rows, edit)
    return replace(
        rows,
        cells={name: [*cells, written[name]] for name, cells in rows.cells.items()},
        features=(*rows.features, written[rows.kind.key] or f"#{number}"),
        shapes=np.append(rows.shapes, _one(_shape(rows, edit))),
        repaired=np.append(rows.repaired, _one(None)),
        nowhere=np.append(rows.nowhere, False),
        numbers=(*rows.numbers, number),
        last_number=number,
    )


def with_other_row(rows: LayerRows, number: int, edit: RowEdit) -> LayerRows:
    """
    Change a row.

    Parameters
    ----------
    rows
        The layer.
    number
        What names the row.
    edit
        What it holds from now on.

    Returns
    -------
    rows
        Another layer.

    Raises
    ------
    UnknownName
        There is no such row.
    BadValue
        A column is none of the kind, or one that the file was silent on.
    """
    at = row_at(rows, number)
    empty = {name: column.otherwise for name, column in rows.kind.by_name.items()}
    before = {name: cells[at] for name, cells in rows.cells.items()} if edit.partly else empty
    written = before | _written(rows, edit)
    cells = {name: [*column] for name, column in rows.cells.items()}
    for name, column in cells.items():
        column[at] = written[name]
    features = list(rows.features)
    features[at] = written[rows.kind.key] or f"#{number}"
    shapes, repaired, nowhere = rows.shapes.copy(), rows.repaired.copy(), rows.nowhere.copy()
    if not edit.keeps_shape:
        shapes[at], repaired[at], nowhere[at] = _shape(rows, edit), None, False
    return replace(
        rows,
        cells=cells,
        features=tuple(features),
        shapes=shapes,
        repaired=repaired,
        nowhere=nowhere,
    )


def without_row(rows: LayerRows, number: int) -> LayerRows:
    """
    Take a row away.

    Parameters
    ----------
    rows
        The layer.
    number
        What names the row.

    Returns
    -------
    rows
        Another layer.

    Raises
    ------
    UnknownName
        There is no such row.
    """
    stays = np.arange(len(rows)) != row_at(rows, number)
    kept = np.flatnonzero(stays).tolist()
    return replace(
        rows,
        cells={name: [cells[row] for row in kept] for name, cells in rows.cells.items()},
        features=tuple(rows.features[row] for row in kept),
        shapes=rows.shapes[stays],
        repaired=rows.repaired[stays],
        nowhere=rows.nowhere[stays],
        numbers=tuple(rows.numbers[row] for row in kept),
    )


def _written(rows: LayerRows, edit: RowEdit) -> dict[str, str]:
    """Cells as our rows write them."""
    return {name: _cell(rows, name, value) for name, value in edit.cells.items()}


def _cell(rows: LayerRows, name: str, value: object) -> str:
    """One cell; a column that the file lacks stays as it is published, so nothing is put there."""
    column = rows.kind.by_name.get(name)
    if column is None:
        known = ", ".join(rows.kind.by_name)
        raise BadValue(f"Layers of {rows.kind.name} have no column {name!r}; they have {known}.")
    written = read_cell(_text(column, value), column.reading, column.vocabulary())
    written = written or column.otherwise
    if written != column.otherwise and column in rows.columns.missing:
        raise BadValue(
            f"{rows.file} has no column {name}, so it stays as it is published; to change it, "
            "load a file that has it."
        )
    return written


def _text(column: Column, value: object) -> str:
    """What somebody writes, as a text."""
    if isinstance(value, list | tuple):
        return ";".join(as_text(one) for one in value)
    if isinstance(value, dict):
        raise BadValue(f"Column {column.name} holds a text, a number or nothing, and no object.")
    return as_text(value)


def _shape(rows: LayerRows, edit: RowEdit) -> BaseGeometry | None:
    """The shape of a row; rows of tables have none."""
    if rows.kind.dimension is None and edit.shape is not None:
        raise BadValue(f"Layers of {rows.kind.name} have no shapes: leave the geometry null.")
    return None if edit.shape is None else shapely.force_2d(edit.shape)


def _one(shape: BaseGeometry | None) -> Shapes:
    """An array of one shape."""
    alone: Shapes = np.array([shape], dtype=object)
    return alone
