"""
Bare queue: the event loop run as an M/M/c queue, so that anybody can hold it against Erlang.

One unit grid, c crews who are there at once, Poisson reports, exponential times on the scene, and
none of the rules of dispatch: what is left is servers and a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

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
"""Weeks at the beginning that are not counted: the line is empty when it opens."""

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
    """

    p_wait: Ratio
    mean_wait_s: Ratio
    mean_service_s: Ratio
    p_lost: Ratio
    utilisation: float
    load: float


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


def simulate_queue(
    queue: BareQueue, *, weeks: int, seed: int, runs: int = 1, waits: bool = True
) -> QueueAnswer:
    """
    Run a queue.

    Parameters
    ----------
    queue
        The queue.
    weeks
        How many weeks are counted in each run, after `WARM_UP_WEEKS`.
    seed
        Source of chance.
    runs
        How many runs.
    waits
        Whether arrivals wait, or are lost when all servers are busy.

    Returns
    -------
    answer
        With intervals from weeks drawn again.

    Raises
    ------
    BadValue
        More comes in than can be served, so that the line never settles.
    """
    if waits and queue.load >= 1:
        raise BadValue(
            f"{queue.arrival_per_h:g} arrivals an hour of {queue.service_min:g} min each keep "
            f"{queue.arrival_per_h * queue.service_min / 60:g} servers busy, and there are "
            f"{queue.servers}: the line would grow for ever. Add servers, or let less come in."
        )
    days = 7 * (weeks + WARM_UP_WEEKS)
    tables = prepare(queue_world(queue, days=days, waits=waits))
    columns, busy_ms = [], 0.0
    for run in range(runs):
        outcome = simulate(tables, draw_incidents(tables.world.reports, seed=seed, run=run))
        week = outcome.incidents.reported_ms // WEEK_MS - WARM_UP_WEEKS
        counted = week >= 0
        served = counted & outcome.sent
        sums = [
            (served, outcome.wait_ms > 0),
            (served, outcome.wait_ms / 1000),
            (served, outcome.incidents.on_scene_ms / 1000),
            (counted, outcome.state == State.LOST),
        ]
        columns.append(
            [
                (_by_week(week, rows, value, weeks), _by_week(week, rows, rows, weeks))
                for rows, value in sums
            ]
        )
        busy_ms += float(outcome.crews[layout.AT_SCENE].sum())
    resampling = Resampling.of(weeks * runs, seed=seed)
    ratios = [
        resampling.ratio(
            np.concatenate([run[row][0] for run in columns]),
            np.concatenate([run[row][1] for run in columns]),
        )
        for row in range(4)
    ]
    capacity_ms = float(runs * queue.servers * days * DAY_MS)
    p_wait, wait_s, service_s, p_lost = ratios
    return QueueAnswer(p_wait, wait_s, service_s, p_lost, busy_ms / capacity_ms, queue.load)


def _by_week(week: np.ndarray, rows: np.ndarray, value: np.ndarray, weeks: int) -> np.ndarray:
    """Sum a value of some rows in each week."""
    return np.bincount(week[rows], weights=value[rows].astype(np.float64), minlength=weeks)[:weeks]
