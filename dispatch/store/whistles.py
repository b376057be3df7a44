"""Whistles in the store: calls, answers, and each step up once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from dispatch.escalation import Answer, Call, Closing, Escalation, Says
from dispatch.power import local_date
from dispatch.sight import Sight
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.order_tables import ESCALATIONS, WHISTLE_ANSWERS, WHISTLES
from dispatch.store.seen import whistle_seen
from dispatch.store.upsert import insert_or_ignore, next_fid
from dispatch.whistle import Whistle
from geo.errors import Conflict

MOST_LISTED = 100
"""Whistles on one page of a list, unless told otherwise."""


def add_call(session: Session, call: Call) -> Call:
    """
    Record a whistle.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    call
        The call; its id is the next number of its day.

    Returns
    -------
    call
        As the store has it.

    Raises
    ------
    Conflict
        The same command room has whistled for this incident already.
    """
    whistle = call.whistle
    fid = next_fid(session, WHISTLES)
    number = f"W{local_date(whistle.raised_at):%Y%m%d}-{fid:06d}"
    row = {
        "fid": fid,
        "id": number,
        "incident": call.incident,
        "by": whistle.by,
        "units": whistle.units,
        "bodies": whistle.bodies,
        "raised_at": whistle.raised_at,
        "raised_by": call.raised_by,
        "answer_by": whistle.answer_by,
        "escalates_to": whistle.escalates_to,
        "said": (whistle.rule, whistle.silence),
        "note": "",
    }
    same = (WHISTLES.c.incident == call.incident, WHISTLES.c.by == whistle.by)
    query = select(WHISTLES.c.id).where(*same, WHISTLES.c.closed_at.is_(None))
    while insert_or_ignore(session, WHISTLES, row) is None:
        open_one = session.scalar(query)
        if open_one is None:
            continue  # closed meanwhile
        raise Conflict(
            f"{whistle.by} has whistled for incident {call.incident} already, as {open_one}: "
            "await its answer, or close it first."
        )
    return get_call(session, number)


def add_answer(session: Session, number: str, answer: Answer) -> Call:
    """
    Record an answer.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Id of the whistle.
    answer
        The answer.

    Returns
    -------
    call
        As the store has it.
    """
    row = insert(WHISTLE_ANSWERS).values(
        whistle=number,
        party=answer.party,
        says=answer.says,
        at=answer.at,
        by=answer.by,
        note=answer.note,
    )
    session.execute(row)
    return get_call(session, number)


def close_call(  # noqa: PLR0913 -- which one, and the four columns of its close
    session: Session, number: str, *, now: datetime, by: str, closing: Closing, note: str = ""
) -> Call:
    """
    Close a whistle.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    now
        The present, with offset.
    by
        Name of whoever closes it.
    closing
        How.
    note
        What is added in words.

    Returns
    -------
    call
        As the store has it.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It is closed already.
    """
    change = update(WHISTLES).where(WHISTLES.c.id == number, WHISTLES.c.closed_at.is_(None))
    values = {"closed_at": now, "closed_by": by, "closed_as": closing, "note": note}
    if session.execute(change.values(values).returning(WHISTLES.c.fid)).scalar() is None:
        closed = get_call(session, number)
        raise Conflict(f"Whistle {number} was closed already, as {closed.closed_as}.")
    return get_call(session, number)


def get_call(session: Session, number: str) -> Call:
    """
    Look up a whistle.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    call
        With its answers.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _call(session, row_of(session, WHISTLES, number, "whistle"))


def list_calls(  # noqa: PLR0913 -- what to leave out, as keywords
    session: Session,
    *,
    incident: str | None = None,
    unclosed: bool = False,
    sight: Sight | None = None,
    before: str | None = None,
    limit: int | None = MOST_LISTED,
) -> list[Call]:
    """
    List whistles, the newest first.

    Parameters
    ----------
    session
        A session.
    incident
        Of one incident only.
    unclosed
        Leave out those that are closed.
    sight
        Only those within it; None for the whole city.
    before
        Id of the last one of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    calls
        One page.

    Raises
    ------
    UnknownName
        There is no whistle ``before``.
    """
    query = newest_first(session, WHISTLES, "whistle", before=before, limit=limit)
    if incident is not None:
        query = query.where(WHISTLES.c.incident == incident)
    if unclosed:
        query = query.where(WHISTLES.c.closed_at.is_(None))
    if sight is not None:
        query = query.where(whistle_seen(sight))
    return [_call(session, row) for row in session.execute(query).all()]


def note_step(session: Session, number: str, step: Escalation, *, now: datetime) -> bool:
    """
    Note that a whistle went up a step.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Id of the whistle.
    step
        The step.
    now
        When it is told, with offset.

    Returns
    -------
    news
        Whether it had not been noted yet; each step is told once.
    """
    row = {"whistle": number, "step": step.step, "to": step.to, "at": step.at}
    row |= {"told_at": now, "said": (step.said,)}
    return insert_or_ignore(session, ESCALATIONS, row) is not None


def steps_of(session: Session, number: str) -> tuple[Escalation, ...]:
    """
    Read how a whistle went up.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    steps
        As they were told, the first one first.
    """
    query = select(ESCALATIONS).where(ESCALATIONS.c.whistle == number).order_by(ESCALATIONS.c.step)
    return tuple(
        Escalation(row.step, row.to, row.at, row.said[0]) for row in session.execute(query)
    )


def _call(session: Session, row: Row[Any]) -> Call:
    """Read a whistle with its answers."""
    query = select(WHISTLE_ANSWERS).where(WHISTLE_ANSWERS.c.whistle == row.id)
    answers = session.execute(query.order_by(WHISTLE_ANSWERS.c.fid)).all()
    rule, silence = row.said
    return Call(
        incident=row.incident,
        whistle=Whistle(
            by=row.by,
            units=row.units,
            bodies=row.bodies,
            raised_at=row.raised_at,
            answer_by=row.answer_by,
            escalates_to=row.escalates_to,
            rule=rule,
            silence=silence,
        ),
        raised_by=row.raised_by,
        answers=tuple(
            Answer(one.party, Says(one.says), one.at, one.by, one.note) for one in answers
        ),
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        closed_as=None if row.closed_as is None else Closing(row.closed_as),
        note=row.note,
        id=row.id,
    )
