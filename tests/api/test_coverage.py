"""GET /api/v1/coverage and /api/v1/move-ups on the small demo city."""

import pytest


@pytest.fixture(scope="module")
def coverage(client) -> dict:
    response = client.get("/api/v1/coverage", params={"gaps": 10_000})
    assert response.status_code == 200, response.text
    return response.json()


def test_shares_gaps_and_layer_tell_the_same(coverage, client):
    points = [feature["properties"] for feature in coverage["layer"]["features"]]
    total = sum(point["weight"] for point in points)
    held = sum(point["weight"] for point in points if point["covered"])
    assert coverage["weighting"]["code"] == "people"
    assert total == pytest.approx(1_860_000, rel=0.001)
    assert 0 < coverage["share"] < 1
    assert coverage["share"] == pytest.approx(held / total, abs=1e-5)
    assert len(points) == coverage["points"] == 360
    open_points = {point["point"] for point in points if point["crews"] == 0}
    assert {gap["point"] for gap in coverage["gaps"]} == open_points
    assert coverage["uncovered"] == len(open_points)
    shares = [gap["share"] for gap in coverage["gaps"]]
    assert shares == sorted(shares, reverse=True)
    city = client.get("/api/v1/city").json()
    assert coverage["city_version"] == city["city_version"]
    assert coverage["degraded"] is None


def test_every_zone_has_its_share_the_worst_first(coverage):
    shares = [zone["share"] for zone in coverage["zones"]]
    assert shares == sorted(shares)
    points = [feature["properties"] for feature in coverage["layer"]["features"]]
    for zone in coverage["zones"]:
        here = [point for point in points if point["zone"] == zone["zone"]]
        held = sum(point["weight"] for point in here if point["covered"])
        assert zone["share"] == pytest.approx(held / sum(p["weight"] for p in here), abs=1e-5)


def test_the_layer_lies_within_the_city(coverage, client):
    west, south, east, north = client.get("/api/v1/city").json()["bounds"]
    for feature in coverage["layer"]["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert west <= lon <= east
        assert south <= lat <= north


def test_fewer_gaps_are_named_on_demand(client):
    answer = client.get("/api/v1/coverage", params={"gaps": 1}).json()
    assert len(answer["gaps"]) == 1


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_moves_keep_to_their_limit_and_cover_more(client, limit):
    query = {"limit": limit, "gain_per_hour": 0}
    answer = client.get("/api/v1/move-ups", params=query).json()
    assert len(answer["moves"]) <= limit
    assert answer["share_after"] >= answer["share_before"]
    assert (answer["share_after"] > answer["share_before"]) == bool(answer["moves"])
    assert answer["proven"]
    units = client.get("/api/v1/units", params={"limit": 1000}).json()["items"]
    crews = {unit["code"]: unit for unit in units if unit["kind"] == "crew"}
    for move in answer["moves"]:
        assert crews[move["crew"]]["mode"] == answer["mode"]
        assert 0 <= move["travel_time_s"] <= 1800
        assert move["gain_share"] > 0
    assert answer["travel_time_s"] == pytest.approx(
        sum(move["travel_time_s"] for move in answer["moves"])
    )


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("coverage", {"gaps": -1}),
        ("coverage", {"gaps": "all"}),
        ("move-ups", {"limit": 21}),
        ("move-ups", {"within_s": 0}),
        ("move-ups", {"gain_per_hour": 2}),
    ],
)
def test_a_query_that_cannot_be_meant_is_a_problem(client, path, query):
    response = client.get(f"/api/v1/{path}", params=query)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")


def test_an_unknown_token_is_turned_away(client):
    headers = {"authorization": "Bearer stranger"}
    assert client.get("/api/v1/coverage", headers=headers).status_code == 401
    assert client.get("/api/v1/move-ups", headers=headers).status_code == 401


def test_marks_name_what_nobody_and_what_one_crew_reaches(coverage, client):
    marks = client.get("/api/v1/coverage/marks").json()
    points = [feature["properties"] for feature in coverage["layer"]["features"]]
    assert marks["share"] == coverage["share"]
    assert marks["zones"] == coverage["zones"]
    assert marks["uncovered"] == sorted(point["point"] for point in points if point["crews"] == 0)
    assert marks["by_one"] == sorted(point["point"] for point in points if point["crews"] == 1)


def test_the_map_layer_has_zones_with_their_share_and_grids_with_their_crews(coverage, client):
    response = client.get("/api/v1/layers/coverage/now")
    assert response.headers["content-type"] == "application/geo+json"
    layer = response.json()
    assert layer["share"] == coverage["share"]
    parts: dict = {"zone": {}, "unit_grid": {}}
    for feature in layer["features"]:
        assert feature["geometry"]["type"] in {"Polygon", "MultiPolygon"}
        parts[feature["properties"]["part"]][feature["properties"]["code"]] = feature["properties"]
    shares = {zone["zone"]: zone["share"] for zone in coverage["zones"]}
    assert {code: zone["share"] for code, zone in parts["zone"].items()} == shares
    for feature in coverage["layer"]["features"]:
        point, grid = feature["properties"], parts["unit_grid"][feature["properties"]["point"]]
        assert (grid["crews"], grid["covered"]) == (point["crews"], point["covered"])
        assert (grid["zone"], grid["weight"]) == (point["zone"], point["weight"])
