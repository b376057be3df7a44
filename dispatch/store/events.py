"""Live events in the store: read on from a number, and dropped when nobody resumes there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dispatch.store.ledger import record
from dispatch.store.ledger_tables import EVENTS, EVENTS_DROPPED


@dataclass(frozen=True, slots=True)
class Told:
    """
    A live event as it was told.

    Attributes
    ----------
    number
        Its number; later ones are higher, and some numbers are never given.
    kind
        Its name.
    payload
        What it says, as JSON.
    areas
        Codes of the areas that it concerns; none means the whole city.
    """

    number: int
    kind: str
    payload: str
    areas: frozenset[str]


def read_told(session: Session, *, after: int, limit: int) -> list[Told]:
    """
    Read what was told after some event.

    Parameters
    ----------
    session
        A session.
    after
        Number of the event.
    limit
        How many at most.

    Returns
    -------
    told
        In the order of their numbers.
    """
    query = select(EVENTS).where(EVENTS.c.fid > after).order_by(EVENTS.c.fid).limit(limit)
    return [
        Told(row.fid, row.kind, row.payload, frozenset(row.areas)) for row in session.execute(query)
    ]


def numbers_kept(session: Session) -> tuple[int, int]:
    """
    Say which events the store has.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    oldest, newest
        Their numbers; 0 and 0 if nothing was ever told.
    """
    query = select(func.min(EVENTS.c.fid), func.max(EVENTS.c.fid))
    oldest, newest = session.execute(query).one()
    return oldest or 0, newest or 0


def drop_events(session: Session, *, before: datetime, now: datetime, by: str) -> int:
    """
    Drop old events, but never the newest one: it keeps the count.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    before
        End of what may go, with offset.
    now
        The present, with offset.
    by
        Account of whoever asks for it; the audit says up to which number they went.

    Returns
    -------
    dropped
        Their number.
    """
    _, newest = numbers_kept(session)
    old = (EVENTS.c.at < before, EVENTS.c.fid < newest)
    last = session.scalar(select(func.max(EVENTS.c.fid)).where(*old))
    if last is None:
        return 0
    record(session, now=now, by=by, act=EVENTS_DROPPED, about="events", detail={"seq": last})
    gone = delete(EVENTS).where(*old)
    return len(session.execute(gone.returning(EVENTS.c.fid)).all())
