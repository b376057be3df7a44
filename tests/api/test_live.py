"""The live stream: encoded once, bounded per listener."""

import asyncio
import threading

from api.live import MOST_WAITING, Heartbeat, Stream, frame


def test_an_event_is_written_as_the_standard_says():
    assert frame("incident", {"text": "占道"}) == (
        'event: incident\ndata: {"text":"占道"}\n\n'.encode()
    )


def test_everybody_hears_what_is_published_after_the_opening():
    async def scenario() -> list[bytes]:
        stream = Stream()
        listeners = [stream.listen([b"hello"]) for _ in range(2)]
        for listener in listeners:
            assert (await anext(listener)).startswith(b"retry:")
            assert await anext(listener) == b"hello"
        stream.publish("beat", {"now": 1})
        return [await anext(listener) for listener in listeners]

    assert asyncio.run(scenario()) == [frame("beat", {"now": 1})] * 2


def test_a_listener_that_falls_behind_is_let_go_and_the_others_stay():
    async def scenario() -> None:
        stream = Stream()
        slow, quick = stream.listen([]), stream.listen([])
        await anext(slow)
        await anext(quick)
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


def test_a_beat_that_fails_does_not_end_the_others(caplog):
    beats = []
    enough = threading.Event()

    def beat() -> None:
        beats.append(1)
        if len(beats) == 1:
            raise ZeroDivisionError
        if len(beats) == 3:
            enough.set()

    async def scenario() -> None:
        heart = Heartbeat(beat, every_s=0.01)
        heart.start()
        await asyncio.to_thread(enough.wait, 5)
        await heart.stop()

    asyncio.run(scenario())
    assert enough.is_set()
    assert "A beat of the live stream failed" in caplog.text
