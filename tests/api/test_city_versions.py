"""Versions of the city over HTTP: a running service goes on with what is published, and back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from demo_service import client_of, copy_of

import api.service
from api import beats, routes
from api.city_clock import CityClock
from dispatch.atlas import draw_up, publish_drafts
from dispatch.store import cities
from dispatch.store.city_versions import Publishing
from dispatch.store.ledger import take_turn
from geo.road.road_class import ROAD_CLASSES, Mode

GIS = {"authorization": "Bearer demo-gis"}
DISPATCHER = {"authorization": "Bearer demo-dispatcher"}


@pytest.fixture
def client(small_store, tmp_path, monkeypatch):
    monkeypatch.setattr(beats, "CITY_S", 3600.0)  # the test is the clock
    with client_of(copy_of(small_store, tmp_path)) as client:
        client.headers.update(GIS)
        yield client


def zones_of(client):
    return client.get("/api/v1/layers/zones/published").json()


def name_of(client, code):
    features = zones_of(client)["features"]
    return next(one["properties"]["name"] for one in features if one["properties"]["code"] == code)


def load(client, kind, collection):
    answer = client.post(
        "/api/v1/layers",
        data={"kind": kind, "crs": "wgs84"},
        files={"file": (f"{kind}.geojson", json.dumps(collection).encode())},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def renamed(client, code, name, **properties: str):
    """The zones as they are published, one of them with another name."""
    collection = zones_of(client)
    for feature in collection["features"]:
        feature["properties"].pop("label_lon_lat")
        if feature["properties"]["code"] == code:
            feature["properties"] |= {"name": name} | properties
    return collection


def version(client):
    return client.get("/api/v1/city").json()["city_version"]


def suggestion(client, city):
    west, south, east, north = city["bounds"]
    body = {"lon_lat": [(west + east) / 2, (south + north) / 2], "matters": [first_matter(client)]}
    answer = client.post("/api/v1/suggestions", json=body, headers=DISPATCHER)
    assert answer.status_code == 200, answer.text
    return answer.json()


def first_matter(client):
    return client.get("/api/v1/matters", params={"limit": 1}).json()["items"][0]["code"]


def test_a_running_service_goes_on_with_what_is_published_and_goes_back(client):
    city = client.get("/api/v1/city").json()
    old_name, loaded = name_of(client, "Z01"), version(client)
    draft = load(client, "zones", renamed(client, "Z01", "改名责任区"))
    assert draft["may_be_published"], draft
    answer = client.post("/api/v1/city/versions", json={"drafts": [draft["id"]], "why": "更名"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["number"] == 2
    assert name_of(client, "Z01") == "改名责任区"
    published = version(client)
    assert published != loaded
    assert suggestion(client, city)["city_version"] == published
    assert client.get(f"/api/v1/layers/{draft['id']}").json()["state"] == "published"

    back = client.post("/api/v1/city/versions/rollback", json={"why": "有误"}).json()
    assert (back["number"], back["back_to"]) == (3, 1)
    assert (name_of(client, "Z01"), version(client)) == (old_name, loaded)
    assert suggestion(client, city)["city_version"] == loaded
    listed = client.get("/api/v1/city/versions").json()["items"]
    assert [one["number"] for one in listed] == [3, 2, 1]


def test_what_an_error_stands_against_is_not_published_and_every_finding_is_told(client):
    loaded = version(client)
    draft = load(client, "zones", renamed(client, "Z01", "老城", brigade="B99"))
    answer = client.post("/api/v1/city/versions", json={"drafts": [draft["id"]]})
    assert (answer.status_code, answer.json()["code"]) == (422, "flawed_data")
    assert any("B99" in one["message"] for one in answer.json()["errors"])
    assert version(client) == loaded
    assert client.get("/api/v1/city/versions").json()["items"] == []


def test_publishing_is_once_for_one_key(client):
    draft = load(client, "zones", renamed(client, "Z02", "侨港责任区"))
    keyed = {"idempotency-key": "publish-1"}
    body = {"drafts": [draft["id"]]}
    first = client.post("/api/v1/city/versions", json=body, headers=keyed)
    again = client.post("/api/v1/city/versions", json=body, headers=keyed)
    assert again.json() == first.json()
    assert len(client.get("/api/v1/city/versions").json()["items"]) == 2


def test_drafts_and_versions_that_are_not_there_are_404(client):
    for path, body in (("", {"drafts": ["L9"]}), ("/rollback", {"to": 7}), ("/rollback", {})):
        assert client.post(f"/api/v1/city/versions{path}", json=body).status_code == 404


def planned(client, draft, minutes):
    now = datetime.fromisoformat(client.get("/api/v1/city").json()["now"])
    at = (now + timedelta(minutes=minutes)).isoformat()
    body = {"drafts": [draft["id"]], "why": "午夜", "at": at}
    return client.post("/api/v1/city/versions/planned", json=body)


def state_of(client, number):
    items = client.get("/api/v1/city/versions/planned").json()["items"]
    return next((one["state"], one["version"]) for one in items if one["id"] == number)


def tick(client, *, minutes):
    """Let the city clock look as if so many minutes had passed."""
    service = client.app.state.service
    now, clock = service.clock(), service.clock
    service.clock = lambda: now + timedelta(minutes=minutes)
    try:
        CityClock(service).beat()
    finally:
        service.clock = clock


def test_a_version_is_published_at_its_time_once_and_not_before(client):
    loaded, draft = version(client), load(client, "zones", renamed(client, "Z01", "改名责任区"))
    plan = planned(client, draft, minutes=60)
    assert plan.status_code == 201, plan.text
    number = plan.json()["id"]
    tick(client, minutes=59)
    assert (version(client), state_of(client, number)) == (loaded, ("planned", None))
    tick(client, minutes=61)
    assert name_of(client, "Z01") == "改名责任区"
    assert state_of(client, number) == ("published", 2)
    tick(client, minutes=62)
    assert len(client.get("/api/v1/city/versions").json()["items"]) == 2


def test_a_plan_is_called_off_before_its_time_and_not_after(client):
    loaded, draft = version(client), load(client, "zones", renamed(client, "Z01", "改名责任区"))
    number = planned(client, draft, minutes=60).json()["id"]
    path = f"/api/v1/city/versions/planned/{number}"
    assert client.delete(path).json()["state"] == "called_off"
    tick(client, minutes=61)
    assert version(client) == loaded
    other = planned(client, draft, minutes=60).json()["id"]
    tick(client, minutes=61)
    assert client.delete(path.replace(number, other)).status_code == 409
    assert client.delete(path.replace(number, "V9")).status_code == 404


def test_a_plan_against_which_something_stands_by_then_is_refused_with_what_was_said(client):
    loaded, draft = version(client), load(client, "zones", renamed(client, "Z01", "改名责任区"))
    number = planned(client, draft, minutes=60).json()["id"]
    client.delete(f"/api/v1/layers/{draft['id']}")
    tick(client, minutes=61)
    assert version(client) == loaded
    assert state_of(client, number) == ("refused", None)
    (plan,) = client.get("/api/v1/city/versions/planned").json()["items"]
    assert "was dropped by demo-gis" in plan["said"]


def test_a_plan_is_checked_when_it_is_made(client):
    sound = load(client, "zones", renamed(client, "Z01", "老城"))
    assert planned(client, sound, minutes=-1).status_code == 422
    flawed = load(client, "zones", renamed(client, "Z01", "老城", brigade="B99"))
    assert planned(client, flawed, minutes=60).json()["code"] == "flawed_data"


def test_others_may_write_while_a_plan_is_drawn_up(client, monkeypatch):
    """Checking a large layer takes seconds, and reports of incidents don't wait for it."""
    store, written = client.app.state.service.store, []

    def drawn_up(*given: object) -> object:
        with store.session() as session:
            take_turn(session)
            session.commit()
        written.append(given)
        return draw_up(*given)

    draft = load(client, "zones", renamed(client, "Z01", "改名责任区"))
    monkeypatch.setattr(routes.city_versions, "draw_up", drawn_up)
    assert planned(client, draft, minutes=60).status_code == 201
    assert written


def roads_as_a_layer(service):
    """The streets that cars use, without the last of those that end nowhere else."""
    network = service.city.travel_times[Mode.CAR].network
    ends = network.first_point.tolist()
    features = [
        {
            "type": "Feature",
            "properties": {"id": str(street), "class": ROAD_CLASSES[network.street_class[street]]},
            "geometry": {"type": "LineString", "coordinates": network.point[start:end].tolist()},
        }
        for street, (start, end) in enumerate(pairwise(ends))
    ]
    return {"type": "FeatureCollection", "features": features}


def replayed(client, given):
    answer = client.get(f"/api/v1/suggestions/{given['id']}/replay", headers=DISPATCHER).json()
    return {name: answer[name] for name in ("same", "gone")}


def test_roads_are_swapped_in_a_running_service_and_everybody_is_joined_anew(client):
    service = client.app.state.service
    city, before = client.get("/api/v1/city").json(), service.city.weight_version
    early = suggestion(client, city)
    assert client.get("/api/v1/coverage").json()["weight_version"] == before
    draft = load(client, "roads", roads_as_a_layer(service))
    answer = client.post("/api/v1/city/versions", json={"drafts": [draft["id"]], "why": "新路"})
    assert answer.status_code == 201, answer.text
    after = service.city.weight_version
    assert not set(after.split(",")) & set(before.split(","))
    late = suggestion(client, city)
    assert (early["weight_version"], late["weight_version"]) == (before, after)
    assert late["degraded"] is None
    present = service.live.present
    assert present.city is service.city
    assert present.on_road.any()
    assert f"car={service.tiles.version}" in after
    assert client.get("/api/v1/coverage").json()["weight_version"] == after
    assert replayed(client, early) == {"same": True, "gone": None}
    assert client.post("/api/v1/city/versions/rollback", json={}).status_code == 201
    assert service.city.weight_version == before
    assert f"car={service.tiles.version}" in before
    assert replayed(client, late) == {"same": True, "gone": None}


def test_what_is_published_while_tables_are_read_is_taken_on_with_its_roads(client, monkeypatch):
    """Tables of one version never come with the roads of the next."""
    service = client.app.state.service
    drafts = [load(client, "zones", renamed(client, "Z01", "改名责任区"))["id"]]

    def read_before_another_publishes(*given: object, **said: object) -> object:
        city = cities.read_city(*given, **said)
        while drafts:
            publishing = Publishing(service.clock(), "demo-gis", "", (drafts.pop(),))
            with service.store.session() as session:
                publish_drafts(session, service.city, publishing)
                session.commit()
        return city

    monkeypatch.setattr(api.service, "read_city", read_before_another_publishes)
    service.adopt_city()
    assert name_of(client, "Z01") == "改名责任区"


def test_closures_of_a_set_are_in_force_by_the_answer(client):
    service = client.app.state.service
    west, south, east, north = client.get("/api/v1/city").json()["bounds"]
    ring = [[west, south], [east, south], [east, north], [west, south]]
    slow = {"id": "1", "starts": service.clock().isoformat(), "speed_factor": "0.5"}
    feature = {"type": "Feature", "properties": slow}
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    draft = load(client, "closures", {"type": "FeatureCollection", "features": [feature]})
    before = service.city.weight_version
    assert client.get(f"/api/v1/layers/{draft['id']}/findings").json()["items"] == []
    client.post("/api/v1/city/versions", json={"drafts": [draft["id"]]})
    (entered,) = client.get("/api/v1/closures").json()["items"]
    assert entered["state"] == "in_force", entered
    assert service.city.weight_version != before
    [told] = client.get(f"/api/v1/layers/{draft['id']}/findings").json()["items"]
    assert told["code"] == "closure_entered"  # of a draft that was looked at before
