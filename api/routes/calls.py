"""People to be called by phone because no message has reached them: a list to be ticked off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.orm import Session

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.paging import CutDep, newest
from api.routes.messages import LARGEST
from api.schemas import Page
from api.schemas_contact import CallDone, CallOut
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from dispatch.addressing import seal
from dispatch.notify import PHONE, Message, MessageState
from dispatch.sight import sight_of
from dispatch.store.ledger import record
from dispatch.store.letters import note_call
from dispatch.store.outbox import get_message, list_messages
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/calls", tags=["messages"])

SeePhonesDep = Annotated[Person, Depends(may(Act.SEE_PHONES))]
SeeCallDep = Annotated[Person, Depends(may(Act.SEE_PHONES, Thing.MESSAGE))]
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: SeePhonesDep) -> Page[CallOut]:
    """Whom to call about incidents of one's own areas, the newest first; numbers in stars."""
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda _, limit: list_messages(
                session,
                state=MessageState.TO_CALL,
                sight=sight,
                before=cut.number,
                limit=limit,
            ),
            lambda row: str(row.number),
            cut,
        )
        shown = [_shown(session, row, service, masked=True) for row in rows]
    return Page(items=shown, next=following)


@router.get("/{number}")
def read(number: Number, service: ServiceDep, person: SeeCallDep) -> CallOut:
    """Whom to call, with the number in full; the look is on record."""
    with service.store.session() as session:
        letter = _listed(session, number)
        shown = _shown(session, letter, service, masked=False)
        detail = {"person": letter.to, "message": number}
        now, act = service.clock(), "saw_contact"
        record(session, now=now, by=person.name, act=act, about=letter.about, detail=detail)
        session.commit()
    return shown


@router.post("/{number}/done")
def done(
    number: Number, asked: CallDone, effect: EffectDep, service: ServiceDep, person: SeeCallDep
) -> CallOut:
    """Note a call: whoever was reached goes off the list, others stay on it."""
    now = service.clock()
    with effect.begin() as session:
        _listed(session, number)
        letter = note_call(session, number, now=now, reached=asked.reached)
        detail = {"person": letter.to, "message": number, "reached": asked.reached}
        about, act = letter.about, "called"
        record(session, now=now, by=person.name, act=act, about=about, detail=detail)
        return effect.commit(_shown(session, letter, service, masked=True))


def _listed(session: Session, number: int) -> Message:
    """An entry of the list, done or not."""
    try:
        letter = get_message(session, number)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    if letter.channel != PHONE:
        raise NotFound(f"Nobody is to be called for message {number}.")
    return letter


def _shown(session: Session, letter: Message, service: Service, *, masked: bool) -> CallOut:
    """An entry with the number that is known now."""
    sealed = seal(session, letter, service.city, service.kinds)
    return CallOut.of(letter, sealed, masked=masked)
