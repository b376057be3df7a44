"""Zone plans on their way into force: the gate, at once or at a time, and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from api.access import may
from api.idempotency import EffectDep
from api.own_ground import require_whole_city
from api.plan_publishing import ReadyPlan, publish_plan, ready_plan, require_ready
from api.routes.plans import SeePlansDep, not_there
from api.schemas_city_version import CityPlanOut, CityVersionOut
from api.schemas_plan import BackIn, GateOut, PlanOut, PublicationIn, PublicationOut
from api.service import ServiceDep
from api.telling_city import tell_city, tell_published
from api.version import MaybeVersionDep
from dispatch.access import Act, Person
from dispatch.plan_release import judge
from dispatch.planning.publish_gate import Override
from dispatch.planning_desk import outdated, read_drawing
from dispatch.store.city_plans import call_off, plan_publishing
from dispatch.store.city_versions import Publishing, go_back, latest_version
from dispatch.store.zone_plan_states import note_not_published, note_planned
from dispatch.store.zone_plans import Hand, get_zone_plan, plan_of_version
from geo.errors import BadValue, Conflict

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])

PublishPlansDep = Annotated[Person, Depends(may(Act.PUBLISH_PLANS))]


@router.get("/{number}/gate")
def gate(number: str, service: ServiceDep, person: SeePlansDep) -> GateOut:
    """What the gate says of a plan as it is now, by its newest simulation."""
    require_whole_city(person, service.city)
    with not_there(), service.store.reading() as session:
        drawing = read_drawing(session, number)
        return GateOut.of(judge(session, drawing, threshold=service.settings.plan_gate))


@router.post("/{number}/publications", status_code=201)
def publish(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    number: str,
    given: PublicationIn,
    effect: EffectDep,
    service: ServiceDep,
    person: PublishPlansDep,
    version: MaybeVersionDep,
) -> PublicationOut:
    """
    Publish a plan as a version of the city, at once or at a time.

    409 where another plan was published since it was begun (`plan_base_moved`, with the grids that
    both put elsewhere), or where its worst zone is not in time often enough (`gate_not_passed`)
    and nobody answers for it in `override`.
    """
    require_whole_city(person, service.city)
    now = service.clock()
    if given.at is not None and given.at <= now:
        raise BadValue("The time is over: leave it out to publish now.")
    effect.replay()
    said = given.override
    override = None if said is None else Override(said.by, said.reason)
    hand = Hand(now, person.name, version)
    with not_there():
        ready = ready_plan(service, number, hand, given.why, override)
        with effect.begin() as session:
            if given.at is not None:
                require_ready(session, service, ready)
                waiting = plan_publishing(session, ready.publishing, given.at)
                read = Hand(now, person.name, ready.drawing.plan.version)
                if not note_planned(session, number, ready.said, waiting.id, read):
                    raise outdated(number)
                shown = _shown(session, ready, None, CityPlanOut.of(waiting))
                return effect.commit(shown)
            published = publish_plan(session, service, ready)
            told = tell_published(session, published, service.weights, now=now)
            shown = effect.commit(_shown(session, ready, told, None))
    service.adopt_city()
    return shown


@router.delete("/{number}/publications")
def cancel(number: str, effect: EffectDep, service: ServiceDep, person: PublishPlansDep) -> PlanOut:
    """Call the planned publication of a plan off; it is open again."""
    require_whole_city(person, service.city)
    now = service.clock()
    with not_there(), effect.begin() as session:
        plan = get_zone_plan(session, number)
        if plan.city_plan is None:
            raise Conflict(f"The zone plan {number} waits for no time.")
        call_off(session, plan.city_plan, now=now, by=person.name)
        note_not_published(session, plan.city_plan, Hand(now, person.name))
        return effect.commit(PlanOut.of(get_zone_plan(session, number)))


@router.post("/rollback", status_code=201)
def roll_back(
    given: BackIn, effect: EffectDep, service: ServiceDep, person: PublishPlansDep
) -> CityVersionOut:
    """Take the plan that is published back, in one step: the city is as it was before it."""
    require_whole_city(person, service.city)
    now = service.clock()
    with effect.begin() as session:
        latest = latest_version(session)
        if latest is None or plan_of_version(session, latest.number) is None:
            raise Conflict(
                "The newest version of the city came of no zone plan, and taking it back would "
                "undo somebody else's layers; ask whoever looks after layers to go back."
            )
        version = go_back(session, None, Publishing(now, person.name, given.why))
        shown = CityVersionOut.of(version)
        tell_city(session, shown, now=now)
        effect.commit(shown)
    service.adopt_city()
    return shown


def _shown(
    session: Session, ready: ReadyPlan, told: CityVersionOut | None, waiting: CityPlanOut | None
) -> PublicationOut:
    """What is answered of a plan that is published, or waits."""
    plan = get_zone_plan(session, ready.drawing.plan.id)
    return PublicationOut(
        plan=PlanOut.of(plan), gate=GateOut.of(ready.verdict), published=told, planned=waiting
    )
