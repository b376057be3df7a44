"""
Year trial: rosters of all zones at once, judged by the simulator of `dispatch.planning.simulation`.

Unlike the queues of `staffing_trial` it has the roads of every hour, turn-out, breaks, rest,
returns, calling-off and help across zones.  What counts for a zone is what its brigade has to do:
incidents that a squad has are none of its crews'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.outcome import Outcome
from dispatch.planning.simulation.world import DAY_MS, HOUR_MS, World
from dispatch.planning.staffed_world import staffed
from dispatch.planning.staffing_task import Judged, ZoneStaff
from dispatch.planning.staffing_trial import ratio_interval
from geo.road.week import HOURS_OF_WEEK

WEEK_MS = 7 * DAY_MS

Trial = Callable[[Sequence[ZoneStaff], int], Sequence[Judged]]
"""Says how rosters of all zones would do in the run of a number, in the order of the zones."""


def year_trial(world: World, crew_size: int, *, seed: int) -> Trial:
    """
    Judge rosters by simulated years.

    Parameters
    ----------
    world
        The city under the plan that is staffed.
    crew_size
        Officers of a crew.
    seed
        Source of chance; each run has its own years, the same ones for all rosters.

    Returns
    -------
    trial
        Shares of all weeks, and the lower limits of their intervals at 95 % by weeks.
    """

    def trial(staff: Sequence[ZoneStaff], run: int) -> list[Judged]:
        incidents = draw_incidents(world.reports, seed=seed, run=run)
        outcome = simulate(staffed(world, staff, crew_size), incidents)
        return [judged_zone(outcome, world.zoning.zones.index(one.zone)) for one in staff]

    return trial


def judged_zone(outcome: Outcome, zone: int) -> Judged:
    """
    Count what became of the incidents that the brigade of a zone has.

    Parameters
    ----------
    outcome
        A run.
    zone
        Row of the zone.

    Returns
    -------
    judged
        Without incidents, all of them are in time.
    """
    cases, reports = outcome.world.cases, outcome.world.reports
    case = outcome.facts[:, layout.CASE]
    own = (outcome.zone == zone) & ~cases.by_squad[case] & cases.acts[case]
    at_ms, late = outcome.incidents.reported_ms[own], ~outcome.in_time[own]
    week, n_weeks = at_ms // WEEK_MS, -(-reports.end_ms // WEEK_MS)
    days = reports.days[at_ms // DAY_MS].astype(np.int64)
    hour = 24 * days + at_ms % DAY_MS // HOUR_MS
    per_week, in_time = _counts(week, n_weeks), _counts(week[~late], n_weeks)
    share, low = ratio_interval(in_time, per_week)
    return Judged(share, low, _counts(hour, HOURS_OF_WEEK), _counts(hour[late], HOURS_OF_WEEK))


def _counts(of: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """How often each number below n comes."""
    return np.bincount(of, minlength=n).astype(np.float64)
