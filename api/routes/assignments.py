"""Assignments: a crew bound to an incident, from a suggestion or against it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.own_case import must_be_theirs
from api.own_ground import require_own_crew, require_sight
from api.paging import CutDep, newest
from api.schemas import Page, ReasonOut
from api.schemas_assignment import AssignmentAsk, AssignmentOut, ReleaseAsk
from api.service import ServiceDep
from api.telling import tell_moves
from dispatch import diverting, follow_up
from dispatch.access import Act, Person
from dispatch.assignment_terms import standard_terms
from dispatch.incident_state import State
from dispatch.offer import after_release
from dispatch.second_thoughts_file import standard_rule
from dispatch.sight import sight_of
from dispatch.step import Step
from dispatch.store.assignments import get_assignment, list_assignments
from dispatch.store.suggestions import get_suggestion
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/assignments", tags=["assignments"])

DispatchCrewDep = Annotated[Person, Depends(may(Act.DISPATCH_CREW))]
SeeAssignmentsDep = Annotated[Person, Depends(may(Act.SEE_ASSIGNMENTS))]
ReadAssignmentDep = Annotated[Person, Depends(may(Act.SEE_ASSIGNMENTS, Thing.ASSIGNMENT))]
FollowAssignmentDep = Annotated[Person, Depends(may(Act.FOLLOW_ASSIGNMENT, Thing.ASSIGNMENT))]


@router.post("", status_code=201)
def dispatch(
    asked: AssignmentAsk, effect: EffectDep, service: ServiceDep, person: DispatchCrewDep
) -> AssignmentOut:
    """
    Send a crew.

    It follows the suggestion, takes a proposal of a lower rank, or overrides it with a unit
    that was not proposed, which needs a reason.  Officers are bound to one incident at a time:
    409 names who has them.  With `calls_off` the crew of another assignment is diverted, as far
    as the rule allows.
    """
    now = service.clock()
    decision, left = asked.decision(person.name, now), None
    with effect.begin() as session:
        require_sight(session, Thing.SUGGESTION, asked.suggestion, person, service.city)
        if asked.incident is not None:
            require_sight(session, Thing.INCIDENT, asked.incident, person, service.city)
        if asked.calls_off is not None:
            require_sight(session, Thing.ASSIGNMENT, asked.calls_off, person, service.city)
        if asked.calls_off is None:
            made = follow_up.dispatch(
                session,
                asked.suggestion,
                asked.pick(),
                service.live.present,
                decision=decision,
                terms=standard_terms(),
                incident=asked.incident,
                reinforces=asked.reinforces,
            )
        else:
            left, made = diverting.divert(
                session,
                asked.suggestion,
                asked.calls_off,
                service.live.present,
                decision=decision,
                terms=standard_terms(),
                rule=standard_rule(),
                policy=service.policy(
                    session, get_suggestion(session, asked.suggestion).policy, None
                ),
            )
        require_own_crew(session, person, service.city, made)
        moved = (made,) if left is None else (left, made)
        tell_moves(session, moved, service.city, now=now)
        out = effect.commit(AssignmentOut.of(made), location=f"/api/v1/assignments/{made.id}")
    service.keep_duty()
    return out


@router.get("")
def list_all(
    service: ServiceDep,
    cut: CutDep,
    person: SeeAssignmentsDep,
    *,
    incident: Annotated[str | None, Query(description="Of one incident only.")] = None,
    bound: Annotated[bool, Query(description="Leave out those that have ended.")] = False,
) -> Page[AssignmentOut]:
    """Assignments, the newest first."""
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda before, limit: list_assignments(
                session, incident=incident, bound=bound, sight=sight, before=before, limit=limit
            ),
            lambda row: str(row.id),
            cut,
        )
    return Page(items=[AssignmentOut.of(row) for row in rows], next=following)


@router.get("/reasons")
def list_reasons(_: SeeAssignmentsDep) -> list[ReasonOut]:
    """Reasons that an override may give."""
    return [ReasonOut.of(reason.said) for reason in standard_terms().reasons.values()]


@router.get("/{number}")
def read(number: str, service: ServiceDep, _: ReadAssignmentDep) -> AssignmentOut:
    """Read one assignment, ended or not."""
    try:
        with service.store.reading() as session:
            return AssignmentOut.of(get_assignment(session, number))
    except UnknownName as error:
        raise NotFound(str(error)) from error


@router.post("/{number}/arrival")
def arrive(
    number: str, effect: EffectDep, service: ServiceDep, person: FollowAssignmentDep
) -> AssignmentOut:
    """Say that the crew is complete at the place; the clock stops, and the first time stays."""
    now = service.clock()
    step = Step(State.ON_SCENE, person.name, now)
    try:
        with effect.begin() as session:
            must_be_theirs(person, [get_assignment(session, number)])
            noted = follow_up.progress(session, number, step, service.city)
            tell_moves(session, (noted,), service.city, now=now)
            out = effect.commit(AssignmentOut.of(noted))
    except UnknownName as error:
        raise NotFound(str(error)) from error
    service.keep_duty()
    return out


@router.post("/{number}/release")
def release(
    number: str,
    asked: ReleaseAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: FollowAssignmentDep,
) -> AssignmentOut:
    """Set the crew free: done, called off, refused, silent, or sent by mistake."""
    now = service.clock()
    try:
        with effect.begin() as session:
            must_be_theirs(person, [get_assignment(session, number)])
            ended = follow_up.release(
                session,
                number,
                now=now,
                by=person.name,
                outcome=asked.outcome,
                city=service.city,
                reason=asked.reason,
            )
            offer = after_release(session, ended, service.live.present, now=now)
            moved = (ended,) if offer is None else offer.moved
            tell_moves(session, moved, service.city, now=now)
            out = effect.commit(AssignmentOut.of(ended))
    except UnknownName as error:
        raise NotFound(str(error)) from error
    service.keep_duty()
    return out
