"""Suggestions: who should go, when they would be there, and why them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.own_ground import require_area, require_place
from api.schemas import lon_lat_wgs84
from api.schemas_replay import ReplayOut, WhyNotOut
from api.schemas_suggestion import SuggestionAsk, SuggestionOut
from api.seen_part import as_seen, without_values
from api.service import Service, ServiceDep
from dispatch import desk
from dispatch.access import Act, Person
from dispatch.incident import Incident
from dispatch.replay import Reopened, ask_why_not, reopen, replay
from dispatch.store.suggestions import get_suggestion
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/suggestions", tags=["suggestions"])

SuggestDep = Annotated[Person, Depends(may(Act.SUGGEST))]
SeeSuggestionsDep = Annotated[Person, Depends(may(Act.SEE_SUGGESTIONS, Thing.SUGGESTION))]


@router.post("")
def suggest(
    asked: SuggestionAsk, effect: EffectDep, service: ServiceDep, person: SuggestDep
) -> SuggestionOut:
    """
    Rank the crews that could go to a place.

    The answer names the holder of the power and the rule that decided, proposals with
    arrival times by road, and the crews passed over with the reason for each.
    """
    now = asked.at or service.clock()
    incident = Incident(
        lon_lat=lon_lat_wgs84(asked.lon_lat, asked.crs),
        matters=tuple(asked.matters),
        reported_at=now,
        kind=asked.kind,
        scale=asked.scale,
        filings=tuple(given.filing() for given in asked.filings),
    )
    require_place(person, service.city, incident.lon_lat)
    require_area(person, service.city, asked.asked_by)
    effect.replay()
    with service.store.reading() as session:
        policy = service.policy(session, asked.policy, asked.asked_by)
    whereabouts = service.live.present
    draft = desk.draw_up(
        incident,
        whereabouts,
        now=now,
        policy=policy,
        asked_by=asked.asked_by,
        freezer=service.freezer,
        covered=service.coverage.latest(whereabouts),
    )
    out = as_seen(SuggestionOut.of(draft.number, draft.suggestion), person, service.city)
    with effect.begin() as session:
        desk.keep(session, draft)
        return effect.commit(out)


@router.get("/{number}")
def read_suggestion(number: str, service: ServiceDep, person: SeeSuggestionsDep) -> SuggestionOut:
    """Read a suggestion as it was given."""
    try:
        with service.store.reading() as session:
            out = SuggestionOut.of(number, get_suggestion(session, number))
            return as_seen(out, person, service.city)
    except UnknownName as error:
        raise NotFound(str(error)) from error


@router.get("/{number}/replay")
@router.post("/{number}/replay")
def replay_suggestion(number: str, service: ServiceDep, person: SeeSuggestionsDep) -> ReplayOut:
    """
    Make an earlier suggestion again from what was frozen, and say whether the bytes are the same.

    What is in force now stays in force.
    """
    return without_values(ReplayOut.of(replay(_reopened(number, service))), person, service.city)


@router.get("/{number}/why-not/{unit}")
def why_not(number: str, unit: str, service: ServiceDep, _: SeeSuggestionsDep) -> WhyNotOut:
    """Say why an officer or unit was not proposed, or at which rank."""
    try:
        return WhyNotOut.of(number, ask_why_not(_reopened(number, service), unit))
    except UnknownName as error:
        raise NotFound(str(error)) from error


def _reopened(number: str, service: Service) -> Reopened:
    """The world of an earlier suggestion."""
    try:
        with service.store.reading() as session:
            return reopen(session, number, service.city)
    except UnknownName as error:
        raise NotFound(str(error)) from error
