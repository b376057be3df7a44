"""
Duty in the store: rosters, calendars, rest rules, jobs, and who signed on.

Assignments are jobs, too: whoever is sent has one in hand until released.  Each change of
duty raises a number, so that a service sees what another process has written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Executable,
    Integer,
    Row,
    Table,
    Text,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dispatch.duty import DutyBook
from dispatch.duty_calendar import CalendarEntry
from dispatch.duty_days import SpecialDay
from dispatch.duty_job import Job
from dispatch.duty_rest import RestRule
from dispatch.duty_shift import LOOK_BACK_DAYS, ShiftEntry
from dispatch.store.duty_rows import (
    Cells,
    calendar_cells,
    calendar_entry,
    shift_cells,
    shift_entry,
)
from dispatch.store.duty_tables import CALENDARS, JOBS, REST_RULES, ROSTERS, SIGN_ONS, SPECIAL_DAYS
from dispatch.store.order_tables import ASSIGNMENTS
from dispatch.store.tables import META, OFFICERS
from dispatch.store.upsert import next_fid, on_server
from dispatch.unit import DutyStatus
from geo.errors import UnknownName

REVISION = "duty_revision"
"""Name of the entry that counts changes of duty."""


def write_duty(session: Session, book: DutyBook) -> None:
    """
    Write what a city folder says of duty.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    book
        Rosters, calendars, rest rules, special days and jobs.
    """
    for table, rows in (
        (ROSTERS, map(shift_cells, book.shifts)),
        (CALENDARS, map(calendar_cells, book.calendar)),
        (REST_RULES, map(asdict, book.rest)),
        (SPECIAL_DAYS, map(asdict, book.special_days)),
        (JOBS, map(asdict, book.jobs)),
    ):
        _insert(session, table, rows)
    note_duty_change(session)


def read_duty(session: Session, *, now: datetime) -> DutyBook:
    """
    Read all that says who is on duty.

    Parameters
    ----------
    session
        A session.
    now
        The present, with offset; jobs that ended more than a week before are left out.

    Returns
    -------
    book
        As `dispatch.duty.draw_up_duty` takes it.
    """
    return DutyBook(
        shifts=tuple(shift_entry(_cells(row)) for row in _rows(session, ROSTERS)),
        calendar=tuple(_calendar(row) for row in _rows(session, CALENDARS)),
        rest=tuple(_rule(row) for row in _rows(session, REST_RULES)),
        special_days=read_special_days(session),
        jobs=(*_jobs(session, now), *_assigned(session, now)),
    )


def read_special_days(session: Session) -> tuple[SpecialDay, ...]:
    """
    Read the days that are not what their weekday says.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    days
        Holidays, and working days moved to a weekend.
    """
    return tuple(
        SpecialDay(row.date, row.working, row.name) for row in _rows(session, SPECIAL_DAYS)
    )


def duty_revision(session: Session) -> int:
    """
    Tell how often duty has changed.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    revision
        A number that rises with every change.
    """
    return int(session.scalar(select(META.c.value).where(META.c.name == REVISION)) or 0)


def note_duty_change(session: Session) -> None:
    """
    Let every reader know that statuses, jobs or rosters have changed.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    """
    session.execute(_raised(server=on_server(session)))


@cache
def _raised(*, server: bool) -> Executable:
    """The statement that counts a change of duty."""
    first = (postgresql.insert(META) if server else sqlite.insert(META)).values(
        name=REVISION, value="1"
    )
    raised = cast(cast(META.c.value, Integer) + 1, Text)
    return first.on_conflict_do_update(index_elements=[META.c.name], set_={"value": raised})


def add_shift(session: Session, entry: ShiftEntry) -> ShiftEntry:
    """
    Enter a shift.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    entry
        The entry; its id is replaced by the next number.

    Returns
    -------
    entry
        As the store has it.
    """
    fid = next_fid(session, ROSTERS)
    number = f"E{fid:06d}"
    session.execute(insert(ROSTERS).values(shift_cells(entry) | {"fid": fid, "id": number}))
    note_duty_change(session)
    return ShiftEntry(number, entry.officer, entry.crew, entry.pattern)


def get_status(session: Session, officer: str) -> DutyStatus:
    """
    Look up an officer's status.

    Parameters
    ----------
    session
        A session.
    officer
        Id of the officer.

    Returns
    -------
    status
        Whether free.

    Raises
    ------
    UnknownName
        There is no such officer.
    """
    status = session.scalar(select(OFFICERS.c.status).where(OFFICERS.c.id == officer))
    if status is None:
        raise UnknownName(f"There is no officer {officer!r}.")
    return DutyStatus(status)


def record_sign_on(  # noqa: PLR0913 -- the columns of a record, keywords but for the officer
    session: Session,
    officer: str,
    *,
    status: DutyStatus,
    until: datetime | None,
    now: datetime,
    by: str,
    by_hand: bool,
) -> None:
    """
    Record that an officer signed on or off.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    officer
        Id of the officer.
    status
        Status from now on.
    until
        End of the extra shift that was signed on for, or None.
    now
        The present, with offset.
    by
        Name of whoever entered it.
    by_hand
        Whether that was somebody else than the officer.
    """
    session.execute(update(OFFICERS).where(OFFICERS.c.id == officer).values(status=status))
    signed = "off" if status == DutyStatus.OFF_DUTY else "on"
    row = insert(SIGN_ONS).values(
        officer=officer, signed=signed, at=now, until=until, by=by, by_hand=by_hand
    )
    session.execute(row)
    note_duty_change(session)


def signed_by_hand(session: Session, officer: str | None = None) -> dict[str, str]:
    """
    Say whom somebody else has signed on or off last.

    Parameters
    ----------
    session
        A session.
    officer
        The only officer to look for, or None for all.

    Returns
    -------
    by
        By id of the officer, the name of whoever entered it.
    """
    last = select(func.max(SIGN_ONS.c.fid)).group_by(SIGN_ONS.c.officer)
    if officer is not None:
        last = last.where(SIGN_ONS.c.officer == officer)
    query = select(SIGN_ONS.c.officer, SIGN_ONS.c.by)
    rows = session.execute(query.where(SIGN_ONS.c.by_hand, SIGN_ONS.c.fid.in_(last)))
    return {row.officer: row.by for row in rows}


def _jobs(session: Session, now: datetime) -> Iterable[Job]:
    """Jobs in hand, and those that ended lately."""
    recent = _not_long_over(JOBS, "ended_at", now)
    for row in session.execute(select(JOBS).where(recent).order_by(JOBS.c.fid)):
        cells = {name: getattr(row, name) for name in Job.__dataclass_fields__}
        yield Job(**cells)


def _assigned(session: Session, now: datetime) -> Iterable[Job]:
    """The jobs that assignments are, one for each officer."""
    recent = _not_long_over(ASSIGNMENTS, "released_at", now)
    names = ("id", "officers", "decided_at", "expected_end", "released_at", "incident")
    columns = [ASSIGNMENTS.c[name] for name in names]
    found = session.execute(select(*columns).where(recent).order_by(ASSIGNMENTS.c.fid))
    for number, officers, decided_at, expected_end, released_at, incident in found:
        end = max(expected_end, decided_at)
        over = None if released_at is None else max(released_at, decided_at)
        for officer in officers:
            yield Job(number, officer, decided_at, end, over, incident)


def _not_long_over(table: Table, end: str, now: datetime) -> Any:  # noqa: ANN401 -- SQLAlchemy's expressions have no one type
    """Whether something is not over, or was not when rests were earned that still last."""
    column = table.c[end]
    return or_(column.is_(None), column > now - timedelta(days=LOOK_BACK_DAYS))


def _calendar(row: Row[Any]) -> CalendarEntry:
    return calendar_entry(_cells(row))


def _rule(row: Row[Any]) -> RestRule:
    return RestRule(row.unit, row.between_shifts_s, row.most_work_s, row.long_job_s, row.break_s)


def _cells(row: Row[Any]) -> Cells:
    """Columns of a row by name."""
    return dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to a mapping


def _rows(session: Session, table: Table) -> Iterable[Row[Any]]:
    """All rows of a table, in the order in which they were written."""
    return session.execute(select(table).order_by(table.c.fid))


def _insert(session: Session, table: Table, rows: Iterable[Cells]) -> None:
    """Write rows, if there are any."""
    listed = list(rows)
    if listed:
        session.execute(insert(table), listed)
