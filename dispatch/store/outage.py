"""Whether the store takes what is written, and what an error of its driver means."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from enum import StrEnum

from psycopg import OperationalError as ConnectionLost
from sqlalchemy import select
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from dispatch.store.tables import META
from dispatch.store.upsert import upsert

FAILED = (DBAPIError, NoConnection, ConnectionLost)
"""
What is raised when a store fails somebody; the last to whoever listens on a connection of the
driver's own.
"""

TRACE = "written_after_outage"
"""Name of the entry that is written to find out whether a store takes it."""

NOT_KEPT = DataError
"""What they raise of a value that no column can hold, such as a number of thirty digits."""

_GAVE_WAY = {"40001", "40P01"}  # serialization failure, deadlock
_HELD_UP = {"55P03", "57014"}  # lock timeout, statement timeout
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_GONE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
}
_PRIMARY = 0xFF  # of SQLite's codes the lowest byte is the error, those above say more of it


class Outage(StrEnum):
    """Why a piece of work has failed; nothing of it was done."""

    GAVE_WAY = "gave_way"
    """It stood in the way of another one, and was undone for its sake: it may be tried again."""

    LOCKED = "locked"
    """Another process writes to the file, for longer than one waits: it may be tried again."""

    BUSY = "busy"
    """The store is there, and others kept it busy for too long."""

    DOWN = "down"
    """The store cannot be reached, or cannot be written to."""

    FAULT = "fault"
    """The store is there, and does not know what was asked of it: the program is wrong."""


def kind_of(error: Exception) -> Outage:
    """
    Tell what an error of a driver means.

    Parameters
    ----------
    error
        One of `FAILED`.

    Returns
    -------
    kind
        By the code that the server or SQLite gives.
    """
    if isinstance(error, NoConnection):
        return Outage.BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _of_file(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY)
    state = getattr(cause, "sqlstate", None)
    if state in _GAVE_WAY:
        return Outage.GAVE_WAY
    if state in _HELD_UP:
        return Outage.BUSY
    lost = (OperationalError, InterfaceError, ConnectionLost)
    return Outage.DOWN if isinstance(error, lost) else Outage.FAULT


def words_of(error: Exception) -> str:
    """
    Repeat what a driver says of an error, for whoever has to mend it.

    Parameters
    ----------
    error
        One of `FAILED`.

    Returns
    -------
    words
        The first line, such as “database or disk is full”; neither the statement nor its values,
        which stand in those below.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).partition("\n")[0] or type(cause).__name__


def begin_to_write(session: Session) -> None:
    """
    Find out whether a store lets somebody begin to write, or raise what its driver says.

    Parameters
    ----------
    session
        A session that may write; nothing in its store changes.
    """
    session.execute(select(1))


def leave_trace(session: Session, *, now: datetime) -> None:
    """
    Find out whether a store takes what is written, or raise what its driver says.

    On a full disk one may begin to write; only what is committed proves that there is room.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    now
        The present: what is written is never what stands there already, which costs no room.
    """
    upsert(session, META, "name", [{"name": TRACE, "value": now.isoformat()}])


def _of_file(code: int) -> Outage:
    """What a primary code of SQLite means."""
    if code in _LOCKED:
        return Outage.LOCKED
    return Outage.DOWN if code in _GONE else Outage.FAULT
