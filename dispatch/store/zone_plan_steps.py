"""
Edits of a zone plan in the store, each as a patch, and the evaluation that stands beside it.

Undoing goes a step back, and an edit after it forgets what was undone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from dispatch.store.ledger import take_turn
from dispatch.store.zone_plan_tables import ZONE_PLAN_STEPS, ZONE_PLANS
from dispatch.store.zone_plans import (
    DrawnPlan,
    Hand,
    PlanBytes,
    ZonePlanState,
    content_columns,
    get_open_plan,
    get_zone_plan,
    move_plan,
    record_plan,
)
from geo.errors import UnknownName


@dataclass(frozen=True, slots=True)
class PlanStep:
    """
    One edit of a plan.

    Attributes
    ----------
    number
        Steps count from 1.
    edit
        What was asked.
    patch
        What it changed, packed.
    at, by
        When, and by whom.
    """

    number: int
    edit: Mapping[str, Any]
    patch: bytes
    at: datetime
    by: str


def change_plan(  # noqa: PLR0913 -- what it says from now on, where in its steps, and who says so
    session: Session,
    number: str,
    packed: PlanBytes,
    *,
    step: int,
    steps: int,
    act: str,
    hand: Hand,
) -> DrawnPlan | None:
    """
    Keep what a plan says from now on; an evaluation of it is over.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    packed
        What it says, and what it was drawn from.
    step, steps
        Edits that are in it, and how many there are with those that were undone.
    act
        What the audit calls the change.
    hand
        Who changes it, when, and which version was read.

    Returns
    -------
    plan
        As it stands, one version on; None if it is at another version by now.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It is planned, published or closed.
    """
    take_turn(session)
    plan = get_open_plan(session, number)
    if hand.version not in {None, plan.version}:
        return None
    hands = [one for one in plan.hands if one != hand.by]
    values = content_columns(packed) | {
        "state": ZonePlanState.DRAFT,
        "version": plan.version + 1,
        "step": step,
        "steps": steps,
        "hands": json.dumps([*hands, hand.by]),
        "changed_at": hand.now,
        "changed_by": hand.by,
        "evaluation": None,
    }
    if not move_plan(session, number, values, version=plan.version):
        return None
    detail = {"version": plan.version + 1, "digest": packed.digest}
    record_plan(session, act, number, hand, detail)
    return get_zone_plan(session, number)


def add_step(session: Session, number: str, step: PlanStep) -> None:
    """
    Keep an edit; those that were undone before it are forgotten.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Id of the plan.
    step
        The edit, with its number.
    """
    forget_steps(session, number, step.number - 1)
    session.execute(
        insert(ZONE_PLAN_STEPS).values(
            plan=number,
            number=step.number,
            edit=json.dumps(step.edit, ensure_ascii=False, sort_keys=True),
            patch=step.patch,
            at=step.at,
            by=step.by,
        )
    )


def forget_steps(session: Session, number: str, after: int) -> None:
    """
    Forget the steps after one.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Id of the plan.
    after
        Number of the last step that stays; 0 for none.
    """
    steps = ZONE_PLAN_STEPS.c
    session.execute(delete(ZONE_PLAN_STEPS).where(steps.plan == number, steps.number > after))


def list_steps(session: Session, number: str) -> list[PlanStep]:
    """
    List the edits of a plan, those that were undone, too.

    Parameters
    ----------
    session
        A session.
    number
        Id of the plan.

    Returns
    -------
    steps
        In their order.
    """
    steps = ZONE_PLAN_STEPS.c
    query = select(ZONE_PLAN_STEPS).where(steps.plan == number).order_by(steps.number)
    return [_step(row) for row in session.execute(query)]


def get_step(session: Session, number: str, step: int) -> PlanStep:
    """
    Look up one edit of a plan.

    Parameters
    ----------
    session
        A session.
    number
        Id of the plan.
    step
        Number of the edit.

    Returns
    -------
    step
        The edit.

    Raises
    ------
    UnknownName
        There is none.
    """
    steps = ZONE_PLAN_STEPS.c
    query = select(ZONE_PLAN_STEPS).where(steps.plan == number, steps.number == step)
    row = session.execute(query).one_or_none()
    if row is None:
        raise UnknownName(f"The zone plan {number} has no step {step}.")
    return _step(row)


def attach_evaluation(
    session: Session, number: str, evaluation: Mapping[str, Any], hand: Hand
) -> bool:
    """
    Keep the evaluation of a plan beside it.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    evaluation
        Anything JSON can say.
    hand
        Who had it evaluated, when, and at which version.

    Returns
    -------
    attached
        Whether the plan is open and still at that version.
    """
    values = {
        "evaluation": json.dumps(evaluation, ensure_ascii=False),
        "state": ZonePlanState.EVALUATED,
    }
    if not move_plan(session, number, values, version=hand.version):
        return False
    record_plan(session, "evaluate_plan", number, hand, {"version": hand.version})
    return True


def read_evaluation(session: Session, number: str) -> Mapping[str, Any] | None:
    """
    Read the evaluation that is attached to a plan.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    evaluation
        Of the version at which it stands; None where it has none.
    """
    query = select(ZONE_PLANS.c.evaluation).where(ZONE_PLANS.c.id == number)
    kept = session.execute(query).scalar()
    told: Mapping[str, Any] | None = None if kept is None else json.loads(kept)
    return told


def _step(row: Row[Any]) -> PlanStep:
    return PlanStep(row.number, json.loads(row.edit), row.patch, row.at, row.by)
