"""Whether the store takes what is written: asked for by beginning to write, and leaving it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from dispatch.store.engine import Store

DOWN = (OperationalError, InterfaceError, NoConnection)
"""What the drivers raise when a store cannot be reached, is locked, or cannot be written to."""


def takes_writes(store: Store) -> bool:
    """
    Find out whether a store could be written to now.

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
