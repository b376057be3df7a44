"""Store watch: since when the store has been down, as requests and a steady look find it."""

from __future__ import annotations

import logging
from datetime import datetime

from api.clock import Clock
from dispatch.store.engine import Store
from dispatch.store.outage import takes_writes

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
        """Take notice of a request that the store has failed."""
        if self.down_since is None:
            self.down_since = self._clock()
            logger.error("The store does not take what is written; what is read may be stale.")

    def beat(self) -> None:
        """Look whether it takes writes again, or no longer."""
        if not takes_writes(self._store):
            self.note_down()
        elif self.down_since is not None:
            self.down_since = None
            logger.warning("The store takes what is written again.")
