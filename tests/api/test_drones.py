"""A drone looks first, over HTTP: proposed, sent, in the air, home again."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from spec.served_town import RIVER, SEVEN, MovedClock, asked, reported, served, write_town
from spec.town import GAP_M

FLIGHT_S = math.hypot(1, 1) * GAP_M / 15


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(tmp_path, clock):
    store = write_town(tmp_path, crews={"K5": "5", "K1": "1"}, drones={"D1": "d"})
    with served(store, clock) as client:
        yield client


def drones_of(suggestion) -> list[str]:
    return [one["unit"] for one in suggestion["proposals"] if one["kind"] == "first_look"]


def why_not(suggestion, unit: str) -> str:
    return next(one["reason"]["code"] for one in suggestion["passed_over"] if one["unit"] == unit)


def test_the_drone_comes_after_the_crews_with_a_straight_way(client):
    suggestion = asked(client, reported(client))
    *crews, look = suggestion["proposals"]
    assert [one["unit"] for one in crews] == ["K1", "K5"]
    assert (look["unit"], look["kind"], look["rank"]) == ("D1", "first_look", 1)
    assert look["crew"] == []
    assert not look["meets_target"]
    assert look["eta_s"] == pytest.approx(60 + FLIGHT_S, abs=0.1)
    assert look["position_age_s"] is None
    base, place = look["route"]["coordinates"]
    assert base == pytest.approx(RIVER.lon_lat["d"])
    assert place == pytest.approx(RIVER.lon_lat["x"])


def test_a_drone_that_was_sent_is_in_the_air_until_it_is_home(client, clock):
    first = asked(client, reported(client))
    order = {"suggestion": first["id"], "kind": "first_look", "rank": 1}
    sent = client.post("/api/v1/assignments", json=order)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["unit"], sent.json()["crew"]) == ("D1", [])
    second = reported(client, at="y")
    assert why_not(asked(client, second), "D1") == "in_the_air"
    clock.now = SEVEN + timedelta(minutes=3)
    number = sent.json()["id"]
    ended = client.post(f"/api/v1/assignments/{number}/release", json={"outcome": "done"})
    assert ended.status_code == 200, ended.text
    clock.now += timedelta(seconds=FLIGHT_S - 1)
    assert why_not(asked(client, second), "D1") == "in_the_air", "it flies home"
    clock.now += timedelta(seconds=2)
    assert drones_of(asked(client, second)) == ["D1"]


def test_a_unit_says_how_it_flies(client):
    assert client.get("/api/v1/units/D1").json()["flight"] == {
        "air_speed_mps": 15.0,
        "range_m": 24_000.0,
        "reach_m": 9_600.0,
        "launch_s": 60.0,
    }
    assert client.get("/api/v1/units/K1").json()["flight"] is None


def test_no_fly_polygons_are_a_layer(client):
    answer = client.get("/api/v1/layers/no-fly/published")
    assert answer.headers["content-type"] == "application/geo+json"
    (feature,) = answer.json()["features"]
    assert feature["properties"] == {"code": "N1", "name": "机场净空区", "name_en": "airfield"}
    assert feature["geometry"]["type"] == "MultiPolygon"
