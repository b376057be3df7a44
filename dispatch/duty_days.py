"""Days of duty: which days a pattern means, working days that are moved, and spans of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from geo.errors import BadValue
from geo.road.week import CITY_TIME, read_hours

WORKDAYS, RESTDAYS = "workdays", "restdays"
"""Days that follow the calendar of working days, not the week alone."""

FIRST_REST_WEEKDAY = 5
"""Saturday; Monday is 0."""

Span = tuple[float, float]
"""From and to, seconds since 1970; the end does not belong to it."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """
    A day that is not what its weekday says: a holiday, or a working day moved to a weekend (调休).

    Attributes
    ----------
    date
        The day.
    working
        Whether it is a working day.
    name
        What it is for.
    """

    date: date
    working: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """
    The calendar of working days.

    Attributes
    ----------
    moved
        Whether each special day is a working day; all others follow the week.
    """

    moved: Mapping[date, bool]

    def includes(self, day: date) -> bool:
        """
        Tell whether a day is a working day.

        Parameters
        ----------
        day
            The day.

        Returns
        -------
        working
            What is decreed, else Monday to Friday.
        """
        return self.moved.get(day, day.weekday() < FIRST_REST_WEEKDAY)


def working_days(special: Iterable[SpecialDay]) -> WorkingDays:
    """
    Lay special days over the week.

    Parameters
    ----------
    special
        Days that are not what their weekday says.

    Returns
    -------
    days
        The calendar.
    """
    return WorkingDays(MappingProxyType({day.date: day.working for day in special}))


@dataclass(frozen=True, slots=True)
class DayPattern:
    """
    Days on which something happens.

    Attributes
    ----------
    text
        As it was written.
    weekdays
        Days of the week, Monday is 0.
    working
        Only on working days, only on others, or None for either.
    """

    text: str
    weekdays: frozenset[int]
    working: bool | None = None

    def includes(self, day: date, calendar: WorkingDays) -> bool:
        """
        Tell whether a day is meant.

        Parameters
        ----------
        day
            The day.
        calendar
            Which days are working days.

        Returns
        -------
        included
            Whether it is.
        """
        if self.working is not None and self.working != calendar.includes(day):
            return False
        return day.weekday() in self.weekdays


def read_days(text: str) -> DayPattern:
    """
    Read days as people write them.

    Parameters
    ----------
    text
        ``workdays``, ``restdays``, ``mon-fri``, ``sat,sun``; empty for every day.

    Returns
    -------
    days
        The pattern.

    Raises
    ------
    BadValue
        A word is no day.
    """
    written = text.strip().lower()
    if written in {WORKDAYS, RESTDAYS}:
        return DayPattern(written, EVERY_DAY.weekdays, working=written == WORKDAYS)
    return DayPattern(written, frozenset(hour // 24 for hour in read_hours(written, "0")))


EVERY_DAY = DayPattern("", frozenset(range(7)))


@dataclass(frozen=True, slots=True)
class DaySpan:
    """
    A part of a day by the clock on the wall, past midnight where it ends no later than it starts.

    Attributes
    ----------
    starts, ends
        Times of the day; the same twice means around the clock.
    """

    starts: time
    ends: time

    def on(self, day: date) -> Span:
        """
        Place the span on a day.

        Parameters
        ----------
        day
            The day on which it starts.

        Returns
        -------
        span
            From and to.
        """
        last = day + timedelta(days=1) if self.ends <= self.starts else day
        return _instant_s(day, self.starts), _instant_s(last, self.ends)


def read_time(text: str) -> time:
    """
    Read a time of the day.

    Parameters
    ----------
    text
        ``22:00``, or with seconds.

    Returns
    -------
    time
        By the city's clock.

    Raises
    ------
    BadValue
        It is none, or it carries an offset.
    """
    try:
        read = time.fromisoformat("00:00" if text == "24:00" else text)
    except ValueError:
        raise BadValue(f"“{text}” is no time of the day; write 08:30.") from None
    if read.tzinfo is not None:
        raise BadValue(f"“{text}” carries an offset; rosters follow the city's own clock.")
    return read


def local_day(now: datetime) -> date:
    """
    Tell which day it is in the city.

    Parameters
    ----------
    now
        An instant, with offset.

    Returns
    -------
    day
        By the city's clock.
    """
    return now.astimezone(CITY_TIME).date()


def day_span(day: date) -> Span:
    """
    Give a whole day.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    span
        From midnight to midnight.
    """
    return DaySpan(time(), time()).on(day)


def _instant_s(day: date, clock: time) -> float:
    """Seconds since 1970 of a time on a day of the city."""
    return datetime.combine(day, clock, CITY_TIME).timestamp()
