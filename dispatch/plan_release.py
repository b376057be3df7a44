"""Use cases of publishing a zone plan: its base, its gate, and the layers that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dispatch.atlas import published_in
from dispatch.city import City
from dispatch.layer.check import CheckedLayer, check_together
from dispatch.planning.base_moved import BaseMoved, GateShut
from dispatch.planning.plan_content import PlanContent
from dispatch.planning.plan_layers import plan_layers
from dispatch.planning.publish_gate import GateVerdict, Override, ZoneShare, judge_plan
from dispatch.planning.rebasing import both_moved, rebased
from dispatch.planning_desk import Drawing, outdated
from dispatch.store.draft_steps import drop_draft
from dispatch.store.layer_drafts import add_draft, get_draft
from dispatch.store.simulations import Simulation, newest_of, read_result
from dispatch.store.zone_plan_states import close_plan, note_drafts
from dispatch.store.zone_plans import DrawnPlan, Hand


def require_base(drawing: Drawing, published: PlanContent) -> None:
    """
    Refuse to publish a plan over one that was published since it was begun.

    Parameters
    ----------
    drawing
        The plan.
    published
        What is published now.

    Raises
    ------
    BaseMoved
        It names the unit grids that both put elsewhere.
    """
    if drawing.plan.base == published.plan.digest:
        return
    both = both_moved(drawing.base, drawing.content, published)
    raise BaseMoved(drawing.plan.id, both)


def rebase_drawing(drawing: Drawing, published: PlanContent, *, keep: str | None) -> PlanContent:
    """
    Put a plan on what is published by now.

    Parameters
    ----------
    drawing
        The plan.
    published
        What is published now.
    keep
        ``mine`` or ``theirs``: whose word counts for unit grids that both put elsewhere; None
        where there may be none.

    Returns
    -------
    content
        What it says then.

    Raises
    ------
    BaseMoved
        Both put some elsewhere, and nobody says whose word counts.
    """
    both = both_moved(drawing.base, drawing.content, published)
    if both and keep is None:
        raise BaseMoved(drawing.plan.id, both)
    return rebased(drawing.base, drawing.content, published, keep_mine=keep == "mine")


def judge(session: Session, drawing: Drawing, *, threshold: float) -> GateVerdict:
    """
    Judge a plan by the newest simulation of what it says now.

    Parameters
    ----------
    session
        A session.
    drawing
        The plan.
    threshold
        What the lower limit of every zone is held against.

    Returns
    -------
    verdict
        A plan that was not simulated does not pass.
    """
    simulation = newest_of(session, drawing.content.plan.digest)
    if simulation is None:
        return judge_plan((), None, threshold=threshold)
    return judge_plan(_shares(session, simulation), simulation.id, threshold=threshold)


def require_gate(number: str, verdict: GateVerdict, override: Override | None) -> None:
    """
    Refuse what does not pass, unless somebody answers for it.

    Parameters
    ----------
    number
        Id of the plan.
    verdict
        What the gate says.
    override
        Who opens it and why, or None.

    Raises
    ------
    GateShut
        Nobody does.
    """
    if not verdict.passed and override is None:
        raise GateShut(number, verdict)


def said_of_publishing(why: str, verdict: GateVerdict, override: Override | None) -> dict[str, Any]:
    """
    Put together what stays with a plan that is published, and in the audit.

    Parameters
    ----------
    why
        The reason, in the words of whoever publishes it.
    verdict
        What the gate said.
    override
        Who opened it and why; None where nobody had to.

    Returns
    -------
    said
        Anything JSON can say.
    """
    worst = verdict.worst
    opened = None
    if override is not None and not verdict.passed:
        opened = {"by": override.by, "reason": override.reason}
    return {
        "why": why,
        "gate": {
            "passed": verdict.passed,
            "threshold": verdict.threshold,
            "zone": None if worst is None else worst.zone,
            "share": None if worst is None else worst.share,
            "lower": None if worst is None else worst.lower,
            "simulation": verdict.simulation,
        },
        "override": opened,
    }


def check_drafts(
    session: Session, city: City, drawing: Drawing, *, now: datetime
) -> list[CheckedLayer]:
    """
    Make of a plan the layers by which it goes through their door, and check them.

    Parameters
    ----------
    session
        A session.
    city
        The city as it is published.
    drawing
        The plan.
    now
        The present, with offset.

    Returns
    -------
    checked
        To be kept by `keep_drafts`; none where those are fresh that were made before.

    Raises
    ------
    BadValue
        Of the plan no layers can be made.
    """
    if _are_fresh(session, city, drawing.plan):
        return []
    layers = plan_layers(city, drawing.content.plan, drawing.content.terms)
    return check_together(layers.rows(drawing.plan.id), published_in(session, city, now=now))


def keep_drafts(
    session: Session, city: City, plan: DrawnPlan, checked: Sequence[CheckedLayer], hand: Hand
) -> tuple[str, ...]:
    """
    Keep the layers that a plan was made of as drafts; those that were made before are dropped.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    city
        The city beside which they were checked.
    plan
        The plan.
    checked
        As of `check_drafts`; none to take those that are there.
    hand
        In whose name, and when.

    Returns
    -------
    drafts
        Their numbers.

    Raises
    ------
    Outdated
        The plan was changed since it was read.
    """
    if not checked:
        return tuple(plan.publishing["drafts"])
    _drop_drafts(session, plan, hand)
    drafts = tuple(
        add_draft(session, one, source=plan.id, against=city.version, now=hand.now, by=hand.by).id
        for one in checked
    )
    if not note_drafts(session, plan, drafts):
        raise outdated(plan.id)
    return drafts


def drop_drawing(session: Session, number: str, hand: Hand) -> DrawnPlan:
    """
    Close a plan, and drop the drafts of layers that were made of it.

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
    closed = close_plan(session, number, hand)
    _drop_drafts(session, closed, hand)
    return closed


def _shares(session: Session, simulation: Simulation) -> Sequence[ZoneShare]:
    """Shares in time by zone, as a simulation has them."""
    told = read_result(session, simulation.id) or {}
    return [
        ZoneShare(one["zone"], one["share"], one["lower"], one["upper"])
        for one in told.get("zones", ())
        if one["share"] is not None
    ]


def _drop_drafts(session: Session, plan: DrawnPlan, hand: Hand) -> None:
    """Drop the drafts of layers that were made of a plan as it was before."""
    for number in plan.publishing.get("drafts", ()):
        if get_draft(session, number).is_open:
            drop_draft(session, number, now=hand.now, by=hand.by)


def _are_fresh(session: Session, city: City, plan: DrawnPlan) -> bool:
    """Whether drafts were made of a plan as it is, beside the city as it is."""
    if plan.publishing.get("version") != plan.version:
        return False
    made = [get_draft(session, number) for number in plan.publishing["drafts"]]
    return all(one.is_open and one.against == city.version for one in made)
