"""
Work calendar (工作日历): when a time runs out that counts always, in working hours or in days.

Every span is of the city's clock.  Within a day that is worked, sessions count and the pauses
between them don't; days follow the week, except those that are decreed (holidays, and working
days moved to a weekend, 调休).  In working days the day of the start does not count, and the time
is over with the last session of the last day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from dispatch.duty_days import DaySpan, Span, WorkingDays, local_day, read_time
from geo.errors import BadValue

FURTHEST_DAYS = 3660
"""Ten years: a time that is not over by then is a mistake in a calendar."""

MILLISECOND_S = 0.001
"""The shortest time that the store tells apart."""


class Counts(StrEnum):
    """In which time something counts."""

    CONTINUOUS = "continuous"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """
    When a city works.

    Attributes
    ----------
    days
        Which days are worked.
    sessions
        Hours of such a day, the earliest first; they neither meet nor pass midnight.
    """

    days: WorkingDays
    sessions: tuple[DaySpan, ...]

    def __post_init__(self) -> None:
        """Refuse hours that could be counted twice, or never."""
        if not self.sessions:
            raise BadValue("A work calendar needs hours of the day, such as 09:00-17:00.")
        spans = self._on(date(2026, 1, 1))
        midnight = self._midnight_after(date(2026, 1, 1))
        if any(ends <= starts or ends > midnight for starts, ends in spans):
            raise BadValue("Working hours end on the day on which they begin.")
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            raise BadValue("Working hours follow each other and don't overlap.")

    def spans_from(self, start_s: float) -> Iterator[Span]:
        """
        List what is worked from an instant on.

        Parameters
        ----------
        start_s
            Seconds since 1970.

        Yields
        ------
        span
            From and to; the first one may begin at the instant itself.

        Raises
        ------
        BadValue
            Whoever asks wants more than the calendar has.
        """
        first = local_day(datetime.fromtimestamp(start_s, UTC))
        for number in range(FURTHEST_DAYS):
            day = first + timedelta(days=number)
            if not self.days.includes(day):
                continue
            for starts, ends in self._on(day):
                if ends > start_s:
                    yield max(starts, start_s), ends
        raise BadValue("The calendar has too little working time; look at its special days.")

    def closing_s(self, start_s: float, days: int) -> float:
        """
        Find the end of a working day.

        Parameters
        ----------
        start_s
            Seconds since 1970; its own day does not count.
        days
            How many working days later, from 1.

        Returns
        -------
        closing_s
            End of the last session of that day; of one to midnight the last millisecond, which
            is still of that day.
        """
        day = local_day(datetime.fromtimestamp(start_s, UTC))
        left = days
        for _ in range(FURTHEST_DAYS):
            day += timedelta(days=1)
            left -= self.days.includes(day)
            if left == 0:
                return min(self._on(day)[-1][1], self._midnight_after(day) - MILLISECOND_S)
        raise BadValue("The calendar has too few working days; look at its special days.")

    def days_between(self, first: date, last: date) -> int:
        """
        Count working days.

        Parameters
        ----------
        first, last
            Two days; the first does not count, the last does.

        Returns
        -------
        days
            None if the last is not later than the first.
        """
        between = range(1, (last - first).days + 1)
        return sum(self.days.includes(first + timedelta(days=number)) for number in between)

    def _on(self, day: date) -> list[Span]:
        """Place the sessions on a day."""
        return [session.on(day) for session in self.sessions]

    @staticmethod
    def _midnight_after(day: date) -> float:
        """When a day ends."""
        return DaySpan(read_time("00:00"), read_time("00:00")).on(day)[1]


def read_sessions(written: Iterable[str]) -> tuple[DaySpan, ...]:
    """
    Read hours of a day.

    Parameters
    ----------
    written
        ``09:00-12:00`` and so on; ``24:00`` is the end of the day.

    Returns
    -------
    sessions
        In the order written.

    Raises
    ------
    BadValue
        One is no pair of times.
    """
    sessions = []
    for one in written:
        starts, dash, ends = one.partition("-")
        if not dash:
            raise BadValue(f"“{one}” is no span of a day; write 09:00-12:00.")
        sessions.append(DaySpan(read_time(starts.strip()), read_time(ends.strip())))
    return tuple(sessions)


def add_working(
    start: datetime,
    amount: float,
    calendar: WorkCalendar,
    counts: Counts = Counts.WORKING_HOURS,
) -> datetime:
    """
    Tell when a time is over.

    Parameters
    ----------
    start
        From when it counts, with offset.
    amount
        Seconds; working days if those are counted, a part of one being one.
    calendar
        When the city works.
    counts
        In which time it counts.

    Returns
    -------
    over
        The earliest instant by which so much has passed, in UTC, never before the start.

    Raises
    ------
    BadValue
        The calendar has too little working time.
    """
    start = start.astimezone(UTC)
    if amount <= 0:
        return start
    if counts == Counts.CONTINUOUS:
        return start + timedelta(seconds=amount)
    start_s = start.timestamp()
    if counts == Counts.WORKING_DAYS:
        return _instant(calendar.closing_s(start_s, -int(-amount // 1)))
    return start + timedelta(seconds=_after_s(start_s, amount, calendar) - start_s)


def working_between(
    start: datetime,
    end: datetime,
    calendar: WorkCalendar,
    counts: Counts = Counts.WORKING_HOURS,
) -> float:
    """
    Measure a time; `add_working` the other way round.

    Parameters
    ----------
    start, end
        From when and to when, with offset.
    calendar
        When the city works.
    counts
        In which time it counts.

    Returns
    -------
    amount
        Seconds or working days; 0 if the end is not later.
    """
    if end <= start:
        return 0.0
    if counts == Counts.CONTINUOUS:
        return (end - start).total_seconds()
    if counts == Counts.WORKING_DAYS:
        return float(calendar.days_between(local_day(start), local_day(end)))
    return _worked_s(start.timestamp(), end.timestamp(), calendar)


def _after_s(start_s: float, amount_s: float, calendar: WorkCalendar) -> float:
    """When so many seconds have been worked."""
    left_s = amount_s
    for starts, ends in calendar.spans_from(start_s):
        if left_s <= ends - starts:
            return starts + left_s
        left_s -= ends - starts
    return start_s  # spans go on until an error says that there are none


def _worked_s(start_s: float, end_s: float, calendar: WorkCalendar) -> float:
    """How many seconds are worked from one instant to another."""
    worked_s = 0.0
    for starts, ends in calendar.spans_from(start_s):
        if starts >= end_s:
            break
        worked_s += min(ends, end_s) - starts
    return worked_s


def _instant(seconds: float) -> datetime:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(seconds, UTC)
