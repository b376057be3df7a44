"""Whistles: a lower tier's calls, their answers, and what follows silence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.paging import CutDep
from api.schemas import Page
from api.schemas_whistle import WhistleAnswerAsk, WhistleAsk, WhistleCloseAsk, WhistleRecordOut
from api.service import ServiceDep
from api.telling import show_call, tell_call
from api.whistle_watch import escalate_calls
from dispatch import whistle_desk
from dispatch.access import Act, Person
from dispatch.escalation import Answer
from dispatch.store.whistles import get_call, list_calls
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/whistles", tags=["whistles"])

WhistleDep = Annotated[Person, Depends(may(Act.WHISTLE))]
SeeWhistlesDep = Annotated[Person, Depends(may(Act.SEE_WHISTLES))]


@router.post("", status_code=201)
def blow(
    asked: WhistleAsk, effect: EffectDep, service: ServiceDep, person: WhistleDep
) -> WhistleRecordOut:
    """Whistle for an incident; who is called, until when, and what follows silence is said."""
    now = service.clock()
    with effect.begin() as session:
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
    _: SeeWhistlesDep,
    *,
    incident: Annotated[str | None, Query(description="Of one incident only.")] = None,
    unclosed: Annotated[bool, Query(description="Leave out those that are closed.")] = False,
) -> Page[WhistleRecordOut]:
    """Whistles, the newest first."""
    now = service.clock()
    with service.store.reading() as session:
        calls = list_calls(
            session,
            incident=incident,
            unclosed=unclosed,
            before=cut.cursor or None,
            limit=cut.limit + 1,
        )
        shown = [show_call(session, call, now) for call in calls[: cut.limit]]
    return Page(items=shown, next=shown[-1].id if len(calls) > cut.limit else None)


@router.post("/escalations")
def escalate(service: ServiceDep, _: WhistleDep) -> list[WhistleRecordOut]:
    """Take up at once every whistle that was refused or not answered; it happens by itself too."""
    with service.store.session() as session:
        shown = escalate_calls(session, service.city, now=service.clock())
        session.commit()
    return shown


@router.get("/{number}")
def read(number: str, service: ServiceDep, _: SeeWhistlesDep) -> WhistleRecordOut:
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
    person: WhistleDep,
) -> WhistleRecordOut:
    """Answer for one of those called, in time or late; once all of them come it is closed."""
    now = service.clock()
    with effect.begin() as session:
        given = Answer(asked.party, asked.says, now, person.name, asked.note)
        call = whistle_desk.answer(session, number, given)
        return effect.commit(tell_call(session, call, service.city, now=now))


@router.post("/{number}/close")
def close(
    number: str,
    asked: WhistleCloseAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: WhistleDep,
) -> WhistleRecordOut:
    """Close a whistle that a command centre takes up, or that its caller withdraws."""
    now = service.clock()
    with effect.begin() as session:
        call = whistle_desk.close(
            session, number, now=now, by=person.name, closing=asked.closing, note=asked.note
        )
        return effect.commit(tell_call(session, call, service.city, now=now))
