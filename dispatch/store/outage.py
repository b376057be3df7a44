"""Whether the store takes what is written, and what an error of its driver means."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from dispatch.store.engine import Store

DOWN = (OperationalError, InterfaceError, NoConnection)
"""What the drivers raise when a store cannot be reached, is locked, or cannot be written to."""

NOT_KEPT = DataError
"""What they raise of a value that no column can hold, such as a number of thirty digits."""

_GAVE_WAY = {"40001", "40P01"}  # serialization failure, deadlock
_HELD_UP = {"55P03", "57014"}  # lock timeout, statement timeout


class Outage(StrEnum):
    """Why a piece of work has failed; nothing of it was done."""

    GAVE_WAY = "gave_way"
    """It stood in the way of another one, and was undone for its sake: it may be tried again."""

    BUSY = "busy"
    """The store is there, and others kept it busy for too long."""

    DOWN = "down"
    """The store cannot be reached, is locked, or cannot be written to."""


def kind_of(error: Exception) -> Outage:
    """
    Tell what an error of a driver means.

    Parameters
    ----------
    error
        One of `DOWN`.

    Returns
    -------
    kind
        By the code that the server gives; an embedded store gives none.
    """
    if isinstance(error, NoConnection):
        return Outage.BUSY
    code = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    if code in _GAVE_WAY:
        return Outage.GAVE_WAY
    return Outage.BUSY if code in _HELD_UP else Outage.DOWN


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
        False while its server is away, or its file is locked or may not be written to.
    """
    try:
        with store.session() as session:
            session.execute(select(1))
    except DOWN:
        return False
    return True
