"""
Bare queue: the event loop run as an M/M/c queue, so that anybody can hold it against Erlang.

One unit grid, c crews who are there at once, Poisson reports, exponential times on the scene, and
none of the rules of dispatch: what is left is servers and a line.

A line that is nearly full forgets slowly: it takes about ``service / (c (1 - √load)²)`` until what
comes does not depend on what was.  Weeks that know of each other would pass for independent ones,
so intervals are drawn from blocks of several such times, and so many of them are left out first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import MODES
from dispatch.planning.simulation import layout
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.outcome import State
from dispatch.planning.simulation.ratio import Ratio, Resampling
from dispatch.planning.simulation.tables import prepare
from dispatch.planning.simulation.world import (
    DAY_MS,
    NOBODY,
    SLOTS_OF_WEEK,
    Cases,
    Crews,
    IncidentType,
    Reports,
    Roads,
    Rules,
    World,
    Zoning,
)
from dispatch.policy_file import as_policy
from geo.errors import BadValue
from geo.road.week import HOURS_OF_WEEK
from geo.zone import ARRIVAL_TARGET_S

WARM_UP_WEEKS: Final = 2
"""Weeks at the beginning that are not counted, at least: the line is empty when it opens."""

BLOCK_RELAXATIONS: Final = 4
"""Times of forgetting in a block."""

FEWEST_BLOCKS: Final = 20
"""Where a line forgets so slowly that there would be fewer blocks, they are shorter."""

MOST_WEEKS: Final = 5_200
MOST_SERVER_WEEKS: Final = 200_000
"""No run is made longer than that for the sake of its arrivals."""

MOST_ARRIVALS: Final = 20_000_000
"""More in one run than this don't fit into the memory of a small machine."""

MOST_SERVERS: Final = 10_000
WEEK_MS: Final = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class BareQueue:
    """
    An M/M/c queue.

    Attributes
    ----------
    servers
        How many serve.
    arrival_per_h
        Arrivals an hour.
    service_min
        Mean minutes of service.
    """

    servers: int
    arrival_per_h: float
    service_min: float

    def __post_init__(self) -> None:
        """Refuse a queue that is none."""
        if not 1 <= self.servers <= MOST_SERVERS:
            raise BadValue(f"A queue has 1 to {MOST_SERVERS} servers, not {self.servers}.")
        for name in ("arrival_per_h", "service_min"):
            if not 0 < getattr(self, name) < float("inf"):
                raise BadValue(f"{name} is {getattr(self, name):g}; it is more than 0, and finite.")

    @property
    def load(self) -> float:
        """Share of the time that each server is busy."""
        return self.arrival_per_h * self.service_min / 60 / self.servers

    @property
    def relaxation_h(self) -> float:
        """Hours after which the line has forgotten how long it was; infinite if it only grows."""
        left = 1.0 - math.sqrt(self.load)
        if left <= 0:
            return math.inf
        return self.service_min / 60 / (self.servers * left * left)


@dataclass(frozen=True, slots=True)
class QueueAnswer:
    """
    What a queue did.

    Attributes
    ----------
    p_wait, mean_wait_s, mean_service_s
        Chance to wait, mean seconds of waiting of all arrivals, and mean seconds of service.
    p_lost
        Chance to be turned away, of a queue in which nobody waits.
    utilisation
        Share of the time that servers were busy.
    load
        The share that is expected.
    weeks, warm_up_weeks, block_weeks
        Weeks that were counted in each run, left out before, and of a block of the intervals.
    """

    p_wait: Ratio
    mean_wait_s: Ratio
    mean_service_s: Ratio
    p_lost: Ratio
    utilisation: float
    load: float
    weeks: int
    warm_up_weeks: int
    block_weeks: int


def queue_world(queue: BareQueue, *, days: int, waits: bool = True) -> World:
    """
    Lay a queue out as a world.

    Parameters
    ----------
    queue
        The queue.
    days
        How long it runs.
    waits
        Whether arrivals wait, or are lost when all servers are busy.

    Returns
    -------
    world
        One grid, no zone; each server is a crew.
    """
    n, one = queue.servers, np.zeros(1, dtype=np.int32)
    never, none = np.full(n, layout.NEVER), np.zeros(n, dtype=np.int64)
    yes, no = np.ones(1, dtype=np.bool_), np.zeros(1, dtype=np.bool_)
    return World(
        grids=("",),
        reports=Reports(
            types=(IncidentType(()),),
            rate_per_h=np.full((1, HOURS_OF_WEEK), queue.arrival_per_h),
            grid_share=np.ones((1, 1)),
            type_share=np.ones((1, 1)),
            service_of=one,
            on_scene_s=np.full((1, 2), 60.0 * queue.service_min),
            priority_of=np.zeros(1, dtype=np.uint8),
            days=(np.arange(days) % 7).astype(np.uint8),
            from_ms=np.zeros(1, dtype=np.int64),
            to_ms=np.full(1, days * DAY_MS),
            exponential=True,
        ),
        roads=Roads(
            np.zeros((1, 1, 1 + n), dtype=np.uint16),
            np.zeros((len(MODES), HOURS_OF_WEEK), dtype=np.int32),
        ),
        crews=Crews(
            codes=tuple(str(row) for row in range(n)),
            units=("",),
            unit_of=np.zeros(n, dtype=np.int32),
            grid_crew=np.ones(n, dtype=np.bool_),
            mode_of=np.zeros(n, dtype=np.uint8),
            base_grid=np.zeros(n, dtype=np.int32),
            officers=np.full((SLOTS_OF_WEEK, n), 2, dtype=np.uint8),
            ready=np.ones((1, SLOTS_OF_WEEK, n), dtype=np.bool_),
            shift_of=np.zeros((SLOTS_OF_WEEK, n), dtype=np.uint8),
            break_at=np.zeros((SLOTS_OF_WEEK, n), dtype=np.bool_),
            between_shifts_ms=none,
            most_work_ms=never,
            long_job_ms=never,
            rest_ms=none,
            away_from_ms=none,
            away_to_ms=none,
        ),
        cases=Cases(
            domains=("",),
            ground_of=one,
            case_of=one[:, None],
            unit=one + NOBODY,
            pool=one,
            need=one,
            target_s=one + NOBODY,
            secure_target_s=one + NOBODY,
            acts=yes,
            secures=no,
            by_squad=no,
            card=one + NOBODY,
            domain=one,
            pools=np.ones((1, n), dtype=np.bool_),
            card_step=np.zeros((0, 2, n), dtype=np.int16),
            secure_need=0,
        ),
        zoning=Zoning(("",), one, one, one + ARRIVAL_TARGET_S),
        policy=as_policy("borderless"),
        rules=Rules(break_ms=0, returns=False, preempts=False, waits=waits),
    )


def simulate_queue(  # noqa: PLR0913 -- how long and how often are asked one by one
    queue: BareQueue,
    *,
    weeks: int,
    seed: int,
    runs: int = 1,
    waits: bool = True,
    fewest_arrivals: int = 0,
) -> QueueAnswer:
    """
    Run a queue.

    Parameters
    ----------
    queue
        The queue.
    weeks
        How many weeks are counted in each run at least, after `WARM_UP_WEEKS` or more.
    seed
        Source of chance.
    runs
        How many runs.
    waits
        Whether arrivals wait, or are lost when all servers are busy.
    fewest_arrivals
        As many are to come in, all runs together: weeks are added for them, see `MOST_WEEKS`.

    Returns
    -------
    answer
        With intervals from blocks of weeks drawn again.

    Raises
    ------
    BadValue
        More comes in than can be served, so that the line never settles, or than fits a run.
    """
    if waits and queue.load >= 1:
        raise BadValue(
            f"{queue.arrival_per_h:g} arrivals an hour of {queue.service_min:g} min each keep "
            f"{queue.arrival_per_h * queue.service_min / 60:g} servers busy, and there are "
            f"{queue.servers}: the line would grow for ever. Add servers, or let less come in."
        )
    span = _span(queue, weeks, waits=waits, fewest_arrivals=fewest_arrivals / runs)
    arrivals = queue.arrival_per_h * HOURS_OF_WEEK * (span.warm_up + span.weeks)
    if arrivals > MOST_ARRIVALS:
        raise BadValue(
            f"{queue.arrival_per_h:g} arrivals an hour are {arrivals:.0f} in a run of "
            f"{span.weeks} weeks, and no more than {MOST_ARRIVALS} fit. Let less come in, or "
            "simulate fewer years."
        )
    days = 7 * (span.warm_up + span.weeks)
    tables = prepare(queue_world(queue, days=days, waits=waits))
    columns, busy_ms = [], 0.0
    for run in range(runs):
        outcome = simulate(tables, draw_incidents(tables.world.reports, seed=seed, run=run))
        block = (outcome.incidents.reported_ms // WEEK_MS - span.warm_up) // span.block
        counted = block >= 0
        served = counted & outcome.sent
        sums = [
            (served, outcome.wait_ms > 0),
            (served, outcome.wait_ms / 1000),
            (served, outcome.incidents.on_scene_ms / 1000),
            (counted, outcome.state == State.LOST),
        ]
        columns.append(
            [
                tuple(_by_block(block, rows, one, span.blocks) for one in (value, rows))
                for rows, value in sums
            ]
        )
        busy_ms += float(outcome.crews[layout.AT_SCENE].sum())
    resampling = Resampling.of(span.blocks * runs, seed=seed)
    p_wait, wait_s, service_s, p_lost = (
        resampling.ratio(
            np.concatenate([run[row][0] for run in columns]),
            np.concatenate([run[row][1] for run in columns]),
        )
        for row in range(4)
    )
    capacity_ms = float(runs * queue.servers * days * DAY_MS)
    return QueueAnswer(
        p_wait=_never_seen(p_wait, 1.0),
        mean_wait_s=_never_seen(wait_s, 60.0 * queue.service_min),
        mean_service_s=service_s,
        p_lost=_never_seen(p_lost, 1.0) if not waits else p_lost,
        utilisation=busy_ms / capacity_ms,
        load=queue.load,
        weeks=span.weeks,
        warm_up_weeks=span.warm_up,
        block_weeks=span.block,
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """Weeks of a run: those left out, those counted, and those of a block."""

    warm_up: int
    weeks: int
    block: int

    @property
    def blocks(self) -> int:
        """How many blocks are counted."""
        return self.weeks // self.block


def _span(queue: BareQueue, weeks: int, *, waits: bool, fewest_arrivals: float) -> _Span:
    """Say how long a run is."""
    needed = math.ceil(fewest_arrivals / (queue.arrival_per_h * HOURS_OF_WEEK))
    most = min(MOST_WEEKS, MOST_SERVER_WEEKS // queue.servers)
    weeks = max(weeks, min(needed, most))
    relaxation_h = queue.relaxation_h if waits else queue.service_min / 60
    forgets = min(BLOCK_RELAXATIONS * relaxation_h / HOURS_OF_WEEK, weeks)
    block = max(1, min(math.ceil(forgets), weeks // FEWEST_BLOCKS))
    return _Span(max(WARM_UP_WEEKS, math.ceil(forgets)), -(-weeks // block) * block, block)


def _by_block(
    block: NDArray[np.int64], rows: NDArray[np.bool_], value: NDArray[np.generic], blocks: int
) -> NDArray[np.float64]:
    """Sum a value of some rows in each block."""
    weights = value[rows].astype(np.float64)
    sums = np.bincount(block[rows], weights=weights, minlength=blocks)
    return sums[:blocks].astype(np.float64)


def _never_seen(ratio: Ratio, most: float) -> Ratio:
    """What was never seen in n cases happens in less than 3 of n, in 95 of 100 such cases."""
    if ratio.value != 0 or not ratio.count:
        return ratio
    return replace(ratio, low=0.0, high=min(3.0 / ratio.count, 1.0) * most)
