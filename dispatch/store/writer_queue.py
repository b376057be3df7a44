"""
The queue of writers of an embedded store: whoever has waited longest is next.

SQLAlchemy's own queue gives a connection to whoever asks at the right moment, which is whoever has
just given it back: one who writes without a pause, as automatic dispatch does, would keep reports
waiting for seconds.
"""

from __future__ import annotations

import queue
from collections import deque
from typing import TypeVar

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.util.queue import Empty, Queue

T = TypeVar("T")


class _InTurn(Queue[T]):
    """Hands what is given back to whoever has waited longest; the others don't even wake."""

    def __init__(self, maxsize: int = 0, use_lifo: bool = False) -> None:  # noqa: FBT001, FBT002 -- as in SQLAlchemy
        super().__init__(maxsize, use_lifo)
        self._line: deque[queue.SimpleQueue[T]] = deque()

    def put(self, item: T, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 -- as in SQLAlchemy
        """Hand it to the first in line; with nobody there it lies ready."""
        with self.mutex:
            if self._line:
                self._line.popleft().put(item)
            else:
                super().put(item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> T:  # noqa: FBT001, FBT002 -- as in SQLAlchemy
        """Take what lies ready, else wait in line."""
        with self.mutex:
            if not block or self.qsize():
                return super().get(block=False)
            hand: queue.SimpleQueue[T] = queue.SimpleQueue()
            self._line.append(hand)
        try:
            return hand.get(timeout=timeout)
        except queue.Empty:
            return self._leave(hand)

    def _leave(self, hand: queue.SimpleQueue[T]) -> T:
        """Leave the line with empty hands, unless something was handed over at that very moment."""
        with self.mutex:
            if hand in self._line:
                self._line.remove(hand)
                raise Empty
            return hand.get_nowait()


class WritersInTurn(QueuePool):
    """A pool of connections for which those who write queue."""

    _queue_class: type[Queue[ConnectionPoolEntry]] = _InTurn
