"""OpenStreetMap: which streets come out of drawn towns, and of real extracts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import pytest
from osm_file import Tags, arcs, bans, write_osm

from geo.errors import EmptyNetwork, UnreadableFile
from geo.road.network import assemble
from geo.road.read_osm import read_osm
from geo.road.road_class import ROAD_CLASSES, Mode
from geo.road.speed import FERRY_KPH
from geo.road.streets import Streets

LINE = "a b c d"
CROSS = """
  n
a x b
  s
"""

Read = Callable[..., Streets]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def write_and_read(town: str, *, mode: Mode = Mode.CAR, **drawn: object) -> Streets:
        return read_osm(write_osm(tmp_path / "town.osm", town, **drawn), mode=mode)  # type: ignore[arg-type]  # passed on as given

    return write_and_read


def test_ways_are_cut_where_they_share_a_node_and_not_where_they_only_cross(read: Read):
    streets = read(CROSS, ways={"axb": "residential", "ns": "residential"})
    assert arcs(streets) == ["a.b", "b.a", "ns", "sn"]
    streets = read(CROSS, ways={"axb": "residential", "nxs": "residential"})
    assert arcs(streets) == ["ax", "bx", "nx", "sx", "xa", "xb", "xn", "xs"]


def test_a_closed_way_alone_starts_and_ends_at_one_node(read: Read):
    streets = read(CROSS, ways={"anba": "residential"})
    assert streets.tail.tolist() == streets.head.tolist() == [0]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, ["ab"]),
        ({"oneway": "1"}, ["ab"]),
        ({"oneway": "true"}, ["ab"]),
        ({"oneway": "-1"}, ["ba"]),
        ({"oneway": "no"}, ["ab", "ba"]),
        ({"oneway": "alternating"}, ["ab", "ba"]),
        ({"oneway": "sometimes"}, ["ab", "ba"]),
        ({"highway": "motorway"}, ["ab"]),
        ({"highway": "motorway", "oneway": "no"}, ["ab", "ba"]),
        ({"highway": "motorway_link"}, ["ab", "ba"]),
        ({"junction": "roundabout"}, ["ab"]),
        ({"junction": "circular"}, ["ab"]),
        ({"junction": "roundabout", "oneway": "-1"}, ["ba"]),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, ["ab", "ba"]),
        ({"oneway": "yes", "oneway:bicycle": "no"}, ["ab"]),
        ({"motor_vehicle:backward": "no"}, ["ab"]),
        ({"motor_vehicle:forward": "no"}, ["ba"]),
    ],
)
def test_directions_for_a_car(read: Read, tags: Tags, expected: list[str]):
    assert arcs(read(LINE, ways={"ab": {"highway": "residential", **tags}})) == expected


@pytest.mark.parametrize(
    ("mode", "tags", "expected"),
    [
        (Mode.FOOT, {"oneway": "yes"}, ["ab", "ba"]),
        (Mode.FOOT, {"junction": "roundabout"}, ["ab", "ba"]),
        (Mode.FOOT, {"oneway:foot": "yes"}, ["ab"]),
        (Mode.EBIKE, {"oneway": "yes"}, ["ab"]),
        (Mode.EBIKE, {"oneway": "yes", "oneway:bicycle": "no"}, ["ab", "ba"]),
        (Mode.EBIKE, {"oneway": "yes", "cycleway": "opposite_lane"}, ["ab", "ba"]),
        (Mode.EBIKE, {"vehicle:backward": "no"}, ["ab"]),
        (Mode.EBIKE, {"vehicle:backward": "no", "bicycle": "yes"}, ["ab", "ba"]),
    ],
)
def test_directions_for_others(read: Read, mode: Mode, tags: Tags, expected: list[str]):
    ways = {"ab": {"highway": "residential", **tags}}
    assert arcs(read(LINE, ways=ways, mode=mode)) == expected


def test_a_road_reversed_by_the_hour_is_left_out_and_counted(read: Read):
    ways = {"ab": {"highway": "primary", "oneway": "reversible"}, "bc": "primary"}
    streets = read(LINE, ways=ways)
    assert arcs(streets) == ["bc", "cb"]
    assert streets.notes["ways reversed by the hour"] == 1


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"highway": "residential"}, "car ebike foot"),
        ({"highway": "motorway"}, "car"),
        ({"highway": "trunk", "motorroad": "yes"}, "car"),
        ({"highway": "footway"}, "foot"),
        ({"highway": "steps"}, "foot"),
        ({"highway": "cycleway"}, "ebike foot"),
        ({"highway": "footway", "bicycle": "designated"}, "ebike foot"),
        ({"highway": "footway", "access": "yes"}, "foot"),
        ({"highway": "pedestrian", "motor_vehicle": "destination"}, "car foot"),
        ({"highway": "pedestrian", "area": "yes"}, "foot"),
        ({"highway": "service", "service": "emergency_access"}, ""),
        ({"highway": "construction"}, ""),
        ({"highway": "platform"}, ""),
        ({"highway": "residential", "access": "no"}, ""),
        ({"highway": "residential", "access": "private"}, ""),
        ({"highway": "residential", "access": "destination"}, "car ebike foot"),
        ({"highway": "residential", "access": "delivery"}, "car ebike foot"),
        ({"highway": "residential", "access": "customers"}, "car ebike foot"),
        ({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, "car"),
        ({"highway": "residential", "access": "no", "foot": "yes"}, "foot"),
        ({"highway": "residential", "vehicle": "no"}, "foot"),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, "ebike foot"),
        ({"highway": "residential", "motor_vehicle": "no"}, "ebike foot"),
        ({"highway": "residential", "motor_vehicle": "no", "motorcar": "yes"}, "car ebike foot"),
        ({"highway": "residential", "motorcar": "private"}, "ebike foot"),
        ({"highway": "residential", "motor_vehicle": "agricultural"}, "ebike foot"),
        ({"highway": "residential", "motor_vehicle": "agricultural;destination"}, "car ebike foot"),
        ({"highway": "residential", "bicycle": "dismount"}, "car foot"),
        ({"highway": "residential", "foot": "use_sidepath"}, "car ebike"),
        ({"highway": "residential", "motor_vehicle": "unbekannt", "vehicle": "no"}, "foot"),
        ({"route": "ferry"}, "ebike foot"),
        ({"route": "ferry", "motor_vehicle": "yes"}, "car ebike foot"),
        ({"route": "ferry", "foot": "no", "vehicle": "yes"}, "car ebike"),
        ({"route": "bus"}, ""),
    ],
)
def test_who_may_use_a_way(read: Read, tags: Tags, modes: str):
    ways = {"ab": tags, "cd": {"highway": "residential"}}
    found = [mode for mode in Mode if "ab" in arcs(read(LINE, ways=ways, mode=mode))]
    assert " ".join(found) == modes


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"barrier": "bollard"}, "ebike foot"),
        ({"barrier": "bollard", "bollard": "rising"}, "car ebike foot"),
        ({"barrier": "block"}, "ebike foot"),
        ({"barrier": "stile"}, "foot"),
        ({"barrier": "fence"}, ""),
        ({"barrier": "gate"}, "car ebike foot"),
        ({"barrier": "gate", "locked": "yes"}, ""),
        ({"barrier": "gate", "access": "private"}, ""),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, "foot"),
        ({"barrier": "lift_gate"}, "car ebike foot"),
        ({"barrier": "lift_gate", "motor_vehicle": "private"}, "ebike foot"),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, "car ebike foot"),
        ({"barrier": "toll_booth"}, "car ebike foot"),
        ({"access": "no"}, "car ebike foot"),
    ],
)
def test_who_passes_a_barrier(read: Read, tags: Tags, modes: str):
    drawn = {"ways": {"abc": "residential"}, "nodes": {"b": tags}}
    passing = [mode for mode in Mode if arcs(read(LINE, mode=mode, **drawn)) == ["a.c", "c.a"]]
    assert " ".join(passing) == modes


def test_a_barrier_parts_the_network_but_both_sides_stay(read: Read):
    ways = {"axb": "residential", "nx": "residential"}
    streets = read(CROSS, ways=ways, nodes={"x": {"barrier": "bollard"}})
    assert arcs(streets) == ["ax", "bx", "nx", "xa", "xb", "xn"]
    assert streets.notes["barriers that close a road"] == 1
    network = assemble(streets, mode=Mode.CAR)
    assert network.parts.tolist() == [2, 2, 2]


def test_a_way_with_points_missing_from_the_file_is_left_out(read: Read):
    streets = read("a b c d e", ways={"abc": "residential", "cde": "residential"}, missing="d")
    assert arcs(streets) == ["a.c", "c.a"]
    assert streets.notes["ways with points missing from the file, left out"] == 1


def test_length_class_name_and_source_are_kept(read: Read):
    ways = {
        "abc": {"highway": "secondary", "name": "解放路"},
        "cd": {"highway": "service"},
    }
    streets = read(LINE, ways=ways)
    assert [ROAD_CLASSES[code] for code in streets.road_class] == ["secondary", "service"]
    assert streets.way_id.tolist() == [1, 2]
    assert streets.names == ("解放路",)
    assert streets.name.tolist() == [0, -1]
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(116.0, 40.0, 116.004, 40.0)
    assert streets.length_m[0] == pytest.approx(metres, abs=1e-3)


def test_each_direction_has_its_own_limit(read: Read):
    slow_back = {"highway": "primary", "maxspeed": "40", "maxspeed:backward": "20"}
    streets = read(LINE, ways={"ab": slow_back})
    assert streets.backward_ms[0] == pytest.approx(2 * streets.forward_ms[0], abs=1)


@pytest.mark.parametrize(
    ("duration", "seconds"), [("00:20", 1200), ("20", 1200), ("PT1H5M", 3900), ("1:00:30", 3630)]
)
def test_a_ferry_takes_as_long_as_it_says_over_all_its_streets(
    read: Read, duration: str, seconds: int
):
    ways = {"abc": {"route": "ferry", "duration": duration}, "bd": {"route": "ferry"}}
    streets = read(LINE, ways=ways, mode=Mode.FOOT)
    assert streets.forward_ms[:2].sum() == pytest.approx(seconds * 1000, abs=1)


@pytest.mark.parametrize("duration", ["", "0", "soon"])
def test_a_ferry_that_does_not_say_goes_at_the_ferry_speed(read: Read, duration: str):
    streets = read(LINE, ways={"ab": {"route": "ferry", "duration": duration}}, mode=Mode.FOOT)
    assert streets.forward_ms[0] == pytest.approx(streets.length_m[0] / FERRY_KPH * 3600, abs=1)


def test_a_restriction_becomes_a_ban_for_cars_and_none_for_walkers(read: Read):
    ways = {"ax": "residential", "xb": "residential", "nx": "residential"}
    turns = [("ax x nx", {"restriction": "no_left_turn"})]
    assert bans(read(CROSS, ways=ways, restrictions=turns)) == ["ax xn"]
    assert bans(read(CROSS, ways=ways, restrictions=turns, mode=Mode.FOOT)) == []


def test_nothing_to_drive_on_is_said(read: Read):
    with pytest.raises(EmptyNetwork, match=r"town\.osm holds no road .* by car"):
        read(LINE, ways={"ab": "footway"})


def test_progress_rises_to_the_end(tmp_path: Path):
    path, told = write_osm(tmp_path / "t.osm", LINE, ways={"ab": "service"}), list[float]()
    read_osm(path, mode=Mode.CAR, progress=lambda _label, share: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("name", ["text.osm.pbf", "text.osm", "empty.osm.pbf", "map.docx"])
def test_a_file_of_another_format_is_named(tmp_path: Path, name: str):
    (tmp_path / name).write_text("" if "empty" in name else "hello")
    with pytest.raises(UnreadableFile, match=name):
        read_osm(tmp_path / name, mode=Mode.CAR)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UnreadableFile, match=r"There is no file .*nowhere\.osm\.pbf"):
        read_osm(tmp_path / "nowhere.osm.pbf", mode=Mode.CAR)


def test_a_damaged_extract_is_refused(tmp_path: Path, need_roads_data: Callable[[str], Path]):
    whole = need_roads_data("helsinki.osm.pbf").read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match=r"half\.osm\.pbf"):
        read_osm(tmp_path / "half.osm.pbf", mode=Mode.CAR)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", ["helsinki.osm.pbf", "liechtenstein.osm.pbf"])
def test_real_extracts_are_read(need_roads_data: Callable[[str], Path], name: str, mode: Mode):
    network = assemble(read_osm(need_roads_data(name), mode=mode), mode=mode)
    assert network.parts[0] > 0.8 * network.n_nodes if mode is Mode.FOOT else network.parts[0] > 800
    assert (network.edge_ms > 0).all()
    kph = network.street_length_m[network.edge_street] / network.edge_ms * 3600
    assert np.percentile(kph, [0, 100]) == pytest.approx([5, 60], abs=60)


def test_every_restriction_of_helsinki_is_accounted_for(need_roads_data: Callable[[str], Path]):
    notes = read_osm(need_roads_data("helsinki.osm.pbf"), mode=Mode.CAR).notes
    assert notes["turn restrictions used"] == 36
    assert notes["turn restrictions at certain hours, left out"] == 2
    assert notes["turn restrictions over roads closed or not in the file, left out"] == 7
