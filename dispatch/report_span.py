"""Spans of reports: the week, month or year that a day belongs to, by the clock on the wall."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dispatch.indicator import Period
from geo.road.week import CITY_TIME

MONTHS = 12


class ReportSpan(StrEnum):
    """How long a report looks back."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


def first_day(span: ReportSpan, day: date, *, back: int = 0) -> date:
    """
    Tell with which day a span begins.

    Parameters
    ----------
    span
        Week (from Monday), month or year.
    day
        A day in it.
    back
        How many spans before that one.

    Returns
    -------
    first
        Its first day.
    """
    match span:
        case ReportSpan.WEEK:
            return day - timedelta(days=day.weekday(), weeks=back)
        case ReportSpan.MONTH:
            year, month = divmod(day.year * MONTHS + day.month - 1 - back, MONTHS)
            return date(year, month + 1, 1)
        case ReportSpan.YEAR:
            return date(day.year - back, 1, 1)


def period_of(span: ReportSpan, day: date, *, back: int = 0) -> Period:
    """
    Tell when a span begins and ends.

    Parameters
    ----------
    span, day, back
        As for `first_day`.

    Returns
    -------
    period
        From midnight to midnight, local time.
    """
    return Period(
        _midnight(first_day(span, day, back=back)), _midnight(first_day(span, day, back=back - 1))
    )


def _midnight(day: date) -> datetime:
    """The instant at which a day begins."""
    return datetime.combine(day, time(), CITY_TIME)
