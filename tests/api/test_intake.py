"""What comes in: incidents and positions."""

import itertools
from datetime import datetime, timedelta

import pytest

PHONE = "13900001234"


@pytest.fixture(scope="module")
def place(client) -> list[float]:
    layer = client.get("/api/v1/layers/zones/published").json()
    return layer["features"][6]["properties"]["label_lon_lat"]


@pytest.fixture(scope="module")
def matter(client) -> str:
    return client.get("/api/v1/matters", params={"limit": 1}).json()["items"][0]["code"]


@pytest.fixture(scope="module")
def officer(client) -> dict:
    return client.get("/api/v1/positions", params={"limit": 1}).json()["items"][0]


def report(client, place, **more: object):
    return client.post("/api/v1/incidents", json={"lon_lat": place, "matters": [], **more})


def test_a_report_is_kept_and_read_back(client, place, matter):
    response = report(client, place, matters=[matter], text="占道经营", kind="report")
    assert response.status_code == 201
    incident = response.json()
    assert incident["id"]
    assert incident["state"] == "reported"
    assert response.headers["location"] == f"/api/v1/incidents/{incident['id']}"
    assert client.get(response.headers["location"]).json() == incident


def test_the_reporters_name_and_phone_are_shown_nowhere(client, place):
    reporter = {"name": "王小明", "phone": PHONE}
    response = report(client, place, reporter=reporter)
    pages = [response.text, client.get("/api/v1/incidents", params={"limit": 1000}).text]
    assert not any(PHONE in page or "王小明" in page for page in pages)


def test_incidents_are_listed_page_by_page_newest_first(client, place):
    numbers = [report(client, place, text=str(n)).json()["id"] for n in range(3)]
    listed, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/v1/incidents", params={"limit": 2, "cursor": cursor}).json()
        listed += [incident["id"] for incident in page["items"]]
        cursor = page["next"]
    assert listed[:3] == numbers[::-1]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"matters": ["NO-SUCH"]}, "unknown_name"),
        ({"lon_lat": [500, 21]}, "bad_value"),
        ({"kind": "party"}, "invalid"),
        ({"text": "x" * 5000}, "invalid"),
        ({"reporter": {"name": "x", "wechat": "y"}}, "invalid"),
    ],
)
def test_a_report_that_cannot_be_used_leaves_nothing_behind(client, place, body, code):
    before = client.get("/api/v1/incidents", params={"limit": 1000}).json()
    response = report(client, place, **body)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert client.get("/api/v1/incidents", params={"limit": 1000}).json() == before


def test_an_unknown_incident_is_not_found(client):
    assert client.get("/api/v1/incidents/none").status_code == 404


def test_a_fix_moves_an_officer(client, officer):
    time = datetime.fromisoformat(officer["time"]) + timedelta(seconds=20)
    fix = {
        "officer": officer["officer"],
        "time": time.isoformat(),
        "lon": officer["lon"] + 0.0005,
        "lat": officer["lat"],
        "speed_mps": 3.0,
        "heading_deg": 90,
    }
    response = client.post("/api/v1/positions", json=fix)
    assert response.status_code == 200
    assert response.json()["accepted"] == 1
    now = client.get("/api/v1/positions", params={"limit": 1}).json()["items"][0]
    assert (now["lon"], now["heading_deg"]) == (fix["lon"], 90)
    again = client.post("/api/v1/positions", json=fix).json()
    assert again["results"][0]["remark"]["code"] == "duplicate"


def test_one_bad_fix_never_fails_its_batch(client, officer):
    clock = (
        datetime.fromisoformat(officer["time"]) + timedelta(seconds=40 + n)
        for n in itertools.count()
    )

    def fix(**more: object) -> dict:
        own = {"device": officer["officer"], "lon": officer["lon"], "lat": officer["lat"]}
        return {**own, "time": next(clock).isoformat(), **more}

    far_ahead = datetime.fromisoformat(officer["time"]) + timedelta(days=1)
    batch = [
        fix(),
        fix(lon=500),
        fix(device="nobody"),
        fix(time=far_ahead.isoformat()),
        fix(officer=officer["officer"]),
        fix(crs="EPSG:99999"),
        fix(speed_mps=-1),
        fix(),
    ]
    results = client.post("/api/v1/positions", json=batch).json()["results"]
    assert [result["remark"]["code"] for result in results] == [
        "accepted",
        "bad_value",
        "unknown_name",
        "future",
        "bad_value",
        "unknown_crs",
        "bad_value",
        "accepted",
    ]


@pytest.mark.parametrize(
    ("fix", "code"),
    [
        ({"officer": "nobody"}, "unknown_name"),
        ({}, "bad_value"),
        ({"officer": "a", "device": "a"}, "bad_value"),
        ({"officer": "a", "time": "now"}, "invalid"),
        ({"officer": "a", "time": "2026-11-22T09:30:00"}, "invalid"),
    ],
)
def test_a_single_fix_that_cannot_be_used_is_refused(client, fix, code):
    sound = {"time": "2026-11-22T09:30:00+08:00", "lon": 109.1, "lat": 21.5}
    response = client.post("/api/v1/positions", json={**sound, **fix})
    assert (response.status_code, response.json()["code"]) == (422, code)
