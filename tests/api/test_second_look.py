"""Incidents that wait for somebody are looked at again while the service runs."""

import time
from datetime import timedelta

import pytest
import shapely
from heard import Hearing
from shapely import box
from spec.served_town import (
    RIVER,
    SEVEN,
    MovedClock,
    asked,
    reported,
    seen,
    served,
    write_town,
)

from api import beats

MINUTE = timedelta(minutes=1)
BRIDGE = box(*RIVER.places("3x").min(axis=0), *RIVER.places("3x").max(axis=0)).buffer(5e-6)


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_url, clock, monkeypatch):
    monkeypatch.setattr(beats, "SECOND_LOOK_S", 0.05)
    with served(town_url, clock) as client:
        yield client


@pytest.fixture
def told(heard):
    """Second thoughts that open pages are told."""
    return Hearing(heard, "resuggest")


def why(thought) -> list[str]:
    return [reason["code"] for reason in thought["why"]]


def wait_for(told, number: int):
    return told.wait_until(lambda thoughts: len(thoughts) >= number)[number - 1]


def send(client, suggestion, **whom: object):
    answer = client.post("/api/v1/assignments", json={"suggestion": suggestion["id"]} | whom)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_closure_on_the_way_is_told_with_a_new_suggestion(client, clock, told):
    incident = reported(client)
    first = asked(client, incident)
    sent = send(client, first, unit="K1")
    clock.now = SEVEN + MINUTE
    seen(client, clock, K1="2")
    time.sleep(0.3)  # a look or more, on the road as it was
    told.clear()
    body = {"geometry": shapely.geometry.mapping(BRIDGE), "reason": "塌方"}
    headers = {"authorization": "Bearer demo-gis"}
    assert client.post("/api/v1/closures", json=body, headers=headers).status_code == 201
    thought = wait_for(told, 1)
    assert "road_closed" in why(thought)
    assert (thought["assignment"], thought["crew"]) == (sent["id"], "K1")
    assert thought["old_suggestion"] == first["id"]
    anew = client.get(f"/api/v1/suggestions/{thought['new_suggestion']}").json()
    assert anew["proposals"][0]["unit"] == thought["best_crew"] == "K4"
    assert anew["arrival_target_s"] == 840, "the first clock runs on"
    time.sleep(0.3)
    assert len(told) == 1, "said once"


def test_a_crew_that_refuses_leaves_an_incident_for_which_others_are_suggested(client, clock, told):
    incident = reported(client)
    sent = send(client, asked(client, incident), rank=1)
    clock.now = SEVEN + timedelta(seconds=20)
    client.post(f"/api/v1/assignments/{sent['id']}/release", json={"outcome": "refused"})
    thought = wait_for(told, 1)
    assert (why(thought), thought["assignment"]) == (["crew_is_lost"], None)
    kept = client.get(f"/api/v1/incidents/{incident}/second-thoughts").json()
    assert kept == list(told)


def test_nobody_is_told_anything_while_all_goes_well(client, clock, told):
    incident = reported(client)
    sent = send(client, asked(client, incident), rank=1)
    for minute, place in ((1, "3"), (2, "x")):
        clock.now = SEVEN + minute * MINUTE
        seen(client, clock, K2=place)
        time.sleep(0.2)
    client.post(f"/api/v1/assignments/{sent['id']}/arrival")
    clock.now = SEVEN + 10 * MINUTE
    time.sleep(0.2)
    assert not told
    assert client.get("/api/v1/incidents/none/second-thoughts").status_code == 404
