"""A crew is called off for a graver incident: by rule, offered as such, never silently."""

from datetime import timedelta

import pytest
from spec.served_town import (
    SEVEN,
    MovedClock,
    asked,
    reported,
    seen,
    served,
    write_town,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    crews = {"K1": "1", "K5": "5"}
    return write_town(tmp_path_factory.mktemp("town"), crews=crews)


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_url, clock):
    with served(town_url, clock) as client:
        yield client


def send(client, suggestion, **whom: object):
    return client.post("/api/v1/assignments", json={"suggestion": suggestion["id"]} | whom)


def diversions(client, suggestion):
    return client.post(f"/api/v1/suggestions/{suggestion['id']}/diversions").json()


def why(answer) -> dict[str, str]:
    return {alone["unit"]: alone["why"]["code"] for alone in answer["let_alone"]}


@pytest.fixture
def under_way(client):
    """K5 is on its way to a street stall at x, from 5."""
    sent = send(client, asked(client, reported(client, "H1")), unit="K5")
    assert sent.status_code == 201
    return sent.json()


def test_a_grave_incident_is_offered_the_crew_and_what_that_takes_away(client, clock, under_way):
    clock.now = SEVEN + MINUTE
    suggestion = asked(client, reported(client, "H5", at="5"))
    assert [one["unit"] for one in suggestion["proposals"]] == ["K1"], "never among the proposals"
    (offer,) = diversions(client, suggestion)["offers"]
    assert (offer["calls_off"], offer["unit"]) == (under_way["id"], "K5")
    assert offer["incident"] == under_way["incident"]
    assert offer["eta_s"] <= offer["first_free_s"] - 300
    assert offer["left_due_s"] == 840
    assert offer["replacement"] is None, "K1 goes to neither then"
    assert "The clock there runs on with 14.0 min left" in offer["said"]["en"]
    taken = send(client, suggestion, calls_off=under_way["id"])
    assert taken.status_code == 201
    diverted = taken.json()
    assert (diverted["unit"], diverted["departure"]) == ("K5", "diversion")
    assert diverted["instead_of"] == under_way["id"]
    left = client.get(f"/api/v1/assignments/{under_way['id']}").json()
    assert (left["outcome"], left["released_by"]) == ("called_off", "demo-dispatcher")
    waiting = asked(client, under_way["incident"])
    assert waiting["arrival_target_s"] == 840, "its first clock runs on"
    again = send(client, waiting, rank=1).json()
    assert again["clock"] == left["clock"]
    assert send(client, suggestion, calls_off=under_way["id"]).status_code == 409


def test_a_crew_is_let_alone_for_what_is_hardly_graver(client, under_way):
    suggestion = asked(client, reported(client, "H1", at="5"))
    answer = diversions(client, suggestion)
    assert (answer["offers"], why(answer)) == ([], {"K5": "not_graver"})
    refused = send(client, suggestion, calls_off=under_way["id"])
    assert refused.status_code == 409
    assert "may not be called off: The incident is graver than its own by 0" in refused.text


def test_a_crew_is_let_alone_that_is_almost_there_or_hardly_sooner(client, clock, under_way):
    del under_way
    grave = reported(client, "H5", at="2")
    assert why(diversions(client, asked(client, grave))) == {"K5": "not_sooner"}
    clock.now = SEVEN + 4 * MINUTE
    seen(client, clock, K5="x")
    near = asked(client, reported(client, "H5", at="5"))
    assert why(diversions(client, near)) == {"K5": "almost_there"}


def test_nobody_is_diverted_to_a_place_without_an_incident(client, under_way):
    assert client.post("/api/v1/suggestions/no/diversions").status_code == 404
    suggestion = asked(client, reported(client, "H5", at="5"))
    unknown = send(client, suggestion, calls_off="A1")
    assert unknown.json()["code"] == "unknown_name"
    both = send(client, suggestion, calls_off=under_way["id"], rank=1)
    assert both.status_code == 422
