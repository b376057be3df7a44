"""What becomes of a zone plan in the store: planned for a time, published, opened again, closed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from dispatch.store.ledger import take_turn
from dispatch.store.zone_plan_tables import ZONE_PLANS
from dispatch.store.zone_plans import (
    OPEN,
    DrawnPlan,
    Hand,
    ZonePlanState,
    get_open_plan,
    get_zone_plan,
    move_plan,
    record_plan,
)


def note_drafts(session: Session, plan: DrawnPlan, drafts: Sequence[str]) -> bool:
    """
    Note which drafts of layers were made of a plan.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    plan
        The plan as it was read.
    drafts
        Numbers of the drafts.

    Returns
    -------
    noted
        Whether the plan is neither published nor closed, and still at that version.
    """
    publishing = json.dumps(
        {**plan.publishing, "version": plan.version, "drafts": list(drafts)}, ensure_ascii=False
    )
    states = (*OPEN, ZonePlanState.PLANNED)
    return move_plan(
        session, plan.id, {"publishing": publishing}, version=plan.version, states=states
    )


def note_planned(
    session: Session, number: str, publishing: Mapping[str, Any], city_plan: str, hand: Hand
) -> bool:
    """
    Note that a plan waits for its time.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    publishing
        Reason, gate, override and drafts.
    city_plan
        Number of the planned version of the city.
    hand
        Who planned it, when, and the version that was read.

    Returns
    -------
    noted
        Whether it was open and at that version.
    """
    values = {
        "state": ZonePlanState.PLANNED,
        "city_plan": city_plan,
        "publishing": json.dumps(publishing, ensure_ascii=False),
    }
    if not move_plan(session, number, values, version=hand.version):
        return False
    record_plan(session, "schedule_plan", number, hand, publishing)
    return True


def note_plan_published(
    session: Session, number: str, publishing: Mapping[str, Any], city_version: int, hand: Hand
) -> bool:
    """
    Note that a plan was published.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    publishing
        Reason, gate, override and drafts.
    city_version
        Number of the version of the city that it became.
    hand
        Who published it, when, and the version that was read.

    Returns
    -------
    noted
        Whether it was open or planned, and at that version.
    """
    values = {
        "state": ZonePlanState.PUBLISHED,
        "city_version": city_version,
        "publishing": json.dumps(publishing, ensure_ascii=False),
    }
    states = (*OPEN, ZonePlanState.PLANNED)
    if not move_plan(session, number, values, version=hand.version, states=states):
        return False
    detail = {**publishing, "city_version": city_version}
    record_plan(session, "publish_plan", number, hand, detail)
    return True


def note_not_published(session: Session, city_plan: str, hand: Hand) -> None:
    """
    Open a plan again whose planned publication was called off or refused.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    city_plan
        Number of the planned version of the city.
    hand
        Who called it off, and when.
    """
    plans = ZONE_PLANS.c
    waiting = (plans.city_plan == city_plan, plans.state == ZonePlanState.PLANNED)
    opened = (
        update(ZONE_PLANS).where(*waiting).values(state=ZonePlanState.EVALUATED, city_plan=None)
    )
    number = session.execute(opened.returning(plans.id)).scalar()
    if number is not None:
        record_plan(session, "reopen_plan", str(number), hand, {"city_plan": city_plan})


def close_plan(session: Session, number: str, hand: Hand) -> DrawnPlan:
    """
    Close a plan that will not be published; one that is closed already stays so.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    hand
        Who closes it, and when.

    Returns
    -------
    plan
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It is planned or published.
    """
    take_turn(session)
    plan = get_zone_plan(session, number)
    if plan.state is ZonePlanState.CLOSED:
        return plan
    plan = get_open_plan(session, number)
    move_plan(
        session, number, {"state": ZonePlanState.CLOSED, "changed_at": hand.now}, version=None
    )
    record_plan(session, "close_plan", number, hand, {})
    return get_zone_plan(session, number)
