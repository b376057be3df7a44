"""Coverage and move-up on the large demo city, in shares of the yardstick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dispatch.city_coverage import CityCoverage, survey_city
from dispatch.city_move_up import CityMoveUp, propose_city_moves
from dispatch.coverage_gap import by_zone, gaps
from dispatch.demand_point import Ground, lay_out_demand
from dispatch.move_up import MoveUpRule
from dispatch.unit import DutyStatus
from dispatch.warm import warm_kernels
from dispatch.whereabouts import Whereabouts
from fixtures.demo_city import Preset
from geo.position import Fix
from geo.road.travel_time import NetworkTravelTimes
from tests.bench._demo_city import demo_whereabouts
from tests.bench._report import Report, figure, mark, table, with_goals
from tests.bench._yardstick import NOTE, QUIET_S_MS, Yardstick, share

FREE = (1.0, 0.3, 0.1)
"""Shares of the crews that are not busy: as they are in the demo, and as gaps open."""

CHANGES = 15
REPEATS = 5

COUNT_MS, CHANGE_MS, MOVE_UP_MS, PRICES_MS = 50.0, 2.0, 1_000.0, 0.2
"""To be reached on a quiet machine, with all crews as they are in the demo."""


@dataclass(frozen=True)
class Asked:
    """A question: how to draw it, how often, and what is to be reached on a quiet machine."""

    name: str
    ask: Callable[[], object]
    times: int
    goal_ms: float | None


def measure(_data: Path) -> Report:
    """Time counts, changes, prices and proposals, with fewer and fewer crews free."""
    return measured(*demo_whereabouts(Preset.LARGE))


def measured(whereabouts: Whereabouts, now: datetime) -> Report:
    """Measure one city."""
    warm_kernels()
    rng = np.random.default_rng(1)
    city = whereabouts.city
    engine = next(
        engine for engine in city.travel_times.values() if isinstance(engine, NetworkTravelTimes)
    )
    yardstick, ground = Yardstick(engine.network), lay_out_demand(city)
    lines = []
    for free in FREE:
        here = with_fewer(whereabouts, free, rng)
        covered = survey_city(ground, here, now=now)
        lines.append([f"**{said(covered)}**", "", "", "", "", ""])
        for asked in questions(ground, here, covered, rng):
            timed = yardstick.beside(lambda _, ask=asked.ask: ask(), lambda: None, asked.times)
            goal = asked.goal_ms if free == 1.0 else None
            good = goal is not None and timed.of_s <= goal / QUIET_S_MS
            judged = [figure(goal), mark(good=good)] if goal is not None else ["", ""]
            quiet_ms = timed.of_s * QUIET_S_MS
            lines.append(
                [
                    asked.name,
                    figure(timed.median_ms),
                    share(timed.of_s),
                    figure(quiet_ms),
                    *judged,
                ]
            )
    lead = (
        f"{len(city.roster.officers):,} officers in {len(city.roster.crews):,} crews, "
        f"{len(ground.target_s):,} points of demand, {engine.network.n_nodes:,} junctions. {NOTE}"
    )
    head = ["", "ms", "of S", "ms, quiet", "to reach", ""]
    return Report(f"{lead}\n\n{table(head, lines)}", with_goals(lines, title="coverage"))


def said(covered: CityCoverage) -> str:
    """What stands above the rows of one state of the city."""
    count = covered.held.count
    return (
        f"{int(covered.free.sum()):,} crews free, {covered.held.share:.2%} covered; "
        f"{int((count == 0).sum())} points uncovered, {int((count == 1).sum())} by one crew"
    )


def questions(
    ground: Ground, whereabouts: Whereabouts, covered: CityCoverage, rng: np.random.Generator
) -> Iterator[Asked]:
    """Everything that is asked of one state of the city."""
    now, crews = covered.now, np.flatnonzero(covered.free)
    yield Asked(
        "coverage of the city, from scratch",
        lambda: survey_city(ground, whereabouts, now=now),
        REPEATS,
        COUNT_MS,
    )
    chosen = rng.choice(crews, CHANGES)
    for name, changed in (
        ("a crew moves", [relocated(whereabouts, crew, crews, now, rng) for crew in chosen]),
        ("a crew becomes busy", [made_busy(whereabouts, chosen[[row]]) for row in range(CHANGES)]),
    ):
        turn = cycle(changed)
        yield Asked(
            name,
            lambda turn=turn: survey_city(ground, next(turn), now=now, before=covered),
            CHANGES,
            CHANGE_MS,
        )
    yield Asked("zones and gaps", lambda: (by_zone(covered.held), gaps(covered.held)), 9, None)
    yield Asked("price of 32 crews", lambda: covered.prices(crews[:32]), 9, PRICES_MS)
    for most in (3, 5):
        proposed: list[CityMoveUp] = []

        def propose(most: int = most, proposed: list[CityMoveUp] = proposed) -> None:
            counted = survey_city(ground, whereabouts, now=now)
            proposed[:] = [propose_city_moves(counted, MoveUpRule(most_moves=most))]

        propose()
        plan = proposed[0].proposal
        outcome = f"{len(plan.moves)} moves, {plan.share_before:.2%} → {plan.share_after:.2%}, " + (
            "proven" if plan.proven else f"gap {plan.gap:.5f}"
        )
        name = f"count, then move up to {most} crews: {outcome}"
        yield Asked(name, propose, 2, MOVE_UP_MS)


def with_fewer(whereabouts: Whereabouts, free: float, rng: np.random.Generator) -> Whereabouts:
    """Let all but a share of the crews be busy."""
    n_crews = len(whereabouts.city.roster.crews)
    return made_busy(whereabouts, np.flatnonzero(rng.random(n_crews) >= free))


def made_busy(whereabouts: Whereabouts, crews: NDArray[np.int64]) -> Whereabouts:
    """Let some crews be busy."""
    roster = whereabouts.city.roster
    rows = np.flatnonzero(np.isin(roster.crew_of, crews)).tolist()
    return whereabouts.with_status({roster.officers[row].id: DutyStatus.BUSY for row in rows})


def relocated(
    whereabouts: Whereabouts,
    crew: int,
    crews: NDArray[np.int64],
    now: datetime,
    rng: np.random.Generator,
) -> Whereabouts:
    """Let a crew stand where another one stands."""
    roster = whereabouts.city.roster
    other = whereabouts.fix_of(int(roster.members(int(rng.choice(crews)))[0]))
    if other is None:
        raise AssertionError("A crew that is free has a position.")
    fixes = [Fix(roster.officers[row].id, other.lon_lat, now) for row in roster.members(crew)]
    return whereabouts.moved(fixes, now=now)[0]
