"""
The post office against receivers that fail, hang, ask to be left alone, fall over, and come back.

Receivers stand in this process; those of the webhook speak HTTP on a port of this machine, on both
stores.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from faults.towns import server_copy
from spec.served_town import SEVEN, MovedClock, copy_town, write_town
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from store_servers import KINDS

from api import post_office
from api.post_office import MOST_AT_ONCE, PostOffice
from api.routes import health
from api.settings import Settings
from api.starting import start_service
from dispatch.incident import Incident
from dispatch.notify import TAKEN, Delivery, MessageState, SendingTerms
from dispatch.store import ledger
from dispatch.store.incidents import add_incident
from dispatch.store.ledger_tables import EVENTS
from dispatch.store.outbox import list_messages, read_outbox, send_again
from geo.remark import Remark

SAID = Remark("deadline_missed", "超时", "Late.")
PATIENCE_S = 60
TERMS = SendingTerms(most_tries=4)


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


class Sink:
    """A receiver that does with each message whatever the test says."""

    def __init__(self, answer: Callable[..., Awaitable[Delivery]]) -> None:
        self.got: list[str] = []
        self._answer = answer

    async def deliver(self, message, **_: object) -> Delivery:
        self.got.append(message.dedupe_key)
        return await self._answer(message)

    def has_got(self, messages: int) -> bool:
        return len(self.got) == messages

    async def close(self) -> None:
        """It has no connections."""


async def takes(_: object) -> Delivery:
    return TAKEN


async def fails(_: object) -> Delivery:
    return Delivery("HTTP 503")


async def hangs(_: object) -> Delivery:
    await asyncio.Event().wait()
    return TAKEN


class Town:
    """A service on a store, with messages to send and a clock to move."""

    def __init__(self, url: str) -> None:
        self.clock = MovedClock()
        self.service = start_service(Settings(store=url), self.clock)
        self.store = self.service.store

    def post(self, *keys: str) -> None:
        with self.store.session() as session:
            about = add_incident(session, Incident((0.0, 0.0), (), SEVEN), filed_under=()).id
            for key in keys:
                ledger.post(
                    session, now=self.clock(), to="K1", said=SAID, dedupe_key=key, about=about
                )
            session.commit()

    def messages(self, state: MessageState | None = None) -> dict:
        with self.store.reading() as session:
            return {one.dedupe_key: one for one in list_messages(session, state=state, limit=9_999)}

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110 -- the store tells nobody
                await asyncio.sleep(0.01)

    async def until_sent(self, *keys: str) -> None:
        await self.until(lambda: self.messages(MessageState.SENT).keys() >= set(keys))

    async def until_put_off(self, key: str, tries: int) -> None:
        """Wait until a try has failed; what is out is due when its lease is over."""
        leased = timedelta(seconds=TERMS.lease_s)

        def put_off() -> bool:
            one = self.messages()[key]
            return one.tries == tries and one.due_at < self.clock() + leased

        await self.until(put_off)

    @asynccontextmanager
    async def sending(self, notifier, terms=TERMS):
        """A post office at work."""
        self.service.notifier = notifier
        office = PostOffice(self.service, terms, seed=1)
        office.start()
        try:
            yield office
        finally:
            await office.stop()


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    monkeypatch.setattr("api.post_office.LOOK_S", 0.02)


@pytest.fixture
def town(town_store, tmp_path):
    town = Town(f"sqlite:///{copy_town(town_store, tmp_path)}")
    with closing(town.store):
        yield town


@pytest.fixture(params=KINDS)
def town_on_each(request, town_store, tmp_path):
    """The town on a store of each kind in turn."""
    if request.param == "embedded":
        yield request.getfixturevalue("town")
        return
    town = Town(server_copy(town_store, tmp_path, request.getfixturevalue("database")))
    with closing(town.store):
        yield town


def test_what_waits_is_sent_once_and_stays_sent(town):
    keys = [f"m{number}" for number in range(3 * MOST_AT_ONCE)]
    town.post(*keys)
    sink = Sink(takes)

    async def story() -> None:
        async with town.sending(sink):
            await town.until_sent(*keys)
            town.clock.now += timedelta(days=1)
            town.post("one-more")
            await town.until_sent("one-more")

    asyncio.run(story())
    assert Counter(sink.got) == Counter([*keys, "one-more"])
    assert town.service.outbox.waiting <= 1


def test_a_sink_that_fails_is_tried_later_and_comes_back(town):
    town.post("a")
    sink = Sink(fails)

    async def story() -> None:
        async with town.sending(sink):
            await town.until_put_off("a", 1)
            waits = town.messages()["a"]
            assert (waits.failure, waits.state) == ("HTTP 503", MessageState.WAITING)
            assert 2.5 <= (waits.due_at - town.clock()).total_seconds() <= 5
            sink._answer = takes
            town.clock.now = waits.due_at
            await town.until_sent("a")

    asyncio.run(story())
    assert sink.got == ["a", "a"]
    assert town.messages()["a"].failure is None


def test_a_hanging_sink_holds_up_no_other_message(town):
    hanging = [f"h{number}" for number in range(MOST_AT_ONCE - 1)]
    town.post(*hanging)

    async def story() -> None:
        sink = Sink(lambda message: (hangs if message.dedupe_key in hanging else takes)(message))
        async with town.sending(sink):
            await town.until(lambda: len(sink.got) == len(hanging))
            town.post("quick")
            await town.until_sent("quick")
            assert town.messages(MessageState.SENT).keys() == {"quick"}

    asyncio.run(story())


def test_no_more_than_so_many_are_under_way_and_a_hanging_one_ends(town):
    keys = [f"h{number}" for number in range(MOST_AT_ONCE + 5)]
    town.post(*keys)
    under_way, most = Counter(), 0

    async def counted(message) -> Delivery:
        nonlocal most
        under_way["now"] += 1
        most = max(most, under_way["now"])
        try:
            return await hangs(message)
        finally:
            under_way["now"] -= 1

    async def story() -> None:
        async with town.sending(Sink(counted), replace(TERMS, send_within_s=0.2)):
            await town.until(
                lambda: all(
                    one.failure == "No answer within 0.2 s." for one in town.messages().values()
                )
            )

    asyncio.run(story())
    assert most == MOST_AT_ONCE
    assert not under_way["now"]


def test_a_sink_that_raises_is_a_sink_that_fails(town):

    async def falls_over(_: object) -> Delivery:
        raise ZeroDivisionError

    async def story() -> None:
        async with town.sending(Sink(falls_over)):
            town.post("a")
            await town.until_put_off("a", 1)

    asyncio.run(story())
    assert town.messages()["a"].failure == "ZeroDivisionError"


def test_a_sender_that_is_killed_before_it_notes_the_answer_has_sent_for_nothing(town_on_each):
    """The first sender's store fails for good after the sink has answered: that is kill -9."""
    town = town_on_each
    town.post("a")
    sink = Sink(takes)

    async def story() -> None:
        async with town.sending(sink) as office:
            office._note = killed
            await town.until(lambda: sink.got == ["a"])
        assert town.messages()["a"].state == MessageState.WAITING
        async with town.sending(sink):
            town.clock.now += timedelta(seconds=TERMS.lease_s - 1)
            town.post("b")
            await town.until_sent("b")
            assert sink.got == ["a", "b"], "within its lease a message is nobody else's"
            town.clock.now += timedelta(seconds=1)
            await town.until_sent("a")

    asyncio.run(story())
    assert sink.got == ["a", "b", "a"], "at least once, and known again by its key"


def killed(*_: object) -> None:
    raise SystemError("killed")


def test_a_stop_gives_back_what_hangs_so_that_another_sends_it_at_once(town, monkeypatch):
    monkeypatch.setattr("api.post_office.STOPS_S", 0.05)
    town.post("a")
    first, second = Sink(hangs), Sink(takes)

    async def story() -> None:
        async with town.sending(first):
            await town.until(lambda: first.got == ["a"])
        async with town.sending(second):
            await town.until_sent("a")

    asyncio.run(story())
    assert second.got == ["a"]


def test_two_senders_on_one_server_send_each_message_once(town_store, tmp_path, database, count):
    messages = count(reduced=60, full=2_000)
    url = server_copy(town_store, tmp_path, database)
    first, second = Town(url), Town(url)
    both, sinks = asyncio.Event(), []
    keys = [f"m{number}" for number in range(messages)]

    async def takes_once_both_send(_: object) -> Delivery:
        if all(sink.got for sink in sinks):
            both.set()
        await both.wait()
        return TAKEN

    async def story() -> None:
        sinks.extend([Sink(takes_once_both_send), Sink(takes_once_both_send)])
        async with first.sending(sinks[0]), second.sending(sinks[1]):
            await first.until(lambda: not first.messages(MessageState.WAITING))

    with closing(first.store), closing(second.store):
        first.post(*keys)
        asyncio.run(story())
    assert Counter(sinks[0].got + sinks[1].got) == Counter(keys)
    assert all(sink.got for sink in sinks)


def test_a_dead_letter_raises_the_alarm_and_sending_it_again_clears_it(town, caplog):
    town.post("a")
    sink = Sink(fails)

    async def story() -> None:
        async with town.sending(sink):
            for tries in range(1, TERMS.most_tries):
                await town.until_put_off("a", tries)
                town.clock.now = town.messages()["a"].due_at
            await town.until(lambda: town.service.outbox.dead == 1)
            assert health._wrong_with_messages(town.service) == (
                "1 given up; see /api/v1/messages?state=dead."
            )
            (dead,) = town.messages(MessageState.DEAD).values()
            assert (dead.tries, dead.failure) == (TERMS.most_tries, "HTTP 503")
            sink._answer = takes
            with town.store.session() as session:
                send_again(session, dead.number, now=town.clock())
                session.commit()
            await town.until_sent("a")
            await town.until(lambda: town.service.outbox.dead == 0)

    asyncio.run(story())
    assert Counter(sink.got) == {"a": TERMS.most_tries + 1}
    assert health._wrong_with_messages(town.service) is None
    assert "is given up: HTTP 503" in caplog.text
    with town.store.reading() as session:
        told = session.execute(select(EVENTS).where(EVENTS.c.kind == "message")).all()
    assert [json.loads(row.payload)["state"] for row in told] == ["dead"]


def test_the_alarm_is_raised_before_anything_is_given_up(town):
    town.post("a")
    with town.store.reading() as session:
        town.service.outbox = read_outbox(session)
    town.clock.now += timedelta(seconds=60)
    assert health._wrong_with_messages(town.service) is None
    town.clock.now += timedelta(seconds=1)
    assert health._wrong_with_messages(town.service).startswith("1 not taken yet, the oldest since")


def test_a_message_from_which_no_sender_comes_back_is_given_up(town):
    town.post("poison")
    sink = Sink(takes)

    async def story() -> None:
        for tries in range(1, TERMS.most_tries + 1):
            async with town.sending(sink) as office:
                office._note = killed
                await town.until(partial(sink.has_got, tries))
            town.clock.now += timedelta(seconds=TERMS.lease_s)
        async with town.sending(sink):
            await town.until(lambda: town.messages()["poison"].state == MessageState.DEAD)

    asyncio.run(story())
    assert len(sink.got) == TERMS.most_tries
    assert town.messages()["poison"].failure == "No sender came back from the last tries."


@pytest.mark.parametrize("work", ["read_outbox", "take_out", "mark_sent"])
def test_a_store_that_is_away_is_told_of_in_one_line_at_whatever_it_is_met(
    town, monkeypatch, caplog, work
):
    """Seen to fail with sending that logs what fails by itself: a traceback for each message."""
    town.post("a", "b")

    works, own = getattr(post_office, work), town.store.engine.url

    def away(session, *rest: object, **named: object) -> object:
        if session.get_bind().url != own:  # another module's service may be at work beside
            return works(session, *rest, **named)
        raise OperationalError("UPDATE", None, psycopg.OperationalError("the server is away"))

    async def story() -> None:
        with monkeypatch.context() as store:
            store.setattr(f"api.post_office.{work}", away)
            async with town.sending(Sink(takes)):
                await town.until(lambda: town.service.store_watch.down_since is not None)
        async with town.sending(Sink(takes)):
            town.clock.now += timedelta(seconds=TERMS.lease_s + 1)
            await town.until_sent("a", "b")

    asyncio.run(story())
    watch = town.service.store_watch
    times_away = watch.returns + (watch.down_since is not None)
    assert caplog.text.count("(the server is away)") == times_away
    assert "Traceback" not in caplog.text


def test_a_store_that_is_away_stops_nothing_for_good(town, monkeypatch, caplog):
    town.post("a")

    async def story() -> None:
        with monkeypatch.context() as away:
            away.setattr("api.post_office.read_outbox", killed)
            async with town.sending(Sink(takes)):
                await town.until(lambda: "The post office failed" in caplog.text)
                away.undo()
                await town.until_sent("a")

    asyncio.run(story())
