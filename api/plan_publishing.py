"""Publishing of zone plans at the door: base and gate first, then by the door of layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from api.publishing import publish_set
from api.service import Service
from dispatch.atlas import DrawnUp, PublishedSet, draw_up
from dispatch.plan_release import (
    check_drafts,
    judge,
    keep_drafts,
    require_base,
    require_gate,
    said_of_publishing,
)
from dispatch.planning.grid_graph import grid_graph
from dispatch.planning.plan_content import PlanContent
from dispatch.planning.publish_gate import GateVerdict, Override
from dispatch.planning.zone_plan import published_plan
from dispatch.planning_desk import Drawing, outdated, read_drawing
from dispatch.store.cities import city_in
from dispatch.store.city_plans import CityPlan
from dispatch.store.city_versions import Publishing, latest_version
from dispatch.store.ledger import take_turn
from dispatch.store.zone_plan_states import note_plan_published
from dispatch.store.zone_plans import DrawnPlan, Hand
from geo.errors import Conflict


@dataclass(frozen=True, slots=True, eq=False)
class ReadyPlan:
    """
    A plan that may be published.

    Attributes
    ----------
    drawing
        The plan.
    verdict
        What the gate says.
    said
        What stays with it.
    publishing
        Its drafts of layers, who publishes them, when and why.
    drawn
        What they would make of the city.
    beside
        Version of the city that it was made ready beside.
    """

    drawing: Drawing
    verdict: GateVerdict
    said: Mapping[str, Any]
    publishing: Publishing
    drawn: DrawnUp
    beside: str


def ready_plan(
    service: Service, number: str, hand: Hand, why: str, override: Override | None
) -> ReadyPlan:
    """
    Make a plan ready to be published: its base, the gate, its drafts of layers, their findings.

    Parameters
    ----------
    service
        The service.
    number
        Id of the plan.
    hand
        Who publishes it, when, and which version was read.
    why
        The reason, in their words.
    override
        Who answers for a plan that does not pass the gate, or None.

    Returns
    -------
    ready
        Nothing is published yet.

    Raises
    ------
    UnknownName, Outdated, Conflict
        There is no such plan, it was changed since, or it is not open.
    BaseMoved
        Another plan was published since it was begun.
    GateShut
        It does not pass, and nobody answers for it.
    FlawedData
        An error stands against one of its layers.
    """
    with service.store.reading() as session:
        drawing = read_drawing(session, number, version=hand.version)
        _require_open(drawing.plan)
    verdict = _judged(service, drawing)
    require_gate(number, verdict, override)
    said = said_of_publishing(why, verdict, override) | {"version": drawing.plan.version}
    return _ready(service, drawing, verdict, Publishing(hand.now, hand.by, why), said)


def publish_plan(session: Session, service: Service, ready: ReadyPlan) -> PublishedSet:
    """
    Publish a plan that was made ready.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    service
        The service.
    ready
        The plan.

    Returns
    -------
    published
        The new version of the city.

    Raises
    ------
    BaseMoved
        Another plan was published at the same moment.
    Conflict
        Another version of the city was, or the plan was changed.
    """
    require_ready(session, service, ready)
    plan = ready.drawing.plan
    published = publish_set(session, service, ready.publishing, ready.drawn, of_plan=True)
    hand = Hand(ready.publishing.now, ready.publishing.by, plan.version)
    if not note_plan_published(session, plan.id, ready.said, published.version.number, hand):
        raise outdated(plan.id)
    return published


def require_ready(session: Session, service: Service, ready: ReadyPlan) -> None:
    """
    Refuse a plan beside which something was published since it was made ready.

    Parameters
    ----------
    session
        A session that may write; nobody else publishes from here on.
    service
        The service.
    ready
        The plan.

    Raises
    ------
    BaseMoved
        Another plan was published at the same moment.
    Conflict
        Another version of the city was, or whoever publishes it has drawn it and may not.
    """
    take_turn(session)
    _require_second_person(service, ready)
    latest = latest_version(session)
    if latest is None or latest.city == ready.beside:
        return
    city = city_in(session, service.city.travel_times)
    content = PlanContent(published_plan(city, grid_graph(city.grids, city.areas)))
    require_base(ready.drawing, content)
    raise Conflict(
        f"Version {latest.number} of the city was published at the same moment; publish the zone "
        f"plan {ready.drawing.plan.id} once more."
    )


def ready_due_plan(service: Service, due: CityPlan, waiting: DrawnPlan) -> ReadyPlan:
    """
    Make a plan ready whose time has come: its drafts are made anew if the city is another by now.

    Parameters
    ----------
    service
        The service.
    due
        The planned version of the city.
    waiting
        The plan that waits for it.

    Returns
    -------
    ready
        With the word of the gate that was said when it was planned.

    Raises
    ------
    BaseMoved
        Another plan was published since it was begun.
    FlawedData
        An error stands against one of its layers.
    """
    with service.store.reading() as session:
        drawing = read_drawing(session, waiting.id)
    verdict = _judged(service, drawing)
    publishing = Publishing(service.clock(), due.planned_by, due.why)
    return _ready(service, drawing, verdict, publishing, waiting.publishing)


def _judged(service: Service, drawing: Drawing) -> GateVerdict:
    """Hold a plan against its base and the gate."""
    require_base(drawing, service.planning.ground(service.city).published)
    with service.store.reading() as session:
        return judge(session, drawing, threshold=service.settings.plan_gate)


def _ready(
    service: Service,
    drawing: Drawing,
    verdict: GateVerdict,
    publishing: Publishing,
    said: Mapping[str, Any],
) -> ReadyPlan:
    """Make the drafts of layers of a plan, and draw up what they would make of the city."""
    city, now = service.city, publishing.now
    hand = Hand(now, publishing.by, drawing.plan.version)
    with service.store.reading() as session:
        checked = check_drafts(session, city, drawing, now=now)  # which takes time, and no turn
    with service.store.session() as session:
        drafts = keep_drafts(session, city, drawing.plan, checked, hand)
        session.commit()
    publishing = replace(publishing, drafts=drafts)
    with service.store.reading() as session:
        drawn = draw_up(session, city, publishing)  # the same
    said = {**said, "drafts": list(drafts)}
    return ReadyPlan(drawing, verdict, said, publishing, drawn, city.version)


def _require_open(plan: DrawnPlan) -> None:
    if not plan.is_open:
        raise Conflict(f"The zone plan {plan.id} is {plan.state}; only an open one is published.")


def _require_second_person(service: Service, ready: ReadyPlan) -> None:
    """Have somebody else publish what one has drawn, where the operator always wants two."""
    plan, by = ready.drawing.plan, ready.publishing.by
    if service.settings.layer_review == "always" and by in plan.hands:
        raise Conflict(
            f"{by} has drawn the zone plan {plan.id}; here somebody else has to publish it."
        )
