"""
Answers in the store: what was said to a request with an idempotency key.

The row is written by the transaction that has the effect, so either both are there or neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Index, Integer, LargeBinary, delete, func, select
from sqlalchemy.orm import Session

from dispatch.store.column import Instant
from dispatch.store.declare import table, text

ANSWERS = table(
    "answers",
    "已答复的请求 / Answers to requests that carried an idempotency key, for a few days",
    text("request", unique=True),
    text("asked"),
    Column("at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    text("headers"),
    Column("body", LargeBinary, nullable=False),
)

Index("answers_by_age", ANSWERS.c.at)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """
    What was answered to a request.

    Attributes
    ----------
    request
        Digest of who asked, where, and with which key.
    asked
        Digest of what was asked.
    at
        When it was answered.
    status
        Status of HTTP.
    headers
        What the door said beside it, as JSON: where it is, its version.
    body
        The answer itself.
    """

    request: str
    asked: str
    at: datetime
    status: int
    headers: str
    body: bytes


def take_turn(session: Session, request: str) -> bool:
    """
    Keep other processes from the same request until this transaction ends.

    Parameters
    ----------
    session
        A session that may write.
    request
        Digest of the request.

    Returns
    -------
    taken
        False if another process has it in hand.  The embedded store has one writer at a time,
        so that there the turn is always free.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    number = int(request[:16], 16) - 2**63  # a signed 64-bit lock of PostgreSQL
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(number))))


def kept_answer(session: Session, request: str) -> KeptAnswer | None:
    """
    Find what was answered to a request.

    Parameters
    ----------
    session
        A session.
    request
        Digest of the request.

    Returns
    -------
    answer
        The answer, or None if there was none, or if it is no longer kept.
    """
    columns = [column for column in ANSWERS.c if column.name != "fid"]
    row = session.execute(select(*columns).where(ANSWERS.c.request == request)).one_or_none()
    return None if row is None else KeptAnswer(**row._mapping)  # noqa: SLF001 -- its public name


def keep_answer(session: Session, answer: KeptAnswer) -> None:
    """
    Keep an answer beside its effect.

    Parameters
    ----------
    session
        The session of the effect; the caller commits.
    answer
        What will be answered.
    """
    values = {name: getattr(answer, name) for name in KeptAnswer.__slots__}
    session.execute(ANSWERS.insert().values(values))


def forget_answers(session: Session, *, before: datetime) -> int:
    """
    Drop answers that nobody asks for any more.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    before
        Answers given earlier go.

    Returns
    -------
    dropped
        How many.
    """
    gone = session.execute(
        delete(ANSWERS).where(ANSWERS.c.at < before).returning(ANSWERS.c.fid)
    ).all()
    return len(gone)
