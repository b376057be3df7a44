"""
Versions of a city: what was published when, by whom and why, and how to go back.

Tables of the city hold what is published now.  Each version names the content of every such table
by its digest, and contents are kept for good, so a version is never edited: publishing writes
tables and a new version in one transaction, and going back is publishing what a version named.
Roads lie in folders of their own and are no part of this.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, Table, func, insert, select
from sqlalchemy.orm import Session

from dispatch.store import tables
from dispatch.store.cities import columns_of, demand_columns, place_columns, unit_columns
from dispatch.store.duty import note_duty_change
from dispatch.store.duty_rows import calendar_cells, shift_cells
from dispatch.store.duty_tables import CALENDARS, ROSTERS
from dispatch.store.layer_tables import CITY_CONTENTS, CITY_VERSIONS
from dispatch.store.ledger import SYSTEM, record, take_turn
from dispatch.store.officer_list import put_officers
from dispatch.store.table_content import put_rows, read_content, take_content
from dispatch.store.upsert import insert_into
from geo.errors import UnknownName

CITY_TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        table.name: table
        for table in (
            tables.AREAS,
            tables.ZONES,
            tables.GRIDS,
            tables.UNITS,
            tables.OFFICERS,
            tables.DOMAINS,
            tables.MATTERS,
            tables.AUTHORITY,
            tables.NO_FLY,
            tables.DEMAND,
            tables.PLACES,
            ROSTERS,
            CALENDARS,
        )
    }
)
"""Tables that layers are published into, each after those that it refers to."""


@dataclass(frozen=True, slots=True)
class CityVersion:
    """
    One version of the city.

    Attributes
    ----------
    number
        Versions are numbered from 1, which is the city as it was loaded.
    contents
        Digest of each table, by its name.
    drafts
        Numbers of the drafts that it was published from.
    why
        What whoever published it says.
    published_at, published_by
        When, and by whom.
    back_to
        Version that it goes back to, or None.
    """

    number: int
    contents: Mapping[str, str]
    drafts: tuple[str, ...]
    why: str
    published_at: datetime
    published_by: str
    back_to: int | None = None


@dataclass(frozen=True, slots=True)
class Publishing:
    """
    Who publishes, when and why.

    Attributes
    ----------
    now
        The present, with offset.
    by
        Account of whoever publishes.
    why
        In their words.
    drafts
        Numbers of the drafts that are published together.
    """

    now: datetime
    by: str
    why: str = ""
    drafts: tuple[str, ...] = ()


def publish_values(
    session: Session, values: Mapping[str, Sequence[Any]], publishing: Publishing
) -> CityVersion:
    """
    Publish values in the place of those that tables hold, all of them or none.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    values
        Of some tables, by their names; each list is whole.
    publishing
        Who, when and why.

    Returns
    -------
    version
        The new version.

    Raises
    ------
    Conflict
        Officers are left out of whom one is bound to an incident.
    """
    _begin(session, publishing.now)
    for name, rows in values.items():
        put_table(session, name, [_cells(name, value) for value in rows])
    return _keep(session, publishing, back_to=None)


def go_back(session: Session, number: int | None, publishing: Publishing) -> CityVersion:
    """
    Publish once more what a version named.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        The version; None for the one before the present one.
    publishing
        Who, when and why.

    Returns
    -------
    version
        A new version with the contents of that one.

    Raises
    ------
    UnknownName
        There is no such version.
    Conflict
        It leaves out an officer who is bound to an incident.
    """
    _begin(session, publishing.now)
    present = _latest(session)
    if number is None and present.number == 1:
        raise UnknownName("The city is as it was loaded: there is no version to go back to.")
    wanted = get_version(session, present.number - 1 if number is None else number)
    for name, table in CITY_TABLES.items():
        digest = wanted.contents.get(name, present.contents[name])
        if present.contents[name] != digest:
            named = select(CITY_CONTENTS.c.content).where(CITY_CONTENTS.c.digest == digest)
            content = session.scalars(named).one()
            put_table(session, name, read_content(table, content))
    return _keep(session, publishing, back_to=wanted.number)


def get_version(session: Session, number: int) -> CityVersion:
    """
    Look up a version.

    Parameters
    ----------
    session
        A session.
    number
        Its number.

    Returns
    -------
    version
        The version.

    Raises
    ------
    UnknownName
        There is no such version.
    """
    found = session.execute(select(CITY_VERSIONS).where(CITY_VERSIONS.c.number == number))
    row = found.one_or_none()
    if row is None:
        raise UnknownName(f"The city has no version {number}.")
    return _version(row)


def list_versions(session: Session) -> list[CityVersion]:
    """
    List the versions of the city, the newest first.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    versions
        None before anything was published.
    """
    rows = session.execute(select(CITY_VERSIONS).order_by(CITY_VERSIONS.c.number.desc()))
    return [_version(row) for row in rows]


def rows_of_version(session: Session, table: str, number: int | None) -> list[dict[str, Any]]:
    """
    Read a table of the city as a version has it.

    Parameters
    ----------
    session
        A session.
    table
        Its name, one of `CITY_TABLES`.
    number
        The version; None for the city as it is published now.

    Returns
    -------
    rows
        Values by column.

    Raises
    ------
    UnknownName
        There is no such version.
    """
    if number is None:
        content = take_content(session, CITY_TABLES[table])
    else:
        digest = get_version(session, number).contents[table]
        named = select(CITY_CONTENTS.c.content).where(CITY_CONTENTS.c.digest == digest)
        content = session.scalars(named).one()
    return read_content(CITY_TABLES[table], content)


def _begin(session: Session, now: datetime) -> None:
    """Keep others out, and keep the city as it was loaded before anything replaces it."""
    take_turn(session)
    if session.scalar(select(func.count()).select_from(CITY_VERSIONS)) == 0:
        _write_version(session, Publishing(now, SYSTEM), back_to=None)


def put_table(session: Session, name: str, rows: list[Any]) -> None:
    """
    Put rows in the place of those that a table of the city has.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    name
        Name of the table, one of `CITY_TABLES`.
    rows
        Values by column.

    Raises
    ------
    Conflict
        They leave out an officer who is bound to an incident.
    """
    if name == tables.OFFICERS.name:
        put_officers(session, rows)
    else:
        put_rows(session, CITY_TABLES[name], rows)


def _keep(session: Session, publishing: Publishing, *, back_to: int | None) -> CityVersion:
    """Keep what the tables hold now as a version, and record who made it so."""
    number = _write_version(session, publishing, back_to=back_to)
    note_duty_change(session)
    act = "publish_layers" if back_to is None else "roll_back_layers"
    detail = {"drafts": list(publishing.drafts), "back_to": back_to}
    about = f"city version {number}"
    record(session, now=publishing.now, by=publishing.by, act=act, about=about, detail=detail)
    return get_version(session, number)


def _write_version(session: Session, publishing: Publishing, *, back_to: int | None) -> int:
    """Write a version of what the tables hold now; contents that are kept already stay."""
    digests = {}
    for name, table in CITY_TABLES.items():
        content = take_content(session, table)
        digests[name] = hashlib.blake2b(content, digest_size=16).hexdigest()
        kept = insert_into(session, CITY_CONTENTS).values(digest=digests[name], content=content)
        session.execute(kept.on_conflict_do_nothing())
    number = (session.scalar(select(func.max(CITY_VERSIONS.c.number))) or 0) + 1
    session.execute(
        insert(CITY_VERSIONS).values(
            number=number,
            contents=json.dumps(digests, sort_keys=True),
            drafts=json.dumps(publishing.drafts),
            why=publishing.why,
            published_at=publishing.now,
            published_by=publishing.by,
            back_to=back_to,
        )
    )
    return int(number)


def _latest(session: Session) -> CityVersion:
    return list_versions(session)[0]


def _cells(name: str, value: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- values of any table
    """A value as columns of its table."""
    if name == tables.UNITS.name:
        return unit_columns(value)
    if name == tables.DEMAND.name:
        return demand_columns(value)
    if name == tables.PLACES.name:
        return place_columns(value)
    if name == ROSTERS.name:
        return shift_cells(value)
    if name == CALENDARS.name:
        return calendar_cells(value)
    return columns_of(CITY_TABLES[name], value)


def _version(row: Row[Any]) -> CityVersion:
    return CityVersion(
        number=row.number,
        contents=MappingProxyType(json.loads(row.contents)),
        drafts=tuple(json.loads(row.drafts)),
        why=row.why,
        published_at=row.published_at,
        published_by=row.published_by,
        back_to=row.back_to,
    )
