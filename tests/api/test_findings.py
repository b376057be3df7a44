"""Findings of patrols, cameras and drones, and reports that may be of the same thing."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from spec.served_town import RIVER, MovedClock, copy_town, reported, seen, served, write_town

from api.automatic_dispatch import AutomaticDispatch
from dispatch.automation_file import standard_automation

HERE = RIVER.lon_lat["x"]


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="module")
def client(town_store, clock, tmp_path_factory):
    with served(copy_town(town_store, tmp_path_factory.mktemp("served")), clock) as client:
        yield client


@pytest.fixture(autouse=True)
def _days_later(client, clock) -> None:
    clock.now += timedelta(days=2)
    seen(client, clock, K1="1", K2="2", K4="4", K5="5")


def find(client, reference: str, **more: object):
    body = {
        "source": "camera",
        "reference": reference,
        "confidence": 0.95,
        "lon_lat": HERE,
        "matters": ["H1"],
    } | more
    return client.post("/api/v1/findings", json={k: v for k, v in body.items() if v is not None})


def photo() -> str:
    written = BytesIO()
    Image.new("RGB", (60, 40), "red").save(written, "JPEG")
    return base64.b64encode(written.getvalue()).decode()


def judged(client, number: str) -> dict:
    AutomaticDispatch(client.app.state.service, standard_automation()).beat()
    return client.get(f"/api/v1/incidents/{number}").json()


def test_a_finding_with_its_photo_is_kept_and_a_sure_one_dispatched(client):
    given = find(client, "CAM-1", image=photo(), text="占道经营")
    assert given.status_code == 201, given.text
    number = given.json()["incident"]
    told = judged(client, number)
    assert (told["source"], told["confidence"]) == ("camera", 0.95)
    assert (told["state"], told["automatic"]["rule"]) == ("dispatched", "sure_findings")
    (kept,) = client.get(f"/api/v1/incidents/{number}/attachments").json()
    assert (kept["id"], kept["purpose"]) == (given.json()["attachment"], "report")


def test_one_that_is_less_than_sure_is_looked_at_by_a_person(client):
    told = judged(client, find(client, "CAM-2", confidence=0.6).json()["incident"])
    assert (told["state"], told["automatic"]["said"]["code"]) == ("reported", "unsure")
    assert "0.60" in told["automatic"]["said"]["en"]


def test_a_finding_that_is_sent_again_is_the_same(client):
    first, again = (find(client, "CAM-3", image=photo()).json() for _ in range(2))
    assert first["incident"] == again["incident"]
    assert (first["known"], again["known"]) == (False, True)
    assert len(client.get(f"/api/v1/incidents/{first['incident']}/origins").json()) == 1
    other = find(client, "CAM-3", source="drone")
    assert other.json()["known"], "numbers are the sender's, whatever found it"


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ({"confidence": 1.2}, "confidence"),
        ({"confidence": None}, "confidence"),
        ({"source": "hotline"}, "source"),
        ({"lon_lat": None}, "lon_lat or address"),
        ({"lon_lat": None, "address": "中心小学"}, "P1 中心小学（沿河路十二号）"),
        ({"lon_lat": [10.0, 50.0]}, "outside"),
        ({"matters": ["NONE"]}, "NONE"),
        ({"matters": []}, "few words"),
        ({"image": "bm8gcGhvdG8="}, "no photo"),
    ],
)
def test_a_flaw_is_told_and_nothing_is_kept(client, flaw, said):
    before = client.get("/api/v1/incidents").json()["items"][:1]
    answer = find(client, "CAM-4", **flaw)
    assert answer.status_code == 422
    assert said in answer.text
    assert client.get("/api/v1/incidents").json()["items"][:1] == before


def test_a_place_is_found_by_its_name(client):
    number = find(client, "P-1", source="patrol", lon_lat=None, address="一小").json()["incident"]
    (origin,) = client.get(f"/api/v1/incidents/{number}/origins").json()
    assert (origin["address"], origin["address_code"]) == ("一小", "P1")


def test_what_may_be_the_same_is_shown_from_every_source_and_one_is_made_of_both(client):
    by_phone = reported(client)
    found = find(client, "DR-1", source="drone").json()["incident"]
    (near,) = client.get(f"/api/v1/incidents/{found}/duplicates").json()["items"]
    assert (near["id"], near["source"], near["alike"]) == (by_phone, "desk", "same_matter")
    (other,) = client.get(f"/api/v1/incidents/{by_phone}/duplicates").json()["items"]
    assert (other["id"], other["source"]) == (found, "drone")
    merged = {"to": "merged", "into": by_phone, "reason": "同一件事"}
    path = f"/api/v1/incidents/{found}/transitions"
    assert client.post(path, json=merged).status_code == 200
    origins = client.get(f"/api/v1/incidents/{by_phone}/origins").json()
    assert [(one["incident"], one["source"]) for one in origins] == [
        (by_phone, "desk"),
        (found, "drone"),
    ]
    assert client.get(f"/api/v1/incidents/{by_phone}/duplicates").json()["items"] == []


def test_a_finding_joins_the_incident_that_somebody_names(client):
    there = reported(client)
    joined = find(client, "CAM-9", joins=there, text="仍在", image=photo()).json()
    assert (joined["incident"], joined["joined"]) == (there, True)
    assert len(client.get(f"/api/v1/incidents/{there}/attachments").json()) == 1
    assert find(client, "CAM-10", joins="20261120-999999").status_code == 409
