"""POST /api/v1/suggestions: the shape that docs and other programs rely on."""

import pytest
import shapely
from fastapi.testclient import TestClient

PROPOSAL_FIELDS = {
    "rank", "crew", "kind", "eta_s", "eta_p90_s", "p_in_target", "meets_target",
    "travel_time_s", "length_m", "position_age_s", "coverage_price", "reasons", "route",
    "mutual_aid",
}  # fmt: skip


def zone_place(client: TestClient, code: str) -> list[float]:
    layer = client.get("/api/v1/layers/zones/published").json()
    zone = next(f for f in layer["features"] if f["properties"]["code"] == code)
    return zone["properties"]["label_lon_lat"]


@pytest.fixture(scope="module")
def domain_matters(client: TestClient) -> dict[str, list[str]]:
    matters: dict[str, list[str]] = {}
    for matter in client.get("/api/v1/matters", params={"limit": 1000}).json()["items"]:
        if matter["kind"] == "penalty":
            matters.setdefault(matter["domain"], []).append(matter["code"])
    return matters


def ask(client: TestClient, lon_lat: list[float], matters: list[str], **more: object) -> dict:
    body = {"lon_lat": lon_lat, "matters": matters, **more}
    response = client.post("/api/v1/suggestions", json=body)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture(scope="module")
def answer(client, domain_matters) -> dict:
    return ask(client, zone_place(client, "Z07"), [next(iter(domain_matters.values()))[0]])


def test_the_answer_names_its_versions_and_the_holder_of_the_power(answer, client):
    city = client.get("/api/v1/city").json()
    assert answer["city_version"] == city["city_version"]
    assert answer["weight_version"] == city["weight_version"]
    assert (answer["policy"], answer["degraded"]) == ("nearest", None)
    assert answer["zone"] == "Z07"
    assert answer["areas"]
    assert answer["holder"]["unit"]
    assert answer["holder"]["acting_body"]
    assert {"code", "zh", "en"} <= answer["holder"]["rule"].keys()


def test_proposals_are_ranked_crews_with_times_reasons_and_routes(answer):
    proposals = answer["proposals"]
    assert proposals
    for proposal in proposals:
        assert proposal.keys() >= PROPOSAL_FIELDS
        assert proposal["crew"]
        assert all({"code", "zh", "en"} <= reason.keys() for reason in proposal["reasons"])
    own = [p for p in proposals if p["kind"] == proposals[0]["kind"]]
    assert [p["rank"] for p in own] == list(range(1, len(own) + 1))
    assert [p["eta_s"] for p in own] == sorted(p["eta_s"] for p in own)


def test_a_route_leads_to_the_place(answer):
    route = answer["proposals"][0]["route"]
    assert route["type"] == "LineString"
    end = shapely.Point(route["coordinates"][-1])
    assert end.distance(shapely.Point(answer["lon_lat"])) < 0.02


def test_whoever_is_passed_over_has_a_reason(answer):
    for passed in answer["passed_over"]:
        assert passed["unit"]
        assert passed["reason"]["zh"]


def test_a_suggestion_can_be_read_again_as_it_was_given(answer, client):
    again = client.get(f"/api/v1/suggestions/{answer['id']}")
    assert again.status_code == 200
    assert again.json() == answer


def test_matters_of_two_domains_go_to_a_specialist_squad(client, domain_matters):
    two = [codes[0] for codes in list(domain_matters.values())[:2]]
    answer = ask(client, zone_place(client, "Z07"), two)
    units = client.get("/api/v1/units", params={"limit": 1000}).json()["items"]
    kinds = {unit["code"]: unit["kind"] for unit in units}
    assert kinds[answer["holder"]["unit"]] == "specialist_squad"
    assert len(answer["other_holders"]) == 1
    kinds_proposed = [proposal["kind"] for proposal in answer["proposals"]]
    assert "grid" not in kinds_proposed


def test_a_phone_maps_coordinates_land_in_the_same_place(client, domain_matters):
    place = zone_place(client, "Z07")
    matters = [next(iter(domain_matters.values()))[0]]
    there = ask(client, place, matters)["lon_lat"]
    shifted = ask(client, place, matters, crs="gcj02")["lon_lat"]
    assert 200 < shapely.Point(there).distance(shapely.Point(shifted)) * 111_000 < 1000


def test_the_same_question_at_the_same_instant_has_the_same_answer(client, domain_matters):
    matters = [next(iter(domain_matters.values()))[0]]
    now = client.get("/api/v1/city").json()["now"]
    place = zone_place(client, "Z05")
    first, second = (ask(client, place, matters, at=now) for _ in range(2))
    assert {**first, "id": None} == {**second, "id": None}


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        ({"matters": ["NO-SUCH"]}, "unknown_name", "NO-SUCH"),
        ({"lon_lat": [0.0, 0.0]}, "outside_network", "0"),
        ({"lon_lat": [21.4, 109.1]}, "bad_value", "longitude"),
        ({"crs": "EPSG:99999"}, "unknown_crs", "99999"),
        ({"crs": "EPSG:4214"}, "unknown_crs", "Beijing"),
        ({"policy": "fairest"}, "unknown_name", "fairest"),
        ({"lon_lat": [109.1]}, "invalid", "lon_lat"),
        ({"lon_lat": "109,21"}, "invalid", "lon_lat"),
        ({"at": "2026-11-22T09:30:00"}, "invalid", "at"),
        ({"matters": ["x"] * 51}, "invalid", "matters"),
        ({"colour": "red"}, "invalid", "colour"),
    ],
)
def test_bad_input_is_refused_with_one_sentence_that_names_it(client, body, code, named):
    sound = {"lon_lat": zone_place(client, "Z07"), "matters": []}
    response = client.post("/api/v1/suggestions", json={**sound, **body})
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == code
    assert named in problem["en"]
    assert "\n" not in problem["en"]
    assert problem["zh"]


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        ("NaN", 400, "malformed"),
        ("Infinity", 400, "malformed"),
        ("-Infinity", 400, "malformed"),
        ("1e999", 422, "invalid"),
    ],
)
def test_json_that_is_no_number_is_refused(client, number, status, code):
    content = f'{{"lon_lat": [{number}, 21.4], "matters": []}}'
    headers = {"content-type": "application/json"}
    response = client.post("/api/v1/suggestions", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_an_unknown_suggestion_is_not_found(client):
    response = client.get("/api/v1/suggestions/none-such")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
