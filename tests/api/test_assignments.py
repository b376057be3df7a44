"""A crew is sent: from a suggestion or against it, and to one incident at a time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from spec.served_town import (
    RIVER,
    SEVEN,
    MovedClock,
    asked,
    reported,
    served,
    write_town,
)

from dispatch.duty_columns import always_on_duty
from dispatch.store.cities import read_statuses
from dispatch.store.engine import open_store

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


def send(client, suggestion, **whom: object):
    return client.post("/api/v1/assignments", json={"suggestion": suggestion["id"]} | whom)


def units(suggestion) -> list[str]:
    return [proposal["unit"] for proposal in suggestion["proposals"]]


def test_the_first_proposal_is_followed_and_its_officers_are_busy(client):
    incident = reported(client)
    suggestion = asked(client, incident)
    assert units(suggestion) == ["K2", "K4", "K1", "K5"]
    sent = send(client, suggestion, rank=1)
    assert sent.status_code == 201
    assignment = sent.json()
    assert client.get(sent.headers["location"]).json() == assignment
    assert (assignment["incident"], assignment["unit"]) == (incident, "K2")
    assert (assignment["departure"], assignment["decided_by"]) == ("followed", "demo-dispatcher")
    assert assignment["crew"] == ["K2a", "K2b"]
    assert assignment["clock"]["due_at"] == "2026-11-19T23:15:00Z"
    again = asked(client, reported(client, at="y"))
    assert "K2" not in units(again)
    assert {"unit": "K2", "reason": "busy"} in [
        {"unit": passed["unit"], "reason": passed["reason"]["code"]}
        for passed in again["passed_over"]
    ]


def test_nobody_is_bound_twice_and_the_answer_names_who_has_them(client):
    first, second = reported(client), reported(client, at="y")
    to_first, to_second = asked(client, first), asked(client, second)
    held = send(client, to_first, unit="K4").json()
    refused = send(client, to_second, unit="K4")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    held_by = f"Officer K4a is bound to incident {first} by assignment {held['id']}"
    assert held_by in refused.json()["detail"]
    same = send(client, asked(client, first), rank=1)
    assert same.status_code == 409
    assert f"has crew K4 by assignment {held['id']}" in same.json()["detail"]
    beside = send(client, asked(client, first), rank=1, reinforces=True)
    assert beside.status_code == 201
    assert beside.json()["clock"] == held["clock"], "one clock runs"


def test_of_many_who_send_the_same_crew_at_once_one_is_heard(client, count):
    incidents = [reported(client) for _ in range(count(reduced=8, full=40))]
    suggestions = [asked(client, incident) for incident in incidents]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: send(client, one, unit="K2"), suggestions))
    assert sorted(answer.status_code for answer in answers)[:2] == [201, 409]
    assert {answer.status_code for answer in answers} == {201, 409}
    assert len(client.get("/api/v1/assignments?bound=true").json()["items"]) == 1


def test_the_store_holds_an_officer_to_one_job_even_if_nobody_looks(town_url, clock):
    """With the index taken away this test finds the officer bound twice."""
    with served(town_url, clock) as client:
        incident, other = reported(client), reported(client, at="y")
        suggestion = asked(client, other)
        assert send(client, asked(client, incident), unit="K2").status_code == 201
    with served(town_url, clock) as client:  # the snapshot of a process that missed it
        live = client.app.state.service.live
        live.set_status({"K2a": "available", "K2b": "available"})
        live.set_duty(always_on_duty(len(live.present.status)))
        refused = send(client, suggestion, unit="K2")
    assert refused.status_code == 409
    assert f"Officer K2a is bound to incident {incident}" in refused.json()["detail"]


def test_an_override_needs_a_reason_and_keeps_it(client):
    suggestion = asked(client, reported(client))
    refused = send(client, suggestion, unit="S1")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_value")
    assert "An override needs a reason" in refused.json()["detail"]
    assert client.get("/api/v1/assignments").json()["items"] == []
    reasons = [row["code"] for row in client.get("/api/v1/assignments/reasons").json()]
    assert "knows_the_case" in reasons
    sent = send(client, suggestion, unit="S1", reason="knows_the_case", note="此前经办").json()
    assert (sent["departure"], sent["rank"]) == ("override", None)
    assert sent["eta_s"] == next(
        one["eta_s"] for one in suggestion["proposals"] if one["unit"] == "K1"
    ), "S1 stands where K1 does"
    assert (sent["reason"], sent["note"]) == ("knows_the_case", "此前经办")


def test_a_crew_set_free_can_be_sent_again_and_the_clock_runs_on(client, clock):
    incident = reported(client)
    first = send(client, asked(client, incident), rank=1).json()
    clock.now = SEVEN + 2 * MINUTE
    ended = client.post(f"/api/v1/assignments/{first['id']}/release", json={"outcome": "refused"})
    assert (ended.json()["outcome"], ended.json()["released_by"]) == ("refused", "demo-dispatcher")
    suggestion = asked(client, incident)
    assert suggestion["arrival_target_s"] == 900 - 120
    assert units(suggestion)[0] == "K2"
    second = send(client, suggestion, rank=2).json()
    assert second["clock"] == first["clock"]
    assert second["departure"] == "lower_rank"
    clock.now = SEVEN + 5 * MINUTE
    there = client.post(f"/api/v1/assignments/{second['id']}/arrival").json()
    clock.now = SEVEN + 6 * MINUTE
    assert client.post(f"/api/v1/assignments/{second['id']}/arrival").json() == there
    assert there["arrived_at"] == "2026-11-19T23:05:00Z"
    assert asked(client, incident)["arrival_target_s"] == 900
    twice = client.post(f"/api/v1/assignments/{first['id']}/release", json={})
    assert twice.status_code == 409
    assert "has ended already, as refused" in twice.json()["detail"]
    late = client.post(f"/api/v1/assignments/{first['id']}/arrival")
    assert late.status_code == 409


def test_a_suggestion_too_old_is_not_acted_on(client, clock):
    suggestion = asked(client, reported(client))
    clock.now = SEVEN + 16 * MINUTE
    refused = send(client, suggestion, rank=1)
    assert refused.status_code == 409
    assert "is 16 min old, and good for 15" in refused.json()["detail"]


def test_a_suggestion_for_a_place_is_taken_for_an_incident_there(client):
    incident, elsewhere = reported(client), reported(client, at="y")
    body = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"]}
    suggestion = client.post("/api/v1/suggestions", json=body).json()
    assert "say for which incident" in send(client, suggestion, rank=1).json()["detail"]
    wrong = send(client, suggestion, rank=1, incident=elsewhere)
    assert "for another place or other matters" in wrong.json()["detail"]
    assert send(client, suggestion, rank=1, incident=incident).status_code == 201
    named = asked(client, elsewhere)
    assert f"for incident {elsewhere}" in send(client, named, rank=1, incident=incident).text


def test_who_is_bound_is_known_after_a_restart(town_url, clock):
    with served(town_url, clock) as client:
        incident = reported(client)
        sent = send(client, asked(client, incident), rank=1).json()
    with closing(open_store(town_url)) as store, store.reading() as session:
        assert read_statuses(session)["K2a"] == "busy"
    with served(town_url, clock) as client:
        assert units(asked(client, incident))[0] == "K4"
        client.post(f"/api/v1/assignments/{sent['id']}/release", json={})
        assert units(asked(client, incident))[0] == "K2"
        page = client.get(f"/api/v1/assignments?incident={incident}&limit=1").json()
        assert [row["outcome"] for row in page["items"]] == ["done"]


def test_what_is_not_there_and_who_may_not(client):
    assert client.get("/api/v1/assignments/A1").status_code == 404
    assert client.post("/api/v1/assignments/A1/release", json={}).status_code == 404
    assert client.post("/api/v1/assignments/A1/arrival").status_code == 404
    assert client.post("/api/v1/incidents/I/suggestions", json={}).status_code == 404
    assert client.get("/api/v1/assignments?cursor=A1").status_code == 422
    suggestion = asked(client, reported(client))
    assert send(client, {"id": "no"}, rank=1).json()["code"] == "unknown_name"
    assert send(client, suggestion).json()["code"] == "bad_value"
    officer = {"authorization": "Bearer demo-officer"}
    body = {"suggestion": suggestion["id"], "rank": 1}
    assert client.post("/api/v1/assignments", json=body, headers=officer).status_code == 403


def test_rates_of_departures_are_reported_by_rule_policy_matter_and_reason(client, clock):
    for whom in ({"rank": 1}, {"rank": 2}, {"unit": "S1", "reason": "special_skill"}):
        assert send(client, asked(client, reported(client)), **whom).status_code == 201
    clock.now = SEVEN + MINUTE
    report = client.get("/api/v1/reports/overrides").json()
    total = report["total"]
    assert (total["not_first"]["hits"], total["overridden"]["hits"]) == (2, 1)
    assert total["overridden"]["of"] == 3
    low, high = total["overridden"]["interval"]
    assert low < 1 / 3 < high
    assert report["by_policy"]["nearest"] == total == report["by_matter"]["H1"]
    assert report["by_routing"]["single_domain"] == total
    assert [(row["reason"], row["share"]["hits"]) for row in report["reasons"]] == [
        ("special_skill", 1),
        (None, 1),
    ]
    assert report["units"] == {"S1": 1}
    later = client.get("/api/v1/reports/overrides", params={"since": clock.now.isoformat()})
    assert later.json()["total"]["overridden"] == {
        "hits": 0, "of": 0, "share": None, "interval": None
    }  # fmt: skip
