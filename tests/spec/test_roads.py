"""
How roads are read: towns drawn in characters, written as OpenStreetMap, read and driven.

A gap of four columns or two rows is a residential street that a car drives in 60 s.  Further
tags stand in the scenario; expected seconds are met to 0.7 % (towns lie on a sphere, the lengths
of streets are measured on the ellipsoid).
"""

from pathlib import Path

import pytest
from spec.town import Town, town

from geo.road.network import RoadNetwork, assemble
from geo.road.read_network import read_streets
from geo.road.road_class import ROAD_CLASSES, Mode
from geo.road.travel_time import NetworkTravelTimes


def read(path: Path, mode: Mode) -> RoadNetwork:
    streets = read_streets(
        path, mode=mode, columns=None, node_crossings=False, crs=None, progress=None
    )
    return assemble(streets, mode=mode)


def check_ways(
    tmp_path: Path, drawn: Town, driven: dict[str, str], mode: Mode = Mode.CAR, **tags: object
) -> RoadNetwork:
    """`driven` maps "a to c" to "120 s" or "no way"."""
    network = read(drawn.write_osm(tmp_path / "town.osm", **tags), mode)
    times = NetworkTravelTimes(network)
    for way, expected in driven.items():
        start, _, end = way.split()
        joins = times.join(drawn.places(start + end))
        ms = int(times.matrix(joins.take([0]), joins.take([1]))[0, 0])
        if expected == "no way":
            assert ms == -1, f"{way}: {ms / 1000} s"
        else:
            assert ms / 1000 == pytest.approx(float(expected.split()[0]), rel=0.007), way
    return network


BLOCK = town("""
    a---b---c
    |   |   |
    d---e---f
""")


def test_residential_streets_set_the_scale(tmp_path):
    check_ways(tmp_path, BLOCK, {"a to c": "120 s", "a to f": "180 s", "d to b": "120 s"})


def test_a_turn_restriction_is_driven_around(tmp_path):
    check_ways(
        tmp_path,
        BLOCK,
        {"a to e": "120 s", "a to d": "60 s"},
    )
    check_ways(
        tmp_path,
        town("""
            a---b---c
                |   |
                d---e
        """),
        {"a to d": "240 s", "c to d": "120 s", "b to d": "60 s"},
        restrictions=[("no_right_turn", "abd")],
    )


def test_an_only_restriction_bans_every_other_exit(tmp_path):
    drawn = town("""
        a---b---c
            |   |
            d---e
    """)
    check_ways(
        tmp_path,
        drawn,
        {"a to c": "120 s", "a to d": "240 s", "c to a": "120 s"},
        restrictions=[("only_straight_on", "abc")],
    )


def test_a_restriction_by_way_of_a_street_bans_the_whole_chain_only(tmp_path):
    drawn = town("""
        a---b---c---d
            |   |
            e---f
    """)
    ways = {"a to c": "120 s", "b to f": "120 s", "a to f": "180 s"}
    check_ways(tmp_path, drawn, ways, restrictions=[("no_u_turn", "abcf")])
    drawn = town("""
        a---b---c
                |
                f
    """)
    # Only by driving from c to b and back, turning round twice at 120 s.
    ways = {"b to f": "120 s", "a to f": "540 s"}
    check_ways(tmp_path, drawn, ways, restrictions=[("no_right_turn", "abcf")])


def test_a_one_way_street_is_read_in_its_direction(tmp_path):
    drawn = town("""
        a->-b
        |   |
        c---d
    """)
    check_ways(tmp_path, drawn, {"a to b": "60 s", "b to a": "180 s"})
    check_ways(
        tmp_path, drawn, {"a to b": "180 s", "b to a": "60 s"}, ways={"ab": {"oneway": "-1"}}
    )


def test_a_roundabout_is_one_way_by_itself(tmp_path):
    ring = {"junction": "roundabout"}
    check_ways(
        tmp_path,
        town("""
            a---b
            |   |
            c---d
        """),
        {"a to b": "60 s", "b to a": "180 s", "a to c": "60 s"},
        ways={"ab": ring},
    )


def test_people_on_foot_walk_against_a_one_way_street(tmp_path):
    drawn = town("a->-b")
    network = check_ways(tmp_path, drawn, {}, mode=Mode.FOOT)
    assert network.n_edges == 2


def test_a_barrier_cuts_the_road_and_keeps_both_sides(tmp_path):
    drawn = town("""
        a---b---c
        |       |
        d-------e
    """)
    bollard = {"b": {"barrier": "bollard"}}
    check_ways(tmp_path, drawn, {"a to c": "120 s"})
    network = check_ways(tmp_path, drawn, {"a to c": "240 s"}, nodes=bollard)
    assert network.n_edges == 10
    check_ways(tmp_path, drawn, {"a to c": "528 s"}, mode=Mode.FOOT, nodes=bollard)


def test_a_barrier_that_lets_cars_through_is_none(tmp_path):
    check_ways(
        tmp_path,
        town("a---b---c"),
        {"a to c": "120 s"},
        nodes={"b": {"barrier": "gate", "access": "yes"}},
    )


def test_a_ferry_is_a_class_of_its_own_and_keeps_its_duration(tmp_path):
    ferry = {"highway": "", "route": "ferry", "duration": "00:20", "motor_vehicle": "yes"}
    drawn = town("a---b---c")
    network = check_ways(
        tmp_path, drawn, {"a to c": "1260 s", "c to b": "1200 s"}, ways={"bc": ferry}
    )
    classes = {ROAD_CLASSES[code] for code in network.street_class}
    assert classes == {"residential", "ferry"}


def test_a_ferry_for_people_on_foot_takes_no_car(tmp_path):
    ferry = {"highway": "", "route": "ferry", "duration": "00:20", "motor_vehicle": "no"}
    drawn = town("a---b---c---d")
    check_ways(tmp_path, drawn, {"a to d": "no way", "c to d": "60 s"}, ways={"bc": ferry})


def test_a_street_without_access_is_closed(tmp_path):
    closed = {"bc": {"access": "no"}}
    drawn = town("""
        a---b---c
        |       |
        d-------e
    """)
    check_ways(tmp_path, drawn, {"a to c": "240 s"}, ways=closed)


def test_access_for_motor_cars_outranks_access_in_general(tmp_path):
    drawn = town("""
        a---b---c
        |       |
        d-------e
    """)
    check_ways(
        tmp_path,
        drawn,
        {"a to c": "120 s"},
        ways={"bc": {"access": "no", "motor_vehicle": "yes"}},
    )


def test_a_footway_carries_no_car(tmp_path):
    drawn = town("""
        a---b---c
        |       |
        d-------e
    """)
    ways = {"bc": {"highway": "footway"}}
    check_ways(tmp_path, drawn, {"a to c": "240 s"}, ways=ways)
    check_ways(tmp_path, drawn, {"a to c": "528 s"}, mode=Mode.FOOT, ways=ways)


def test_a_limit_slows_a_street_down(tmp_path):
    check_ways(tmp_path, town("a---b"), {}, ways={"ab": {"maxspeed": "10"}})
    slow = town("a---b")
    network = check_ways(tmp_path, slow, {}, ways={"ab": {"maxspeed": "10"}})
    assert network.edge_ms.min() > 110_000
