"""
Runs: years of one or several worlds over the same incidents.

A run is a pure function of its worlds, the seed and its number (`run_once`), so that anybody may
compute any of them anywhere; runs are put in order by number, and the answer is the same for one
worker and for many.
"""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.tables import Tables, prepare
from dispatch.planning.simulation.tally import Tally, tally
from dispatch.planning.simulation.world import World
from geo.errors import BadValue

RunTallies = tuple[Tally, ...]
"""One run: the counts of each world."""


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
