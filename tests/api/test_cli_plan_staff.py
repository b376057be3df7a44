"""`plan staff` on files and on a city: crews, shifts, the curve, and what is refused."""

from __future__ import annotations

import json

import pytest
from demo_service import copy_of

from api.cli import EXIT_BAD_INPUT, run

AT = ("--at", "2026-11-02T09:00:00+08:00", "--incidents-per-year", "100000")
EIGHT = ("--shifts", "8x5", "--starts", "0,8,16", "--weeks", "20")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{zone},{hour},{rate},1800" for zone, rate in (("A", 3), ("B", 1)) for hour in range(168)
    ]
    (tmp_path / "L.csv").write_text("\n".join(["zone,hour,per_h,on_scene_s", *rows]))
    (tmp_path / "T.csv").write_text("zone,travel_time_s,weight\nA,200,1\nA,600,1\nB,300,1\n")
    return tmp_path


def ask(capsys, *arguments: object, code: int = 0):
    capsys.readouterr()
    files = ("--load", "L.csv", "--travel", "T.csv")
    ended = run(["plan", "staff", *files, *EIGHT, *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert ended == code, out + err
    return json.loads(out)


def test_every_zone_has_crews_for_each_hour_and_holds_the_share(capsys, folder):
    answer = ask(capsys, "--plot", folder / "knee.svg")
    assert [zone["zone"] for zone in answer["zones"]] == ["A", "B"]
    for zone in answer["zones"]:
        assert zone["low"] >= 0.95
        assert all(on >= need for on, need in zip(zone["on_duty"], zone["need"], strict=True))
        assert sum(tour["crews"] for tour in zone["tours"]) == zone["crews"]
    assert answer["officers"] == 2 * answer["crews"]
    assert answer["curve"][0]["officers"] <= answer["curve"][-1]["officers"]
    assert (folder / "knee.svg").read_text().startswith("<svg")


def test_a_zone_that_no_crew_can_reach_in_time_says_no(capsys, folder):
    (folder / "T.csv").write_text("zone,travel_time_s\nA,1000\nB,300\n")
    answer = ask(capsys, code=1)
    assert "Zone A: with no wait at all, 0.0% are reached" in answer["why_not"]
    assert answer["feasible"] is False


@pytest.mark.parametrize(
    ("options", "change", "said"),
    [
        ("--share 1", {}, "share of 1"),
        ("--shifts 8", {}, "hours x days"),
        ("--shifts 20x3", {}, "No shift keeps to"),
        ("--starts early", {}, "write hours"),
        ("--weeks 1", {}, "--weeks"),
        ("", {"T.csv": "zone,travel_time_s\nC,1\n"}, "has zone C"),
        ("", {"T.csv": "zone,travel_time_s\nA,1\n"}, "no row of zone B"),
        ("", {"L.csv": "zone,hour,per_h\nA,168,1\nB,1,1\n"}, "no hour of the week"),
        ("", {"L.csv": "zone,hour,per_h\nA,1,nan\nB,1,1\n"}, "no number from 0 on"),
        ("", {"L.csv": "zone,hour\nA,1\n"}, "no column per_h"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(capsys, folder, options, change, said):
    for name, text in change.items():
        (folder / name).write_text(text)
    capsys.readouterr()
    ended = run(["plan", "staff", "--load", "L.csv", "--travel", "T.csv", *options.split()])
    err = capsys.readouterr().err
    assert ended == EXIT_BAD_INPUT
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_city_is_judged_by_simulated_years_and_both_figures_are_told(
    capsys, small_store, tmp_path
):
    store = copy_of(small_store, tmp_path)
    asked = ("plan", "staff", "--store", f"sqlite:///{store}", "--share", "0.2", *EIGHT, *AT)
    run([*asked, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["judged_by"].startswith("A simulated year")
    assert answer["by_queue"]["officers"] % 2 == 0 < answer["by_queue"]["officers"]
    for zone in answer["zones"]:
        assert zone["low"] >= 0.2 or zone["zone"] in answer["why_not"]
        assert zone["share"] != zone["queue"]["share"]


def test_a_simulation_needs_a_city(capsys, folder):
    asked = ("--load", str(folder / "L.csv"), "--judge", "simulation")
    assert run(["plan", "staff", *asked]) == EXIT_BAD_INPUT
    assert "needs a city" in capsys.readouterr().err
