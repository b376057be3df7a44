"""Store watch: since when the store has been down, as requests and whatever goes on find it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from api.clock import Clock
from dispatch.store.engine import Store
from dispatch.store.outage import (
    FAILED,
    Outage,
    begin_to_write,
    kind_of,
    leave_trace,
    words_of,
)

logger = logging.getLogger(__name__)

BEGUN = "grid_dispatch.store_returns"
"""In the scope of a request: how often the store had come back when it came in."""


class StoreWatch:
    """
    Knows whether the store takes what is written.

    Parameters
    ----------
    store
        The store.
    clock
        Tells the present.

    Attributes
    ----------
    down_since
        When it was first found not to take what is written; None while it does.
    returns
        How often it has come back.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._noting = Lock()
        self.down_since: datetime | None = None
        self.returns = 0

    def note_down(self, error: Exception, *, begun: int) -> None:
        """
        Take notice that the store has failed somebody; what its driver says is logged once.

        Parameters
        ----------
        error
            What was raised.
        begun
            `returns` when the attempt began: what began before the store came back, and fails
            only then, is no news.
        """
        with self._noting:
            if self.down_since is not None or begun < self.returns:
                return
            self.down_since = self._clock()
        logger.error(
            "The store does not take what is written (%s); what is read may be stale.",
            words_of(error),
        )

    @contextmanager
    def trying(self, what: str) -> Iterator[None]:
        """
        Try work of the service's own: a failure is noted, and goes no further.

        While the store is away all of it fails, every second: that is said once.

        Parameters
        ----------
        what
            The work, as the log calls it; it will be tried again.
        """
        begun = self.returns
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- one that fails must not end the others
            self._note_failed(what, error, begun)

    def beat(self) -> None:
        """
        Look whether it takes writes again, or no longer; one that is well is not written to.

        Who only has to wait for somebody else learns nothing of it.
        """
        with self.trying("A look at the store"):
            if self.down_since is None:
                with self._store.session() as session:
                    begin_to_write(session)
            else:
                self._look_again()

    def _look_again(self) -> None:
        """Write; the store is back once that is committed."""
        with self._store.session() as session:
            leave_trace(session, now=self._clock())
            session.commit()
        with self._noting:
            self.down_since = None
            self.returns += 1
        logger.warning("The store takes what is written again.")

    def _note_failed(self, what: str, error: Exception, begun: int) -> None:
        """Take notice of work that has failed, by what its error means."""
        kind = kind_of(error) if isinstance(error, FAILED) else Outage.FAULT
        if kind is Outage.DOWN:
            self.note_down(error, begun=begun)
        elif kind is Outage.FAULT:
            logger.error("%s failed.", what, exc_info=error)
        else:
            logger.warning("%s is put off: the store is %s.", what, kind)
