"""
One case from report to rating, over HTTP and then as verbs, on a file and on PostgreSQL alike.

Whole suites of the doors run on both stores in `make verify`; this is what `make test` sees of it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from spec.served_town import RIVER, SEVEN, MovedClock, asked, reported, seen, served, write_town

from api.cli import run
from api.position_saving import save_positions
from api.retention import forget_daily

AUDITOR = {"authorization": "Bearer demo-auditor"}
STEPS = ("acknowledged", "en_route", "on_scene", "handled", "feedback", "verified", "closed")


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


def test_a_case_over_http(each_town_url, tmp_path):
    clock = MovedClock()
    with served(each_town_url, clock) as client:
        number = reported(client)
        suggestion = asked(client, number)
        sent = {"json": {"suggestion": suggestion["id"], "rank": 1}}
        keyed = {"headers": client.headers | {"idempotency-key": "once"}}
        first, again = (client.post("/api/v1/assignments", **sent, **keyed) for _ in range(2))
        assert first.status_code == again.status_code == 201, first.text
        assert first.json() == again.json()
        assert client.post("/api/v1/assignments", **sent).status_code == 409
        for to in STEPS:
            clock.now += timedelta(minutes=1)
            moved = client.post(f"/api/v1/incidents/{number}/transitions", json={"to": to})
            assert (moved.status_code, moved.json()["state"]) == (200, to), moved.text
        seen(client, clock, K4="4")
        save_positions(client.app.state.service)
        shared = {"incident": reported(client, "H1", "T1"), "by": "T"}
        whistled = client.post("/api/v1/whistles", json=shared)
        assert whistled.status_code == 201, whistled.text
        told = client.get("/api/v1/incidents", params={"state": "closed"}).json()["items"]
        assert [one["id"] for one in told] == [number]
        replayed = client.get(f"/api/v1/suggestions/{suggestion['id']}/replay").json()
        assert replayed["same"], replayed
        clock.now += timedelta(days=100)
        assert forget_daily(client.app.state.service) is not None
        head = client.get("/api/v1/audit/head", headers=AUDITOR)
        anchor = tmp_path / "head.json"
        anchor.write_bytes(head.content)
    assert run(["audit", "verify", "--store", each_town_url, "--head", str(anchor)]) == 0
    with served(each_town_url, clock) as client:  # what the next process finds
        assert client.get(f"/api/v1/incidents/{number}").json()["state"] == "closed"
        assert client.get("/api/v1/assignments?bound=true").json()["items"] == []


@pytest.fixture
def verb(each_town_url, capsys):
    """Run a verb on the store, and read its JSON."""

    def tell(*arguments: str) -> dict:
        code = run([*arguments, "--store", each_town_url, "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    return tell


def test_a_case_as_verbs_and_the_store_taken_away_and_back(
    each_town_url, verb, tmp_path, monkeypatch
):
    monkeypatch.setenv("GRID_DISPATCH_HOME", str(tmp_path / "home"))
    place = ",".join(map(str, RIVER.lon_lat["x"]))
    now = ["--now", (SEVEN + timedelta(minutes=1)).isoformat()]
    assert verb("suggest", "--at", place, "--matter", "H1", *now)["proposals"]
    number = verb("incident", "report", "--at", place, "--matter", "H1", *now)["id"]
    suggestion = verb("incident", "suggest", number, *now)["id"]
    sent = verb("incident", "dispatch", suggestion, "--rank", "1", *now)
    assert verb("replay", suggestion)["same"]
    assert verb("why-not", suggestion, "K5")
    verb("incident", "release", sent["id"], *now)
    assert verb("report", "overrides")
    backup, store = str(tmp_path / "backup"), ["--store", each_town_url]
    assert run(["store", "backup", backup, *store]) == 0
    assert run(["store", "restore", backup, *store]) == 2
    assert run(["store", "restore", backup, "--replace", *store]) == 0
    assert run(["store", "verify", "--backup", backup, *store]) == 0
    assert run(["audit", "verify", *store]) == 0
