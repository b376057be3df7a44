"""The doors of messages: dead letters are seen by whoever runs the service, and sent again."""

from __future__ import annotations

import pytest
from spec.served_town import MovedClock, copy_town, reported, served, write_town

from dispatch.store import ledger
from dispatch.store.outbox import get_message, give_up, take_out
from geo.remark import Remark

ADMIN = {"authorization": "Bearer demo-admin"}
AUDITOR = {"authorization": "Bearer demo-auditor"}
PATH = "/api/v1/messages"
SAID = Remark("deadline_missed", "超时", "Late.")


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def client(town_store, tmp_path, monkeypatch):
    """A served town whose post office takes nothing out: the test does."""
    monkeypatch.setattr("api.post_office.PostOffice._take_out", lambda _: [])
    with served(copy_town(town_store, tmp_path), MovedClock()) as client:
        yield client


@pytest.fixture
def dead(client):
    """Number of a message that was given up."""
    incident, now = reported(client), client.app.state.service.clock()
    with client.app.state.service.store.session() as session:
        ledger.post(session, now=now, to="B1", said=SAID, dedupe_key="k", about=incident)
        (message,) = take_out(session, now=now, lease_s=60, limit=9)
        give_up(session, message, now=now, failure="HTTP 503")
        session.commit()
    return message.number


def kept(client, number):
    with client.app.state.service.store.reading() as session:
        return get_message(session, number)


def audited(client, act):
    entries = client.get("/api/v1/audit", params={"act": act}, headers=AUDITOR).json()["items"]
    return [(entry["by"], entry["detail"]["message"]) for entry in entries]


def test_dead_letters_are_listed_with_what_was_wrong(client, dead):
    (shown,) = client.get(PATH, params={"state": "dead"}, headers=ADMIN).json()["items"]
    assert (shown["id"], shown["state"], shown["to"], shown["key"]) == (dead, "dead", "B1", "k")
    assert (shown["tries"], shown["failure"], shown["due_at"]) == (1, "HTTP 503", None)
    assert shown["said"] == {"code": SAID.code, "zh": SAID.zh, "en": SAID.en}
    assert client.get(f"{PATH}/{dead}", headers=ADMIN).json() == shown
    for other in ("waiting", "sent"):
        page = client.get(PATH, params={"state": other}, headers=ADMIN).json()
        assert page == {"items": [], "next": None}
    about = {"incident": shown["about"]}
    assert client.get(PATH, params=about, headers=ADMIN).json()["items"] == [shown]
    assert client.get(PATH, params={"incident": "E0"}, headers=ADMIN).json()["items"] == []


def test_a_dead_letter_is_sent_again_under_its_key_and_that_is_on_record(client, dead):
    answer = client.post(f"{PATH}/{dead}/resend", headers=ADMIN)
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert (kept(client, dead).dedupe_key, kept(client, dead).tries) == ("k", 0)
    assert audited(client, "resend_message") == [("demo-admin", dead)]
    again = client.post(f"{PATH}/{dead}/resend", headers=ADMIN)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert client.delete(f"{PATH}/{dead}", headers=ADMIN).status_code == 409


def test_asked_twice_with_one_key_it_is_done_once(client, dead):
    keyed = ADMIN | {"idempotency-key": "once"}
    answers = [client.post(f"{PATH}/{dead}/resend", headers=keyed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(audited(client, "resend_message")) == 1


def test_a_dead_letter_is_dropped_and_that_is_on_record(client, dead):
    assert client.delete(f"{PATH}/{dead}", headers=ADMIN).json()["id"] == dead
    assert client.get(f"{PATH}/{dead}", headers=ADMIN).status_code == 404
    assert audited(client, "drop_message") == [("demo-admin", dead)]


@pytest.mark.parametrize("number", ["999999", "0", "-1", "none", "9" * 30])
@pytest.mark.parametrize(("method", "below"), [("GET", ""), ("POST", "/resend"), ("DELETE", "")])
def test_what_is_not_there_is_not_found(client, method, below, number):
    answer = client.request(method, f"{PATH}/{number}{below}", headers=ADMIN)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_cursor_that_is_none_is_refused(client):
    assert client.get(PATH, params={"cursor": "x"}, headers=ADMIN).status_code == 422
