"""The live stream: encoded once, bounded per listener, resumed without a gap."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from api.earshot import Earshot
from api.live import MOST_WAITING, Heartbeat, Opening, Stream, frame, told_frame
from dispatch.access import Act
from dispatch.store.events import Told

ALL = Earshot(frozenset(Act), frozenset({"C", "C1", "C2"}))
SOUTH = Earshot(frozenset(Act), frozenset({"C1"}))
NOTHING_MISSED = Opening((b"hello",), 0)


def test_an_event_is_written_as_the_standard_says():
    assert frame("incident", {"text": "占道"}) == (
        'event: incident\ndata: {"text":"占道"}\n\n'.encode()
    )
    assert told_frame(told(7)) == b'id: 7\nevent: incident\ndata: {"id":7}\n\n'


def test_everybody_hears_what_is_published_after_the_opening():
    async def scenario() -> list[bytes]:
        stream = Stream()
        listeners = [await opened(stream, ALL) for _ in range(2)]
        stream.publish("beat", {"now": 1})
        return [await anext(listener) for listener in listeners]

    assert asyncio.run(scenario()) == [frame("beat", {"now": 1})] * 2


def test_what_the_opening_has_told_is_not_told_twice_and_nothing_between_is_lost():
    async def scenario() -> list[bytes]:
        stream = Stream()

        def opening() -> Opening:
            for number in (3, 4, 5):  # published while the opening is read from the store
                stream.publish_told(told(number))
            return Opening((b"missed up to 4",), 4)

        listener = stream.listen(ALL, opening)
        return [await anext(listener) for _ in range(3)][1:]

    assert asyncio.run(scenario()) == [b"missed up to 4", told_frame(told(5))]


def test_a_page_hears_of_its_own_areas_and_of_what_concerns_the_whole_city():
    async def scenario() -> list[bytes]:
        stream = Stream()
        page = await opened(stream, SOUTH)
        for number, areas in enumerate([{"C2"}, {"C", "C1"}, set(), {"C"}], start=1):
            stream.publish_told(told(number, areas))
        stream.beat({})
        return [await anext(page) for _ in range(3)]

    assert asyncio.run(scenario()) == [
        told_frame(told(2)),
        told_frame(told(3)),
        frame("beat", {}, 4),
    ]


def test_a_beat_says_up_to_where_a_page_knows_all_though_it_heard_nothing():
    async def scenario() -> tuple[bytes, bytes]:
        stream = Stream()
        page = await opened(stream, SOUTH)
        stream.publish_told(told(9, {"C2"}))
        stream.beat({"now": 1})
        late = stream.listen(SOUTH, lambda: Opening((b"hello",), 10))
        await anext(late)
        await anext(late)
        stream.beat({"now": 2})  # the feed is behind the store: no page goes back to 9
        stream.publish_told(told(11))
        return await anext(page), await anext(late)

    assert asyncio.run(scenario()) == (frame("beat", {"now": 1}, 9), told_frame(told(11)))


@pytest.mark.parametrize("kind", ["incident", "assignment", "positions", "no such kind"])
def test_a_kind_is_heard_by_those_alone_who_may_see_it(kind):
    deaf = Earshot(frozenset({Act.LISTEN}), ALL.areas)
    assert not deaf.hears(kind)
    assert ALL.hears(kind) == (kind != "no such kind")


def test_each_sight_gets_its_own_positions():
    async def scenario() -> list[bytes]:
        stream = Stream()
        pages = [await opened(stream, earshot) for earshot in (ALL, SOUTH, SOUTH)]
        assert stream.earshots("positions") == {ALL, SOUTH}
        stream.publish_seen("positions", {ALL: "[1,2]", SOUTH: "[1]"})
        return [await anext(page) for page in pages]

    seen = asyncio.run(scenario())
    assert seen == [frame("positions", [1, 2]), frame("positions", [1]), frame("positions", [1])]


def test_a_listener_that_falls_behind_is_let_go_and_the_others_stay():
    async def scenario() -> None:
        stream = Stream()
        slow, quick = await opened(stream, ALL), await opened(stream, ALL)
        waiting = asyncio.ensure_future(anext(quick))
        for number in range(MOST_WAITING + 1):
            await asyncio.sleep(0)
            stream.publish("beat", number)
            await waiting
            waiting = asyncio.ensure_future(anext(quick))
        assert stream.listeners == 1
        assert [message async for message in slow] == []
        stream.close()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(scenario())


def test_a_page_that_has_listened_long_enough_is_let_go(monkeypatch):
    monkeypatch.setattr("api.live.LONGEST_S", -1.0)

    async def scenario() -> list[bytes]:
        stream = Stream()
        page = await opened(stream, ALL)
        for number in (1, 2):
            stream.publish("beat", number)
        return [message async for message in page]

    assert asyncio.run(scenario()) == [frame("beat", 1)]


def test_a_beat_that_fails_does_not_end_the_others():
    beats, told = [], []
    enough = threading.Event()

    def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise ZeroDivisionError
        if len(beats) == 3:
            enough.set()

    @contextmanager
    def noting(_: str) -> Iterator[None]:
        try:
            yield
        except ZeroDivisionError as error:
            told.append(error)

    async def scenario() -> None:
        heart = Heartbeat(beat, every_s=0.01, trying=noting)
        heart.start()
        await asyncio.to_thread(enough.wait, 5)
        await heart.stop()

    asyncio.run(scenario())
    assert enough.is_set()
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_a_beat_under_way_is_over_when_it_is_stopped():
    """Or it would hold a connection of a store that is closed."""
    begun, ended = threading.Event(), threading.Event()

    def beat() -> None:
        begun.set()
        time.sleep(0.2)
        ended.set()

    async def scenario() -> bool:
        heart = Heartbeat(beat, every_s=0.01, trying=lambda _: nullcontext())
        heart.start()
        assert await asyncio.to_thread(begun.wait, 5)
        await heart.stop()
        return ended.is_set()

    assert asyncio.run(scenario())


def told(number: int, areas: set[str] = frozenset()) -> Told:
    return Told(number, "incident", f'{{"id":{number}}}', frozenset(areas))


async def opened(stream: Stream, earshot: Earshot) -> AsyncIterator[bytes]:
    """A page that has had its opening."""
    page = stream.listen(earshot, lambda: NOTHING_MISSED)
    assert (await anext(page)).startswith(b"retry:")
    assert await anext(page) == b"hello"
    return page
