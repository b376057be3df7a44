"""`plan simulate`: a year of the small demo city, paired plans, scenarios, and a bare queue."""

from __future__ import annotations

import csv
import json

import pytest
from demo_service import make_store
from oracle.queueing import erlang_c, mean_wait_s

from api.cli import EXIT_BAD_INPUT, run
from api.cli_plan_simulate import read_queue
from geo.errors import BadValue

AT = ("--at", "2026-11-02T09:00:00+08:00", "--incidents-per-year", "5000")
QUEUE = '{"servers":3,"arrival_per_h":4,"service_min":30}'


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("simulated"))


def ask(capsys, *arguments: object):
    """Exit code, what was answered, and what was said on the error stream."""
    capsys.readouterr()
    code = run(["plan", "simulate", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def told(capsys, store, *arguments: object):
    code, out, err = ask(capsys, *arguments, "--store", f"sqlite:///{store}", *AT, "--json")
    assert code == 0, err
    return out, json.loads(out)


def test_a_year_is_told_by_zone_hour_domain_and_priority_with_intervals(capsys, store, tmp_path):
    log, table = tmp_path / "log.jsonl", tmp_path / "cells.csv"
    out, answer = told(capsys, store, "--seed", 7, "--log", log, "--table", table)
    again, _ = told(capsys, store, "--seed", 7)
    assert out == again
    assert answer["incidents"] == pytest.approx(5000 * 364 / 365.25, rel=0.06)
    share = answer["in_time"]
    assert 0 < share["low"] <= share["value"] <= share["high"] <= 1
    zones = {row["name"]: row for row in answer["by_zone"]}
    assert len(zones) >= 10
    for title in ("by_zone", "by_hour", "by_domain", "by_priority"):
        assert sum(row["incidents"] for row in answer[title]) == answer["incidents"]
    assert 0 < answer["response"]["p50_s"]["value"] < answer["response"]["p90_s"]["value"]
    assert answer["mean_on_scene_s"]["value"] > 60
    assert 0 < answer["utilisation"]["share"] < 1
    assert answer["flows"]
    unserved = answer["unserved"]
    listed = sum(row["incidents"] for row in unserved["by_domain"])
    assert listed == unserved["waiting"] + unserved["nobody_ever"]
    assert answer["seed"] == 7
    assert answer["replay"]["passed"] is None
    assert "plan replay" in answer["replay"]["en"]
    assert len(answer["inputs"]) == 32
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert {"sent", "arrived", "done"} <= {line["event"] for line in lines}
    with table.open(encoding="utf-8") as file:
        assert sum(int(row["incidents"]) for row in csv.DictReader(file)) == answer["incidents"]


def test_two_plans_are_compared_on_the_same_incidents(capsys, store, tmp_path):
    _, answer = told(capsys, store, "--against", "published", "--runs", 2)
    assert answer["difference"]["in_time"]["value"] == 0
    assert answer["against"]["inputs"] == answer["inputs"]
    import geopandas as gpd  # noqa: PLC0415 -- slow, and only this test reads a layer

    grids = gpd.read_file(store, layer="grids", ignore_geometry=True)
    plan = tmp_path / "one.csv"
    lines = [f"{code},{grids['zone'].iloc[0]}" for code in grids["code"]]
    plan.write_text("\n".join(["grid,zone", *lines]), encoding="utf-8")
    _, worse = told(capsys, store, "--plan", plan, "--against", "published")
    assert worse["incidents"] == worse["against"]["incidents"]
    assert worse["inputs"] != worse["against"]["inputs"]
    part = worse["difference"]["in_time"]
    assert part["low"] <= part["value"] <= part["high"]


def test_a_scenario_changes_what_it_says(capsys, store, tmp_path):
    path = tmp_path / "busy.toml"
    path.write_text("demand = 2.0\nspeed = 0.5\n[joint]\nofficers=20\nfrom=10\nto=20\n")
    _, today = told(capsys, store)
    _, busy = told(capsys, store, "--scenario", path)
    assert busy["incidents"] == pytest.approx(2 * today["incidents"], rel=0.1)
    assert busy["in_time"]["high"] < today["in_time"]["low"]
    path.write_text("demandd = 2.0\n")
    code, _, err = ask(capsys, "--scenario", path, "--store", f"sqlite:///{store}", *AT)
    assert code == EXIT_BAD_INPUT
    assert "no key 'demandd'" in err


def test_a_bare_queue_is_erlangs(capsys):
    code, out, _ = ask(capsys, "--queue", QUEUE, "--years", 4, "--seed", 3, "--json")
    answer = json.loads(out)
    assert code == 0
    for name, exact in (("p_wait", erlang_c(3, 2.0)), ("mean_wait_s", mean_wait_s(3, 4.0, 30.0))):
        width = answer[name]["high"] - answer[name]["low"]
        assert answer[name]["value"] == pytest.approx(exact, abs=1.5 * width)
    code, _, err = ask(capsys, "--queue", QUEUE.replace('"servers":3', '"servers":2'))
    assert code == EXIT_BAD_INPUT
    assert "grow for ever" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ('{"servers":3}', "arrival_per_h"),
        (QUEUE.replace("3", "3.5", 1), "servers"),
        (QUEUE.replace("4", "true"), "arrival_per_h"),
        (QUEUE.replace("30", "0"), "service_min"),
    ],
)
def test_a_queue_that_is_none_is_refused(text, said):
    with pytest.raises(BadValue, match=said):
        read_queue(text)


@pytest.mark.parametrize(
    "wrong", [("--runs", 0), ("--years", 99), ("--workers", 0), ("--policy", "neerest")]
)
def test_options_out_of_range_are_refused_in_a_sentence(capsys, wrong):
    code, _, err = ask(capsys, *wrong)
    assert code == EXIT_BAD_INPUT
    assert "Traceback" not in err


def test_a_policy_by_coverage_is_refused(capsys, store):
    code, _, err = ask(capsys, "--policy", "sparing_cover", "--store", f"sqlite:///{store}", *AT)
    assert code == EXIT_BAD_INPUT
    assert "eta, chance or work" in err
