"""
Open311 GeoReport v2: what its specification shows, in both formats, and a client that knows it.

Names, parameters and shapes are those of the examples at wiki.open311.org/GeoReport_v2; places lie
in the town, for its examples lie in San Francisco.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from georeport import GeoReport
from ogc.listening import listening
from spec.served_town import RIVER, MovedClock, copy_town, served, write_town

from api.public_limits import PublicLimits
from api.secret import draw_secret
from dispatch.access import Act, Role
from dispatch.account import Account, CredentialKind
from dispatch.store.accounts import add_account
from dispatch.store.credentials import add_credential

DOOR = "/open311/v2"
HERE = RIVER.lon_lat["x"]
KEY = "demo-reporter"
EXAMPLE = {
    "api_key": KEY,
    "jurisdiction_id": "TOWN",
    "service_code": "H1",
    "lat": f"{HERE[1]}",
    "long": f"{HERE[0]}",
    "address_string": "1234 5th street",
    "email": "smit333@sfgov.edu",
    "device_id": "tt222111",
    "account_id": "123456",
    "first_name": "john",
    "last_name": "smith",
    "phone": "111111111",
    "description": "A large sinkhole is destroying the street",
    "media_url": "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg",
}
"""The specification's example of a request, placed in the town."""


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="module")
def client(town_store, clock, tmp_path_factory):
    with served(copy_town(town_store, tmp_path_factory.mktemp("served")), clock) as client:
        yield client


@pytest.fixture
def sender(client, clock):
    """Another program, a week after the one before it."""
    clock.now += timedelta(days=7)
    client.app.state.public_limits = PublicLimits()
    return Sender(client)


class Sender:
    """A program that knows Open311 and nothing else."""

    def __init__(self, client) -> None:
        self.client = client

    def get(self, path: str, **query: str):
        return self.client.get(f"{DOOR}/{path}", params=query, headers={"authorization": ""})

    def post(self, ending: str = "json", headers: dict | None = None, **said: str | None):
        body = {name: value for name, value in (EXAMPLE | said).items() if value is not None}
        sent = {"authorization": "", **(headers or {})}
        return self.client.post(f"{DOOR}/requests.{ending}", data=body, headers=sent)


def test_the_specifications_example_is_taken_in_and_followed(sender, client, clock):
    answer = sender.post()
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    (posted,) = answer.json()
    assert posted.keys() == {"service_request_id", "service_notice", "account_id"}
    number = posted["service_request_id"]
    (told,) = sender.get(f"requests/{number}.json", api_key=KEY).json()
    assert told == {
        "service_request_id": number,
        "status": "open",
        "status_notes": "已上报。 Reported.",
        "service_name": told["service_name"],
        "service_code": "H1",
        "description": EXAMPLE["description"],
        "agency_responsible": told["agency_responsible"],
        "service_notice": None,
        "requested_datetime": told["requested_datetime"],
        "updated_datetime": told["requested_datetime"],
        "expected_datetime": told["expected_datetime"],
        "address": "1234 5th street",
        "address_id": None,
        "zipcode": None,
        "lat": round(HERE[1], 6),
        "long": round(HERE[0], 6),
        "media_url": EXAMPLE["media_url"],
    }
    shown = client.get(f"/api/v1/incidents/{number}").json()
    assert (shown["source"], shown["matters"]) == ("open311", ["H1"])
    reporter = client.get(f"/api/v1/incidents/{number}/reporter").json()
    assert (reporter["name"], reporter["phone"]) == ("john smith", "111111111")
    clock.now += timedelta(hours=1)
    moved = {"to": "cancelled", "reason": "查无此事"}
    path = f"/api/v1/incidents/{number}/transitions"
    assert client.post(path, json=moved).status_code == 200
    (told,) = sender.get(f"requests/{number}.json", api_key=KEY).json()
    assert (told["status"], told["status_notes"]) == ("closed", "撤销。 Cancelled.")
    assert told["updated_datetime"] > told["requested_datetime"]
    (token,) = sender.get(f"tokens/{number}.json", api_key=KEY).json()
    assert token == {"service_request_id": number, "token": number}


def test_the_same_in_xml_with_the_elements_of_the_specification(sender):
    answer = sender.post("xml")
    assert answer.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(answer.content)  # noqa: S314 -- our own answer
    assert [root.tag, *(one.tag for one in root)] == ["service_requests", "request"]
    number = root.findtext("request/service_request_id")
    listed = ET.fromstring(sender.get("requests.xml", api_key=KEY).content)  # noqa: S314 -- the same
    assert listed.findtext("request/service_request_id") == number
    assert listed.findtext("request/zipcode") == ""
    one = ET.fromstring(sender.get(f"requests/{number}.xml", api_key=KEY).content)  # noqa: S314 -- the same
    assert one.findtext("request/status") == "open"
    services = ET.fromstring(sender.get("services.xml").content)  # noqa: S314 -- the same
    assert {service.tag for service in services} == {"service"}
    assert services.findtext("service/metadata") == "true"
    defined = ET.fromstring(sender.get("services/H1.xml").content)  # noqa: S314 -- the same
    assert defined.findtext("attributes/attribute/code") == "same_as"
    found = ET.fromstring(sender.get("discovery.xml").content)  # noqa: S314 -- the same
    assert found.findtext("endpoints/endpoint/url") == "http://127.0.0.1/open311/v2"


@pytest.mark.parametrize("ending", ["json", "xml"])
@pytest.mark.parametrize(
    ("flaw", "code", "said"),
    [
        ({"api_key": None}, 403, "api_key"),
        ({"api_key": "nobody"}, 403, "api_key"),
        ({"api_key": "demo-gis"}, 403, "may not"),
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "NONE"}, 404, "service_code"),
        ({"jurisdiction_id": "elsewhere.gov"}, 404, "jurisdiction_id"),
        ({"lat": "37.76524078", "long": "-122.4212043"}, 400, "outside"),
        ({"lat": "nan"}, 400, "lat"),
        ({"lat": None, "address_string": None}, 400, "address_string"),
        ({"lat": None, "address_string": "无此地"}, 400, "No place"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
    ],
)
def test_a_refusal_has_open311s_shape(sender, ending, flaw, code, said):
    before = len(sender.get("requests.json", api_key=KEY).json())
    answer = sender.post(ending, **flaw)
    assert answer.status_code == code, answer.text
    if ending == "json":
        (error,) = json.loads(answer.content)
        shown, sentence = error["code"], error["description"]
    else:
        root = ET.fromstring(answer.content)  # noqa: S314 -- our own answer
        assert root.tag == "errors"
        shown, sentence = int(root.findtext("error/code")), root.findtext("error/description")
    assert shown == code
    assert said in sentence
    assert len(sender.get("requests.json", api_key=KEY).json()) == before


def test_a_form_that_nobody_can_take_apart_is_refused_in_open311s_shape_too(sender, client):
    """Seen to fail: problem details, which no program of Open311 reads."""
    broken = {"content-type": "multipart/form-data", "authorization": ""}
    answer = client.post(f"{DOOR}/requests.json", content=b"--x", headers=broken)
    (error,) = answer.json()
    assert (answer.status_code, error["code"]) == (400, 400)
    assert "boundary" in error["description"]
    (error,) = sender.post(description="x" * 4001).json()
    assert error["description"].endswith("at most 4000 characters, not 4001.")


def test_a_place_is_found_by_its_address_and_what_is_ambiguous_is_said(sender):
    placed = sender.post(lat=None, address_string="一小").json()[0]["service_request_id"]
    (told,) = sender.get(f"requests/{placed}.json", api_key=KEY).json()
    assert (told["lat"], told["long"], told["address_id"]) == (0.0, 109.1, "P1")
    (error,) = sender.post(lat=None, address_string="中心小学").json()
    assert error["code"] == 400
    assert "P1 中心小学（沿河路十二号）" in error["description"]
    assert "P2 中心小学" in error["description"]
    chosen = sender.post(lat=None, address_string="中心小学", address_id="P2")
    assert chosen.status_code == 201
    (told,) = sender.get("requests.json", api_key=KEY).json()[:1]
    assert (told["long"], told["address"], told["address_id"]) == (109.2, "中心小学", "P2")


def test_one_report_more_joins_the_request_that_somebody_names(sender, client):
    first = sender.post().json()[0]["service_request_id"]
    again = sender.post(**{"attribute[same_as]": first, "description": "还在那里"})
    assert again.json()[0]["service_request_id"] == first
    origins = client.get(f"/api/v1/incidents/{first}/origins").json()
    assert [(one["source"], one["joined"], one["text"]) for one in origins] == [
        ("open311", False, ""),
        ("open311", True, "还在那里"),
    ]
    far = sender.post(**{"attribute[same_as]": "20261120-999999"})
    assert far.json()[0]["code"] == 400


def test_who_joined_a_request_follows_it_without_what_others_said_and_can_be_called_back(
    sender, client
):
    body = {"lon_lat": HERE, "matters": ["H1"], "text": "电话举报"}
    first = client.post("/api/v1/incidents", json=body).json()["id"]
    joined = sender.post(**{"attribute[same_as]": first})
    assert joined.json()[0]["service_request_id"] == first
    (told,) = sender.get(f"requests/{first}.json", api_key=KEY).json()
    assert (told["status"], told["description"], told["address"]) == ("open", None, None)
    assert told["long"] == round(HERE[0], 3)
    reporter = client.get(f"/api/v1/incidents/{first}/reporter").json()
    assert reporter["others"] == [{"name": "john smith", "phone": "111111111"}]
    assert "111111111" not in client.get(f"/api/v1/incidents/{first}/origins").text


@pytest.fixture(scope="module")
def counter(client) -> str:
    """Account of a counter that both reports and dispatches."""
    roles = frozenset({Role.REPORTER, Role.DISPATCHER})
    with client.app.state.service.store.session() as session:
        add_account(session, Account("counter", roles, frozenset({"C"})))
        session.commit()
    return "counter"


@pytest.mark.parametrize(
    ("scope", "posted", "listed"),
    [
        (["report_incident", "follow_report"], 201, 200),
        (["report_incident"], 201, 200),
        (["follow_report"], 403, 200),
        (["report_incident", "see_incidents"], 403, 403),
        (None, 403, 403),
    ],
)
def test_an_api_key_may_be_good_for_reports_alone(sender, counter, scope, posted, listed):
    """Addresses stand in the logs of proxies; a session's secret is none, in a header it counts."""
    key, service = draw_secret(), sender.client.app.state.service
    with service.store.session() as session:
        add_credential(
            session,
            key,
            account=counter,
            kind=CredentialKind.KEY if scope else CredentialKind.SESSION,
            now=service.clock(),
            until=service.clock() + timedelta(days=1),
            scope=None if scope is None else [Act(one) for one in scope],
        )
        session.commit()
    assert sender.post(api_key=key).status_code == posted
    assert sender.get("requests.json", api_key=key).status_code == listed
    header = {"authorization": f"Bearer {key}"}
    assert sender.client.get(f"{DOOR}/requests.json", headers=header).status_code == 200


def test_a_door_that_is_closed_to_anybody_is_open_to_holders_of_a_key(
    town_store, tmp_path, clock, monkeypatch
):
    monkeypatch.setenv("GRID_DISPATCH_PUBLIC_REPORTS", "false")
    with served(copy_town(town_store, tmp_path), clock) as client:
        sender = Sender(client)
        number = sender.post().json()[0]["service_request_id"]
        for path in ("services.json", "requests.json", f"requests/{number}.json"):
            assert sender.get(path).status_code == 404
            assert sender.get(path, api_key=KEY).status_code == 200


def test_a_request_sent_twice_under_one_key_counts_once(sender):
    key = {"idempotency-key": "0123456789abcdef-open311"}
    first, again = (sender.post(headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    xml = sender.post("xml", headers=key)
    assert xml.status_code == 201


def test_requests_are_listed_by_number_service_day_and_status(sender, clock):
    first = sender.post().json()[0]["service_request_id"]
    clock.now += timedelta(days=1)
    second = sender.post(service_code="T1").json()[0]["service_request_id"]

    def listed(**query: str) -> list[str]:
        answer = sender.get("requests.json", api_key=KEY, **query)
        assert answer.status_code == 200, answer.text
        found = [one["service_request_id"] for one in answer.json()]
        return [one for one in found if one in {first, second}]

    noon = (clock.now - timedelta(hours=12)).isoformat()
    assert listed() == [second, first]
    assert listed(service_request_id=f"{first},{second}") == [second, first]
    assert listed(service_code="T1") == listed(service_code="T1,NONE") == [second]
    assert listed(service_code="NONE,T") == []
    assert listed(service_code="T1,H1") == [second, first]
    assert listed(start_date=noon) == [second]
    assert listed(end_date=noon) == [first]
    assert listed(status="open") == [second, first]
    assert listed(status="closed") == []
    assert listed(status="open,closed", page_size="1") == [second]
    for flaw in ({"status": "lost"}, {"start_date": "yesterday"}):
        assert sender.get("requests.json", **flaw).json()[0]["code"] == 400
    long_ago = {"start_date": "2026-01-01T00:00:00Z", "end_date": noon}
    assert sender.get("requests.json", **long_ago).json()[0]["code"] == 400


def test_without_a_key_one_sees_what_came_this_way_roughly_and_nothing_that_was_said(
    sender, client
):
    number = sender.post().json()[0]["service_request_id"]
    body = {"lon_lat": HERE, "matters": ["H1"], "text": "电话举报"}
    by_phone = client.post("/api/v1/incidents", json=body).json()["id"]
    listed = sender.get("requests.json").json()
    assert by_phone not in {one["service_request_id"] for one in listed}
    (told,) = sender.get(f"requests/{number}.json").json()
    assert {told[name] for name in ("description", "address", "media_url")} == {None}
    assert told["long"] == round(HERE[0], 3)
    assert sender.get(f"requests/{by_phone}.json").json()[0]["code"] == 404
    assert sender.get(f"requests/{by_phone}.json", api_key=KEY).status_code == 404
    room = sender.get(f"requests/{by_phone}.json", api_key="demo-dispatcher").json()
    assert room[0]["description"] == "电话举报"


def test_a_client_that_knows_open311_lists_services_and_requests(town_store, tmp_path):
    """`georeport` from PyPI, in both formats, over a real connection."""
    store = copy_town(town_store, tmp_path)
    with served(store, MovedClock()) as client:
        known = [Sender(client).post().json()[0]["service_request_id"] for _ in range(2)]
    with listening(f"sqlite:///{store}") as address:
        for ending in ("json", "xml"):
            reader = GeoReport(f"{address}{DOOR}", jurisdiction="TOWN", output_format=ending)
            services = reader.get_service_list()
            assert {one["service_code"] for one in services} == {"H1", "H5", "T1"}
            assert reader.get_service_definition("H1")["service_code"] == "H1"
            requests = reader.get_service_requests()
            assert {one["service_request_id"] for one in requests} == set(known)
            assert known[0] in json.dumps(reader.get_service_request(known[0]))
