"""Whether the store takes what is written, and what an error of its driver means."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from psycopg import OperationalError as ConnectionLost
from sqlalchemy import select
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from dispatch.store.engine import Store

DOWN = (OperationalError, InterfaceError, NoConnection)
"""What the drivers raise when a store cannot be reached, is locked, or cannot be written to."""

FAILED = (*DOWN, ConnectionLost)
"""The same, and what is raised to whoever listens on a connection of the driver's own."""

NOT_KEPT = DataError
"""What they raise of a value that no column can hold, such as a number of thirty digits."""

_GAVE_WAY = {"40001", "40P01"}  # serialization failure, deadlock
_HELD_UP = {"55P03", "57014"}  # lock timeout, statement timeout
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
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
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & _PRIMARY
        return Outage.LOCKED if code in _LOCKED else Outage.DOWN
    state = getattr(cause, "sqlstate", None)
    if state in _GAVE_WAY:
        return Outage.GAVE_WAY
    return Outage.BUSY if state in _HELD_UP else Outage.DOWN


def takes_writes(store: Store) -> bool:
    """
    Find out whether a store could be written to now, by beginning to write and leaving it.

    Parameters
    ----------
    store
        The store; nothing in it changes.

    Returns
    -------
    takes
        False while its server is away, or its file may not be written to; who only has to wait
        for somebody else will be let in.
    """
    try:
        with store.session() as session:
            session.execute(select(1))
    except DOWN as error:
        return kind_of(error) is not Outage.DOWN
    return True
