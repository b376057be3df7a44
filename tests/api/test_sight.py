"""Own and below: what people of one town see of the town beside it, over HTTP."""

import pytest
from fastapi.testclient import TestClient
from spec.served_town import RIVER, MovedClock, copy_town, served
from spec.sibling_towns import EAST_JUNCTION, PHONE, WEST_JUNCTION, write_sibling_towns

from api.errors import PROBLEM_TYPE
from dispatch.store.ledger import post
from geo.remark import Remark

GOOD = "correct horse 7"
ADMIN = {"authorization": "Bearer demo-admin"}
REPORTER = {"name": "王小明", "phone": PHONE}


@pytest.fixture(scope="module")
def towns_store(tmp_path_factory):
    return write_sibling_towns(tmp_path_factory.mktemp("towns"))


@pytest.fixture(scope="module")
def client(towns_store, tmp_path_factory):
    with served(copy_town(towns_store, tmp_path_factory.mktemp("served")), MovedClock()) as client:
        yield client


@pytest.fixture(scope="module")
def west(client):
    return member(client, "west", ["dispatcher"], ["TW"])


@pytest.fixture(scope="module")
def east(client):
    return member(client, "east", ["dispatcher"], ["TE"])


@pytest.fixture(scope="module")
def eastern(client, east):
    """An incident in the eastern town with suggestion, assignment and whistle, by its numbers."""
    incident = report(client, EAST_JUNCTION)
    suggestion = ask(client, incident, east)
    taken = {"suggestion": suggestion["id"], "rank": 1, "kind": suggestion["proposals"][0]["kind"]}
    made = client.post("/api/v1/assignments", json=taken, headers=east)
    assert made.status_code == 201, made.text
    return {"incident": incident, "suggestion": suggestion["id"], "assignment": made.json()["id"]}


def member(client: TestClient, name: str, roles, areas, **more: object) -> dict[str, str]:
    """Credentials of somebody with an account."""
    body = {"name": name, "roles": roles, "areas": areas} | more
    made = client.post("/api/v1/users", json=body, headers=ADMIN)
    assert made.status_code == 201, made.text
    link = made.json()["link"]
    body = {"link": link, "password": GOOD, "deliver": "token"}
    begun = client.post("/api/v1/session", json=body)
    return {"authorization": f"Bearer {begun.json()['token']}"}


def report(client: TestClient, at: str) -> str:
    body = {
        "lon_lat": RIVER.lon_lat[at],
        "matters": ["H1"],
        "text": f"请回电 {PHONE}",
        "reporter": REPORTER,
    }
    answer = client.post("/api/v1/incidents", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def ask(client: TestClient, incident: str, headers) -> dict:
    answer = client.post(f"/api/v1/incidents/{incident}/suggestions", json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(client: TestClient, path: str, headers, key: str = "id") -> set[str]:
    """Everything that a list shows, page by page."""
    shown, cursor = set(), ""
    while cursor is not None:
        query = {"limit": 2, "cursor": cursor}
        page = client.get(f"/api/v1/{path}", params=query, headers=headers).json()
        shown |= {item[key] for item in page["items"]}
        cursor = page["next"]
    return shown


def test_messages_are_shown_to_whoever_runs_their_town(client, eastern):
    there, here = (member(client, f"runs-{area}", ["admin"], [area]) for area in ("TE", "TW"))
    service, said = client.app.state.service, Remark("late", "超时", "Late.")
    with service.store.session() as session:
        about = eastern["incident"]
        post(session, now=service.clock(), to="TE", said=said, dedupe_key="east", about=about)
        session.commit()
    about = {"incident": eastern["incident"]}
    shown = client.get("/api/v1/messages", params=about, headers=there).json()["items"]
    (message,) = (one for one in shown if one["key"] == "east")
    assert listed(client, "messages", here) == set()
    path = f"/api/v1/messages/{message['id']}"
    assert client.get(path, headers=there).status_code == 200
    for method, below in (("GET", ""), ("POST", "/resend"), ("DELETE", "")):
        assert client.request(method, path + below, headers=here).status_code == 404


def test_lists_show_ones_own(client, west, east, eastern):
    western = report(client, WEST_JUNCTION)
    assert listed(client, "incidents", west) >= {western}
    assert eastern["incident"] not in listed(client, "incidents", west)
    assert western not in listed(client, "incidents", east)
    assert listed(client, "assignments", west) == set()
    assert eastern["assignment"] in listed(client, "assignments", east)
    whole = {"authorization": "Bearer demo-dispatcher"}
    assert listed(client, "incidents", whole) >= {western, eastern["incident"]}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "incidents/{incident}"),
        ("GET", "incidents/{incident}/timeline"),
        ("GET", "incidents/{incident}/second-thoughts"),
        ("GET", "incidents/{incident}/progress"),
        ("GET", "incidents/{incident}/hand-offs"),
        ("POST", "incidents/{incident}/suggestions"),
        ("POST", "incidents/{incident}/transitions"),
        ("GET", "suggestions/{suggestion}"),
        ("GET", "suggestions/{suggestion}/replay"),
        ("POST", "suggestions/{suggestion}/replay"),
        ("GET", "suggestions/{suggestion}/why-not/KE"),
        ("POST", "suggestions/{suggestion}/diversions"),
        ("GET", "assignments/{assignment}"),
        ("POST", "assignments/{assignment}/arrival"),
        ("POST", "assignments/{assignment}/release"),
        ("GET", "officers/KEa/duty"),
        ("PUT", "officers/KEa/duty"),
        ("GET", "units/KE/reach"),
        ("PUT", "policies/centres/TE"),
    ],
)
def test_what_is_the_neighbours_is_not_there(client, west, eastern, method, path):
    """404, and the same sentence as for what nobody has: not even that it exists is told."""
    bodies = {"transitions": {"to": "accepted"}, "release": {"outcome": "done"}}
    bodies |= {"duty": {"on": True}, "TE": {"policy": "nearest"}}
    body = {"json": bodies.get(path.rpartition("/")[2], {})} if method != "GET" else {}
    foreign = client.request(method, f"/api/v1/{path.format(**eastern)}", headers=west, **body)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found"), foreign.text
    nobodys = dict.fromkeys(eastern, "NONE")
    missing = path.replace("KEa", "NONE").replace("units/KE", "units/NONE").replace("TE", "NONE")
    absent = client.request(method, f"/api/v1/{missing.format(**nobodys)}", headers=west, **body)
    name = next(iter(eastern[key] for key in eastern if f"{{{key}}}" in path), None)
    named = name or next(code for code in ("KEa", "KE", "TE") if code in path)
    assert foreign.json()["en"].replace(named, "NONE") == absent.json()["en"]


def test_the_owner_reads_it_all(client, east, eastern):
    for path in ("incidents/{incident}", "suggestions/{suggestion}", "assignments/{assignment}"):
        answer = client.get(f"/api/v1/{path.format(**eastern)}", headers=east)
        assert answer.status_code == 200, answer.text


def test_positions_and_duty_are_of_ones_own_officers(client, west, east):
    whole = {"authorization": "Bearer demo-dispatcher"}
    for path in ("positions", "duty"):
        assert listed(client, path, west, "officer") == {"KWa", "KWb"}
        assert listed(client, path, east, "officer") == {"KEa", "KEb", "KFa", "KFb"}
        assert len(listed(client, path, whole, "officer")) == 8


def test_a_suggestion_tells_of_others_units_the_eta_and_not_where_they_stand(client, west):
    """The city's squad and the neighbours' crew: unit, status and ETA."""
    incident = report(client, WEST_JUNCTION)
    body = {"policy": "borderless"}
    path = f"/api/v1/incidents/{incident}/suggestions"
    answer = client.post(path, json=body, headers=west).json()
    again = client.get(f"/api/v1/suggestions/{answer['id']}", headers=west).json()
    assert again == answer
    seen = {one["unit"]: one for one in answer["proposals"]}
    assert "KW" in seen
    assert len(seen) > 1
    for unit, one in seen.items():
        own = unit == "KW"
        assert (one["route"] is not None, one["position_age_s"] is not None) == (own, own), unit
        assert one["eta_s"] > 0


def test_nobody_asks_about_a_neighbours_place(client, west):
    place = {"lon_lat": RIVER.lon_lat[EAST_JUNCTION], "matters": ["H1"]}
    answer = client.post("/api/v1/suggestions", json=place, headers=west)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    rows = {"incidents": [{"id": "1"} | place]}
    assert client.post("/api/v1/suggestions/batch", json=rows, headers=west).status_code == 403
    sites = {"sites": [{"id": "s", "lon_lat": place["lon_lat"], "officers": 1}]}
    assert client.post("/api/v1/joint-operations", json=sites, headers=west).status_code == 403


def test_nobody_speaks_for_a_neighbours_room(client, west):
    asked = {"lon_lat": RIVER.lon_lat[WEST_JUNCTION], "matters": ["H1"], "asked_by": "TE"}
    assert client.post("/api/v1/suggestions", json=asked, headers=west).status_code == 403
    call = {"incident": report(client, WEST_JUNCTION), "by": "TE"}
    assert client.post("/api/v1/whistles", json=call, headers=west).status_code == 403


def test_nobody_sends_a_neighbours_crew_until_it_has_said_that_it_comes(client, west):
    incident = report(client, WEST_JUNCTION)
    suggestion = ask(client, incident, west)
    body = {"suggestion": suggestion["id"], "unit": "KF", "reason": "other"}
    refused = client.post("/api/v1/assignments", json=body | {"note": "it is near"}, headers=west)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), refused.text
    free = client.get("/api/v1/assignments", params={"incident": incident}, headers=west)
    assert free.json()["items"] == []


def test_nobody_names_a_neighbours_suggestion_in_a_body(client, west, eastern):
    body = {"suggestion": eastern["suggestion"], "rank": 1}
    answer = client.post("/api/v1/assignments", json=body, headers=west)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_name")
    merged = {"to": "merged", "into": eastern["incident"], "reason": "twice"}
    path = f"/api/v1/incidents/{report(client, WEST_JUNCTION)}/transitions"
    answer = client.post(path, json=merged, headers=west)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_name")


def test_officers_send_their_own_position_and_sign_their_own_shift(client):
    headers = member(client, "kwa", ["officer"], ["TW"], officer="KWa")
    fixes = [
        {"officer": officer, "time": "2026-11-19T22:59:00Z", "lon": 109.1, "lat": 0.0}
        for officer in ("KWa", "KWb", "KEa")
    ]
    results = client.post("/api/v1/positions", json=fixes, headers=headers).json()["results"]
    assert ["forbidden" in str(one) for one in results] == [False, True, True]
    single = client.post("/api/v1/positions", json=fixes[1], headers=headers)
    assert (single.status_code, single.json()["code"]) == (403, "forbidden")
    on = {"on": True}
    assert client.put("/api/v1/officers/KWa/duty", json=on, headers=headers).status_code == 200
    assert client.put("/api/v1/officers/KWb/duty", json=on, headers=headers).status_code == 403


def test_streets_are_closed_by_whoever_they_belong_to(client, west):
    ring = [[109.112, -0.001], [109.114, -0.001], [109.114, 0.001], [109.112, -0.001]]
    body = {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    assert client.post("/api/v1/closures", json=body, headers=west).status_code == 403


def test_somebody_without_an_area_sees_nothing(client, eastern):
    headers = member(client, "lost", ["dispatcher"], [])
    assert listed(client, "incidents", headers) == set()
    assert listed(client, "positions", headers, "officer") == set()
    answer = client.get(f"/api/v1/incidents/{eastern['incident']}", headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == PROBLEM_TYPE


def test_the_whole_city_in_one_report_is_for_whoever_sees_it(client, west):
    query = {"policy": "nearest"}
    answer = client.get("/api/v1/reports/shadow", params=query, headers=west)
    assert answer.status_code == 403
    overrides = client.get("/api/v1/reports/overrides", headers=west)
    assert overrides.status_code == 200
