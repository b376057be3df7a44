"""Many at once: batches, joint operations, coverage and move-up, each with its proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dispatch.batch import Batch, Slot, assign, assign_one_by_one
from dispatch.coverage import Coverage, Demand, price_of, survey
from dispatch.coverage_gap import by_zone
from dispatch.joint import Force, Site, plan_joint
from dispatch.move_up import MoveUp, MoveUpRule, Posts, propose_moves
from dispatch.warm import warm_kernels
from tests.bench._report import Report, figure, mark, table

REPEATS = 7
CROSSING_MS = 45 * 60_000
"""From one side of the square city to the other."""


def measure(_data: Path) -> Report:
    """Time each plan on a square city of random places, block by block, 45 min across."""
    warm_kernels()
    rows = [*batches(), *joint_operations(), *coverages(), *move_ups()]
    lines = [
        [
            asked,
            figure(taken := float(np.median(times))),
            figure(limit) if np.isfinite(limit) else "",
            mark(good=taken <= limit) if np.isfinite(limit) else "",
            outcome,
        ]
        for asked, limit, times, outcome in rows
    ]
    lead = (
        "A square city 45 min across, places at random, ways along the blocks. Travel times are "
        "given: this is the time of deciding alone. Medians of CPU time in milliseconds, one "
        "thread. *Proven*: prices or a bound show that nothing is better, to the millisecond; "
        "for move-up, the gap is what a better plan could gain at most."
    )
    head = ["", "ms", "to reach", "", "outcome"]
    return Report(f"{lead}\n\n{table(head, lines)}")


def taken_ms(ask: Callable[[], object]) -> list[float]:
    """CPU time of each of some repeats, the first not counted."""
    ask()
    taken = []
    for _ in range(REPEATS):
        start = time.thread_time_ns()
        ask()
        taken.append((time.thread_time_ns() - start) / 1e6)
    return taken


def ways_ms(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole milliseconds from each place to each other."""
    return (np.abs(a[:, None] - b).sum(axis=2) / 2 * CROSSING_MS).astype(np.int64)


def batches() -> list[tuple[str, float, list[float], str]]:
    rng = np.random.default_rng(1)
    crews, scattered = rng.random((2_000, 2)), rng.random((200, 2))
    quarter = 0.4 + 0.02 * rng.random((200, 2))
    whole = ways_ms(scattered, crews) // 60_000 * 60_000
    cases = {
        "all over the city": ways_ms(scattered, crews),
        "all in one quarter": ways_ms(quarter, crews),
        "all over, whole minutes: ties": whole,
        "all over, 100 crews": ways_ms(scattered, crews[:100]),
    }
    rows = []
    for name, arrival_ms in cases.items():
        batch = a_batch(arrival_ms, rng)
        together, apart = assign(batch), assign_one_by_one(batch)
        outcome = (
            f"{'proven' if together.proven else 'not proven'}; weighted lateness "
            f"{_minutes(together.score.weighted_late_ms)}, one by one "
            f"{_minutes(apart.score.weighted_late_ms)}; left open "
            f"{sum(together.score.left_open)} and {sum(apart.score.left_open)}"
        )
        asked = f"batch: 200 incidents × {len(batch.crews):,} crews, {name}"
        rows.append((asked, 500.0, taken_ms(lambda batch=batch: assign(batch)), outcome))
    cost = cases["all in one quarter"].astype(np.float64)
    outcome = "scipy, travel time alone, for comparison"
    rows.append(
        ("the same quarter", np.inf, taken_ms(lambda: linear_sum_assignment(cost)), outcome)
    )
    return rows


def a_batch(arrival_ms: NDArray[np.int64], rng: np.random.Generator) -> Batch:
    """Nine in ten crews may go; gravity from 1 to 5; targets of 15 min, some partly used up."""
    n, m = arrival_ms.shape
    return Batch(
        slots=tuple(Slot(f"I{row:03}") for row in range(n)),
        crews=tuple(f"C{row:04}" for row in range(m)),
        gravity=rng.integers(1, 6, n),
        due_ms=rng.integers(0, 900_000, n),
        arrival_ms=arrival_ms,
        may_go=rng.random((n, m)) < 0.9,
    )


def joint_operations() -> list[tuple[str, float, list[float], str]]:
    six = tuple(Site(f"S{row}", 20, (("lab", 3), ("tour", 6))) for row in range(6))
    twelve = tuple(Site(f"S{row}", 100, (("lab", 10), ("tour", 60))) for row in range(12))
    call_up = (Site("S", 1_000, (("tour", 1_000),)),)
    cases = [
        ("120 officers → 6 sites", six, 0.0, 500.0),
        ("120 officers → 6 sites, zones keep 99 %", six, 0.99, 500.0),
        ("1,000 officers of one domain called up", call_up, 0.0, 1_000.0),
        ("1,200 officers → 12 sites", twelve, 0.0, 1_000.0),
        ("1,200 officers → 12 sites, zones keep 94 %", twelve, 0.94, 1_000.0),
    ]
    rows = []
    for name, sites, keep, limit in cases:
        force = a_force(len(sites), np.random.default_rng(2))
        force = replace(force, floor=(force.strength * keep).astype(np.int64))
        plan = plan_joint(sites, force)
        last = "" if plan.last_ms is None else f"; last arrival {_minutes(plan.last_ms)}"
        lack = sum(shortage.missing for shortage in plan.shortages)
        outcome = f"{'proven' if plan.proven else 'not proven'}{last}" + (
            "" if plan.feasible else f"; {lack} missing"
        )
        asked = f"joint: {name}, of 25,000"
        rows.append((asked, limit, taken_ms(lambda s=sites, f=force: plan_joint(s, f)), outcome))
    return rows


def a_force(n_sites: int, rng: np.random.Generator) -> Force:
    """25,000 officers in 14 zones and, one in ten, in none; one in ten skilled in the lab."""
    n, n_zones = 25_000, 14
    place = rng.random((n, 2))
    zone = (place[:, 0] * n_zones).astype(np.int64)
    return Force(
        officers=tuple(f"{row:05}" for row in range(n)),
        may_go=rng.random(n) < 0.8,
        skilled={"lab": rng.random(n) < 0.1, "tour": rng.random(n) < 0.2},
        travel_ms=ways_ms(place, rng.random((n_sites, 2))),
        zones=tuple(f"Z{row:02}" for row in range(n_zones)),
        zone=np.where(rng.random(n) < 0.9, zone, -1),
        floor=np.zeros(n_zones, dtype=np.int64),
    )


def coverages() -> list[tuple[str, float, list[float], str]]:
    rows = []
    for n_crews, n_points in ((700, 2_000), (8_000, 20_000)):
        demand, reaches, free = a_city(n_crews, n_points, within_ms=5 * 60_000)
        names = [f"C{row:04}" for row in range(n_crews)]
        size = f"{n_crews:,} crews × {n_points:,} points"
        now = survey(demand, names, reaches, free)

        def whole(demand=demand, names=names, reaches=reaches, free=free) -> None:
            by_zone(survey(demand, names, reaches, free))

        def leaves(now: Coverage = now) -> None:
            by_zone(now.with_free(5, free=not now.free[5]))

        def moves(now: Coverage = now) -> None:
            by_zone(now.with_reach(5, now.reaches[6]))

        covered = f"{now.share:.1%} covered"
        rows += [
            (f"coverage of the city, {size}", 50.0, taken_ms(whole), covered),
            ("a crew becomes busy or free", 2.0, taken_ms(leaves), "every zone anew"),
            ("a crew moves", 2.0, taken_ms(moves), "every zone anew"),
            ("price of one crew", np.inf, taken_ms(lambda now=now: price_of(now, [5])), ""),
        ]
    return rows


def move_ups() -> list[tuple[str, float, list[float], str]]:
    rows = []
    for minutes, most in ((4, 5), (6, 5), (4, 10), (4, 20)):
        rng = np.random.default_rng(3)
        place, post, point = crowded(700, rng), rng.random((200, 2)), rng.random((2_000, 2))
        demand, reaches, free = a_city(700, 2_000, within_ms=minutes * 60_000)
        now = survey(demand, [f"C{row:04}" for row in range(700)], reaches, free)
        posts = Posts(
            codes=tuple(f"P{row:03}" for row in range(200)),
            reaches=ways_ms(post, point) <= minutes * 60_000,
            travel_ms=ways_ms(place, post),
        )
        rule, everybody = MoveUpRule(most_moves=most), np.ones(700, dtype=np.bool_)

        def propose(now=now, posts=posts, everybody=everybody, rule=rule) -> MoveUp:
            return propose_moves(now, posts, everybody, rule)

        proposal = propose()
        outcome = (
            f"{len(proposal.moves)} moves, {proposal.share_before:.1%} → "
            f"{proposal.share_after:.1%}; "
            + ("proven" if proposal.proven else f"gap {proposal.gap:.3f} incidents an hour")
        )
        asked = f"move-up: 700 crews, 200 posts, 2,000 points at {minutes} min, {most} moves"
        rows.append((asked, 1_000.0, taken_ms(propose), outcome))
    return rows


def a_city(
    n_crews: int, n_points: int, *, within_ms: int
) -> tuple[Demand, NDArray[np.bool_], NDArray[np.bool_]]:
    """Demand in 14 zones, 64 incidents an hour; crews crowd in the middle, seven in ten free."""
    rng = np.random.default_rng(3)
    place = crowded(n_crews, rng)
    rng.random((200, 2))  # the posts of a move-up are drawn here
    point = rng.random((n_points, 2))
    worth = rng.gamma(1, 1, n_points)
    demand = Demand(
        points=tuple(f"p{row:05}" for row in range(n_points)),
        zones=tuple(f"Z{row:02}" for row in range(14)),
        zone=(point[:, 0] * 14).astype(np.int64),
        weight=worth,
        incidents_per_h=worth * 64 / worth.sum(),
    )
    return demand, ways_ms(place, point) <= within_ms, rng.random(n_crews) < 0.7


def crowded(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Places that crowd in the middle of the city."""
    return np.clip(rng.normal(0.5, 0.15, (n, 2)), 0, 1)


def _minutes(ms: int) -> str:
    return f"{ms / 60_000:,.1f} min"
