"""Arrivals within the target (按时到场率) by zone, hour or matter, and after how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import hours_of_week
from dispatch.cases import Cases, Number, Stage, Word
from dispatch.deadline import ClockStart
from dispatch.proportion import Proportion
from geo.road.week import CITY_TIME

PERCENTILES = (0.5, 0.9, 0.95)
"""Levels at which arrivals are told."""

RESAMPLES = 400
"""Draws of days from which the interval of a percentile is taken."""

LATER = (Stage.HANDLED, Stage.FEEDBACK, Stage.VERIFIED, Stage.CLOSED)
"""Stages that cannot be reached by a case that nobody went to."""

ENDED = (Stage.MERGED, Stage.HANDED_OFF, Stage.CANCELLED)
"""Stages after which nobody is awaited."""


class GroupBy(StrEnum):
    """What arrivals are grouped by."""

    ALL = "all"
    ZONE = "zone"
    HOUR = "hour"
    MATTER = "matter"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Percentile:
    """
    A percentile of arrival times.

    Attributes
    ----------
    level
        Share of arrivals that were no later.
    value_s
        Seconds.
    interval_s
        Interval that holds the true one in 95 of 100 cases, from drawing whole days again and
        again: arrivals of one day share its weather and its traffic.
    """

    level: float
    value_s: float
    interval_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ArrivalShare:
    """
    Arrivals of one group.

    Attributes
    ----------
    name
        Zone, matter or unit, an hour as ``07``, or ``all``.
    in_time
        How many were there within their target, of those that arrived or are late already.
    unrecorded
        Cases that went on without anybody recording the arrival; they are left out.
    percentiles
        Of the times recorded; empty without any.
    """

    name: str
    in_time: Proportion
    unrecorded: int
    percentiles: tuple[Percentile, ...]


def arrivals_in_time(  # noqa: PLR0913 -- the cases, and five options that are keywords only
    cases: Cases,
    *,
    now: datetime,
    seed: int,
    by: GroupBy = GroupBy.ALL,
    starts: ClockStart = ClockStart.DISPATCHED,
    target_s: float | None = None,
    timed: bool = True,
) -> tuple[ArrivalShare, ...]:
    """
    Tell how many crews were there within the target, and after how long.

    Parameters
    ----------
    cases
        The cases; only those dispatched are asked.
    now
        As known at this instant, with offset.
    seed
        Of the draws of days.
    by
        Groups; the hour is that of the dispatch, by the clock on the wall.
    starts
        What starts the clock.
    target_s
        One target for all; each case's own by default.
    timed
        Whether percentiles are wanted, whose intervals take most of the time.

    Returns
    -------
    groups
        In the order of their names.  A crew that is awaited counts as late once its target has
        passed; before that, and if the case ended without it, it does not count at all.
    """
    now_s = now.timestamp()
    dispatched_s = cases.reached_s(Stage.DISPATCHED, now_s)
    arrived_s = cases.reached_s(Stage.ON_SCENE, now_s)
    start_s = dispatched_s if starts == ClockStart.DISPATCHED else cases.at_s[Stage.REPORTED]
    limit_s = cases.number(Number.ARRIVAL_TARGET_S) if target_s is None else target_s
    counted, unrecorded = judged_arrivals(cases, now_s, start_s, limit_s)
    arrived = ~np.isnan(arrived_s)
    in_time = counted & (arrived_s - start_s <= limit_s)
    names = _names(cases, by, dispatched_s)
    days = np.floor((dispatched_s + _ahead_s()) / 86_400.0)
    groups = []
    for name in np.unique(names[counted | unrecorded]).tolist():
        mine = names == name
        there = mine & counted & arrived
        groups.append(
            ArrivalShare(
                name=name,
                in_time=Proportion(_count(mine & in_time), _count(mine & counted)),
                unrecorded=_count(mine & unrecorded),
                percentiles=(
                    _percentiles((arrived_s - start_s)[there], days[there], seed) if timed else ()
                ),
            )
        )
    return tuple(groups)


def judged_arrivals(
    cases: Cases,
    now_s: float,
    start_s: NDArray[np.float64],
    limit_s: NDArray[np.float64] | float,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """
    Tell of which dispatches it is known whether somebody was there within the target.

    Parameters
    ----------
    cases
        The cases.
    now_s
        As known at this instant; seconds since 1970.
    start_s
        When the clock of each started, float64[n].
    limit_s
        Seconds that each has from then.

    Returns
    -------
    counted, unrecorded
        Those that arrived or are late already, bool[n], and those that went on without anybody
        recording the arrival, bool[n].
    """
    sent = ~np.isnan(cases.reached_s(Stage.DISPATCHED, now_s))
    arrived = ~np.isnan(cases.reached_s(Stage.ON_SCENE, now_s))
    went_on, ended = (_reached_any(cases, stages, now_s) for stages in (LATER, ENDED))
    awaited_too_long = ~arrived & ~went_on & ~ended & (now_s - start_s > limit_s)
    return sent & (arrived | awaited_too_long), sent & ~arrived & went_on


def _reached_any(cases: Cases, stages: tuple[Stage, ...], now_s: float) -> NDArray[np.bool_]:
    """Tell which cases have reached one of some stages."""
    reached = np.zeros(len(cases), dtype=np.bool_)
    for stage in stages:
        reached |= ~np.isnan(cases.reached_s(stage, now_s))
    return reached


def _names(cases: Cases, by: GroupBy, dispatched_s: NDArray[np.float64]) -> NDArray[np.str_]:
    """Name the group of each case."""
    if by == GroupBy.ALL:
        return np.full(len(cases), "all")
    if by == GroupBy.HOUR:
        hours = hours_of_week(np.nan_to_num(dispatched_s)) % 24
        return np.char.mod("%02d", hours)
    return cases.word(Word(by))


def _ahead_s() -> float:
    """How far the clock on the wall is ahead of UTC."""
    return CITY_TIME.utcoffset(None).total_seconds()


def _count(rows: NDArray[np.bool_]) -> int:
    """Count."""
    return int(np.count_nonzero(rows))


def _percentiles(
    taken_s: NDArray[np.float64], days: NDArray[np.float64], seed: int
) -> tuple[Percentile, ...]:
    """
    Percentiles with their intervals.

    References
    ----------
    Davison & Hinkley (1997), bootstrap methods, ch. 2 and 3: resampling of whole clusters.
    """
    if not len(taken_s):
        return ()
    order = np.argsort(taken_s, kind="stable")
    taken_s = taken_s[order]
    _, day = np.unique(days[order], return_inverse=True)
    n_days = int(day.max()) + 1
    rng = np.random.default_rng(seed)
    drawn = np.empty((RESAMPLES, len(PERCENTILES)))
    for resample in drawn:
        times = np.bincount(rng.integers(n_days, size=n_days), minlength=n_days)
        resample[:] = _levels(taken_s, times[day])
    found = _levels(taken_s, np.ones(len(taken_s), dtype=np.int64))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return tuple(
        Percentile(level, float(value), (float(below), float(above)))
        for level, value, below, above in zip(PERCENTILES, found, low, high, strict=True)
    )


def _levels(taken_s: NDArray[np.float64], times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Percentiles of sorted times, each taken so many times: the smallest that reach a level."""
    reached = np.cumsum(times)
    wanted = np.ceil(np.array(PERCENTILES) * reached[-1] - 1e-9)  # 0.95 × 20 is 19, not 20
    levels: NDArray[np.float64] = taken_s[np.searchsorted(reached, wanted)]
    return levels
