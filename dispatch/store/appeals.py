"""Appeals in the store: what was objected to in a bulletin, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from dispatch.power import local_date
from dispatch.store.bulletin_tables import APPEAL_RULINGS, APPEALS
from dispatch.store.numbered import row_of
from dispatch.store.upsert import insert_or_ignore, next_fid


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
