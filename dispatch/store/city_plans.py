"""
Sets of drafts that are to be published at a time, such as midnight before a new division counts.

A plan is done once: whoever publishes it changes its state in the transaction that publishes, and
only if it is still planned.  A plan against which an error stands when its time comes is refused,
with what was said, and the city stays as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from dispatch.power import local_date
from dispatch.store.city_versions import Publishing
from dispatch.store.layer_tables import CITY_PLANS
from dispatch.store.ledger import record
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.upsert import next_fid
from geo.errors import Conflict


class PlanState(StrEnum):
    """What became of a plan."""

    PLANNED = "planned"
    PUBLISHED = "published"
    REFUSED = "refused"
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True)
class CityPlan:
    """
    Drafts that are to be published at a time.

    Attributes
    ----------
    id
        Its number.
    drafts
        Numbers of the drafts.
    why
        In the words of whoever planned it.
    due_at
        When they are published.
    state
        What became of it.
    said
        Why it was refused, or None.
    version
        The version that it became, or None.
    planned_at, planned_by
        When it was planned, and by whom; it is published in that name.
    """

    id: str
    drafts: tuple[str, ...]
    why: str
    due_at: datetime
    state: PlanState
    said: str | None
    version: int | None
    planned_at: datetime
    planned_by: str


def plan_publishing(session: Session, publishing: Publishing, due_at: datetime) -> CityPlan:
    """
    Plan that drafts are published.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    publishing
        Which drafts, who, when it is planned, and why.
    due_at
        When they are to be published, with offset.

    Returns
    -------
    plan
        With its number.
    """
    fid = next_fid(session, CITY_PLANS)
    number = f"V{local_date(publishing.now):%Y%m%d}-{fid:06d}"
    session.execute(
        insert(CITY_PLANS).values(
            fid=fid,
            id=number,
            drafts=json.dumps(publishing.drafts),
            why=publishing.why,
            due_at=due_at,
            state=PlanState.PLANNED,
            planned_at=publishing.now,
            planned_by=publishing.by,
        )
    )
    detail = {"drafts": list(publishing.drafts), "due_at": due_at.isoformat()}
    record(
        session, now=publishing.now, by=publishing.by, act="plan_city", about=number, detail=detail
    )
    return get_plan(session, number)


def get_plan(session: Session, number: str) -> CityPlan:
    """
    Look up a plan.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    plan
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    return _plan(row_of(session, CITY_PLANS, number, "planned version"))


def list_plans(session: Session) -> list[CityPlan]:
    """
    List plans, the newest first.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    plans
        Those that are done, too.
    """
    query = newest_first(session, CITY_PLANS, "planned version", before=None, limit=None)
    return [_plan(row) for row in session.execute(query)]


def due_plans(session: Session, *, now: datetime) -> list[CityPlan]:
    """
    List the plans whose time has come.

    Parameters
    ----------
    session
        A session.
    now
        The present, with offset.

    Returns
    -------
    plans
        In the order in which they are due.
    """
    plans = CITY_PLANS.c
    waiting = (plans.state == PlanState.PLANNED, plans.due_at <= now)
    query = select(CITY_PLANS).where(*waiting).order_by(plans.due_at, plans.fid)
    return [_plan(row) for row in session.execute(query)]


def claim_plan(session: Session, number: str, version: int | None, said: str | None) -> bool:
    """
    Note what became of a plan, if nobody has before.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    version
        The version that it became, or None.
    said
        Why it was refused, or None.

    Returns
    -------
    claimed
        Whether it was still planned.
    """
    state = PlanState.REFUSED if version is None else PlanState.PUBLISHED
    return _move(session, number, state, version=version, said=said)


def call_off(session: Session, number: str, *, now: datetime, by: str) -> CityPlan:
    """
    Call a plan off; one that was called off stays so.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    now
        The present, with offset.
    by
        Account of whoever calls it off.

    Returns
    -------
    plan
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It is done already.
    """
    if _move(session, number, PlanState.CALLED_OFF):
        record(session, now=now, by=by, act="call_off_city", about=number)
    plan = get_plan(session, number)
    if plan.state is not PlanState.CALLED_OFF:
        raise Conflict(f"The planned version {number} was {plan.state} already.")
    return plan


def _move(
    session: Session,
    number: str,
    state: PlanState,
    *,
    version: int | None = None,
    said: str | None = None,
) -> bool:
    """Change the state of a plan that is still planned."""
    plans = CITY_PLANS.c
    moving = (
        update(CITY_PLANS)
        .where(plans.id == number, plans.state == PlanState.PLANNED)
        .values(state=state, version=version, said=said)
        .returning(plans.fid)
    )
    return session.execute(moving).scalar() is not None


def _plan(row: Row[Any]) -> CityPlan:
    return CityPlan(
        id=row.id,
        drafts=tuple(json.loads(row.drafts)),
        why=row.why,
        due_at=row.due_at,
        state=PlanState(row.state),
        said=row.said,
        version=row.version,
        planned_at=row.planned_at,
        planned_by=row.planned_by,
    )
