"""Store watch: since when the store has been down, as requests and whatever goes on find it."""

from __future__ import annotations

import logging
from datetime import datetime

from api.clock import Clock
from dispatch.store.engine import Store
from dispatch.store.outage import FAILED, Outage, kind_of, takes_writes

logger = logging.getLogger(__name__)


class StoreWatch:
    """
    Knows whether the store takes what is written.

    Parameters
    ----------
    store
        The store.
    clock
        Tells the present.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.down_since: datetime | None = None

    def note_down(self) -> None:
        """Take notice that the store has failed somebody."""
        if self.down_since is None:
            self.down_since = self._clock()
            logger.error("The store does not take what is written; what is read may be stale.")

    def note_failed(self, what: str, error: Exception) -> None:
        """
        Take notice of work of the service's own that has failed, and will be tried again.

        While the store is away all of it fails, every second: that is said once.

        Parameters
        ----------
        what
            The work, as the log calls it.
        error
            What it has raised.
        """
        if not isinstance(error, FAILED):
            logger.error("%s failed.", what, exc_info=error)
        elif (kind := kind_of(error)) is Outage.DOWN:
            self.note_down()
        else:
            logger.warning("%s is put off: the store is %s.", what, kind)

    def beat(self) -> None:
        """Look whether it takes writes again, or no longer."""
        if not takes_writes(self._store):
            self.note_down()
        elif self.down_since is not None:
            self.down_since = None
            logger.warning("The store takes what is written again.")
