"""`plan propose` on the small demo city: plans with prices, rules that are kept, and Ctrl-C."""

from __future__ import annotations

import csv
import json

import pytest
from demo_service import copy_of

from api.cli import run
from api.interrupt import Enough
from dispatch.planning import rezoning_options, rezoning_polish


@pytest.fixture(scope="module")
def store(small_store, tmp_path_factory):
    return copy_of(small_store, tmp_path_factory.mktemp("proposed"))


@pytest.fixture
def asked(store, capsys):
    """Ask for proposals: exit code, what was said, and what was said of errors."""

    def ask(*options: object) -> tuple[int, str, str]:
        at = ("--at", "2026-11-02T09:00:00+08:00")
        words = ["plan", "propose", "--store", f"sqlite:///{store}", *at, *map(str, options)]
        code = run(words)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return ask


def read_plan(path):
    with path.open(encoding="utf-8", newline="") as file:
        return {row["grid"]: row["zone"] for row in csv.DictReader(file)}


@pytest.fixture
def in_haste(monkeypatch, count):
    """Search and polish a tenth as long, but for full counts."""
    share = 1 / count(reduced=10, full=1)
    for room, name in ((rezoning_options, "STEPS_A_GRID"), (rezoning_polish, "MOST_PAIRS")):
        monkeypatch.setattr(room, name, int(getattr(room, name) * share))


@pytest.mark.usefixtures("in_haste")
def test_options_have_plans_prices_and_bounds(asked, tmp_path):
    code, said, _ = asked("--balance", "0.2", "--out", tmp_path, "--json")
    answer = json.loads(said)
    assert code == 0
    assert 1 <= len(answer["options"]) <= 8
    for option in answer["options"]:
        plan = read_plan(tmp_path / f"{option['option']['code']}.csv")
        moved = option["figures"]["moved_grids"]
        assert moved <= len(plan)
        if option["feasible"]:
            assert option["figures"]["max_deviation"] <= option["balance"] + 1e-9
            assert 0 <= option["gap"] < 1
        else:
            assert option["why_not"][0]["en"]
    best = answer["options"][0]
    assert best["feasible"]
    assert best["figures"]["max_deviation"] < answer["today"]["max_deviation"]
    assert answer["boundaries"]
    assert (tmp_path / "boundaries.csv").is_file()


@pytest.mark.usefixtures("in_haste")
def test_locks_and_a_share_of_nothing_leave_todays_plan(asked, tmp_path):
    locks = tmp_path / "locks.csv"
    code, said, _ = asked("--balance", "0.9", "--move-at-most", "0%", "--json")
    answer = json.loads(said)
    assert code in {0, 1}
    assert {option["figures"]["moved_grids"] for option in answer["options"]} == {0}
    grid = answer["boundaries"][0]["cheapest_grid"]
    locks.write_text(f"rule,code,with\nstay,{grid},\n", encoding="utf-8")
    _, locked, _ = asked("--lock", locks, "--move-at-most", "0", "--json")
    assert grid not in {row["cheapest_grid"] for row in json.loads(locked)["boundaries"]}


def test_people_get_a_table_and_an_interrupted_search_says_so(asked, monkeypatch):
    monkeypatch.setattr(Enough, "__call__", lambda _: True)
    code, said, _ = asked("--balance", "0.9")
    assert code in {0, 1}
    assert "today 现状" in said
    assert "Ended early" in said


BAD = {
    "a share that is none": (("--move-at-most", "lots"), "'lots' is no share"),
    "a township that is not there": (("--never-split", "T"), "There is no township 'T'"),
    "zones without a graph": (("-k", "3"), "-k and --matrix go with --graph"),
    "a balance that is none": (("--balance", "3"), "0 to below 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_exits_2_with_one_sentence(asked, case):
    options, sentence = BAD[case]
    code, _, error = asked(*options)
    assert code == 2
    assert sentence in error


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("code\nG1\n", "needs the columns rule,code"),
        ("rule,code\nkeep,G1\n", "'keep' is no rule"),
        ("rule,code\napart,G1\n", "needs a second grid"),
    ],
)
def test_a_file_of_locks_that_says_nothing_is_refused(asked, tmp_path, text, sentence):
    path = tmp_path / "locks.csv"
    path.write_text(text, encoding="utf-8")
    code, _, error = asked("--lock", path)
    assert code == 2
    assert sentence in error
