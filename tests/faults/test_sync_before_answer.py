"""
G1: no 2xx leaves the service before the record of its effect is synced to the disk.

Reports are made one after the other, each with a mark in its text; the trace of the service, and
of PostgreSQL where it keeps the store, must show for each: the mark goes into the write-ahead log,
the log is synced, and only then the answer goes out.  Seen to fail in every run: `careless` takes
the guard out, on both stores.
"""

from __future__ import annotations

import pytest
from faults import careless
from faults.running_server import RunningServer, running
from faults.system_calls import NotAllowedError, answered_before_sync, events, wait_for, watched
from faults.test_kill import children_of
from spec.served_town import RIVER

LOG_OF_FILE, LOG_OF_DATABASE = "-wal", "/pg_wal/"
FEW = 5


def twice(mark: str) -> str:
    """Say a mark in two places: where a page of the log ends in one, the other is whole."""
    return f"{mark} {'.' * 40} {mark}"


@pytest.fixture
def trace(need_program, tmp_path, leave_out):
    """Report so many times while strace watches; answers the marks, and the lines of the trace."""
    strace = need_program("strace")

    def report_and_watch(
        server: RunningServer, *others: int, times: int
    ) -> tuple[list[str], list[str]]:
        pids = [server.pid, *others, *(child for pid in others for child in children_of(pid))]
        marks = [f"mark-{number:04d}-of-this-report" for number in range(times)]
        try:
            with server.caller() as caller, watched(strace, pids, tmp_path / "trace") as told:
                for mark in marks:
                    body = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"], "text": twice(mark)}
                    assert caller.post("/api/v1/incidents", body).status == 201
                wait_for(told, marks[-1])
            return marks, told()
        except NotAllowedError as refusal:
            leave_out(f"the order of sync and answer: strace may not watch here ({refusal})")

    return report_and_watch


def test_an_answer_follows_the_sync_of_the_file(trace, embedded_url, tmp_path, count):
    with running(embedded_url, tmp_path) as server:
        marks, lines = trace(server, times=count(reduced=FEW, full=100))
    assert answered_before_sync(events(lines, log=LOG_OF_FILE), marks) == []


def test_a_file_that_is_not_synced_is_caught(trace, embedded_url, tmp_path):
    with running(embedded_url, tmp_path, weakened=careless.never_sync_files) as server:
        marks, lines = trace(server, times=FEW)
    assert answered_before_sync(events(lines, log=LOG_OF_FILE), marks) == marks


def test_an_answer_follows_the_sync_of_the_database(trace, server_url, postgresql, tmp_path, count):
    with running(server_url, tmp_path) as server:
        marks, lines = trace(server, postgresql.process.pid, times=count(reduced=FEW, full=100))
    assert answered_before_sync(events(lines, log=LOG_OF_DATABASE), marks) == []


def test_a_database_that_confirms_before_it_syncs_is_caught(
    trace, server_url, postgresql, tmp_path
):
    with running(server_url, tmp_path, weakened=careless.confirm_before_sync) as server:
        marks, lines = trace(server, postgresql.process.pid, times=FEW)
    assert answered_before_sync(events(lines, log=LOG_OF_DATABASE), marks) != []
