"""Rows of duty files and tables, and the shifts, entries, rules and jobs that they become."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from dispatch.duty import DutyBook
from dispatch.duty_calendar import CalendarEntry, Presence
from dispatch.duty_days import DaySpan, SpecialDay, read_days, read_time
from dispatch.duty_job import Job
from dispatch.duty_rest import RestRule
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.store.cells import read_day, read_instant, yes
from dispatch.store.city_rows import Source
from dispatch.store.table_file import Row
from geo.finding import Finding

Cells = dict[str, Any]
"""Columns of one row of a table, as values."""


def shift_entry(cells: Cells) -> ShiftEntry:
    """
    Make a roster entry.

    Parameters
    ----------
    cells
        Columns of `dispatch.store.duty_tables.ROSTERS`; texts, but for its dates.

    Returns
    -------
    entry
        The entry.

    Raises
    ------
    ValueError
        A word is not of its vocabulary.
    BadValue
        The entry contradicts itself.
    """
    pattern = ShiftPattern(
        kind=ShiftKind(cells["kind"]),
        span=_span(cells),
        days=read_days(cells["days"]),
        valid_from=cells["valid_from"],
        valid_to=cells["valid_to"],
    )
    return ShiftEntry(cells["id"], cells["officer"] or None, cells["crew"] or None, pattern)


def shift_cells(entry: ShiftEntry) -> Cells:
    """
    Write a roster entry.

    Parameters
    ----------
    entry
        The entry.

    Returns
    -------
    cells
        As `shift_entry` reads them.
    """
    pattern = entry.pattern
    return {
        "id": entry.id,
        "officer": entry.officer,
        "crew": entry.crew,
        "kind": pattern.kind,
        "days": pattern.days.text,
        **_span_cells(pattern.span),
        "valid_from": pattern.valid_from,
        "valid_to": pattern.valid_to,
    }


def calendar_entry(cells: Cells) -> CalendarEntry:
    """
    Make a calendar entry.

    Parameters
    ----------
    cells
        Columns of `dispatch.store.duty_tables.CALENDARS`; texts, but for its dates, instants
        and whether they may be sent.

    Returns
    -------
    entry
        The entry.

    Raises
    ------
    ValueError
        A word is not of its vocabulary.
    BadValue
        The entry contradicts itself.
    """
    return CalendarEntry(
        id=cells["id"],
        officer=cells["officer"] or None,
        crew=cells["crew"] or None,
        kind=Presence(cells["kind"]),
        place=cells["place"],
        days=read_days(cells["days"]),
        span=_span(cells),
        valid_from=cells["valid_from"],
        valid_to=cells["valid_to"],
        from_time=cells["from_time"],
        to_time=cells["to_time"],
        may_be_sent=cells["may_be_sent"],
    )


def calendar_cells(entry: CalendarEntry) -> Cells:
    """
    Write a calendar entry.

    Parameters
    ----------
    entry
        The entry.

    Returns
    -------
    cells
        As `calendar_entry` reads them.
    """
    same = ("id", "officer", "crew", "kind", "place", "valid_from", "valid_to", "from_time")
    cells = {name: getattr(entry, name) for name in (*same, "to_time", "may_be_sent")}
    return cells | {"days": entry.days.text} | _span_cells(entry.span)


def read_duty_files(folder: Path, findings: list[Finding]) -> DutyBook:
    """
    Read the duty files of a city folder, all of which may be missing.

    Parameters
    ----------
    folder
        The folder.
    findings
        What is wrong is added here.

    Returns
    -------
    book
        Of all rows that are sound.
    """
    return DutyBook(
        shifts=ROSTERS.read(folder, findings),
        calendar=CALENDARS.read(folder, findings),
        rest=REST_RULES.read(folder, findings),
        special_days=SPECIAL_DAYS.read(folder, findings),
        jobs=JOBS.read(folder, findings),
    )


def _shift_row(row: Row) -> ShiftEntry:
    return shift_entry(row | _validity(row))


def _calendar_row(row: Row) -> CalendarEntry:
    times = {name: _instant(row[name]) for name in ("from_time", "to_time")}
    sent = {"may_be_sent": yes(row["may_be_sent"] or "0", "may_be_sent")}
    return calendar_entry(row | _validity(row) | times | sent)


def _rest_row(row: Row) -> RestRule:
    stated = {name: float(row[name]) for name in REST_TIMES if row[name]}
    return RestRule(row["unit"] or None, **stated)


def _special_row(row: Row) -> SpecialDay:
    return SpecialDay(
        date.fromisoformat(row["date"]), working=yes(row["working"], "working"), name=row["name"]
    )


def _job_row(row: Row) -> Job:
    return Job(
        id=row["id"],
        officer=row["officer"],
        started_at=read_instant(row["started_at"]),
        expected_end=read_instant(row["expected_end"]),
        ended_at=_instant(row["ended_at"]),
        incident=row["incident"] or None,
    )


REST_TIMES = ("between_shifts_s", "most_work_s", "long_job_s", "break_s")
"""Columns of a rest rule; one that is empty has its default."""


def _source(file: str, columns: str, make: Any, *, key: str, optional: str = "") -> Source[Any]:  # noqa: ANN401 -- each file makes values of its own kind
    """Describe a file that may be missing or empty."""
    return Source(
        file, columns, make, key=key, needed=False, optional=optional, may_be_missing=True
    )


ROSTERS: Source[ShiftEntry] = _source(
    "rosters.csv",
    "id officer crew kind days starts ends",
    _shift_row,
    key="id",
    optional="valid_from valid_to",
)
CALENDARS: Source[CalendarEntry] = _source(
    "calendars.csv",
    "id officer crew kind place",
    _calendar_row,
    key="id",
    optional="days starts ends valid_from valid_to from_time to_time may_be_sent",
)
REST_RULES: Source[RestRule] = _source(
    "rest_rules.csv", "unit", _rest_row, key="unit", optional=" ".join(REST_TIMES)
)
SPECIAL_DAYS: Source[SpecialDay] = _source(
    "special_days.csv", "date working name", _special_row, key="date"
)
JOBS: Source[Job] = _source(
    "jobs.csv",
    "id officer started_at expected_end ended_at",
    _job_row,
    key="id",
    optional="incident",
)


def _span(cells: Cells) -> DaySpan | None:
    """Read the part of a day, or nothing where none is stated."""
    starts, ends = cells["starts"], cells["ends"]
    if not starts and not ends:
        return None
    if not (starts and ends):
        raise ValueError("starts and ends are given both or neither")
    return DaySpan(read_time(starts), read_time(ends))


def _span_cells(span: DaySpan | None) -> Cells:
    """Write the part of a day."""
    if span is None:
        return {"starts": None, "ends": None}
    return {"starts": span.starts.isoformat(), "ends": span.ends.isoformat()}


def _validity(row: Row) -> dict[str, date | None]:
    """Read first and last day."""
    return {name: read_day(row[name]) for name in ("valid_from", "valid_to")}


def _instant(text: str) -> datetime | None:
    """Read an instant, or nothing where none is stated."""
    return read_instant(text) if text else None
