"""`plan check|edit|import|split-grid|handover` on files and on the small demo city."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from read_here import read_here
from spec.board import board, drawn_as, lon_lat_of

from api import layer_reading
from api.cli import EXIT_BAD_INPUT, run
from api.layer_file import WrittenLayer, write_layer_file
from api.store_option import EXIT_NO
from dispatch.planning.grid_ground import grid_ground
from dispatch.planning.zone_outline import zone_polygons
from dispatch.planning.zone_plan import ZonePlan, read_plan, write_plan
from geo.shape_check import Dimension

TOWN = "AAABB\nAAABB"
COMMUNITY = "450502001001"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A drawn town whose grids have codes, and its layer of grids as a file."""
    drawn = board(TOWN)
    grids = [
        replace(grid, code=f"{COMMUNITY}{at:02d}", community=COMMUNITY, population=10)
        for at, grid in enumerate(drawn.grids, start=1)
    ]
    columns = {
        "code": [grid.code for grid in grids],
        "community": [grid.community for grid in grids],
        "zone": [grid.zone for grid in grids],
        "population": ["10"] * len(grids),
    }
    shapes = np.array([grid.polygon for grid in grids], dtype=object)
    path = tmp_path_factory.mktemp("town") / "grids.geojson"
    write_layer_file([WrittenLayer("grids", columns, Dimension.POLYGON, shapes)], path)
    return path, grids


@pytest.fixture
def here(monkeypatch):
    """One test below reads its layer behind walls, as `plan` does; the others need not."""
    monkeypatch.setattr(layer_reading, "run_confined", read_here)


def code(at):
    """Code of the grid at a row and column of the drawing."""
    row, column = map(int, at)
    return f"{COMMUNITY}{row * 5 + column + 1:02d}"


def told(capsys, *arguments: object):
    capsys.readouterr()
    done = run(["plan", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return done, json.loads(out) if out else err


def written(path, grids):
    return drawn_as(read_plan(path, grid_ground(grids).graph), TOWN)


def test_a_script_edits_the_plan_that_the_grids_name(capsys, tmp_path, town):
    path, grids = town
    (tmp_path / "edits.txt").write_text(f"assign B {code('02')} {code('12')}\n", encoding="utf-8")
    done, answer = told(
        capsys, "edit", tmp_path / "edits.txt", "--grids", path, "--out", tmp_path / "p.csv"
    )
    assert (done, answer["moved"], answer["written"]) == (0, 2, True)
    assert written(tmp_path / "p.csv", grids) == "AABBB\nAABBB"
    assert answer["plan"]["findings"] == []
    assert answer["plan"]["repair"] is None


@pytest.mark.usefixtures("here")
def test_a_line_that_is_refused_exits_1_and_writes_nothing_unless_told_to(capsys, tmp_path, town):
    path, grids = town
    (tmp_path / "edits.txt").write_text(
        f"lock zone B\nassign B {code('02')}\nassign - {code('00')}\n", encoding="utf-8"
    )
    asked = ("edit", tmp_path / "edits.txt", "--grids", path, "--out", tmp_path / "p.csv")
    done, answer = told(capsys, *asked)
    assert (done, answer["written"], (tmp_path / "p.csv").exists()) == (EXIT_NO, False, False)
    assert [one["refused"][0]["code"] for one in answer["edits"] if not one["done"]] == [
        "zone_locked"
    ]
    done, answer = told(capsys, *asked, "--keep-going")
    assert (done, answer["written"]) == (EXIT_NO, True)
    assert written(tmp_path / "p.csv", grids) == ".AABB\nAAABB"


@pytest.mark.usefixtures("here")
def test_a_repair_is_offered_in_words_and_taken_when_told_to(capsys, tmp_path, town):
    path, grids = town
    (tmp_path / "edits.txt").write_text(f"assign B {code('01')} {code('11')}\n", encoding="utf-8")
    asked = ("plan", "edit", tmp_path / "edits.txt", "--grids", path, "--out", tmp_path / "p.csv")
    assert run([*map(str, asked)]) == EXIT_NO
    assert "offered, take it with --repair: repair:" in capsys.readouterr().out
    assert run([*map(str, asked), "--repair"]) == 0
    assert "is written" in capsys.readouterr().out
    assert "." not in written(tmp_path / "p.csv", grids)


@pytest.mark.usefixtures("here")
def test_a_plan_in_pieces_is_checked_and_repaired(capsys, tmp_path, town):
    path, grids = town
    zones = dict(zip([grid.code for grid in grids], "AABAABBBAA", strict=True))
    write_plan(
        tmp_path / "p.csv", ZonePlan.of(sorted(zones), [zones[one] for one in sorted(zones)])
    )
    done, answer = told(
        capsys, "check", tmp_path / "p.csv", "--grids", path, "--out", tmp_path / "mended.csv"
    )
    assert done == EXIT_NO
    assert {one["code"] for one in answer["findings"]} == {"zone_in_pieces"}
    assert answer["repair"]["left"] == []
    done, answer = told(capsys, "check", tmp_path / "mended.csv", "--grids", path)
    assert (done, answer["findings"]) == (0, [])


@pytest.mark.usefixtures("here")
def test_polygons_of_zones_are_imported(capsys, tmp_path, town):
    path, grids = town
    ground = grid_ground(grids)
    shapes = zone_polygons(ground, ZonePlan.of(ground.graph.codes, list("AABBBAABBB")))
    layer = WrittenLayer(
        "zones", {"code": list(shapes)}, Dimension.POLYGON, np.array([*shapes.values()], object)
    )
    write_layer_file([layer], tmp_path / "zones.gpkg")
    done, answer = told(
        capsys, "import", tmp_path / "zones.gpkg", "--grids", path, "--out", tmp_path / "p.csv"
    )
    assert (done, answer["findings"], answer["written"]) == (0, [], True)
    assert written(tmp_path / "p.csv", grids) == "AABBB\nAABBB"


@pytest.mark.usefixtures("here")
def test_a_grid_is_split_into_a_layer_and_a_plan(capsys, tmp_path, town):
    path, _ = town
    line = ["{:.9f},{:.9f}".format(*lon_lat_of(row, 2.5)) for row in (-0.5, 1.5)]
    done, answer = told(
        capsys, "split-grid", code("02"), *line, "--grids", path,
        "--out", tmp_path / "after.gpkg", "--plan-out", tmp_path / "p.csv",
    )  # fmt: skip
    assert done == 0
    assert [part["code"] for part in answer["parts"]] == [f"{COMMUNITY}11", f"{COMMUNITY}12"]
    done, answer = told(capsys, "check", tmp_path / "p.csv", "--grids", tmp_path / "after.gpkg")
    assert (done, answer["zones"]) == (0, {"A": 7, "B": 4})


@pytest.mark.usefixtures("here")
def test_what_is_wrong_is_said_in_one_message(capsys, tmp_path, town):
    path, _ = town
    (tmp_path / "edits.txt").write_text("paint it red\n", encoding="utf-8")
    done, said = told(capsys, "edit", tmp_path / "edits.txt", "--grids", path)
    assert done == EXIT_BAD_INPUT
    assert "“paint” is no edit" in said
    done, said = told(capsys, "split-grid", code("02"), "here", "--grids", path, "--out", "x.gpkg")
    assert done == EXIT_BAD_INPUT
    assert "written lon,lat" in said


def test_a_handover_list_of_a_city_has_brigades_and_minutes(capsys, tmp_path, small_store):
    url = ("--store", f"sqlite:///{small_store}")
    done, answer = told(capsys, "check", *url)
    assert done == 0, answer["findings"]
    zones = list(answer["zones"])
    (tmp_path / "edits.txt").write_text(f"merge {zones[0]} {zones[1]}\n", encoding="utf-8")
    asked = ("edit", tmp_path / "edits.txt", *url, "--repair", "--out", tmp_path / "p.csv")
    done, answer = told(capsys, *asked)
    assert done == 0
    lists = [tmp_path / f"list.{ending}" for ending in ("pdf", "xlsx", "csv")]
    outs = [word for path in lists for word in ("--out", path)]
    done, listed = told(
        capsys, "handover", tmp_path / "p.csv", *url, *outs, "--by", "lin",
        "--now", "2026-11-22T08:00:00+08:00", "--at", "2026-11-02T09:00:00+08:00",
    )  # fmt: skip
    assert done == 0
    assert len(listed["rows"]) == answer["moved"] > 0
    assert listed["prepared_by"] == "lin"
    row = listed["rows"][0]
    assert row["loses_brigade"] is not None
    assert row["gains_brigade"] not in {None, row["loses_brigade"]}
    assert any(one["minutes_per_year"] for one in listed["rows"])
    with lists[2].open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(listed["rows"])
    assert lists[0].read_bytes().startswith(b"%PDF")
