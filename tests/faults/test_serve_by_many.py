"""
Several server processes on one PostgreSQL are one service, whoever of them dies.

In short two that were forked; in full ``serve --workers 2``, started as a user would, which
replaces the dead (by itself that is tried in `tests/api/test_workers.py`).
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from faults.running_server import running
from reporters import AS_DISPATCHER, Reporters
from served_process import Served, serving
from spec.served_town import RIVER

from dispatch.store.engine import open_store
from dispatch.store.incidents import list_incidents

PATIENCE_S = 300
READY = re.compile(r"Server process (\d+) is ready")
REPORT = json.dumps({"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"]})


def test_one_of_two_is_killed_amid_reports(server_url, tmp_path):
    """The other takes reports, and a page at it hears of all that was acknowledged by either."""
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    with (
        running(server_url, folders[0]) as first,
        running(server_url, folders[1]) as second,
        closing(HTTPConnection("127.0.0.1", second.port, timeout=PATIENCE_S)) as connection,
    ):
        page = stream(connection)
        with Reporters(f"http://127.0.0.1:{first.port}", keeps=False) as reporters:
            reporters.wait_for(5)
            first.kill()
        with second.caller() as caller:
            last = caller.insist("/api/v1/incidents", REPORT.encode()).body["id"]
        hears(page, *reporters.acknowledged, last)
    with closing(open_store(server_url)) as store, store.reading() as session:
        kept = {one.id for one in list_incidents(session, limit=1_000_000)}
    assert {*reporters.acknowledged, last} <= kept


@pytest.mark.verify
def test_two_processes_are_one_service(server_url, tmp_path):
    """
    Both answer, a page at one is told what was reported at the other, and so it stays.

    One is killed (kill -9) amid reports: another takes its place, the page at the other goes on
    hearing, and nobody has lost what was acknowledged.  A stop ends all of them in order.
    """
    with serving(server_url, tmp_path, "--workers", "2") as served:
        first, second = wait_for(lambda: ready(served, 2))
        with listening_at(served, second) as page:
            hears(page, reported_at(served, first))
            with Reporters(served.address, keeps=False) as reporters:
                reporters.wait_for(5)
                os.kill(first, signal.SIGKILL)
                third = wait_for(lambda: ready(served, 3))[-1]
                reporters.wait_for(len(reporters.acknowledged) + 5)
            assert not refused(reporters)
            hears(page, reported_at(served, third))
        with Reporters(served.address, keeps=False) as others:
            others.wait_for(5)
            served.signal(signal.SIGTERM)
            assert served.process.wait(PATIENCE_S) == 0
        said = served.log.read_text("utf-8")
    assert "did not stop in time" not in said
    assert "the process ends without them" not in said
    assert not any(lives(pid) for pid in (first, second, third))
    acknowledged = {*reporters.acknowledged, *others.acknowledged}
    with closing(open_store(server_url)) as store, store.reading() as session:
        assert acknowledged <= {one.id for one in list_incidents(session, limit=1_000_000)}


def ready(served: Served, count: int) -> list[int]:
    """Numbers of the processes that have said that they are ready, once they are so many."""
    pids = [int(pid) for pid in READY.findall(served.log.read_text("utf-8"))]
    return pids if len(pids) >= count else []


def wait_for(look: Callable[[], list[int]]) -> list[int]:
    until = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


def reported_at(served: Served, pid: int) -> str:
    """Report an incident to one of the processes, and answer its number."""
    with answering(served, pid) as connection:
        headers = AS_DISPATCHER | {"content-type": "application/json"}
        connection.request("POST", "/api/v1/incidents", REPORT, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
    assert answer.status == 201, said
    return str(said["id"])


@contextmanager
def listening_at(served: Served, pid: int) -> Iterator[HTTPResponse]:
    """Open the live stream of one of the processes."""
    with answering(served, pid) as connection:
        yield stream(connection)


def stream(connection: HTTPConnection) -> HTTPResponse:
    """Open the live stream of whoever answers on a connection."""
    connection.request("GET", "/api/v1/events", headers=AS_DISPATCHER)
    page = connection.getresponse()
    assert page.status == 200
    return page


def hears(page: HTTPResponse, *incidents: str) -> None:
    """Read on until the page is told of some incidents; a beat comes every ten seconds."""
    until, missing = time.monotonic() + PATIENCE_S, set(incidents)
    while missing:
        assert time.monotonic() < until, missing
        line = page.readline().decode()
        missing = {incident for incident in missing if incident not in line}


@contextmanager
def answering(served: Served, pid: int) -> Iterator[HTTPConnection]:
    """Connect until one of the processes is the one that answers."""
    port = int(served.address.rpartition(":")[2])
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            if holds(pid, port, connection.sock.getsockname()[1]):
                yield connection
                return
    pytest.fail(f"Process {pid} answers nobody.")


def holds(pid: int, port: int, caller: int) -> bool:
    """Whether a process holds the server's end of a connection, as the kernel says."""
    ends = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    wanted = (f":{port:04X}", f":{caller:04X}")
    [socket] = {f"socket:[{end[9]}]" for end in ends if (end[1][-5:], end[2][-5:]) == wanted}
    held = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it may be closed meanwhile
            held.add(str(file.readlink()))
    return socket in held


def refused(reporters: Reporters) -> list[str]:
    """What reporters heard, but for those whose connection ended with the process."""
    broken = ("RemoteProtocolError", "ReadError", "WriteError")
    return [why for why in reporters.failed if not why.startswith(broken)]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
