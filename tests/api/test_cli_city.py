"""`grid-dispatch demo`, `serve` and `suggest`, run as a person runs them."""

import json
import socket
from datetime import UTC, datetime, timedelta

import pytest
from free_port import free_port

from api import cli_city
from api.cli import run
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with the small demo city, made by the verb itself."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRID_DISPATCH_HOME", str(folder))
        patch.delenv("GRID_DISPATCH_STORE", raising=False)
        assert run(["demo", "--preset", "small", "--no-serve"]) == 0
        yield folder


@pytest.fixture(scope="module")
def city(home):
    (path,) = home.glob("*.gpkg")
    store = open_store(f"sqlite:///{path}")
    yield read_city(store)
    store.close()


@pytest.fixture(scope="module")
def place(city) -> str:
    """A place in zone 7, as a person writes it."""
    zone = next(zone for zone in city.zones if zone.code == "Z07")
    point = zone.polygon.representative_point()
    return f"{point.x:.6f},{point.y:.6f}"


@pytest.fixture(scope="module")
def matter(city) -> str:
    return min(city.matters)


def test_the_answer_is_a_table_for_people(place, matter, capsys):
    assert run(["suggest", "--at", place, "--matter", matter]) == 0
    shown = capsys.readouterr().out
    assert "Z07" in shown
    assert "ETA" in shown


def test_the_answer_as_json_has_the_shape_of_the_http_door(place, matter, capsys):
    assert run(["suggest", "--at", place, "--matter", matter, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["zone"] == "Z07"
    assert answer["proposals"][0]["route"]["type"] == "LineString"


def test_the_rule_its_row_and_both_clocks_are_shown_and_whom_to_whistle_for(place, city, capsys):
    two = ",".join(min(code for code in city.matters if code.startswith(at)) for at in ("TR", "EE"))
    asked = ["suggest", "--at", place, "--matter", two, "--asked-by", "990102008"]
    assert run(asked) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for said in (
        "AU-990100-",
        "《临澜市",
        "secured within",
        "with the case is to be there",
        "吹哨",
    ):
        assert said in shown
    assert run([*asked[:-2], "--visit", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["routing"]["code"], answer["whistle"]) == ("planned_visit", None)


def test_a_major_case_is_asked_for_by_name(place, city, capsys):
    rows = [row for row in city.authority if row.scale == "daily" and row.valid_to is None]
    asked = ["suggest", "--at", place, "--matter", rows[0].matter, "--json"]
    assert run([*asked, "--scale", "major"]) == 0
    assert json.loads(capsys.readouterr().out)["holder"]["rule"]["code"] == "major_case"


def test_a_second_demo_keeps_the_store(home):
    before = sorted(home.glob("*.gpkg"))
    assert run(["demo", "--preset", "small", "--no-serve"]) == 0
    assert sorted(home.glob("*.gpkg")) == before


def test_the_demo_makes_its_store_again_where_the_old_one_has_other_tables(home, monkeypatch):
    before = {file: file.stat().st_mtime_ns for file in home.glob("*.gpkg")}
    monkeypatch.setattr(cli_city, "newest_step", lambda: "0002_another")
    monkeypatch.setattr(cli_city, "remember_demo", lambda _url: None)
    assert run(["demo", "--preset", "small", "--no-serve"]) == 0
    (made,) = set(home.glob("*.gpkg")) - set(before)
    assert made.stem.endswith("-0002_another")
    assert {file: file.stat().st_mtime_ns for file in before} == before
    made.unlink()


def test_a_demo_that_stands_still_answers_for_its_own_time(place, matter, capsys, monkeypatch):
    later = datetime.now(UTC) + timedelta(days=3)
    monkeypatch.setattr("api.own_door.system_clock", lambda: later)
    assert run(["suggest", "--at", place, "--matter", matter, "--json"]) == 0
    heard = capsys.readouterr()
    assert "stands still" in heard.err
    assert json.loads(heard.out)["now"] < later.isoformat()


def test_a_batch_answers_every_row_in_order(place, matter, capsys, tmp_path):
    table = tmp_path / "batch.csv"
    lon, lat = place.split(",")
    table.write_text(
        f"id,lon,lat,matters\nfirst,{lon},{lat},{matter}\nsecond,{lon},{lat},\n", encoding="utf-8"
    )
    assert run(["suggest", "--batch", str(table), "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [answer["id"] for answer in answers] == ["first", "second"]
    assert answers[1]["matters"] == []


@pytest.fixture(scope="module")
def crowded(city, home) -> str:
    """Two incidents side by side in every zone."""
    points = [zone.polygon.representative_point() for zone in city.zones]
    rows = [f"{at}-{n},{p.x:.6f},{p.y:.6f}," for n in (1, 2) for at, p in enumerate(points)]
    table = home / "crowded.csv"
    table.write_text("\n".join(["id,lon,lat,matters", *rows]) + "\n", encoding="utf-8")
    return str(table)


def test_a_batch_assigns_crews_for_all_together_never_worse_than_one_by_one(crowded, capsys):
    run(["suggest", "--batch", crowded, "--json"])
    answers = json.loads(capsys.readouterr().out)
    batches = [answer["batch"] for answer in answers]
    assert all(batch["proven"] for batch in batches)
    whole, alone = batches[0]["whole"], batches[0]["whole_one_by_one"]
    keys = ("left_open", "weighted_late_s", "arrival_s")
    assert [whole[key] for key in keys] <= [alone[key] for key in keys]
    for name, total in (("assigned", whole), ("one_by_one", alone)):
        rows = [row for batch in batches for row in batch[name]]
        crews = [row["crew"] for row in rows if row["crew"]]
        assert len(crews) == len(set(crews))
        assert sum(row["crew"] is None for row in rows) == sum(total["left_open"])
        arrivals = sum(row["eta_s"] for row in rows if row["crew"])
        assert arrivals == pytest.approx(total["arrival_s"], abs=0.01)


def test_a_batch_in_tables_says_who_goes_for_all_together(crowded, city, capsys):
    run(["suggest", "--batch", crowded])
    shown = capsys.readouterr().out
    assert shown.count("For all together, lead") == 2 * len(city.zones)
    assert "All together:" in shown
    assert "One by one:" in shown


def test_no_crew_at_all_is_the_answer_no(place, matter, capsys):
    asked = ["suggest", "--at", place, "--matter", matter, "--now", "2099-01-01T00:00:00+08:00"]
    assert run([*asked, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert {proposal["kind"] for proposal in answer["proposals"]} <= {"first_look"}
    assert answer["passed_over"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["suggest"], "--at"),
        (["suggest", "--at", "here"], "LON,LAT"),
        (["suggest", "--at", "500,21"], "500"),
        (["suggest", "--at", "0,0"], "0"),
        (["suggest", "--at", "PLACE", "--matter", "NO-SUCH"], "NO-SUCH"),
        (["suggest", "--at", "PLACE", "--crs", "mars"], "mars"),
        (["suggest", "--at", "PLACE", "--policy", "fairest"], "fairest"),
        (["suggest", "--at", "PLACE", "--now", "noon"], "noon"),
        (["suggest", "--at", "PLACE", "--now", "2026-11-22T09:30:00"], "offset"),
        (["suggest", "--at", "PLACE", "--store", "sqlite:///no/such.gpkg"], "such.gpkg"),
        (["suggest", "--at", "PLACE", "--store", "mysql://x"], "mysql"),
        (["suggest", "--batch", "no-such.csv"], "no-such.csv"),
        (["serve", "--host", "10.0.0.8"], "127.0.0.1"),
        (["serve", "--workers", "2", "--port", "PORT"], "--workers"),
        (["serve", "--store", "sqlite:///no/such.gpkg", "--port", "PORT"], "such.gpkg"),
        (["demo", "--nodes", "3", "--no-serve"], "3"),
        (["demo", "--preset", "huge"], "huge"),
        (["demo", "--host", "192.168.1.1"], "192.168.1.1"),
    ],
)
def test_wrong_use_exits_2_with_one_sentence(place, arguments, named, capsys):
    filled = {"PLACE": place, "PORT": str(free_port())}
    assert run([filled.get(argument, argument) for argument in arguments]) == 2
    heard = capsys.readouterr().err
    assert named in heard
    assert "Traceback" not in heard


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("id,lon,lat\n1,109,21\n", "matters"),
        ("id,lon,lat,matters\n1,109,21,\n2,east,21,\n", "line 3"),
        ("id,lon,lat,matters\n1,109,21,NO-SUCH\n", "NO-SUCH"),
        ("id,lon,lat,matters\n7,0,0,\n", "Row 7"),
    ],
)
def test_a_wrong_batch_names_its_line(text, named, capsys, tmp_path):
    table = tmp_path / "batch.csv"
    table.write_text(text, encoding="utf-8")
    assert run(["suggest", "--batch", str(table)]) == 2
    assert named in capsys.readouterr().err


def test_a_taken_port_is_told(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 2
    assert str(port) in capsys.readouterr().err
