"""
Shifts: who is on duty when, by weekly patterns, dated entries and extra shifts.

A day's shift is what starts on that day, in one or more pieces; it may last past midnight.
For each day the first of these that says anything counts: an officer's own dated entries,
those of the crew, the officer's own weekly pattern, the crew's.  A dated entry without times
gives the day off.  Extra shifts come on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dispatch.duty_days import EVERY_DAY, DayPattern, DaySpan, Span, WorkingDays, local_day
from geo.errors import BadValue

LOOK_BACK_DAYS, LOOK_AHEAD_DAYS = 7, 15
"""Days whose shifts are read: those that may ask for rest now, and those that come next."""


class ShiftKind(StrEnum):
    """What an entry does to the days it names."""

    WEEKLY = "weekly"
    DATED = "dated"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    """
    When shifts start and end.

    Attributes
    ----------
    kind
        Whether it is the pattern of the week, replaces it, or comes on top.
    span
        Part of the day, or None for a day off.
    days
        Days on which it starts.
    valid_from, valid_to
        First and last day for which it holds; None for open.
    """

    kind: ShiftKind
    span: DaySpan | None
    days: DayPattern = EVERY_DAY
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse what says nothing."""
        if self.span is None and self.kind != ShiftKind.DATED:
            raise BadValue(
                f"A {self.kind} shift needs starts and ends; only a dated one is a day off."
            )
        if self.kind != ShiftKind.WEEKLY and (self.valid_from is None or self.valid_to is None):
            raise BadValue(f"A {self.kind} shift needs valid_from and valid_to.")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise BadValue(f"The shift ends on {self.valid_to}, before {self.valid_from}.")

    def starts_on(self, day: date, calendar: WorkingDays) -> bool:
        """
        Tell whether it starts on a day.

        Parameters
        ----------
        day
            The day.
        calendar
            Which days are working days.

        Returns
        -------
        starts
            Whether the day is one of its days, and within its validity.
        """
        valid = (self.valid_from or day) <= day <= (self.valid_to or day)
        return valid and self.days.includes(day, calendar)

    def speaks_of(self, day: date, calendar: WorkingDays) -> bool:
        """
        Tell whether it says anything about a day.

        Parameters
        ----------
        day
            The day.
        calendar
            Which days are working days.

        Returns
        -------
        speaks
            A weekly pattern does wherever it is valid: days that it leaves out are days off.
        """
        if self.kind == ShiftKind.WEEKLY:
            return (self.valid_from or day) <= day <= (self.valid_to or day)
        return self.starts_on(day, calendar)


@dataclass(frozen=True, slots=True)
class ShiftEntry:
    """
    One row of the rosters.

    Attributes
    ----------
    id
        Its number.
    officer, crew
        Whose it is; one of the two.
    pattern
        When.
    """

    id: str
    officer: str | None
    crew: str | None
    pattern: ShiftPattern

    def __post_init__(self) -> None:
        """Refuse an entry of nobody or of two."""
        if (self.officer is None) == (self.crew is None):
            raise BadValue("A roster entry belongs to an officer or to a crew; name one of them.")


@dataclass(frozen=True, slots=True)
class Shift:
    """
    The shift of one day.

    Attributes
    ----------
    pieces
        One or more spans, the earliest first.
    """

    pieces: tuple[Span, ...]

    @property
    def span(self) -> Span:
        """From the first start to the last end."""
        return self.pieces[0][0], max(end for _, end in self.pieces)


Patterns = tuple[ShiftPattern, ...]


def shifts_around(
    own: Patterns, crew: Patterns, calendar: WorkingDays, *, now: datetime
) -> tuple[Shift, ...] | None:
    """
    Read the shifts of the days around now.

    Parameters
    ----------
    own, crew
        Patterns of an officer and of his or her crew.
    calendar
        Which days are working days.
    now
        The present, with offset.

    Returns
    -------
    shifts
        By day; None where there is no roster, so that the officer is always on shift.
    """
    if all(pattern.kind == ShiftKind.EXTRA for pattern in own + crew):
        return None
    today = local_day(now)
    days = (today + timedelta(days=n) for n in range(-LOOK_BACK_DAYS, LOOK_AHEAD_DAYS + 1))
    pieces = (shift_of_day(day, own, crew, calendar) for day in days)
    return tuple(Shift(spans) for spans in pieces if spans)


def shift_of_day(
    day: date, own: Patterns, crew: Patterns, calendar: WorkingDays
) -> tuple[Span, ...]:
    """
    Read the shift that starts on a day.

    Parameters
    ----------
    day
        The day.
    own, crew
        Patterns of an officer and of his or her crew.
    calendar
        Which days are working days.

    Returns
    -------
    pieces
        Spans, the earliest first; none for a day off.
    """
    base = _base(day, own, crew, calendar)
    extra = [one for one in own + crew if one.kind == ShiftKind.EXTRA]
    spans = {
        pattern.span.on(day)
        for pattern in (*base, *extra)
        if pattern.span is not None and pattern.starts_on(day, calendar)
    }
    return tuple(sorted(spans))


def _base(
    day: date, own: Patterns, crew: Patterns, calendar: WorkingDays
) -> Sequence[ShiftPattern]:
    """Patterns that say when duty is on a day, extra shifts apart."""
    for kind in (ShiftKind.DATED, ShiftKind.WEEKLY):
        for patterns in (own, crew):
            said = [one for one in patterns if one.kind == kind and one.speaks_of(day, calendar)]
            if said:
                return said
    return ()
