"""Use cases of planners: zone plans begun, edited, undone, done again, and rebased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dispatch.planning.plan_content import (
    PlanContent,
    pack_content,
    pack_patch,
    patch_between,
    patched,
    unpack_content,
    unpack_patch,
)
from dispatch.store.zone_plan_steps import PlanStep, add_step, change_plan, get_step
from dispatch.store.zone_plans import (
    DrawnPlan,
    Hand,
    PlanBytes,
    begin_zone_plan,
    get_open_plan,
    get_zone_plan,
    read_plan_bytes,
)
from geo.errors import BadValue, Conflict, Outdated


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """
    A plan that is drawn, with what it says.

    Attributes
    ----------
    plan
        How it stands.
    content
        What it says.
    base
        What was published when it was begun, or rebased.
    """

    plan: DrawnPlan
    content: PlanContent
    base: PlanContent


def begin_drawing(
    session: Session, name: str, content: PlanContent, published: PlanContent, hand: Hand
) -> DrawnPlan:
    """
    Begin a plan.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    name
        What it is called.
    content
        What it says to begin with, over the unit grids of the city.
    published
        The plan that is published.
    hand
        Who begins it, and when.

    Returns
    -------
    plan
        With its number.

    Raises
    ------
    BadValue
        It is of other unit grids.
    """
    _require_same_grids(content, published)
    return begin_zone_plan(session, name, _bytes(published, content), hand)


def read_drawing(session: Session, number: str, *, version: int | None = None) -> Drawing:
    """
    Read a plan with what it says.

    Parameters
    ----------
    session
        A session.
    number
        Its id.
    version
        The version that was read; None for whichever it is.

    Returns
    -------
    drawing
        The plan.

    Raises
    ------
    UnknownName
        There is none with this id.
    Outdated
        It is at another version.
    """
    plan, packed = get_zone_plan(session, number), read_plan_bytes(session, number)
    if version not in {None, plan.version}:
        raise outdated(number)
    return Drawing(plan, unpack_content(packed.content), unpack_content(packed.base))


def redraw(
    session: Session, drawing: Drawing, content: PlanContent, edit: Mapping[str, Any], hand: Hand
) -> DrawnPlan:
    """
    Keep an edit of a plan as a step that can be undone.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    drawing
        The plan as it was edited.
    content
        What it says after the edit.
    edit
        What was asked, as JSON can say it.
    hand
        Who edits, and when.

    Returns
    -------
    plan
        One version on; as it was, if the edit makes nothing other.

    Raises
    ------
    Conflict
        It is planned, published or closed.
    Outdated
        It was changed since it was read.
    """
    plan, patch = drawing.plan, patch_between(drawing.content, content)
    if not patch:
        return get_open_plan(session, plan.id)
    at = plan.step + 1
    packed = _bytes(drawing.base, content)
    read = Hand(hand.now, hand.by, plan.version)
    changed = change_plan(session, plan.id, packed, step=at, steps=at, act="edit_plan", hand=read)
    if changed is None:
        raise outdated(plan.id)
    add_step(session, plan.id, PlanStep(at, edit, pack_patch(patch), hand.now, hand.by))
    return changed


def undo(session: Session, drawing: Drawing, hand: Hand) -> DrawnPlan:
    """
    Take the last edit of a plan back.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    drawing
        The plan.
    hand
        Who undoes it, and when.

    Returns
    -------
    plan
        One version on.

    Raises
    ------
    Conflict
        There is nothing to undo, or the plan is planned, published or closed.
    Outdated
        It was changed since it was read.
    """
    if drawing.plan.step == 0:
        raise Conflict(f"The zone plan {drawing.plan.id} has no edit that could be undone.")
    return _walk(session, drawing, drawing.plan.step, hand, back=True)


def redo(session: Session, drawing: Drawing, hand: Hand) -> DrawnPlan:
    """
    Do an edit of a plan again that was undone.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    drawing
        The plan.
    hand
        Who does it, and when.

    Returns
    -------
    plan
        One version on.

    Raises
    ------
    Conflict
        Nothing was undone, or the plan is planned, published or closed.
    Outdated
        It was changed since it was read.
    """
    if drawing.plan.step == drawing.plan.steps:
        raise Conflict(f"The zone plan {drawing.plan.id} has no edit that was undone.")
    return _walk(session, drawing, drawing.plan.step + 1, hand, back=False)


def replant(
    session: Session, drawing: Drawing, content: PlanContent, published: PlanContent, hand: Hand
) -> DrawnPlan:
    """
    Keep a plan as it was rebased on what is published by now; its steps end here.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    drawing
        The plan as it was.
    content
        What it says after.
    published
        What is published by now.
    hand
        Who rebases it, and when.

    Returns
    -------
    plan
        One version on.

    Raises
    ------
    Conflict
        It is planned, published or closed.
    Outdated
        It was changed since it was read.
    """
    plan = drawing.plan
    _require_same_grids(content, published)
    read = Hand(hand.now, hand.by, plan.version)
    packed = _bytes(published, content)
    changed = change_plan(session, plan.id, packed, step=0, steps=0, act="rebase_plan", hand=read)
    if changed is None:
        raise outdated(plan.id)
    return changed


def _walk(session: Session, drawing: Drawing, number: int, hand: Hand, *, back: bool) -> DrawnPlan:
    """Do a step once more, or take it back."""
    plan = drawing.plan
    patch = unpack_patch(get_step(session, plan.id, number).patch)
    changed = change_plan(
        session,
        plan.id,
        _bytes(drawing.base, patched(drawing.content, patch, back=back)),
        step=number - 1 if back else number,
        steps=plan.steps,
        act="undo_plan" if back else "redo_plan",
        hand=Hand(hand.now, hand.by, plan.version),
    )
    if changed is None:
        raise outdated(plan.id)
    return changed


def _bytes(base: PlanContent, content: PlanContent) -> PlanBytes:
    return PlanBytes(
        pack_content(base), base.plan.digest, pack_content(content), content.plan.digest
    )


def _require_same_grids(content: PlanContent, published: PlanContent) -> None:
    if content.plan.grids != published.plan.grids:
        raise BadValue(
            f"The plan is of {len(content.plan)} unit grids, the city of {len(published.plan)}, "
            "and they are not the same; begin it from the plan that is published."
        )


def outdated(number: str) -> Outdated:
    """
    Say that a plan was changed since it was read.

    Parameters
    ----------
    number
        Its id.

    Returns
    -------
    error
        To be raised.
    """
    return Outdated(f"The zone plan {number} was changed since it was read: read it again.")
