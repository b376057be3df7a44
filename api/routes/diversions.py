"""Diversions: crews under way that may be called off for a graver incident."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.errors import NotFound
from api.named_thing import Thing
from api.schemas_assignment import DiversionOut, DiversionsOut, LetAloneOut
from api.service import ServiceDep
from dispatch import diverting
from dispatch.access import Act, Person
from dispatch.second_thoughts_file import standard_rule
from dispatch.store.suggestions import get_suggestion
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/suggestions/{number}/diversions", tags=["suggestions"])

SuggestDep = Annotated[Person, Depends(may(Act.SUGGEST, Thing.SUGGESTION))]


@router.post("")
def offer(number: str, service: ServiceDep, _: SuggestDep) -> DiversionsOut:
    """
    Say which crews under way the rule lets be called off for the incident of a suggestion.

    Each offer names the incident that would be left, what is left of its clock, and who would
    go there instead.  Nothing is done until an assignment names it in `calls_off`.
    """
    try:
        with service.store.reading() as session:
            policy = service.policy(session, get_suggestion(session, number).policy, None)
            allowed, others = diverting.offers(
                session,
                number,
                service.live.present,
                rule=standard_rule(),
                now=service.clock(),
                policy=policy,
            )
    except UnknownName as error:
        raise NotFound(str(error)) from error
    return DiversionsOut(
        offers=[DiversionOut.of(one) for one in allowed],
        let_alone=[LetAloneOut.of(one) for one in others],
    )
