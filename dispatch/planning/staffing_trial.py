"""
Queue trial: weeks of reports, each zone by itself, with the crews of a roster.

Reports come at random at the rate of the hour and are answered in the order in which they came.
A crew that is on the way or at the scene when its shift ends sees the case through, and its place
is filled when it is free; ways are drawn from those of the hour, times at the scene are
exponential.  Crews of other zones never help: `dispatch.planning.simulation` knows that and more,
and may be the judge in the place of this.
"""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.staffing_task import Judged, ZoneStaff, ZoneWork
from geo.road.kernel import kernel
from geo.road.week import HOURS_OF_WEEK

Judge = Callable[[Sequence[ZoneStaff]], Sequence[Judged]]
"""Says how crews of zones would do, in their order."""

Z_95 = 1.959963984540054
WEEK_S = HOURS_OF_WEEK * 3600


def queue_judge(works: Sequence[ZoneWork], *, seed: int, weeks: int = 104) -> Judge:
    """
    Judge rosters by a queue for each zone.

    Parameters
    ----------
    works
        What comes in from each zone.
    seed
        Source of chance; all rosters are judged by the same reports.
    weeks
        How many.

    Returns
    -------
    judge
        Shares of all weeks, and the lower limits of their intervals at 95 % by weeks.
    """
    of_zone = {work.zone: (work, row) for row, work in enumerate(works)}

    def judge(staff: Sequence[ZoneStaff]) -> list[Judged]:
        return [
            judge_zone(of_zone[one.zone][0], one.on_duty, (seed, of_zone[one.zone][1]), weeks)
            for one in staff
        ]

    return judge


def judge_zone(
    work: ZoneWork, on_duty: NDArray[np.int64], seed: tuple[int, int], weeks: int
) -> Judged:
    """
    Judge the crews of one zone.

    Parameters
    ----------
    work
        What comes in.
    on_duty
        Crews in each hour of the week, int64[168].
    seed
        Source of chance, and number of the zone.
    weeks
        How many.

    Returns
    -------
    judged
        Without reports, all of them are in time.
    """
    at_s, way_s, stay_s = _draw(work, seed, weeks)
    late = np.zeros(len(at_s), dtype=np.bool_)
    serve(at_s, way_s, stay_s, on_duty, float(work.target_s), late)
    hour = (at_s // 3600).astype(np.int64) % HOURS_OF_WEEK
    week = (at_s // WEEK_S).astype(np.int64)
    reports = np.bincount(week, minlength=weeks).astype(np.float64)
    in_time = np.bincount(week, ~late, weeks).astype(np.float64)
    share, low = ratio_interval(in_time, reports)
    return Judged(
        share=share,
        low=low,
        reports=np.bincount(hour, minlength=HOURS_OF_WEEK).astype(np.float64),
        late=np.bincount(hour, late, HOURS_OF_WEEK).astype(np.float64),
    )


def ratio_interval(above: NDArray[np.float64], below: NDArray[np.float64]) -> tuple[float, float]:
    """
    Give a share over all weeks and the lower limit of its interval at 95 %.

    Parameters
    ----------
    above, below
        What counts and all there is, week by week, float64[n_weeks].

    Returns
    -------
    share, low
        Both 1 where there is nothing.
    """
    total, n = float(below.sum()), len(below)
    if total == 0:
        return 1.0, 1.0
    share = float(above.sum()) / total
    if n < 2:
        return share, 0.0
    spread = float(np.sqrt(((above - share * below) ** 2).sum() / (n - 1)))
    return share, max(0.0, share - Z_95 * spread * np.sqrt(n) / total)


def _draw(
    work: ZoneWork, seed: tuple[int, int], weeks: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """When reports come, how long the ways are and the stays, in the order of the reports."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(np.tile(work.per_h, weeks))
    slot = np.repeat(np.arange(len(counts)), counts)
    at_s = np.sort((slot + rng.random(len(slot))) * 3600.0)
    hour = (at_s // 3600).astype(np.int64) % HOURS_OF_WEEK
    ways = work.travel_s[hour, rng.integers(0, work.travel_s.shape[1], len(slot))]
    stay_s = rng.exponential(1.0, len(slot)) * work.on_scene_s[hour]
    return at_s, ways, stay_s


@kernel
def serve(
    at_s: NDArray[np.float64],
    way_s: NDArray[np.float64],
    stay_s: NDArray[np.float64],
    on_duty: NDArray[np.int64],
    target_s: float,
    late: NDArray[np.bool_],
) -> None:
    """
    Answer reports in their order, each by the crew that is free first; marks those late.

    Parameters
    ----------
    at_s
        When reports come, float64[n], ascending.
    way_s
        Way to each, float64[n]; inf where no road leads.
    stay_s
        Time at the scene, float64[n].
    on_duty
        Crews on duty in each hour of the week, int64[168].
    target_s
        Seconds from report to arrival.
    late
        Left as the marks, bool[n].
    """
    most = on_duty.max()
    free_s = np.zeros(most)
    for report in range(len(at_s)):
        best_s, best = np.inf, -1
        for crew in range(most):
            ready_s = max(free_s[crew], at_s[report])
            hour = int(ready_s // 3600)
            for _ in range(168):
                if crew < on_duty[hour % 168]:
                    break
                hour += 1
                ready_s = hour * 3600.0
            if crew < on_duty[hour % 168] and ready_s < best_s:
                best_s, best = ready_s, crew
                if best_s == at_s[report]:
                    break
        way = way_s[report]
        late[report] = best < 0 or best_s - at_s[report] + way > target_s
        if best >= 0:
            free_s[best] = best_s + (way if way < np.inf else 0.0) + stay_s[report]
