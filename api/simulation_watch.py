"""
Simulation watch: runs what was asked for in a process of its own, one after the other.

The process has its own memory and its own processor, so a year that is simulated delays nobody's
suggestion; it says over a line how far it is.  What was running when a service ended waits again:
a simulation is its question, and says the same when it is run once more.
"""

from __future__ import annotations

import logging
import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Any

from dispatch.store.simulations import (
    Simulation,
    end_simulation,
    note_progress,
    put_back,
    take_next,
)

if TYPE_CHECKING:
    from api.service import Service

logger = logging.getLogger(__name__)

ENDS_S = 5.0
"""A process that was told to end is killed after this long."""


@dataclass(slots=True, eq=False)
class _Running:
    """A simulation that is run."""

    number: str
    process: SpawnProcess
    line: Connection


class SimulationWatch:
    """
    Looks whether something is to be simulated, and how far it is.

    Parameters
    ----------
    service
        The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._running: _Running | None = None
        self._begun = False

    def beat(self) -> None:
        """Take what the process has said, and begin the next simulation when it is done."""
        if not self._begun:
            self._put_back()
            self._begun = True
        if self._running is not None:
            self._hear(self._running)
        if self._running is None:
            self._begin_next()

    def stop(self) -> None:
        """End the process; what it was at waits until a service is there again."""
        if self._running is not None:
            self._end(self._running)
            self._put_back()

    def _put_back(self) -> None:
        with self._service.store.session() as session:
            if put_back(session):
                session.commit()

    def _begin_next(self) -> None:
        with self._service.store.session() as session:
            taken = take_next(session)
            if taken is None:
                return
            session.commit()
        self._running = _start(self._service, taken)

    def _hear(self, running: _Running) -> None:
        """Keep the latest of what was said; a process that ended without a word has failed."""
        share: tuple[float, float | None] | None = None
        while running.line.poll():
            try:
                kind, told = running.line.recv()
            except EOFError:
                break
            if kind == "progress":
                share = told
            else:
                self._keep(running, *((told, None) if kind == "result" else (None, told)))
                return
        if not running.process.is_alive():
            code = running.process.exitcode
            self._keep(running, None, f"The process that simulated it ended with code {code}.")
        elif share is not None:
            self._note(running, *share)

    def _note(self, running: _Running, share: float, left_s: float | None) -> None:
        """Note how far it is; end it if nobody wants it any more."""
        with self._service.store.session() as session:
            wanted = note_progress(session, running.number, share, left_s)
            session.commit()
        if not wanted:
            self._end(running)

    def _keep(self, running: _Running, result: dict[str, Any] | None, said: str | None) -> None:
        """Keep what came of it."""
        if said is not None:
            logger.error("The simulation %s failed: %s", running.number, said)
        with self._service.store.session() as session:
            now = self._service.clock()
            end_simulation(session, running.number, result=result, said=said, now=now)
            session.commit()
        self._end(running)

    def _end(self, running: _Running) -> None:
        self._running = None
        running.process.terminate()
        running.process.join(ENDS_S)
        if running.process.is_alive():
            running.process.kill()
            running.process.join()
        running.line.close()


def _start(service: Service, simulation: Simulation) -> _Running:
    """Start the process of a simulation."""
    from api.simulation_job import run_job  # noqa: PLC0415 -- all of planning: takes seconds

    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=run_job, args=(service.store.url, simulation.id, theirs), daemon=True
    )
    process.start()
    theirs.close()
    return _Running(simulation.id, process, ours)
