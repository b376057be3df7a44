"""Bulletins in the store: as they were issued, who signed them, and what was objected."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from dispatch.bulletin import Scope
from dispatch.power import local_date
from dispatch.report_rules import BulletinKind
from dispatch.store.appeals import Appeal, appeals_against
from dispatch.store.bulletin_tables import BULLETIN_SIGNATURES, BULLETINS
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.upsert import insert_or_ignore, next_fid

MOST_LISTED = 100
"""Bulletins on one page of a list, unless told otherwise."""

_SHOWN = tuple(column for column in BULLETINS.c if column.name != "content")
_LETTER = {
    BulletinKind.WEEKLY: "ZB",
    BulletinKind.MONTHLY: "YB",
    BulletinKind.YEARLY: "NK",
    BulletinKind.CONSULTATION: "HS",
}
"""周报, 月报, 年考, 会商: how numbers begin."""


@dataclass(frozen=True, slots=True)
class Signature:
    """
    A signature.

    Attributes
    ----------
    at, by
        When, and whose.
    digest
        Digest of what was signed.
    note
        What they wrote beside it (批示).
    """

    at: datetime
    by: str
    digest: str
    note: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """
    A bulletin as it was issued.

    Attributes
    ----------
    id
        Its number.
    scope
        What it is about.
    known_at
        It says what was known at this instant.
    issue
        From 1; what changed since the one before stands in the content.
    at, by
        When it was made, and by whom.
    digest
        Of the content: what is signed.
    signatures
        The first first.
    appeals
        The first first.
    """

    id: str
    scope: Scope
    known_at: datetime
    issue: int
    at: datetime
    by: str
    digest: str
    signatures: tuple[Signature, ...] = ()
    appeals: tuple[Appeal, ...] = ()


def add_bulletin(session: Session, bulletin: Bulletin, content: str) -> Bulletin | None:
    """
    Keep a bulletin, unless this issue of it is there.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    bulletin
        The bulletin; its id is the next number of its day.
    content
        What it says, as canonical JSON.

    Returns
    -------
    bulletin
        As the store has it; None where somebody has issued it already.
    """
    fid = next_fid(session, BULLETINS)
    scope = bulletin.scope
    row = {
        "fid": fid,
        "id": f"{_LETTER[scope.kind]}{local_date(bulletin.at):%Y%m%d}-{fid:06d}",
        "kind": scope.kind,
        "area": scope.area,
        "since": scope.since,
        "until": scope.until,
        "known_at": bulletin.known_at,
        "issue": bulletin.issue,
        "at": bulletin.at,
        "by": bulletin.by,
        "digest": bulletin.digest,
        "content": content,
    }
    kept = insert_or_ignore(session, BULLETINS, row)
    return None if kept is None else get_bulletin(session, str(row["id"]))


def get_bulletin(session: Session, number: str) -> Bulletin:
    """
    Look up a bulletin.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    bulletin
        With signatures and appeals.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _bulletins(session, [row_of(session, BULLETINS, number, "report", _SHOWN)])[0]


def read_content(session: Session, number: str) -> Mapping[str, Any]:
    """
    Read what a bulletin says.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    content
        See `dispatch.bulletin_content`.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    row = row_of(session, BULLETINS, number, "report", (BULLETINS.c.content,))
    return MappingProxyType(json.loads(row.content))


def content_text(session: Session, number: str) -> str:
    """
    Read what a bulletin says as it is kept.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    content
        Canonical JSON, whose digest was signed.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return str(row_of(session, BULLETINS, number, "report", (BULLETINS.c.content,)).content)


def list_bulletins(  # noqa: PLR0913 -- what to leave out, as keywords
    session: Session,
    *,
    kind: BulletinKind | None = None,
    area: str | None = None,
    areas: Iterable[str] | None = None,
    before: str | None = None,
    limit: int | None = MOST_LISTED,
) -> list[Bulletin]:
    """
    List bulletins, the newest first.

    Parameters
    ----------
    session
        A session.
    kind, area
        Of one kind, or about one area only.
    areas
        About one of these only; None for all.
    before
        Id of the last one of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    bulletins
        One page.

    Raises
    ------
    UnknownName
        There is no bulletin ``before``.
    """
    query = newest_first(session, BULLETINS, "report", before=before, limit=limit)
    if kind is not None:
        query = query.where(BULLETINS.c.kind == kind)
    if area is not None:
        query = query.where(BULLETINS.c.area == area)
    if areas is not None:
        query = query.where(BULLETINS.c.area.in_(sorted(areas)))
    return _bulletins(session, session.execute(query.with_only_columns(*_SHOWN)).all())


def last_issue(session: Session, scope: Scope) -> Bulletin | None:
    """
    Find the newest issue of a bulletin.

    Parameters
    ----------
    session
        A session.
    scope
        What it is about.

    Returns
    -------
    bulletin
        None where it was never issued.
    """
    told = BULLETINS.c
    query = (
        select(*_SHOWN)
        .where(told.kind == scope.kind, told.area == scope.area)
        .where(told.since == scope.since, told.until == scope.until)
        .order_by(told.issue.desc())
        .limit(1)
    )
    rows = session.execute(query).all()
    return _bulletins(session, rows)[0] if rows else None


def add_signature(session: Session, number: str, signature: Signature) -> bool:
    """
    Keep a signature.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Id of the bulletin.
    signature
        The signature.

    Returns
    -------
    new
        Whether this person had not signed yet.
    """
    row = {
        "bulletin": number,
        "digest": signature.digest,
        "at": signature.at,
        "by": signature.by,
        "note": signature.note,
    }
    return insert_or_ignore(session, BULLETIN_SIGNATURES, row) is not None


def _bulletins(session: Session, rows: Sequence[Row[Any]]) -> list[Bulletin]:
    """Read rows with what hangs on them."""
    numbers = [row.id for row in rows]
    signed: defaultdict[str, list[Signature]] = defaultdict(list)
    query = select(BULLETIN_SIGNATURES).where(BULLETIN_SIGNATURES.c.bulletin.in_(numbers))
    for row in session.execute(query.order_by(BULLETIN_SIGNATURES.c.fid)):
        signed[row.bulletin].append(Signature(row.at, row.by, row.digest, row.note))
    against: defaultdict[str, list[Appeal]] = defaultdict(list)
    for appeal in appeals_against(session, numbers):
        against[appeal.bulletin].append(appeal)
    return [
        Bulletin(
            id=row.id,
            scope=Scope(BulletinKind(row.kind), row.area, row.since, row.until),
            known_at=row.known_at,
            issue=row.issue,
            at=row.at,
            by=row.by,
            digest=row.digest,
            signatures=tuple(signed[row.id]),
            appeals=tuple(against[row.id]),
        )
        for row in rows
    ]
