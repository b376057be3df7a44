"""Bulletins in the store: as they were issued, who signed them, what was objected and decided."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from dispatch.bulletin import Scope
from dispatch.power import local_date
from dispatch.report_rules import BulletinKind
from dispatch.store.bulletin_tables import (
    APPEAL_RULINGS,
    APPEALS,
    BULLETIN_SIGNATURES,
    BULLETINS,
)
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
class Ruling:
    """
    What was decided on an appeal.

    Attributes
    ----------
    at, by
        When, and by whom.
    upheld
        Whether the appeal was right.
    reason
        Why.
    """

    at: datetime
    by: str
    upheld: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Appeal:
    """
    An objection to a figure, or to a case behind it.

    Attributes
    ----------
    id
        Its number.
    bulletin, figure
        What it is against.
    incident
        Number of the case that should not count there; None where it is against the figure.
    at, by
        When, and whose.
    reason
        Why.
    ruling
        What was decided, or None.
    """

    id: str
    bulletin: str
    figure: str
    incident: str | None
    at: datetime
    by: str
    reason: str
    ruling: Ruling | None = None


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


def add_appeal(session: Session, appeal: Appeal) -> Appeal:
    """
    Keep an appeal.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    appeal
        The appeal; its id is the next number of its day.

    Returns
    -------
    appeal
        As the store has it.
    """
    fid = next_fid(session, APPEALS)
    row = {
        "fid": fid,
        "id": f"SS{local_date(appeal.at):%Y%m%d}-{fid:06d}",
        "bulletin": appeal.bulletin,
        "figure": appeal.figure,
        "incident": appeal.incident,
        "at": appeal.at,
        "by": appeal.by,
        "reason": appeal.reason,
    }
    session.execute(insert(APPEALS).values(row))
    return get_appeal(session, str(row["id"]))


def add_ruling(session: Session, appeal: str, ruling: Ruling) -> bool:
    """
    Keep what was decided on an appeal.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    appeal
        Its id.
    ruling
        The decision.

    Returns
    -------
    new
        Whether nobody had decided yet.
    """
    row = {
        "appeal": appeal,
        "at": ruling.at,
        "by": ruling.by,
        "upheld": ruling.upheld,
        "reason": ruling.reason,
    }
    return insert_or_ignore(session, APPEAL_RULINGS, row) is not None


def get_appeal(session: Session, number: str) -> Appeal:
    """
    Look up an appeal.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    appeal
        With its ruling.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _appeals(session, [row_of(session, APPEALS, number, "appeal")])[0]


def upheld_appeals(session: Session, *, known_at: datetime) -> tuple[Appeal, ...]:
    """
    List appeals that took a case out of a figure.

    Parameters
    ----------
    session
        A session.
    known_at
        Ruled on by this instant.

    Returns
    -------
    appeals
        In the order of their numbers.
    """
    query = (
        select(APPEALS)
        .join(APPEAL_RULINGS, APPEAL_RULINGS.c.appeal == APPEALS.c.id)
        .where(APPEAL_RULINGS.c.upheld, APPEAL_RULINGS.c.at <= known_at)
        .where(APPEALS.c.incident.is_not(None))
        .order_by(APPEALS.c.fid)
    )
    return tuple(_appeals(session, session.execute(query).all()))


def appeals_against(session: Session, numbers: Iterable[str]) -> tuple[Appeal, ...]:
    """
    List appeals against some bulletins.

    Parameters
    ----------
    session
        A session.
    numbers
        Ids of the bulletins.

    Returns
    -------
    appeals
        The first first.
    """
    query = select(APPEALS).where(APPEALS.c.bulletin.in_(sorted(set(numbers))))
    return tuple(_appeals(session, session.execute(query.order_by(APPEALS.c.fid)).all()))


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


def _appeals(session: Session, rows: Sequence[Row[Any]]) -> list[Appeal]:
    """Read appeals with their rulings."""
    numbers = [row.id for row in rows]
    query = select(APPEAL_RULINGS).where(APPEAL_RULINGS.c.appeal.in_(numbers))
    ruled = {
        row.appeal: Ruling(row.at, row.by, bool(row.upheld), row.reason)
        for row in session.execute(query)
    }
    return [
        Appeal(
            row.id, row.bulletin, row.figure, row.incident, row.at, row.by, row.reason,
            ruled.get(row.id),
        )
        for row in rows
    ]  # fmt: skip
