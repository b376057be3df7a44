"""`network partition`, `coverage` and `matrix` as arrays: what they write, and what they refuse."""

from __future__ import annotations

import csv
import json

import geopandas as gpd
import numpy as np
import pytest
from spec.town import town

from api.cli import EXIT_BAD_INPUT, EXIT_INTERRUPTED, run
from api.cli_matrix import Number
from geo.road.matrix_file import UNITS
from geo.road.storage import save_network

DRAWN = town("""
    1---a---b---c---2   x---y
        |       |
        d-------e
""")


@pytest.fixture
def net(tmp_path):
    save_network(DRAWN.network(), tmp_path / "net")
    return tmp_path / "net"


@pytest.fixture
def bases(tmp_path):
    return write_table(tmp_path / "bases.csv", "12")


def write_table(path, names, weights=None):
    """Places as a CSV; with weights where they are given."""
    rows = [f"{name},{','.join(map(repr, DRAWN.lon_lat[name]))}" for name in names]
    header = "id,lon,lat"
    if weights is not None:
        header += ",weight"
        rows = [f"{row},{weight}" for row, weight in zip(rows, weights, strict=True)]
    path.write_text("\n".join([header, *rows]))
    return path


def ask(capsys, *arguments: object):
    capsys.readouterr()
    code = run(["network", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def refusal(capsys, *arguments: object):
    capsys.readouterr()
    code = run(["network", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert code == EXIT_BAD_INPUT, out + err
    assert err.startswith("grid-dispatch: ")
    assert len(err.strip().splitlines()) == 1
    return err


def test_a_partition_is_a_layer_of_streets_and_one_of_nodes(net, bases, tmp_path, capsys):
    out = tmp_path / "parts.gpkg"
    facts = json.loads(ask(capsys, "partition", net, "--bases", bases, "--out", out, "--json"))
    assert [(base["id"], base["nodes"]) for base in facts["bases"]] == [("1", 4), ("2", 3)]
    assert facts["unreachable_nodes"] == 2
    nodes = gpd.read_file(out, layer="nodes").set_index("node_id")
    by_name = {name: nodes.loc[row] for row, name in enumerate(DRAWN.names)}
    expected = {"1": ("1", 0), "b": ("1", 120), "e": ("2", 120), "c": ("2", 60)}
    assert {
        name: (by_name[name].base_id, by_name[name].travel_time_s) for name in expected
    } == expected
    assert by_name["x"][["base_id", "travel_time_s"]].isna().all()
    streets = gpd.read_file(out, layer="streets")
    assert len(streets) == 8
    assert streets.base_id.isna().sum() == 1
    metres = {base["id"]: base["street_m"] for base in facts["bases"]}
    assert streets.groupby("base_id").length_m.sum().to_dict() == pytest.approx(metres, abs=0.2)


def test_a_partition_as_geojson_has_the_streets(net, bases, tmp_path, capsys):
    out = tmp_path / "parts.geojson"
    said = ask(capsys, "partition", net, "--bases", bases, "--out", out)
    assert said.splitlines()[0].startswith("1: 4 nodes, 1.")
    assert said.splitlines()[-1] == "no road leads to 2 nodes"
    features = json.loads(out.read_text())["features"]
    assert {feature["properties"]["base_id"] for feature in features} == {"1", "2", None}
    assert {feature["geometry"]["type"] for feature in features} == {"LineString"}
    nobody = [row["properties"] for row in features if row["properties"]["base_id"] is None]
    assert [row["travel_time_s"] for row in nobody] == [None]


def test_coverage_is_told_in_whole_and_by_base(net, bases, tmp_path, capsys):
    points = write_table(tmp_path / "points.csv", "abex", weights=[5, 2, 2, 1])
    out = tmp_path / "served.csv"
    question = ["coverage", net, "--bases", bases, "--points", points, "--within", 60]
    facts = json.loads(ask(capsys, *question, "--out", out, "--json"))
    assert facts == {
        "within_s": 60.0,
        "points": 4,
        "weight": 10.0,
        "share": 0.5,
        "points_in_time": 1,
        "unreachable_weight": 1.0,
        "bases": [
            {"id": "1", "weight": 7.0, "weight_in_time": 5.0},
            {"id": "2", "weight": 2.0, "weight_in_time": 0.0},
        ],
    }
    assert list(csv.reader(out.read_text().splitlines())) == [
        ["id", "base_id", "travel_time_s", "in_time"],
        ["a", "1", "60.000", "1"],
        ["b", "1", "120.000", "0"],
        ["e", "2", "120.000", "0"],
        ["x", "", "", "0"],
    ]
    assert ask(capsys, *question).splitlines() == [
        "within 60 s: 50.00% of the weight",
        "points in time: 1 of 4",
        "weight that no road leads to: 1",
        "1: 5 of 7 in time",
        "2: 0 of 2 in time",
    ]


def test_coverage_by_hour_follows_the_hours(net, bases, tmp_path, capsys):
    points = write_table(tmp_path / "points.csv", "ab", weights=[3, 1])
    hours = tmp_path / "hours.csv"
    hours.write_text("mode,class,days,hours,speed_factor\n,,mon-fri,7-9,0.5\n")
    question = ["coverage", net, "--bases", bases, "--points", points, "--within", 120]
    given = ["--hours", hours, "--at", "2026-11-18T12:00:00+08:00", "--by-hour"]
    facts = json.loads(ask(capsys, *question, *given, "--json"))
    assert facts["share"] == 1.0
    shares = {row["hour"]: row["share"] for row in facts["by_hour"]}
    assert sorted(shares) == list(range(168))
    slow = {hour for hour, share in shares.items() if share != 1.0}
    assert slow == {day * 24 + hour for day in range(5) for hour in (7, 8)}
    assert {shares[hour] for hour in slow} == {0.75}
    assert "hour 7: 75.00%" in ask(capsys, *question, *given).splitlines()


def test_a_closure_moves_the_border(net, bases, tmp_path, capsys):
    (lon, lat), (east, _) = DRAWN.lon_lat["a"], DRAWN.lon_lat["b"]
    west, east = lon + 0.001, east - 0.001
    ring = [[west, lat - 1e-4], [east, lat - 1e-4], [east, lat + 1e-4], [west, lat + 1e-4]]
    feature = {
        "type": "Feature",
        "properties": {"reason": "market"},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
    closures = tmp_path / "closures.geojson"
    closures.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    out = tmp_path / "parts.gpkg"
    asked = ["partition", net, "--bases", bases, "--out", out, "--closures", closures, "--json"]
    facts = json.loads(ask(capsys, *asked))
    assert [(base["id"], base["nodes"]) for base in facts["bases"]] == [("1", 3), ("2", 4)]


def test_weights_and_names_that_cannot_be_used_are_refused(net, bases, tmp_path, capsys):
    bare = write_table(tmp_path / "bare.csv", "ab")
    wrong = write_table(tmp_path / "wrong.csv", "abc", weights=["1", "-2", "many"])
    negative = write_table(tmp_path / "negative.csv", "ab", weights=[1, -2])
    given = ["--bases", bases, "--points"]
    assert "no column weight" in refusal(capsys, "coverage", net, *given, bare)
    assert "weight is not a number: 4;" in refusal(capsys, "coverage", net, *given, wrong)
    assert "below 0: 3;" in refusal(capsys, "coverage", net, *given, negative)
    assert "--by-hour goes with" in refusal(
        capsys, "coverage", net, "--bases", bases, "--points", bases, "--by-hour"
    )
    soon = ["--points", negative.with_name("points.csv"), "--within=-1"]
    write_table(soon[1], "a", weights=[1])
    assert "0 or more" in refusal(capsys, "coverage", net, "--bases", bases, *soon)
    shape = tmp_path / "parts.shp"
    assert ".geojson" in refusal(capsys, "partition", net, "--bases", bases, "--out", shape)
    nowhere = tmp_path / "no" / "parts.gpkg"
    assert "does not exist" in refusal(capsys, "partition", net, "--bases", bases, "--out", nowhere)


def test_a_matrix_is_written_as_an_array(net, bases, tmp_path, capsys):
    to = write_table(tmp_path / "to.csv", "bex")
    pairs = ["--from", bases, "--to", to, "--out", tmp_path / "m.npy"]
    ask(capsys, "matrix", net, *pairs)
    found = np.load(tmp_path / "m.npy")
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, [[120, 240, 65_535], [120, 120, 65_535]])
    ask(capsys, "matrix", net, *pairs, "--dtype", "float32")
    found = np.load(tmp_path / "m.npy")
    np.testing.assert_array_equal(found, np.float32([[120, 240, np.nan], [120, 120, np.nan]]))


def test_every_type_of_number_can_be_asked_for():
    assert {str(number) for number in Number} == set(UNITS)


def test_types_are_for_arrays(net, bases, tmp_path, capsys):
    pairs = ["--from", bases, "--to", bases]
    message = refusal(capsys, "matrix", net, *pairs, "--dtype", "uint16")
    assert "end in .npy" in message
    table = ["--out", tmp_path / "m.csv", "--dtype", "uint16"]
    assert "end in .npy" in refusal(capsys, "matrix", net, *pairs, *table)


@pytest.mark.parametrize("name", ["m.npy", "m.csv"])
def test_a_matrix_that_is_interrupted_leaves_no_file(name, net, bases, tmp_path, monkeypatch):
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("geo.road.matrix_file.encode", interrupt)
    monkeypatch.setattr("api.cli_matrix.seconds", interrupt)
    before = sorted(tmp_path.iterdir())
    pairs = ["--from", str(bases), "--to", str(bases), "--out", str(tmp_path / name)]
    assert run(["network", "matrix", str(net), *pairs]) == EXIT_INTERRUPTED
    assert sorted(tmp_path.iterdir()) == before
