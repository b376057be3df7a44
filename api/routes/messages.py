"""Messages to the outside, for whoever runs the service: what was given up, and once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.paging import CutDep, newest
from api.schemas import Page
from api.schemas_message import MessageOut
from api.service import ServiceDep
from api.telling import tell_message
from dispatch.access import Act, Person
from dispatch.notify import MessageState
from dispatch.sight import sight_of
from dispatch.store.ledger import record
from dispatch.store.outbox import drop_message, get_message, list_messages, send_again
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/messages", tags=["messages"])

RunStoreDep = Annotated[Person, Depends(may(Act.RUN_STORE))]
RunMessageDep = Annotated[Person, Depends(may(Act.RUN_STORE, Thing.MESSAGE))]

LARGEST = 2**31 - 1
"""No message has a larger number."""

Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.get("")
def list_all(
    service: ServiceDep,
    cut: CutDep,
    person: RunStoreDep,
    state: Annotated[MessageState | None, Query(description="In one state only.")] = None,
    incident: Annotated[str | None, Query(max_length=64, description="About one only.")] = None,
) -> Page[MessageOut]:
    """Messages of one's own areas, the newest first."""
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda _, limit: list_messages(
                session,
                state=state,
                about=incident,
                sight=sight,
                before=cut.number,
                limit=limit,
            ),
            lambda row: str(row.number),
            cut,
        )
    return Page(items=[MessageOut.of(row) for row in rows], next=following)


@router.get("/{number}")
def read(number: Number, service: ServiceDep, _: RunMessageDep) -> MessageOut:
    """Read one message."""
    with _not_there(), service.store.reading() as session:
        return MessageOut.of(get_message(session, number))


@router.post("/{number}/resend")
def resend(
    number: Number, effect: EffectDep, service: ServiceDep, person: RunMessageDep
) -> MessageOut:
    """Let a message that was given up be tried again, under the key that it has."""
    now = service.clock()
    with _not_there(), effect.begin() as session:
        message = send_again(session, number, now=now)
        detail = {"message": number}
        about = message.about
        record(session, now=now, by=person.name, act="resend_message", about=about, detail=detail)
        tell_message(session, message, service.city, now=now)
        return effect.commit(MessageOut.of(message))


@router.delete("/{number}")
def drop(
    number: Number, effect: EffectDep, service: ServiceDep, person: RunMessageDep
) -> MessageOut:
    """Drop a message that was given up: it is out of date, or was told by other means."""
    now = service.clock()
    with _not_there(), effect.begin() as session:
        message = drop_message(session, number)
        detail = {"message": number, "to": message.to, "said": message.said.code}
        about = message.about
        record(session, now=now, by=person.name, act="drop_message", about=about, detail=detail)
        return effect.commit(MessageOut.of(message))


@contextmanager
def _not_there() -> Iterator[None]:
    """Answer 404 for a number that no message has."""
    try:
        yield
    except UnknownName as error:
        raise NotFound(str(error)) from error
