"""A request that is sent twice has one effect and one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from demo_service import DISPATCHER
from fastapi.testclient import TestClient

from api.idempotency import ANSWERS_KEPT, MOST_KEY, drop_old_answers

INCIDENTS_AT = "/api/v1/incidents"
REPORT = {"text": "渣土车遗撒"}


@pytest.fixture
def report(client: TestClient) -> dict[str, Any]:
    """A report that the city takes in."""
    matter = client.get("/api/v1/matters").json()["items"][0]["code"]
    zone = client.get("/api/v1/layers/zones/published").json()["features"][6]
    return REPORT | {"matters": [matter], "lon_lat": zone["properties"]["label_lon_lat"]}


def keyed(key: str) -> dict[str, str]:
    return DISPATCHER | {"idempotency-key": key}


def n_incidents(client: TestClient) -> int:
    return len(client.get(INCIDENTS_AT, params={"limit": 1000}).json()["items"])


def test_a_replay_has_the_same_answer_and_no_second_effect(
    client: TestClient, report: dict[str, Any]
):
    first = client.post(INCIDENTS_AT, json=report, headers=keyed("once"))
    before = n_incidents(client)
    again = client.post(INCIDENTS_AT, json=report, headers=keyed("once"))

    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert n_incidents(client) == before


def test_without_a_key_the_same_report_is_a_second_one(client: TestClient, report: dict[str, Any]):
    made = {
        client.post(INCIDENTS_AT, json=report, headers=DISPATCHER).json()["id"] for _ in range(2)
    }
    assert len(made) == 2


def test_the_same_key_with_another_body_is_refused(client: TestClient, report: dict[str, Any]):
    client.post(INCIDENTS_AT, json=report, headers=keyed("other body"))
    refused = client.post(
        INCIDENTS_AT, json=report | {"text": "另一件事"}, headers=keyed("other body")
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")


def test_a_key_is_one_callers_for_one_address(client: TestClient, report: dict[str, Any]):
    mine = client.post(INCIDENTS_AT, json=report, headers=keyed("shared"))
    theirs = client.post(
        INCIDENTS_AT,
        json=report,
        headers={"authorization": "Bearer demo-leader", "idempotency-key": "shared"},
    )
    elsewhere = client.post(
        f"{INCIDENTS_AT}/{mine.json()['id']}/suggestions", json={}, headers=keyed("shared")
    )
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]
    assert elsewhere.status_code == 200


def test_a_refused_request_leaves_its_key_free(client: TestClient, report: dict[str, Any]):
    flawed = report | {"matters": ["nothing-of-ours"]}
    refused = client.post(INCIDENTS_AT, json=flawed, headers=keyed("mended"))
    taken = client.post(INCIDENTS_AT, json=report, headers=keyed("mended"))
    assert (refused.status_code, taken.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["", "k" * (MOST_KEY + 1)])
def test_a_key_has_a_length(client: TestClient, report: dict[str, Any], key: str):
    refused = client.post(INCIDENTS_AT, json=report, headers=keyed(key))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


def test_while_the_first_is_under_way_the_others_are_told_to_come_back(
    client: TestClient, report: dict[str, Any], count: Callable[..., int]
):
    """Of many at once one has the effect; without `only_one` and the row, each would."""
    for turn in range(count(reduced=3, full=30)):
        before = n_incidents(client)
        headers = keyed(f"at once {turn}")
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(
                    lambda _, headers=headers: client.post(
                        INCIDENTS_AT, json=report, headers=headers
                    ),
                    range(8),
                )
            )
        made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        waiting = [answer for answer in answers if answer.status_code != 201]
        assert len(made) == 1
        assert n_incidents(client) == before + 1
        for answer in waiting:
            assert (answer.status_code, answer.json()["code"]) == (409, "in_flight")
            assert int(answer.headers["retry-after"]) >= 1


def test_every_door_that_changes_something_by_post_keeps_its_answer(
    client: TestClient, report: dict[str, Any]
):
    def twice(path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
        first, again = (
            client.post(path, json=body, headers=keyed(f"{path} twice")) for _ in range(2)
        )
        assert first.status_code == again.status_code == status, first.text
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
        said: dict[str, Any] = again.json()
        return said

    incident = twice(INCIDENTS_AT, report, 201)
    asked = twice(f"{INCIDENTS_AT}/{incident['id']}/suggestions", {}, 200)
    twice("/api/v1/suggestions", {"lon_lat": report["lon_lat"], "matters": report["matters"]}, 200)
    sent = twice("/api/v1/assignments", {"suggestion": asked["id"], "rank": 1}, 201)
    twice(f"/api/v1/assignments/{sent['id']}/arrival", {}, 200)
    twice(f"/api/v1/assignments/{sent['id']}/release", {"outcome": "done"}, 200)


def test_answers_are_kept_for_a_few_days(client: TestClient, report: dict[str, Any]):
    service = client.app.state.service  # type: ignore[attr-defined]  # FastAPI, which mypy sees as ASGI
    first = client.post(INCIDENTS_AT, json=report, headers=keyed("old"))
    now = service.clock()
    clock = service.clock

    service.clock = lambda: now + ANSWERS_KEPT - timedelta(minutes=1)
    drop_old_answers(service)
    service.clock = lambda: now + ANSWERS_KEPT + timedelta(minutes=1)
    kept = client.post(INCIDENTS_AT, json=report, headers=keyed("old"))
    drop_old_answers(service)
    service.clock = clock
    anew = client.post(INCIDENTS_AT, json=report, headers=keyed("old"))

    assert kept.content == first.content
    assert anew.json()["id"] != first.json()["id"]
