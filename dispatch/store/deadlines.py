"""Deadlines in the store: each one once, and each step of its plan told once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Double,
    Index,
    Integer,
    Row,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, DeadlineState, PlanStep, Telling
from dispatch.sight import Sight
from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import Instant
from dispatch.store.declare import table, text
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.seen import incident_seen
from dispatch.work_calendar import Counts

MOST_LISTED = 100
"""Deadlines on one page of a list, unless told otherwise."""

DEADLINES = table(
    "deadlines",
    "办理时限 / What is to be done by when, and what is told next",
    text("incident"),
    text("kind"),
    Column("generation", Integer, nullable=False),
    text("about", nullable=True),
    text("unit", nullable=True),
    Column("begins_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    text("counts"),
    Column("amount", Double, nullable=False),
    text("plan"),
    Column("told", Integer, nullable=False),
    Column("next_at", Instant),
    text("state"),
    Column("ended_at", Instant),
    Column("left", Double),
    UniqueConstraint("incident", "kind", "generation"),
)

NEXT_TOLD = Index("next_told", DEADLINES.c.next_at)

DEADLINE_STEPS = table(
    "deadline_steps",
    "催办督办 / What was told of a deadline, to whom and when, each step once",
    Column("deadline", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    text("tells"),
    text("to"),
    Column("at", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    UniqueConstraint("deadline", "step"),
    kept=OnlyAdded(),
)


_OF_INCIDENT = (
    select(DEADLINES)
    .where(DEADLINES.c.incident == bindparam("named"))
    .order_by(DEADLINES.c.fid.desc())
)
_LAST = select(func.coalesce(func.max(DEADLINES.c.generation), 0)).where(
    DEADLINES.c.incident == bindparam("of_incident"), DEADLINES.c.kind == bindparam("of_kind")
)
_ADDED = insert(DEADLINES).values(generation=_LAST.scalar_subquery() + 1).returning(DEADLINES)


def add_deadline(session: Session, deadline: Deadline) -> Deadline:
    """
    Keep a deadline.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    deadline
        The deadline; its generation is the next of its kind.

    Returns
    -------
    deadline
        As the store has it.
    """
    values = _columns(deadline)
    del values["generation"]
    named = {"of_incident": deadline.incident, "of_kind": deadline.kind}
    return _deadline(session.execute(_ADDED, values | named).one())


def deadlines_of(session: Session, incident: str) -> tuple[Deadline, ...]:
    """
    Read all deadlines of an incident.

    Parameters
    ----------
    session
        A session.
    incident
        Its id.

    Returns
    -------
    deadlines
        The newest first.
    """
    return tuple(_deadline(row) for row in session.execute(_OF_INCIDENT, {"named": incident}))


def list_deadlines(  # noqa: PLR0913 -- what to leave out, as keywords
    session: Session,
    *,
    incident: str | None = None,
    incidents: Collection[str] | None = None,
    kind: ClockKind | None = None,
    state: DeadlineState | None = None,
    about: str | None = None,
    running: bool = False,
    sight: Sight | None = None,
    before: int | None = None,
    limit: int | None = MOST_LISTED,
) -> list[Deadline]:
    """
    List deadlines, the newest first.

    Parameters
    ----------
    session
        A session.
    incident, incidents
        Of one incident, or of some, only.
    kind, state, about
        Of one kind, in one state, or about one assignment only.
    running
        Leave out those that have ended.
    sight
        Only those whose incident is within it; None for the whole city.
    before
        Id of the last one of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    deadlines
        One page.
    """
    query = newest_first(session, DEADLINES, "deadline", before=before, limit=limit)
    if incidents is not None:
        query = query.where(DEADLINES.c.incident.in_(tuple(incidents)))
    if running:
        query = query.where(DEADLINES.c.ended_at.is_(None))
    if sight is not None:
        query = query.where(incident_seen(sight, DEADLINES.c.incident))
    only = {"incident": incident, "kind": kind, "state": state, "about": about}
    for name, value in only.items():
        if value is not None:
            query = query.where(DEADLINES.c[name] == value)
    return [_deadline(row) for row in session.execute(query)]


def get_deadline(session: Session, number: int) -> Deadline:
    """
    Look up a deadline.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    deadline
        The deadline.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _deadline(row_of(session, DEADLINES, number, "deadline"))


def due_deadlines(
    session: Session, *, now: datetime, limit: int, kind: ClockKind | None = None
) -> list[Deadline]:
    """
    List deadlines of which something is to be told.

    Parameters
    ----------
    session
        A session.
    now
        The present, with offset.
    limit
        How many at most.
    kind
        Of one kind only.

    Returns
    -------
    deadlines
        Whatever waits longest first.
    """
    query = select(DEADLINES).where(DEADLINES.c.next_at <= now)
    if kind is not None:
        query = query.where(DEADLINES.c.kind == kind)
    query = query.order_by(DEADLINES.c.next_at, DEADLINES.c.fid).limit(limit)
    return [_deadline(row) for row in session.execute(query)]


def claim_step(session: Session, deadline: Deadline, *, now: datetime) -> PlanStep | None:
    """
    Take the next step of a deadline, unless somebody else has, or it has ended meanwhile.

    Parameters
    ----------
    session
        A session that may write; the caller commits with whatever the step brings about.
    deadline
        As it was read.
    now
        The present, with offset.

    Returns
    -------
    step
        The step that is the caller's to tell, or None.
    """
    step = deadline.next_step
    if step is None or step.at > now:
        return None
    after = deadline.plan[deadline.told + 1 :]
    values: dict[str, object] = {
        "told": deadline.told + 1,
        "next_at": after[0].at if after else None,
    }
    if step.tells == Telling.MISSED:
        values["state"] = DeadlineState.MISSED
    unclaimed = (DEADLINES.c.told == deadline.told, DEADLINES.c.ended_at.is_(None))
    change = update(DEADLINES).where(DEADLINES.c.fid == deadline.id, *unclaimed)
    if session.execute(change.values(values).returning(DEADLINES.c.fid)).scalar() is None:
        return None
    columns = {
        "deadline": deadline.id,
        "step": deadline.told + 1,
        "tells": step.tells,
        "to": step.to,
        "at": step.at,
        "told_at": now,
    }
    session.execute(insert(DEADLINE_STEPS).values(columns))
    return step


def end_deadline(
    session: Session,
    deadline: Deadline,
    *,
    now: datetime,
    met: bool,
    left: float | None = None,
) -> bool:
    """
    End a deadline; nothing of it is told any more.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    deadline
        As it was read.
    now
        The present, with offset.
    met
        Whether it was done; one that was missed already stays missed.
    left
        What is left of it, if it is only suspended.

    Returns
    -------
    ended
        Whether it was open until now.
    """
    values = {"ended_at": now, "next_at": None, "left": left}
    state = DeadlineState.MET if met and now <= deadline.due_at else DeadlineState.CANCELLED
    if met and now > deadline.due_at:
        state = DeadlineState.MISSED
    still = (DEADLINES.c.fid == deadline.id, DEADLINES.c.ended_at.is_(None))
    waiting = (*still, DEADLINES.c.state == DeadlineState.WAITING)
    changed = session.execute(
        update(DEADLINES)
        .where(*waiting)
        .values(values | {"state": state})
        .returning(DEADLINES.c.fid)
    ).scalar()
    if changed is not None:
        return True
    late = update(DEADLINES).where(*still).values(values).returning(DEADLINES.c.fid)
    return session.execute(late).scalar() is not None


def steps_told(session: Session, number: int) -> tuple[tuple[PlanStep, datetime], ...]:
    """
    Read what was told of a deadline.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    told
        Each step as it was planned, and when it was told.
    """
    query = select(DEADLINE_STEPS).where(DEADLINE_STEPS.c.deadline == number)
    rows = session.execute(query.order_by(DEADLINE_STEPS.c.step))
    return tuple((PlanStep(row.at, Telling(row.tells), row.to), row.told_at) for row in rows)


def _columns(deadline: Deadline) -> dict[str, object]:
    """Write a deadline."""
    step = deadline.next_step
    return {
        "incident": deadline.incident,
        "kind": deadline.kind,
        "generation": deadline.generation,
        "about": deadline.about,
        "unit": deadline.unit,
        "begins_at": deadline.begins_at,
        "due_at": deadline.due_at,
        "counts": deadline.counts,
        "amount": deadline.amount,
        "plan": _plan_text(deadline.plan),
        "told": deadline.told,
        "next_at": step.at if step else None,
        "state": deadline.state,
        "ended_at": deadline.ended_at,
        "left": deadline.left,
    }


def _plan_text(plan: Iterable[PlanStep]) -> str:
    """Write a plan."""
    return json.dumps([(step.at.isoformat(), step.tells, step.to) for step in plan])


def _deadline(row: Row[Any]) -> Deadline:
    """Read a deadline."""
    return Deadline(
        incident=row.incident,
        kind=ClockKind(row.kind),
        begins_at=row.begins_at,
        due_at=row.due_at,
        counts=Counts(row.counts),
        amount=row.amount,
        plan=tuple(
            PlanStep(datetime.fromisoformat(at), Telling(tells), to)
            for at, tells, to in json.loads(row.plan)
        ),
        about=row.about,
        unit=row.unit,
        generation=row.generation,
        told=row.told,
        state=DeadlineState(row.state),
        ended_at=row.ended_at,
        left=row.left,
        id=row.fid,
    )
