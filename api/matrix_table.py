"""Files of travel times from sites to demand points, and figures of either by id."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
from numpy.typing import NDArray

from api.place_table import decode_text, read_rows
from geo.errors import BadValue, MissingColumn, UnknownName, UnreadableFile

COLUMNS = ("from_id", "to_id", "travel_time_s")


@dataclass(frozen=True, slots=True, eq=False)
class MatrixTable:
    """
    Travel times with their ids.

    Attributes
    ----------
    sites, demand
        Ids of rows and columns.
    travel_s
        Seconds, float64[n_sites, n_demand]; inf where no road leads.
    by_position
        Whether ids are positions in an array, from 0 on.
    """

    sites: tuple[str, ...]
    demand: tuple[str, ...]
    travel_s: NDArray[np.float64]
    by_position: bool


def read_matrix_table(path: Path) -> MatrixTable:
    """
    Read travel times from sites to demand points.

    Parameters
    ----------
    path
        CSV ``from_id,to_id,travel_time_s`` as ``network matrix`` writes it, empty where no road
        leads; or an array ``.npy`` of seconds, rows are sites, where infinity or the largest
        number of an unsigned type stands for no road.

    Returns
    -------
    table
        In the order of the file.

    Raises
    ------
    UnreadableFile, MissingColumn, BadValue
        What is wrong with it.
    """
    table = _array(path) if path.suffix.lower() == ".npy" else _csv(path)
    wrong = np.argwhere(np.isnan(table.travel_s) | (table.travel_s < 0))
    if len(wrong):
        site, point = wrong[0]
        value = table.travel_s[site, point]
        raise BadValue(
            f"{path} has a travel time of {value:g} from {table.sites[site]} to "
            f"{table.demand[point]} ({len(wrong)} such in all); times are 0 or more, and "
            "a pair without a road is empty in a CSV and infinite in an array."
        )
    return table


def read_figures(
    path: Path, column: str, ids: Sequence[str], *, default: float | None = None
) -> NDArray[np.float64]:
    """
    Read a figure for each id.

    Parameters
    ----------
    path
        CSV with ``id`` and the column.
    column
        What it is called.
    ids
        Who needs one.
    default
        For ids that are not in the file; None if each must be.

    Returns
    -------
    figures
        0 or more, float64[n].

    Raises
    ------
    MissingColumn, UnknownName, BadValue
        What is wrong with it.
    """
    rows = read_rows(path)
    missing = [name for name in ("id", column) if name not in rows[0]]
    if missing:
        raise MissingColumn(f"{path} has no column {' and '.join(missing)}; it needs id,{column}.")
    place = {name: at for at, name in enumerate(ids)}
    figures = np.full(len(ids), np.nan)
    for line, row in enumerate(rows, start=2):
        name = row["id"]
        if name not in place:
            raise UnknownName(f"{path}, line {line}: there is no {name!r} in the matrix.")
        if not np.isnan(figures[place[name]]):
            raise BadValue(f"{path}, line {line}: the id {name!r} stands twice; keep one.")
        figures[place[name]] = _figure(path, line, column, row.get(column, ""))
    lacking = np.flatnonzero(np.isnan(figures))
    if len(lacking) and default is None:
        raise BadValue(
            f"{path} has no {column} for {ids[lacking[0]]} ({len(lacking)} lack one in all); "
            "give each id of the matrix one."
        )
    return np.where(np.isnan(figures), default or 0.0, figures)


def _figure(path: Path, line: int, column: str, text: str) -> float:
    """A finite number from 0 on."""
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or value < 0:
        raise BadValue(f"{path}, line {line}: the {column} {text!r} is no number from 0 on.")
    return value


def _array(path: Path) -> MatrixTable:
    """Read an array of seconds."""
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UnreadableFile(f"{path} cannot be read as an array: {error}.") from error
    if not isinstance(array, np.ndarray) or array.ndim != 2 or not array.size:
        raise BadValue(f"{path} is no array of rows and columns with a site and a demand point.")
    if array.dtype.kind not in "iuf":
        raise BadValue(f"{path} holds {array.dtype}; travel times are numbers.")
    travel_s = array.astype(np.float64)
    if array.dtype.kind == "u":
        travel_s[array == np.iinfo(array.dtype).max] = np.inf
    sites, demand = (tuple(map(str, range(size))) for size in array.shape)
    return MatrixTable(sites, demand, travel_s, by_position=True)


def _csv(path: Path) -> MatrixTable:
    """Read a table with a row for each pair."""
    head, table = _columns(path)
    ids = []
    rows = []
    for name in COLUMNS[:2]:
        column = pa.compute.utf8_trim_whitespace(table[name]).combine_chunks()
        encoded = column.dictionary_encode()
        ids.append(tuple(encoded.dictionary.to_pylist()))
        rows.append(encoded.indices.to_numpy())
    if not len(table):
        raise UnreadableFile(f"{path} has a header ({', '.join(head)}) but no rows.")
    seconds = table[COLUMNS[2]].combine_chunks()
    time_s = np.where(
        seconds.is_null().to_numpy(zero_copy_only=False),
        np.inf,
        seconds.to_numpy(zero_copy_only=False),
    )
    shape = (len(ids[0]), len(ids[1]))
    count = np.bincount(rows[0] * shape[1] + rows[1], minlength=shape[0] * shape[1])
    _refuse_pairs(path, ids, count.reshape(shape))
    travel_s = np.empty(shape)
    travel_s[rows[0], rows[1]] = time_s
    return MatrixTable(ids[0], ids[1], travel_s, by_position=False)


def _columns(path: Path) -> tuple[list[str], pa.Table]:
    """Names of all columns, and the three that count."""
    text = decode_text(path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    head = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        raise MissingColumn(
            f"{path} has no column {' and '.join(missing)}; travel times stand in a CSV "
            f"{','.join(COLUMNS)} or an array .npy."
        )
    kinds = {COLUMNS[0]: pa.string(), COLUMNS[1]: pa.string(), COLUMNS[2]: pa.float64()}
    try:
        table = pa.csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pa.csv.ReadOptions(column_names=head, skip_rows=1),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter),
            convert_options=pa.csv.ConvertOptions(
                column_types=kinds, include_columns=list(COLUMNS), null_values=[""]
            ),
        )
    except pa.ArrowInvalid as error:
        raise BadValue(f"{path} is no table of travel times: {error}.") from error
    return head, table


def _refuse_pairs(path: Path, ids: Sequence[Sequence[str]], count: NDArray[np.int64]) -> None:
    """Refuse pairs that are missing or stand twice."""
    for wrong, what in ((count == 0, "no row"), (count > 1, "more than one row")):
        pairs = np.argwhere(wrong)
        if len(pairs):
            site, point = pairs[0]
            raise BadValue(
                f"{path} has {what} from {ids[0][site]} to {ids[1][point]} ({len(pairs)} such "
                "pairs in all); every site needs one row to every demand point, with an empty "
                "time where no road leads."
            )
