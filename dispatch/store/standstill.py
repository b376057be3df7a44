"""Standstill: a demo city does not age while nobody serves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from dispatch.store.duty import note_duty_change
from dispatch.store.duty_tables import CALENDARS, JOBS
from dispatch.store.tables import INCIDENTS, META, POSITIONS
from dispatch.store.transitions import TRANSITIONS


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
        How long it stood still; positions, jobs, appointments and invented incidents have moved
        on by as much, so that a crew that was seen ten seconds before the stop was seen ten
        seconds ago.  What people have done stays when it was done: it is on record.
    """
    stopped: datetime | None = session.scalar(select(func.max(POSITIONS.c.time)))
    if stopped is None or now <= stopped:
        return timedelta(0)
    pause = now - stopped
    acted_on = select(TRANSITIONS.c.incident)
    _move_on(session, INCIDENTS, "reported_at", pause, INCIDENTS.c.id.not_in(acted_on))
    for table, *instants in (
        (POSITIONS, "time"),
        (JOBS, "started_at", "expected_end", "ended_at"),
        (CALENDARS, "from_time", "to_time"),
    ):
        for instant in instants:
            _move_on(session, table, instant, pause)
    note_duty_change(session)
    return pause


def stands_still_at(session: Session) -> datetime | None:
    """
    Tell where an invented city stopped.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    stopped
        The instant of its newest position; None for a real city, and where nobody was seen.
    """
    invented = session.scalar(select(META.c.value).where(META.c.name == "invented")) == "1"
    return session.scalar(select(func.max(POSITIONS.c.time))) if invented else None


def _move_on(
    session: Session, table: Table, instant: str, pause: timedelta, *which: ColumnElement[bool]
) -> None:
    """Add the pause to one column of a table."""
    known = select(table.c.fid, table.c[instant]).where(table.c[instant].is_not(None), *which)
    rows = session.execute(known).all()
    moved = [{"row": fid, "moved": at + pause} for fid, at in rows]
    if moved:
        change = update(table).where(table.c.fid == bindparam("row"))
        session.connection().execute(change.values({instant: bindparam("moved")}), moved)
