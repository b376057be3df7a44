"""Turning back near bans has a price, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from osm_file import write_osm

from geo.road.network import assemble
from geo.road.read_osm import read_osm
from geo.road.road_class import Mode
from geo.road.streets import BANNED
from geo.road.travel_time import NetworkTravelTimes
from geo.road.turning_back import TURNING_BACK_MS

CROSS = """
    n
    |
a---x---b
    |
    s
"""
WAYS = {"ax": "residential", "xb": "residential", "nx": "residential", "xs": "residential"}


def travel_time_ms(folder: Path, way: str, *turns: tuple[str, dict[str, str]]) -> int:
    """From the first letter to the second."""
    path = write_osm(folder / "town.osm", CROSS, ways=WAYS, restrictions=turns)
    network = assemble(read_osm(path, mode=Mode.CAR), mode=Mode.CAR)
    ends = [list(network.node_source_id).index(ord(letter)) for letter in way]
    joins = (times := NetworkTravelTimes(network)).join(network.node_lon_lat[ends])
    return int(times.matrix(joins.take([0]), joins.take([1]))[0, 0])


def test_a_ban_is_dodged_by_turning_back_at_its_price(tmp_path: Path):
    free = travel_time_ms(tmp_path, "as")
    past = travel_time_ms(tmp_path, "xn")
    dodged = travel_time_ms(tmp_path, "as", ("ax x xs", {"restriction": "no_right_turn"}))
    assert dodged == free + 2 * past + TURNING_BACK_MS


def test_without_bans_nothing_is_charged(tmp_path: Path):
    path = write_osm(tmp_path / "town.osm", CROSS, ways=WAYS)
    assert read_osm(path, mode=Mode.CAR).turn_rules == ()


def test_only_turning_back_near_the_ban_is_charged(tmp_path: Path):
    town = "a x b" + " " * 30 + "c d"
    turns = [("ax x xb", {"restriction": "no_straight_on"})]
    ways = {"ax": "residential", "xb": "residential", "bc": "residential", "cd": "residential"}
    path = write_osm(tmp_path / "town.osm", town, ways=ways, restrictions=turns)
    streets = read_osm(path, mode=Mode.CAR)
    prices = [rule.refs for rule in streets.turn_rules if rule.cost_ms != BANNED]
    assert all(right == left ^ 1 for left, right in prices)
    near = {streets.way_id[left >> 1] for left, _ in prices}
    assert near == {1, 2, 3}
