"""How an incident was reported, and which others may be of the same thing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.named_thing import Thing
from api.routes.incidents import must_exist
from api.schemas_origin import DuplicateOut, DuplicatesOut, OriginOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.origin import DESK
from dispatch.public_report import nearby
from dispatch.sight import sees_place
from dispatch.store.origins import first_origins, origins_of

router = APIRouter(prefix="/api/v1/incidents/{number}", tags=["incidents"])

SeeIncidentDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS, Thing.INCIDENT))]


@router.get("/origins")
def list_origins(number: str, service: ServiceDep, _: SeeIncidentDep) -> list[OriginOut]:
    """Every report of it, by whichever way, with those that were merged into it; oldest first."""
    with service.store.reading() as session:
        must_exist(session, number)
        return [OriginOut.of(one) for one in origins_of(session, number)]


@router.get("/duplicates")
def list_duplicates(number: str, service: ServiceDep, person: SeeIncidentDep) -> DuplicatesOut:
    """
    Reports nearby that may be of the same thing, by place, time and matter, from every source.

    A person says whether they are: the transition `merged`, with `into`, makes one of both.
    """
    city = service.city
    with service.store.reading() as session:
        incident = must_exist(session, number)
        found = nearby(
            session,
            city,
            lon_lat=incident.lon_lat,
            matters=incident.matters,
            now=service.clock(),
        )
        others = [
            one
            for one in found
            if one.incident.id != number and sees_place(person, city, one.incident.lon_lat)
        ]
        origins = first_origins(session, [str(one.incident.id) for one in others])
    return DuplicatesOut(
        items=[
            DuplicateOut.of(one, origins.get(str(one.incident.id), DESK).source) for one in others
        ]
    )
