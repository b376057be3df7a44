"""The packed stream: every frame can be read as soon as it has come, and is packed once for all."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest
from fastapi import Request, Response
from hypothesis import given
from hypothesis import strategies as st

from api import packed_stream
from api.demo_people import demo_person
from api.packed_stream import LONG, Packing, pack, takes_gzip
from api.routes.events import listen

LONG_FRAME = b"event: positions\ndata: " + b'{"officer":"P1"},' * LONG

FRAMES = st.lists(st.binary(max_size=80) | st.just(LONG_FRAME), max_size=6)


async def frames_of(given: Sequence[bytes]) -> AsyncGenerator[bytes]:
    for one in given:
        yield one


async def packed(packing: Packing, given: Sequence[bytes]) -> list[bytes]:
    return [one async for one in packing.frames(frames_of(given))]


@given(FRAMES)
def test_each_frame_can_be_read_before_the_next_has_come(frames: list[bytes]):
    head, *pieces = asyncio.run(packed(Packing(), frames))
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    assert reader.decompress(head) == b""
    assert [reader.decompress(piece) for piece in pieces] == frames
    assert not reader.unused_data


def test_a_page_that_came_later_reads_the_same_bytes():
    async def run() -> tuple[list[bytes], list[bytes]]:
        packing = Packing()
        first = await packed(packing, [b"retry: 1000\n\n", LONG_FRAME])
        return first, await packed(packing, [LONG_FRAME])

    first, late = asyncio.run(run())
    assert late[-1] is first[-1]
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    assert reader.decompress(b"".join(late)) == LONG_FRAME


def test_what_goes_to_many_is_packed_once_though_all_ask_together(monkeypatch):
    asked: list[bytes] = []

    def noted(frame: bytes) -> bytes:
        asked.append(frame)
        return pack(frame)

    monkeypatch.setattr(packed_stream, "pack", noted)

    async def run() -> list[list[bytes]]:
        packing = Packing()
        return await asyncio.gather(*(packed(packing, [LONG_FRAME]) for _ in range(20)))

    pieces = asyncio.run(run())
    assert len(asked) == 1
    assert len({id(page[-1]) for page in pieces}) == 1


def test_a_page_that_goes_away_while_a_frame_is_packed_spoils_it_for_nobody():
    async def run() -> list[bytes]:
        packing = Packing()
        leaving = asyncio.create_task(packed(packing, [LONG_FRAME]))
        staying = asyncio.create_task(packed(packing, [LONG_FRAME]))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        return await staying

    assert asyncio.run(run())[-1] == pack(LONG_FRAME)


def test_few_frames_are_kept():
    async def run() -> int:
        packing = Packing()
        await packed(packing, [LONG_FRAME + bytes([number]) for number in range(40)])
        return len(packing._kept)

    assert asyncio.run(run()) == packed_stream.MOST_KEPT


@pytest.mark.parametrize(
    ("said", "takes"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP ; q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("x-gzip-not, br", False),
        ("", False),
        (None, False),
    ],
)
def test_a_client_says_whether_it_takes_gzip(said, takes):
    assert takes_gzip(said) is takes


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("identity", None)])
def test_the_door_packs_for_whoever_takes_it(client, accepted, encoding):
    request = Request({"type": "http", "headers": [(b"accept-encoding", accepted.encode())]})
    service = client.app.state.service
    person = demo_person("demo-dispatcher", service.city, host="127.0.0.1")

    async def beginning(frames: AsyncGenerator[bytes]) -> bytes:
        async with aclosing(frames):
            return b"".join([await anext(frames) for _ in range(4)])

    async def run() -> tuple[Response, bytes]:
        answer = await listen(request, service, person)
        return answer, await beginning(answer.body_iterator)

    answer, begun = asyncio.run(run())
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    if encoding:
        begun = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(begun)
    assert begun.startswith(b"retry: 1000\n\n")
    assert b"event: beat\n" in begun
