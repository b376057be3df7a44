"""The record of an incident: suggestions asked for it, and what came of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.own_case import must_be_theirs
from api.own_ground import require_area
from api.routes.incidents import must_exist
from api.schemas import Asked, Text
from api.schemas_second_thought import SecondThoughtOut
from api.schemas_suggestion import ReporterOut, SuggestionOut
from api.schemas_timeline import EntryOut
from api.seen_part import as_seen
from api.service import ServiceDep
from api.telling import tell_incident
from dispatch import desk, follow_up, noting
from dispatch.access import Act, Person, acts_of
from dispatch.store import ledger
from dispatch.store.assignments import all_assignments
from dispatch.store.incident_record import read_timeline
from dispatch.store.incidents import get_incident
from dispatch.store.origins import origins_of
from dispatch.store.second_thoughts import thoughts_of
from dispatch.timeline import noted
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/incidents/{number}", tags=["incidents"])

SuggestDep = Annotated[Person, Depends(may(Act.SUGGEST, Thing.INCIDENT))]
SeeSuggestionsDep = Annotated[Person, Depends(may(Act.SEE_SUGGESTIONS, Thing.INCIDENT))]
SeeIncidentsDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS, Thing.INCIDENT))]
MoveIncidentDep = Annotated[Person, Depends(may(Act.MOVE_INCIDENT, Thing.INCIDENT))]

Name = Annotated[Text, Field(max_length=64)]


class IncidentSuggestionAsk(Asked):
    """Who should go to an incident on record?"""

    policy: Name | None = None
    asked_by: Name | None = Field(
        default=None, description="Area whose command room asks; it learns whom to whistle for."
    )


class NoteAsk(Asked):
    """What is to be noted."""

    text: Annotated[Text, Field(min_length=1, max_length=1000)]


@router.post("/suggestions")
def suggest(
    number: str,
    asked: IncidentSuggestionAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: SuggestDep,
) -> SuggestionOut:
    """
    Rank the crews that could go to an incident on record.

    Its place, matters and filings are those of the record.  Once somebody has been sent and
    nobody is there, the target is what is left of the first one's: its clock runs on.
    """
    try:
        with service.store.reading() as session:
            get_incident(session, number)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    require_area(person, service.city, asked.asked_by)
    effect.replay()
    present = service.live.present
    with service.store.reading() as session:
        draft = follow_up.draft_for(
            session,
            number,
            present,
            now=service.clock(),
            policy=service.policy(session, asked.policy, asked.asked_by),
            asked_by=asked.asked_by,
            freezer=service.freezer,
            covered=service.coverage.latest(present),
        )
    with effect.begin() as session:
        out = as_seen(SuggestionOut.of(*desk.keep(session, draft)), person, service.city)
        return effect.commit(out)


@router.get("/reporter")
def read_reporter(number: str, service: ServiceDep, person: SeeIncidentsDep) -> ReporterOut:
    """Say who reported: in full to whoever may call back, and then the look is on record."""
    masked = Act.SEE_REPORTER not in acts_of(person)
    try:
        with service.store.session() as session:
            incident, origins = get_incident(session, number), origins_of(session, number)
            others = [one.origin.reporter for one in origins if one.origin.reporter is not None]
            out = ReporterOut.of(incident, others, masked=masked)
            if not masked:
                now = service.clock()
                ledger.record(session, now=now, by=person.name, act="saw_reporter", about=number)
                session.commit()
    except UnknownName as error:
        raise NotFound(str(error)) from error
    return out


@router.get("/second-thoughts")
def second_thoughts(
    number: str, service: ServiceDep, _: SeeSuggestionsDep
) -> list[SecondThoughtOut]:
    """Say when and why somebody was suggested anew, the oldest first."""
    try:
        with service.store.reading() as session:
            get_incident(session, number)
            return [SecondThoughtOut.of(one) for one in thoughts_of(session, number)]
    except UnknownName as error:
        raise NotFound(str(error)) from error


@router.get("/timeline")
def read_all(number: str, service: ServiceDep, _: SeeIncidentsDep) -> list[EntryOut]:
    """Tell what happened: suggested as it was given, decided by whom, with what reason."""
    try:
        with service.store.reading() as session:
            return [EntryOut.of(entry) for entry in read_timeline(session, number)]
    except UnknownName as error:
        raise NotFound(str(error)) from error


@router.post("/notes", status_code=201)
def note(
    number: str, asked: NoteAsk, effect: EffectDep, service: ServiceDep, person: MoveIncidentDep
) -> EntryOut:
    """Put a note on record, which nobody changes any more; it stands in the timeline."""
    now = service.clock()
    with effect.begin() as session:
        incident = must_exist(session, number, locked=True)
        must_be_theirs(person, all_assignments(session, incident=number))
        made = noting.add_note(session, number, asked.text, by=person.name, now=now)
        tell_incident(session, incident, service.city, now=now)
        return effect.commit(EntryOut.of(noted(number, made)))
