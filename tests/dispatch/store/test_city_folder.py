"""A city folder is loaded whole or not at all, with every finding at once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry
from spec.city_files import EVERYWHERE, LAYERS, SHAPES, TABLES, write_layer, write_table
from store_servers import load_city

from dispatch.authority import AuthorityRow
from dispatch.place_entry import PlaceEntry
from dispatch.store.cities import holds_city, read_backdrop, read_city, read_statuses
from dispatch.store.city_folder import read_city_folder
from dispatch.store.engine import Store, open_store
from dispatch.store.incidents import list_incidents
from dispatch.store.positions import read_positions
from dispatch.unit import DutyStatus, UnitKind
from geo.area import Tier
from geo.errors import Conflict, FlawedData, UnreadableFile
from geo.road.road_class import Mode


def test_a_city_comes_out_of_the_store_as_it_went_in(store: Store):
    city = read_city(store)
    assert (city.code, city.name, city.name_en, city.invented) == (
        "TOWN",
        "小镇",
        "small town",
        True,
    )
    assert [(area.code, area.tier, area.parent) for area in city.areas] == [
        ("C", Tier.CITY, None),
        ("T", Tier.TOWNSHIP, "C"),
    ]
    (zone,) = city.zones
    assert (zone.code, zone.brigade, zone.arrival_target_s) == ("Z1", "B1", 900)
    assert zone.polygon.equals(EVERYWHERE)
    assert [(grid.code, grid.community, grid.zone) for grid in city.grids] == [
        ("G1", "T", "Z1"),
        ("G2", "T", "Z1"),
    ]
    assert city.authority == (
        AuthorityRow(
            id="R1",
            matter="H1",
            area="T",
            tier=Tier.TOWNSHIP,
            acting_body="镇政府",
            assisting=("police", "fire"),
            legal_basis="第二十四条",
            valid_from=date(2026, 1, 1),
            skills=("lab",),
        ),
    )
    assert city.units["SQ"].domains == ("H", "T")
    assert city.units["K1"].mode == Mode.CAR
    assert city.units["K1"].lon_lat == (109.1, 0.0)
    assert (city.units["U1"].kind, city.units["U1"].mode) == (UnitKind.DRONE, None)
    assert [officer.certified for officer in city.officers] == [True, True, False]
    assert set(city.travel_times) == {Mode.CAR, Mode.FOOT}


def test_a_no_fly_polygon_comes_out_as_it_went_in_and_is_part_of_the_version(store):
    city = read_city(store)
    (no_fly,) = city.no_fly
    assert (no_fly.code, no_fly.name, no_fly.name_en) == ("N1", "机场净空区", "airfield")
    assert no_fly.polygon.equals(SHAPES["no-fly"][0])
    assert replace(city, no_fly=()).version != city.version


def test_a_city_may_have_no_no_fly_polygons(city_folder, empty_store):
    without("no-fly.gpkg")(city_folder)
    load_city(city_folder, empty_store)
    assert read_city(empty_store).no_fly == ()


def test_the_gazetteer_comes_out_as_it_went_in_and_is_part_of_the_version(store):
    city = read_city(store)
    assert city.places == (
        PlaceEntry(
            code="P1",
            name="中心小学",
            lon_lat=(109.1, 0.0),
            address="沿河路十二号",
            kind="学校",
            also=("一小", "河边小学"),
            name_en="Central School",
        ),
        PlaceEntry("P2", "中心小学", (109.2, 0.05)),
    )
    assert replace(city, places=()).version != city.version


def test_a_city_may_have_no_gazetteer(city_folder, empty_store):
    without("places.csv")(city_folder)
    load_city(city_folder, empty_store)
    assert read_city(empty_store).places == ()


def test_a_drone_says_how_it_flies_or_nothing_of_it(store, city_folder, tmp_path):
    assert read_city(store).units["U1"].air_speed_mps is None
    flight = {"air_speed_mps": "", "range_m": "", "launch_s": ""}
    rows = [flight | row for row in TABLES["units.csv"]]
    rows[3] |= {"air_speed_mps": "12.5", "range_m": "18000", "launch_s": "45"}
    write_table(city_folder, "units.csv", rows)
    other = open_store(f"sqlite:///{tmp_path / 'other.gpkg'}", create=True)
    load_city(city_folder, other)
    drone = read_city(other).units["U1"]
    assert (drone.air_speed_mps, drone.range_m, drone.launch_s) == (12.5, 18_000, 45)
    other.close()


def test_positions_statuses_incidents_and_backdrop_are_there_too(store: Store):
    with store.reading() as session:
        positions = read_positions(session)
        assert set(positions.fixes) == {"001", "002"}
        assert positions.fixes["001"].time == datetime(2026, 11, 20, 2, tzinfo=UTC)
        assert read_statuses(session)["002"] == DutyStatus.BUSY
        (incident,) = list_incidents(session)
        assert (incident.id, incident.matters) == ("20261119-000001", ("H1",))
        assert [sea.name for sea in read_backdrop(session)] == ["海"]


def test_reading_twice_gives_the_same_version_and_a_change_another(store, city_folder, tmp_path):
    version = read_city(store).version
    assert read_city(store).version == version
    matters = [TABLES["matters.csv"][0] | {"gravity": "3"}]
    write_table(city_folder, "matters.csv", matters)
    other = open_store(f"sqlite:///{tmp_path / 'other.gpkg'}", create=True)
    load_city(city_folder, other)
    assert read_city(other).version != version
    assert read_city(other).weight_version == read_city(store).weight_version
    other.close()


def test_what_officers_and_vehicles_carry_is_read_where_the_files_say_it(city_folder, empty_store):
    assert {unit.equipment for unit in read_city_folder(city_folder).units} == {()}
    for name, code, things in (("units", "K1", "gas;ladder"), ("officers", "002", "camera")):
        table = f"{name}.csv"
        key = "code" if name == "units" else "id"
        rows = [row | {"equipment": things if row[key] == code else ""} for row in TABLES[table]]
        write_table(city_folder, table, rows)
    load_city(city_folder, empty_store)
    city = read_city(empty_store)
    assert city.units["K1"].equipment == ("gas", "ladder")
    assert {officer.id: officer.equipment for officer in city.officers} == {
        "001": (),
        "002": ("camera",),
        "003": (),
    }


def test_a_file_and_its_roads_may_be_moved_together(embedded, tmp_path):
    version = read_city(embedded).version
    embedded.close()
    there = tmp_path / "elsewhere"
    there.mkdir()
    shutil.move(tmp_path / "store.gpkg", there)
    shutil.move(tmp_path / "store-roads", there)
    moved = open_store(f"sqlite:///{there / 'store.gpkg'}")
    assert read_city(moved).version == version
    moved.close()


def test_a_city_is_not_loaded_over_another(store, city_folder):
    with pytest.raises(Conflict, match="holds a city already"):
        load_city(city_folder, store)


def test_an_empty_store_says_that_it_is_empty(empty_store):
    with pytest.raises(UnreadableFile, match="holds no city"):
        read_city(empty_store)


def test_there_must_be_a_folder(empty_store, tmp_path):
    with pytest.raises(UnreadableFile, match="no city folder"):
        load_city(tmp_path / "nowhere", empty_store)


def table(name: str, *changes: dict[str, str]) -> Callable[[Path], None]:
    """Spoil a table: the first rows with changes, the rest as they are."""
    rows = [row | change for row, change in zip(TABLES[name], changes, strict=False)]
    return lambda folder: write_table(folder, name, rows + TABLES[name][len(changes) :])


def layer(
    name: str,
    *changes: dict[str, object],
    shapes: list[BaseGeometry] | None = None,
    crs: str = "EPSG:4326",
) -> Callable[[Path], None]:
    """Spoil a layer in the same way."""
    rows = [row | change for row, change in zip(LAYERS[name], changes, strict=False)]
    rows += LAYERS[name][len(changes) :]
    return lambda folder: write_layer(folder, name, rows, shapes=shapes, crs=crs)


def twice(name: str) -> Callable[[Path], None]:
    """Write every row of a layer two times."""
    return lambda folder: write_layer(folder, name, LAYERS[name] * 2, shapes=SHAPES[name] * 2)


def without(name: str) -> Callable[[Path], None]:
    """Take a file or folder away."""

    def remove(folder: Path) -> None:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return remove


def written(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


BOW_TIE = Polygon([(109, 0), (109.1, 0.1), (109.1, 0), (109, 0.1)])

SPOILT = [
    (without("officers.csv"), "officers.csv: missing_file"),
    (without("zones.gpkg"), "zones.gpkg: missing_file"),
    (without("city.json"), "city.json: missing_file"),
    (written("city.json", "{"), "city.json: unreadable_file"),
    (written("city.json", "{}"), "city.json: missing_column"),
    (written("matters.csv", "code,name\n1,a\n"), "matters.csv: missing_column"),
    (written("grids.gpkg", "no layer"), "grids.gpkg: unreadable_file"),
    (written("domains.csv", "code,name,name_en\n"), "domains.csv: empty_file"),
    (layer("zones", crs="EPSG:4490"), "zones.gpkg: wrong_crs"),
    (layer("zones", shapes=[BOW_TIE]), "zones.gpkg Z1: bad_value"),
    (layer("zones", shapes=[Point(109, 0)]), "zones.gpkg Z1: bad_value"),
    (layer("zones", {"arrival_target_s": 0}), "zones.gpkg Z1: bad_value"),
    (layer("zones", {"brigade": ""}), "zones.gpkg Z1: zone_without_brigade"),
    (layer("zones", {"brigade": "SQ"}), "zones.gpkg Z1: unknown_reference"),
    (layer("areas", {}, {"parent": "X"}), "areas.gpkg T: unknown_reference"),
    (layer("areas", {}, {"parent": "T"}), "areas.gpkg T: parent_not_above"),
    (layer("areas", {}, {"tier": "county"}), "areas.gpkg T: bad_value"),
    (layer("grids", {"community": "X"}), "grids.gpkg G1: unknown_reference"),
    (layer("grids", {}, {"code": "G1"}), "grids.gpkg G1: duplicate_code"),
    (table("matters.csv", {"gravity": "6"}), "matters.csv H1: bad_value"),
    (table("matters.csv", {"domain": "X"}), "matters.csv H1: unknown_reference"),
    (table("authority.csv", {"area": "X"}), "authority.csv R1: unknown_reference"),
    (table("authority.csv", {"lead": "X"}), "authority.csv R1: unknown_reference"),
    (table("authority.csv", {"valid_from": "1.1.2026"}), "authority.csv R1: bad_value"),
    (table("units.csv", {}, {}, {"mode": ""}), "units.csv K1: crew_without_roads"),
    (table("units.csv", {}, {}, {"mode": "ebike"}), "units.csv K1: crew_without_roads"),
    (table("units.csv", {}, {}, {"parent": ""}), "units.csv K1: crew_without_parent"),
    (table("units.csv", {}, {}, {"parent": "K1"}), "units.csv K1: crew_without_brigade"),
    (table("units.csv", {}, {}, {"range_m": "9000"}), "units.csv K1: not_a_drone"),
    (table("units.csv", {}, {}, {}, {"range_m": "0"}), "units.csv U1: bad_value"),
    (table("units.csv", {}, {}, {}, {"air_speed_mps": "fast"}), "units.csv U1: bad_value"),
    (layer("no-fly", shapes=[BOW_TIE]), "no-fly.gpkg N1: bad_value"),
    (layer("no-fly", crs="EPSG:4490"), "no-fly.gpkg: wrong_crs"),
    (written("no-fly.gpkg", "no layer"), "no-fly.gpkg: unreadable_file"),
    (twice("no-fly"), "no-fly.gpkg N1: duplicate_code"),
    (table("officers.csv", {"crew": "K9"}), "officers.csv 001: unknown_reference"),
    (table("officers.csv", {"crew": "B1"}), "officers.csv 001: unknown_reference"),
    (table("officers.csv", {"lon": "500"}), "officers.csv 001: bad_value"),
    (table("officers.csv", {"fix_time": "2026-11-20T02:00:00"}), "officers.csv 001: bad_value"),
    (table("incidents.csv", {"matters": "H9"}), "incidents.csv 20261119-000001: unknown_reference"),
    (written("network-car/network.json", "{}"), "network-car: unreadable_file"),
]


def findings_of(folder: Path, store: Store) -> list[str]:
    with pytest.raises(FlawedData) as caught:
        load_city(folder, store)
    with store.reading() as session:
        assert not holds_city(session)
        assert list_incidents(session) == []
    assert not list(folder.parent.glob("*roads*")), "no road network has been copied"
    return [
        f"{finding.layer}{'' if finding.feature is None else ' ' + finding.feature}: "
        f"{finding.message.code}"
        for finding in caught.value.findings
    ]


@pytest.mark.parametrize(("spoil", "finding"), SPOILT, ids=[finding for _, finding in SPOILT])
def test_each_flaw_is_a_finding_and_nothing_is_loaded(spoil, finding, city_folder, empty_file):
    spoil(city_folder)
    assert finding in findings_of(city_folder, empty_file)


def test_a_single_flaw_is_a_single_finding(city_folder, empty_file):
    table("officers.csv", {"crew": "K9"})(city_folder)
    assert findings_of(city_folder, empty_file) == ["officers.csv 001: unknown_reference"]


def test_a_missing_table_does_not_drag_its_references_along(city_folder, empty_file):
    without("units.csv")(city_folder)
    assert findings_of(city_folder, empty_file) == ["units.csv: missing_file"]


def test_every_problem_is_found_at_once(city_folder, empty_file):
    table("officers.csv", {"crew": "K9"}, {"certified": "yes"})(city_folder)
    layer("zones", {"brigade": ""})(city_folder)
    without("backdrop.gpkg")(city_folder)
    assert sorted(findings_of(city_folder, empty_file)) == [
        "backdrop.gpkg: missing_file",
        "officers.csv 001: unknown_reference",
        "officers.csv 002: bad_value",
        "zones.gpkg Z1: zone_without_brigade",
    ]


def test_the_sentence_counts_the_findings_and_lists_them(city_folder):
    without("units.csv")(city_folder)
    with pytest.raises(FlawedData, match=r"has 1 finding\(s\).*\n  units.csv: The file is missing"):
        read_city_folder(city_folder)


def test_a_city_without_roads_is_no_city(city_folder, empty_file):
    without("network-car")(city_folder)
    without("network-foot")(city_folder)
    assert "network-car: missing_file" in findings_of(city_folder, empty_file)


def test_city_json_keeps_what_a_newer_generator_adds(city_folder, empty_store):
    path = city_folder / "city.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"preset": "small"}))
    load_city(city_folder, empty_store)
    assert read_city(empty_store).code == "TOWN"
