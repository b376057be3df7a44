"""Shift handovers: drawn up as it stands, signed by both, never changed, on both stores."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from spec.served_town import RIVER, SEVEN, MovedClock, asked, reported, served, write_town
from sqlalchemy.exc import DBAPIError

from api.schemas_handover import HandoverRecordOut
from api.secret import hash_password
from api.shift_sheet import document_of
from dispatch.access import Role
from dispatch.account import Account
from dispatch.store.accounts import add_account
from dispatch.store.engine import open_store

HANDOVERS = "/api/v1/handovers"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def clock():
    return MovedClock()


@pytest.fixture
def client(town_url, clock):
    with served(town_url, clock) as client:
        yield client


def signed(client, **more: object) -> dict:
    answer = client.post(HANDOVERS, json=more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def taken(client, number: str, name: str = "demo-admin", word: str = "demo"):
    body = {"name": name, "password": word}
    return client.post(f"{HANDOVERS}/{number}/signature", json=body)


def test_a_shift_is_handed_over_with_all_that_stands_open(each_town_url, clock):
    with served(each_town_url, clock) as client:
        a_shift_with_everything(client, clock)
    with closing(open_store(each_town_url)) as store:
        for change in ("UPDATE handovers SET notes = ''", "DELETE FROM handover_signatures"):
            with pytest.raises(DBAPIError), store.writer.begin() as connection:
                connection.exec_driver_sql(change)


def a_shift_with_everything(client, clock):
    waiting, under_way = reported(client), reported(client, at="y")
    suggestion = asked(client, under_way)
    body = {"suggestion": suggestion["id"], "unit": "K5", "reason": "knows_the_case"}
    sent = client.post("/api/v1/assignments", json=body).json()
    lon, lat = RIVER.lon_lat["c"]
    ring = [[lon, lat], [lon + 1e-4, lat], [lon, lat + 1e-4], [lon, lat]]
    closed = {"geometry": {"type": "Polygon", "coordinates": [ring]}, "reason": "桥梁检修"}
    closure = client.post("/api/v1/closures", json=closed).json()["id"]
    clock.now += timedelta(hours=2)

    sheet = signed(client, notes="打 13987654321 找人")["sheet"]
    *_, first, second = sheet["incidents"]  # the oldest is of the town's own
    assert [first["id"], second["id"], first["zone"]] == [waiting, under_way, "Z1"]
    due = {(one["incident"], one["kind"], one["missed"]) for one in sheet["promises"]}
    assert (under_way, "arrive", True) in due
    assert [(one["unit"], one["incident"]) for one in sheet["units"]] == [("K5", under_way)]
    assert [(one["id"], one["reason"]) for one in sheet["closures"]] == [(closure, "桥梁检修")]
    assert [one["reason"] for one in sheet["overrides"]] == ["knows_the_case"]
    assert sheet["overrides"][0]["assignment"] == sent["id"]

    [listed] = client.get(HANDOVERS).json()["items"]
    assert (listed["by"], listed["taken_by"]) == ("demo-dispatcher", None)
    assert listed["notes"] == "打 139****4321 找人"
    number = listed["id"]
    clock.now += timedelta(minutes=1)
    assert taken(client, number).json()["taken_by"] == "demo-admin"
    after = client.get(f"{HANDOVERS}/{number}").json()
    assert after["sheet"] == sheet
    page = client.get(f"{HANDOVERS}/{number}", params={"format": "pdf"})
    assert page.headers["content-type"] == "application/pdf"
    assert page.content.startswith(b"%PDF")
    laid_out = document_of(HandoverRecordOut(**after), client.app.state.service.city)
    words = str((laid_out.facts, laid_out.tables))
    for said in (number, waiting, "demo-dispatcher", "demo-admin", closure, "139****4321"):
        assert said in words

    acts = client.get(
        "/api/v1/audit", params={"about": number}, headers={"authorization": "Bearer demo-auditor"}
    ).json()["items"]
    assert [(one["by"], one["act"]) for one in acts] == [
        ("demo-admin", "shift_taken_over"),
        ("demo-dispatcher", "shift_handed_over"),
    ]


def test_a_shift_begins_where_the_last_one_ended(client, clock):
    assert signed(client)["since"] == (SEVEN - timedelta(hours=12)).isoformat().replace(
        "+00:00", "Z"
    )
    clock.now += timedelta(hours=8)
    shown = client.get(f"{HANDOVERS}/present").json()
    assert shown["since"] == SEVEN.isoformat().replace("+00:00", "Z")
    ahead = {"since": (clock.now + timedelta(seconds=1)).isoformat()}
    refused = client.post(HANDOVERS, json=ahead)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_value")


def test_one_person_does_not_sign_for_both_and_nobody_takes_over_twice(client):
    number = signed(client)["id"]
    own = taken(client, number, name="demo-dispatcher")
    assert (own.status_code, own.json()["code"]) == (409, "conflict")
    wrong = taken(client, number, word="demo!")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "sign_in_failed")
    assert taken(client, number, name="demo-officer").status_code == 403
    assert taken(client, number).status_code == 200
    assert taken(client, number).status_code == 409
    assert taken(client, "H20261119-000099").status_code == 404


def test_an_account_signs_by_its_own_password(client):
    service = client.app.state.service
    with service.store.session() as session:
        hashed = hash_password("correct horse battery")
        areas = service.city.roots
        add_account(session, Account("wang", frozenset({Role.DISPATCHER}), areas, password=hashed))
        session.commit()
    number = signed(client)["id"]
    assert taken(client, number, name="wang", word="wrong horse").status_code == 401
    done = taken(client, number, name="wang", word="correct horse battery")
    assert (done.status_code, done.json()["taken_by"]) == (200, "wang")
    assert "set-cookie" not in done.headers


def test_the_same_request_sent_twice_signs_once(client):
    keyed = {"headers": {"idempotency-key": "once"}, "json": {"notes": "无"}}
    first, again = (client.post(HANDOVERS, **keyed) for _ in range(2))
    assert json.loads(first.content) == json.loads(again.content)
    assert len(client.get(HANDOVERS).json()["items"]) == 1
