"""`grid-dispatch network …` on files: what it writes, and what it says to bad input."""

import csv
import json

import numpy as np
import pytest
import shapely
from spec.town import town

from api.cli import EXIT_BAD_INPUT, run
from geo.road.road_class import Mode
from geo.road.storage import load_network, save_network

DRAWN = town("""
    1   x---2   5
    |   |
    a---b---3
""")


@pytest.fixture
def net(tmp_path):
    save_network(DRAWN.network(), tmp_path / "net")
    return tmp_path / "net"


@pytest.fixture
def ask(net, capsys):
    """Run a network verb on the town: `ask("route", "--from", "x", …)` → what it printed."""

    def run_verb(verb: str, *options: object) -> str:
        capsys.readouterr()
        code = run(["network", verb, str(net), *map(str, options)])
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    return run_verb


@pytest.fixture
def refuse(capsys):
    """Run any command that must be refused with one sentence, which is returned."""

    def run_command(*arguments: object) -> str:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert code == EXIT_BAD_INPUT, out + err
        assert err.startswith("grid-dispatch: ")
        assert "Traceback" not in err
        assert len(err.strip().splitlines()) == 1
        return err

    return run_command


def place(name):
    lon, lat = DRAWN.lon_lat[name]
    return f"{lon!r},{lat!r}"


def write_places(path, names, header="id,lon,lat"):
    path.write_text("\n".join([header, *(f"{name},{place(name)}" for name in names)]))
    return path


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def test_matrix_gives_every_pair_seconds_and_metres(ask, tmp_path):
    start = write_places(tmp_path / "a.csv", "12")
    end = write_places(tmp_path / "b.csv", "x3")
    found = rows(ask("matrix", "--from", start, "--to", end))
    assert [(row["from_id"], row["to_id"], row["travel_time_s"]) for row in found] == [
        ("1", "x", "180.000"),
        ("1", "3", "180.000"),
        ("2", "x", "60.000"),
        ("2", "3", "180.000"),
    ]
    assert float(found[2]["length_m"]) == pytest.approx(366.667, abs=0.01)


def test_matrix_writes_a_file_and_leaves_no_other(ask, tmp_path):
    start = write_places(tmp_path / "a.csv", "1")
    ask("matrix", "--from", start, "--to", start, "--out", tmp_path / "m.csv")
    assert rows((tmp_path / "m.csv").read_text())[0]["travel_time_s"] == "0.000"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "m.csv", "net"]


def test_places_may_be_given_as_nodes(ask, tmp_path):
    (tmp_path / "n.csv").write_text("id,node\nfirst,0\nsecond,1\n")
    found = rows(ask("matrix", "--from", tmp_path / "n.csv", "--to", tmp_path / "n.csv"))
    assert [row["travel_time_s"] for row in found] == ["0.000", "180.000", "180.000", "0.000"]


def test_unreachable_is_empty_in_csv_and_null_in_json(tmp_path, capsys):
    drawn = town("a---b ~ c---d")
    save_network(drawn.network(), tmp_path / "net")
    (tmp_path / "n.csv").write_text("id,node\na,0\nc,2\n")
    files = ["--from", tmp_path / "n.csv", "--to", tmp_path / "n.csv"]
    assert run(["network", "matrix", str(tmp_path / "net"), *map(str, files)]) == 0
    assert "a,c,,\n" in capsys.readouterr().out
    lon_lat = [",".join(map(repr, drawn.lon_lat[name])) for name in "ac"]
    ends = ["--from", lon_lat[0], "--to", lon_lat[1]]
    assert run(["network", "route", str(tmp_path / "net"), *ends]) == 0
    feature = json.loads(capsys.readouterr().out)
    assert feature["geometry"] is None
    assert feature["properties"] == {"travel_time_s": None, "length_m": None}
    (tmp_path / "u.csv").write_text("id,node\nfar,2\n")
    (tmp_path / "i.csv").write_text("id,node\nhere,0\n")
    files = ["--units", tmp_path / "u.csv", "--incidents", tmp_path / "i.csv"]
    assert run(["network", "nearest", str(tmp_path / "net"), *map(str, files)]) == 0
    assert "here,,,\n" in capsys.readouterr().out


def test_nearest_ranks_units_for_each_incident(ask, tmp_path):
    units = write_places(tmp_path / "u.csv", "123")
    incidents = write_places(tmp_path / "i.csv", "x")
    found = rows(ask("nearest", "--units", units, "--incidents", incidents, "-k", 2))
    assert [tuple(row.values()) for row in found] == [
        ("x", "1", "2", "60.000"),
        ("x", "2", "3", "120.000"),
    ]


def test_route_is_a_line_with_seconds_and_metres(ask):
    feature = json.loads(ask("route", "--from", place("1"), "--to", place("x")))
    assert feature["geometry"]["type"] == "LineString"
    np.testing.assert_allclose(feature["geometry"]["coordinates"], DRAWN.places("1abx"), atol=1e-6)
    assert feature["properties"]["travel_time_s"] == 180.0
    assert feature["properties"]["length_m"] == pytest.approx(3 * 366.667, abs=0.01)


def test_places_west_of_greenwich_are_values_of_options(refuse, net):
    message = refuse("network", "route", net, "--from", "-74.0,40.7", "--to", place("x"))
    assert "-74.00000,40.70000" in message
    assert "farther than 5 km" in message


def test_reach_gives_cumulative_polygons(ask):
    bands = json.loads(ask("reach", "--from", place("x"), "--within", "60,120"))["features"]
    assert [band["properties"]["within_s"] for band in bands] == [60, 120]
    inner, outer = (shapely.geometry.shape(band["geometry"]) for band in bands)
    assert outer.covers(inner)
    assert inner.is_valid


def test_places_in_another_system_are_moved(ask, tmp_path):
    (tmp_path / "m.csv").write_text(f"id,lon,lat,crs\nx,{place('x')},EPSG:4326\n")
    projected = "12144954.6,0"  # 109.1 degrees east in web mercator, at the equator
    out = ask("route", "--from", projected, "--to", projected, "--crs", "EPSG:3857")
    assert json.loads(out)["properties"]["travel_time_s"] is not None
    assert rows(ask("matrix", "--from", tmp_path / "m.csv", "--to", tmp_path / "m.csv"))


def test_tables_from_spreadsheets_are_read(ask, tmp_path):
    line = f"海滨路;{place('x').replace(',', ';')}\r\n"
    (tmp_path / "gb.csv").write_bytes(("ID;Lon;Lat\r\n" + line).encode("gb18030"))
    (tmp_path / "bom.csv").write_bytes(("\ufeffid,lon,lat\r\nx," + place("x")).encode())
    found = rows(ask("matrix", "--from", tmp_path / "gb.csv", "--to", tmp_path / "bom.csv"))
    assert found[0]["from_id"] == "海滨路"


def test_build_reports_what_it_read(tmp_path, capsys):
    source = DRAWN.write_osm(tmp_path / "town.osm")
    assert run(["network", "build", str(source), "--out", str(tmp_path / "out"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["nodes"], facts["edges"], facts["turn_rules"], facts["parts"]) == (6, 10, 0, 1)
    assert load_network(tmp_path / "out").mode == Mode.CAR


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("id,lon,lat\n", "no rows"),
        ("name,lon,lat\na,1,2\n", "no column id; it has name, lon, lat"),
        ("id,x,y\na,1,2\n", "no column lon and lat"),
        ("id,lon,lat\na,one,2\nb,3,\n", "whose lon is not a number: 2;"),
        ("id,lon,lat\na,109.1,0\na,109.1,0\n", "repeating an id: 3;"),
        ("id,lon,lat\n,109.1,0\n", "without an id: 2;"),
        ("id,lon,lat\na,500,0\n", "no longitude and latitude"),
        ("id,lon,lat\na,nan,0\n", "whose lon is not a number"),
        ("id,lon,lat\na,50,50\n", "farther than 5 km from every road"),
        ("id,node\na,99\n", "Node 99 is not in this network"),
        ("id,node\na,1.5\n", "whose node is not whole"),
        ("id,lon,lat,crs\na,109.1,0,mars\n", "mars"),
    ],
)
def test_a_wrong_table_is_refused_with_one_sentence(text, sentence, refuse, net, tmp_path):
    (tmp_path / "bad.csv").write_text(text)
    files = ["--from", tmp_path / "bad.csv", "--to", tmp_path / "bad.csv"]
    message = refuse("network", "matrix", net, *files, "--out", tmp_path / "m.csv")
    assert sentence in message
    assert not (tmp_path / "m.csv").exists()


def test_other_bad_input_is_refused_with_one_sentence(refuse, net, tmp_path):
    here = place("x")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\x00")
    picture = ["--units", tmp_path / "picture.csv", "--incidents", tmp_path / "picture.csv"]
    assert "not a text file" in refuse("network", "nearest", net, *picture)
    missing = ["--from", tmp_path / "none.csv", "--to", tmp_path / "none.csv"]
    assert "cannot be read" in refuse("network", "matrix", net, *missing)
    assert "not a road network" in refuse(
        "network", "route", tmp_path, "--from", here, "--to", here
    )
    assert "not a place" in refuse("network", "route", net, "--from", "here", "--to", here)
    assert "not a place" in refuse("network", "route", net, "--from", "1,2,3", "--to", here)
    assert "list of seconds" in refuse("network", "reach", net, "--from", here, "--within", "soon")
    assert "above 0" in refuse("network", "reach", net, "--from", here, "--within", "0,60")
    assert "end in .gpkg" in refuse("network", "export", net, "--out", tmp_path / "x.shp")
    assert "no file" in refuse("network", "build", tmp_path / "no.pbf", "--out", tmp_path / "n")
    assert "NAME=COLUMN" in refuse(
        "network", "build", tmp_path / "no.shp", "--out", tmp_path / "n", "--map", "class"
    )
    assert "Missing option" in refuse("network", "route", net, "--from", here)
    assert "No such command" in refuse("network", "fly", net)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net", "picture.csv"]


def test_an_empty_network_says_so(refuse, tmp_path):
    save_network(town("a").network(), tmp_path / "net")
    message = refuse("network", "route", tmp_path / "net", "--from", "109.1,0", "--to", "109.1,0")
    assert "no usable edge" in message
