"""
Runs: years of one or several worlds over the same incidents, in this process or in several.

A run is a pure function of its worlds, the seed and its number (`run_once`), so that anybody may
compute any of them anywhere; runs are put in order by number, and the answer is the same for one
worker and for many.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.tables import Tables, prepare
from dispatch.planning.simulation.tally import Tally, tally
from dispatch.planning.simulation.world import World
from geo.errors import BadValue

Told = Callable[[float], None]
"""Called with the share that is done, 0…1."""

RunTallies = tuple[Tally, ...]
"""One run: the counts of each world."""

_TABLES: list[Tables] = []
"""Worlds of a worker process, laid out once."""


def run_once(tables: Sequence[Tables], *, seed: int, run: int) -> RunTallies:
    """
    Run one year of some worlds over the same incidents.

    Parameters
    ----------
    tables
        Worlds that differ in plan, staffing or policy; incidents are drawn from the first.
    seed
        Source of chance.
    run
        Number of the run.

    Returns
    -------
    tallies
        In the order of the worlds.
    """
    incidents = draw_incidents(tables[0].world.reports, seed=seed, run=run)
    return tuple(tally(simulate(one, incidents)) for one in tables)


class Years:
    """
    Runs of some worlds as a task that can be sent anywhere, which lays the worlds out on arrival.

    Parameters
    ----------
    worlds
        See `run_once`.
    seed
        Source of chance.

    Raises
    ------
    BadValue
        Worlds don't share what comes in.
    """

    def __init__(self, worlds: Sequence[World], seed: int) -> None:
        check_pairs(worlds)
        self._asked = tuple(worlds), seed
        self._tables = [prepare(world) for world in worlds]

    def __reduce__(self) -> tuple[type[Years], tuple[tuple[World, ...], int]]:
        """Send what was asked, not the tables."""
        return Years, self._asked

    def __call__(self, run: int) -> RunTallies:
        """Do the run of a number."""
        return run_once(self._tables, seed=self._asked[1], run=run)


def run_many(
    worlds: Sequence[World],
    *,
    seed: int,
    runs: int,
    workers: int = 1,
    told: Told | None = None,
) -> Iterator[RunTallies]:
    """
    Run many years of some worlds.

    Parameters
    ----------
    worlds
        See `run_once`.
    seed
        Source of chance.
    runs
        How many.
    workers
        In how many processes.
    told
        Told how far the work is.

    Yields
    ------
    tallies
        Run by run, in the order of their numbers, so that whoever stops early has the first ones.

    Raises
    ------
    BadValue
        Worlds don't share what comes in, or a count is below 1.
    """
    check_pairs(worlds)
    if runs < 1 or workers < 1:
        raise BadValue(f"Ask for one run and one worker or more, not {runs} and {workers}.")
    done = 0
    with _results(worlds, seed, runs, min(workers, runs)) as results:
        for tallies in results:
            done += 1
            if told is not None:
                told(done / runs)
            yield tallies


@contextmanager
def _results(
    worlds: Sequence[World], seed: int, runs: int, workers: int
) -> Iterator[Iterator[RunTallies]]:
    """Give the runs as they are done, from this process or from others, which end with it."""
    if workers == 1:
        tables = [prepare(world) for world in worlds]
        yield (run_once(tables, seed=seed, run=run) for run in range(runs))
        return
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, fresh, _begin, (list(worlds),)) as pool:
        try:
            yield pool.map(_run_here, [(seed, run) for run in range(runs)])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin(worlds: Sequence[World]) -> None:
    """Lay the worlds out in a worker."""
    _TABLES[:] = [prepare(world) for world in worlds]


def _run_here(task: tuple[int, int]) -> RunTallies:
    """Run one year in a worker."""
    seed, run = task
    return run_once(_TABLES, seed=seed, run=run)


def check_pairs(worlds: Sequence[World]) -> None:
    """
    Refuse worlds that cannot be compared run by run.

    Parameters
    ----------
    worlds
        One or more.

    Raises
    ------
    BadValue
        There is none, or they don't share what comes in.
    """
    if not worlds:
        raise BadValue("There is no world to simulate.")
    if any(world.reports is not worlds[0].reports for world in worlds):
        raise BadValue("Only worlds with the same incidents are compared run by run.")
