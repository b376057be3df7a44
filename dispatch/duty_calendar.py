"""
Calendars: where officers are posted besides their beat, 常驻 (resident), 轮驻 (by rota) or 预约.

A resident is at a place for as long as the entry is valid, whoever comes by rota in the
same part of certain days, and an appointment lasts from one instant to another.  Most entries
keep an officer from being sent; some, as of a village post, do not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from dispatch.duty_days import (
    EVERY_DAY,
    DayPattern,
    DaySpan,
    Span,
    WorkingDays,
    day_span,
    local_day,
)
from geo.errors import BadValue

LOOK_BACK_DAYS, LOOK_AHEAD_DAYS = 2, 15
"""Days whose rota is read: a span that starts on one day may last past the next midnight."""


class Presence(StrEnum):
    """How an officer is present at a place."""

    RESIDENT = "resident"
    ROTA = "rota"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """
    One row of the calendars.

    Attributes
    ----------
    id
        Its number.
    officer, crew
        Whose it is; one of the two.
    kind
        How they are present.
    place
        Where, in words.
    days, span
        Days and part of the day of a rota.
    valid_from, valid_to
        First and last day of a resident or a rota; None for open.
    from_time, to_time
        When an appointment starts and ends, with offset.
    may_be_sent
        Whether they can be sent to an incident from there.
    """

    id: str
    officer: str | None
    crew: str | None
    kind: Presence
    place: str = ""
    days: DayPattern = EVERY_DAY
    span: DaySpan | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    from_time: datetime | None = None
    to_time: datetime | None = None
    may_be_sent: bool = False

    def __post_init__(self) -> None:
        """Refuse an entry of nobody, or one that says nothing."""
        if (self.officer is None) == (self.crew is None):
            raise BadValue("A calendar entry belongs to an officer or to a crew; name one of them.")
        if self.kind == Presence.ROTA and self.span is None:
            raise BadValue("A rota needs starts and ends.")
        if self.kind == Presence.APPOINTMENT:
            if self.from_time is None or self.to_time is None:
                raise BadValue("An appointment needs from_time and to_time.")
            if self.to_time <= self.from_time:
                raise BadValue(f"The appointment ends at {self.to_time}, before it starts.")

    def spans(self, calendar: WorkingDays, *, now: datetime) -> list[Span]:
        """
        Say when it holds, as far as that matters now.

        Parameters
        ----------
        calendar
            Which days are working days.
        now
            The present, with offset.

        Returns
        -------
        spans
            From and to, infinite where it is open; those of a rota around now only.
        """
        if self.kind == Presence.APPOINTMENT:
            assert self.from_time is not None
            assert self.to_time is not None  # checked when it was made
            return [(self.from_time.timestamp(), self.to_time.timestamp())]
        if self.kind == Presence.RESIDENT:
            return [self._stay()]
        today, span = local_day(now), self.span
        assert span is not None  # checked when it was made
        days = (today + timedelta(days=n) for n in range(-LOOK_BACK_DAYS, LOOK_AHEAD_DAYS + 1))
        return [
            span.on(day)
            for day in days
            if (self.valid_from or day) <= day <= (self.valid_to or day)
            and self.days.includes(day, calendar)
        ]

    def _stay(self) -> Span:
        """From the first day of a resident to the last."""
        first = -np.inf if self.valid_from is None else day_span(self.valid_from)[0]
        last = np.inf if self.valid_to is None else day_span(self.valid_to)[1]
        return first, last


def engaged_around(
    entries: Iterable[CalendarEntry], calendar: WorkingDays, *, now: datetime
) -> Span | None:
    """
    Say when entries keep somebody from being sent, now or next.

    Parameters
    ----------
    entries
        Entries of one officer and of the crew.
    calendar
        Which days are working days.
    now
        The present, with offset.

    Returns
    -------
    engaged
        Spans that touch are one; None where nothing comes.
    """
    spans = sorted(
        span
        for entry in entries
        if not entry.may_be_sent
        for span in entry.spans(calendar, now=now)
    )
    engaged: Span | None = None
    for span in spans:
        if engaged is not None and span[0] <= engaged[1]:
            engaged = engaged[0], max(engaged[1], span[1])
        elif engaged is None or engaged[1] <= now.timestamp():
            engaged = span
    return None if engaged is None or engaged[1] <= now.timestamp() else engaged
