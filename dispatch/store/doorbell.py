"""Doorbell: wait until somebody, in this process or another, has told something."""

from __future__ import annotations

from threading import Event
from typing import Any

from dispatch.store.engine import Store
from dispatch.store.ledger import BELL

EMBEDDED_WAIT_S = 0.1
"""How long to wait before looking again where nobody rings."""


class Doorbell:
    """
    Waits for the next event; a ring that is missed costs time and never an event.

    On PostgreSQL it listens on a connection of its own.  An embedded store has one process that
    writes and asking it costs next to nothing, so there it only waits a moment.

    Parameters
    ----------
    store
        The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hung_up = Event()
        self._connection: Any = None

    def wait(self, within_s: float) -> None:
        """
        Wait until it rings, or the time is over.

        Parameters
        ----------
        within_s
            How long to wait at most.
        """
        if self._store.path is not None:
            self._hung_up.wait(min(within_s, EMBEDDED_WAIT_S))
            return
        if self._connection is None:
            self._connection = self._listen()
        try:
            for _ in self._connection.notifies(timeout=within_s, stop_after=1):
                return
        except BaseException:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """Give the connection up; the next wait opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _listen(self) -> Any:  # noqa: ANN401 -- a connection of the driver, whichever it is
        """Open a connection that hears every ring from now on."""
        pooled = self._store.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {BELL}")
        except BaseException:  # nobody else closes what is in no pool
            connection.close()
            raise
        return connection
