"""The week in hours, by the clock on the wall: traffic repeats itself from week to week."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from geo.errors import BadValue

CITY_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The clock by which traffic lives."""

HOURS_OF_WEEK = 168
"""Hour 0 begins on Monday at midnight."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"(\w+)(?:-(\w+))?")


def hour_of_week(now: datetime) -> int:
    """
    Tell which hour of the week it is.

    Parameters
    ----------
    now
        An instant, with offset.

    Returns
    -------
    hour
        0…167.
    """
    local = now.astimezone(CITY_TIME)
    return local.weekday() * 24 + local.hour


def next_hour(now: datetime) -> datetime:
    """
    Tell when the next full hour begins.

    Parameters
    ----------
    now
        An instant, with offset.

    Returns
    -------
    begins
        Later than the instant.
    """
    local = now.astimezone(CITY_TIME)
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def read_hours(days: str, hours: str) -> frozenset[int]:
    """
    Read hours of the week as people write them.

    Parameters
    ----------
    days
        ``mon``, ``mon-fri``, ``sat,sun``; empty for every day.
    hours
        ``7`` for the hour from seven to eight, ``7-9`` for the two from seven to nine,
        ``22-6`` for the first six and the last two of a day, ``7-9,17-19``; empty for all.

    Returns
    -------
    hours
        Hours of the week.

    Raises
    ------
    BadValue
        A word is no day, or a figure is no hour.
    """
    of_week = [day for span in _spans(days or "mon-sun") for day in _days(*span)]
    of_day = [hour for span in _spans(hours or "0-24") for hour in _hours(*span)]
    return frozenset(day * 24 + hour for day in of_week for hour in of_day)


def _spans(text: str) -> list[tuple[str, str | None]]:
    """Split a list of words and of spans between two words."""
    spans = [_SPAN.fullmatch(part.strip().lower()) for part in text.split(",")]
    if None in spans:
        raise BadValue(f"“{text}” is no list of days or hours; write mon-fri or 7-9,17-19.")
    return [(span[1], span[2]) for span in spans if span is not None]


def _days(first: str, last: str | None) -> list[int]:
    """Days from one to another, past Sunday if need be."""
    for word in (first, last):
        if word is not None and word not in DAYS:
            raise BadValue(f"“{word}” is no day of the week; they are {', '.join(DAYS)}.")
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _hours(first: str, last: str | None) -> list[int]:
    """Hours from one up to another, past midnight if need be."""
    for word in (first, last):
        if word is not None and not (word.isdigit() and int(word) <= 24):
            raise BadValue(f"“{word}” is no hour of the day; they are 0 to 24.")
    start = int(first)
    end = start + 1 if last is None else int(last)
    if start in (end, 24):
        raise BadValue(f"No hour lies between {first} and {last or end}.")
    return [(start + step) % 24 for step in range((end - start) % 24 or 24)]
