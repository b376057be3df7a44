"""Shift handovers in the store: sheets as they were signed, and who took over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, Text, UniqueConstraint, insert, select
from sqlalchemy.orm import Session

from dispatch.power import local_date
from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Codes, Instant
from dispatch.store.declare import table, text
from dispatch.store.ledger import record
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.upsert import insert_or_ignore, next_fid
from geo.errors import Conflict

MOST_LISTED = 100
"""Handovers on one page of a list, unless told otherwise."""

HANDOVERS = table(
    "handovers",
    "交接班 / What one shift left to the next, as it was signed",
    text("id", unique=True),
    Column("since", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    text("by"),
    Column("areas", Codes, nullable=False),
    text("notes"),
    text("sheet"),
    kept=OnlyAdded(),
)

HANDOVER_SIGNATURES = table(
    "handover_signatures",
    "接班签字 / Who took a shift over, and when",
    Column("handover", Text, ForeignKey(HANDOVERS.c.id), nullable=False),
    Column("at", Instant, nullable=False),
    text("by"),
    UniqueConstraint("handover"),
    kept=OnlyAdded(offered_again=True),
)


@dataclass(frozen=True, slots=True)
class Handover:
    """
    What one shift leaves to the next.

    Attributes
    ----------
    since, at
        The shift: from when, and when its end was signed.
    by
        Account of whoever leaves.
    areas
        Codes of the areas that the sheet is about.
    notes
        What they say besides.
    sheet
        What stood open, as JSON; never read here.
    id
        Its number, or None before it is kept.
    taken_at, taken_by
        When and by whom the shift was taken over; None until then.
    """

    since: datetime
    at: datetime
    by: str
    areas: tuple[str, ...]
    notes: str
    sheet: str
    id: str | None = None
    taken_at: datetime | None = None
    taken_by: str | None = None


def add_handover(session: Session, handover: Handover) -> Handover:
    """
    Keep a sheet, signed by whoever leaves.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    handover
        The sheet; its id is the next number of its day.

    Returns
    -------
    handover
        As the store has it.
    """
    fid = next_fid(session, HANDOVERS)
    number = f"H{local_date(handover.at):%Y%m%d}-{fid:06d}"
    row = {
        "fid": fid,
        "id": number,
        "since": handover.since,
        "at": handover.at,
        "by": handover.by,
        "areas": handover.areas,
        "notes": handover.notes,
        "sheet": handover.sheet,
    }
    session.execute(insert(HANDOVERS).values(row))
    record(session, now=handover.at, by=handover.by, act="shift_handed_over", about=number)
    return get_handover(session, number)


def take_over(session: Session, number: str, *, now: datetime, by: str) -> Handover:
    """
    Sign a sheet as whoever comes.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Id of the handover.
    now
        The present, with offset.
    by
        Account of whoever comes.

    Returns
    -------
    handover
        As the store has it.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        Whoever leaves would sign for both, or somebody has taken over already.
    """
    handover = get_handover(session, number)
    if handover.by == by:
        raise Conflict(f"{by} has signed {number} as the one who leaves: somebody else takes over.")
    row = {"handover": number, "at": now, "by": by}
    if handover.taken_by is not None or not _is_new(session, row):
        taken = get_handover(session, number)
        raise Conflict(f"{taken.taken_by} has taken over by {number} already.")
    record(session, now=now, by=by, act="shift_taken_over", about=number)
    return get_handover(session, number)


def get_handover(session: Session, number: str) -> Handover:
    """
    Read one handover.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    handover
        With the signature of whoever took over.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    row = row_of(session, HANDOVERS, number, "handover")
    query = select(HANDOVER_SIGNATURES).where(HANDOVER_SIGNATURES.c.handover == number)
    return _handover(row, session.execute(query).one_or_none())


def list_handovers(
    session: Session, *, before: str | None = None, limit: int | None = MOST_LISTED
) -> list[Handover]:
    """
    List handovers, the newest first.

    Parameters
    ----------
    session
        A session.
    before
        Id of the last one of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    handovers
        One page.

    Raises
    ------
    UnknownName
        There is no handover ``before``.
    """
    query = newest_first(session, HANDOVERS, "handover", before=before, limit=limit)
    rows = session.execute(query).all()
    signed = HANDOVER_SIGNATURES.c.handover.in_([row.id for row in rows])
    signatures = session.execute(select(HANDOVER_SIGNATURES).where(signed))
    by_handover = {one.handover: one for one in signatures}
    return [_handover(row, by_handover.get(row.id)) for row in rows]


def _is_new(session: Session, row: dict[str, object]) -> bool:
    """Add a signature, unless there is one."""
    return insert_or_ignore(session, HANDOVER_SIGNATURES, row) is not None


def _handover(row: Row[Any], signature: Row[Any] | None) -> Handover:
    """Read a row."""
    return Handover(
        since=row.since,
        at=row.at,
        by=row.by,
        areas=tuple(row.areas),
        notes=row.notes,
        sheet=row.sheet,
        id=row.id,
        taken_at=None if signature is None else signature.at,
        taken_by=None if signature is None else signature.by,
    )
