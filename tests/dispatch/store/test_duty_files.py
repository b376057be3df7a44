"""Duty files of a city folder: read whole, every finding at once, and kept by the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from spec.city_files import write_table
from store_servers import load_city

from dispatch.duty import DutyBook
from dispatch.duty_calendar import CalendarEntry, Presence
from dispatch.duty_days import DaySpan, SpecialDay, read_days
from dispatch.duty_job import Job
from dispatch.duty_rest import RestRule
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.store.city_folder import read_city_folder
from dispatch.store.duty import read_duty
from dispatch.store.engine import Store
from geo.errors import FlawedData

REFUSED = "A value cannot be used:"
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SHIFT = {
    "id": "R1",
    "officer": "",
    "crew": "K1",
    "kind": "weekly",
    "days": "mon-fri",
    "starts": "22:00",
    "ends": "06:00",
    "valid_from": "2026-01-01",
    "valid_to": "",
}
DAY_OFF = SHIFT | {
    "id": "R2",
    "officer": "001",
    "crew": "",
    "kind": "dated",
    "days": "",
    "starts": "",
    "ends": "",
    "valid_from": "2026-11-20",
    "valid_to": "2026-11-21",
}
ROTA = {
    "id": "C1",
    "officer": "002",
    "crew": "",
    "kind": "rota",
    "place": "政务服务中心",
    "days": "workdays",
    "starts": "09:00",
    "ends": "12:00",
    "from_time": "",
    "to_time": "",
    "may_be_sent": "0",
}
APPOINTMENT = ROTA | {
    "id": "C2",
    "kind": "appointment",
    "days": "",
    "starts": "",
    "ends": "",
    "from_time": "2026-11-20T10:00:00+08:00",
    "to_time": "2026-11-20T11:00:00+08:00",
    "may_be_sent": "1",
}
JOB = {
    "id": "J1",
    "officer": "002",
    "started_at": "2026-11-20T09:30:00+08:00",
    "expected_end": "2026-11-20T10:30:00+08:00",
    "ended_at": "",
    "incident": "20261119-000001",
}
FILES = {
    "rosters.csv": [SHIFT, DAY_OFF],
    "calendars.csv": [ROTA, APPOINTMENT],
    "rest_rules.csv": [
        {"unit": "", "between_shifts_s": "36000", "most_work_s": ""},
        {"unit": "B1", "between_shifts_s": "", "most_work_s": "3600"},
    ],
    "special_days.csv": [{"date": "2026-10-10", "working": "1", "name": "国庆节调休"}],
    "jobs.csv": [JOB],
}
BOOK = DutyBook(
    shifts=(
        ShiftEntry(
            "R1",
            None,
            "K1",
            ShiftPattern(
                ShiftKind.WEEKLY,
                DaySpan(time(22), time(6)),
                read_days("mon-fri"),
                date(2026, 1, 1),
            ),
        ),
        ShiftEntry(
            "R2",
            "001",
            None,
            ShiftPattern(
                ShiftKind.DATED,
                None,
                valid_from=date(2026, 11, 20),
                valid_to=date(2026, 11, 21),
            ),
        ),
    ),
    calendar=(
        CalendarEntry(
            "C1",
            "002",
            None,
            Presence.ROTA,
            "政务服务中心",
            read_days("workdays"),
            DaySpan(time(9), time(12)),
        ),
        CalendarEntry(
            "C2",
            "002",
            None,
            Presence.APPOINTMENT,
            "政务服务中心",
            from_time=NOW,
            to_time=NOW + timedelta(hours=1),
            may_be_sent=True,
        ),
    ),
    rest=(RestRule(between_shifts_s=36000), RestRule("B1", most_work_s=3600)),
    special_days=(SpecialDay(date(2026, 10, 10), working=True, name="国庆节调休"),),
    jobs=(
        Job(
            "J1",
            "002",
            NOW - timedelta(minutes=30),
            NOW + timedelta(minutes=30),
            incident="20261119-000001",
        ),
    ),
)


def write_duty_files(folder: Path) -> None:
    for name, rows in FILES.items():
        write_table(folder, name, rows)


def test_a_folder_without_duty_files_has_an_empty_book(city_folder):
    assert read_city_folder(city_folder).duty == DutyBook()


def test_duty_files_are_read_as_they_are_written(city_folder):
    write_duty_files(city_folder)
    assert read_city_folder(city_folder).duty == BOOK


def test_the_store_gives_back_what_the_folder_said(city_folder, empty_store: Store):
    write_duty_files(city_folder)
    load_city(city_folder, empty_store)
    with empty_store.reading() as session:
        assert read_duty(session, now=NOW) == BOOK


def test_every_finding_is_told_at_once(city_folder):
    write_table(
        city_folder,
        "rosters.csv",
        [
            SHIFT | {"crew": "K9"},
            SHIFT | {"officer": "001"},
            SHIFT | {"id": "R3", "starts": "", "ends": ""},
            SHIFT | {"id": "R4", "ends": ""},
            SHIFT | {"id": "R5", "kind": "monthly"},
            SHIFT | {"id": "R6", "days": "holidays"},
            DAY_OFF | {"id": "R7", "officer": "009"},
        ],
    )
    write_table(city_folder, "calendars.csv", [ROTA, ROTA | {"officer": "008"}])
    write_table(city_folder, "jobs.csv", [JOB | {"started_at": "2026-11-20T09:30:00"}])
    write_table(city_folder, "rest_rules.csv", [{"unit": "K1"}, {"unit": "", "break_s": "-1"}])
    write_table(
        city_folder, "special_days.csv", [{"date": "2026-10-10", "working": "yes", "name": ""}]
    )
    with pytest.raises(FlawedData) as caught:
        read_city_folder(city_folder)
    found = [(one.layer, one.feature, one.message.en) for one in caught.value.findings]
    said = {
        ("rosters.csv", "R1", "Its crew K9 does not exist."),
        (
            "rosters.csv",
            "R1",
            f"{REFUSED} A roster entry belongs to an officer or to a crew; name one of them.",
        ),
        (
            "rosters.csv",
            "R3",
            f"{REFUSED} A weekly shift needs starts and ends; only a dated one is a day off.",
        ),
        (
            "rosters.csv",
            "R4",
            f"{REFUSED} starts and ends are given both or neither",
        ),
        ("rosters.csv", "R5", f"{REFUSED} 'monthly' is not a valid ShiftKind"),
        ("rosters.csv", "R7", "Its officer 009 does not exist."),
        ("calendars.csv", "C1", "The code is used more than once."),
        ("calendars.csv", "C1", "Its officer 008 does not exist."),
        (
            "jobs.csv",
            "J1",
            f"{REFUSED} the time 2026-11-20T09:30:00 has no offset from UTC",
        ),
        ("rest_rules.csv", "K1", "Its unit K1 does not exist."),
        ("special_days.csv", "2026-10-10", f"{REFUSED} working is 'yes', not 0 or 1"),
    }
    assert said <= set(found)
    assert {(where, key) for where, key, _ in set(found) - said} == {
        ("rosters.csv", "R6"),
        ("rest_rules.csv", ""),
    }


def test_a_missing_column_is_named(city_folder):
    row = {name: cell for name, cell in SHIFT.items() if name != "kind"}
    write_table(city_folder, "rosters.csv", [row])
    with pytest.raises(FlawedData, match="Column kind is missing"):
        read_city_folder(city_folder)


def test_jobs_that_ended_long_ago_are_not_read(city_folder, empty_store):
    write_table(city_folder, "jobs.csv", [JOB | {"ended_at": "2026-11-20T10:00:00+08:00"}])
    load_city(city_folder, empty_store)
    with empty_store.reading() as session:
        assert len(read_duty(session, now=NOW + timedelta(days=6)).jobs) == 1
        assert not read_duty(session, now=NOW + timedelta(days=8)).jobs
