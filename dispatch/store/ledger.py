"""
Ledger: what a use case leaves behind in its own transaction, besides its effect.

`record` adds a link to the audit chain, `tell` a live event, `post` a message to the outside.
All three take the chain's lock, so that the order of numbers is the order of commits: SQLite has
one writer anyway, PostgreSQL gives an advisory lock that lasts until the transaction ends.

So call them last, when every other row is written.  Whoever must write more afterwards takes
the lock before the first row (`take_turn`); else two transactions could wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, SessionTransaction

from dispatch.audit_chain import START, Head, canonical, link_on
from dispatch.store.ledger_tables import AUDIT, EVENTS, OUTBOX
from dispatch.store.upsert import insert_or_ignore
from geo.remark import Remark

CHAIN_LOCK = 0x6772_6964
"""Number of the advisory lock; any other program on the same database must use another."""


TURN = "turn_at_the_ledger"
"""Where a session remembers the transaction that has the lock already."""

HEAD = "head_of_the_chain"
"""Where a session remembers the last link that it wrote, and in which transaction."""

SYSTEM = "system"
"""Account in whose name the service acts by itself."""

BELL = "grid_dispatch_told"
"""Channel of PostgreSQL on which it rings when something was told."""


_LINKED = insert(AUDIT)
_TOLD = insert(EVENTS).returning(EVENTS.c.fid)


def take_turn(session: Session) -> None:
    """
    Wait until no other transaction writes to the ledger, and keep others out until this one ends.

    Parameters
    ----------
    session
        A session that may write.
    """
    begun = _transaction(session)
    if _on_server(session) and (begun is None or session.info.get(TURN) is not begun):
        session.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
        session.info[TURN] = _transaction(session)


def record(  # noqa: PLR0913 -- who did what to what, and when
    session: Session,
    *,
    now: datetime,
    by: str,
    act: str,
    about: str,
    detail: Mapping[str, object] | None = None,
) -> int:
    """
    Add a link to the audit chain.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    now
        The present, with offset.
    by
        Account of whoever did it.
    act
        What was done, in snake_case.
    about
        To what: an id.
    detail
        More about it, without personal data: a chain cannot forget.

    Returns
    -------
    seq
        Number of the link.
    """
    take_turn(session)
    link = link_on(_head(session), now=now, by=by, act=act, about=about, detail=detail)
    session.execute(_LINKED, asdict(link))
    session.info[HEAD] = _transaction(session), Head(link.seq, link.hash, link.at)
    return link.seq


def audit_head(session: Session) -> Head:
    """
    Read where the audit chain ends.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    head
        Number, digest and instant of the last link.
    """
    query = select(AUDIT.c.seq, AUDIT.c.hash, AUDIT.c.at).order_by(AUDIT.c.seq.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return START if row is None else Head(row.seq, row.hash, row.at)


def tell(
    session: Session,
    kind: str,
    payload: object,
    *,
    now: datetime,
    areas: Iterable[str] = (),
) -> int:
    """
    Tell open pages of something, once the transaction is committed.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    kind
        Name of the event.
    payload
        Anything JSON can say, without personal data.
    now
        The present, with offset.
    areas
        Codes of the areas that it concerns; none means the whole city.

    Returns
    -------
    number
        Its number, under which a page resumes.
    """
    take_turn(session)
    columns = {"at": now, "kind": kind, "payload": canonical(payload), "areas": tuple(areas)}
    if _on_server(session):
        session.execute(select(func.pg_notify(BELL, "")))
    return int(session.execute(_TOLD, columns).scalar_one())


def post(  # noqa: PLR0913 -- to whom, what, about what, when, and under which key
    session: Session,
    *,
    now: datetime,
    to: str,
    said: Remark,
    dedupe_key: str,
    about: str,
    also: Iterable[str] = (),
) -> None:
    """
    Leave a message to the outside, to be sent once the transaction is committed.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    now
        The present, with offset.
    to
        Whom to tell: an account, an officer or a command room, never a phone number.
    said
        What to say.
    dedupe_key
        Names this message: what is posted again under the same key is not sent again.
    about
        Id of what it is about.
    also
        Officers and units whom it concerns besides; whether they are told the rules say.
    """
    take_turn(session)
    columns = {
        "dedupe_key": dedupe_key,
        "addressee": to,
        "said": (said,),
        "about": about,
        "posted_at": now,
        "tries": 0,
        "due_at": now,
        "also": tuple(also),
    }
    insert_or_ignore(session, OUTBOX, columns)


def _head(session: Session) -> Head:
    """
    Where the chain ends, without a look at the store if this very transaction wrote the last link.

    One that wrote within a savepoint, kept or undone, is another, and the store is asked.
    """
    begun, head = session.info.get(HEAD, (None, START))
    same = begun is not None and begun is _transaction(session)
    return head if same else audit_head(session)


def _transaction(session: Session) -> SessionTransaction | None:
    """The innermost transaction: one that is undone to a savepoint gives back the lock it took."""
    return session.get_nested_transaction() or session.get_transaction()


def _on_server(session: Session) -> bool:
    """Whether the store is on PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"
