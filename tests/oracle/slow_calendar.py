"""Slow and plain: working time counted minute by minute, each looked at by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=8))
MINUTE = timedelta(minutes=1)


def worked(
    minute: datetime, sessions: Sequence[tuple[int, int]], decreed: Mapping[date, bool]
) -> bool:
    """Whether the minute that begins then is worked; sessions are minutes of the day."""
    local = minute.astimezone(LOCAL)
    of_day = local.hour * 60 + local.minute
    working = decreed.get(local.date(), local.weekday() not in {5, 6})
    return working and any(starts <= of_day < ends for starts, ends in sessions)


def slow_add(
    start: datetime,
    minutes: int,
    sessions: Sequence[tuple[int, int]],
    decreed: Mapping[date, bool],
) -> datetime:
    """When so many whole minutes have been worked."""
    at = start
    while minutes > 0:
        minutes -= worked(at, sessions, decreed)
        at += MINUTE
    return at


def slow_between(
    start: datetime,
    end: datetime,
    sessions: Sequence[tuple[int, int]],
    decreed: Mapping[date, bool],
) -> int:
    """How many minutes are worked in between."""
    count, at = 0, start
    while at < end:
        count += worked(at, sessions, decreed)
        at += MINUTE
    return count


def slow_days(
    start: datetime, days: int, last_session_ends: int, decreed: Mapping[date, bool]
) -> datetime:
    """Close of the day on which so many working days are over, the last millisecond at midnight."""
    day = start.astimezone(LOCAL).date()
    while days > 0:
        day += timedelta(days=1)
        days -= decreed.get(day, day.weekday() not in {5, 6})
    closes = datetime(day.year, day.month, day.day, tzinfo=LOCAL) + last_session_ends * MINUTE
    return closes - timedelta(milliseconds=1) if closes.date() > day else closes
