"""
The queue of writers of an embedded store: whoever has waited longest is next.

SQLAlchemy's own queue gives a connection to whoever asks at the right moment, which is whoever has
just given it back: one who writes without a pause, as automatic dispatch does, would keep reports
waiting for seconds.
"""

from __future__ import annotations

import time
from collections import deque
from threading import Lock
from typing import TypeVar

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.util.queue import Empty, Queue

T = TypeVar("T")


class _InTurn(Queue[T]):
    """Gives to those who wait in the order in which they came."""

    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:  # noqa: FBT001, FBT002 -- as in SQLAlchemy
        super().__init__(maxsize, use_lifo)
        self._line: deque[Lock] = deque()

    def get(self, block: bool = True, timeout: float | None = None) -> T:  # noqa: FBT001, FBT002 -- as in SQLAlchemy
        """Wait in line, and then for what is given back; the one in front waits for that alone."""
        if not block or timeout is None:
            return super().get(block, timeout)
        until, turn = time.monotonic() + timeout, Lock()
        turn.acquire()
        with self.mutex:
            self._line.append(turn)
            in_front = len(self._line) == 1
        try:
            if not in_front and not turn.acquire(timeout=timeout):
                raise Empty
            return super().get(timeout=max(0.0, until - time.monotonic()))
        finally:
            self._leave(turn)

    def _leave(self, turn: Lock) -> None:
        """Leave the line; who was in front calls the next."""
        with self.mutex:
            in_front = self._line[0] is turn
            self._line.remove(turn)
            if in_front and self._line:
                self._line[0].release()


class WritersInTurn(QueuePool):
    """A pool of connections for which those who write queue."""

    _queue_class: type[Queue[ConnectionPoolEntry]] = _InTurn
