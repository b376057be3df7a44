"""Channels by which people are told: how they do, and a test; nothing shows where they send."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.schemas_contact import ChannelOut, TestAsk, TestOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.addressing import Sealed
from dispatch.contact import Language
from dispatch.store.ledger import record
from dispatch.store.letters import channel_figures

router = APIRouter(prefix="/api/v1/channels", tags=["messages"])

RunStoreDep = Annotated[Person, Depends(may(Act.RUN_STORE))]
Name = Annotated[str, Path(max_length=64)]

TESTS = {
    Language.ZH: "这是一条测试通知，请忽略。",
    Language.EN: "This is a test; please ignore it.",
}


@router.get("")
def list_all(service: ServiceDep, _: RunStoreDep) -> list[ChannelOut]:
    """Channels in the order of their file, and the list of calls."""
    channels = service.channels
    with service.store.reading() as session:
        return [
            ChannelOut.of(
                name,
                kind,
                channel_figures(session, name),
                rests=channels is not None and channels.rests(name),
            )
            for name, kind in service.kinds.items()
        ]


@router.post("/{name}/test")
def test(
    name: Name, asked: TestAsk, effect: EffectDep, service: ServiceDep, person: RunStoreDep
) -> TestOut:
    """Send a test by a channel at once, and say what became of it; the address is kept nowhere."""
    effect.replay()
    channels = service.channels
    if channels is None or not channels.sends_by(name):
        raise NotFound(f"There is no channel {name!r} to send by.")
    city = service.city.name_en if asked.language == Language.EN else service.city.name
    delivery = channels.test(Sealed(name, asked.address, city, TESTS[asked.language]))
    taken = delivery.failure is None
    with effect.begin() as session:
        now, detail = service.clock(), {"taken": taken}
        record(session, now=now, by=person.name, act="test_channel", about=name, detail=detail)
        return effect.commit(TestOut(taken=taken, failure=delivery.failure))
