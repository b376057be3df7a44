"""Versions of the city: drafts published together, and the way back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.own_ground import require_whole_city
from api.schemas import Page
from api.schemas_city_version import CityVersionOut, PublishIn, RollBackIn
from api.service import ServiceDep
from api.telling import tell_city
from dispatch.access import Act, Person
from dispatch.atlas import publish_drafts
from dispatch.store.city_versions import Publishing, go_back, list_versions
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/city/versions", tags=["layers"])

PublishLayersDep = Annotated[Person, Depends(may(Act.PUBLISH_LAYERS))]


@router.get("")
def list_all(service: ServiceDep, person: PublishLayersDep) -> Page[CityVersionOut]:
    """Every version, the newest first; none before anything was published."""
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        versions = list_versions(session)
    return Page(items=[CityVersionOut.of(version) for version in versions], next=None)


@router.post("", status_code=201)
def publish(
    given: PublishIn, effect: EffectDep, service: ServiceDep, person: PublishLayersDep
) -> CityVersionOut:
    """Publish drafts as one version, unless an error stands against one of them."""
    require_whole_city(person, service.city)
    now = service.clock()
    publishing = Publishing(now, person.name, given.why, tuple(given.drafts))
    try:
        with effect.begin() as session:
            version, _ = publish_drafts(session, service.city, publishing)
            shown = CityVersionOut.of(version)
            tell_city(session, shown, now=now)
            effect.commit(shown)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    service.adopt_city()
    return shown


@router.post("/rollback", status_code=201)
def roll_back(
    given: RollBackIn, effect: EffectDep, service: ServiceDep, person: PublishLayersDep
) -> CityVersionOut:
    """Go back to a version, by publishing it once more."""
    require_whole_city(person, service.city)
    now = service.clock()
    try:
        with effect.begin() as session:
            version = go_back(session, given.to, Publishing(now, person.name, given.why))
            shown = CityVersionOut.of(version)
            tell_city(session, shown, now=now)
            effect.commit(shown)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    service.adopt_city()
    return shown
