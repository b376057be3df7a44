"""Standstill: a demo city does not age while nobody serves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from dispatch.store.tables import INCIDENTS, POSITIONS


def resume(session: Session, *, now: datetime) -> timedelta:
    """
    Let an invented city go on where it stopped: at its newest position.

    Parameters
    ----------
    session
        A session that may write, on the store of an invented city; the caller commits.
    now
        The present, with offset.

    Returns
    -------
    pause
        How long it stood still; positions and incidents have moved on by as much, so that
        a crew that was seen ten seconds before the stop was seen ten seconds ago.
    """
    stopped: datetime | None = session.scalar(select(func.max(POSITIONS.c.time)))
    if stopped is None or now <= stopped:
        return timedelta(0)
    pause = now - stopped
    for table, instant in ((POSITIONS, "time"), (INCIDENTS, "reported_at")):
        _move_on(session, table, instant, pause)
    return pause


def _move_on(session: Session, table: Table, instant: str, pause: timedelta) -> None:
    """Add the pause to one column of a table."""
    rows = session.execute(select(table.c.fid, table.c[instant])).all()
    moved = [{"row": fid, "moved": known + pause} for fid, known in rows]
    if moved:
        change = update(table).where(table.c.fid == bindparam("row"))
        session.connection().execute(change.values({instant: bindparam("moved")}), moved)
