"""Indicator report: every indicator of a week, month or year, beside the spans before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_share import ArrivalShare, GroupBy, arrivals_in_time
from dispatch.cases import Cases, Stage, Word
from dispatch.formula import Formula, Population
from dispatch.indicator import Period, measure, measure_by
from dispatch.proportion import Proportion
from dispatch.report_span import ReportSpan, period_of

BACK = 7
"""Earlier spans that stand beside the one that is asked for."""

SEED = 1
"""Of the draws of days behind the intervals of percentiles: the same report, the same figures."""

_ARRIVALS = {Word.ZONE: GroupBy.ZONE, Word.UNIT: GroupBy.UNIT, Word.MATTER: GroupBy.MATTER}


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """
    One indicator.

    Attributes
    ----------
    formula
        What was measured.
    of
        The population that it is a share of.
    found
        The share of the span.
    before
        Those of the spans before, the oldest first.
    groups
        Those of the span by zone, unit, matter or kind, by name.
    """

    formula: Formula
    of: Population
    found: Proportion
    before: tuple[Proportion, ...]
    groups: Mapping[str, Proportion]


@dataclass(frozen=True, slots=True)
class IndicatorReport:
    """
    The indicators of a span.

    Attributes
    ----------
    span, period
        Which.
    now
        Everything is counted as known at this instant.
    reported
        Cases that came in during the span and each one before, the oldest first.
    lines
        The indicators, in the order of their formulas.
    arrivals
        Crews that were there within the target.
    arrivals_before
        The same of the spans before, the oldest first.
    arrival_groups
        The same of the span by group, without percentiles; empty where cases are grouped by kind.
    """

    span: ReportSpan
    period: Period
    now: datetime
    reported: tuple[int, ...]
    lines: tuple[IndicatorLine, ...]
    arrivals: ArrivalShare | None
    arrivals_before: tuple[Proportion, ...]
    arrival_groups: tuple[ArrivalShare, ...]


def indicator_report(  # noqa: PLR0913 -- what is counted, and how, as keywords
    formulas: Mapping[str, Formula],
    cases: Cases,
    *,
    span: ReportSpan,
    day: date,
    now: datetime,
    by: Word = Word.ZONE,
    back: int = BACK,
) -> IndicatorReport:
    """
    Measure every indicator of a span.

    Parameters
    ----------
    formulas
        The indicators, by code.
    cases
        All cases.
    span, day
        The week, month or year that holds the day.
    now
        As known at this instant.
    by
        What groups are made by.
    back
        How many earlier spans stand beside it.

    Returns
    -------
    report
        A share of nothing is None, and stands there as such.
    """
    periods = [period_of(span, day, back=earlier) for earlier in range(back, -1, -1)]
    parts = [cases.take(touches(cases, period, now)) for period in periods]
    present, period = parts[-1], periods[-1]
    earlier = [
        _arrivals(part, each, now=now) for part, each in zip(parts[:-1], periods[:-1], strict=True)
    ]
    return IndicatorReport(
        span, period, now,
        tuple(_reported(part, each, now) for part, each in zip(parts, periods, strict=True)),
        tuple(_line(formula, parts, periods, now=now, by=by) for formula in formulas.values()),
        next(iter(_arrivals(present, period, now=now, timed=True)), None),
        tuple(_in_time(one) for one in earlier),
        _arrivals(present, period, now=now, by=_ARRIVALS[by]) if by in _ARRIVALS else (),
    )  # fmt: skip


def touches(cases: Cases, period: Period, now: datetime) -> NDArray[np.bool_]:
    """
    Tell which cases any indicator may count in a period.

    Parameters
    ----------
    cases
        The cases.
    period
        The period.
    now
        As known at this instant.

    Returns
    -------
    touching
        Those that reached any stage in it, bool[n].
    """
    touching = np.zeros(len(cases), dtype=np.bool_)
    for stage in cases.at_s:
        touching |= period.holds(cases.reached_s(stage, now.timestamp()))
    return touching


def _line(
    formula: Formula, parts: list[Cases], periods: list[Period], *, now: datetime, by: Word
) -> IndicatorLine:
    """Measure one indicator of every span."""
    every = [
        measure(formula, part, now=now, period=period)
        for part, period in zip(parts, periods, strict=True)
    ]
    groups = measure_by(formula, parts[-1], by, now=now, period=periods[-1])
    last = every[-1]
    return IndicatorLine(
        formula, last.of, last.found,
        tuple(one.found for one in every[:-1]),
        {name: one.found for name, one in groups.items() if one.found.of},
    )  # fmt: skip


def _reported(cases: Cases, period: Period, now: datetime) -> int:
    """How many came in."""
    return int(np.count_nonzero(period.holds(cases.reached_s(Stage.REPORTED, now.timestamp()))))


def _arrivals(
    cases: Cases,
    period: Period,
    *,
    now: datetime,
    by: GroupBy = GroupBy.ALL,
    timed: bool = False,
) -> tuple[ArrivalShare, ...]:
    """Arrivals of crews that were dispatched in a period."""
    sent = period.holds(cases.reached_s(Stage.DISPATCHED, now.timestamp()))
    return arrivals_in_time(cases.take(sent), now=now, seed=SEED, by=by, timed=timed)


def _in_time(arrivals: tuple[ArrivalShare, ...]) -> Proportion:
    """The share of one span; nothing of nothing where nobody was dispatched."""
    return arrivals[0].in_time if arrivals else Proportion(0, 0)
