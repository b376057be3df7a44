"""
Who moved, for the other processes on one PostgreSQL: a row per process and second.

Rows and not notifications, because what NOTIFY carries is at most 8,000 bytes, is written under
a lock of the whole server, and is gone for whoever was not listening.  Rows are dropped after a
minute; the table of positions has what is older.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import Column, LargeBinary, delete, insert, select
from sqlalchemy.orm import Session

from dispatch.fix_columns import FIX_FIELDS, FixTable, read_fix
from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from geo.position import Fix

POSITION_DELTAS = table(
    "position_deltas",
    "定位增量 / Who moved within a second, told by one process to the others",
    Column("at", Instant, nullable=False),
    text("process"),
    Column("part", LargeBinary, nullable=False),
)

END_OF_IDS = b"\n"
"""Stands between ids, as JSON in one line, and fixes, as columns."""

QUICKLY = 1
"""Level of compression: a second's fixes are read once by each process, and dropped."""


def write_delta(
    session: Session, officers: Sequence[str], fixes: FixTable, *, process: str, now: datetime
) -> None:
    """
    Tell other processes who moved.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    officers
        Their ids.
    fixes
        Their accepted fixes, a row each.
    process
        Name of this process.
    now
        The present, with offset.
    """
    ids = json.dumps(officers, separators=(",", ":")).encode()
    part = zlib.compress(ids + END_OF_IDS + fixes.astype("<f8").tobytes(), QUICKLY)
    session.execute(insert(POSITION_DELTAS).values(at=now, process=process, part=part))


def deltas_of_others(session: Session, *, process: str) -> frozenset[int]:
    """
    List what other processes have told.

    Parameters
    ----------
    session
        A session.
    process
        Name of this process.

    Returns
    -------
    numbers
        Of all rows that are there: a lower number may appear after a higher one.
    """
    query = select(POSITION_DELTAS.c.fid).where(POSITION_DELTAS.c.process != process)
    return frozenset(session.scalars(query))


def read_deltas(session: Session, numbers: Iterable[int]) -> list[Fix]:
    """
    Read who moved.

    Parameters
    ----------
    session
        A session.
    numbers
        Of the rows to read.

    Returns
    -------
    fixes
        In the order of the rows.
    """
    query = select(POSITION_DELTAS.c.part).where(POSITION_DELTAS.c.fid.in_(tuple(numbers)))
    parts = session.scalars(query.order_by(POSITION_DELTAS.c.fid))
    return [fix for part in parts for fix in _fixes(part)]


def drop_deltas(session: Session, *, before: datetime, process: str | None = None) -> None:
    """
    Drop what every process has read by now.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    before
        End of what may go, with offset.
    process
        Of this process only, so that no two drop the same; None for all.
    """
    gone = delete(POSITION_DELTAS).where(POSITION_DELTAS.c.at < before)
    if process is not None:
        gone = gone.where(POSITION_DELTAS.c.process == process)
    session.execute(gone)


def _fixes(part: bytes) -> Iterator[Fix]:
    """Read the fixes of a row."""
    ids, _, table = zlib.decompress(part).partition(END_OF_IDS)
    rows = np.frombuffer(table, dtype="<f8").reshape(-1, len(FIX_FIELDS)).tolist()
    for officer, row in zip(json.loads(ids), rows, strict=True):
        fix = read_fix(officer, row)
        if fix is not None:
            yield fix
