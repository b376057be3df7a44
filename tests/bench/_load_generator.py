"""
Offers a steady load to a server and times every answer from the moment its request was due.

``python -m tests.bench._load_generator PORT SECONDS`` reads the requests of each kind from its
input and writes the times; the benchmark of load runs it on a core of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import uvloop

HEAD = (
    "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer demo-dispatcher\r\n"
    "content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
)
CHUNK = 1 << 20

LATE_S = 20.0
"""Answers that take longer count as none."""


@dataclass
class Kind:
    """Requests of one kind: where to, how many a second, and what came of them."""

    path: str
    rate: float
    bodies: list[object]
    ms: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    def drawn(self) -> Iterator[bytes]:
        """Bodies in turn, for ever; ``NOW`` in one stands for the present."""
        for text in itertools.cycle([json.dumps(body) for body in self.bodies]):
            yield text.replace("NOW", datetime.now(UTC).isoformat()).encode()


class Connections:
    """Open connections that are used in turn; more are opened when all are waiting."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, path: str, body: bytes) -> int:
        """Send one request and read its answer; a connection that the server closed is renewed."""
        while True:
            old = bool(self._free)
            pair = self._free.pop() if old else await self._open()
            try:
                status = await _exchange(*pair, path, body)
            except (OSError, asyncio.IncompleteReadError):
                pair[1].close()
                if not old:
                    raise
                continue
            self._free.append(pair)
            return status

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes
) -> int:
    head = HEAD.format(method="POST", path=path, length=len(body))
    writer.write(head.encode() + body)
    answered = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(
        int(line.partition(":")[2])
        for line in answered.split("\r\n")
        if line.startswith("content-length:")
    )
    await reader.readexactly(length)
    return int(answered.split(" ", 2)[1])


async def offer(kind: Kind, port: int, *, warm_s: float, seconds: float) -> None:
    """Send requests as they fall due, whether or not those before were answered."""
    loop, connections, bodies = asyncio.get_running_loop(), Connections(port), kind.drawn()
    warm_up = round(warm_s * kind.rate)
    start, under_way = loop.time(), set()

    async def send(due: float, body: bytes, *, counts: bool) -> None:
        try:
            status = str(await asyncio.wait_for(connections.ask(kind.path, body), LATE_S))
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            status = type(error).__name__
        if not counts:
            return
        if status.startswith("2"):
            kind.ms.append(1000 * (loop.time() - due))
        else:
            kind.refused[status] = kind.refused.get(status, 0) + 1

    for number in range(warm_up + round(seconds * kind.rate)):
        due = start + number / kind.rate
        await asyncio.sleep(max(0.0, due - loop.time()))
        task = asyncio.create_task(send(due, next(bodies), counts=number >= warm_up))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)


async def listen(port: int, heard: list[int]) -> None:
    """Keep a page's live stream open, and count the bytes that come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
    head = HEAD.format(method="GET", path="/api/v1/events", length=0).replace(
        "content-type: application/json", "accept-encoding: gzip, deflate, br"
    )
    writer.write(head.encode())
    row = len(heard)
    heard.append(0)
    while chunk := await reader.read(CHUNK):
        heard[row] += len(chunk)


async def run(
    port: int, kinds: Iterable[Kind], *, seconds: float, warm_s: float, pages: int
) -> tuple[list[int], int]:
    """Offer everything together; answers what each page heard, and how many stayed."""
    heard: list[int] = []
    open_pages = [asyncio.create_task(listen(port, heard)) for _ in range(pages)]
    await asyncio.gather(*(offer(one, port, warm_s=warm_s, seconds=seconds) for one in kinds))
    still_open = sum(not page.done() for page in open_pages)
    for page in open_pages:
        page.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await page
    return heard, still_open


def main() -> None:
    """Read what to offer, offer it, and tell how it went."""
    port, seconds, warm_s, pages = (float(word) for word in sys.argv[1:])
    kinds = {name: Kind(**of) for name, of in json.load(sys.stdin).items()}
    heard, still_open = uvloop.run(
        run(int(port), kinds.values(), seconds=seconds, warm_s=warm_s, pages=int(pages))
    )
    told = {name: {"ms": kind.ms, "refused": kind.refused} for name, kind in kinds.items()}
    json.dump({"kinds": told, "heard": heard, "open": still_open}, sys.stdout)


if __name__ == "__main__":
    main()
