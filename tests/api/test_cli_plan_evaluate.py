"""`plan evaluate` on the small demo city: what it tells, writes and refuses."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from contextlib import redirect_stdout
from xml.etree import ElementTree as ET

import pytest
from demo_service import copy_of

from api.cli import EXIT_BAD_INPUT, run
from api.cli_plan_evaluate import read_hours_of_day
from api.plan_scorecard import said
from api.store_option import EXIT_NO
from dispatch.planning.plan_figures import FIGURES, Unit
from geo.errors import BadValue

AT = ("--at", "2026-11-02T09:00:00+08:00")


@pytest.fixture(scope="module")
def store(small_store, tmp_path_factory):
    return copy_of(small_store, tmp_path_factory.mktemp("evaluated"))


def ask(capsys, store, *arguments: object):
    """Exit code, JSON answer, and what was said on the error stream."""
    capsys.readouterr()
    code = run(["plan", "evaluate", *map(str, arguments), "--store", f"sqlite:///{store}", *AT])
    out, err = capsys.readouterr()
    return code, out, err


def told(capsys, store, *arguments: object):
    code, out, err = ask(capsys, store, *arguments, "--json")
    assert code in {0, EXIT_NO}, err
    return code, json.loads(out)


def write_plan(path, zone_of):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("grid", "zone"), *sorted(zone_of.items())])
    return path


@pytest.fixture(scope="module")
def today(store):
    """Grid → zone as published, read off the layer."""
    import geopandas as gpd  # noqa: PLC0415 -- slow, and only this fixture reads a layer

    grids = gpd.read_file(store, layer="grids", ignore_geometry=True)
    return dict(zip(grids["code"], grids["zone"], strict=True))


def test_the_published_plan_is_evaluated_without_a_file(capsys, store):
    code, answer = told(capsys, store)
    (plan,) = answer["plans"]
    assert code == 0
    assert (plan["name"], plan["digest"]) == ("published", answer["published"])
    assert set(plan["figures"]) == {figure.name.code for figure in FIGURES}
    assert 0.5 < plan["figures"]["available"] <= plan["figures"]["potential"] <= 1
    assert len(plan["potential_by_hour"]) == len(plan["available_by_hour"]) == 168
    assert len(plan["zones"]) == 14
    assert [one["hour_of_week"] for one in plan["missed"]] == [56, 66, 50]
    assert plan["experienced"] is None
    assert answer["demand"]["source"]["code"] == "history"


def test_travel_times_are_kept_beside_the_store_for_the_second_question(capsys, store):
    told(capsys, store)
    folder = store.parent / "small-planning"
    before = {kept.name: kept.stat().st_mtime_ns for kept in folder.iterdir()}
    _, answer = told(capsys, store)
    assert {kept.name: kept.stat().st_mtime_ns for kept in folder.iterdir()} == before
    assert answer["travel_table"] in before


def test_drafts_stand_beside_today_and_a_broken_rule_exits_1(capsys, store, today, tmp_path):
    apart = today | {min(today): "Z14" if today[min(today)] != "Z14" else "Z01"}
    drafts = [write_plan(tmp_path / "same.csv", today), write_plan(tmp_path / "apart.csv", apart)]
    code, answer = told(capsys, store, drafts[0])
    assert (code, [one["name"] for one in answer["plans"]]) == (0, ["published", "same"])
    assert all(set(row["differences"]) <= {0, None} for row in answer["side_by_side"])
    code, answer = told(capsys, store, *drafts)
    assert code == EXIT_NO
    broken = answer["plans"][2]
    assert broken["breaks_a_rule"]
    assert "zone_in_pieces" in {each["code"] for each in broken["findings"]}
    assert broken["moved"]["grids"] == 1
    code, out, _ = ask(capsys, store, *drafts)
    assert code == EXIT_NO
    assert "available coverage" in out
    assert "1 grid(s) moved" in out
    assert "wed 08:00" in out


@pytest.fixture(scope="module")
def drawn(store):
    """Number of a plan that is drawn in the store."""
    with redirect_stdout(io.StringIO()) as out:
        assert run(["plan", "draft", "begin", "甲", "--store", f"sqlite:///{store}", "--json"]) == 0
    return json.loads(out.getvalue())["id"]


@pytest.fixture(scope="module")
def simulated(store, tmp_path_factory):
    """What a simulation of the published plan said, in a file."""
    asked = ("simulate", "--incidents-per-year", "5000", "--store", f"sqlite:///{store}", *AT)
    with redirect_stdout(io.StringIO()) as out:
        assert run(["plan", *asked, "--json"]) == 0
    path = tmp_path_factory.mktemp("year") / "year.json"
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def test_a_plan_of_the_store_stands_by_its_number_with_what_a_simulation_found(
    capsys, store, drawn, simulated
):
    code, answer = told(capsys, store, drawn, "--simulated", simulated)
    assert (code, [one["name"] for one in answer["plans"]]) == (0, ["published", drawn])
    found = json.loads(simulated.read_text(encoding="utf-8"))
    for plan in answer["plans"]:  # nothing was moved yet: it is the same plan
        assert plan["digest"] == found["plan_digest"]
        assert plan["experienced"]["share"] == found["in_time"]["value"]


def test_a_simulation_of_another_plan_is_refused(capsys, store, simulated, tmp_path):
    found = json.loads(simulated.read_text(encoding="utf-8")) | {"plan_digest": "another"}
    other = tmp_path / "other.json"
    other.write_text(json.dumps(found), encoding="utf-8")
    for file, why in ((other, "is of no plan that is evaluated"), (tmp_path / "n.json", "n.json")):
        code, _, err = ask(capsys, store, "--simulated", file)
        assert (code, why in err) == (EXIT_BAD_INPUT, True), err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["S20261102-000001"], "belongs behind --simulated"),
        (["--simulated", "P20261102-000001"], "is the number of a plan"),
        (["P20261102-000099"], "P20261102-000099"),
        (["--simulated", "S20261102-000099"], "S20261102-000099"),
    ],
)
def test_numbers_that_are_none_are_refused(capsys, store, arguments, why):
    code, _, err = ask(capsys, store, *arguments)
    assert (code, why in err) == (EXIT_BAD_INPUT, True), err


def test_a_scorecard_is_written_as_pdf_workbook_and_map(capsys, store, tmp_path):
    card, book, svg = (tmp_path / name for name in ("card.pdf", "card.xlsx", "map.svg"))
    code, _, err = ask(
        capsys, store, "--pdf", card, "--xlsx", book, "--map", svg, "--hours", "3", "--day", "sun"
    )
    assert code == 0, err
    assert card.read_bytes().startswith(b"%PDF-")
    with zipfile.ZipFile(book) as sheets:
        words = sheets.read("xl/sharedStrings.xml").decode()
    assert "潜在覆盖率 potential coverage" in words
    assert "sun 03:00" in words
    assert "虚构城市" in words
    assert "published ·" in words
    assert ET.parse(svg).getroot().get("viewBox")  # noqa: S314 -- our own file


def test_stated_demand_replaces_history(capsys, store, today, tmp_path):
    _, answer = told(capsys, store, "--incidents-per-year", 1000)
    assert answer["demand"]["incidents_per_year"] == pytest.approx(1000)
    some = tmp_path / "demand.csv"
    some.write_text(f"grid,hour,per_year\n{min(today)},,50\n")
    _, answer = told(capsys, store, "--demand", some)
    assert answer["demand"]["incidents_per_year"] == pytest.approx(50)
    assert answer["demand"]["source"]["code"] == "demand_file"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--hours", "25"], "0 to 23"),
        (["--day", "someday"], "no day of the week"),
        (["--pdf", "card.txt"], "does not end in .pdf"),
        (["missing.csv"], "missing.csv"),
        (["--demand", "x.csv", "--incidents-per-year", "5"], "--demand says all of it"),
        (["--at", "yesterday"], "is not a time"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(capsys, store, arguments, sentence):
    given = ["plan", "evaluate", "--store", f"sqlite:///{store}", *arguments]
    assert run(given) == EXIT_BAD_INPUT
    assert sentence in capsys.readouterr().err


def test_a_plan_over_other_grids_is_refused_with_its_findings(capsys, store, today, tmp_path):
    other = write_plan(tmp_path / "other.csv", today | {"nowhere": "Z01"})
    code, _, err = ask(capsys, store, other)
    assert code == EXIT_BAD_INPUT
    assert "nowhere" in err


def test_hours_are_read_in_the_order_given():
    assert read_hours_of_day("8, 18,2", "Tue") == [32, 42, 26]
    assert read_hours_of_day("", "mon") == []
    with pytest.raises(BadValue, match="no hour"):
        read_hours_of_day("8,x", "mon")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.5, Unit.SHARE, "50.00%"),
        (1234.5, Unit.SECONDS, "1,234 s"),
        (1e4, Unit.OFFICER_HOURS, "10,000 h"),
        (12.34, Unit.KILOMETRES, "12.3 km"),
        (0.5, Unit.RATIO, "0.500"),
        (3.0, Unit.COUNT, "3"),
        (None, Unit.SHARE, "–"),
    ],
)
def test_figures_are_written_with_their_unit(value, unit, text):
    assert said(value, unit) == text


def test_differences_have_a_sign():
    assert said(0.01, Unit.SHARE, signed=True) == "+1.00%"
    assert said(-3.0, Unit.COUNT, signed=True) == "-3"
