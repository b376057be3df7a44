"""Whistles: a lower tier's calls, their answers, and what follows silence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.deadline_watch import DeadlineWatch
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.own_ground import require_area, require_party, require_sight, require_whole_city
from api.paging import CutDep, newest
from api.schemas import Page
from api.schemas_whistle import WhistleAnswerAsk, WhistleAsk, WhistleCloseAsk, WhistleRecordOut
from api.service import ServiceDep
from api.telling import show_call, tell_call
from dispatch import whistle_desk
from dispatch.access import Act, Person
from dispatch.deadline import ClockKind
from dispatch.escalation import Answer
from dispatch.sight import sight_of
from dispatch.store.whistles import get_call, list_calls
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/whistles", tags=["whistles"])

WhistleDep = Annotated[Person, Depends(may(Act.WHISTLE))]
SeeWhistlesDep = Annotated[Person, Depends(may(Act.SEE_WHISTLES))]
ReadWhistleDep = Annotated[Person, Depends(may(Act.SEE_WHISTLES, Thing.WHISTLE))]
OnWhistleDep = Annotated[Person, Depends(may(Act.WHISTLE, Thing.WHISTLE))]


@router.post("", status_code=201)
def blow(
    asked: WhistleAsk, effect: EffectDep, service: ServiceDep, person: WhistleDep
) -> WhistleRecordOut:
    """Whistle for an incident; who is called, until when, and what follows silence is said."""
    now = service.clock()
    require_area(person, service.city, asked.by)
    with effect.begin() as session:
        require_sight(session, Thing.INCIDENT, asked.incident, person, service.city)
        call = whistle_desk.blow(
            session,
            asked.incident,
            service.city,
            by=asked.by,
            raised_by=person.name,
            now=now,
        )
        shown = tell_call(session, call, service.city, now=now)
        return effect.commit(shown, location=f"/api/v1/whistles/{call.id}")


@router.get("")
def list_all(
    service: ServiceDep,
    cut: CutDep,
    person: SeeWhistlesDep,
    *,
    incident: Annotated[str | None, Query(description="Of one incident only.")] = None,
    unclosed: Annotated[bool, Query(description="Leave out those that are closed.")] = False,
) -> Page[WhistleRecordOut]:
    """Whistles, the newest first."""
    now = service.clock()
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        calls, following = newest(
            lambda before, limit: list_calls(
                session,
                incident=incident,
                unclosed=unclosed,
                sight=sight,
                before=before,
                limit=limit,
            ),
            lambda call: str(call.id),
            cut,
        )
        shown = [show_call(session, call, now) for call in calls]
    return Page(items=shown, next=following)


@router.post("/escalations")
def escalate(service: ServiceDep, person: WhistleDep) -> list[WhistleRecordOut]:
    """Take up at once every whistle that was refused or not answered; it happens by itself too."""
    require_whole_city(person, service.city)
    told = DeadlineWatch(service).tell_due(ClockKind.ANSWER)
    numbers = dict.fromkeys(str(one.call.id) for one in told if one.call is not None)
    with service.store.reading() as session:
        now = service.clock()
        return [show_call(session, get_call(session, number), now) for number in numbers]


@router.get("/{number}")
def read(number: str, service: ServiceDep, _: ReadWhistleDep) -> WhistleRecordOut:
    """Read one whistle as it stands now."""
    try:
        with service.store.reading() as session:
            return show_call(session, get_call(session, number), service.clock())
    except UnknownName as error:
        raise NotFound(str(error)) from error


@router.post("/{number}/answers")
def answer(
    number: str,
    asked: WhistleAnswerAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: OnWhistleDep,
) -> WhistleRecordOut:
    """Answer for one of those called, in time or late; once all of them come it is closed."""
    now = service.clock()
    require_party(person, service.city, asked.party)
    with effect.begin() as session:
        given = Answer(asked.party, asked.says, now, person.name, asked.note)
        call = whistle_desk.answer(session, number, given, service.city)
        return effect.commit(tell_call(session, call, service.city, now=now))


@router.post("/{number}/close")
def close(
    number: str,
    asked: WhistleCloseAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: OnWhistleDep,
) -> WhistleRecordOut:
    """Close a whistle that a command centre takes up, or that its caller withdraws."""
    now = service.clock()
    with effect.begin() as session:
        call = whistle_desk.close(
            session,
            number,
            service.city,
            now=now,
            by=person.name,
            closing=asked.closing,
            note=asked.note,
        )
        return effect.commit(tell_call(session, call, service.city, now=now))
