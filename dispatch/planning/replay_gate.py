"""
The replay gate: no draft is judged by a simulator that does not reproduce what is on record.

The last weeks are kept from calibration.  Their incidents are replayed under today's plan, and
median, ninth decile and the share in time of every zone are held against the records.

A right simulator cannot do better than history does itself: it was calibrated on other weeks, and
weeks differ by weather and luck.  So a figure may be off by as much as history's own figure varies
with whole weeks drawn anew, in the weeks judged and in those learnt from, and by the luck of the
replays:

    |simulated − recorded| ≤ t · √(var_judged + var_learnt + var_replays / n_replays)

A share of few varies by chance alone as that of p̄, the mean share of all weeks and replays; that is
the least its variance is taken for.  t is Student's, with as many degrees of freedom as weeks less
one, and such that a right simulator passes with all m figures at once in 95 of 100 cases.

References
----------
Künsch (1989), the jackknife and the bootstrap for stationary observations: blocks, here weeks.
Bonferroni: m two-sided intervals of level 1 − 0.05 / m hold together with 95 per cent at least.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from dispatch.arrival_fit import MOST_TAKEN_S
from dispatch.planning.incident_history import MONDAY_S, WEEK_S, IncidentHistory, Span, span_of
from dispatch.planning.plan_calibration import replayed_s, taken_s
from dispatch.planning.replay_words import notes_of, why_of
from dispatch.planning.replay_world import PlanCalibration, Records
from geo.errors import BadValue
from geo.remark import Remark

TOGETHER = 0.95
"""How often a right simulator passes."""

N_REPLAYS = 4
"""Replays with chance of their own."""

N_RESAMPLED = 400
"""Times that weeks are drawn anew; a standard deviation is then known to 4 per cent."""

FEWEST_WEEKS, FEWEST_ARRIVALS = 4, 200
"""With fewer weeks, or arrivals in the weeks judged, there is nothing to judge by."""

FEWEST_IN_ZONE = 30
"""A zone with fewer arrivals in the weeks judged has no figure of its own."""

LONGEST_S = int(MOST_TAKEN_S)
"""Seconds from dispatch to arrival that are told apart."""

Told = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class ReplayCheck:
    """
    One figure, on record and replayed.

    Attributes
    ----------
    figure
        ``median_s``, ``p90_s``, or ``in_time`` for the share within the arrival target.
    zone
        Code of the zone; None for the whole city.
    recorded, simulated
        The figures.
    low, high
        Interval that the simulated one has to lie in.
    arrivals
        Arrivals on record that the figure is of.
    """

    figure: str
    zone: str | None
    recorded: float
    simulated: float
    low: float
    high: float
    arrivals: int

    @property
    def inside(self) -> bool:
        """Whether the simulated figure lies in the interval."""
        return self.low <= self.simulated <= self.high


@dataclass(frozen=True, slots=True)
class ReplayVerdict:
    """
    Whether drafts may be judged.

    Attributes
    ----------
    passed
        Whether every figure lies inside.
    why
        What differs, one sentence each; empty if it passed.
    checks
        The figures.
    notes
        What the replay takes from the records.
    learnt, judged
        Days of calibration, and those held out.
    incidents, arrivals
        Incidents that were replayed, and those of them with an arrival on record.
    nobody_came
        Share of the replayed incidents that no crew ever went to.
    replays, seed
        How often it was replayed, and the source of chance.
    """

    passed: bool
    why: tuple[Remark, ...]
    checks: tuple[ReplayCheck, ...]
    notes: tuple[Remark, ...]
    learnt: Span
    judged: Span
    incidents: int
    arrivals: int
    nobody_came: float
    replays: int
    seed: int


def split_weeks(history: IncidentHistory, weeks: int | None = None) -> tuple[Span, Span]:
    """
    Part the days of a history in those to learn from and the last weeks to judge by.

    Parameters
    ----------
    history
        Past incidents.
    weeks
        Weeks to judge by, Monday to Sunday, the last may be incomplete; None for three of ten.

    Returns
    -------
    learnt, judged
        One after the other.

    Raises
    ------
    BadValue
        There are too few weeks.
    """
    span = span_of(history)
    first, last = ((at - MONDAY_S) // WEEK_S for at in (span.start_s, span.end_s - 1))
    there = round(last - first) + 1
    held = max(FEWEST_WEEKS, round(0.3 * there)) if weeks is None else weeks
    if held < 1 or there - held < FEWEST_WEEKS:
        raise BadValue(
            f"The past incidents cover {there} week(s); to learn from {FEWEST_WEEKS} of them and "
            f"be judged by {held} more, there must be {FEWEST_WEEKS + max(held, 1)} at least."
        )
    cut = MONDAY_S + WEEK_S * (last + 1 - held)
    return Span(span.start_s, cut), Span(cut, span.end_s)


def judge_replay(
    records: Records,
    calibration: PlanCalibration,
    judged: Span,
    *,
    seed: int = 1,
    told: Told | None = None,
) -> ReplayVerdict:
    """
    Replay weeks that the calibration has not seen, and judge.

    Parameters
    ----------
    records
        What is on record.
    calibration
        Learnt from other days.
    judged
        Days to judge by.
    seed
        Source of chance.
    told
        Told how far the work is, 0…1.

    Returns
    -------
    verdict
        With every figure.
    """
    told = told or (lambda _: None)
    on_record_s = taken_s(records.history)
    runs, rows = [], np.zeros(0, dtype=np.int64)
    for run in range(N_REPLAYS):
        again_s, _ = replayed_s(records, calibration, judged, seed=seed + 1_000 + run)
        rows = np.flatnonzero(~np.isnan(again_s))
        runs.append(again_s)
        told((run + 1) / (N_REPLAYS + 1))
    pairs = rows[np.isfinite(on_record_s[rows])]
    checks: tuple[ReplayCheck, ...] = ()
    if len(pairs) >= FEWEST_ARRIVALS:
        learnt = _WeekTables.of(records, on_record_s, _rows_in(records, calibration, on_record_s))
        by_week = _WeekTables.of(records, on_record_s, pairs)
        again = [_WeekTables.of(records, run, pairs) for run in runs]
        checks = tuple(_checked(records, by_week, learnt, again, np.random.default_rng(seed)))
    nobody = float(np.mean([np.isinf(run[rows]).mean() for run in runs])) if len(rows) else 0.0
    why = why_of(checks, nobody, len(pairs), FEWEST_ARRIVALS)
    return ReplayVerdict(
        passed=not why,
        why=why,
        checks=checks,
        notes=notes_of(records, calibration),
        learnt=calibration.trained,
        judged=judged,
        incidents=len(rows),
        arrivals=len(pairs),
        nobody_came=nobody,
        replays=N_REPLAYS,
        seed=seed,
    )


def _rows_in(
    records: Records, calibration: PlanCalibration, on_record_s: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Incidents of the days learnt from with an arrival on record."""
    span, reported_s = calibration.trained, records.history.reported_s
    inside = (reported_s >= span.start_s) & (reported_s < span.end_s)
    return np.flatnonzero(inside & np.isfinite(on_record_s) & (records.grid >= 0))


def _checked(
    records: Records,
    by_week: _WeekTables,
    learnt: _WeekTables,
    again: Sequence[_WeekTables],
    rng: np.random.Generator,
) -> Iterator[ReplayCheck]:
    """Hold every figure against the records."""
    recorded = by_week.figures(by_week.once)
    simulated = np.array([one.figures(one.once) for one in again])
    variance = by_week.variance(rng) + learnt.variance(rng)
    variance[2:] = np.maximum(variance[2:], _by_chance(by_week, learnt, again))
    if len(again) > 1:
        variance += simulated.var(axis=0, ddof=1) / len(again)
    zones = by_week.total.sum(axis=0).astype(int).tolist()
    everywhere = int(by_week.seconds.sum())
    names: list[tuple[str, str | None]] = [("median_s", None), ("p90_s", None)]
    names += [("in_time", code) for code in records.ground.zones]
    arrivals = [everywhere, everywhere, *zones]
    told = [row for row, n in enumerate(arrivals) if n >= FEWEST_IN_ZONE]
    level = (1.0 - TOGETHER) / (2 * max(len(told), 1))
    half = -student.ppf(level, max(len(by_week.seconds) - 1, 1)) * np.sqrt(variance)
    for row in told:
        figure, code = names[row]
        yield ReplayCheck(
            figure=figure,
            zone=code,
            recorded=float(recorded[row]),
            simulated=float(simulated[:, row].mean()),
            low=max(float(recorded[row] - half[row]), 0.0),
            high=min(float(recorded[row] + half[row]), np.inf if code is None else 1.0),
            arrivals=arrivals[row],
        )


def _by_chance(
    by_week: _WeekTables, learnt: _WeekTables, again: Sequence[_WeekTables]
) -> NDArray[np.float64]:
    """Variance by chance alone of the difference between a zone's shares, float64[n_zones]."""
    tables = (by_week, learnt, *again)
    in_time, total = (
        np.sum([getattr(one, name).sum(axis=0) for one in tables], axis=0)
        for name in ("in_time", "total")
    )
    share = np.divide(in_time, total, out=np.zeros_like(total), where=total > 0)
    drawn = sum(1.0 / np.maximum(one.total.sum(axis=0), 1.0) for one in (by_week, learnt))
    variance: NDArray[np.float64] = share * (1.0 - share) * drawn
    return variance


@dataclass(frozen=True, slots=True, eq=False)
class _WeekTables:
    """
    Counts by week, from which figures of any weeks follow.

    Attributes
    ----------
    seconds
        Arrivals by week and whole seconds from dispatch, float64[n_weeks, LONGEST_S + 2]; the
        last column is of those who never came.
    in_time, total
        Arrivals in time, and all, by week and zone, float64[n_weeks, n_zones].
    """

    seconds: NDArray[np.float64]
    in_time: NDArray[np.float64]
    total: NDArray[np.float64]

    @classmethod
    def of(
        cls, records: Records, seconds: NDArray[np.float64], rows: NDArray[np.int64]
    ) -> _WeekTables:
        """Count some incidents with the seconds that they took."""
        ground, seconds = records.ground, seconds[rows]
        week, zone = records.history.week[rows], ground.zone_of[records.grid[rows]]
        target_s = np.append(ground.target_s, 0)[zone]
        _, week = np.unique(week, return_inverse=True)
        n_weeks, n_zones, width = int(week.max(initial=0)) + 1, len(ground.zones), LONGEST_S + 2
        whole = np.minimum(np.rint(seconds), LONGEST_S + 1).astype(np.int64)
        bins = np.bincount(week * width + whole, minlength=n_weeks * width)
        zoned = np.flatnonzero(zone >= 0)
        cell, n_cells = week[zoned] * n_zones + zone[zoned], n_weeks * n_zones
        timely = seconds[zoned] <= target_s[zoned]
        return cls(
            seconds=bins.reshape(n_weeks, width).astype(np.float64),
            in_time=np.bincount(cell, timely, n_cells).reshape(n_weeks, n_zones).astype(np.float64),
            total=np.bincount(cell, minlength=n_cells).reshape(n_weeks, n_zones).astype(np.float64),
        )

    @property
    def once(self) -> NDArray[np.float64]:
        """Every week once."""
        return np.ones(len(self.seconds))

    def figures(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Median, ninth decile, and share in time of every zone, with weeks of given weights."""
        reached = np.cumsum(weight @ self.seconds)
        quantiles = np.searchsorted(reached, np.array([0.5, 0.9]) * reached[-1] * (1 - 1e-12))
        total = weight @ self.total
        shares = np.divide(weight @ self.in_time, total, out=np.zeros_like(total), where=total > 0)
        return np.concatenate([quantiles.astype(np.float64), shares])

    def variance(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Variance of the figures when weeks are drawn anew."""
        n = len(self.seconds)
        if n < 2:
            return np.zeros(2 + self.total.shape[1])
        drawn = rng.multinomial(n, np.full(n, 1.0 / n), size=N_RESAMPLED).astype(np.float64)
        variance: NDArray[np.float64] = np.array([self.figures(one) for one in drawn]).var(axis=0)
        # Weeks drawn anew vary by (n − 1) / n of what weeks do.
        return variance * n / (n - 1)
