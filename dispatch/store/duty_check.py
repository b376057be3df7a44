"""Checks of duty files: every officer, crew and unit known, every number used once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from dispatch.duty import DutyBook
from dispatch.store import duty_rows
from dispatch.unit import BRIGADES, Unit, UnitKind
from geo.finding import Finding
from geo.remark import Remark


def check_duty(
    book: DutyBook, officers: Collection[str], units: Iterable[Unit]
) -> Iterator[Finding]:
    """
    Find what rosters, calendars, rest rules and jobs get wrong.

    Parameters
    ----------
    book
        Their rows, each sound by itself.
    officers
        Ids of the city's officers.
    units
        Its units.

    Yields
    ------
    finding
        In the order of the files.
    """
    known = list(units)
    crews = {unit.code for unit in known if unit.kind == UnitKind.CREW}
    brigades = {unit.code for unit in known if unit.kind in BRIGADES}
    yield from _used_twice(book)
    for where, entries in (
        (duty_rows.ROSTERS.file, book.shifts),
        (duty_rows.CALENDARS.file, book.calendar),
    ):
        for entry in entries:
            yield from _unknown(where, entry.id, "officer", entry.officer, officers)
            yield from _unknown(where, entry.id, "crew", entry.crew, crews)
    for rule in book.rest:
        yield from _unknown(duty_rows.REST_RULES.file, rule.unit or "", "unit", rule.unit, brigades)
    for job in book.jobs:
        yield from _unknown(duty_rows.JOBS.file, job.id, "officer", job.officer, officers)


def _used_twice(book: DutyBook) -> Iterator[Finding]:
    """Numbers, units and days that are used more than once."""
    for where, keys in (
        (duty_rows.ROSTERS.file, [entry.id for entry in book.shifts]),
        (duty_rows.CALENDARS.file, [entry.id for entry in book.calendar]),
        (duty_rows.REST_RULES.file, [rule.unit or "" for rule in book.rest]),
        (duty_rows.SPECIAL_DAYS.file, [day.date.isoformat() for day in book.special_days]),
        (duty_rows.JOBS.file, [job.id for job in book.jobs]),
    ):
        for key in sorted(key for key, count in Counter(keys).items() if count > 1):
            remark = Remark("duplicate_code", "编码重复。", "The code is used more than once.")
            yield Finding(where, key, remark)


def _unknown(
    where: str, key: str, column: str, code: str | None, known: Collection[str]
) -> Iterator[Finding]:
    """Report a reference to what is not there; an empty table has a finding of its own."""
    if known and code is not None and code not in known:
        remark = Remark(
            "unknown_reference",
            f"{column} 引用的 {code} 不存在。",
            f"Its {column} {code} does not exist.",
        )
        yield Finding(where, key, remark)
