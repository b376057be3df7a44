"""One process among several does what is to be done once; another takes over when it is gone."""

from __future__ import annotations

import logging
from contextlib import suppress
from threading import Lock

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dispatch.store.engine import Store

log = logging.getLogger(__name__)

LEADER_LOCK = 0x67726964_6C656164
"""Number of the server's lock; it goes with the connection of whoever holds it."""


class Leadership:
    """
    Whether this process leads, as the server of the store has it.

    An embedded store has one process, which leads.  On a server the lock belongs to one connection:
    when its process dies, or loses the server, the lock is free and the next one who looks has it.

    Parameters
    ----------
    store
        The store that the processes share.

    Attributes
    ----------
    leads
        Whether this process does what is to be done once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Connection | None = None
        self._looking = Lock()
        self.leads = store.path is not None

    def look(self) -> None:
        """Look whether the lock is ours, or can be had; `leads` says so until the next look."""
        if self._store.path is None:
            with self._looking:
                self.leads = self._holds()

    def resign(self) -> None:
        """Leave the lock to another process."""
        with self._looking:
            self.leads = False
            if (connection := self._connection) is not None:
                # Said, and not only hung up on, which the server notices a moment later.
                with suppress(SQLAlchemyError):  # a server that is away has freed it
                    connection.scalar(select(func.pg_advisory_unlock_all()))
                self._hang_up(connection)

    def _holds(self) -> bool:
        """Ask the server; a connection that fails has lost the lock."""
        try:
            if self._connection is None:
                connection = self._store.engine.connect()
                self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            if self.leads:
                return self._connection.scalar(select(1)) == 1
            asked = select(func.pg_try_advisory_lock(LEADER_LOCK))
            return self._connection.scalar(asked) is True
        except SQLAlchemyError as error:
            if self.leads:
                why = error.orig if isinstance(error, DBAPIError) else error
                log.warning("This process no longer leads, for the server is away: %s", why)
            if self._connection is not None:
                self._hang_up(self._connection)
            return False

    def _hang_up(self, connection: Connection) -> None:
        """Drop the connection for good: in the pool it would keep the lock."""
        self._connection = None
        connection.invalidate()
        connection.close()
