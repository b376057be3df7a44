"""The city behind the doors: lists by cursor, places, layers, tiles, tokens."""

import json

import mapbox_vector_tile
import pytest

from dispatch.access import Role


@pytest.mark.parametrize("kind", ["domains", "matters", "units", "officers", "positions"])
def test_a_list_read_page_by_page_is_the_whole_list(client, kind):
    whole = client.get(f"/api/v1/{kind}", params={"limit": 1000}).json()
    assert whole["items"]
    assert whole["next"] is None
    read, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/{kind}", params={"limit": 37, "cursor": cursor}).json()
        assert len(page["items"]) <= 37
        read += page["items"]
        cursor = page["next"]
    assert read == whole["items"]


def test_the_city_says_that_it_is_invented(client):
    assert client.get("/api/v1/city").json()["invented"] is True


def test_a_point_lies_in_areas_a_zone_and_a_grid(client):
    layer = client.get("/api/v1/layers/zones/published").json()
    for zone in layer["features"]:
        lon, lat = zone["properties"]["label_lon_lat"]
        place = client.get("/api/v1/places/at", params={"lon": lon, "lat": lat}).json()
        assert place["zone"]["code"] == zone["properties"]["code"]
        assert [area["tier"] for area in place["areas"]][:2] == ["city", "district"]
        assert place["grid"]


def test_outside_every_zone_is_an_answer(client):
    place = client.get("/api/v1/places/at", params={"lon": 0, "lat": 0}).json()
    assert (place["zone"], place["grid"], place["areas"]) == (None, None, [])
    assert {remark["code"] for remark in place["remarks"]} == {"outside"}


@pytest.mark.parametrize("kind", ["zones", "areas", "grids", "backdrop"])
def test_a_layer_is_geojson_that_need_not_be_sent_twice(client, kind):
    first = client.get(f"/api/v1/layers/{kind}/published")
    assert first.headers["content-type"] == "application/geo+json"
    assert first.json()["features"]
    headers = {"if-none-match": first.headers["etag"]}
    again = client.get(f"/api/v1/layers/{kind}/published", headers=headers)
    assert (again.status_code, again.content) == (304, b"")


def test_a_road_tile_can_be_decoded_and_need_not_be_sent_twice(client):
    path = "/tiles/roads/8/205/112.mvt"
    first = client.get(path)
    assert first.status_code == 200
    roads = mapbox_vector_tile.decode(first.content)["roads"]
    assert roads["features"]
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/tiles/roads/8/0/0.mvt").status_code == 204
    assert client.get("/tiles/roads/99/0/0.mvt").status_code == 422


def test_a_crew_reaches_more_ground_in_more_time(client):
    units = client.get("/api/v1/units", params={"limit": 1000}).json()["items"]
    crews = [unit["code"] for unit in units if unit["kind"] == "crew" and unit["mode"] == "car"]
    bands = client.get(f"/api/v1/units/{crews[0]}/reach", params={"within": "120,300"}).json()
    assert [band["properties"]["within_s"] for band in bands["features"]] == [120, 300]
    assert client.get("/api/v1/units/none/reach").status_code == 404
    wrong = client.get(f"/api/v1/units/{crews[0]}/reach", params={"within": "soon"})
    assert wrong.json()["code"] == "bad_value"


@pytest.mark.parametrize("role", Role)
def test_each_demo_token_is_known(client, role):
    headers = {"authorization": f"Bearer demo-{role}"}
    assert client.get("/api/v1/city", headers=headers).status_code == 200


@pytest.mark.parametrize("header", ["Bearer guess", "Bearer ", "Basic ZGVtbzpkZW1v", "demo-admin"])
def test_any_other_token_is_refused(client, header):
    response = client.get("/api/v1/city", headers={"authorization": header})
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")


def test_a_page_of_somebody_elses_cannot_ask(client):
    assert client.get("/api/v1/city", headers={"host": "evil.example"}).status_code == 400


def test_no_list_shows_a_private_phone_number(client):
    officers = client.get("/api/v1/officers", params={"limit": 1000}).json()["items"]
    assert officers
    assert not any("phone" in officer for officer in officers)


def test_health_and_readiness(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    for _ in range(200):
        ready = client.get("/readyz")
        if ready.status_code == 200:
            break
        assert ready.json()["code"] == "unavailable"
    assert ready.json()["status"] == "ready"


def test_the_description_has_examples_and_every_path_of_the_doors(client):
    described = client.get("/openapi.json").json()
    paths = {"suggestions", "incidents", "units", "officers", "positions", "events"}
    assert {f"/api/v1/{path}" for path in paths} <= described["paths"].keys()
    schemas = described["components"]["schemas"]
    for asked in ("SuggestionAsk", "IncidentReport", "FixIn"):
        assert schemas[asked]["examples"], asked


def test_the_pages_or_how_to_build_them_stand_at_the_root(client):
    root = client.get("/")
    if root.status_code == 200:
        assert "default-src 'self'" in root.headers["content-security-policy"]
        assert 'id="app"' in root.text
    else:
        assert "hatch_build.py" in root.text


def test_examples_of_the_description_can_be_asked(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for path, name in (("suggestions", "SuggestionAsk"), ("incidents", "IncidentReport")):
        for example in schemas[name]["examples"]:
            response = client.post(f"/api/v1/{path}", json=example)
            assert response.status_code in {200, 201}, (json.dumps(example), response.text)
