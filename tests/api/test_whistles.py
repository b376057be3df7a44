"""A whistle over HTTP: raised, answered, or left unanswered until a command centre takes it up."""

from datetime import timedelta

import pytest
from heard import Hearing
from spec.served_town import SEVEN, MovedClock, reported, served, write_town

from api.deadline_watch import DeadlineWatch

MINUTE = timedelta(minutes=1)


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
def told(heard):
    """States of whistles that open pages are told, with how far they went up."""

    def read(data) -> tuple[str, list[str]]:
        return data["state"], [step["to"] for step in data["escalations"]]

    return Hearing(heard, "whistle", read)


def blow(client, incident, by="T"):
    return client.post("/api/v1/whistles", json={"incident": incident, "by": by})


def say(client, whistle, says, party="SQ"):
    path = f"/api/v1/whistles/{whistle['id']}/answers"
    return client.post(path, json={"party": party, "says": says})


def let_pass(client, clock, minutes):
    """Let time pass, and what is due be told."""
    clock.now = SEVEN + minutes * MINUTE
    DeadlineWatch(client.app.state.service).beat()


def steps_told(client, incident):
    """What was told of the deadlines of answers, to whom."""
    of_it = {"incident": incident, "kind": "answer"}
    numbers = [one["id"] for one in client.get("/api/v1/deadlines", params=of_it).json()["items"]]
    records = [client.get(f"/api/v1/deadlines/{number}").json() for number in numbers[::-1]]
    return [
        (one["tells"], one["to"]) for made in records for one in made["steps"] if one["told_at"]
    ]


def wait_until(told, state):
    return told.wait_until(lambda states: state in states)


def test_whistle_unanswered(client, clock, told):
    """The town whistles for the city's squad; nobody answers, and the city takes it up."""
    incident = reported(client, "H1", "T1")
    answer = blow(client, incident)
    assert answer.status_code == 201
    whistle = answer.json()
    assert (whistle["units"], whistle["state"], whistle["escalates_to"]) == (["SQ"], "awaited", "C")
    assert whistle["answer_by"] == "2026-11-19T23:30:00Z"
    (waits,) = client.get(f"/api/v1/incidents/{incident}").json()["deadlines"]
    assert (waits["kind"], waits["unit"], waits["about"]) == ("answer", "SQ", whistle["id"])
    assert waits["follows"] == {"tells": "remind", "to": "SQ", "at": "2026-11-19T23:15:00Z"}
    let_pass(client, clock, 29.99)
    assert client.get(answer.headers["location"]).json()["state"] == "awaited"
    let_pass(client, clock, 31)
    let_pass(client, clock, 31)
    assert steps_told(client, incident) == [("remind", "SQ"), ("missed", "C")]
    wait_until(told, ("silent", ["C"]))
    silent = client.get(answer.headers["location"]).json()
    (step,) = silent["escalations"]
    assert (step["to"], step["at"]) == ("C", "2026-11-19T23:30:00Z")
    assert "SQ did not answer" in step["said"]["en"]
    assert silent["clocks"] == {
        "answer_left_s": -60,
        "waiting_s": 31 * 60,
        "arrival_left_s": None,
    }
    taken = client.post(f"/api/v1/whistles/{whistle['id']}/close", json={"closing": "taken_up"})
    assert (taken.json()["state"], taken.json()["closed_by"]) == ("taken_up", "demo-dispatcher")
    states = wait_until(told, ("taken_up", ["C"]))
    assert states == [("awaited", []), ("silent", ["C"]), ("taken_up", ["C"])]
    again = client.post(f"/api/v1/whistles/{whistle['id']}/close", json={"closing": "withdrawn"})
    assert again.status_code == 409
    assert say(client, whistle, "comes").status_code == 409


def test_a_whistle_answered_in_time_goes_nowhere(client, clock, told):
    whistle = blow(client, reported(client, "H1", "T1")).json()
    clock.now = SEVEN + 5 * MINUTE
    coming = say(client, whistle, "comes").json()
    assert (coming["state"], coming["closed_as"]) == ("coming", "answered")
    (answer,) = coming["answers"]
    assert (answer["party"], answer["late"], answer["by"]) == ("SQ", False, "demo-dispatcher")
    let_pass(client, clock, 60)
    assert client.get(f"/api/v1/whistles/{whistle['id']}").json()["escalations"] == []
    assert wait_until(told, ("coming", [])) == [("awaited", []), ("coming", [])]


def test_a_service_that_was_down_tells_it_when_it_is_back(town_url, clock, told):
    with served(town_url, clock) as client:
        whistle = blow(client, reported(client, "H1", "T1")).json()
    clock.now = SEVEN + 45 * MINUTE
    for _ in range(2):  # and only once
        with served(town_url, clock) as client:
            let_pass(client, clock, 45)
            (step,) = client.get(f"/api/v1/whistles/{whistle['id']}").json()["escalations"]
            assert step["to"] == "C"
            wait_until(told, ("silent", ["C"]))
    assert told.count(("silent", ["C"])) == 1


def test_a_refusal_goes_up_at_once(client, clock, told):
    whistle = blow(client, reported(client, "H1", "T1")).json()
    clock.now = SEVEN + 2 * MINUTE
    assert say(client, whistle, "refuses").json()["state"] == "refused"
    let_pass(client, clock, 2)
    wait_until(told, ("refused", ["C"]))


def test_a_whistle_for_what_is_over_goes_nowhere(client, clock):
    """Whatever ends the work ends the deadlines of its answers, and nobody is called any more."""
    incident = reported(client, "H1", "T1")
    whistle = blow(client, incident).json()
    body = {"to": "cancelled", "reason": "误报"}
    client.post(f"/api/v1/incidents/{incident}/transitions", json=body)
    let_pass(client, clock, 60)
    assert client.get(f"/api/v1/whistles/{whistle['id']}").json()["escalations"] == []
    assert client.get(f"/api/v1/incidents/{incident}").json()["deadlines"] == []
    refused = blow(client, incident, by="D")
    assert refused.status_code == 409
    assert "nobody is called to it any more" in refused.json()["detail"]


def test_a_suspended_case_waits_for_no_answer_and_what_is_left_runs_on(client, clock):
    incident = reported(client, "H1", "T1")
    client.post(f"/api/v1/incidents/{incident}/transitions", json={"to": "accepted"})
    blow(client, incident)
    clock.now = SEVEN + 10 * MINUTE
    path = f"/api/v1/incidents/{incident}/transitions"
    client.post(path, json={"to": "suspended", "reason": "等待开锁"})
    let_pass(client, clock, 60)
    assert steps_told(client, incident) == []
    client.post(path, json={"to": "accepted"})
    running = client.get(f"/api/v1/incidents/{incident}").json()["deadlines"]
    assert [one["due_at"] for one in running if one["kind"] == "answer"] == ["2026-11-20T00:20:00Z"]


def test_what_makes_no_sense_is_refused(client):
    plain = reported(client)
    nobody = blow(client, plain)
    assert (nobody.status_code, nobody.json()["code"]) == (422, "bad_value")
    assert "has nobody to whistle for" in nobody.json()["detail"]
    incident = reported(client, "H1", "T1")
    whistle = blow(client, incident).json()
    twice = blow(client, incident)
    assert twice.status_code == 409
    assert f"already, as {whistle['id']}" in twice.json()["detail"]
    assert "it calls SQ" in say(client, whistle, "comes", party="B1").json()["detail"]
    assert client.get("/api/v1/whistles/W1").status_code == 404
    listed = client.get(f"/api/v1/whistles?incident={incident}&unclosed=true").json()["items"]
    assert listed == [client.get(f"/api/v1/whistles/{whistle['id']}").json()]
