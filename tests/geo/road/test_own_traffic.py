"""Roads open to their own destinations only: in is free, out is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from osm_file import Tags, write_osm

from geo.road.network import assemble
from geo.road.own_traffic import LEAVING_MS
from geo.road.read_osm import read_osm
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes

TOWN = """
a-b-c-d
  |   |
  e---f
"""
OWN = {"highway": "residential", "motor_vehicle": "destination"}
BLOCK: dict[str, Tags | str] = {
    "ab": "residential",
    "bc": OWN,
    "cd": OWN,
    "be": "residential",
    "ef": "residential",
    "fd": "residential",
}


def travel_time_ms(
    folder: Path, way: str, ways: dict[str, Tags | str] = BLOCK, mode: Mode = Mode.CAR
) -> int:
    network = assemble(read_osm(write_osm(folder / "t.osm", TOWN, ways=ways), mode=mode), mode=mode)
    ends = [list(network.node_source_id).index(ord(letter)) for letter in way]
    joins = (times := NetworkTravelTimes(network)).join(network.node_lon_lat[ends])
    return int(times.matrix(joins.take([0]), joins.take([1]))[0, 0])


def open_block() -> dict[str, Tags | str]:
    return dict.fromkeys(BLOCK, "residential")


@pytest.mark.parametrize("way", ["ac", "fc", "ad"])
def test_driving_in_is_free(tmp_path: Path, way: str):
    expected = travel_time_ms(tmp_path, way, open_block())
    assert travel_time_ms(tmp_path, way) == expected


def test_driving_out_has_its_price(tmp_path: Path):
    assert (
        travel_time_ms(tmp_path, "ca") == travel_time_ms(tmp_path, "ca", open_block()) + LEAVING_MS
    )


def test_the_way_round_is_taken_instead_of_the_way_through(tmp_path: Path):
    without = {name: tags for name, tags in open_block().items() if name not in {"bc", "cd"}}
    assert travel_time_ms(tmp_path, "af") == travel_time_ms(tmp_path, "af", without)
    assert travel_time_ms(tmp_path, "af", open_block()) < travel_time_ms(tmp_path, "af", without)


def test_where_there_is_no_way_round_through_has_its_price(tmp_path: Path):
    ways = {name: tags for name, tags in BLOCK.items() if name not in {"be", "ef"}}
    free = open_block()
    expected = travel_time_ms(tmp_path, "af", {name: free[name] for name in ways}) + LEAVING_MS
    assert travel_time_ms(tmp_path, "af", ways) == expected


def test_walkers_walk_through(tmp_path: Path):
    expected = travel_time_ms(tmp_path, "af", open_block(), Mode.FOOT)
    assert travel_time_ms(tmp_path, "af", mode=Mode.FOOT) == expected


@pytest.mark.parametrize(
    ("tags", "rules"),
    [
        ({"access": "customers"}, 2),
        ({"access": "destination", "motor_vehicle": "yes"}, 0),
        ({"motor_vehicle": "destination;yes"}, 0),
        ({"motor_vehicle": "agricultural;destination"}, 2),
        ({"bicycle": "destination"}, 0),
    ],
)
def test_the_deciding_key_decides(tmp_path: Path, tags: dict[str, str], rules: int):
    ways = {"ab": "residential", "bc": {"highway": "service", **tags}, "cd": "residential"}
    streets = read_osm(write_osm(tmp_path / "t.osm", TOWN, ways=ways), mode=Mode.CAR)
    leaving = [rule for rule in streets.turn_rules if rule.cost_ms == LEAVING_MS]
    assert len(leaving) == rules
