"""Deadlines over HTTP: a crew that says nothing, one that refuses, and all that may be late."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files

import psycopg
import pytest
from spec.served_town import SEVEN, MovedClock, asked, reported, served, write_town
from sqlalchemy.exc import OperationalError

from api.deadline_watch import DeadlineWatch
from dispatch.deadline_terms import known_deadlines, read_deadlines
from dispatch.store.deadlines import claim_step, end_deadline, list_deadlines
from geo.errors import FlawedData, UnreadableFile


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_url, clock):
    with served(town_url, clock) as client:
        yield client


@pytest.fixture
def look(client, clock):
    """Let time pass, and what is due be told."""
    watch = DeadlineWatch(client.app.state.service)

    def look_after(seconds: float) -> None:
        clock.now = SEVEN + timedelta(seconds=seconds)
        watch.beat()

    return look_after


def sent(client, *, rank=1, incident=None):
    """Report an incident and send the crew of a rank; answers both numbers."""
    incident = incident or reported(client, "H1")
    suggestion = asked(client, incident)["id"]
    answer = client.post("/api/v1/assignments", json={"suggestion": suggestion, "rank": rank})
    assert answer.status_code == 201, answer.text
    return incident, answer.json()


def deadlines(client, incident):
    """The last deadline of each kind."""
    answer = client.get("/api/v1/deadlines", params={"incident": incident})
    assert answer.status_code == 200, answer.text
    return {row["kind"]: row for row in reversed(answer.json()["items"])}


def move(client, incident, to, reason=""):
    path = f"/api/v1/incidents/{incident}/transitions"
    answer = client.post(path, json={"to": to, "reason": reason})
    assert answer.status_code == 200, answer.text
    return answer.json()


def entries(client, act):
    answer = client.get(
        "/api/v1/audit", params={"act": act}, headers={"authorization": "Bearer demo-auditor"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_dispatch_starts_the_clocks(client):
    incident, made = sent(client)
    kept = deadlines(client, incident)
    assert set(kept) == {"acknowledge", "arrive", "handle"}
    acknowledge = kept["acknowledge"]
    assert (acknowledge["due_at"], acknowledge["left_s"]) == ("2026-11-19T23:01:00Z", 60.0)
    assert (acknowledge["about"], acknowledge["state"]) == (made["id"], "waiting")
    assert kept["arrive"]["due_at"] == made["clock"]["due_at"]
    three_working_days_on = "2026-11-25T09:00:00Z"  # of a Friday: Wednesday at five
    assert kept["handle"]["due_at"] == three_working_days_on


def test_a_crew_that_acknowledges_in_time_is_left_alone(client, look):
    incident, made = sent(client)
    look(59)
    move(client, incident, "acknowledged")
    look(61)
    assert deadlines(client, incident)["acknowledge"]["state"] == "met"
    assert client.get(f"/api/v1/assignments/{made['id']}").json()["released_at"] is None


def test_a_crew_that_says_nothing_is_released_and_the_next_one_offered(client, look):
    incident, made = sent(client)
    look(60 - 0.001)
    assert deadlines(client, incident)["acknowledge"]["state"] == "waiting"
    look(60)
    kept = deadlines(client, incident)
    assert kept["acknowledge"]["state"] == "missed"
    ended = client.get(f"/api/v1/assignments/{made['id']}").json()
    assert (ended["outcome"], ended["released_by"]) == ("silent", "deadlines")
    (offer,) = entries(client, "offer_next")
    assert (offer["about"], offer["detail"]["rank"], offer["detail"]["sent"]) == (incident, 2, None)
    assert offer["detail"]["unit"] != made["unit"]
    assert kept["arrive"]["state"] == "waiting", "the first clock runs on"
    assert offer["detail"]["arrival_left_s"] == kept["arrive"]["left_s"]
    assert client.get(f"/api/v1/incidents/{incident}").json()["state"] == "accepted"


def test_the_next_crew_goes_by_the_first_clock(client, look):
    incident, made = sent(client)
    look(60)
    _, second = sent(client, incident=incident)
    assert second["clock"] == made["clock"]
    every = client.get("/api/v1/deadlines", params={"incident": incident, "kind": "arrive"}).json()
    assert [row["due_at"] for row in every["items"]] == [made["clock"]["due_at"]]
    acknowledge = deadlines(client, incident)["acknowledge"]
    assert (acknowledge["generation"], acknowledge["about"]) == (2, second["id"])


def test_by_the_operators_own_terms_the_next_crew_is_sent(town_url, tmp_path, clock, monkeypatch):
    usual = files("dispatch").joinpath("deadlines.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(usual.replace('on_silence = "offer"', 'on_silence = "send"'), "utf-8")
    monkeypatch.setenv("GRID_DISPATCH_DEADLINES", str(own))
    with served(town_url, clock) as client:
        watch = DeadlineWatch(client.app.state.service)
        incident, made = sent(client)
        clock.now = SEVEN + timedelta(seconds=60)
        watch.beat()
        bound = {"incident": incident, "bound": True}
        (second,) = client.get("/api/v1/assignments", params=bound).json()["items"]
        assert second["by_rule"]
        assert second["decided_by"] == "next_proposal"
        assert (second["rank"], second["clock"]) == (2, made["clock"])
        clock.now = SEVEN + timedelta(seconds=120)
        watch.beat()
        third = deadlines(client, incident)["acknowledge"]
        assert third["generation"] == 3, "silence of the second is followed by a third"


def test_a_file_of_terms_is_refused_with_every_flaw_at_once(tmp_path):
    usual = files("dispatch").joinpath("deadlines.toml").read_text("utf-8")
    assert known_deadlines(None) == read_deadlines(usual)
    flawed = (
        usual.replace('sessions = ["09:00-12:00", "13:00-17:00"]', 'sessions = ["09:00-08:00"]')
        .replace("within = 60", 'within = "a minute"')
        .replace('met_by = ["verified", "closed", "rated"]', 'met_by = ["verifyed"]')
        .replace("[deadline.feed_back]", "[deadline.feedback]")
    )
    own = tmp_path / "own.toml"
    own.write_text(flawed, "utf-8")
    with pytest.raises(FlawedData) as caught:
        known_deadlines(own)
    assert {(finding.feature, finding.message.code) for finding in caught.value.findings} == {
        ("hours.sessions", "bad_value"),
        ("deadline.acknowledge.within", "bad_value"),
        ("deadline.verify.met_by", "bad_value"),
        ("deadline.feed_back", "missing_key"),
        ("deadline.feedback", "unknown_key"),
    }
    with pytest.raises(UnreadableFile, match="cannot be read"):
        known_deadlines(tmp_path / "none.toml")
    with pytest.raises(FlawedData, match="1 finding"):
        read_deadlines("hours = ")


def test_a_reinforcement_acknowledges_by_a_clock_of_its_own(client, look):
    """A crew sent later to the same incident has 60 s of its own, and is followed by the next."""
    incident, first = sent(client)
    look(30)
    move(client, incident, "acknowledged")
    look(100)
    suggestion = asked(client, incident)["id"]
    body = {"suggestion": suggestion, "rank": 1, "reinforces": True}
    second = client.post("/api/v1/assignments", json=body).json()
    acknowledge = deadlines(client, incident)["acknowledge"]
    assert (acknowledge["about"], acknowledge["left_s"]) == (second["id"], 60.0)
    look(159.9)
    assert client.get(f"/api/v1/assignments/{second['id']}").json()["released_at"] is None
    look(160)
    assert client.get(f"/api/v1/assignments/{second['id']}").json()["outcome"] == "silent"
    assert client.get(f"/api/v1/assignments/{first['id']}").json()["released_at"] is None
    (offer,) = entries(client, "offer_next")
    asked_for = (offer["detail"]["assignment"], offer["detail"]["suggestion"])
    assert asked_for == (second["id"], suggestion)
    assert offer["detail"]["unit"] not in {first["unit"], second["unit"], None}
    assert client.get(f"/api/v1/incidents/{incident}").json()["state"] == "acknowledged"


def test_a_refusal_is_answered_at_once(client, clock):
    incident, made = sent(client)
    clock.now = SEVEN + timedelta(seconds=10)
    path = f"/api/v1/assignments/{made['id']}/release"
    assert client.post(path, json={"outcome": "refused"}).status_code == 200
    (offer,) = entries(client, "offer_next")
    assert (offer["detail"]["outcome"], offer["detail"]["rank"]) == ("refused", 2)
    assert deadlines(client, incident)["acknowledge"]["state"] == "cancelled"


def test_nobody_who_would_not_go_is_offered_again(client, look):
    incident, _ = sent(client)
    look(60)
    _, second = sent(client, incident=incident, rank=2)
    look(120)
    offers = [one["detail"]["unit"] for one in entries(client, "offer_next")]
    assert second["unit"] not in offers[:1]
    assert len(set(offers)) == len(offers)


def test_one_that_nobody_reaches_goes_up_the_tiers_until_somebody_arrives(client, look):
    incident, _ = sent(client)
    move(client, incident, "acknowledged")
    due_s = 900
    look(0.8 * due_s)
    look(due_s)
    look(due_s + 600)
    number = deadlines(client, incident)["arrive"]["id"]
    record = client.get(f"/api/v1/deadlines/{number}").json()
    told = [(step["tells"], step["to"]) for step in record["steps"] if step["told_at"]]
    assert told == [("remind", record["unit"]), ("missed", "T"), ("supervise", "C")]
    move(client, incident, "on_scene")
    look(due_s + 1300)
    late = deadlines(client, incident)["arrive"]
    assert (late["state"], late["follows"]) == ("missed", None)
    assert [one["about"] for one in entries(client, "deadline_supervise")] == [incident]


def test_suspended_nothing_runs_and_what_is_left_runs_on_afterwards(client, look):
    incident, _ = sent(client)
    move(client, incident, "acknowledged")
    look(300)
    move(client, incident, "suspended", reason="等待鉴定")
    assert {row["state"] for row in deadlines(client, incident).values()} <= {"cancelled", "met"}
    look(5 * 86_400)
    assert entries(client, "deadline_missed") == []
    move(client, incident, client.get(f"/api/v1/incidents/{incident}").json()["may_follow"][0])
    resumed = deadlines(client, incident)["handle"]
    assert resumed["state"] == "waiting"
    assert (resumed["generation"], resumed["amount"]) == (2, 3.0)


def test_lists_take_a_kind_a_state_and_a_page(client):
    for _ in range(2):
        sent(client, rank=1)
    first = client.get("/api/v1/deadlines", params={"kind": "handle", "limit": 1}).json()
    rest = client.get(
        "/api/v1/deadlines", params={"kind": "handle", "cursor": first["next"]}
    ).json()
    assert len(first["items"]) == len(rest["items"]) == 1
    assert client.get("/api/v1/deadlines", params={"state": "missed"}).json()["items"] == []
    assert client.get("/api/v1/deadlines", params={"cursor": "x"}).status_code == 422
    assert client.get("/api/v1/deadlines/999").status_code == 404


def test_while_the_store_is_away_nothing_is_told_and_one_line_is_logged(
    client, look, monkeypatch, caplog
):
    """Seen to fail with a watch that logs what fails by itself: a traceback for each deadline."""
    incidents = [sent(client)[0] for _ in range(2)]

    def away(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", None, psycopg.OperationalError("the server is away"))

    with monkeypatch.context() as store:
        store.setattr("api.deadline_watch.supervise", away)
        look(60)
    assert caplog.text.count("(the server is away)") == 1
    assert "Traceback" not in caplog.text
    look(61)
    for incident in incidents:
        assert deadlines(client, incident)["acknowledge"]["state"] == "missed"


@pytest.mark.parametrize(("jump", "told"), [(timedelta(hours=-2), 0), (timedelta(days=1), 1)])
def test_a_clock_that_jumps_tells_nothing_early_and_nothing_twice(client, clock, look, jump, told):
    incident, _ = sent(client)
    watch = DeadlineWatch(client.app.state.service)
    clock.now = SEVEN + jump
    watch.beat()
    watch.beat()
    assert len(entries(client, "deadline_missed")) >= told
    seen = len(entries(client, "deadline_missed"))
    assert told or not seen
    clock.now = SEVEN
    watch.beat()
    assert len(entries(client, "deadline_missed")) == seen
    for seconds in (60, 60, 61):
        look(seconds)
    assert deadlines(client, incident)["acknowledge"]["state"] == "missed"
    missed = [one["detail"]["kind"] for one in entries(client, "deadline_missed")]
    assert missed.count("acknowledge") == 1


def test_what_has_been_met_cannot_be_claimed_any_more(client):
    incident, _ = sent(client)
    service = client.app.state.service
    late = SEVEN + timedelta(seconds=60)
    with service.store.session() as session:
        (read,) = list_deadlines(session, incident=incident, kind="acknowledge")
        due = read.plan[0]
        assert end_deadline(session, read, now=SEVEN, met=True)
        assert not end_deadline(session, read, now=SEVEN, met=True)
        assert claim_step(session, read, now=late) is None
        session.rollback()
    with service.store.session() as session:
        assert claim_step(session, read, now=late) == due
        assert claim_step(session, read, now=late) is None, "it is claimed already"
