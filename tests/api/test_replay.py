"""Earlier suggestions over HTTP and on the command line: made again, and asked “why not?”."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from demo_service import copy_of
from fastapi.testclient import TestClient

from api.cli import run

PLACE = (109.12, 21.48)


@pytest.fixture(scope="module")
def suggestion(client: TestClient) -> dict:
    body = {"lon_lat": PLACE, "matters": ["HC001"]}
    return client.post("/api/v1/suggestions", json=body).json()


def test_a_suggestion_replays_after_streets_have_closed_and_officers_moved(client, suggestion):
    lon, lat = PLACE
    ring = [[lon - 1, lat - 1], [lon + 1, lat - 1], [lon + 1, lat + 1], [lon - 1, lat - 1]]
    slow = {
        "kind": "slow",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "speed_factor": 0.5,
    }
    entered = client.post("/api/v1/closures", json=slow | {"reason": "works"})
    assert entered.status_code == 201, entered.text
    officer = suggestion["proposals"][0]["crew"][0]
    fix = {"officer": officer, "time": datetime.now(UTC).isoformat(), "lon": lon, "lat": lat}
    client.post("/api/v1/positions", json=fix)
    again = client.post("/api/v1/suggestions", json={"lon_lat": PLACE, "matters": ["HC001"]}).json()
    assert again["weight_version"] != suggestion["weight_version"]
    for number in (suggestion["id"], again["id"]):
        for asked in (client.get, client.post):
            outcome = asked(f"/api/v1/suggestions/{number}/replay").json()
            assert outcome == {"suggestion": number, "same": True, "differences": [], "gone": None}
    in_force = client.get("/api/v1/city").json()["weight_version"]
    assert in_force == again["weight_version"], "a replay changes nothing that is in force"
    client.delete(entered.headers["location"])


def test_why_not_names_rank_or_reasons(client, suggestion):
    number, first = suggestion["id"], suggestion["proposals"][0]
    here = f"/api/v1/suggestions/{number}/why-not"
    chosen = client.get(f"{here}/{first['unit']}").json()
    assert chosen["proposed"] == [{"kind": first["kind"], "rank": 1}]
    proposed = {proposal["unit"] for proposal in suggestion["proposals"]}
    units = client.get("/api/v1/units", params={"limit": 1000}).json()["items"]
    crews = {unit["code"] for unit in units if unit["kind"] == "crew"}
    unit = min(crews - proposed)
    other = client.get(f"{here}/{unit}").json()
    assert (other["suggestion"], other["unit"]) == (number, unit)
    assert other["proposed"] == []
    named = {passed["unit"]: passed["reason"]["code"] for passed in suggestion["passed_over"]}
    codes = {named[unit]} if unit in named else set(suggestion["passed_over_count"])
    assert other["reasons"][0]["code"] in codes
    assert all({"code", "zh", "en"} == reason.keys() for reason in other["reasons"])


@pytest.mark.parametrize("path", ["X/replay", "X/why-not/B01", "{id}/why-not/nobody"])
def test_what_is_not_there_is_not_found(client, suggestion, path):
    response = client.get(f"/api/v1/suggestions/{path.format(id=suggestion['id'])}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


@pytest.fixture(scope="module")
def url(small_store: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{copy_of(small_store, tmp_path_factory.mktemp('kept'))}"


@pytest.fixture
def kept(url: str, capsys: pytest.CaptureFixture[str]) -> dict:
    """A suggestion of the command line, which keeps it."""
    asked = ["suggest", "--at", "109.12,21.48", "--matter", "HC001", "--store", url, "--json"]
    run(asked)
    return json.loads(capsys.readouterr().out)


def test_the_command_line_makes_its_suggestion_again(url, kept, capsys):
    assert run(["replay", kept["id"], "--store", url]) == 0
    assert capsys.readouterr().out == "The same bytes.\n"
    assert run(["replay", kept["id"], "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"]


def test_the_command_line_says_why_not(url, kept, capsys):
    first = kept["proposals"][0]
    assert run(["why-not", kept["id"], first["unit"], "--store", url]) == 0
    assert "at rank 1" in " ".join(capsys.readouterr().out.split())
    assert run(["why-not", kept["id"], kept["holder"]["unit"], "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reasons"][0]["code"] == "has_the_case"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["replay", "X"], "There is no suggestion 'X'."),
        (["why-not", "X", "B01"], "There is no suggestion 'X'."),
        (["why-not", "{id}", "nobody"], "There was no officer or unit 'nobody'."),
    ],
)
def test_names_that_nobody_has_are_bad_input(url, kept, capsys, arguments, sentence):
    given = [argument.format(id=kept["id"]) for argument in arguments]
    assert run([*given, "--store", url]) == 2
    assert sentence in capsys.readouterr().err


def test_a_batch_keeps_every_row(url, capsys, tmp_path):
    table = tmp_path / "batch.csv"
    table.write_text(
        "id,lon,lat,matters\na,109.12,21.48,HC001\nb,109.12,21.48,\n", encoding="utf-8"
    )
    run(["suggest", "--batch", str(table), "--store", url, "--json"])
    for row in json.loads(capsys.readouterr().out):
        assert run(["replay", row["suggestion"], "--store", url]) == 0


def test_when_the_tracks_are_gone_the_answer_is_no(url, kept, capsys):
    assert run(["store", "prune", "--before", "2126-01-01", "--store", url]) == 2
    assert "2126-01-01" in capsys.readouterr().err
    end = "2126-01-01T00:00:00+08:00"
    assert run(["store", "prune", "--before", end, "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["parts_dropped"] > 0
    assert run(["replay", kept["id"], "--store", url]) == 1
    assert "past its time of keeping" in capsys.readouterr().out
    assert run(["why-not", kept["id"], "SQUAD-OF-NOBODY", "--store", url]) == 0
    assert "past its time of keeping" in " ".join(capsys.readouterr().out.split())
