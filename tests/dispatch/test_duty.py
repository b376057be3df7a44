"""Duty as rosters, calendars and rest rules say it: read aloud, and against a painted strip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.slow_duty import ALL, SLOT_S, SLOTS_A_DAY, SlowDuty, instant_of

from dispatch.duty import DutyBook, draw_up_duty
from dispatch.duty_calendar import CalendarEntry, Presence
from dispatch.duty_columns import DutyColumns
from dispatch.duty_days import DaySpan, SpecialDay, read_days, read_time
from dispatch.duty_job import Job
from dispatch.duty_rest import RestRule
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.roster import Roster, muster
from dispatch.unit import Officer, Unit, UnitKind
from geo.errors import BadValue
from geo.road.road_class import Mode

HOUR = timedelta(hours=1)


def roster() -> Roster:
    """Brigade B with crew K (officers A and B) and crew L (officer C)."""
    units = [
        Unit("B", "", "", UnitKind.GRID_BRIGADE),
        Unit("K", "", "", UnitKind.CREW, parent="B", mode=Mode.CAR),
        Unit("L", "", "", UnitKind.CREW, parent="B", mode=Mode.CAR),
    ]
    officers = [Officer(name, "", "L" if name == "C" else "K", certified=True) for name in "ABC"]
    return muster({unit.code: unit for unit in units}, officers)


def at(text: str) -> datetime:
    """``11-02 08:30`` by the city's clock; 2 November 2026 is a Monday."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


def span(text: str) -> DaySpan:
    starts, ends = text.split("-")
    return DaySpan(read_time(starts), read_time(ends))


def weekly(
    hours: str, days: str = "", valid: tuple[date | None, date | None] = (None, None)
) -> ShiftPattern:
    return ShiftPattern(ShiftKind.WEEKLY, span(hours), read_days(days), *valid)


def dated(day: date, hours: str | None) -> ShiftPattern:
    hours_of_day = None if hours is None else span(hours)
    return ShiftPattern(ShiftKind.DATED, hours_of_day, valid_from=day, valid_to=day)


def extra(day: date, hours: str) -> ShiftPattern:
    return ShiftPattern(ShiftKind.EXTRA, span(hours), valid_from=day, valid_to=day)


def of_officer(*patterns: ShiftPattern, officer: str = "A") -> tuple[ShiftEntry, ...]:
    return tuple(ShiftEntry(str(row), officer, None, one) for row, one in enumerate(patterns))


def of_crew(*patterns: ShiftPattern, crew: str = "K") -> tuple[ShiftEntry, ...]:
    return tuple(ShiftEntry(f"K{row}", None, crew, one) for row, one in enumerate(patterns))


NO_REST = (RestRule(between_shifts_s=0, break_s=0, most_work_s=1e9),)


def who(book: DutyBook, when: str) -> str:
    """Officers who may be sent by the book: ``A B``."""
    now = at(when)
    columns = draw_up_duty(book, roster(), now=now).columns
    free = free_by(columns, now)
    return " ".join(name for name, may in zip("ABC", free, strict=True) if may)


def free_by(columns: DutyColumns, now: datetime) -> list[bool]:
    now_s = now.timestamp()
    held = [columns.on_shift(now_s), columns.rested(now_s), columns.unengaged(now_s)]
    return list(np.logical_and.reduce([*held, columns.without_job()]))


def on_shift(entries: Sequence[ShiftEntry], *, special: Sequence[SpecialDay] = ()) -> DutyBook:
    return DutyBook(shifts=tuple(entries), rest=NO_REST, special_days=tuple(special))


class TestShifts:
    """Who is on shift."""

    def test_without_a_roster_everybody_always_is(self):
        assert who(DutyBook(), "11-02 03:00") == "A B C"

    def test_a_crew_is_on_shift_from_its_start_until_just_before_its_end(self):
        book = on_shift(of_crew(weekly("08:00-16:00", "mon-fri")))
        assert who(book, "11-02 07:59") == "C"
        assert who(book, "11-02 08:00") == "A B C"
        assert who(book, "11-02 15:59") == "A B C"
        assert who(book, "11-02 16:00") == "C"
        assert who(book, "11-07 12:00") == "C", "a Saturday"

    def test_a_night_shift_belongs_to_the_day_on_which_it_starts(self):
        book = on_shift(of_crew(weekly("22:00-06:00", "fri")))
        assert who(book, "11-06 23:30") == "A B C"
        assert who(book, "11-07 05:59") == "A B C", "Saturday morning ends Friday's shift"
        assert who(book, "11-06 05:59") == "C", "Thursday had none"

    def test_the_same_time_twice_is_around_the_clock(self):
        book = on_shift(of_crew(weekly("08:00-08:00", "mon")))
        assert who(book, "11-03 07:59") == "A B C"
        assert who(book, "11-03 08:00") == "C"

    def test_a_day_may_have_two_pieces(self):
        book = on_shift(of_crew(weekly("08:30-12:00"), weekly("14:30-18:00")))
        assert [who(book, f"11-02 {hour}:00") for hour in (11, 13, 15)] == ["A B C", "C", "A B C"]

    def test_an_officers_own_pattern_comes_before_that_of_the_crew(self):
        entries = of_crew(weekly("08:00-16:00")) + of_officer(weekly("16:00-22:00"))
        assert who(on_shift(entries), "11-02 09:00") == "B C"
        assert who(on_shift(entries), "11-02 17:00") == "A C"

    def test_a_dated_entry_replaces_the_pattern_of_that_day(self):
        entries = of_crew(weekly("08:00-16:00")) + of_officer(
            dated(date(2026, 11, 3), "12:00-20:00"), dated(date(2026, 11, 4), None)
        )
        assert who(on_shift(entries), "11-03 09:00") == "B C"
        assert who(on_shift(entries), "11-03 19:00") == "A C"
        assert who(on_shift(entries), "11-04 09:00") == "B C", "the day off"
        assert who(on_shift(entries), "11-05 09:00") == "A B C"

    def test_a_dated_entry_of_the_crew_comes_before_an_officers_weekly_pattern(self):
        entries = of_crew(dated(date(2026, 11, 3), None)) + of_officer(weekly("08:00-16:00"))
        assert who(on_shift(entries), "11-03 09:00") == "C"

    def test_an_extra_shift_comes_on_top(self):
        entries = of_crew(weekly("08:00-16:00")) + of_officer(
            extra(date(2026, 11, 2), "16:00-20:00")
        )
        assert who(on_shift(entries), "11-02 09:00") == "A B C"
        assert who(on_shift(entries), "11-02 19:00") == "A C"

    def test_an_extra_shift_alone_is_no_roster(self):
        entries = of_officer(extra(date(2026, 11, 2), "16:00-20:00"))
        assert who(on_shift(entries), "11-02 09:00") == "A B C"

    def test_working_days_follow_the_decree_and_not_the_week(self):
        special = [
            SpecialDay(date(2026, 10, 1), working=False, name="国庆节"),
            SpecialDay(date(2026, 10, 10), working=True, name="国庆节调休"),
        ]
        book = on_shift(of_crew(weekly("08:00-16:00", "workdays")), special=special)
        assert who(book, "10-01 09:00") == "C", "a Thursday, but a holiday"
        assert who(book, "10-10 09:00") == "A B C", "a Saturday that is worked"
        book = on_shift(of_crew(weekly("08:00-16:00", "restdays")), special=special)
        assert who(book, "10-01 09:00") == "A B C"
        assert who(book, "10-10 09:00") == "C"
        book = on_shift(of_crew(weekly("08:00-16:00", "thu")), special=special)
        assert who(book, "10-01 09:00") == "A B C", "a pattern of weekdays knows no holiday"

    def test_a_pattern_holds_from_its_first_day_to_its_last(self):
        valid = date(2026, 11, 2), date(2026, 11, 3)
        book = on_shift(of_crew(weekly("22:00-06:00", valid=valid)))
        assert [who(book, f"11-0{day} 05:00") for day in (2, 3, 4, 5)] == [
            "C",
            "A B C",
            "A B C",
            "C",
        ]

    def test_the_columns_name_the_shift_that_runs_or_the_next(self):
        book = on_shift(of_crew(weekly("08:00-16:00", "mon")))
        for when, shift in (
            ("11-02 09:00", ("11-02 08:00", "11-02 16:00")),
            ("11-02 16:00", ("11-09 08:00", "11-09 16:00")),
        ):
            columns = draw_up_duty(book, roster(), now=at(when)).columns
            assert (columns.shift_from_s[0], columns.shift_to_s[0]) == tuple(
                at(end).timestamp() for end in shift
            )
            assert np.isnan(columns.shift_from_s[2])

    def test_whoever_has_no_shift_to_come_is_off_shift(self):
        valid = date(2026, 1, 1), date(2026, 2, 1)
        book = on_shift(of_crew(weekly("08:00-16:00", valid=valid)))
        assert who(book, "11-02 09:00") == "C"


class TestRest:
    """Who has to rest."""

    def test_eleven_hours_lie_between_two_shifts(self):
        book = DutyBook(of_crew(weekly("14:00-22:00", "mon"), weekly("06:00-14:00", "tue")))
        assert who(book, "11-03 08:59") == "C"
        assert who(book, "11-03 09:00") == "A B C"

    def test_the_hours_are_data_and_each_unit_may_have_its_own(self):
        shifts = of_crew(weekly("14:00-22:00", "mon"), weekly("06:00-14:00", "tue"))
        ten = RestRule(between_shifts_s=10 * 3600)
        nine = RestRule("B", between_shifts_s=9 * 3600)
        assert who(DutyBook(shifts, rest=(ten,)), "11-03 07:59") == "C"
        assert who(DutyBook(shifts, rest=(ten, nine)), "11-03 07:59") == "A B C"

    def test_a_break_at_noon_asks_for_no_rest(self):
        book = DutyBook(of_crew(weekly("08:30-12:00"), weekly("14:30-18:00")))
        assert who(book, "11-02 14:30") == "A B C"

    def test_a_job_that_outlasts_the_shift_puts_the_rest_off(self):
        shifts = of_crew(weekly("14:00-22:00", "mon"), weekly("06:00-14:00", "tue"))
        late = Job("1", "A", at("11-02 21:00"), at("11-02 23:00"), at("11-03 00:00"))
        book = DutyBook(shifts, jobs=(late,))
        assert who(book, "11-03 10:59") == "B C"
        assert who(book, "11-03 11:00") == "A B C"

    def test_nobody_rests_from_a_shift_whose_job_is_still_in_hand(self):
        job = Job("1", "A", at("11-02 21:00"), at("11-02 23:00"))
        book = DutyBook(of_crew(weekly("14:00-22:00", "mon")), jobs=(job,))
        columns = draw_up_duty(book, roster(), now=at("11-03 01:00")).columns
        rested = columns.rested(at("11-03 01:00").timestamp())
        assert rested.tolist() == [True, False, True], "A works on, B rests, C has no roster"

    def test_after_eight_hours_of_jobs_the_rest_of_the_shift_is_rest(self):
        jobs = (
            Job("1", "A", at("11-02 08:00"), at("11-02 11:00"), at("11-02 11:30")),
            Job("2", "A", at("11-02 11:30"), at("11-02 15:00"), at("11-02 15:00")),
            Job("3", "A", at("11-02 15:00"), at("11-02 16:00"), at("11-02 16:00")),
        )
        book = DutyBook(of_crew(weekly("08:00-20:00")), jobs=jobs)
        assert who(book, "11-02 16:00") == "B C"
        assert who(book, "11-02 19:59") == "B C"
        assert who(book, "11-03 08:00") == "A B C"
        assert who(DutyBook(jobs=jobs), "11-02 23:59") == "B C", "always on shift: until midnight"
        assert who(DutyBook(jobs=jobs), "11-03 00:00") == "A B C"

    def test_a_long_job_is_followed_by_a_break(self):
        long = Job("1", "A", at("11-02 08:00"), at("11-02 10:00"), at("11-02 12:00"))
        book = DutyBook(jobs=(long,))
        assert who(book, "11-02 12:29") == "B C"
        assert who(book, "11-02 12:30") == "A B C"
        short = Job("1", "A", at("11-02 08:00"), at("11-02 10:00"), at("11-02 11:59"))
        assert who(DutyBook(jobs=(short,)), "11-02 12:00") == "A B C"


class TestCalendars:
    """Who is engaged elsewhere."""

    def test_a_resident_is_at_the_desk_for_as_long_as_the_entry_holds(self):
        entry = CalendarEntry(
            "1",
            "A",
            None,
            Presence.RESIDENT,
            "政务服务中心",
            valid_from=date(2026, 11, 2),
            valid_to=date(2026, 11, 3),
        )
        book = DutyBook(calendar=(entry,))
        times = ("11-01 23:59", "11-02 00:00", "11-03 23:59", "11-04 00:00")
        assert [who(book, when) for when in times] == ["A B C", "B C", "B C", "A B C"]

    def test_a_rota_engages_a_crew_in_the_same_hours_of_certain_days(self):
        entry = CalendarEntry(
            "1",
            None,
            "K",
            Presence.ROTA,
            "街道服务站",
            days=read_days("tue,thu"),
            span=span("09:00-11:30"),
        )
        book = DutyBook(calendar=(entry,))
        times = ("11-02 10:00", "11-03 10:00", "11-03 11:30", "11-05 09:00")
        assert [who(book, when) for when in times] == ["A B C", "C", "A B C", "C"]

    def test_an_appointment_engages_from_one_instant_to_another(self):
        entry = CalendarEntry(
            "1",
            "B",
            None,
            Presence.APPOINTMENT,
            from_time=at("11-02 10:00"),
            to_time=at("11-03 12:00"),
        )
        book = DutyBook(calendar=(entry,))
        times = ("11-02 09:59", "11-02 10:00", "11-03 11:59", "11-03 12:00")
        assert [who(book, when) for when in times] == ["A B C", "A C", "A C", "A B C"]

    def test_whoever_may_be_sent_from_a_village_post_is_not_kept(self):
        entry = CalendarEntry("1", "A", None, Presence.RESIDENT, "驻村点", may_be_sent=True)
        assert who(DutyBook(calendar=(entry,)), "11-02 10:00") == "A B C"


class TestJobs:
    """Who has a job in hand."""

    def test_a_job_is_in_hand_until_it_ends_however_long_it_was_to_take(self):
        job = Job("1", "A", at("11-02 08:00"), at("11-02 09:00"))
        for when, until in (("11-02 08:30", "11-02 09:00"), ("11-02 11:00", "11-02 09:00")):
            columns = draw_up_duty(DutyBook(jobs=(job,)), roster(), now=at(when)).columns
            assert columns.job_until_s[0] == at(until).timestamp()
            assert not columns.without_job()[0]
        assert who(DutyBook(jobs=(job,)), "11-02 07:59") == "A B C"

    def test_work_of_the_shift_counts_the_job_in_hand_as_long_as_expected(self):
        jobs = (
            Job("1", "A", at("11-02 07:00"), at("11-02 07:30"), at("11-02 07:30")),
            Job("2", "A", at("11-02 08:00"), at("11-02 09:00"), at("11-02 08:30")),
            Job("3", "A", at("11-02 09:00"), at("11-02 10:00")),
        )
        book = DutyBook(of_crew(weekly("08:00-16:00")), jobs=jobs)
        columns = draw_up_duty(book, roster(), now=at("11-02 09:30")).columns
        assert columns.work_s.tolist() == [1800 + 3600, 0, 0]

    def test_entries_of_strangers_are_passed_over(self):
        job = Job("1", "Z", at("11-02 08:00"), at("11-02 09:00"))
        book = DutyBook(
            of_crew(weekly("08:00-16:00"), crew="Z")
            + of_officer(weekly("08:00-16:00"), officer="Z"),
            (CalendarEntry("1", None, "Z", Presence.RESIDENT),),
            jobs=(job,),
        )
        assert who(book, "11-02 03:00") == "A B C"


def test_columns_hold_until_the_next_shift_engagement_or_day():
    book = on_shift(of_crew(weekly("08:00-16:00")))
    for when, until in (
        ("11-02 07:00", "11-02 08:00"),
        ("11-02 08:00", "11-02 16:00"),
        ("11-02 17:00", "11-03 00:00"),
    ):
        assert draw_up_duty(book, roster(), now=at(when)).until == at(until)


def test_it_does_not_matter_in_which_offset_the_present_is_told():
    book = on_shift(of_crew(weekly("22:00-06:00", "fri")))
    now = at("11-06 23:30")
    first = draw_up_duty(book, roster(), now=now)
    second = draw_up_duty(book, roster(), now=now.astimezone(UTC))
    assert first.until == second.until
    assert first.columns.shift_from_s[0] == second.columns.shift_from_s[0]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: ShiftEntry("1", "A", "K", weekly("08:00-16:00")), "an officer or to a crew"),
        (lambda: ShiftPattern(ShiftKind.WEEKLY, None), "needs starts and ends"),
        (lambda: ShiftPattern(ShiftKind.EXTRA, span("08:00-16:00")), "needs valid_from"),
        (lambda: weekly("08:00-16:00", valid=(date(2026, 2, 1), date(2026, 1, 1))), "before"),
        (lambda: read_days("someday"), "no day of the week"),
        (lambda: read_time("25:00"), "no time of the day"),
        (lambda: read_time("08:00+08:00"), "carries an offset"),
        (lambda: CalendarEntry("1", None, None, Presence.RESIDENT), "an officer or to a crew"),
        (lambda: CalendarEntry("1", "A", None, Presence.ROTA), "needs starts and ends"),
        (lambda: CalendarEntry("1", "A", None, Presence.APPOINTMENT), "needs from_time"),
        (
            lambda: CalendarEntry(
                "1",
                "A",
                None,
                Presence.APPOINTMENT,
                from_time=at("11-02 10:00"),
                to_time=at("11-02 10:00"),
            ),
            "before it starts",
        ),
        (lambda: Job("1", "A", at("11-02 08:00"), at("11-02 07:00")), "before it starts"),
        (lambda: RestRule(between_shifts_s=-1), "between_shifts_s is -1"),
        (lambda: RestRule(most_work_s=0), "most_work_s is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(make, sentence):
    with pytest.raises(BadValue, match=sentence):
        make()


HALF_HOURS = st.integers(0, 47).map(lambda slot: time(slot // 2, slot % 2 * 30))
SPANS = st.builds(DaySpan, HALF_HOURS, HALF_HOURS)
DAYS = st.sampled_from(["", "workdays", "restdays", "mon-fri", "sat,sun", "tue,thu", "mon"]).map(
    read_days
)
SOME_DAYS = st.dates(date(2026, 10, 9), date(2026, 10, 17))
VALID = st.none() | SOME_DAYS
WEEKLIES = st.builds(
    lambda hours, days, first, length: ShiftPattern(
        ShiftKind.WEEKLY, hours, days, first, first and first + timedelta(days=length)
    ),
    SPANS,
    DAYS,
    VALID,
    st.integers(0, 9),
)
DATED = st.builds(
    lambda hours, days, first, length: ShiftPattern(
        ShiftKind.DATED, hours, days, first, first + timedelta(days=length)
    ),
    st.none() | SPANS,
    DAYS,
    SOME_DAYS,
    st.integers(0, 3),
)
EXTRAS = st.builds(
    lambda hours, day: ShiftPattern(ShiftKind.EXTRA, hours, valid_from=day, valid_to=day),
    SPANS,
    SOME_DAYS,
)
PATTERNS = st.lists(st.one_of(WEEKLIES, WEEKLIES, DATED, EXTRAS), max_size=3).map(tuple)
SLOTS = st.integers(19 * SLOTS_A_DAY, 27 * SLOTS_A_DAY)
ENTRIES = st.lists(
    st.one_of(
        st.builds(
            lambda days, hours, sent: CalendarEntry(
                "1", "A", None, Presence.ROTA, days=days, span=hours, may_be_sent=sent
            ),
            DAYS,
            SPANS,
            st.booleans(),
        ),
        st.builds(
            lambda slot, length: CalendarEntry(
                "2",
                "A",
                None,
                Presence.APPOINTMENT,
                from_time=instant_of(slot),
                to_time=instant_of(slot + length),
            ),
            SLOTS,
            st.integers(1, 60),
        ),
        st.builds(
            lambda first, length: CalendarEntry(
                "3",
                None,
                "K",
                Presence.RESIDENT,
                valid_from=first,
                valid_to=first and first + timedelta(days=length),
            ),
            SOME_DAYS,
            st.integers(0, 3),
        ),
    ),
    max_size=3,
).map(tuple)
JOBS = st.lists(
    st.builds(
        lambda slot, expected, took: Job(
            "1",
            "A",
            instant_of(slot),
            instant_of(slot + expected),
            None if took is None else instant_of(slot + took),
        ),
        st.integers(21 * SLOTS_A_DAY, 24 * SLOTS_A_DAY),
        st.integers(0, 12),
        st.sampled_from([1, 2, 4, 8, 10, 20, None, None]),
    ),
    max_size=4,
).map(tuple)
RULES = st.builds(
    RestRule,
    st.none(),
    st.sampled_from([0, 9 * 3600, 11 * 3600, 24 * 3600]),
    st.sampled_from([2 * 3600, 8 * 3600]),
    st.sampled_from([3600, 4 * 3600]),
    st.sampled_from([0, 1800, 3600]),
)
HOLIDAYS = st.dictionaries(SOME_DAYS, st.booleans(), max_size=3)


DUTIES = st.builds(SlowDuty, PATTERNS, PATTERNS, ENTRIES, RULES, JOBS, HOLIDAYS)


@given(slow=DUTIES, start=st.integers(22 * SLOTS_A_DAY, 24 * SLOTS_A_DAY))
def test_columns_agree_with_a_painted_strip_for_as_long_as_they_hold(slow, start):
    book = DutyBook(
        of_officer(*slow.own) + of_crew(*slow.crew),
        slow.entries,
        (slow.rule,),
        tuple(SpecialDay(day, working) for day, working in slow.holidays.items()),
        slow.jobs,
    )
    drawn = draw_up_duty(book, roster(), now=instant_of(start))
    assert drawn.until > instant_of(start)
    assert start + SLOTS_A_DAY < ALL
    for slot in range(start, start + SLOTS_A_DAY):
        now = instant_of(slot)
        if now >= drawn.until:
            break
        columns, now_s = drawn.columns, now.timestamp()
        assert columns.on_shift(now_s)[0] == slow.on_shift(slot)
        assert columns.unengaged(now_s)[0] != slow.engaged(slot)
        assert columns.without_job()[0] == (not slow.in_hand(slot))
        assert columns.rested(now_s)[0] != slow.rests(slot)
        assert columns.work_s[0] == slow.work_slots(slot, with_hand=True) * SLOT_S


@given(own=PATTERNS, entries=ENTRIES, jobs=JOBS, start=SLOTS)
def test_every_drawing_holds_for_a_while_and_a_day_takes_a_handful(own, entries, jobs, start):
    book = DutyBook(of_officer(*own), entries, jobs=jobs)
    times = [instant_of(start)]
    while times[-1] < times[0] + 24 * HOUR:
        times.append(draw_up_duty(book, roster(), now=times[-1]).until)
    assert all(later > earlier for earlier, later in pairwise(times))
    assert len(times) < 40
