"""Who holds the power, through the doors: gravity, filings, whistles, hand-offs."""

from __future__ import annotations

import numpy as np
import pytest

from fixtures.plane import to_lon_lat

TOWN = "990102001"


@pytest.fixture(scope="module")
def place(client) -> list[float]:
    layer = client.get("/api/v1/layers/zones/published").json()
    zone = next(one for one in layer["features"] if one["properties"]["code"] == "Z01")
    return zone["properties"]["label_lon_lat"]


@pytest.fixture(scope="module")
def matters(client) -> dict[str, list[str]]:
    """Simple penalty matters by domain."""
    by_domain: dict[str, list[str]] = {}
    for matter in client.get("/api/v1/matters", params={"limit": 1000}).json()["items"]:
        if matter["kind"] == "penalty" and matter["triage"] == "simple":
            by_domain.setdefault(matter["domain"], []).append(matter["code"])
    return by_domain


def ask(client, place, *matters: str, **more: object) -> dict:
    response = client.post(
        "/api/v1/suggestions", json={"lon_lat": place, "matters": matters, **more}
    )
    assert response.status_code == 200, response.text
    return response.json()


def codes(remarks: list[dict]) -> list[str]:
    return [remark["code"] for remark in remarks]


def test_the_answer_names_the_row_and_the_law_in_both_languages(client, place, matters):
    answer = ask(client, place, matters["TR"][0])
    holder = answer["holder"]
    assert holder["rule"]["code"] in {"city_alone", "own_list"}
    assert holder["row"] in holder["rule"]["zh"]
    assert holder["row"] in holder["rule"]["en"]
    assert holder["legal_basis"] in holder["rule"]["zh"]
    assert answer["grounds"][0] == holder["rule"]


def test_daily_work_is_the_districts_and_a_major_case_the_citys(client, place, matters):
    rules = {}
    for matter in matters["HC"]:
        for scale in ("daily", "major"):
            rules[scale] = ask(client, place, matter, scale=scale)["holder"]
        if rules["daily"]["tier"] == "district":
            break
    assert (rules["daily"]["rule"]["code"], rules["daily"]["tier"]) == ("daily_case", "district")
    assert (rules["major"]["rule"]["code"], rules["major"]["tier"]) == ("major_case", "city")


def test_a_cross_domain_case_has_two_clocks(client, place, matters):
    answer = ask(client, place, matters["TR"][0], matters["EE"][0])
    assert answer["case"] == "specialist"
    kinds = [clock["kind"] for clock in answer["clocks"]]
    assert kinds[:2] == ["secure", "arrive"]
    assert all(clock["within_s"] > 0 for clock in answer["clocks"])
    assert set(codes(answer["grounds"])) >= {"cross_domain", "secure_clock", "arrive_clock"}


def test_a_town_whistles_for_the_squad_and_the_city_does_not(client, place, matters):
    two = matters["TR"][0], matters["EE"][0]
    call = ask(client, place, *two, asked_by=TOWN)["whistle"]
    assert call["units"]
    assert call["escalates_to"] == "990100"
    assert call["answer_by"] > call["raised_at"]
    assert call["silence"]["code"] == "whistle_escalates"
    assert ask(client, place, *two, asked_by="990100")["whistle"] is None
    assert ask(client, place, *two)["whistle"] is None
    response = client.post(
        "/api/v1/suggestions", json={"lon_lat": place, "matters": [], "asked_by": "nowhere"}
    )
    assert (response.status_code, response.json()["code"]) == (422, "unknown_name")


def test_a_place_in_the_next_city_is_handed_over(client, matters):
    beyond = to_lon_lat(np.array([0.0, 24_000.0])).tolist()
    answer = ask(client, beyond, matters["TR"][0])
    assert answer["hand_off"]["partner"] == "990200"
    assert answer["hand_off"]["desk"]
    assert answer["hand_off"]["matters"] == [matters["TR"][0]]
    assert answer["proposals"] == []
    assert answer["holder"]["acting_body"] is None
    assert client.get(f"/api/v1/suggestions/{answer['id']}").json() == answer


def test_an_incident_keeps_how_grave_it_is_and_who_filed_it(client, place, matters):
    filings = [{"body": "澜东区综合行政执法局", "filed_at": "2026-11-02T08:00:00+08:00"}]
    body = {"lon_lat": place, "matters": matters["HC"][:1], "scale": "major", "filings": filings}
    kept = client.post("/api/v1/incidents", json=body).json()
    assert kept["scale"] == "major"
    assert [filing["body"] for filing in kept["filings"]] == ["澜东区综合行政执法局"]
    assert client.get(f"/api/v1/incidents/{kept['id']}").json() == kept


@pytest.mark.parametrize(
    "wrong", [{"scale": "huge"}, {"filings": [{"body": "", "filed_at": "2026-11-02T08:00:00Z"}]},
              {"filings": [{"body": "x", "filed_at": "2026-11-02T08:00:00"}]}]
)  # fmt: skip
def test_what_cannot_be_read_is_refused(client, place, wrong):
    for path in ("/api/v1/suggestions", "/api/v1/incidents"):
        response = client.post(path, json={"lon_lat": place, "matters": [], **wrong})
        assert (response.status_code, response.json()["code"]) == (422, "invalid")
