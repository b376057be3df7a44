"""Steps of incidents: moved on by people, followed and rated by whoever reported them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.own_case import must_be_open_to, must_have_reported
from api.own_ground import require_own_crew, require_sight
from api.routes.incidents import must_exist, tagged
from api.schemas_suggestion import IncidentOut
from api.schemas_timeline import ProgressOut
from api.schemas_transition import RatingAsk, TransitionAsk
from api.schemas_verdict import HandOffOut
from api.service import ServiceDep
from api.telling import show_incident, tell_moves
from dispatch import next_step
from dispatch.access import Act, Person
from dispatch.assignment_terms import standard_terms
from dispatch.incident_state import State
from dispatch.store.assignments import all_assignments
from dispatch.store.incident_record import read_progress
from dispatch.store.transitions import hand_offs_of, transitions_of

router = APIRouter(prefix="/api/v1/incidents/{number}", tags=["incidents"])

SeeIncidentsDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS, Thing.INCIDENT))]
MoveIncidentDep = Annotated[Person, Depends(may(Act.MOVE_INCIDENT, Thing.INCIDENT))]
FollowReportDep = Annotated[Person, Depends(may(Act.FOLLOW_REPORT, Thing.REPORT))]


@router.post("/transitions")
def move(
    number: str,
    asked: TransitionAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: MoveIncidentDep,
) -> IncidentOut:
    """
    Move an incident on.

    To `dispatched` a crew is bound, as `POST /assignments` does; `acknowledged`, `en_route` and
    `on_scene` are steps of a crew, which is named by `assignment` if there are several; `merged`
    names the other incident with `into`.  From where it stands now it may go on as `may_follow`
    says; anything else is refused (409) with its present state.
    """
    now = service.clock()
    with effect.begin() as session:
        incident = must_exist(session, number, locked=True)
        if asked.into is not None:
            require_sight(session, Thing.INCIDENT, asked.into, person, service.city)
        must_be_open_to(person, incident, asked.to, all_assignments(session, incident=number))
        moved = next_step.move(
            session,
            number,
            asked.wanted(),
            service.live.present,
            by=person.name,
            now=now,
            terms=standard_terms(),
        )
        if asked.to is State.DISPATCHED:
            for made in moved.assignments:
                require_own_crew(session, person, service.city, made)
        incidents = (*moved.others, moved.incident)
        tell_moves(session, moved.assignments, service.city, now=now, incidents=incidents)
        out = effect.commit(tagged(show_incident(session, moved.incident), effect.response))
    if moved.assignments:
        service.keep_duty()
    return out


@router.get("/progress")
def follow(number: str, service: ServiceDep, person: FollowReportDep) -> list[ProgressOut]:
    """Tell a reporter how far it is: states and instants, and nobody's name."""
    with service.store.reading() as session:
        must_exist(session, number)
        must_have_reported(person, number, transitions_of(session, number))
        return [ProgressOut.of(one) for one in read_progress(session, number)]


@router.post("/rating")
def rate(
    number: str,
    asked: RatingAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: FollowReportDep,
) -> ProgressOut:
    """Rate how a closed incident was dealt with, 1 to 5; the reporter's own word."""
    now = service.clock()
    with effect.begin() as session:
        must_exist(session, number, locked=True)
        must_have_reported(person, number, transitions_of(session, number))
        moved = next_step.move(
            session,
            number,
            asked.wanted(),
            service.live.present,
            by=person.name,
            now=now,
            terms=standard_terms(),
        )
        incidents = (*moved.others, moved.incident)
        tell_moves(session, moved.assignments, service.city, now=now, incidents=incidents)
        return effect.commit(ProgressOut.of(read_progress(session, number)[-1]))


@router.get("/hand-offs")
def list_hand_offs(number: str, service: ServiceDep, _: SeeIncidentsDep) -> list[HandOffOut]:
    """Records with which it went to other cities, the oldest first."""
    with service.store.reading() as session:
        must_exist(session, number)
        return [HandOffOut.of(record) for record in hand_offs_of(session, number)]
