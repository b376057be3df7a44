"""
Several server processes behind one socket: started, watched, and replaced one after the other.

The supervisor serves nothing itself.  It holds the listening socket, so that no connection is
refused while a process is replaced: whoever is ready takes the next one.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

logger = logging.getLogger(__name__)

STOP_S = 10.0
"""A process that was asked to stop and still runs is ended after this long."""

READY_S = 600.0
"""A replacement that is not ready by then is given up, and the old process stays."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
"""A process that ends unasked is started again after a pause, which doubles each time."""

STEADY_S = 60.0
"""Whoever has run for this long has not crashed at its start."""

LOOK_S = 0.2


@dataclass(slots=True, eq=False)
class Worker:
    """
    A server process.

    Attributes
    ----------
    process
        The process.
    line
        Over which it says that it is ready, and hears that the supervisor has gone.
    born
        When it was started, by a clock that only goes forward.
    ready
        Whether it has said so.
    """

    process: SpawnProcess
    line: Connection
    born: float = field(default_factory=time.monotonic)
    ready: bool = False


class Supervisor:
    """
    Keeps so many server processes running.

    Parameters
    ----------
    start
        Starts one.
    count
        How many.
    """

    def __init__(self, start: Callable[[], Worker], count: int) -> None:
        self._start = start
        self._count = count
        self._serving: list[Worker] = []
        self._leaving: list[tuple[Worker, float]] = []
        self._to_replace: list[Worker] = []
        self._next: Worker | None = None
        self._crashes = 0
        self._resume_at = 0.0
        self._stopping = False
        self._rolling = False

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; SIGHUP replaces one process after the other."""
        before = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGTERM, self._on_stop),
                (signal.SIGINT, self._on_stop),
                (signal.SIGHUP, self._on_roll),
            )
        }
        try:
            while not self._stopping:
                self._tick()
            self._stop_all()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True

    def _on_roll(self, _: int, __: FrameType | None) -> None:
        self._rolling = True

    def _tick(self) -> None:
        """Listen for a moment, then start, replace and bury whom it concerns."""
        everybody = [*self._serving, *(worker for worker, _ in self._leaving)]
        everybody += [self._next] if self._next is not None else []
        for heard in wait([one.line for one in everybody if not one.ready], timeout=LOOK_S):
            self._hear(next(one for one in everybody if one.line is heard))
        self._bury()
        if self._rolling:
            self._rolling = False
            self._to_replace = list(self._serving)
            logger.info("Replacing %d server processes, one after the other", len(self._serving))
        self._replace()
        if len(self._serving) < self._count and time.monotonic() >= self._resume_at:
            self._serving.append(self._start())

    def _hear(self, worker: Worker) -> None:
        """Note that a process is ready, or that its line is dead."""
        try:
            worker.line.recv()
        except (EOFError, OSError):
            worker.process.join(LOOK_S)
        else:
            worker.ready = True
            logger.info("Server process %d is ready", worker.process.pid)

    def _bury(self) -> None:
        """Take away who has ended: asked to, or not."""
        now = time.monotonic()
        for worker, until in list(self._leaving):
            if worker.process.is_alive() and now > until:
                logger.warning("Server process %d did not stop in time", worker.process.pid)
                worker.process.kill()
                worker.process.join()
            if not worker.process.is_alive():
                self._leaving.remove((worker, until))
                _close(worker)
        for worker in list(self._serving):
            if not worker.process.is_alive():
                self._serving.remove(worker)
                self._to_replace = [one for one in self._to_replace if one is not worker]
                self._pause_after(worker, now)
                _close(worker)

    def _pause_after(self, worker: Worker, now: float) -> None:
        """Decide when a process that ended unasked is started again."""
        self._crashes = 0 if now - worker.born > STEADY_S else self._crashes + 1
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** max(0, self._crashes - 1))
        self._resume_at = now + pause_s
        logger.error(
            "Server process %d ended by itself (%s); another starts in %.1f s",
            worker.process.pid,
            worker.process.exitcode,
            pause_s,
        )

    def _replace(self) -> None:
        """Bring in one new process before an old one is asked to go."""
        if self._next is None:
            if self._to_replace:
                self._next = self._start()
            return
        late = time.monotonic() - self._next.born > READY_S
        if self._next.ready:
            self._serving.append(self._next)
            self._next = None
            if self._to_replace:
                self._dismiss(self._to_replace.pop(0))
        elif late or not self._next.process.is_alive():
            logger.error("The new server process is not ready; the old ones stay")
            self._next.process.kill()
            self._next.process.join()
            _close(self._next)
            self._next, self._to_replace = None, []

    def _dismiss(self, worker: Worker) -> None:
        """Ask a process to finish what it does and go."""
        self._serving.remove(worker)
        worker.process.terminate()
        self._leaving.append((worker, time.monotonic() + STOP_S))

    def _stop_all(self) -> None:
        """Ask everybody to go, and see them off."""
        if self._next is not None:
            self._serving.append(self._next)
        for worker in list(self._serving):
            self._dismiss(worker)
        while self._leaving:
            wait([worker.process.sentinel for worker, _ in self._leaving], timeout=LOOK_S)
            self._bury()


def follow_supervisor(line: Connection) -> None:
    """
    Stop this process when its supervisor has gone, however that went.

    Parameters
    ----------
    line
        The other end of the supervisor's line.
    """

    def listen() -> None:
        try:
            line.recv()
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=listen, name="supervisor", daemon=True).start()


def _close(worker: Worker) -> None:
    """Give up what is left of a process that has ended."""
    worker.process.join()
    worker.line.close()
    worker.process.close()
