"""Drafts are published once somebody else has looked at them, where there is somebody else."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from demo_service import client_of, copy_of

from api import beats
from api.city_clock import CityClock

from .test_city_versions import load, renamed

GIS = {"authorization": "Bearer demo-gis"}
ADMIN = {"authorization": "Bearer demo-admin"}


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with (
        patch.object(beats, "CITY_S", 3600.0),  # the test is the clock
        client_of(copy_of(small_store, tmp_path_factory.mktemp("review"))) as client,
    ):
        yield client


@pytest.fixture
def asked_for(client, monkeypatch):
    """Have the service ask for reviews by a rule."""
    service = client.app.state.service

    def ask(rule: str) -> None:
        settings = service.settings.model_copy(update={"layer_review": rule})
        monkeypatch.setattr(service, "settings", settings)

    return ask


def drafted(client, name="改名责任区"):
    client.headers.update(GIS)
    return load(client, "zones", renamed(client, "Z01", name))["id"]


def publish(client, number, **planned: str):
    path = "/api/v1/city/versions/planned" if planned else "/api/v1/city/versions"
    return client.post(path, json={"drafts": [number]} | planned)


def review(client, number, headers=ADMIN, **more: str):
    body = {"remark": "界线无误"}
    return client.post(f"/api/v1/layers/{number}/review", json=body, headers=headers | more)


def add_account(client, name, role="gis"):
    body = {"name": name, "roles": [role], "areas": sorted(client.app.state.service.city.roots)}
    answer = client.post("/api/v1/users", json=body, headers=ADMIN)
    assert answer.status_code == 201, answer.text


def test_where_a_review_is_always_asked_for_nothing_is_published_without(client, asked_for):
    asked_for("always")
    number = drafted(client)
    refused = publish(client, number)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert f"grid-dispatch layer review {number}" in refused.json()["en"]
    reviewed = review(client, number)
    assert reviewed.status_code == 200, reviewed.text
    assert reviewed.json()["state"] == "reviewed"
    assert reviewed.json()["review"]["remark"] == "界线无误"
    assert publish(client, number).status_code == 201
    assert client.get(f"/api/v1/layers/{number}").json()["review"]["by"] == "demo-admin"


def test_one_person_does_not_do_both(client, asked_for):
    asked_for("never")
    number = drafted(client)
    own = review(client, number, GIS)
    assert (own.status_code, own.json()["code"]) == (409, "conflict")
    dispatcher = review(client, number, {"authorization": "Bearer demo-dispatcher"})
    assert dispatcher.status_code == 403
    assert review(client, "L9").status_code == 404


def test_a_review_is_of_the_version_that_was_read(client, asked_for):
    asked_for("never")
    number = drafted(client)
    tag = client.get(f"/api/v1/layers/{number}").headers["etag"]
    stale = review(client, number, **{"if-match": '"9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "outdated")
    assert review(client, number, **{"if-match": tag}).status_code == 200


@pytest.mark.verify
def test_who_is_alone_publishes_alone_until_a_second_may(client, asked_for):
    asked_for("when_possible")
    assert publish(client, drafted(client)).status_code == 201
    add_account(client, "li.na")
    assert publish(client, drafted(client, "再改名")).status_code == 201
    add_account(client, "wang.wei", role="dispatcher")
    assert publish(client, drafted(client, "三改名")).status_code == 201
    add_account(client, "zhao.min", role="admin")
    assert publish(client, drafted(client, "四改名")).status_code == 409


def test_what_was_planned_unreviewed_is_refused_then(client, asked_for, monkeypatch):
    asked_for("never")
    number = drafted(client)
    assert publish(client, number, at="2126-01-01T00:00:00+08:00").status_code == 201
    service = client.app.state.service
    asked_for("always")
    present = service.clock()
    monkeypatch.setattr(service, "clock", lambda: present.replace(year=2127))
    CityClock(service).beat()
    monkeypatch.setattr(service, "clock", lambda: present)
    (plan,) = client.get("/api/v1/city/versions/planned").json()["items"]
    assert plan["state"] == "refused"
    assert "has to be reviewed" in plan["said"]
