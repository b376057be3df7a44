"""Batches and joint operations on the large demo city, in shares of the yardstick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from dispatch.call_up import CallUp, Operation, call_up
from dispatch.city_batch import CityBatch, assign_city
from dispatch.incident import Incident
from dispatch.joint import Site
from dispatch.warm import warm_kernels
from dispatch.whereabouts import Whereabouts
from fixtures.demo_city import Preset
from geo.road.network import RoadNetwork
from geo.road.travel_time import NetworkTravelTimes
from tests.bench._demo_city import demo_whereabouts
from tests.bench._report import Report, figure, mark, table, with_goals
from tests.bench._yardstick import NOTE, QUIET_S_MS, Yardstick, share

REPEATS = 5


@dataclass(frozen=True)
class Asked:
    """A question, and what is to be reached on a quiet machine, if anything."""

    name: str
    goal_ms: float | None
    ask: Callable[[], CityBatch | CallUp]


def measure(_data: Path) -> Report:
    """Time whole questions: places joined, ways asked, decided and proven."""
    return measured(*demo_whereabouts(Preset.LARGE))


def measured(
    whereabouts: Whereabouts, now: datetime, *, incidents: int = 200, officers: int = 1_000
) -> Report:
    """Measure one city."""
    warm_kernels()
    city = whereabouts.city
    engine = next(
        engine for engine in city.travel_times.values() if isinstance(engine, NetworkTravelTimes)
    )
    yardstick, lines = Yardstick(engine.network), []
    for asked in questions(whereabouts, now, engine.network, incidents, officers):
        timed = yardstick.beside(lambda _, ask=asked.ask: ask(), lambda: None, REPEATS)
        quiet_ms = timed.of_s * QUIET_S_MS
        goal = asked.goal_ms
        judged = [] if goal is None else [figure(goal), mark(good=quiet_ms <= goal)]
        lines.append(
            [
                asked.name,
                figure(timed.median_ms),
                share(timed.of_s),
                figure(quiet_ms),
                *(judged or ["", ""]),
                outcome(asked.ask()),
            ]
        )
    lead = (
        f"{len(city.roster.officers):,} officers in {len(city.roster.crews):,} crews, "
        f"{engine.network.n_nodes:,} junctions. Whole questions: places are joined to the roads, "
        f"ways are asked, and it is decided and proven. {NOTE}"
    )
    head = ["", "ms", "of S", "ms, quiet", "to reach", "", "outcome"]
    return Report(f"{lead}\n\n{table(head, lines)}", with_goals(lines, title="many at once"))


def questions(
    whereabouts: Whereabouts, now: datetime, network: RoadNetwork, n: int, officers: int
) -> list[Asked]:
    """Batches of any matters and of grave ones, and operations at places drawn at random."""
    city, rng = whereabouts.city, np.random.default_rng(1)
    places = network.node_lon_lat[rng.integers(0, network.n_nodes, n)]
    every = sorted(city.matters)
    gravest = max(matter.gravity for matter in city.matters.values())
    grave = [code for code in every if city.matters[code].gravity == gravest]
    mixed = incidents_at(places, [(code,) for code in rng.choice(every, n)], now)
    crossing = incidents_at(places, [tuple(rng.choice(grave, 2)) for _ in range(n)], now)
    at = [(float(lon), float(lat)) for lon, lat in places[:6]]
    apart = Operation(tuple(Site(f"S{row}", max(officers // 50, 1)) for row in range(6)), tuple(at))
    together = Operation((Site("S", officers),), (at[0],))
    return [
        Asked(f"batch: {n} incidents", 500.0, lambda: assign_city(mixed, whereabouts, now=now)),
        Asked(
            f"batch: {n} incidents, each of two of the gravest matters, squads and grid crews",
            None,
            lambda: assign_city(crossing, whereabouts, now=now),
        ),
        Asked(
            f"joint: {6 * max(officers // 50, 1)} officers to six sites",
            500.0,
            lambda: call_up(apart, whereabouts, now=now),
        ),
        Asked(
            f"joint: {officers:,} officers called up",
            1_000.0,
            lambda: call_up(together, whereabouts, now=now),
        ),
    ]


def incidents_at(
    places: np.ndarray, matters: list[tuple[str, ...]], now: datetime
) -> list[Incident]:
    """Incidents reported just now."""
    return [
        Incident((float(lon), float(lat)), tuple(map(str, codes)), now, id=f"I{row:04}")
        for row, ((lon, lat), codes) in enumerate(zip(places.tolist(), matters, strict=True))
    ]


def outcome(made: CityBatch | CallUp) -> str:
    """Say what came out."""
    if isinstance(made, CallUp):
        last = made.plan.last_ms
        proof = "proven" if made.plan.proven else "not proven"
        return f"{proof}; last arrival {last / 60_000:.1f} min" if last is not None else "missing"
    best, alone = made.best.score, made.one_by_one.score
    return (
        f"{'proven' if made.best.proven else 'not proven'}; {len(made.batch.slots)} wants, "
        f"{len(made.batch.crews):,} crews matter; {sum(best.left_open)} left open and "
        f"{best.weighted_late_ms / 60_000:,.1f} min late by gravity, one by one "
        f"{sum(alone.left_open)} and {alone.weighted_late_ms / 60_000:,.1f}; "
        f"{len(made.completed.brought_together)} brought together"
    )
