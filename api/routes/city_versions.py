"""Versions of the city: drafts published together, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.own_ground import require_whole_city
from api.publishing import publish_set
from api.schemas import Page
from api.schemas_city_version import (
    CityPlanOut,
    CityVersionOut,
    PlanIn,
    PublishIn,
    RollBackIn,
)
from api.second_person import require_review
from api.service import ServiceDep
from api.telling_city import tell_city, tell_published
from dispatch.access import Act, Person
from dispatch.atlas import draw_up
from dispatch.store.city_plans import call_off, list_plans, plan_publishing
from dispatch.store.city_versions import Publishing, go_back, list_versions
from dispatch.store.zone_plan_states import note_not_published
from dispatch.store.zone_plans import Hand
from geo.errors import BadValue, UnknownName

router = APIRouter(prefix="/api/v1/city/versions", tags=["layers"])

PublishLayersDep = Annotated[Person, Depends(may(Act.PUBLISH_LAYERS))]

NAMED_AND_NOT_THERE: dict[int | str, dict[str, Any]] = {
    404: {"description": "A draft or version that the body names is not there"}
}
"""A path would tell by itself that it may name what is not there; a body doesn't."""


@router.get("")
def list_all(service: ServiceDep, person: PublishLayersDep) -> Page[CityVersionOut]:
    """Every version, the newest first; none before anything was published."""
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        versions = list_versions(session)
    return Page(items=[CityVersionOut.of(version) for version in versions], next=None)


@router.post("", status_code=201, responses=NAMED_AND_NOT_THERE)
def publish(
    given: PublishIn, effect: EffectDep, service: ServiceDep, person: PublishLayersDep
) -> CityVersionOut:
    """Publish drafts as one version, unless an error stands against one of them."""
    require_whole_city(person, service.city)
    now = service.clock()
    publishing = Publishing(now, person.name, given.why, tuple(given.drafts))
    effect.replay()
    with _not_there():
        with service.store.reading() as session:
            drawn = draw_up(session, service.city, publishing)  # which takes time, and no turn
        with effect.begin() as session:
            published = publish_set(session, service, publishing, drawn)
            shown = tell_published(session, published, service.weights, now=now)
            effect.commit(shown)
    service.adopt_city()
    return shown


@router.post("/rollback", status_code=201, responses=NAMED_AND_NOT_THERE)
def roll_back(
    given: RollBackIn, effect: EffectDep, service: ServiceDep, person: PublishLayersDep
) -> CityVersionOut:
    """Go back to a version, by publishing it once more."""
    require_whole_city(person, service.city)
    now = service.clock()
    with _not_there(), effect.begin() as session:
        version = go_back(session, given.to, Publishing(now, person.name, given.why))
        shown = CityVersionOut.of(version)
        tell_city(session, shown, now=now)
        effect.commit(shown)
    service.adopt_city()
    return shown


@router.post("/planned", status_code=201, responses=NAMED_AND_NOT_THERE)
def plan(
    given: PlanIn, effect: EffectDep, service: ServiceDep, person: PublishLayersDep
) -> CityPlanOut:
    """Plan that drafts are published at a time; they are checked now, and again then."""
    require_whole_city(person, service.city)
    now = service.clock()
    if given.at <= now:
        raise BadValue("The time is over: leave it out to publish now.")
    publishing = Publishing(now, person.name, given.why, tuple(given.drafts))
    effect.replay()
    with _not_there():
        with service.store.reading() as session:
            draw_up(session, service.city, publishing)  # which takes time, and no turn
        with effect.begin() as session:
            require_review(session, service, publishing.drafts)
            shown = CityPlanOut.of(plan_publishing(session, publishing, given.at))
            return effect.commit(shown)


@router.get("/planned")
def list_planned(service: ServiceDep, person: PublishLayersDep) -> Page[CityPlanOut]:
    """What is planned, and what became of earlier plans, the newest first."""
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        plans = list_plans(session)
    return Page(items=[CityPlanOut.of(one) for one in plans], next=None)


@router.delete("/planned/{number}")
def cancel(
    number: str, effect: EffectDep, service: ServiceDep, person: PublishLayersDep
) -> CityPlanOut:
    """Call a plan off before its time comes."""
    require_whole_city(person, service.city)
    with _not_there(), effect.begin() as session:
        called_off = call_off(session, number, now=service.clock(), by=person.name)
        note_not_published(session, number, Hand(service.clock(), person.name))
        return effect.commit(CityPlanOut.of(called_off))


@contextmanager
def _not_there() -> Iterator[None]:
    """Answer 404 for a draft, version or plan that is not there."""
    try:
        yield
    except UnknownName as error:
        raise NotFound(str(error)) from error
