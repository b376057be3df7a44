"""The store is taken away and given back: reads go on, marked stale, and writes are refused."""

from __future__ import annotations

import os
import re
import resource
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import psycopg
from faults.running_server import Answer, Caller, running

from api.beats import STORE_S
from dispatch.store import embedded as embedded_store
from dispatch.store import server as server_store

INCIDENTS = "/api/v1/incidents"
UNITS = "/api/v1/units"
BACK_WITHIN_S = 30

AWAY = "The store does not take what is written"
BACK = "The store takes what is written again"

BEATS_S = 3.0
"""All that goes on by itself has asked the store meanwhile, most of it several times."""

LOOKS = 3
"""How often the service has looked at the store while its disk is full."""

FULL_B = 4096
"""No file may grow past this: less than one page and its head in the store's log."""


def report(caller: Caller) -> Answer:
    place = caller.get("/api/v1/positions").body["items"][0]
    body = {"lon_lat": [place["lon"], place["lat"]], "matters": [], "text": "围挡倒塌"}
    return caller.post(INCIDENTS, body)


def test_while_the_server_of_the_store_is_down(server_url, postgresql, tmp_path):
    with running(server_url, tmp_path) as server, server.caller() as caller:
        assert report(caller).status == 201
        before = caller.get(INCIDENTS)
        assert "stale" not in before.body
        postgresql.end()
        try:
            refused = report(caller)
            listed, units = caller.get(INCIDENTS), caller.get(UNITS)
            never_asked = caller.get(f"{INCIDENTS}?limit=7")
            ready = caller.get("/readyz")
            time.sleep(BEATS_S)
        finally:
            postgresql.start()
        assert (refused.status, refused.body["code"]) == (503, "store_down")
        assert int(refused.headers["retry-after"]) >= 1
        assert listed.status == units.status == 200
        assert listed.body["items"] == before.body["items"]
        for stale in (listed, units):
            assert stale.body["stale"]["code"] == "store_down"
            assert stale.headers["x-stale-since"] == stale.body["stale"]["since"]
        assert (never_asked.status, never_asked.body["code"]) == (503, "store_down")
        assert ready.body["status"] == "degraded"

        assert within(lambda: report(caller).status == 201)
        assert within(lambda: "stale" not in caller.get(INCIDENTS).body)
        assert len(caller.get(INCIDENTS).body["items"]) > len(before.body["items"])
        said = server.said()
        assert (said.count(AWAY), said.count(BACK), said.count("Traceback")) == (1, 1, 0), said


def test_after_a_restart_of_the_server_nothing_has_to_be_restarted(
    server_url, postgresql, tmp_path
):
    with running(server_url, tmp_path) as server, server.caller() as caller:
        assert report(caller).status == 201
        for _ in range(2):
            postgresql.end()
            postgresql.start()
            assert within(lambda: report(caller).status == 201)
            assert within(lambda: "stale" not in caller.get(INCIDENTS).body)


def impatient() -> None:
    """Wait for others no longer than a second."""
    server_store.SETTINGS["lock_timeout"] = "1s"


def test_whoever_is_held_up_hears_that_the_store_is_busy(server_url, tmp_path):
    """Seen to fail with the settings taken out of `connect_server`: the report waits for good."""
    with running(server_url, tmp_path, weakened=impatient) as server, server.caller() as caller:
        with psycopg.connect(server_url) as other:
            other.execute("LOCK TABLE incidents IN EXCLUSIVE MODE")
            held_up = report(caller)
            listed = caller.get(INCIDENTS)
            other.rollback()
        assert (held_up.status, held_up.body["code"]) == (503, "store_busy")
        assert held_up.headers["retry-after"] == "1"
        assert listed.status == 200
        assert report(caller).status == 201


def test_nul_is_refused_in_every_address_and_body_alike(store_url, tmp_path):
    with running(store_url, tmp_path) as server, server.caller() as caller:
        described = caller.get("/openapi.json").body["paths"]
        for path, asked in described.items():
            named = re.sub(r"{\w+}", "%00", path)
            addresses = [named] if named != path else []
            addresses += [
                f"{path}?{one['name']}=x%00"
                for one in asked.get("get", {}).get("parameters", ())
                if one["in"] == "query" and "{" not in path
            ]
            for address in addresses:
                refused = caller.get(address)
                assert refused.status == 422, address
                assert refused.body["en"].endswith("."), address
        place = {"lon_lat": [109.0, 21.5], "matters": []}
        assert caller.post(INCIDENTS, place | {"text": "x\0y"}).status == 422
        assert server.alive


def impatient_of_file() -> None:
    """Wait for another process no longer than half a second, whoever queues before."""
    embedded_store.LOCK_TIMEOUT_S = 0.5


def test_while_another_process_writes_to_the_file_the_store_is_busy(embedded_url, tmp_path):
    """Asked once more before that is said; nothing is called stale, for reads wait for nobody."""
    path = embedded_url.removeprefix("sqlite:///")
    weak = impatient_of_file
    with running(embedded_url, tmp_path, weakened=weak) as server, server.caller() as caller:
        assert report(caller).status == 201
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = report(caller)
            read = caller.get(INCIDENTS)
            other.execute("ROLLBACK")
        assert (refused.status, refused.body["code"]) == (503, "store_busy")
        assert refused.headers["retry-after"] == "1"
        assert server.said().count("The store failed a request (locked)") == 2
        assert read.status == 200
        assert "x-stale-since" not in read.headers
        assert AWAY not in server.said()
        assert report(caller).status == 201


def speak_into(pipe: Connection) -> None:
    """Log into a pipe, which takes it also while no file may grow."""
    for stream in (1, 2):
        os.dup2(pipe.fileno(), stream)


class Ear:
    """Hears what a server says into a pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._heard = b""

    def said(self) -> str:
        """All that was said so far."""
        while self._pipe.poll():
            more = os.read(self._pipe.fileno(), 65_536)
            if not more:
                break
            self._heard += more
        return self._heard.decode(errors="replace")


def test_while_the_disk_of_the_file_is_full(embedded_url, tmp_path):
    """Seen to fail with a look that only begins to write: reads are stale now and then."""
    hearing, pipe = Pipe(duplex=False)
    ear, weak = Ear(hearing), partial(speak_into, pipe)
    with (
        closing(hearing),
        closing(pipe),
        running(embedded_url, tmp_path, weakened=weak) as server,
        server.caller() as caller,
    ):
        assert report(caller).status == 201
        whole = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (FULL_B, whole[1]))
        refused, reads = report(caller), [caller.get(UNITS)]
        for _ in range(LOOKS):
            time.sleep(STORE_S)
            reads.append(caller.get(UNITS))
            assert report(caller).body["code"] == "store_down"
        meanwhile = ear.said()
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, whole)
        assert (refused.status, refused.body["code"]) == (503, "store_down")
        assert {read.status for read in reads} == {200}
        assert len({read.headers["x-stale-since"] for read in reads}) == 1
        assert re.search(rf"{AWAY} \((disk I/O error|database or disk is full)\)", meanwhile)
        assert (meanwhile.count(AWAY), meanwhile.count(BACK)) == (1, 0), meanwhile

        assert within(lambda: report(caller).status == 201)
        assert within(lambda: "x-stale-since" not in caller.get(INCIDENTS).headers)
        assert within(lambda: BACK in ear.said())
        said = ear.said()
        assert (said.count(AWAY), said.count(BACK), said.count("Traceback")) == (1, 1, 0), said


def within(done: Callable[[], bool]) -> bool:
    """Whether something comes about while a client would still wait for it."""
    until = time.monotonic() + BACK_WITHIN_S
    while time.monotonic() < until:
        if done():
            return True
        time.sleep(0.1)
    return False
