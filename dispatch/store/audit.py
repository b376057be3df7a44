"""The audit chain in the store: read, verified, and shortened when its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from dispatch.audit_chain import DROPPED, Break, Head, Link, first_break, unreadable
from dispatch.store.ledger import record
from dispatch.store.ledger_tables import AUDIT, KEPT_DAYS
from geo.errors import BadValue

AT_A_TIME = 1000
"""Rows fetched together while the whole chain is read."""


def read_chain(session: Session, *, after: int = 0) -> Iterator[Link]:
    """
    Read the chain link by link, however long it is.

    Parameters
    ----------
    session
        A session.
    after
        Number of the link after which to begin.

    Yields
    ------
    link
        In the order of the numbers.
    """
    query = select(AUDIT).where(AUDIT.c.seq > after).order_by(AUDIT.c.seq, AUDIT.c.fid)
    for row in session.execute(query.execution_options(yield_per=AT_A_TIME)):
        yield _link(row)


def find_break(session: Session, anchor: Head | None = None) -> Break | None:
    """
    Look for the first link in the store that is not as it was written.

    Parameters
    ----------
    session
        A session.
    anchor
        A head that was kept elsewhere, or None.

    Returns
    -------
    found
        The first break, or None if all holds.
    """
    last = 0

    def noted() -> Iterator[Link]:
        nonlocal last
        for link in read_chain(session):
            yield link
            last = link.seq

    try:
        return first_break(noted(), anchor)
    except (TypeError, ValueError):  # somebody wrote what no link can hold
        return unreadable(last + 1)


def list_links(  # noqa: PLR0913 -- one page, and three ways to narrow it down
    session: Session,
    *,
    before: int | None = None,
    limit: int,
    by: str | None = None,
    act: str | None = None,
    about: str | None = None,
) -> list[Link]:
    """
    List entries of the audit, the newest first.

    Parameters
    ----------
    session
        A session.
    before
        Number of the last one of the page before, or None for the first page.
    limit
        How many at most.
    by, act, about
        Only those of one account, one act, or about one thing.

    Returns
    -------
    links
        One page.
    """
    query = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(AUDIT.c.seq < before)
    for column, wanted in ((AUDIT.c.by, by), (AUDIT.c.act, act), (AUDIT.c.about, about)):
        if wanted is not None:
            query = query.where(column == wanted)
    return [_link(row) for row in session.execute(query)]


def drop_links(session: Session, *, before: datetime, now: datetime, by: str) -> int:
    """
    Drop entries whose time is over; the chain itself says up to where, so it still holds.

    What a clock that was wrong has dated too early stays as long as the entries before it.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    before
        End of what may go, with offset.
    now
        The present, with offset.
    by
        Account of whoever asks for it.

    Returns
    -------
    dropped
        Number of entries.

    Raises
    ------
    BadValue
        Some of it is younger than half a year.
    """
    if before > now - timedelta(days=KEPT_DAYS):
        raise BadValue(f"The audit is kept for {KEPT_DAYS} days: {before.isoformat()} is later.")
    last = select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(1)
    kept_from = session.scalar(select(func.min(AUDIT.c.seq)).where(AUDIT.c.at >= before))
    if kept_from is not None:
        last = last.where(AUDIT.c.seq < kept_from)
    row = session.execute(last).one_or_none()
    if row is None:
        return 0
    record(
        session,
        now=now,
        by=by,
        act=DROPPED,
        about="audit",
        detail={"seq": row.seq, "hash": row.hash},
    )
    gone = delete(AUDIT).where(AUDIT.c.seq <= row.seq).returning(AUDIT.c.fid)
    return len(session.execute(gone).all())


def _link(row: Row[Any]) -> Link:
    """Read a link."""
    return Link(row.seq, row.at, row.by, row.act, row.about, row.detail, row.previous, row.hash)
