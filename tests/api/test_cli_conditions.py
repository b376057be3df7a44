"""`grid-dispatch network … --closures --hours --measured --at`: roads as they are at a time."""

import csv
import json

import numpy as np
import pytest
import shapely
from spec.town import GAP_M, town

from api.cli import EXIT_BAD_INPUT, run
from geo.road.speed import WALKING_MPS
from geo.road.storage import save_network

RIVER = town("""
    1---a---b---x
        |   |
        c ~ d
        |   |
        e---f
""")
BRIDGE = shapely.box(*RIVER.places("ab").min(axis=0) - 1e-6, *RIVER.places("ab").max(axis=0) + 1e-6)
EIGHT, NINE = "2026-11-23T08:00:00+08:00", "2026-11-23T09:00:00+08:00"
HOURS = "mode,class,days,hours,speed_factor\n,,mon,9,0.5\n"
MEASURED = (
    "mode,way,edge,direction,speed_kph,travel_time_s,starts,ends,days,hours\n"
    "car,1,,forward,,100,,,mon,8\n"
)


@pytest.fixture
def net(tmp_path):
    save_network(RIVER.network(), tmp_path / "net")
    return tmp_path / "net"


@pytest.fixture
def closures(tmp_path):
    """Write a file of closures: `closures({"kind": "slow", …})` → its path."""

    def write(*properties: dict) -> str:
        geometry = shapely.geometry.mapping(BRIDGE)
        features = [
            {
                "type": "Feature",
                "properties": given,
                "geometry": None if "ways" in given else geometry,
            }
            for given in properties
        ]
        path = tmp_path / "closures.geojson"
        collection = {"type": "FeatureCollection", "features": features}
        path.write_text(json.dumps(collection), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def ask(net, capsys):
    def run_verb(verb: str, *options: str) -> str:
        capsys.readouterr()
        code = run(["network", verb, str(net), *options])
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    return run_verb


def ends(start: str = "1", end: str = "x") -> list[str]:
    return [word for name, place in (("--from", start), ("--to", end))
            for word in (name, "{},{}".format(*RIVER.lon_lat[place]))]  # fmt: skip


def seconds(ask, *options: str) -> float:
    return json.loads(ask("route", *ends(), *options))["properties"]["travel_time_s"]


def test_a_closure_holds_between_its_times_only(ask, closures):
    file = closures({"starts": EIGHT, "ends": NINE, "reason": "检修"})
    assert seconds(ask, "--closures", file, "--at", EIGHT) == 420
    assert seconds(ask, "--closures", file, "--at", NINE) == 180
    assert seconds(ask) == 180


def test_closures_by_way_and_slow_zones_are_read_too(ask, closures):
    file = closures({"ways": [1], "kind": "slow", "speed_factor": 0.5}, {"ways": [5]})
    assert seconds(ask, "--closures", file) == 240


def test_hours_and_measurements_are_laid_over(ask, tmp_path):
    (tmp_path / "hours.csv").write_text(HOURS)
    (tmp_path / "measured.csv").write_text(MEASURED)
    files = ["--hours", str(tmp_path / "hours.csv"), "--measured", str(tmp_path / "measured.csv")]
    assert seconds(ask, *files, "--at", EIGHT) == 220
    assert seconds(ask, *files, "--at", NINE) == 360
    assert seconds(ask, *files, "--at", "2026-11-24T09:00:00+08:00") == 180


def test_matrix_nearest_and_reach_obey_as_well(ask, closures, tmp_path):
    file = closures({})
    table = tmp_path / "places.csv"
    rows = [(name, *RIVER.lon_lat[name]) for name in "1x"]
    with table.open("w", newline="") as out:
        csv.writer(out).writerows([("id", "lon", "lat"), *rows])
    places = str(table)
    matrix = ask("matrix", "--from", places, "--to", places, "--closures", file)
    assert "1,x,420.000," in matrix
    nearest = ask("nearest", "--units", places, "--incidents", places, "--closures", file)
    assert "x,2,1,420.000" in nearest
    place = ends()[1]
    bands = json.loads(ask("reach", "--from", place, "--within", "200", "--closures", file))
    ground = shapely.geometry.shape(bands["features"][0]["geometry"])
    assert not ground.covers(shapely.Point(RIVER.lon_lat["x"]))


def test_a_place_on_the_closed_street_is_walked_to(ask, closures):
    middle = RIVER.between("a", "b")[0]
    to = ["--from", ends()[1], "--to", f"{middle[0]},{middle[1]}"]
    route = json.loads(ask("route", *to, "--closures", closures({})))["properties"]
    assert route["travel_time_s"] == pytest.approx(60 + GAP_M / 2 / WALKING_MPS, abs=0.1)
    assert route["walk_end_m"] == pytest.approx(GAP_M / 2, abs=0.1)
    np.testing.assert_allclose(route["length_m"], GAP_M, rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "slow"}, "feature 1: A slow zone has"),
        ({"starts": "2026-11-23T08:00:00"}, "feature 1: starts: "),
        ({"ways": [1], "direction": "left"}, "feature 1: direction: "),
    ],
)
def test_a_feature_that_cannot_be_used_is_named(net, closures, capsys, given, says):
    code = run(["network", "route", str(net), *ends(), "--closures", closures(given)])
    err = capsys.readouterr().err
    assert code == EXIT_BAD_INPUT
    assert says in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "is no GeoJSON FeatureCollection: it has no list of features."),
        ('{"features": {}}', "is no GeoJSON FeatureCollection: it has no list of features."),
        ('{"features": [7]}', "feature 1 is no GeoJSON feature with properties."),
        ('{"features": [{"properties": 7}]}', "feature 1 is no GeoJSON feature with properties."),
        ('{"features": [{"geometry": {"type": "Point"}}]}', "feature 1: geometry: "),
        ('{"features": [{"geometry": 7}]}', "feature 1: geometry: "),
        (
            '{"features": [{"properties": {"edges": [99], "modes": ["car"]}}]}',
            "feature 1: Edge 99 is not in the car network",
        ),
    ],
)
def test_a_file_that_is_no_collection_of_closures_is_refused_in_one_sentence(
    net, tmp_path, capsys, text, says
):
    (tmp_path / "wrong.geojson").write_text(text)
    wrong = str(tmp_path / "wrong.geojson")
    code = run(["network", "route", str(net), *ends(), "--closures", wrong])
    err = capsys.readouterr().err
    assert code == EXIT_BAD_INPUT
    assert says in err
    assert not any(word in err for word in ("NoneType", "'int'", "dictionary", "PolygonIn"))
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("option", ["--hours", "--measured"])
def test_an_empty_table_lacks_its_columns(net, tmp_path, capsys, option):
    (tmp_path / "empty.csv").write_text("")
    empty = str(tmp_path / "empty.csv")
    assert run(["network", "route", str(net), *ends(), option, empty]) == EXIT_BAD_INPUT
    assert "empty.csv lacks mode and" in capsys.readouterr().err


def test_what_counts_is_said_beside_the_answer(net, closures, tmp_path, capsys):
    file = closures({}, {"ways": [2], "starts": NINE}, {"ways": [4711]}, {"modes": ["foot"]})
    measured = tmp_path / "measured.csv"
    measured.write_text(MEASURED + "car,4711,,,20,,,,,\n")
    options = ["--closures", file, "--measured", str(measured), "--at", EIGHT]
    assert run(["network", "route", str(net), *ends(), *options]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["properties"]["travel_time_s"] == 420
    assert err.splitlines() == [
        (
            f"1 of 4 closures count at {EIGHT}, covering 2 edges of the car network; feature 3 "
            "covers no street."
        ),
        "1 of 2 measured speeds are of streets of the car network.",
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--at", EIGHT], "--at goes with"),
        (["--closures", "none.geojson"], "cannot be read"),
        (["--closures", __file__], "is not JSON at all"),
        (["--hours", "none.csv"], "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(net, capsys, options, says):
    code = run(["network", "route", str(net), *ends(), *options])
    err = capsys.readouterr().err
    assert code == EXIT_BAD_INPUT
    assert says in err
