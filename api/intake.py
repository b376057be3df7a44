"""
Intake of positions: a bounded queue, and one thread that judges what waits there.

The snapshot of whereabouts is swapped whole, so that to move it costs the same for one fix as for
a thousand.  Fixes therefore wait a moment and are judged together, those that came first first;
each request is answered once its own are judged.  When more wait than the service gets through,
requests are turned away at once: a terminal sends its place again, a report is made once.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import compress, islice
from threading import Condition, Event, Thread

from api.errors import Overloaded
from geo.errors import Unavailable
from geo.position import Fix, FixResult

logger = logging.getLogger(__name__)

MOST_WAITING = 20_000
"""Fixes that wait: four seconds of what a large city sends."""

PACE_S = 0.2
"""Shortest time from one swap of the snapshot to the next."""

Results = tuple[FixResult, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Fixes of one request, and where their results go."""

    fixes: Sequence[Fix]
    answer: Future[Results] = field(default_factory=Future)


class PositionIntake:
    """
    Judges fixes, a round at a time.

    Parameters
    ----------
    judge
        Takes fixes in; called by one thread alone.
    most_waiting
        Fixes that may wait.
    pace_s
        Shortest time from one round to the next.
    """

    def __init__(
        self,
        judge: Callable[[Sequence[Fix]], Results],
        *,
        most_waiting: int = MOST_WAITING,
        pace_s: float = PACE_S,
    ) -> None:
        self._judge = judge
        self._most_waiting = most_waiting
        self._pace_s = pace_s
        self._batches: deque[_Batch] = deque()
        self._waiting = 0
        self._changed = Condition()
        self._open = False
        self._closed = Event()
        self._thread: Thread | None = None
        self.turned_away = 0

    @property
    def waiting(self) -> int:
        """Number of fixes that wait."""
        return self._waiting

    @property
    def full(self) -> bool:
        """Whether nothing more would be taken."""
        return self._waiting >= self._most_waiting

    def start(self) -> None:
        """Begin to judge."""
        self._open = True
        self._closed.clear()
        self._thread = Thread(target=self._run, name="position intake", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Judge what waits, then end."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def offer(self, fixes: Sequence[Fix]) -> Future[Results]:
        """
        Queue the fixes of one request.

        Parameters
        ----------
        fixes
            One or many.

        Returns
        -------
        answer
            What became of each, once they are judged.

        Raises
        ------
        Overloaded
            Too many wait already.
        Unavailable
            The service is about to stop.
        """
        batch = _Batch(fixes)
        with self._changed:
            if not self._open:
                raise Unavailable("The service is about to stop; send the positions again later.")
            if self._waiting and self._waiting + len(fixes) > self._most_waiting:
                self.turned_away += len(fixes)
                raise Overloaded("More positions wait than are dealt with; send them again later.")
            if not self._batches:
                self._changed.notify_all()
            self._batches.append(batch)
            self._waiting += len(fixes)
        return batch.answer

    def _run(self) -> None:
        """Judge round after round, until the intake is closed and nothing waits."""
        while batches := self._next_round():
            began = time.monotonic()
            self._judge_together(batches)
            with self._changed:
                self._waiting -= sum(len(batch.fixes) for batch in batches)
            self._closed.wait(max(0.0, began + self._pace_s - time.monotonic()))

    def _next_round(self) -> list[_Batch]:
        """Wait for batches; none when the intake is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._batches or not self._open)
            batches = list(self._batches)
            self._batches.clear()
        return batches

    def _judge_together(self, batches: list[_Batch]) -> None:
        """Judge several batches as one, and answer each that still waits for it."""
        asking = [batch.answer.set_running_or_notify_cancel() for batch in batches]
        try:
            results = iter(self._judge([fix for batch in batches for fix in batch.fixes]))
        except Exception as error:  # whoever waits for it hears of it
            logger.exception("Positions could not be taken in")
            for batch in compress(batches, asking):
                batch.answer.set_exception(error)
            return
        for batch, waits in zip(batches, asking, strict=True):
            answer = tuple(islice(results, len(batch.fixes)))
            if waits:
                batch.answer.set_result(answer)
