"""Preview of a layer before it becomes a draft: what it is, how it would be read, where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import shapely

from api.service import Service
from dispatch.atlas import published_in
from dispatch.layer.column_map import ColumnMap, map_columns
from dispatch.layer.datum_findings import likely_datum
from dispatch.layer.kind import Kind, KindName
from dispatch.layer.kind_guess import KindFit, guess_kinds
from dispatch.layer.kinds import KINDS
from dispatch.layer.rows import LayerRows, SaidOfLayer, as_text, read_rows
from dispatch.layer.shape_findings import shape_findings
from dispatch.store.layer_columns import saved_columns
from geo.datum_guess import DatumGuess
from geo.errors import BadInput, UnknownCrs
from geo.layer_read import REPAIRED, SHAPE, LayerNote
from geo.shape_check import Dimension

SAMPLE: Final = 3
"""Cells that are shown of each column."""

LOOKED_AT: Final = 1_000
"""Rows in which such cells are looked for."""

DIMENSIONS: Final = (Dimension.POINT, Dimension.LINE, Dimension.POLYGON)


@dataclass(frozen=True, slots=True, eq=False)
class LayerPreview:
    """
    A file as it would be read.

    Attributes
    ----------
    file
        Its name.
    note
        What it says of itself.
    kinds
        What it may be, the likeliest first.
    kind
        What it is taken for.
    columns
        What it would call our columns then.
    samples
        The first cells of each of its columns that say something.
    n_rows
        How many rows it has.
    rows
        Those, read; None where nothing says in which system they are.
    unplaced
        Why not, in words.
    datum
        In which datum it was probably drawn; None where that can't be told.
    """

    file: str
    note: LayerNote
    kinds: tuple[KindFit, ...]
    kind: Kind
    columns: ColumnMap
    samples: dict[str, list[str]]
    n_rows: int
    rows: LayerRows | None
    unplaced: str | None
    datum: DatumGuess | None


def preview_layer(  # noqa: PLR0913 -- a file, what was read of it, and what somebody says
    service: Service,
    file: str,
    table: pa.Table,
    note: LayerNote,
    said: SaidOfLayer,
    *,
    source: str,
    kind: KindName | None = None,
) -> LayerPreview:
    """
    Look at a file as whoever hands it in would: nothing of it is kept.

    Parameters
    ----------
    service
        The service.
    file
        Name of the file.
    table, note
        As `api.layer_reading` reads it.
    said
        What somebody says of it.
    source
        Whom it comes from: what they called our columns before counts.
    kind
        What it is taken for; None for the likeliest.

    Returns
    -------
    preview
        What it is, how it would be read, and where it lies.

    Raises
    ------
    BadInput
        Nothing tells what it is, and nobody says so.
    UnknownName, MissingColumn
        A column is said that there is not.
    """
    there = [name for name in table.column_names if name not in {SHAPE, REPAIRED}]
    fits = tuple(guess_kinds(file, there, _dimension(table)))
    if kind is None and not fits:
        raise BadInput(f"Nothing tells what the rows of {file} are: say its kind.")
    taken = KINDS[fits[0].kind.name if kind is None else kind]
    with service.store.reading() as session:
        said = replace(said, saved=saved_columns(session, source, taken.name))
    shaped = SHAPE in table.column_names
    columns = map_columns(taken, there, said=said.columns, saved=said.saved, shaped=shaped)
    rows, unplaced = None, None
    try:
        rows = read_rows(taken, file, table, note, said)
    except UnknownCrs as error:
        unplaced = str(error)
    samples = {name: _sample(table, name) for name in there}
    datum = None if rows is None else _datum(service, rows)
    return LayerPreview(
        file, note, fits, taken, columns, samples, len(table), rows, unplaced, datum
    )


def _dimension(table: pa.Table) -> Dimension | None:
    """What most of the shapes are; None where there are none."""
    if SHAPE not in table.column_names:
        return None
    shapes = shapely.from_wkb(table.column(SHAPE).slice(0, LOOKED_AT).to_numpy())
    found = shapely.get_dimensions(shapes[~shapely.is_missing(shapes)])
    found = found[found >= 0]
    return DIMENSIONS[int(np.bincount(found).argmax())] if len(found) else None


def _sample(table: pa.Table, name: str) -> list[str]:
    """The first cells of a column that say something, each once."""
    cells: Sequence[object] = table.column(name).slice(0, LOOKED_AT).to_pylist()
    told = dict.fromkeys(text for text in map(as_text, cells) if text.strip())
    return list(told)[:SAMPLE]


def _datum(service: Service, rows: LayerRows) -> DatumGuess | None:
    """Lay the rows over what is published."""
    usable = shape_findings(rows)[1]
    with service.store.reading() as session:
        published = published_in(session, service.city, now=service.clock())
    return likely_datum(rows, usable, published.known_lines(rows.kind.dimension))
