"""Joint operations: many officers to several sites, all there by one time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.own_ground import require_place
from api.schemas_joint import JointAsk, JointOut
from api.seen_part import operation_as_seen
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.call_up import call_up

router = APIRouter(prefix="/api/v1/joint-operations", tags=["many at once"])

PlanOperationDep = Annotated[Person, Depends(may(Act.PLAN_OPERATION))]


@router.post("")
def plan(asked: JointAsk, service: ServiceDep, person: PlanOperationDep) -> JointOut:
    """
    Say who goes to which site, or how many of whom are missing where.

    The last arrival is the earliest possible; of the plans with that arrival, the one that
    weakens the zones least.  Nobody is sent by asking.  Of officers of other areas it tells
    crew and ETA alone.
    """
    operation = asked.operation()
    for lon_lat in operation.lon_lat:
        require_place(person, service.city, lon_lat)
    made = call_up(operation, service.live.present, now=service.clock())
    return operation_as_seen(JointOut.of(made, service.city), person, service.city)
