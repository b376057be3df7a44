"""
A planner's first hour on the command line, step after step, on the small demo city.

The same hour is told in docs/planners-first-hour.md.  Steps share one store, and each looks for
what a planner would look for.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from demo_service import copy_of

from api.cli import run
from api.store_option import EXIT_NO

AT = ("--at", "2026-11-02T09:00:00+08:00")
NIGHT, DAY = range(1, 5), range(9, 17)


@dataclass(frozen=True)
class Desk:
    """Where the planner works: a folder with a store and files."""

    folder: Path
    store: Path

    def file(self, name: str) -> Path:
        return self.folder / name

    def layer(self, name: str) -> gpd.GeoDataFrame:
        return gpd.read_file(self.store, layer=name)

    def metres(self, name: str) -> gpd.GeoDataFrame:
        """A layer in UTM, for distances."""
        return self.layer(name).to_crs(32649)


@pytest.fixture(scope="module")
def desk(small_store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planner")
    return Desk(folder, copy_of(small_store, folder))


@pytest.fixture
def ask(capsys, desk):
    """Run a verb → exit code and what it said."""

    def run_verb(*words: object) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["plan", *map(str, words), "--store", f"sqlite:///{desk.store}"])
        out, err = capsys.readouterr()
        return code, out or err

    return run_verb


@pytest.fixture
def told(ask):
    """Run a verb → exit code and its answer."""

    def run_verb(*words: object) -> tuple[int, dict[str, Any]]:
        code, out = ask(*words, "--json")
        return code, json.loads(out)

    return run_verb


@pytest.fixture(scope="module")
def dragged(desk):
    """Ten grids of the largest zone that lie nearest to a neighbour, as a script and a plan."""
    grids = desk.metres("grids").set_index("code").sort_index()
    loses = grids["zone"].value_counts().idxmax()
    own, others = grids[grids["zone"] == loses], grids[grids["zone"] != loses]
    gains = others.loc[others.distance(own.union_all()).idxmin(), "zone"]
    there = grids[grids["zone"] == gains].union_all()
    ten = own.distance(there).sort_values(kind="stable").index[:10]
    script = desk.file("edits.txt")
    script.write_text(f"# ten grids\nassign {gains} {' '.join(ten)}\n", encoding="utf-8")
    return script, desk.file("dragged.csv"), set(ten), (loses, gains)


def test_01_is_the_plan_in_force_clean(ask, told):
    code, out = ask("check")
    assert (code, "14 zones, 360 unit grids" in out) == (0, True)
    code, answer = told("evaluate", *AT)
    (plan,) = answer["plans"]
    assert code == 0
    assert plan["figures"]["zones_in_pieces"] == 0
    assert 0.5 < plan["figures"]["available"] <= plan["figures"]["potential"] < 1


def test_02_does_the_simulator_reproduce_last_year(told):
    code, verdict = told("replay", *AT)
    assert (code, verdict["passed"]) == (0, True)
    for figure in verdict["figures"]:
        assert figure["low"] <= figure["recorded"] <= figure["high"]


def test_03_which_grids_miss_at_eight_at_eighteen_and_at_two(ask, told):
    code, answer = told("evaluate", "--hours", "8,18,2", *AT)
    missed = answer["plans"][0]["missed"]
    assert (code, [one["hour_of_week"] for one in missed]) == (0, [48 + 8, 48 + 18, 48 + 2])
    _, out = ask("evaluate", "--hours", "8,18,2", *AT)
    for hour in ("08:00", "18:00", "02:00"):
        assert f"wed {hour}" in out


def test_04_ten_grids_are_dragged(ask, told, dragged):
    script, plan, ten, _ = dragged
    code, out = ask("edit", script, "--out", plan)
    assert (code, "10 unit grid(s) change hands" in out) == (0, True)
    code, answer = told("evaluate", plan, *AT)
    before, after = answer["plans"]
    assert (code, after["moved"]["grids"]) == (0, len(ten))
    assert before["figures"]["officer_h"] != after["figures"]["officer_h"]


def test_05_work_is_balanced_with_five_in_a_hundred_grids_moved_at_most(desk, told):
    folder = desk.file("proposed")
    code, answer = told("propose", "--move-at-most", "5%", "--balance", "0.8", "--out", folder, *AT)
    assert code == 0
    today, best = answer["today"], answer["options"][0]
    assert best["feasible"]
    assert best["figures"]["max_deviation"] <= 0.8 < today["max_deviation"]
    for option in answer["options"]:
        assert option["figures"]["moved_share_of_grids"] <= 0.05
        assert Path(option["plan"]).is_file()
    assert answer["boundaries"]  # the price of each


def test_06_what_is_impossible_is_explained_with_names(told):
    code, answer = told("propose", "--move-at-most", "0%", "--balance", "0.001", *AT)
    (option,) = answer["options"]
    assert (code, option["feasible"]) == (EXIT_NO, False)
    (why,) = option["why_not"]
    assert "the zone of 9901" in why["en"]
    assert "move at least" in why["en"]
    assert why["zh"]


def test_07_a_base_is_added_where_it_helps_most(desk, told):
    candidates = desk.layer("grids").sort_values("code").iloc[::12]
    points = candidates.geometry.representative_point()
    new = dict(zip([f"new-{code}" for code in candidates["code"]], points, strict=True))
    with desk.file("sites.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [(name, point.x, point.y) for name, point in new.items()]
        csv.writer(file).writerows([("id", "lon", "lat"), *rows])
    # Beside the candidates stand today's bases, each by the first crew that sets out from there.
    today = sorted(code for code in desk.layer("units")["code"] if code.endswith("-C001"))
    today = [code for code in today if code.startswith("B")]
    asked = ("locate", "--problem", "mclp", "--radius", "900", "--sites", desk.file("sites.csv"))
    asked = (*asked, "--fixed", ",".join(today), *AT)
    _, before = told(*asked, "-p", len(today))
    code, after = told(*asked, "-p", len(today) + 1)
    assert (code, after["proven"]) == (0, True)
    assert after["objective"] > before["objective"]
    (added,) = set(after["sites"]) - set(before["sites"])
    assert added in new


def test_08_fewer_crews_are_needed_at_night(told):
    code, answer = told(
        *("staff", "--share", "0.3", "--shifts", "8x5", "--starts", "0,8,16", "--weeks", "20"),
        *("--incidents-per-year", "300000", "--judge", "queue", *AT),
    )
    assert code == 0, answer["why_not"]
    need = [sum(zone["need"][hour] for zone in answer["zones"]) for hour in range(168)]
    assert sum(need[hour] for hour in NIGHT) / len(NIGHT) < sum(need[hour] for hour in DAY) / len(
        DAY
    )
    for zone in answer["zones"]:
        assert all(on >= least for on, least in zip(zone["on_duty"], zone["need"], strict=True))


def test_09_a_year_simulated_twice_says_the_same(ask):
    first, second = (ask("simulate", "--seed", 1, "--json", *AT) for _ in range(2))
    assert first[0] == 0
    assert first == second
    answer = json.loads(first[1])
    assert answer["incidents"] > 1_000
    assert answer["replay"]["passed"] is True


def test_10_of_two_planners_the_second_is_stopped(told, ask, dragged):
    _, plan, _, _ = dragged
    assert plan.is_file()
    _, theirs = told("draft", "begin", "Harbour", "--from", plan)
    _, mine = told("draft", "begin", "Centre", "--from", plan)
    code, out = ask("publish", theirs["id"], "--why", "trial")
    assert (code, "is not published" in out) == (EXIT_NO, True)
    word = ("--override-by", "Wang Min", "--reason", "festival")
    code, shown = told("publish", theirs["id"], "--why", "trial", *word)
    assert (code, shown["published"]["number"]) == (0, 2)
    code, out = ask("publish", mine["id"], "--why", "trial", *word)
    assert (code, "Rebase" in out) == (EXIT_NO, True)


def test_11_the_plan_is_taken_back(ask, told):
    _, between = told("evaluate", *AT)
    assert ask("rollback", "--why", "too far") == (0, "version 3: as version 1 was\n")
    _, after = told("evaluate", *AT)
    assert after["published"] != between["published"]


def test_12_brigades_sign_what_they_hand_over(desk, ask, dragged):
    _, plan, _, (loses, gains) = dragged
    paper = desk.file("handover.pdf")
    code, out = ask("handover", plan, "--out", paper, "--by", "Lin Fang", *AT)
    assert code == 0
    assert f"{loses} → {gains}: 10 unit grid(s)" in out
    assert paper.read_bytes().startswith(b"%PDF")
