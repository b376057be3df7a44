"""
Versions of a city: what was published when, by whom and why, and how to go back.

Tables of the city hold what is published now.  Each version names the content of every such table
by its digest, and contents are kept for good, so a version is never edited: publishing writes
tables and a new version in one transaction, and going back is publishing what a version named.
Roads lie in folders of their own (`road_folders`); a version names them by their own versions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, Table, insert, select
from sqlalchemy.orm import Session

from dispatch.store import tables
from dispatch.store.cities import city_in
from dispatch.store.city_founding import columns_of
from dispatch.store.duty import note_duty_change
from dispatch.store.duty_rows import calendar_cells, shift_cells
from dispatch.store.duty_tables import CALENDARS, ROSTERS
from dispatch.store.layer_tables import CITY_CONTENTS, CITY_VERSIONS
from dispatch.store.ledger import SYSTEM, record, take_turn
from dispatch.store.officer_list import put_officers
from dispatch.store.road_folders import publish_roads, roads_published
from dispatch.store.table_content import put_rows, read_content, take_content
from dispatch.store.upsert import insert_into
from geo.errors import UnknownName
from geo.road.road_class import Mode
from geo.road.straight_line import straight_line

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

ROADS: Final = "roads"
"""Name of the content that says which road networks a version has."""


@dataclass(frozen=True, slots=True)
class CityVersion:
    """
    One version of the city.

    Attributes
    ----------
    number
        Versions are numbered from 1, which is the city as it was loaded.
    city
        Version of the whole city, as suggestions name it.
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
    city: str
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
    session: Session,
    values: Mapping[str, Sequence[Any]],
    publishing: Publishing,
    roads: Mapping[Mode, str] | None = None,
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
    roads
        Versions of networks, kept already, that are published with them.

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
    publish_roads(session, roads or {})
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
    UnreadableFile
        Its road networks are gone.
    """
    _begin(session, publishing.now)
    present = latest_version(session)
    assert present is not None  # `_begin` has written the first
    if number is None and present.number == 1:
        raise UnknownName("The city is as it was loaded: there is no version to go back to.")
    wanted = get_version(session, present.number - 1 if number is None else number)
    for name, table in CITY_TABLES.items():
        digest = wanted.contents.get(name, present.contents[name])
        if present.contents[name] != digest:
            put_table(session, name, list(read_content(table, content_named(session, digest))))
    publish_roads(session, roads_of(session, wanted))
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


def version_of_city(session: Session, city: str) -> CityVersion | None:
    """
    Look up the version that a suggestion was made with.

    Parameters
    ----------
    session
        A session.
    city
        Version of the whole city, as the suggestion names it.

    Returns
    -------
    version
        The newest that is the same city; None if none is.
    """
    found = select(CITY_VERSIONS).where(CITY_VERSIONS.c.city == city)
    row = session.execute(found.order_by(CITY_VERSIONS.c.number.desc())).first()
    return None if row is None else _version(row)


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


def latest_version(session: Session) -> CityVersion | None:
    """
    Look up the version that is published.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    version
        None before anything was published.
    """
    newest = select(CITY_VERSIONS).order_by(CITY_VERSIONS.c.number.desc()).limit(1)
    row = session.execute(newest).one_or_none()
    return None if row is None else _version(row)


def rows_of_version(session: Session, table: str, number: int | None) -> Iterator[dict[str, Any]]:
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
        Values by column, one after the other.

    Raises
    ------
    UnknownName
        There is no such version.
    """
    if number is None:
        content = take_content(session, CITY_TABLES[table])
    else:
        digest = get_version(session, number).contents[table]
        content = content_named(session, digest)
    return read_content(CITY_TABLES[table], content)


def roads_of(session: Session, version: CityVersion) -> dict[Mode, str]:
    """
    Tell which road networks a version has.

    Parameters
    ----------
    session
        A session.
    version
        The version.

    Returns
    -------
    versions
        Version of the network by mode.
    """
    said = json.loads(content_named(session, version.contents[ROADS]))
    return {Mode(mode): network for mode, network in said.items()}


def content_named(session: Session, digest: str) -> bytes:
    """
    Look up a content.

    Parameters
    ----------
    session
        A session.
    digest
        Its digest, as a version names it.

    Returns
    -------
    content
        Its bytes.
    """
    named = select(CITY_CONTENTS.c.content).where(CITY_CONTENTS.c.digest == digest)
    content: bytes = session.scalars(named).one()
    return content


def _begin(session: Session, now: datetime) -> None:
    """Keep others out, and keep the city as it was loaded before anything replaces it."""
    take_turn(session)
    if latest_version(session) is None:
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
    contents = {name: take_content(session, table) for name, table in CITY_TABLES.items()}
    contents[ROADS] = json.dumps(dict(roads_published(session))).encode()
    digests = {}
    for name, content in contents.items():
        digests[name] = hashlib.blake2b(content, digest_size=16).hexdigest()
        kept = insert_into(session, CITY_CONTENTS).values(digest=digests[name], content=content)
        session.execute(kept.on_conflict_do_nothing())
    before = latest_version(session)
    number = 1 if before is None else before.number + 1
    session.execute(
        insert(CITY_VERSIONS).values(
            number=number,
            city=city_in(session, {mode: straight_line(mode) for mode in Mode}).version,
            contents=json.dumps(digests, sort_keys=True),
            drafts=json.dumps(publishing.drafts),
            why=publishing.why,
            published_at=publishing.now,
            published_by=publishing.by,
            back_to=back_to,
        )
    )
    return number


def _cells(name: str, value: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- values of any table
    """A value as columns of its table."""
    if name == ROSTERS.name:
        return shift_cells(value)
    if name == CALENDARS.name:
        return calendar_cells(value)
    return columns_of(CITY_TABLES[name], value)


def _version(row: Row[Any]) -> CityVersion:
    return CityVersion(
        number=row.number,
        city=row.city,
        contents=MappingProxyType(json.loads(row.contents)),
        drafts=tuple(json.loads(row.drafts)),
        why=row.why,
        published_at=row.published_at,
        published_by=row.published_by,
        back_to=row.back_to,
    )
