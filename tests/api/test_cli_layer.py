"""`grid-dispatch layer`: files as GIS staff have them, checked, and mended on request."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely import Polygon, box
from spec.city_files import EAST, NORTH, SOUTH, WEST, write_city
from spec.layer_table import on_earth
from store_servers import load_city

from api.cli import EXIT_BAD_INPUT, run
from dispatch.store.engine import open_store
from geo.datum import from_wgs84

COMMUNITY = "450502001001"
CODES = [f"{COMMUNITY}{at:02}" for at in range(1, 17)]


@pytest.fixture
def ask(capsys):
    """Run a layer verb: `ask("check", …)` → exit code and what it printed."""

    def run_verb(*options: object) -> tuple[int, str]:
        capsys.readouterr()
        code = run(["layer", *map(str, options)])
        out, err = capsys.readouterr()
        return code, out + err

    return run_verb


@pytest.fixture
def checked(ask):
    """Check a file and answer its report and the exit code."""

    def check(file: Path, kind: str, *options: object) -> tuple[int, dict]:
        code, out = ask("check", file, "--kind", kind, "--json", *options)
        return code, json.loads(out)

    return check


def board(side_m=100, columns=4, rows=4):
    """Squares that fill a ground, row by row, in metres."""
    return [
        box(x * side_m, y * side_m, (x + 1) * side_m, (y + 1) * side_m)
        for y in range(rows)
        for x in range(columns)
    ]


def written(shapes_m, crs):
    """Shapes in metres as they are written in a system."""
    return [
        shapely.transform(on_earth(shape), lambda lon_lat: from_wgs84(lon_lat, crs))
        for shape in shapes_m
    ]


def hard_file(folder):
    """
    A Shapefile in GBK that says neither so nor that it is in BD-09, with one of each flaw.

    A sliver of 3 m between the first two, an overlap of the third and the fourth, the
    eleventh missing, and a code of each of the schemes of 15 and 16 digits among those of 14.
    """
    squares = board()
    squares[1] = box(103, 0, 200, 100)
    squares[3] = box(285, 0, 400, 100)
    ring = [box(-100, -100, 500, 0), box(-100, 0, 0, 400), box(400, 0, 500, 400)]
    ring += [box(-100, 400, 500, 500)]
    codes = [*CODES, *(f"{COMMUNITY}{at}" for at in range(17, 21))]
    codes[8], codes[9] = f"{COMMUNITY}009", f"{COMMUNITY}0010"
    kept = [at for at in range(20) if at != 10]
    shapes = written([*squares, *ring], "bd09")
    frame = gpd.GeoDataFrame(
        {
            "网格编码": [codes[at] for at in kept],
            "所属社区": [COMMUNITY] * 19,
            "常住人口": [f"{at * 10}" for at in kept],
        },
        geometry=[shapes[at] for at in kept],
    )
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(folder / "网格.shp", encoding="GB18030")
    (folder / "网格.cpg").unlink()
    return folder / "网格.shp"


def test_the_hard_file_yields_exactly_its_planted_findings_each_with_its_fix(checked, tmp_path):
    code, report = checked(hard_file(tmp_path), "grids", "--crs", "bd09")
    found = [(one["severity"], one["code"], one["feature"]) for one in report["findings"]]
    assert code == 1
    assert found == [
        ("error", "tiling_overlap", CODES[2]),
        ("error", "tiling_missing", CODES[5]),
        ("warning", "encoding_not_said", None),
        ("warning", "tiling_sliver", CODES[0]),
        ("warning", "code_other_scheme", f"{COMMUNITY}009"),
        ("warning", "code_other_scheme", f"{COMMUNITY}0010"),
        ("note", "serial_left_out", COMMUNITY),
    ]
    fixes = {one["code"]: one["fix"] for one in report["findings"]}
    assert fixes["code_other_scheme"][0]["to"] == CODES[9]
    assert fixes["tiling_overlap"][0]["to"]["type"] == "Polygon"
    assert fixes["tiling_missing"] is None
    assert [(one["column"], one["theirs"]) for one in report["columns"]] == [
        ("code", "网格编码"), ("community", "所属社区"), ("population", "常住人口"),
    ]  # fmt: skip


def test_the_hard_file_with_its_fixes_has_only_what_a_person_must_add(ask, checked, tmp_path):
    fixed = tmp_path / "fixed.gpkg"
    ask("check", hard_file(tmp_path), "--kind", "grids", "--crs", "bd09", "--fix-to", fixed)
    code, report = checked(fixed, "grids")
    assert code == 1
    assert [one["code"] for one in report["findings"]] == ["tiling_missing", "serial_left_out"]
    frame = gpd.read_file(fixed)
    assert str(frame.crs) == "EPSG:4490"
    assert frame["code"].tolist()[8] == CODES[8]
    assert shapely.distance(on_earth(box(50, 50, 51, 51)), frame.geometry[0]) == 0


def test_a_sound_layer_exits_0_and_says_so(ask, tmp_path):
    frame = gpd.GeoDataFrame(
        {"code": ["Z1", "Z2"], "name": ["东", "西"]},
        geometry=written(board(columns=2, rows=1), "EPSG:4524"),
        crs="EPSG:4524",
    )
    frame.to_file(tmp_path / "zones.gpkg")
    code, said = ask("check", tmp_path / "zones.gpkg", "--kind", "zones")
    assert code == 0
    assert "2 zones, read as CGCS2000 / 3-degree Gauss-Kruger zone 36" in said
    assert said.strip().endswith("0 error(s), 0 warning(s), 0 note(s): sound")


def test_a_table_with_columns_of_its_own_is_understood_or_told_what_is_what(checked, tmp_path):
    (tmp_path / "p.csv").write_bytes("甲,乙,X,Y\n1,老街,109.1,21.4\n".encode("gbk"))
    code, report = checked(tmp_path / "p.csv", "places")
    assert code == 1
    assert {one["code"] for one in report["findings"]} >= {"missing_column", "encoding_not_said"}
    code, report = checked(tmp_path / "p.csv", "places", "--map", "code=甲", "--map", "name=乙")
    assert code == 0
    assert report["columns"][1] == {
        "column": "name", "theirs": "乙", "found": "said", "sample": ["老街"],
    }  # fmt: skip


def test_a_file_is_named_from_where_one_stands(ask, tmp_path, monkeypatch):
    (tmp_path / "p.csv").write_text("code,name,lon,lat\n1,老街,109.1,21.4\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, said = ask("check", "p.csv", "--kind", "places", "--fix-to", "out.csv")
    assert (code, (tmp_path / "out.csv").exists()) == (0, True), said


def test_a_name_with_brackets_is_shown_as_it_is(ask, tmp_path):
    file = tmp_path / "p[bold].csv"
    file.write_text("code,name,lon,lat\n1,老街,109.1,21.4\n", encoding="utf-8")
    code, said = ask("check", file, "--kind", "places")
    assert (code, said.partition(":")[0]) == (0, file.name)


def test_what_is_mended_can_be_written_as_a_table_without_formulas(ask, tmp_path):
    (tmp_path / "p.csv").write_text(
        "code,name,lon,lat\n1,=1+1,109.1,21.4\n2,@x,109.2,-21.4\n3,＝1+1,109.3,21.4\n",
        encoding="utf-8",
    )
    out = tmp_path / "out.csv"
    assert ask("check", tmp_path / "p.csv", "--kind", "places", "--fix-to", out)[0] == 0
    assert out.read_text(encoding="utf-8-sig").splitlines() == [
        "code,name,lon,lat", "1,'=1+1,109.1,21.4", "2,'@x,109.2,-21.4",
        "3,'＝1+1,109.3,21.4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("code,name,x,y\n1,a,513000,2374000\n", [], "name it: EPSG:4534"),
        ("code,name,x,y\n1,a,109,21\n", ["--map", "x"], "NAME=COLUMN"),
        ("code\n1\n", ["--map", "hue=code"], "no column 'hue'"),
        ("<xml/>", [], "is something else"),
        ("code,x,y\n1,1,1\n", ["--crs", "EPSG:4214"], "seven parameters"),
        ("code\n1\n", ["--seven", "1,2"], "not seven numbers"),
        ("code,name,x,y\n1,a,109,21\n", ["--fix-to", "b.dwg"], "ending"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_exits_2(ask, tmp_path, text, options, sentence):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    code, said = ask("check", tmp_path / "a.csv", "--kind", "places", *options)
    assert (code, said.count("\n")) == (EXIT_BAD_INPUT, 1)
    assert sentence in said


def test_kinds_tell_what_their_columns_mean(ask):
    code, said = ask("kinds", "zones")
    assert code == 0
    assert "责任区" in said
    assert "arrival_target_s" in said
    described = json.loads(ask("kinds", "--json")[1])["kinds"]
    assert len(described) == 16
    tier = next(one for one in described[0]["columns"] if one["column"] == "tier")
    assert tier["needed"]
    assert "街道" in tier["words"]["township"]


def test_a_broken_border_is_mended(ask, checked, tmp_path):
    spiked = Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 150), (50, 100), (0, 100)])
    frame = gpd.GeoDataFrame(
        {"code": ["Z1"], "name": ["东"]}, geometry=written([spiked], "wgs84"), crs="EPSG:4326"
    )
    frame.to_file(tmp_path / "zones.fgb")
    assert checked(tmp_path / "zones.fgb", "zones")[1]["findings"][0]["code"] == "shape_invalid"
    out = tmp_path / "out.geojson"
    ask("check", tmp_path / "zones.fgb", "--kind", "zones", "--fix-to", out)
    assert checked(out, "zones")[0] == 0


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A store that holds a small city."""
    folder = tmp_path_factory.mktemp("town")
    url = f"sqlite:///{folder / 'town.gpkg'}"
    with closing(open_store(url, create=True)) as store:
        load_city(write_city(folder / "city"), store)
    return url


def zones_of_town(folder, *, brigade, border):
    """Its zone as a layer, up to a border."""
    frame = gpd.GeoDataFrame(
        {"code": ["Z1"], "name": ["一区"], "brigade": [brigade]},
        geometry=[box(WEST, SOUTH, border, NORTH)],
        crs="EPSG:4326",
    )
    frame.to_file(folder / "zones.gpkg")
    return folder / "zones.gpkg"


def test_a_layer_that_is_published_already_makes_no_difference(checked, town, tmp_path):
    file = zones_of_town(tmp_path, brigade="B1", border=EAST)
    code, report = checked(file, "zones", "--store", town)
    assert code == 0
    assert report["findings"] == []
    assert report["against"]
    assert not any(report["difference"].values())


def test_a_layer_is_held_against_the_published_city(ask, checked, town, tmp_path):
    file = zones_of_town(tmp_path, brigade="B9", border=109.05)
    code, report = checked(file, "zones", "--store", town)
    assert code == 1
    assert [one["code"] for one in report["findings"]] == [
        "tiling_missing", "unknown_reference", "brigade_without_zone",
    ]  # fmt: skip
    assert report["difference"]["moved"][0]["by_m"] == pytest.approx(27_800, rel=0.01)
    assert report["rezoned"] == [{"incident": "20261119-000001", "from": "Z1", "to": None}]
    said = ask("check", file, "--kind", "zones", "--store", town)[1]
    assert "1 open incident(s) in another zone" in said


def test_coverage_before_and_after_is_told_as_a_table_and_as_json(ask, checked, town, tmp_path):
    """From its base the crew walks half an hour to grid G1, where 120 of 200 people live."""
    frame = gpd.read_file(zones_of_town(tmp_path, brigade="B1", border=EAST))
    file = tmp_path / "patient.gpkg"
    frame.assign(arrival_target_s=3600).to_file(file)
    coverage = checked(file, "zones", "--store", town)[1]["coverage"]
    sides = coverage["before"], coverage["after"]
    assert coverage["coverage"] == "potential"
    assert [one["share"] for one in sides] == [0.0, 0.6]
    assert [one["share_unreachable"] for one in sides] == [0.4, 0.4]
    assert coverage["gained"] == {"count": 1, "codes": ["G1"]}
    assert coverage["lost"] == {"count": 0, "codes": []}
    code, said = ask("check", file, "--kind", "zones", "--store", town)
    told = [" ".join(line.split()) for line in said.splitlines()]
    assert "potential coverage, from bases before after" in told
    assert "demand in time 0.00% 60.00%" in told
    assert "grids no road leads to 1 1" in told
    assert "gained: 1 (G1)" in told
    assert code == 0
    number = ask("load", file, "--kind", "zones", "--store", town)[1].split()[0]
    assert "gained: 1 (G1)" in ask("findings", number, "--store", town)[1]
    ask("drop", number, "--store", town)


def test_coverage_that_cannot_be_told_says_why(ask, checked, town, tmp_path):
    file = zones_of_town(tmp_path, brigade="B1", border=EAST)
    alone = checked(file, "zones")[1]["coverage"]
    assert (alone["before"]["untold"]["code"], alone["after"]["share"]) == ("no_city", None)
    assert "before: There is no city to hold it against" in ask("check", file, "--kind", "zones")[1]
    square = gpd.GeoDataFrame(
        {"code": ["N"], "name": ["机场"]}, geometry=[box(109, 0, 109.1, 0.1)], crs="EPSG:4326"
    )
    square.to_file(tmp_path / "no-fly.gpkg")
    assert checked(tmp_path / "no-fly.gpkg", "no-fly", "--store", town)[1]["coverage"] is None


def test_a_layer_is_loaded_looked_at_and_dropped_at_the_command_line(ask, town, tmp_path):
    file = zones_of_town(tmp_path, brigade="B9", border=EAST)
    code, said = ask("load", file, "--kind", "zones", "--source", "测绘院", "--store", town)
    assert code == 1
    number = said.split()[0]
    assert f"{number} draft: 1 zones of zones.gpkg from 测绘院, 1 error(s), 1 warning(s)" in said
    code, said = ask("findings", number, "--store", town)
    assert code == 1
    assert "error unknown_reference Z1: Its brigade B9 does not exist." in said
    listed = ask("drafts", "--store", town, "--json")[1].splitlines()[0]
    assert json.loads(listed)["drafts"][0]["id"] == number
    assert ask("drop", number, "--store", town)[1].startswith(f"{number} dropped")
    code, said = ask("findings", number, "--store", town)
    assert code == EXIT_BAD_INPUT
    assert "was dropped by" in said


def test_a_sound_shapefile_is_loaded_with_what_lies_beside_it(ask, town, tmp_path):
    gpd.read_file(zones_of_town(tmp_path, brigade="B1", border=EAST)).to_file(tmp_path / "z.shp")
    code, said = ask("load", tmp_path / "z.shp", "--kind", "zones", "--store", town, "--json")
    assert code == 0, said
    assert json.loads(said.splitlines()[0])["counts"] == {"error": 0, "warning": 0, "note": 0}


def test_a_layer_is_published_and_taken_back_at_the_command_line(ask, tmp_path):
    url = f"sqlite:///{tmp_path / 'town.gpkg'}"
    with closing(open_store(url, create=True)) as store:
        load_city(write_city(tmp_path / "city"), store)
    good = zones_of_town(tmp_path, brigade="B1", border=EAST)
    number = ask("load", good, "--kind", "zones", "--store", url)[1].split()[0]
    code, said = ask("publish", number, "--why", "更名", "--store", url)
    assert code == 0
    assert said.startswith("2: 2026-11-20T02:00:00Z ")
    assert f"of {number} 更名" in said
    assert " back to 1 有误" in ask("rollback", "--why", "有误", "--store", url)[1]
    listed = json.loads(ask("versions", "--store", url, "--json")[1].splitlines()[0])["versions"]
    assert [one["back_to"] for one in listed] == [1, None, None]
    bad = zones_of_town(tmp_path, brigade="B9", border=EAST)
    number = ask("load", bad, "--kind", "zones", "--store", url)[1].split()[0]
    code, said = ask("publish", number, "--store", url)
    assert code == 1
    assert "nothing was published. See: grid-dispatch layer findings" in said


@pytest.mark.parametrize(
    "asked",
    [
        "zones z.gpkg EPSG:4490",
        "grids g.geojson wgs84",
        "areas a.fgb EPSG:4524",
        "no-fly n.gpkg gcj02",
        "units u.csv bd09",
        "authority r.csv EPSG:4490",
        "officers o.csv EPSG:4490",
    ],
)
def test_what_is_exported_is_what_is_published(ask, checked, town, tmp_path, asked):
    kind, name, crs = asked.split()
    out = tmp_path / name
    code, said = ask("export", kind, "--out", out, "--crs", crs, "--store", town)
    assert code == 0, said
    assert f"{kind}, {crs}" in said
    _, report = checked(out, kind, "--crs", crs, "--store", town)
    assert not any(report["difference"].values())
    assert [one for one in report["findings"] if one["severity"] == "error"] == []


def test_an_earlier_version_is_exported_by_its_number(ask, tmp_path):
    url = f"sqlite:///{tmp_path / 'town.gpkg'}"
    with closing(open_store(url, create=True)) as store:
        load_city(write_city(tmp_path / "city"), store)
    file = zones_of_town(tmp_path, brigade="B1", border=EAST)
    renamed = gpd.read_file(file).assign(name="改名")
    renamed.to_file(file)
    ask(
        "publish",
        ask("load", file, "--kind", "zones", "--store", url)[1].split()[0],
        "--store",
        url,
    )
    for version, name in ((1, "一区"), (2, "改名")):
        out = tmp_path / f"v{version}.gpkg"
        ask("export", "zones", "--version", version, "--out", out, "--store", url)
        assert gpd.read_file(out)["name"].tolist() == [name]
    assert gpd.read_file(tmp_path / "v1.gpkg").crs.to_epsg() == 4490
    closures = ("export", "closures", "--out", tmp_path / "c.csv", "--store", url)
    said = ask(*closures, "--version", 1)[1]
    assert "no part of a version" in said
    assert "no version 9" in ask("export", "zones", "--version", 9, "--out", out, "--store", url)[1]
