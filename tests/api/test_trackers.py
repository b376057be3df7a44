"""Foreign terminals over HTTP: each protocol leads to the right officer, place, time and speed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlencode

import httpx2
import pytest
from fastapi.testclient import TestClient
from published_messages import KMH_MPS, KNOT_MPS, OSMAND_MOVING, TRACCAR
from spec.served_town import RIVER, MovedClock, copy_town, served, write_town

from api.trackers_now import TOO_MANY, TrackersNow
from dispatch.refused_fix import RefusedFix
from geo.datum import from_wgs84
from geo.remark import Remark
from tests.geo.tracker.test_mutated import mutated

ADMIN = {"authorization": "Bearer demo-admin"}
HERE = RIVER.lon_lat["2"]


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def clock():
    return MovedClock()


CARRIED = {
    ("traccar", "860000000000001"): "K1a",
    ("osmand", "8737767034"): "K2a",
    ("osmand", "phone-2"): "K2b",
    ("owntracks", "owntracks/li/phone"): "K4a",
    ("owntracks", "JJ"): "K4b",
    ("jt808", "13800000001"): "K5a",
    ("native", "radio-7"): "K5b",
}
"""Who carries what, since long ago."""


@pytest.fixture(scope="module")
def client(town_store, clock, tmp_path_factory):
    with served(copy_town(town_store, tmp_path_factory.mktemp("served")), clock) as client:
        since = {"since": "2010-01-01T00:00:00Z"}
        given = [
            {"source": source, "device": device, "officer": officer} | since
            for (source, device), officer in CARRIED.items()
        ]
        answer = client.post("/api/v1/devices", json=given)
        assert answer.status_code == 200, answer.text
        assert answer.json()["stated"] == len(given)
        yield client


@pytest.fixture(scope="module")
def gateway(client) -> str:
    """A key that is good for positions alone, of a gateway's account."""
    body = {"name": "gateway", "roles": ["dispatcher"], "areas": ["C"]}
    assert client.post("/api/v1/users", json=body, headers=ADMIN).status_code == 201
    return key_of(client, "gateway", scope=["send_positions"])


def key_of(client: TestClient, account: str, scope: list[str] | None = None) -> str:
    body = {"account": account, "label": "terminals", "scope": scope}
    made = client.post("/api/v1/api-keys", json=body, headers=ADMIN)
    assert made.status_code == 201, made.text
    return made.json()["key"]


def position_of(client: TestClient, officer: str) -> dict:
    rows = client.get("/api/v1/positions", params={"limit": 1000}).json()["items"]
    return next(row for row in rows if row["officer"] == officer)


def next_instant(clock: MovedClock) -> datetime:
    clock.now += timedelta(seconds=30)
    return clock.now.replace(microsecond=0)


def traccar_message(at: datetime, **more: object) -> dict:
    position = TRACCAR["position"] | {"fixTime": at.isoformat(), "course": 90.0}
    position |= {"longitude": HERE[0], "latitude": HERE[1], "speed": 10.0} | more
    return TRACCAR | {"position": position}


def owntracks_message(at: datetime, **more: object) -> dict:
    said = {"_type": "location", "tst": int(at.timestamp()), "lon": HERE[0], "lat": HERE[1]}
    return said | {"vel": 36, "cog": 90, "acc": 12, "tid": "XX"} | more


def check_position(client: TestClient, officer: str, at: datetime, speed_mps: float | None):
    seen = position_of(client, officer)
    assert (seen["lon"], seen["lat"]) == pytest.approx(HERE, abs=1e-6)
    assert datetime.fromisoformat(seen["time"]) == at
    assert seen["speed_mps"] == pytest.approx(speed_mps)


def test_traccar_by_json(client, clock):
    at = next_instant(clock)
    answer = client.post("/intake/traccar", json=traccar_message(at))
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 1
    assert answer.json()["results"][0]["officer"] == "K1a"
    check_position(client, "K1a", at, 10 * KNOT_MPS)
    again = client.post("/intake/traccar", json=traccar_message(at)).json()
    assert again["results"][0]["remark"]["code"] == "duplicate"


def test_traccar_by_address(client, clock):
    at = next_instant(clock)
    said = {"uniqueId": "860000000000001", "fixTime": int(at.timestamp() * 1000), "speed": 4}
    said |= {"longitude": HERE[0], "latitude": HERE[1]}
    assert client.get("/intake/traccar", params=said).status_code == 200
    check_position(client, "K1a", at, 4 * KNOT_MPS)


@pytest.mark.parametrize("way", ["address", "form", "path"])
def test_osmand_by_named_fields(client, gateway, clock, way):
    at = next_instant(clock)
    said = {"id": "phone-2", "lon": HERE[0], "lat": HERE[1], "timestamp": int(at.timestamp())}
    said |= {"speed": 5, "batt": 80}
    if way == "address":
        answer = client.get("/intake/osmand", params=said)
    elif way == "form":
        answer = client.post("/intake/osmand", data=said)
    else:
        answer = without_header(client, f"/intake/osmand/{gateway}", said)
    assert answer.status_code == 200, answer.text
    check_position(client, "K2b", at, 5 * KNOT_MPS)


def without_header(client: TestClient, path: str, query: dict, **headers: str) -> httpx2.Response:
    """Ask by GET as programs do that can send no credentials but those in the address."""
    request = client.build_request("GET", path, params=query, headers=headers)
    del request.headers["authorization"]
    return client.send(request)


def test_a_client_from_version_9_on_posts_json(client, clock):
    at = next_instant(clock)
    message = json.loads(OSMAND_MOVING)
    message["location"]["timestamp"] = at.isoformat().replace("+00:00", ".000Z")
    message["location"]["coords"] |= {"longitude": HERE[0], "latitude": HERE[1], "heading": -1}
    answer = client.post("/intake/osmand", json=message)
    assert answer.status_code == 200, answer.text
    check_position(client, "K2a", at, 18.67)
    assert position_of(client, "K2a")["heading_deg"] is None


def test_owntracks_is_answered_a_list_and_told_by_a_header(client, gateway, clock):
    at = next_instant(clock)
    word = base64.b64encode(f"li:{gateway}".encode()).decode()
    headers = {"authorization": f"Basic {word}", "x-limit-u": "li", "x-limit-d": "phone"}
    answer = client.post("/intake/owntracks", json=owntracks_message(at), headers=headers)
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["x-position"] == "accepted"
    check_position(client, "K4a", at, 36 * KMH_MPS)
    at = next_instant(clock)
    message = owntracks_message(at, tid="JJ")
    assert client.post("/intake/owntracks", json=message).status_code == 200
    check_position(client, "K4b", at, 10)
    for other in (b"", json.dumps({"_type": "waypoints", "tid": "JJ"}).encode()):
        answer = client.post("/intake/owntracks", content=other)
        assert (answer.status_code, answer.json()) == (200, [])
        assert answer.headers["x-position"] == "no-location"
    assert refused(client)["owntracks", "JJ", "no_location"]["reason"]["en"] == (
        "The message is of type `waypoints`, and no location."
    )


def test_a_gateway_of_jt808_passes_times_of_the_terminals_clock(client, clock):
    at = next_instant(clock)
    local = (at + timedelta(hours=8)).replace(tzinfo=None)
    reading = {"device": "13800000001", "time": local.isoformat(), "speed_mps": 7.5}
    reading |= {"lon": HERE[0], "lat": HERE[1], "heading_deg": 90}
    lost = reading | {"time": None, "positioned": False}
    unknown = reading | {"device": "13900000000"}
    answer = client.post("/intake/jt808", json=[reading, lost, unknown])
    assert answer.status_code == 200, answer.text
    codes = [one["remark"]["code"] for one in answer.json()["results"]]
    assert codes == ["accepted", "no_fix", "unknown_name"]
    check_position(client, "K5a", at, 7.5)


def test_a_device_is_resolved_by_the_native_door_too(client, clock):
    at = next_instant(clock)
    fix = {"device": "radio-7", "time": at.isoformat(), "lon": HERE[0], "lat": HERE[1]}
    answer = client.post("/api/v1/positions", json=fix | {"speed_mps": 2})
    assert answer.json()["results"][0]["officer"] == "K5b"
    check_position(client, "K5b", at, 2)
    by_name = fix | {"device": "K5b", "time": next_instant(clock).isoformat()}
    assert client.post("/api/v1/positions", json=by_name).json()["accepted"] == 1
    answer = client.post("/api/v1/positions", json=fix | {"device": "nobody's"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_name")
    assert "give it to an officer" in answer.json()["en"]


def refused(client: TestClient, **headers: str) -> dict[tuple[str, str, str], dict]:
    answer = client.get("/api/v1/positions/refused", params={"limit": 1000}, headers=headers)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["items"]
    return {(row["source"], row["device"], row["reason"]["code"]): row for row in rows}


def test_unknown_devices_are_refused_and_shown_until_somebody_carries_them(client, clock):
    said = {"id": "new-phone", "lon": HERE[0], "lat": HERE[1]}
    for _ in range(3):
        said["timestamp"] = int(next_instant(clock).timestamp())
        answer = client.get("/intake/osmand", params=said)
        assert answer.status_code == 200  # else the phone would send nothing after it
        assert answer.json()["results"][0]["remark"]["code"] == "unknown_name"
    key = ("osmand", "new-phone", "unknown_device")
    row = refused(client)[key]
    assert (row["count"], row["officer"], row["lon"]) == (3, None, None)
    given = {"source": "osmand", "device": "new-phone", "officer": "K1b"}
    assert client.post("/api/v1/devices", json=given).status_code == 200
    assert key not in refused(client)
    said["timestamp"] = int(next_instant(clock).timestamp())
    assert client.get("/intake/osmand", params=said).json()["accepted"] == 1


def test_what_is_in_quarantine_is_shown_with_its_place_and_kept_by_the_store(client, clock):
    service = client.app.state.service
    for _ in range(2):
        far = traccar_message(next_instant(clock), longitude=HERE[0] + 2)
        answer = client.post("/intake/traccar", json=far)
        assert answer.status_code == 200
        assert answer.json()["results"][0]["remark"]["code"] == "teleport"
        service.trackers.save()
        back = traccar_message(next_instant(clock))
        assert client.post("/intake/traccar", json=back).json()["accepted"] == 1
    assert not service.trackers.pending
    row = refused(client)["traccar", "860000000000001", "teleport"]
    assert (row["count"], row["officer"]) == (2, "K1a")
    assert row["lon"] == pytest.approx(HERE[0] + 2)
    assert row["reason"]["zh"]


def test_the_place_of_somebody_off_duty_is_kept_nowhere(client, clock):
    client.put("/api/v1/officers/K4b/duty", json={"on": False})
    message = owntracks_message(next_instant(clock), tid="JJ")
    answer = client.post("/intake/owntracks", json=message)
    assert (answer.status_code, answer.headers["x-position"]) == (200, "off_duty")
    row = refused(client)["owntracks", "JJ", "off_duty"]
    assert (row["lon"], row["lat"], row["fix_time"]) == (None, None, None)
    client.put("/api/v1/officers/K4b/duty", json={"on": True})


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("traccar", b"{", "no JSON"),
        ("traccar", b'{"event": 1}', "`position` and `device`"),
        ("osmand", b"", "which device"),
        ("osmand", b'{"device_id": "1"}', "no `location`"),
        ("owntracks", b'{"lat": 1}', "no `_type`"),
        ("owntracks", b"[" * 99, "levels deep"),
    ],
)
def test_a_message_that_is_none_is_refused_in_one_sentence_and_counted(client, path, body, says):
    answer = client.post(f"/intake/{path}", content=body)
    assert 400 <= answer.status_code < 500
    assert says in answer.json()["en"]
    assert "\n" not in answer.json()["en"]
    assert refused(client)[path, "", "unreadable"]["count"] >= 1


def test_a_position_that_is_none_holds_no_later_one_back(client):
    """Programs send the oldest again until it is answered 200; what it was is told and listed."""
    bad = {"id": "phone-2", "lon": HERE[0], "lat": "north"}
    lost = {"position": {"fixTime": "1970-01-01T00:00:00Z"} | {"longitude": 1, "latitude": 1}}
    lost["device"] = {"uniqueId": "860000000000001"}
    said = {"_type": "location", "lat": 1, "lon": 2, "tst": 1, "tid": "JJ"}
    for answer in (
        client.get("/intake/osmand", params=bad),
        client.post("/intake/osmand", data=bad),
        client.post("/intake/traccar", json=lost),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.json()["results"][0]["remark"]["code"] == "bad_value"
    answer = client.post("/intake/owntracks", json=said)
    assert (answer.status_code, answer.headers["x-position"]) == (200, "bad_value")
    rows = refused(client)
    assert rows["osmand", "phone-2", "bad_value"]["officer"] == "K2b"
    assert "1970" in rows["traccar", "860000000000001", "bad_value"]["reason"]["en"]
    assert rows["owntracks", "JJ", "bad_value"]["count"] == 1


def test_of_a_list_of_a_phone_the_good_locations_count(client, clock):
    good, message = [], json.loads(OSMAND_MOVING)
    for _ in range(2):
        location = json.loads(json.dumps(message["location"]))
        location["timestamp"] = next_instant(clock).isoformat()
        location["coords"] |= {"longitude": HERE[0], "latitude": HERE[1]}
        good.append(location)
    message["location"] = [good[0], good[1] | {"coords": {}}, good[1]]
    answer = client.post("/intake/osmand", json=message)
    assert answer.status_code == 200, answer.text
    codes = [one["remark"]["code"] for one in answer.json()["results"]]
    assert codes == ["accepted", "bad_value", "accepted"]
    assert refused(client)["osmand", "8737767034", "bad_value"]["count"] == 1


def test_keys_in_addresses_are_good_for_positions_alone(client, gateway, clock):
    said = {"id": "phone-2", "lon": HERE[0], "lat": HERE[1]}
    broad = key_of(client, "gateway")

    def status(key: str | None, path: str = "/intake/osmand", **headers: str) -> int:
        said["timestamp"] = int(next_instant(clock).timestamp())
        query = said if key is None else said | {"key": key}
        return without_header(client, path, query, **headers).status_code

    assert status(gateway) == 200
    assert status(broad) == 403
    assert status("wrong") == 401
    assert status(None) == 401
    assert status(gateway, "/api/v1/positions") == 401
    assert status(None, cookie=f"grid_dispatch_session={gateway}") == 401
    assert status(None, f"/intake/osmand/{broad}") == 403


def test_an_officers_own_phone_sends_for_nobody_else(client, clock):
    body = {"name": "phone.k4a", "roles": ["officer"], "areas": ["C"], "officer": "K4a"}
    assert client.post("/api/v1/users", json=body, headers=ADMIN).status_code == 201
    own = {"authorization": f"Bearer {key_of(client, 'phone.k4a', scope=['send_positions'])}"}
    mine = owntracks_message(next_instant(clock), topic="owntracks/li/phone")
    assert client.post("/intake/owntracks", json=mine, headers=own).status_code == 200
    other = owntracks_message(next_instant(clock), tid="JJ")
    answer = client.post("/intake/owntracks", json=other, headers=own)
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["x-position"] == "forbidden"
    assert refused(client)["owntracks", "JJ", "forbidden"]["officer"] == "K4b"


def test_each_source_has_its_datum_its_clock_and_its_units(client, gateway, clock):
    path = "/api/v1/position-sources/wechat"
    asked = {"protocol": "osmand", "crs": "gcj02", "clock_ahead_s": 60, "speed_unit": "kmh"}
    asked |= {"account": "gateway"}
    assert client.put(path, json={}, headers=ADMIN).status_code == 422  # needs a protocol
    unused = client.put(path, json=asked | {"account": None}, headers=ADMIN)
    assert (unused.status_code, unused.json()["code"]) == (422, "bad_value")
    assert "needs an account" in unused.json()["en"]
    nobody = client.put(path, json=asked | {"account": "gatewya"}, headers=ADMIN)
    assert (nobody.status_code, nobody.json()["code"]) == (422, "unknown_name")
    assert client.put(path, json=asked, headers=ADMIN).json()["utc_offset_s"] == 0
    second = client.put("/api/v1/position-sources/second", json=asked, headers=ADMIN)
    assert second.status_code == 409
    assert "wechat" in second.json()["en"]
    place = (116.397128, 39.916527)
    lon, lat = from_wgs84([place], "gcj02")[0]
    given = {"source": "wechat", "device": "w-1", "officer": "K1b", "since": "2020-01-01T00:00:00Z"}
    assert client.post("/api/v1/devices", json=given).status_code == 200
    at = next_instant(clock)
    said = {"id": "w-1", "lon": lon, "lat": lat, "timestamp": int(at.timestamp()) + 60, "speed": 36}
    answer = without_header(client, "/intake/osmand", said | {"key": gateway})
    assert answer.json()["results"][0]["remark"]["code"] == "teleport"
    row = refused(client)["wechat", "w-1", "teleport"]
    assert (row["lon"], row["lat"]) == pytest.approx(place, abs=1e-6)
    assert datetime.fromisoformat(row["fix_time"]) == at
    sources = client.get("/api/v1/position-sources", headers=ADMIN).json()["items"]
    assert {one["code"] for one in sources} >= {"native", "traccar", "jt808", "wechat"}
    assert client.put(path, json={"crs": "mars"}, headers=ADMIN).status_code == 422
    assert client.delete(path, headers=ADMIN).status_code == 204
    assert client.delete(path, headers=ADMIN).status_code == 404
    trail = client.get("/api/v1/audit", headers={"authorization": "Bearer demo-auditor"}).text
    assert "position_source_set" in trail
    assert "devices_given" in trail


def test_who_carries_a_device_is_a_matter_of_time_and_stays_on_record(client, clock):
    def give(officer: str | None, **more: str) -> dict:
        given = {"source": "native", "device": "pool-car", "officer": officer} | more
        answer = client.post("/api/v1/devices", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    start = clock.now - timedelta(hours=6)
    hours = [(start + timedelta(hours=hour)).isoformat() for hour in range(6)]
    give("K1a", since=hours[0])
    give("K2a", since=hours[2], until=hours[3])
    assert give("K2a", since=hours[2], until=hours[3])["stated"] == 0
    give("K4a", since=hours[4])
    assert give("K4a")["stated"] == 0
    rows = client.get("/api/v1/devices/terms", params={"device": "pool-car"}).json()["items"]
    instant = datetime.fromisoformat
    spans = [(row["officer"], instant(row["since"]), row["until"]) for row in rows]
    assert [(who, since.isoformat()) for who, since, _ in spans] == [
        ("K1a", hours[0]),
        ("K2a", hours[2]),
        ("K4a", hours[4]),
    ]
    assert [until and instant(until).isoformat() for _, _, until in spans] == [
        hours[2],
        hours[3],
        None,
    ]
    book = client.app.state.service.trackers.book
    asked = [instant(hour) + timedelta(minutes=1) for hour in hours]
    assert [book.officer_of(("native", "pool-car"), at) for at in asked] == [
        "K1a",
        "K1a",
        "K2a",
        None,
        "K4a",
        "K4a",
    ]
    assert give(None)["devices"][0]["officer"] is None
    assert "pool-car" in client.get("/api/v1/devices?limit=1000").text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"officer": "nobody"}, "unknown_name"),
        ({"source": "mars"}, "unknown_name"),
        ({"device": "=1+1"}, "invalid"),
        ({"until": "2000-01-01T00:00:00Z"}, "bad_value"),
        ({"officer": None, "until": "2030-01-01T00:00:00Z"}, "bad_value"),
    ],
)
def test_a_handout_that_cannot_be_is_refused_whole(client, change, code):
    good = {"source": "native", "device": "never-given", "officer": "K1a"}
    answer = client.post("/api/v1/devices", json=[good, good | change])
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "never-given" not in client.get("/api/v1/devices?limit=1000").text


def test_a_store_that_is_opened_again_knows_devices_and_what_was_refused(town_url):
    clock = MovedClock()
    with served(town_url, clock) as client:
        given = {"source": "osmand", "device": "p", "officer": "K1a", "since": "2020-01-01T00:00Z"}
        assert client.post("/api/v1/devices", json=given).status_code == 200
        client.get("/intake/osmand", params={"id": "q", "lon": 1, "lat": 1})
    with served(town_url, clock) as client:
        at = next_instant(clock)
        said = {"id": "p", "lon": HERE[0], "lat": HERE[1], "timestamp": at.isoformat()}
        assert client.get("/intake/osmand", params=said).json()["accepted"] == 1
        assert refused(client)["osmand", "q", "unknown_device"]["count"] == 1


def test_what_is_refused_is_counted_within_bounds():
    trackers, at = TrackersNow(None, most_rows=3), datetime(2026, 11, 23, tzinfo=UTC)
    said = Remark("unknown_device", "", "")
    for number in range(50):
        trackers.refuse([RefusedFix("osmand", f"d{number}", said, None, 1, at, at)])
    assert len(trackers.pending) == 4
    assert sum(one.count for one in trackers.pending) == 50
    assert trackers.pending[-1].remark == TOO_MANY


def test_mutated_messages_harm_neither_the_service_nor_the_next_one(
    client, clock, count: Callable[..., int]
):
    """No server error, a sentence for each refusal, and the officer beside it is seen on."""
    chance = Random("mutated over HTTP")  # noqa: S311 -- no secret
    at = next_instant(clock)
    said = {"id": "phone-2", "lon": HERE[0], "lat": HERE[1], "timestamp": int(at.timestamp())}
    messages = {
        "traccar": json.dumps(traccar_message(at)).encode(),
        "owntracks": json.dumps(owntracks_message(at)).encode(),
        "osmand": urlencode(said).encode(),
    }
    for number in range(count(reduced=60, full=200)):
        path = chance.choice(sorted(messages))
        answer = client.post(f"/intake/{path}", content=mutated(messages[path], chance))
        assert answer.status_code < 500, answer.text
        assert answer.is_success or answer.json()["en"].endswith((".", ")"))
        if number % 30 == 0:
            said["timestamp"] = int(next_instant(clock).timestamp())
            assert client.get("/intake/osmand", params=said).json()["accepted"] == 1
