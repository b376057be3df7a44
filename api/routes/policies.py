"""Policies: the rankings that are known, and which command room works by which."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.errors import NotFound
from api.named_thing import Thing
from api.schemas_policy import CentrePolicyIn, PoliciesOut, PolicyOut
from api.service import Service, ServiceDep
from api.telling import tell_policy
from dispatch.access import Act, Person
from dispatch.policy import policy_named
from dispatch.store.centre_policies import choose_policy, read_centre_policies

router = APIRouter(prefix="/api/v1/policies", tags=["policies"])

SeeUnitsDep = Annotated[Person, Depends(may(Act.SEE_UNITS))]
ChoosePolicyDep = Annotated[Person, Depends(may(Act.CHOOSE_POLICY, Thing.AREA))]


@router.get("")
def list_policies(service: ServiceDep, _: SeeUnitsDep) -> PoliciesOut:
    """List every policy with its figures, and what command rooms have chosen."""
    return _shown(service)


@router.put("/centres/{area}")
def choose(
    area: str, given: CentrePolicyIn, service: ServiceDep, person: ChoosePolicyDep
) -> PoliciesOut:
    """Choose the policy of a command room, for requests that name none."""
    if area not in service.city.area_of:
        raise NotFound(f"There is no area {area!r}.")
    if given.policy is not None:
        policy_named(given.policy, service.policies)
    now = service.clock()
    with service.store.session() as session:
        choose_policy(session, area, given.policy, now=now, by=person.name)
        tell_policy(session, area, given.policy, now=now)
        session.commit()
    return _shown(service)


def _shown(service: Service) -> PoliciesOut:
    """Show them as they are now."""
    with service.store.reading() as session:
        chosen = read_centre_policies(session)
    return PoliciesOut(
        items=[PolicyOut.of(policy) for policy in service.policies.values()],
        default=service.settings.policy,
        centres=dict(chosen),
    )
