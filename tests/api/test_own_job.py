"""An officer's phone: the job, the way, map apps in their systems, and photos of the result."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import prcoords
import pytest
from PIL import Image
from spec.served_town import RIVER, MovedClock, asked, copy_town, reported, served, write_town

from api.map_apps import map_apps
from dispatch.access import Person, Role
from geo.road.road_class import Mode

JOB, WAY = "/api/v1/officers/me/job", "/api/v1/officers/me/way"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def town(town_store, tmp_path_factory):
    """A served town, for several tests."""
    with served(copy_town(town_store, tmp_path_factory.mktemp("served")), MovedClock()) as client:
        yield client


@pytest.fixture
def client(town):
    """Nobody is out, and it is the dispatcher who asks."""
    town.app.state.asker = None
    yield town
    town.app.state.asker = None
    for one in town.get("/api/v1/assignments?bound=true").json()["items"]:
        assert town.post(f"/api/v1/assignments/{one['id']}/release", json={}).status_code == 200


def as_officer(client, officer: str | None):
    """From now on it is an officer's phone that asks."""
    person = Person(
        "phone", frozenset({Role.OFFICER}), client.app.state.service.city.roots, officer
    )
    client.app.state.asker = lambda: person


def sent_to(client, at: str = "x") -> tuple[str, str]:
    """Send the first crew that is proposed; the incident and an officer who goes."""
    number = reported(client, at=at)
    suggestion = asked(client, number)
    made = client.post("/api/v1/assignments", json={"suggestion": suggestion["id"], "rank": 1})
    assert made.status_code == 201, made.text
    return number, made.json()["crew"][0]


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (30, 20), "red").save(written, "JPEG")
    return written.getvalue()


def test_from_the_order_to_the_result(each_town_url):
    """On both stores: nothing, a job with its crew and the way, arrived, handed in with a photo."""
    with served(each_town_url, MovedClock()) as client:
        as_officer(client, "K1a")
        free = client.get(JOB).json()
        assert (free["officer"], free["mode"], free["job"]) == ("K1a", "car", None)
        assert free["duty"]["may_be_sent"]
        assert client.get(WAY, params={"lon": 109.1, "lat": 0.0}).status_code == 409
        client.app.state.asker = None
        number, officer = sent_to(client)
        as_officer(client, officer)
        job = client.get(JOB).json()["job"]
        assert job["incident"]["id"] == number
        assert officer in {one["officer"] for one in job["crew"]}
        assert job["others"] == []
        assert job["assignment"]["clock"]["due_at"] > job["assignment"]["clock"]["dispatched_at"]
        lon, lat = RIVER.lon_lat["1"]
        way = client.get(WAY, params={"lon": lon, "lat": lat}).json()
        assert way["travel_time_s"] > 0
        assert len(way["route"]["coordinates"]) >= 2
        for to in ("acknowledged", "en_route", "on_scene"):
            step = {"to": to, "assignment": job["assignment"]["id"]}
            moved = client.post(f"/api/v1/incidents/{number}/transitions", json=step)
            assert moved.status_code == 200, moved.text
        path = f"/api/v1/incidents/{number}/attachments"
        photo = client.post(path, files={"file": ("p.jpg", picture())})
        assert (photo.status_code, photo.json()["purpose"]) == (201, "result"), photo.text
        for to in ("handled", "feedback"):
            step = {"to": to, "reason": "已劝离"}
            moved = client.post(f"/api/v1/incidents/{number}/transitions", json=step)
            assert moved.status_code == 200, moved.text
        assert client.get(JOB).json()["job"] is None
        assert client.get(photo.headers["location"]).content.startswith(b"\xff\xd8")


def test_an_officer_declines_with_a_reason_and_is_free(client):
    _, officer = sent_to(client)
    as_officer(client, officer)
    assignment = client.get(JOB).json()["job"]["assignment"]["id"]
    path = f"/api/v1/assignments/{assignment}/release"
    declined = client.post(path, json={"outcome": "refused", "reason": "车辆故障"})
    assert (declined.status_code, declined.json()["outcome"]) == (200, "refused")
    assert client.get(JOB).json()["job"] is None


def test_a_colleague_who_was_not_sent_hands_in_nothing(client):
    number, officer = sent_to(client)
    as_officer(client, "S1a" if officer != "S1a" else "K5a")
    path = f"/api/v1/incidents/{number}/attachments"
    assert client.post(path, files={"file": ("p.jpg", picture())}).status_code == 403
    assert client.get(path).json() == []


def test_an_account_that_is_no_officer_has_no_job(client):
    told = client.get(JOB).json()
    assert (told["officer"], told["job"], told["duty"]) == (None, None, None)
    as_officer(client, "LEFT")
    assert client.get(JOB).json()["officer"] is None


def test_a_place_off_every_road_has_no_way(client):
    _, officer = sent_to(client)
    as_officer(client, officer)
    told = client.get(WAY, params={"lon": 120.0, "lat": 30.0}).json()
    assert (told["route"], told["travel_time_s"]) == (None, None)
    assert len(told["map_apps"]) == 3


def test_other_crews_of_the_incident_are_named(client):
    number = reported(client)
    suggestion = asked(client, number)["id"]
    for rank, more in ((1, {}), (2, {"reinforces": True})):
        body = {"suggestion": suggestion, "rank": rank} | more
        made = client.post("/api/v1/assignments", json=body)
        assert made.status_code == 201, made.text
    as_officer(client, made.json()["crew"][0])
    (other,) = client.get(JOB).json()["job"]["others"]
    assert other["officers"] == 2
    assert other["name"]


PLACES = [(109.12, 21.48), (121.55, 29.87), (109.84, 40.65), (117.36, 24.36), (116.39, 39.91)]
"""Beihai, Ningbo, Baotou, Pinghu and Beijing."""


@pytest.mark.parametrize("place", PLACES)
def test_each_app_is_told_the_place_in_its_own_system(place):
    """Held against an independent implementation, to a metre."""
    lon, lat = place
    amap, tencent, baidu = map_apps(place, "20261120-000001", Mode.CAR, origin=place)
    gcj, bd = (
        prcoords.wgs_gcj((lat, lon)),
        prcoords.wgs_bd((lat, lon)),
    )
    told = {
        "amap": pair(query(amap.url)["to"], swapped=True),
        "amap from": pair(query(amap.url)["from"], swapped=True),
        "tencent": pair(query(tencent.url)["tocoord"]),
        "tencent from": pair(query(tencent.url)["fromcoord"]),
        "baidu": pair(query(baidu.url)["destination"].removeprefix("latlng:").split("|")[0]),
        "baidu from": pair(query(baidu.url)["origin"].removeprefix("latlng:").split("|")[0]),
    }
    for app, lat_lon in told.items():
        right = bd if app.startswith("baidu") else gcj
        assert lat_lon == pytest.approx((right.lat, right.lon), abs=1e-5), app
    assert amap.lon_lat == tencent.lon_lat != baidu.lon_lat
    assert "coordinate=gaode" in amap.url
    assert query(baidu.url)["coord_type"] == "bd09ll"


@pytest.mark.parametrize("mode", list(Mode))
def test_every_way_of_travelling_has_its_word_in_every_app(mode):
    for app in map_apps(PLACES[0], "n", mode):
        said = query(app.url)
        assert {said.get("mode"), said.get("type")} - {None}
        assert "from" not in said


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def pair(text: str, *, swapped: bool = False) -> tuple[float, float]:
    first, second, *_ = text.split(",")
    found = float(first), float(second)
    return found[::-1] if swapped else found
