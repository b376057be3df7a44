"""Completed assignments of earlier years, from a Parquet file in the city folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dispatch.arrival_fit import Arrivals, completed
from geo.errors import MissingColumn, UnreadableFile

COLUMNS = ("mode", "dispatched_at", "arrived_at", "estimated_s")
"""Columns that are read; others may be there."""


def read_arrivals(path: Path) -> Arrivals:
    """
    Read completed assignments.

    Parameters
    ----------
    path
        Parquet file with ``mode`` (name), ``dispatched_at`` and ``arrived_at`` (instants with
        offset, the latter empty where nobody recorded it) and ``estimated_s`` (predicted
        travel time in seconds).

    Returns
    -------
    arrivals
        Those that a model can learn from.

    Raises
    ------
    UnreadableFile
        The file is missing, is no Parquet, or its instants have no offset.
    MissingColumn
        A column is not there.
    BadValue
        A mode is not known.
    """
    try:
        with pq.ParquetFile(path) as file:
            missing = sorted(set(COLUMNS) - set(file.schema_arrow.names))
            if missing:
                raise MissingColumn(f"{path.name} lacks the column {missing[0]!r}.")
            table = file.read(columns=list(COLUMNS))
    except (OSError, pa.ArrowException) as error:
        raise UnreadableFile(f"The history {path} cannot be read: {error}.") from error
    return completed(
        mode=np.asarray(table["mode"].to_pylist(), dtype=str),
        dispatched_s=_seconds(table, "dispatched_at", path),
        arrived_s=_seconds(table, "arrived_at", path),
        travel_time_s=table["estimated_s"].to_numpy().astype(np.float64),
    )


def _seconds(table: pa.Table, name: str, path: Path) -> NDArray[np.float64]:
    """Instants as seconds since 1970, NaN where there is none."""
    column = table[name]
    if not pa.types.is_timestamp(column.type) or column.type.tz is None:
        raise UnreadableFile(f"{name} in {path.name} must hold instants with an offset.")
    stamps = column.cast(pa.timestamp("ms", "UTC")).to_numpy()
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1000.0)
