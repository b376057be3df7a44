"""Working time: read aloud, and against a clock that looks at every minute by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.slow_calendar import LOCAL, slow_add, slow_between, slow_days

from dispatch.duty_days import SpecialDay, working_days
from dispatch.work_calendar import (
    Counts,
    WorkCalendar,
    add_working,
    read_sessions,
    working_between,
)
from geo.errors import BadValue

HOUR_S = 3600.0
FIRST = date(2026, 9, 21)
DAYS = 40

OFFICE = read_sessions(["09:00-12:00", "13:00-17:00"])

HOLIDAYS = (
    *(SpecialDay(date(2026, 10, day), working=False, name="国庆节") for day in range(1, 8)),
    SpecialDay(date(2026, 9, 20), working=True, name="调休"),
    SpecialDay(date(2026, 10, 10), working=True, name="调休"),
)
"""The week from 1 October is free, and is worked off on a Sunday before and a Saturday after."""

CALENDAR = WorkCalendar(working_days(HOLIDAYS), OFFICE)


def at(day: int, hour: int, minute: int = 0, *, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LOCAL)


def test_continuous_time_runs_through_the_night() -> None:
    assert add_working(at(30, 23), 2 * HOUR_S, CALENDAR, Counts.CONTINUOUS) == at(1, 1, month=10)


def test_working_hours_stop_at_noon_and_in_the_evening() -> None:
    assert add_working(at(21, 11), 2 * HOUR_S, CALENDAR) == at(21, 14)
    assert add_working(at(21, 16), 2 * HOUR_S, CALENDAR) == at(22, 10)


def test_what_comes_in_at_night_counts_from_the_morning() -> None:
    assert add_working(at(21, 3), HOUR_S, CALENDAR) == at(21, 10)
    assert add_working(at(21, 20), HOUR_S, CALENDAR) == at(22, 10)


def test_a_time_may_end_with_the_last_minute_of_a_session() -> None:
    assert add_working(at(21, 9), 3 * HOUR_S, CALENDAR) == at(21, 12)
    assert add_working(at(21, 9), 7 * HOUR_S, CALENDAR) == at(21, 17)


def test_a_week_of_holidays_does_not_count_and_the_saturday_after_it_does() -> None:
    assert add_working(at(30, 16), 2 * HOUR_S, CALENDAR) == at(8, 10, month=10)
    assert add_working(at(9, 16, month=10), 2 * HOUR_S, CALENDAR) == at(10, 10, month=10)


def test_of_working_days_the_first_does_not_count_and_the_last_ends_in_the_evening() -> None:
    assert add_working(at(21, 8), 3, CALENDAR, Counts.WORKING_DAYS) == at(24, 17)
    assert add_working(at(21, 23), 3, CALENDAR, Counts.WORKING_DAYS) == at(24, 17)
    assert add_working(at(30, 10), 3, CALENDAR, Counts.WORKING_DAYS) == at(10, 17, month=10)


def test_the_day_is_that_of_the_city_not_of_greenwich() -> None:
    late = datetime(2026, 9, 21, 17, 30, tzinfo=UTC)  # half past one on Tuesday in the city
    assert add_working(late, 1, CALENDAR, Counts.WORKING_DAYS) == at(23, 17)


def test_a_month_of_working_days_runs_over_its_end_and_into_the_next_year() -> None:
    plain = WorkCalendar(working_days(()), OFFICE)
    assert add_working(at(21, 9, month=12), 10, plain, Counts.WORKING_DAYS) == datetime(
        2027, 1, 4, 17, tzinfo=LOCAL
    )
    leap = datetime(2028, 2, 28, 9, tzinfo=LOCAL)
    assert add_working(leap, 1, plain, Counts.WORKING_DAYS).astimezone(LOCAL).day == 29


@pytest.mark.parametrize(
    ("sessions", "because"),
    [
        ([], "needs hours"),
        (["09:00"], "no span"),
        (["22:00-02:00"], "on which they begin"),
        (["09:00-09:00"], "on which they begin"),
        (["09:00-12:00", "11:00-13:00"], "don't overlap"),
        (["13:00-17:00", "09:00-12:00"], "don't overlap"),
    ],
)
def test_hours_that_make_no_sense_are_refused(sessions: list[str], because: str) -> None:
    with pytest.raises(BadValue, match=because):
        WorkCalendar(working_days(()), read_sessions(sessions))


def test_a_calendar_without_working_days_is_named_rather_than_searched_for_ever() -> None:
    free = [SpecialDay(FIRST + timedelta(days=day), working=False) for day in range(4000)]
    calendar = WorkCalendar(working_days(free), OFFICE)
    for counts in (Counts.WORKING_HOURS, Counts.WORKING_DAYS):
        with pytest.raises(BadValue, match="special days"):
            add_working(at(21, 9), 1, calendar, counts)


@dataclass(frozen=True)
class Drawn:
    """A calendar, once as the program has it and once as the slow clock does."""

    calendar: WorkCalendar
    sessions: tuple[tuple[int, int], ...]
    decreed: Mapping[date, bool]


@st.composite
def calendars(draw: st.DrawFn) -> Drawn:
    """Up to three sessions of a day on whole minutes, and days that are not what they seem."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=6)))
    pairs = tuple(zip(edges[::2], edges[1::2], strict=False))
    decreed = draw(st.dictionaries(st.integers(-5, DAYS), st.booleans(), max_size=20))
    days = {FIRST + timedelta(days=day): working for day, working in decreed.items()}
    written = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]
    special = [SpecialDay(day, working) for day, working in days.items()]
    return Drawn(WorkCalendar(working_days(special), read_sessions(written)), pairs, days)


minutes = st.integers(0, 20 * 60)
instants = st.integers(0, 20 * 1440).map(
    lambda minute: (
        datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=LOCAL) + timedelta(minutes=minute)
    )
)
counting = st.sampled_from(list(Counts))


@given(calendars(), instants, st.integers(0, 600))
def test_working_hours_are_those_that_a_slow_clock_counts(
    drawn: Drawn, start: datetime, amount: int
) -> None:
    worked = sum(ends - starts for starts, ends in drawn.sessions)
    amount = min(amount, 3 * worked)
    over = add_working(start, amount * 60, drawn.calendar)
    assert over == slow_add(start, amount, drawn.sessions, drawn.decreed)


@given(calendars(), instants, st.integers(0, 8 * 1440))
def test_what_lies_between_is_what_a_slow_clock_counts(
    drawn: Drawn, start: datetime, span: int
) -> None:
    end = start + timedelta(minutes=span)
    between = working_between(start, end, drawn.calendar)
    assert between == 60 * slow_between(start, end, drawn.sessions, drawn.decreed)


@given(calendars(), instants, st.integers(1, 12))
def test_working_days_are_those_that_a_slow_clock_counts(
    drawn: Drawn, start: datetime, days: int
) -> None:
    over = add_working(start, days, drawn.calendar, Counts.WORKING_DAYS)
    assert over == slow_days(start, days, drawn.sessions[-1][1], drawn.decreed)


@given(calendars(), instants, instants, minutes, minutes, counting)
def test_who_starts_later_or_has_more_time_is_never_over_sooner(  # noqa: PLR0917 -- all drawn
    drawn: Drawn, one: datetime, other: datetime, some: int, more: int, counts: Counts
) -> None:
    unit = 1 / 240 if counts == Counts.WORKING_DAYS else 60
    less, most = sorted((some * unit, more * unit))
    first, last = sorted((one, other))
    over = add_working(first, less, drawn.calendar, counts)
    assert over >= first
    assert over <= add_working(first, most, drawn.calendar, counts)
    assert over <= add_working(last, less, drawn.calendar, counts)


@given(calendars(), instants, minutes, minutes, counting)
def test_two_times_one_after_the_other_are_one_time(
    drawn: Drawn, start: datetime, first: int, second: int, counts: Counts
) -> None:
    unit = 60
    if counts == Counts.WORKING_DAYS:
        unit, first, second = 1, first % 9, second % 9
    half = add_working(start, first * unit, drawn.calendar, counts)
    at_once = add_working(start, (first + second) * unit, drawn.calendar, counts)
    assert add_working(half, second * unit, drawn.calendar, counts) == at_once


def test_a_day_that_is_worked_to_midnight_is_one_day() -> None:
    round_the_clock = WorkCalendar(working_days([]), read_sessions(["00:00-24:00"]))
    monday = datetime(2026, 9, 21, tzinfo=LOCAL)
    over = add_working(monday, 1, round_the_clock, Counts.WORKING_DAYS)
    assert over == monday + timedelta(days=2) - timedelta(milliseconds=1)
    assert working_between(monday, over, round_the_clock, Counts.WORKING_DAYS) == 1


@given(calendars(), instants, minutes, counting)
def test_measuring_undoes_adding(
    drawn: Drawn, start: datetime, amount: int, counts: Counts
) -> None:
    amount = amount % 9 if counts == Counts.WORKING_DAYS else amount * 60
    over = add_working(start, amount, drawn.calendar, counts)
    assert working_between(start, over, drawn.calendar, counts) == amount
