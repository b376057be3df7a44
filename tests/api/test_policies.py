"""Policies at the doors: named by a request, chosen by a command room, set by the operator."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from demo_service import DISPATCHER, copy_of
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli import run
from api.clock import system_clock
from api.settings import Settings
from dispatch.store.engine import open_store
from dispatch.store.standstill import resume
from geo.errors import FlawedData, UnknownName

OWN = """
[policy.night]
title_zh = "夜间"
title_en = "Night"
reach = "all"
rank_by = "eta"
"""
LIVE = {"nearest", "night", "borderless", "own_first", "surest"}
QUESTION = {"lon_lat": [109.1689, 21.4627], "crs": "wgs84", "matters": ["CO001"]}


@pytest.fixture(scope="module")
def store(small_store: Path, tmp_path_factory) -> str:
    """A copy of the small demo city that goes on now, which tests of this file write to."""
    url = f"sqlite:///{copy_of(small_store, tmp_path_factory.mktemp('policies'))}"
    with closing(open_store(url)) as opened, opened.session() as session:
        resume(session, now=system_clock())
        session.commit()
    return url


@pytest.fixture(scope="module")
def own_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("own") / "mine.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def client(store, own_file):
    with TestClient(
        create_app(Settings(store=store, policies=own_file)),
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 50_000),
        headers=DISPATCHER,
    ) as client:
        yield client


def asked(client: TestClient, **more: object) -> str:
    """By which policy a question is answered."""
    answer = client.post("/api/v1/suggestions", json=QUESTION | more)
    assert answer.status_code == 200, answer.text
    return answer.json()["policy"]


def choose(client: TestClient, area: str, policy: str | None) -> dict[str, object]:
    answer = client.put(f"/api/v1/policies/centres/{area}", json={"policy": policy})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_policy_is_listed_with_its_figures_also_those_of_the_operator(client):
    listed = client.get("/api/v1/policies").json()
    assert [item["name"] for item in listed["items"]][-2:] == ["fair_work", "night"]
    assert (listed["default"], listed["centres"]) == ("nearest", {})
    (sparing,) = (item for item in listed["items"] if item["name"] == "sparing_cover")
    assert (sparing["seconds_per_percent"], sparing["most_extra_s"]) == (60, 300)


def test_a_request_names_its_policy(client):
    assert asked(client) == "nearest"
    assert asked(client, policy="night") == "night"
    refused = client.post("/api/v1/suggestions", json=QUESTION | {"policy": "fairest"})
    assert refused.status_code == 422
    assert "known are nearest, own_first" in refused.json()["detail"]
    assert "night" in refused.json()["detail"]


def test_a_command_room_chooses_its_policy_and_those_below_it_follow(client):
    areas = client.post("/api/v1/suggestions", json=QUESTION).json()["areas"]
    city, district, town = areas[:3]
    assert choose(client, city, "borderless")["centres"] == {city: "borderless"}
    assert asked(client) == "borderless"
    choose(client, district, "own_first")
    assert asked(client, asked_by=town) == "own_first"
    assert asked(client, asked_by=city) == asked(client) == "borderless"
    assert asked(client, asked_by=town, policy="surest") == "surest"
    choose(client, district, None)
    assert asked(client, asked_by=town) == "borderless"
    assert choose(client, city, None)["centres"] == {}


def test_a_choice_of_what_is_not_there_is_refused(client):
    path = "/api/v1/policies/centres/"
    assert client.put(f"{path}NOWHERE", json={"policy": "nearest"}).status_code == 404
    city = client.post("/api/v1/suggestions", json=QUESTION).json()["areas"][0]
    assert client.put(f"{path}{city}", json={"policy": "fairest"}).status_code == 422
    reader = {"authorization": "Bearer demo-auditor"}
    refused = client.put(f"{path}{city}", json={"policy": "nearest"}, headers=reader)
    assert refused.status_code == 403


def test_a_service_with_a_flawed_file_or_an_unknown_policy_does_not_start(store, tmp_path):
    flawed = tmp_path / "flawed.toml"
    flawed.write_text(OWN.replace("all", "al").replace("eta", "time"), encoding="utf-8")
    with pytest.raises(FlawedData, match=r"flawed\.toml have 2 finding"):
        TestClient(create_app(Settings(store=store, policies=flawed))).__enter__()
    with pytest.raises(UnknownName, match="no policy 'fairest'"):
        TestClient(create_app(Settings(store=store, policy="fairest"))).__enter__()


def test_the_command_line_chooses_too_and_asks_by_what_was_chosen(store, capsys, client):
    city = client.post("/api/v1/suggestions", json=QUESTION).json()["areas"][0]
    choosing = ["policies", "--store", store, "--json", "--centre", city, "--use"]
    assert run([*choosing, "own_first"]) == 0
    assert json.loads(capsys.readouterr().out)["centres"] == {city: "own_first"}
    question = ["suggest", "--at", "109.1689,21.4627", "--matter", "CO001", "--store", store]
    run([*question, "--json"])
    assert json.loads(capsys.readouterr().out)["policy"] == "own_first"
    run([*question, "--json", "--policy", "borderless"])
    assert json.loads(capsys.readouterr().out)["policy"] == "borderless"
    assert run([*choosing, ""]) == 0
    assert json.loads(capsys.readouterr().out)["centres"] == {}


def test_the_command_line_checks_a_file_and_lists_what_is_known(own_file, tmp_path, capsys):
    assert run(["policies", "--file", str(own_file)]) == 0
    assert "night" in capsys.readouterr().out
    flawed = tmp_path / "flawed.toml"
    flawed.write_text(OWN.replace("all", "al"), encoding="utf-8")
    assert run(["policies", "--file", str(flawed)]) == 2
    assert "flawed.toml, line 5, policy.night.reach" in capsys.readouterr().err
    assert run(["policies", "--centre", "X"]) == 2


def test_a_shadow_is_run_over_what_was_suggested(store, capsys, client):
    """Asked once by the default and once by another; the default beside itself differs nowhere."""
    choose(client, client.post("/api/v1/suggestions", json=QUESTION).json()["areas"][0], None)
    asked(client), asked(client, policy="own_first")
    path = "/api/v1/reports/shadow"
    same = client.get(path, params={"policy": "nearest"}).json()
    assert same["asked"] == same["in_period"] > 1
    assert (same["gone"], set(same["live_policies"])) == ({}, LIVE)
    assert all(each["live_policy"] != "nearest" for each in same["differences"])
    other = client.get(path, params={"policy": "borderless", "most": 1}).json()
    assert (other["asked"], other["policy"]) == (1, "borderless")
    assert other["eta_s"]["shadow"] <= other["eta_s"]["live"], "it may send whoever is nearest"
    later = client.get(path, params={"policy": "night", "from": "2100-01-01T00:00:00Z"}).json()
    assert later["in_period"] == 0
    assert client.get(path, params={"policy": "fairest"}).status_code == 422
    command = ["report", "shadow", "--policy", "borderless", "--store", store]
    assert run([*command, "--json", "--most", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["differ"] == other["differ"]
    assert run(command) == 0
    assert "suggestions asked again by borderless" in capsys.readouterr().out


def test_the_run_card_of_the_demo_city_is_followed(client):
    question = QUESTION | {"matters": ["EE005"], "policy": "nearest"}
    answer = client.post("/api/v1/suggestions", json=question).json()
    assert "goes_by_run_card" in [ground["code"] for ground in answer["grounds"]]
    main = [made for made in answer["proposals"] if made["kind"] == answer["proposals"][0]["kind"]]
    said = [one["en"] for made in main for one in made["reasons"] if "run_card" in one["code"]]
    steps = [one.partition(" step ")[2][:1] or "9" for one in said]
    assert len(steps) == len(main) > 0
    assert steps == sorted(steps)
    assert all(
        made["brigade"] == "SQ3" for made, step in zip(main, steps, strict=True) if step == "1"
    )
