"""The gateway of JT/T 808: terminals on sockets of their own, and the service behind it."""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import httpx2
import pytest
from fastapi.testclient import TestClient
from free_port import free_port
from served_process import serving
from spec.served_town import RIVER, MovedClock, served, write_town
from terminal import FLAG, Terminal, answers_in, body_of, location

from api.cli import run
from api.jt808_forwarding import Forwarding
from api.jt808_gateway import MOST_BAD, Gateway, GatewayTerms
from geo.tracker.report import Report
from tests.geo.tracker.test_mutated import FRAMES, mutated, with_right_check

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ANSWERS_WITHIN_S = 30.0
OPEN = GatewayTerms(b"secret", open=True)

OPENED: list[asyncio.StreamWriter] = []
"""Connections of a test, to be closed at its end."""

Asked = Callable[[list[dict]], httpx2.Response]


@dataclass
class Sink(httpx2.AsyncBaseTransport):
    """A service that answers as it is told, and keeps what it took."""

    answers: Asked | None = None
    taken: list[dict] = field(default_factory=list)
    tries: int = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.tries += 1
        rows = json.loads(await request.aread())
        answer = None if self.answers is None else self.answers(rows)
        if answer is None:
            self.taken += rows
            results = [{"remark": {"code": "accepted"}} for _ in rows]
            answer = httpx2.Response(200, json={"accepted": len(rows), "results": results})
        return answer


class ThroughDoor(httpx2.AsyncBaseTransport):
    """The door of a served town, asked from another loop."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        path, headers = request.url.path, {"content-type": "application/json"}
        said = await asyncio.to_thread(self.client.post, path, content=body, headers=headers)
        return httpx2.Response(said.status_code, content=said.content, headers=dict(said.headers))


@asynccontextmanager
async def gateway_to(
    transport: httpx2.AsyncBaseTransport, terms: GatewayTerms = OPEN, **bounds: int
) -> AsyncIterator[tuple[int, Gateway, Forwarding]]:
    """A gateway on a free port."""
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        forwarding = Forwarding(client, pause_s=0.02, **bounds)
        gateway = Gateway(forwarding, terms)
        port = await gateway.listen("127.0.0.1", 0)
        sending = asyncio.create_task(forwarding.run())
        try:
            yield port, gateway, forwarding
        finally:
            for writer in OPENED:
                writer.close()
            OPENED.clear()
            await gateway.close()
            forwarding.close()
            await asyncio.wait_for(sending, 10)


@dataclass
class Line:
    """A terminal on a connection of its own."""

    terminal: Terminal
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int, terminal: Terminal) -> Line:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        OPENED.append(writer)
        return cls(terminal, reader, writer)

    async def ask(self, message: bytes) -> tuple[int, bytes]:
        """Send a message, and read the one answer to it."""
        self.writer.write(message)
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await self.reader.readuntil(FLAG)
            return body_of(answers_in(await self.reader.readuntil(FLAG))[0])

    async def register(self) -> None:
        number, body = await self.ask(self.terminal.registration())
        assert number == 0x8100
        _, body = await self.ask(self.terminal.authentication(body[3:].decode()))
        assert body[-1] == 0

    async def report(self, at: datetime, place: tuple[float, float] = (109.1, 21.4)) -> int:
        """Report a place; answers the result."""
        item = location(*place, at, kmh=36, heading=90)
        return (await self.ask(self.terminal.message(0x0200, item)))[1][-1]

    async def hang_up(self) -> None:
        self.writer.close()


async def until(true: Callable[[], bool], within_s: float = ANSWERS_WITHIN_S) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 -- what is waited for is another's state
            await asyncio.sleep(0.01)


def test_what_terminals_report_reaches_the_service_in_batches():
    sink = Sink()

    async def talk() -> None:
        async with gateway_to(sink, GatewayTerms(b"secret")) as (port, gateway, _):
            lines = [await Line.to(port, Terminal(f"1380000000{n}", n % 2 == 0)) for n in range(6)]
            await asyncio.gather(*(line.register() for line in lines))
            for second in range(3):
                at = AT + timedelta(seconds=second)
                assert await asyncio.gather(*(line.report(at) for line in lines)) == [0] * 6
            await until(lambda: len(sink.taken) == 18)
            assert gateway.figures()["connections"] == 6
            assert gateway.figures()["accepted"] == 18

    asyncio.run(talk())
    assert sink.tries < 18
    assert sink.taken[0] == {
        "device": sink.taken[0]["device"],
        "time": "2026-11-23T14:00:00",
        "lon": 109.1,
        "lat": 21.4,
        "speed_mps": 10.0,
        "heading_deg": 90.0,
        "positioned": True,
    }
    assert {row["device"] for row in sink.taken} == {f"1380000000{n}" for n in range(6)}


def test_the_right_officer_is_seen_where_the_terminal_is(tmp_path):
    clock = MovedClock()
    with served(write_town(tmp_path), clock) as client:
        officers = [f"K{crew}{one}" for crew in (1, 2, 4, 5) for one in "ab"]
        phones = {f"1390000{n:04}": officer for n, officer in enumerate(officers)}
        given = [
            {"source": "jt808", "device": phone, "officer": officer}
            for phone, officer in phones.items()
        ]
        assert client.post("/api/v1/devices", json=given).status_code == 200

        async def talk() -> None:
            async with gateway_to(ThroughDoor(client)) as (port, gateway, _):
                lines = {phone: await Line.to(port, Terminal(phone)) for phone in phones}
                for _ in range(2):
                    clock.now += timedelta(seconds=20)
                    ways = (line.report(clock.now, RIVER.lon_lat["3"]) for line in lines.values())
                    assert await asyncio.gather(*ways) == [0] * len(phones)
                await until(lambda: gateway.figures().get("accepted") == 2 * len(phones))

        asyncio.run(talk())
        rows = client.get("/api/v1/positions", params={"limit": 1000}).json()["items"]
        seen = {row["officer"]: row for row in rows if row["officer"] in officers}
        for officer in officers:
            assert (seen[officer]["lon"], seen[officer]["lat"]) == pytest.approx(
                RIVER.lon_lat["3"], abs=1e-6
            )
            assert datetime.fromisoformat(seen[officer]["time"]) == clock.now
            assert seen[officer]["speed_mps"] == pytest.approx(10)


def test_while_the_service_is_down_reports_are_kept_within_bounds_and_then_sent():
    down = True
    sink = Sink(lambda _: httpx2.Response(503, json={"code": "down"}) if down else None)

    async def talk() -> None:
        nonlocal down
        async with gateway_to(sink, most_waiting=8, most_of_one=5) as (port, gateway, forwarding):
            one, other = [await Line.to(port, Terminal(phone)) for phone in ("7", "8")]
            results = [await one.report(AT + timedelta(seconds=n)) for n in range(7)]
            assert results == [0] * 5 + [1] * 2  # those it keeps itself
            assert [await other.report(AT + timedelta(seconds=n)) for n in range(4)] == [0, 0, 0, 1]
            await until(lambda: sink.tries > 0)
            figures = gateway.figures()
            assert (figures["waiting"], figures["no_room"]) == (8, 3)
            down = False
            await until(lambda: forwarding.waiting == 0)
            assert await one.report(AT) == 0

    asyncio.run(talk())
    assert [row["device"] for row in sink.taken] == ["7"] * 5 + ["8"] * 3 + ["7"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, text="<html>Sign in to this network</html>"),
        httpx2.Response(200, json=["ok"]),
        httpx2.Response(429, json={"code": "overloaded"}, headers={"retry-after": "0"}),
    ],
)
def test_what_is_no_answer_of_the_service_loses_nothing(answer, monkeypatch):
    monkeypatch.setattr("api.jt808_forwarding.FIRST_WAIT_S", 0.01)
    sink = Sink(lambda _: answer if sink.tries < 3 else None)

    async def talk() -> None:
        async with gateway_to(sink) as (port, _, forwarding):
            line = await Line.to(port, Terminal("7"))
            assert await line.report(AT) == 0
            await until(lambda: forwarding.waiting == 0)

    asyncio.run(talk())
    assert (sink.tries, len(sink.taken)) == (3, 1)


def test_a_report_that_the_service_does_not_take_keeps_no_other_back():
    def answers(rows: list[dict]) -> httpx2.Response | None:
        bad = any(row["device"] == "666" for row in rows)
        return httpx2.Response(422, json={"code": "invalid"}) if bad else None

    sink = Sink(answers)

    async def send() -> None:
        async with httpx2.AsyncClient(transport=sink, base_url="http://service") as client:
            forwarding = Forwarding(client, pause_s=0.01)
            for number in range(40):
                phone = "666" if number == 17 else str(number)
                assert forwarding.take([Report(phone, (1.0, 2.0))])
            forwarding.close()
            await forwarding.run()
            assert forwarding.counted["refused_by_service"] == 1

    asyncio.run(send())
    assert len(sink.taken) == 39


def test_one_that_misbehaves_is_hung_up_on_and_nobody_waits_for_it():
    terms = GatewayTerms(b"secret", open=True, idle_s=0.3, most_connections=5)
    sink = Sink()

    async def talk() -> None:
        async with gateway_to(sink, terms) as (port, gateway, _):
            noisy, silent = [await Line.to(port, Terminal(phone)) for phone in ("1", "2")]
            good = await Line.to(port, Terminal("3"))
            noisy.writer.write(b"\x7enoise\x7e" * (MOST_BAD + 5))
            for second in range(5):
                assert await good.report(AT + timedelta(seconds=second)) == 0
                await asyncio.sleep(0.1)
            assert await noisy.reader.read() == b""
            assert await silent.reader.read() == b""
            assert gateway.figures()["given_up"] == 1
            others = [await Line.to(port, Terminal(str(n))) for n in range(10, 16)]
            ends = [asyncio.create_task(line.reader.read()) for line in others]
            assert await good.report(AT) == 0
            await until(lambda: gateway.figures().get("turned_away") == 2)
            await asyncio.gather(*ends)

    asyncio.run(talk())


def test_who_reads_no_answers_is_let_go_of_with_what_was_kept_for_it():
    """Its frames are good; so neither silence nor noise ends it, but only what it does not read."""
    terms = GatewayTerms(b"secret", open=True, written_within_s=0.3)

    async def talk() -> None:
        async with gateway_to(Sink(), terms) as (port, gateway, _):
            good = await Line.to(port, Terminal("3"))
            deaf = await deaf_line(port)
            beats = b"".join(Terminal("4").heartbeat() for _ in range(2000))
            with suppress(TimeoutError, ConnectionError, BrokenPipeError):
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    while True:
                        await asyncio.get_running_loop().sock_sendall(deaf, beats)
            assert gateway.figures()["hung_up"] == 1
            await until(lambda: gateway.figures()["connections"] == 1)
            assert await good.report(AT) == 0
            deaf.close()

    asyncio.run(talk())


async def deaf_line(port: int) -> socket.socket:
    """A connection with small buffers that nobody reads."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(0)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    return line


def test_a_gateway_ends_though_somebody_reads_nothing():
    async def talk() -> None:
        async with gateway_to(Sink()) as (port, gateway, _):
            deaf = await deaf_line(port)
            beats = b"".join(Terminal("4").heartbeat() for _ in range(2000))
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    while True:
                        await asyncio.get_running_loop().sock_sendall(deaf, beats)
            began = time.monotonic()
            await asyncio.wait_for(gateway.close(), 10)
            assert time.monotonic() - began < 5
            deaf.close()

    asyncio.run(talk())


def test_bytes_that_never_become_a_frame_do_not_keep_a_connection():
    terms = GatewayTerms(b"secret", open=True, idle_s=0.4)

    async def talk() -> None:
        async with gateway_to(Sink(), terms) as (port, gateway, _):
            slow = await Line.to(port, Terminal("1"))
            with suppress(ConnectionError):
                for _ in range(40):
                    slow.writer.write(b"\x01")
                    await slow.writer.drain()
                    await asyncio.sleep(0.05)
            assert gateway.figures()["connections"] == 0
            assert gateway.figures()["hung_up"] == 1

    asyncio.run(talk())


def test_mutated_frames_block_no_other_terminal(count):
    """Bad ones on connections of their own; between them the good one is answered each time."""
    chance, sink = Random("mutated on sockets"), Sink()  # noqa: S311 -- no secret

    async def shout(port: int, n_frames: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        OPENED.append(writer)
        for _ in range(n_frames):
            bad = mutated(chance.choice(FRAMES), chance)
            writer.write(with_right_check(bad) if chance.random() < 0.5 else bad)
        writer.write_eof()
        await reader.read()

    async def talk() -> None:
        async with gateway_to(sink) as (port, gateway, _):
            good = await Line.to(port, Terminal("13800000001"))
            for second in range(count(reduced=5, full=100)):
                bad_ones = [asyncio.create_task(shout(port, 20)) for _ in range(5)]
                assert await good.report(AT + timedelta(seconds=second)) == 0
                await asyncio.gather(*bad_ones, return_exceptions=True)
            assert gateway.figures()["bad_frames"] > 0

    asyncio.run(talk())
    good = [row for row in sink.taken if row["device"] == "13800000001"]
    assert len(good) == count(reduced=5, full=100)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "--token"),
        (["--token", "x", "--to", "http://192.0.2.1:8000"], "https://"),
        (["--token", "x", "--to", "ftp://127.0.0.1"], "https://"),
    ],
)
def test_a_gateway_that_cannot_be_is_refused_in_a_sentence(given, says, capsys, monkeypatch):
    monkeypatch.delenv("GRID_DISPATCH_TOKEN", raising=False)
    assert run(["tracker", "jt808", *given]) == 2
    assert says in capsys.readouterr().err


TERMINALS, EVERY_S, ROUNDS = 1_000, 5.0, 12


@pytest.mark.verify
def test_a_thousand_terminals_report_once_in_five_seconds(tmp_path, record_property):
    """Gateway and service are processes of their own; every report is answered and passed on."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    crews = {f"K{number}": "1" for number in range(TERMINALS // 2)}
    store, port = write_town(tmp_path, crews=crews), free_port()
    with serving(f"sqlite:///{store}", tmp_path) as service:
        headers = {"authorization": "Bearer demo-dispatcher"}
        with httpx2.Client(base_url=service.address, headers=headers, trust_env=False) as client:
            officers = [row["id"] for row in everything(client, "officers")][:TERMINALS]
            places = {row["officer"]: row for row in everything(client, "positions")}
            given = [
                {"source": "jt808", "device": f"139{n:08}", "officer": officer}
                for n, officer in enumerate(officers)
            ]
            client.post("/api/v1/devices", json=given, timeout=60).raise_for_status()
            gateway = start_gateway(service.address, port, tmp_path)
            try:
                took = asyncio.run(report_all(port, officers, places))
            finally:
                gateway.send_signal(signal.SIGTERM)
                said, _ = gateway.communicate(timeout=60)
        figures = json.loads(said)
    assert figures["waiting"] == 0
    assert figures["sent"] == len(officers) * ROUNDS
    assert gateway.returncode == 0
    record_property("table", f"JT/T 808: {len(officers)} terminals, {took}, {figures}")


def everything(client: httpx2.Client, path: str) -> list[dict]:
    rows, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/{path}", params={"limit": 1000, "cursor": cursor}).json()
        rows, cursor = rows + page["items"], page["next"]
    return rows


def start_gateway(address: str, port: int, folder) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from api.cli import main; main()", "tracker", "jt808"]
    command += ["--port", str(port), "--to", address, "--token", "demo-dispatcher", "--json"]
    with (folder / "gateway.log").open("wb") as log:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)


async def report_all(port: int, officers: list[str], places: dict[str, dict]) -> str:
    """Every terminal on its own connection, each at its own moment of the five seconds."""
    await until_listening(port)
    lines = [await Line.to(port, Terminal(f"139{n:08}", n % 2 == 0)) for n in range(len(officers))]
    await asyncio.gather(*(line.register() for line in lines))
    waits_s: list[float] = []

    async def go_round(number: int, line: Line) -> None:
        seen = places.get(officers[number], {"lon": 109.1, "lat": 21.4})
        begin = time.monotonic() + EVERY_S * number / len(lines)
        for turn in range(ROUNDS):
            await asyncio.sleep(max(0.0, begin + EVERY_S * turn - time.monotonic()))
            asked = time.monotonic()
            at = datetime.now(UTC).replace(microsecond=0)
            assert await line.report(at, (seen["lon"], seen["lat"])) == 0
            waits_s.append(time.monotonic() - asked)

    await asyncio.gather(*itertools.starmap(go_round, enumerate(lines)))
    for line in lines:
        await line.hang_up()
    waits_s.sort()
    middle, late = waits_s[len(waits_s) // 2], waits_s[int(len(waits_s) * 0.99)]
    return f"{len(waits_s)} reports, answered in {1000 * middle:.1f} ms, p99 {1000 * late:.0f} ms"


async def until_listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.2)
            else:
                writer.close()
                return
