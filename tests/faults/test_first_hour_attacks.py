"""
What somebody tries in the first hour who wants to see the service fail, and the right answer.

Each case runs a real server process, which is attacked from outside.  The ten, and where they are:

- kill -9 in a hundred reports: `test_kill_9_in_a_hundred_reports_and_every_one_is_there_once`;
- two hundred accept one officer: `test_two_hundred_accept_one_officer_and_one_has_them`, and round
  after round on both stores in `test_accept_race`;
- somebody else's assignment by its id: `tests/api/test_sight`;
- lists searched for a planted phone: `test_lists_errors_and_logs_never_tell_a_reporters_phone`;
- a deadline while the clock jumps two hours back and a day on: `test_deadlines`,
  `test_a_clock_that_jumps_neither_loses_a_step_nor_tells_it_twice_or_early`;
- a request sent again with another body:
  `test_a_request_replayed_with_another_body_is_refused_and_does_nothing`;
- the database killed: `test_kill`, and taken away and given back: `test_store_down`;
- the road engine stopped: `test_engine_stopped`;
- the audit edited and its tail cut: `test_an_edited_audit_row_is_named_and_a_cut_tail_is_missed`;
- bodies too long, too deep, or with NaN:
  `test_a_body_that_no_one_should_send_is_refused_in_words`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPException
from typing import Any

import pytest
from faults.running_server import RunningServer, running
from faults.test_accept_race import bound_to, names_the_holder, rivals
from faults.test_kill import incidents_of
from faults.test_openapi import ENDLESS
from faults.towns import embedded_copy
from spec.served_town import RIVER
from sqlalchemy import select

from api.cli import run
from dispatch.access import Role
from dispatch.store.append_only import triggers_of
from dispatch.store.engine import open_store
from dispatch.store.ledger_tables import AUDIT, EVENTS
from dispatch.store.tables import INCIDENTS

REPORTS = "/api/v1/incidents"
PLACE = RIVER.lon_lat["x"]
NAME, PHONE = "区小满", "13907791234"
TOO_LONG = b'{"text": "' + b"x" * (5 * 1024 * 1024) + b'"}'
TOO_DEEP = b'{"lon_lat": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
TOO_DEEP_INSIDE = b'{"lon_lat": [109.1, 0.0], "filings": ' + b"[" * 900 + b"]" * 900 + b"}"
NO_NUMBER = '{{"lon_lat": [{}, 0.0], "matters": ["H1"]}}'


def test_kill_9_in_a_hundred_reports_and_every_one_is_there_once(embedded_url, tmp_path):
    """Whoever got no answer sends the same again with the same key."""
    bodies = [report(f"第 {number} 件") for number in range(100)]
    before = kept(embedded_url)
    answers: dict[str, str] = {}
    enough = threading.Event()
    with running(embedded_url, tmp_path) as server:
        with ThreadPoolExecutor(4) as clients:
            for first in range(4):
                clients.submit(send_all, server, bodies[first::4], answers, enough)
            assert enough.wait(60)
            server.kill()
        told = dict(answers)
        server.start()
        send_all(server, bodies, answers, enough)
    assert 50 <= len(told) < 100
    assert all(answers[text] == number for text, number in told.items())
    assert kept(embedded_url) - before == set(answers.values())
    assert len(set(answers.values())) == 100


def test_two_hundred_accept_one_officer_and_one_has_them(embedded_url, tmp_path, count):
    with running(embedded_url, tmp_path) as server:
        with rivals(server, count(reduced=40, full=200)) as race:
            answers = race.send(crew=["K4a"], reason="knows_the_case", note="此前经办")
        [winner] = [answer.body for answer in answers if answer.good]
        refused = [answer for answer in answers if not answer.good]
        assert all(names_the_holder(answer, winner) for answer in refused)
        assert bound_to(embedded_url) == {("K4a", winner["id"])}


def test_a_request_replayed_with_another_body_is_refused_and_does_nothing(embedded_url, tmp_path):
    before = kept(embedded_url)
    with running(embedded_url, tmp_path) as server, server.caller() as caller:
        first = caller.post(REPORTS, report("垃圾"), idempotency_key="one")
        again = caller.post(REPORTS, report("垃圾"), idempotency_key="one")
        other = caller.post(REPORTS, report("噪声"), idempotency_key="one")
        with server.caller("leader") as somebody_else:
            own = somebody_else.post(REPORTS, report("噪声"), idempotency_key="one")
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert (other.status, own.status) == (422, 201)
    assert kept(embedded_url) - before == {first.body["id"], own.body["id"]}


def test_lists_errors_and_logs_never_tell_a_reporters_phone(embedded_url, tmp_path):
    """Every list is read by every role; the log, a refusal and the audit are searched, too."""
    reporter = {"name": NAME, "phone": PHONE}
    with running(embedded_url, tmp_path) as server:
        with server.caller() as caller:
            planted = caller.post(REPORTS, report("占道经营") | {"reporter": reporter})
            assert planted.status == 201
            refused = caller.post(REPORTS, report("占道经营") | {"reporter": [reporter]})
            assert refused.status == 422
            described = caller.get("/openapi.json").body["paths"]
        said = [json.dumps(refused.body, ensure_ascii=False)]
        for role in (*Role, None):
            with server.caller(role) as caller:
                answers = [caller.get(path).body for path in lists(described)]
                said += [json.dumps(body, ensure_ascii=False) for body in answers]
        said.append(server.said())
    told = [text for text in said if PHONE in text or NAME in text]
    assert any(planted.body["id"] in text for text in said), "no list shows the incident at all"
    assert told == []
    with closing(open_store(embedded_url)) as store, store.reading() as session:
        assert (
            session.scalar(
                select(INCIDENTS.c.reporter_phone).where(INCIDENTS.c.id == planted.body["id"])
            )
            == PHONE
        )
        assert PHONE not in repr(session.execute(select(AUDIT)).all())
        assert PHONE not in repr(session.execute(select(EVENTS)).all())


def test_an_edited_audit_row_is_named_and_a_cut_tail_is_missed(embedded_url, tmp_path, capsys):
    with running(embedded_url, tmp_path) as server:
        with server.caller() as caller:
            for text in ("一", "二", "三"):
                assert caller.post(REPORTS, report(text)).status == 201
        with server.caller("auditor") as auditor:
            head = auditor.get("/api/v1/audit/head").body
            links = auditor.get("/api/v1/audit").body["items"]
        server.stop()
    anchor, store = tmp_path / "head.json", ["--store", embedded_url]
    anchor.write_text(json.dumps(head), encoding="utf-8")
    assert run(["audit", "verify", "--head", str(anchor), *store]) == 0
    newest, edited = links[0]["seq"], links[1]["seq"]
    change = 'UPDATE audit SET "by" = ? WHERE seq = ?'
    with closing(sqlite3.connect(embedded_url.removeprefix("sqlite:///"))) as file:
        with pytest.raises(sqlite3.IntegrityError, match="audit is only added to"):
            file.execute(change, ["somebody-else", edited])
        for guard in triggers_of("audit", "sqlite"):
            file.execute(f"DROP TRIGGER {guard}")
        file.execute(change, ["somebody-else", edited])
        file.commit()
        capsys.readouterr()
        assert run(["audit", "verify", *store]) == 1
        assert f"entry {edited}" in capsys.readouterr().out
        file.execute(change, [links[1]["by"], edited])
        file.execute("DELETE FROM audit WHERE seq = ?", [newest])
        file.commit()
    assert run(["audit", "verify", *store]) == 0
    assert run(["audit", "verify", "--head", str(anchor), *store]) == 1
    assert f"entry {newest}" in capsys.readouterr().out


@pytest.fixture(scope="module")
def attacked(town_store, tmp_path_factory):
    """One server takes all of them."""
    folder = tmp_path_factory.mktemp("attacked")
    with running(embedded_copy(town_store, folder), folder) as server:
        yield server


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (TOO_LONG, 413),
        (TOO_DEEP, 400),
        (TOO_DEEP_INSIDE, 400),
        *[(NO_NUMBER.format(word).encode(), 400) for word in ("NaN", "Infinity")],
        *[(NO_NUMBER.format(word).encode(), 422) for word in ("-1e999", "500")],
        (b"\xff\xfe", 400),
    ],
    ids=["oversized", "deep", "deep inside", "NaN", "infinite", "-1e999", "longitude 500", "bytes"],
)
def test_a_body_that_no_one_should_send_is_refused_in_words(attacked, body, status):
    before = kept(attacked.store)
    with attacked.caller() as caller:
        refused = caller.ask("POST", REPORTS, body)
        assert refused.status == status
        assert refused.body["code"]
        assert len(refused.body["en"]) < 1000
        assert caller.get("/healthz").status == 200
    assert kept(attacked.store) == before


def lists(described: dict[str, Any]) -> list[str]:
    """Paths that are read without naming anything, but for the endless stream."""
    return [
        path
        for path, asked in described.items()
        if "get" in asked and "{" not in path and path != ENDLESS
    ]


def kept(url: str) -> set[str]:
    """Incidents in a store."""
    with closing(open_store(url)) as store:
        return incidents_of(store)


def report(text: str) -> dict[str, object]:
    return {"lon_lat": PLACE, "matters": ["H1"], "text": text}


def send_all(
    server: RunningServer,
    bodies: list[dict[str, object]],
    answers: dict[str, str],
    enough: threading.Event,
) -> None:
    """Send reports, each under a key of its own, until all are answered or the server is gone."""
    with suppress(OSError, HTTPException), server.caller() as caller:
        for body in bodies:
            text = str(body["text"])
            key = text.encode().hex()
            answer = caller.post(REPORTS, body, idempotency_key=key)
            assert answer.status == 201, answer.body
            answers[text] = answer.body["id"]
            if len(answers) >= 50:
                enough.set()
