"""
What choosing well does to a day: effects that the literature reports, in their direction.

A small town is simulated, event by event: incidents come at random, each keeps one crew for its
way and for the work, then the crew drives home.  Runs that are compared get the same incidents.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from dispatch.batch import NO_CREW, Assigned, Batch, Slot, assign, assign_one_by_one
from dispatch.coverage import Demand, price_of, survey
from dispatch.move_up import MoveUpRule, Posts, propose_moves
from dispatch.policy_file import standard_policies
from dispatch.pool import Pool
from dispatch.ranking import explain, rank

SIDE = 16
"""The town is a square of so many blocks; a block takes a minute."""

Bases = list[tuple[int, int]]
TARGET_S = 480.0
BLOCK_S = 60.0
WORK_S = 1_500.0
BASES: Bases = [(2, 2), (7, 7), (8, 8), (8, 7), (13, 13), (2, 13), (13, 2)]
PLACES = np.array([(x, y) for x in range(SIDE) for y in range(SIDE)])


def drive_s(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Seconds between places, block by block."""
    return np.abs(a[..., 0] - b[..., 0]) * BLOCK_S + np.abs(a[..., 1] - b[..., 1]) * BLOCK_S


def rates(per_h: float) -> np.ndarray:
    """Incidents an hour at each place: more of them in the middle."""
    middle = np.exp(-((PLACES - SIDE / 2) ** 2).sum(axis=1) / 30) + 0.15
    return middle / middle.sum() * per_h


@dataclass
class Day:
    """Incidents of a day, and how long each of them waited."""

    per_h: float
    seed: int
    hours: int = 24
    waited_s: list[float] = field(default_factory=list)

    def incidents(self) -> list[tuple[float, int]]:
        rng = np.random.default_rng(self.seed)
        number = rng.poisson(self.per_h * self.hours)
        at_s = np.sort(rng.random(number)) * self.hours * 3600
        return list(zip(at_s, rng.choice(len(PLACES), number, p=rates(1.0)), strict=True))

    @property
    def late(self) -> float:
        """Share of incidents that waited longer than the target."""
        return float(np.mean(np.array(self.waited_s) > TARGET_S))


class Town:
    """Where the crews stand, and until when they are busy; a busy crew is home by then."""

    def __init__(self, bases: Bases, per_h: float) -> None:
        self.home = np.array(bases)
        self.left = self.home.copy()
        self.left_at_s = np.zeros(len(bases))
        self.until_s = np.zeros(len(bases))
        self.demand = Demand(
            points=tuple(f"{row:03}" for row in range(len(PLACES))),
            zones=("town",),
            zone=np.zeros(len(PLACES), dtype=np.int64),
            weight=rates(per_h),
            incidents_per_h=rates(per_h),
        )

    def at(self, now_s: float) -> np.ndarray:
        """Where the crews are that are free: at home, or on the way there, first along x."""
        blocks = ((now_s - self.left_at_s) // BLOCK_S).astype(np.int64)
        way = self.home - self.left
        x = np.minimum(np.abs(way[:, 0]), blocks)
        y = np.minimum(np.abs(way[:, 1]), blocks - x)
        return self.left + np.sign(way) * np.stack([x, y], axis=1)

    def coverage(self, now_s: float):
        names = [f"C{row}" for row in range(len(self.home))]
        reaches = drive_s(self.at(now_s)[:, None], PLACES) <= TARGET_S
        return survey(self.demand, names, reaches, self.until_s <= now_s)

    def pool(self, place: int, now_s: float) -> Pool:
        """The crews that are free, with the time and the price in cover of each."""
        etas_s, coverage = self.etas_s(place, now_s), self.coverage(now_s)
        crews = np.flatnonzero(np.isfinite(etas_s))
        eta_s = etas_s[crews]
        unmeasured = np.full(len(crews), np.nan)
        return Pool(
            crews=crews,
            own=np.ones(len(crews), dtype=np.bool_),
            step=np.zeros(len(crews), dtype=np.int64),
            travel_s=eta_s,
            eta_s=eta_s,
            p_in_target=unmeasured,
            price=np.array([price_of(coverage, [crew]).share for crew in crews.tolist()]),
            work_s=unmeasured,
            in_time=eta_s <= TARGET_S,
        )

    def send(self, crew: int, place: int, now_s: float) -> float:
        """Send a crew; seconds until it is there.  It is free again once it is home."""
        way_s = float(drive_s(self.at(now_s)[crew], PLACES[place]))
        back_s = float(drive_s(self.home[crew], PLACES[place]))
        self.until_s[crew] = now_s + way_s + WORK_S + back_s
        self.left[crew] = self.home[crew]
        return way_s

    def post(self, crew: int, post: np.ndarray, now_s: float) -> None:
        """Give an idle crew another home; it can be sent while it drives there."""
        self.left[crew], self.left_at_s[crew] = self.at(now_s)[crew], now_s
        self.home[crew] = post

    def etas_s(self, place: int, now_s: float) -> np.ndarray:
        """When each free crew would be there; infinite for those that are busy."""
        way_s = drive_s(self.at(now_s), PLACES[place]).astype(np.float64)
        return np.where(self.until_s <= now_s, way_s, np.inf)


Choose = Callable[[Town, int, float], int | None]


def nearest(town: Town, place: int, now_s: float) -> int | None:
    eta_s = town.etas_s(place, now_s)
    return int(np.argmin(eta_s)) if np.isfinite(eta_s).any() else None


SPARING = replace(
    standard_policies()["sparing_cover"],
    among=len(BASES),
    most_extra_s=420.0,
    seconds_per_percent=75.0,
)


def sparing_cover(town: Town, place: int, now_s: float) -> int | None:
    pool = town.pool(place, now_s)
    return int(pool.crews[rank(pool, SPARING)[0]]) if len(pool.crews) else None


def live(day: Day, choose: Choose, *, bases: Bases = BASES, moves: bool = False) -> Day:
    """Let a day pass; an incident that finds nobody free waits for the next crew."""
    town = Town(bases, day.per_h)
    pending = [(at_s, at_s, place) for at_s, place in day.incidents()]
    heapq.heapify(pending)
    while pending:
        now_s, called_s, place = heapq.heappop(pending)
        crew = choose(town, int(place), now_s)
        if crew is None:
            heapq.heappush(pending, (float(town.until_s.min()) + 1e-3, called_s, place))
            continue
        day.waited_s.append(now_s - called_s + town.send(crew, int(place), now_s))
        if moves:
            move_up(town, now_s)
    return day


def move_up(town: Town, now_s: float) -> None:
    """Let an idle crew drive to a base from where it covers more."""
    posts = np.array(BASES)
    where = Posts(
        codes=tuple(f"P{row}" for row in range(len(posts))),
        reaches=drive_s(posts[:, None], PLACES) <= TARGET_S,
        travel_ms=(drive_s(town.at(now_s)[:, None], posts) * 1000).astype(np.int64),
    )
    everybody = np.ones(len(town.home), dtype=np.bool_)
    rule = MoveUpRule(most_moves=1, gain_per_move=0.25)
    for move in propose_moves(town.coverage(now_s), where, everybody, rule).moves:
        town.post(int(move.crew[1:]), posts[int(move.post[1:])], now_s)


def test_sparing_cover_makes_fewer_later_incidents_late_and_costs_seconds(count, record_property):
    """Fewer are late over all days, though the mean wait is longer: that is the stated cost."""
    days = count(reduced=12, full=60)
    plain = [live(Day(5.0, seed), nearest) for seed in range(days)]
    spared = [live(Day(5.0, seed), sparing_cover) for seed in range(days)]
    late = [np.mean([day.late for day in runs]) for runs in (plain, spared)]
    wait = [np.mean([np.mean(day.waited_s) for day in runs]) for runs in (plain, spared)]
    record_property(
        "table",
        f"nearest: {late[0]:.1%} late, {wait[0]:.0f} s on average; "
        f"sparing cover: {late[1]:.1%} late, {wait[1]:.0f} s",
    )
    assert late[1] < late[0]
    assert wait[1] > wait[0]


def test_every_choice_that_spares_cover_states_what_it_costs():
    town = Town(BASES, 5.0)
    place = int(np.flatnonzero((PLACES == (4, 4)).all(axis=1))[0])
    pool = town.pool(place, 0)
    first, chosen = int(np.argmin(pool.eta_s)), int(rank(pool, SPARING)[0])
    assert BASES[pool.crews[first]] == (2, 2)
    assert BASES[pool.crews[chosen]] == (7, 7), "two more stand beside it: nothing is uncovered"
    assert pool.eta_s[chosen] - pool.eta_s[first] == 120
    assert pool.price[chosen] == 0 < pool.price[first]
    later, prices = explain(pool, chosen, SPARING)
    assert "2.0 min later" in later.en
    assert f"0.00% of demand uncovered, the soonest {pool.price[first]:.2%}" in prices.en
    hasty = replace(SPARING, most_extra_s=60.0)
    assert rank(pool, hasty)[0] == first, "a minute more would have been allowed, not two"


def test_a_surge_is_served_better_together_than_one_by_one(count, record_property):
    """Ten calls at once, seven crews: never worse in order of what counts, and less late in sum."""
    sums = np.zeros(2)
    for seed in range(count(reduced=40, full=400)):
        batch = surge(np.random.default_rng(seed))
        together, apart = assign(batch), assign_one_by_one(batch)
        assert together.proven
        assert together.score <= apart.score
        sums += late_s(batch, together), late_s(batch, apart)
    record_property("table", f"lateness in surges: {sums[0]:,.0f} s together, {sums[1]:,.0f} apart")
    assert sums[0] < sums[1]


def surge(rng: np.random.Generator) -> Batch:
    places = PLACES[rng.choice(len(PLACES), 10, p=rates(1.0))]
    way_ms = (drive_s(places[:, None], np.array(BASES)) * 1000).astype(np.int64)
    return Batch(
        slots=tuple(Slot(f"I{row}") for row in range(len(places))),
        crews=tuple(f"C{row}" for row in range(len(BASES))),
        gravity=rng.integers(1, 4, len(places)),
        due_ms=np.full(len(places), int(TARGET_S * 1000)),
        arrival_ms=way_ms,
        may_go=rng.random(way_ms.shape) < 0.8,
    )


def late_s(batch: Batch, assigned: Assigned) -> float:
    served = np.flatnonzero(assigned.crew != NO_CREW)
    return float(batch.late_ms[served, assigned.crew[served]].sum()) / 1000


def test_crews_of_one_headquarters_that_move_up_make_fewer_incidents_late(count, record_property):
    """All stand in the middle at first; one at a time drives out to where more is covered."""
    days, middle = count(reduced=3, full=30), [(7, 7)] * len(BASES)
    plain = [live(Day(5.0, seed), nearest, bases=middle) for seed in range(days)]
    moving = [live(Day(5.0, seed), nearest, bases=middle, moves=True) for seed in range(days)]
    late = [float(np.mean([day.late for day in runs])) for runs in (plain, moving)]
    record_property("table", f"staying: {late[0]:.1%} late; moving up: {late[1]:.1%}")
    assert late[1] < late[0]
