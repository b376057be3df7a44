"""Who is passed over for reasons of duty, and what is said of it; a gap takes a minute."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity, passed_over, proposals

from dispatch.duty import DutyBook, draw_up_duty
from dispatch.duty_calendar import CalendarEntry, Presence
from dispatch.duty_days import DaySpan
from dispatch.duty_job import Job
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.incident import Incident
from dispatch.suggestion import Suggestion, suggest

STREET = town("1---2---3---4---x---5")
HOUR = timedelta(hours=1)

EVENING = ShiftPattern(ShiftKind.WEEKLY, DaySpan(time(16), time(23)))
NIGHT = ShiftPattern(ShiftKind.WEEKLY, DaySpan(time(22), time(8)))
MORNING_TOO = ShiftPattern(
    ShiftKind.EXTRA, DaySpan(time(9), time(12)), valid_from=NOW.date(), valid_to=NOW.date()
)
"""It is ten in the morning of 20 November 2026, by the city's clock."""

OFF_SHIFT = DutyBook(shifts=(ShiftEntry("1", None, "4", EVENING),))
RESTING = DutyBook(
    shifts=(ShiftEntry("1", None, "4", NIGHT), ShiftEntry("2", None, "4", MORNING_TOO))
)
ENGAGED = DutyBook(
    calendar=(
        CalendarEntry("1", "4-0", None, Presence.RESIDENT, "窗口", valid_from=date(2026, 11, 1)),
    )
)
AT_WORK = DutyBook(jobs=(Job("1", "4-0", NOW - HOUR, NOW + HOUR),))


def ask(drawn: TownCity, book: DutyBook) -> Suggestion:
    whereabouts = drawn.whereabouts()
    drawn_up = draw_up_duty(book, whereabouts.city.roster, now=NOW)
    incident = Incident(drawn.town.lon_lat["x"], ("H1",), NOW)
    return suggest(incident, whereabouts.with_duty(drawn_up.columns), now=NOW)


@pytest.mark.parametrize(
    ("book", "code", "zh", "en"),
    [
        (OFF_SHIFT, "off_shift", "不在班次内。", "Too many of its officers are not on shift."),
        (
            RESTING,
            "resting",
            "按休息规定应当休息。",
            "Too many of its officers have to rest first.",
        ),
        (
            ENGAGED,
            "engaged",
            "按日程在别处值守或有约。",
            "Too many of its officers are at a desk or an appointment.",
        ),
        (AT_WORK, "busy", "正在处置其他事件。", "Busy with another incident."),
    ],
)
def test_a_crew_that_duty_keeps_is_named_with_its_reason(book, code, zh, en):
    drawn = TownCity(STREET, home="41")
    assert proposals(ask(drawn, DutyBook())) == "4 after 60 s, 1 after 240 s"
    suggestion = ask(drawn, book)
    assert proposals(suggestion) == "1 after 240 s"
    assert passed_over(suggestion) == f"4 {code}"
    (entry,) = suggestion.passed_over
    assert (entry.reason.zh, entry.reason.en) == (zh, en)


@pytest.mark.parametrize(
    ("book", "en"),
    [
        (
            DutyBook(shifts=(ShiftEntry("1", "4-0", None, EVENING),)),
            "Officer 4-0 is left out: not on shift.",
        ),
        (
            DutyBook(jobs=(Job("1", "4-0", NOW - 5 * HOUR, NOW, NOW - HOUR / 6),)),
            "Officer 4-0 is left out: has to rest.",
        ),
        (ENGAGED, "Officer 4-0 is left out: at a desk or an appointment."),
        (AT_WORK, "Officer 4-0 is left out: busy."),
    ],
)
def test_a_crew_goes_without_an_officer_whom_duty_keeps(book, en):
    drawn = TownCity(STREET, home="4", crews={"4": Crew(certified=3)})
    (proposal,) = ask(drawn, book).proposals
    assert proposal.crew == ("4-1", "4-2")
    assert en in [reason.en for reason in proposal.reasons]


def test_when_no_own_crew_is_on_shift_a_neighbour_comes():
    drawn = TownCity(STREET, home="4", next_door="1")
    assert proposals(ask(drawn, OFF_SHIFT)) == "1 after 240 s aid"
