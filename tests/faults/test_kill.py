"""
G1: what was acknowledged is there after ``kill -9``, of the service and of the database.

That alone proves nothing about the disk, for the kernel keeps what a killed process has written:
`test_sync_before_answer` watches the order of system calls, and takes the guard out in every run.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import numpy as np
from faults.committing import commit_reports
from faults.running_server import PATIENCE_S, Caller, RunningServer, forked
from spec.served_town import RIVER
from sqlalchemy import select
from store_servers import TemporaryServer

from dispatch.store.engine import Store, open_store
from dispatch.store.order_tables import ASSIGNMENTS
from dispatch.store.tables import INCIDENTS

REPORTERS = 3
MOST_REPORTS = 40
"""A server is killed after one to so many reports."""

LONGEST_S = 0.05
"""A process that only commits is killed within so long of its first commit."""


def test_a_file_keeps_every_report_that_was_committed(embedded_url, count):
    cycles = count(reduced=12, full=500, long=10_000)
    said = set()
    for after_s in np.random.default_rng(1).uniform(0.0, LONGEST_S, cycles).tolist():
        said |= killed_while_committing(embedded_url, after_s=after_s)
    assert len(said) >= cycles
    with closing(open_store(embedded_url)) as store:
        assert said <= incidents_of(store)
        assert is_sound(store)


def test_a_killed_database_keeps_every_report_that_was_committed(server_url, postgresql, count):
    cycles = count(reduced=2, full=30, long=500)
    said = set()
    for after_s in np.random.default_rng(2).uniform(0.0, LONGEST_S, cycles).tolist():
        said |= killed_while_committing(
            server_url, after_s=after_s, kill=lambda: kill_database(postgresql)
        )
        postgresql.start()
    assert len(said) >= cycles
    with closing(open_store(server_url)) as store:
        assert said <= incidents_of(store)


def test_a_killed_service_has_lost_nothing_that_it_acknowledged(embedded_url, tmp_path, count):
    server = RunningServer(embedded_url, tmp_path / "server.log")
    told = Acknowledged()
    cycles = count(reduced=3, full=200, long=2_000)
    for after in np.random.default_rng(3).integers(1, MOST_REPORTS, cycles).tolist():
        told.add(killed_at_work(server, after=after))
        with closing(open_store(embedded_url)) as store:
            assert told.lost(store) == []
    with closing(open_store(embedded_url)) as store:
        assert is_sound(store)


def test_a_service_killed_with_its_database_has_lost_nothing(
    server_url, postgresql, tmp_path, count
):
    server = RunningServer(server_url, tmp_path / "server.log")
    told = Acknowledged()
    cycles = count(reduced=1, full=30, long=500)
    for after in np.random.default_rng(4).integers(1, MOST_REPORTS, cycles).tolist():
        told.add(killed_at_work(server, after=after, kill=lambda: kill_database(postgresql)))
        postgresql.start()
        with closing(open_store(server_url)) as store:
            assert told.lost(store) == []


def killed_while_committing(
    url: str, *, after_s: float, kill: Callable[[], None] | None = None
) -> set[str]:
    """Let a process commit until it or its database is killed, and answer what it said before."""
    context = forked()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=commit_reports, args=(url, theirs))
    process.start()
    theirs.close()
    said = {ours.recv_bytes().decode()}
    time.sleep(after_s)
    if kill is not None:
        kill()
    process.kill()  # it may have ended with its database
    with suppress(EOFError):
        while True:
            said.add(ours.recv_bytes().decode())
    process.join(PATIENCE_S)
    return said


def kill_database(server: TemporaryServer) -> None:
    """Kill a PostgreSQL server with all of its processes, none of which may tidy up."""
    first = server.process.pid
    os.kill(first, signal.SIGSTOP)  # it starts no process that we would not see
    for pid in [first, *children_of(first)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.process.wait(PATIENCE_S)


def children_of(pid: int) -> list[int]:
    """Processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@dataclass
class Acknowledged:
    """What clients were told is done: incidents, assignments, and assignments that ended."""

    incidents: set[str] = field(default_factory=set)
    assignments: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)

    def add(self, more: Acknowledged) -> None:
        self.incidents |= more.incidents
        self.assignments |= more.assignments
        self.ended |= more.ended

    def lost(self, store: Store) -> list[str]:
        """Whatever of it a store doesn't hold."""
        with store.reading() as session:
            kept = session.execute(select(ASSIGNMENTS.c.id, ASSIGNMENTS.c.released_at)).all()
        ended = {number for number, at in kept if at is not None}
        missing = self.incidents - incidents_of(store)
        missing |= (self.assignments - {number for number, _ in kept}) | (self.ended - ended)
        return sorted(missing)


def killed_at_work(
    server: RunningServer, *, after: int, kill: Callable[[], None] | None = None
) -> Acknowledged:
    """Start a server, kill it after so many reports, and answer all that it acknowledged."""
    server.start(warm=True)
    heard = Acknowledged()
    release_all(server, heard)
    work = [reports(server, heard) for _ in range(REPORTERS)] + [assigns(server, heard)]
    threads = [threading.Thread(target=until_it_dies, args=(steps,)) for steps in work]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while len(heard.incidents) < after or not heard.assignments:
        assert server.alive, server.said()
        assert time.monotonic() < deadline, f"{heard} is all after {PATIENCE_S} s"
        time.sleep(0.001)
    if kill is not None:
        kill()
    server.kill()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    return heard


def until_it_dies(steps: Iterator[bool]) -> None:
    """Go on until the service or its database is gone."""
    with suppress(OSError, HTTPException):
        while next(steps):
            pass


def reports(server: RunningServer, heard: Acknowledged) -> Iterator[bool]:
    """Report, again and again."""
    with server.caller() as caller:
        while number := report(caller):
            heard.incidents.add(number)
            yield True
        yield False


def assigns(server: RunningServer, heard: Acknowledged) -> Iterator[bool]:
    """Send somebody and set them free, again and again."""
    with server.caller() as caller:
        while incident := report(caller):
            heard.incidents.add(incident)
            asked = caller.insist(f"/api/v1/incidents/{incident}/suggestions", {})
            if not asked.good:
                break
            wanted = {"suggestion": asked.body["id"], "rank": 1}
            sent = caller.insist("/api/v1/assignments", wanted)
            if not sent.good:
                break
            heard.assignments.add(sent.body["id"])
            release(caller, sent.body["id"], heard)
            yield True
        yield False


def release_all(server: RunningServer, heard: Acknowledged) -> None:
    """Set free whom a kill left bound."""
    with server.caller() as caller:
        for bound in caller.get("/api/v1/assignments?bound=true").body["items"]:
            release(caller, bound["id"], heard)


def release(caller: Caller, number: str, heard: Acknowledged) -> None:
    if caller.insist(f"/api/v1/assignments/{number}/release", {"outcome": "done"}).good:
        heard.ended.add(number)


def report(caller: Caller) -> str | None:
    """Report; answers the number once it is acknowledged, and nothing if it is refused."""
    place = RIVER.lon_lat["x"]
    body = {"lon_lat": place, "matters": ["H1"], "text": "垃圾"}
    came = caller.insist("/api/v1/incidents", body)
    return came.body["id"] if came.good else None


def incidents_of(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.scalars(select(INCIDENTS.c.id)))


def is_sound(store: Store) -> bool:
    """Whether SQLite itself finds nothing wrong with a file."""
    with closing(sqlite3.connect(store.path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
