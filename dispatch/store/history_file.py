"""Incidents of past years from a Parquet file, as a city folder has it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dispatch.planning.incident_history import IncidentHistory
from geo.errors import MissingColumn, UnreadableFile

NEEDED = ("reported_at", "lon", "lat")
"""Columns without which nothing can be counted; all others may be missing."""

STAMPS = {
    "reported_s": "reported_at",
    "dispatched_s": "dispatched_at",
    "first_on_scene_s": "first_on_scene_at",
    "arrived_s": "arrived_at",
    "handled_s": "handled_at",
    "closed_s": "closed_at",
}
"""Columns of instants, by the name that a history has for them."""

COLUMNS = frozenset(
    {*NEEDED, *STAMPS.values(), "grid", "matters", "crew", "mode", "estimated_s", "kind"}
    | {"from_lon", "from_lat"}
)
"""Columns that are read; a file may have others."""

BETWEEN = ";"
"""Stands between the matters of an incident, the first of which leads."""


def read_history(path: Path) -> IncidentHistory:
    """
    Read past incidents.

    Parameters
    ----------
    path
        Parquet file: ``reported_at``, ``lon``, ``lat``, and as far as they are known
        ``dispatched_at``, ``first_on_scene_at``, ``arrived_at``, ``handled_at``, ``closed_at``
        (instants with offset), ``grid``, ``matters`` (codes with ``;`` between them), ``crew``,
        ``mode``, ``estimated_s``, ``from_lon``, ``from_lat`` and ``kind``.

    Returns
    -------
    history
        In order of time.

    Raises
    ------
    UnreadableFile
        The file is missing, is no Parquet, or its instants have no offset.
    MissingColumn
        A column that must be there is not.
    """
    return history_of(read_history_table(path), path.name)


def read_history_table(path: Path) -> pa.Table:
    """
    Read a file of past incidents as it stands.

    Parameters
    ----------
    path
        Parquet file, see `read_history`.

    Returns
    -------
    table
        Those of its columns that a history has.

    Raises
    ------
    UnreadableFile
        The file is missing or is no Parquet.
    """
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=[name for name in file.schema_arrow.names if name in COLUMNS])
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(f"The history {path} cannot be read: {error}.") from error


def history_of(table: pa.Table, name: str) -> IncidentHistory:
    """
    Read past incidents off a table of `read_history`'s columns.

    Parameters
    ----------
    table
        The table.
    name
        What sentences call it.

    Returns
    -------
    history
        In order of time.

    Raises
    ------
    UnreadableFile
        Its instants have no offset, or an incident has no report.
    MissingColumn
        A column that must be there is not.
    """
    missing = sorted(set(NEEDED) - set(table.column_names))
    if missing:
        raise MissingColumn(f"{name} lacks the column {missing[0]!r}.")
    if table["reported_at"].null_count:
        raise UnreadableFile(f"{name} has incidents that nobody reported at any time.")
    table = table.sort_by("reported_at")
    several, table = _lead_matters(table)
    grids, grid = _words(table, "grid")
    matters, matter = _words(table, "matter")
    crews, crew = _words(table, "crew")
    modes, mode = _words(table, "mode")
    return IncidentHistory(
        grids=grids, matters=matters, crews=crews, modes=modes,
        grid=grid, matter=matter, crew=crew, mode=mode,
        lon_lat=_pairs(table, "lon", "lat"),
        **{column: _seconds(table, stamp, name) for column, stamp in STAMPS.items()},
        estimated_s=_figures(table, "estimated_s"),
        from_lon_lat=_pairs(table, "from_lon", "from_lat"),
        several=several,
        visit=_visits(table),
    )  # fmt: skip


def _lead_matters(table: pa.Table) -> tuple[NDArray[np.bool_], pa.Table]:
    """Whether each has several matters, and the table with a column of the first alone."""
    if "matters" not in table.column_names:
        return np.zeros(len(table), dtype=bool), table
    words, row = _words(table, "matters")
    first = pa.array([*(word.split(BETWEEN)[0].strip() for word in words), None], pa.string())
    several = np.array([*(BETWEEN in word for word in words), False])
    return several[row], table.append_column("matter", first.take(pa.array(row % len(first))))


def _words(table: pa.Table, name: str) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Words of a column, sorted, and the position of each row's; -1 for none."""
    if name not in table.column_names:
        return (), np.full(len(table), -1, dtype=np.int32)
    column = table[name].combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    given = [word or "" for word in column.dictionary.to_pylist()]
    words = tuple(sorted({word for word in given if word}))
    row_of = {word: row for row, word in enumerate(words)}
    known = np.array([*(row_of.get(word, -1) for word in given), -1], dtype=np.int32)
    rows = pc.fill_null(column.indices, len(given)).to_numpy(zero_copy_only=False)
    return words, known[rows]


def _seconds(table: pa.Table, name: str, where: str) -> NDArray[np.float64]:
    """Instants as seconds since 1970, NaN where there is none."""
    if name not in table.column_names:
        return np.full(len(table), np.nan)
    column = table[name]
    if not pa.types.is_timestamp(column.type) or column.type.tz is None:
        raise UnreadableFile(f"{name} in {where} must hold instants with an offset.")
    stamps = column.cast(pa.timestamp("ms", "UTC")).to_numpy()
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1000.0)


def _figures(table: pa.Table, name: str) -> NDArray[np.float64]:
    """Numbers, NaN where there is none."""
    if name not in table.column_names:
        return np.full(len(table), np.nan)
    figures: NDArray[np.float64] = table[name].cast(pa.float64()).to_numpy()
    return figures


def _pairs(table: pa.Table, *names: str) -> NDArray[np.float64]:
    """Positions, float64[n, 2]."""
    return np.stack([_figures(table, name) for name in names], axis=1)


def _visits(table: pa.Table) -> NDArray[np.bool_]:
    """Whether each was a planned visit."""
    words, row = _words(table, "kind")
    return np.array([*(word == "visit" for word in words), False])[row]
