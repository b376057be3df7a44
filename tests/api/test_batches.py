"""A batch over HTTP: incidents given or on record, who goes to each, and what is refused."""

from __future__ import annotations

import pytest

URL = "/api/v1/suggestions/batch"


@pytest.fixture(scope="module")
def place(client) -> list[float]:
    layer = client.get("/api/v1/layers/zones/published").json()
    return layer["features"][6]["properties"]["label_lon_lat"]


@pytest.fixture(scope="module")
def matter(client) -> str:
    return client.get("/api/v1/matters", params={"limit": 1}).json()["items"][0]["code"]


def row(place, matter, name: str, **more: object) -> dict:
    return {"id": name, "lon_lat": list(place), "matters": [matter], **more}


def test_incidents_are_answered_in_order_and_no_worse_than_one_by_one(client, place, matter):
    rows = [row(place, matter, name) for name in "cab"]
    answer = client.post(URL, json={"incidents": rows}).json()
    assert [each["id"] for each in answer["incidents"]] == ["c", "a", "b"]
    assert answer["proven"]
    whole, alone = answer["whole"], answer["whole_one_by_one"]
    order = ("left_open", "weighted_late_s", "arrival_s")
    assert [whole[name] for name in order] <= [alone[name] for name in order]
    crews = [one["crew"] for each in answer["incidents"] for one in each["assigned"]]
    assert len(set(crews)) == len(crews)
    assert all(one["eta_s"] > 0 for each in answer["incidents"] for one in each["assigned"])
    assert answer["city_version"]
    assert "car=" in answer["weight_version"]


def test_officers_brought_together_are_named_with_their_crews(client, place, matter):
    """More incidents at one place than the city has crews: somebody is left, nobody twice."""
    rows = [row(place, matter, f"i{number:03}") for number in range(60)]
    answer = client.post(URL, json={"incidents": rows}).json()
    assigned = [one for each in answer["incidents"] for one in each["assigned"]]
    together = [one for one in assigned if one["officers"]]
    sent = [one["crew"] for one in assigned if one["crew"]]
    assert answer["heuristic"] == bool(together)
    assert any(one["crew"] is None and not one["officers"] for one in assigned)
    for one in together:
        assert len(one["brought_from"]) >= 2
        assert not set(one["brought_from"]) & set(sent)
    officers = [officer for one in together for officer in one["officers"]]
    assert len(set(officers)) == len(officers)
    assert sum(answer["whole"]["left_open"]) == len(assigned) - len(sent)


def test_an_incident_on_record_needs_its_id_alone(client):
    known = client.get("/api/v1/incidents").json()["items"][0]["id"]
    answer = client.post(URL, json={"incidents": [{"id": known}]}).json()
    assert [each["id"] for each in answer["incidents"]] == [known]
    assert answer["incidents"][0]["assigned"]


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"incidents": []}, 422, "incidents"),
        ({"incidents": [{"id": "no-such"}]}, 422, "no-such"),
        ({"incidents": [{"id": "a", "lon_lat": [0, 0]}] * 2}, 422, "no two the same"),
        ({"incidents": [{"id": "a", "lon_lat": [0, 0], "matters": ["??"]}]}, 422, "??"),
        ({"incidents": [{"id": "a"}], "why": 1}, 422, "why"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(client, change, status, named):
    answer = client.post(URL, json=change)
    assert answer.status_code == status
    assert named in answer.text
