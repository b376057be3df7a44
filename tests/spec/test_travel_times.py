"""Travel times in drawn towns; a gap of four columns or two rows takes a minute."""

import numpy as np
import pytest
import shapely
from spec.town import Town, town

from geo.road.network import RoadNetwork
from geo.road.snap import METRES_PER_DEGREE
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes


def check_way(drawn: Town, network: RoadNetwork, way: str, expected: str) -> None:
    """`way` is "a to c"; expected is "120 s by a b c" or "no way"."""
    start, _, end = way.split()
    times = NetworkTravelTimes(network)
    joins = times.join(drawn.places(start + end))
    route = times.route(joins.take([0]), joins.take([1]))
    matrix_ms = times.matrix(joins.take([0]), joins.take([1]))[0, 0]
    if expected == "no way":
        assert route is None
        assert matrix_ms == UNREACHABLE_MS
        return
    assert route is not None
    nodes = [*network.edge_tail[route.edges], *network.edge_head[route.edges[-1:]]]
    found = f"{route.travel_time_ms / 1000:g} s by {' '.join(drawn.names[node] for node in nodes)}"
    assert found == expected
    assert matrix_ms == route.travel_time_ms


def test_the_way_by_fewer_streets_is_not_always_the_faster_one():
    drawn = town("""
        a---b---c
        |       |
        d-------e
    """)
    check_way(drawn, drawn.network(), "a to c", "120 s by a b c")
    check_way(drawn, drawn.network(seconds={"ab": 300}), "a to c", "240 s by a d e c")


def test_a_one_way_street_is_driven_one_way():
    drawn = town("""
        a->-b
        |   |
        c---d
    """)
    check_way(drawn, drawn.network(), "a to b", "60 s by a b")
    check_way(drawn, drawn.network(), "b to a", "180 s by b d c a")


def test_a_one_way_trap_can_be_entered_and_never_left():
    drawn = town("a---b->-c")
    check_way(drawn, drawn.network(), "a to c", "120 s by a b c")
    check_way(drawn, drawn.network(), "c to a", "no way")


def test_a_river_without_a_bridge_is_not_crossed():
    drawn = town("""
        a---b ~ c---d
    """)
    check_way(drawn, drawn.network(), "a to d", "no way")
    check_way(drawn, drawn.network(), "c to d", "60 s by c d")


TURNS = """
    a---b---c
        |   |
        d---e
"""


def test_a_banned_turn_is_driven_around():
    drawn = town(TURNS)
    check_way(drawn, drawn.network(), "a to d", "120 s by a b d")
    check_way(drawn, drawn.network(bans=["abd"]), "a to d", "240 s by a b c b d")


def test_a_banned_turn_and_a_banned_turn_back_lead_around_the_block():
    drawn = town(TURNS)
    network = drawn.network(bans=["abd", "bcb"])
    check_way(drawn, network, "a to d", "240 s by a b c e d")


def test_a_ban_applies_only_to_who_comes_from_its_first_street():
    drawn = town(TURNS)
    network = drawn.network(bans=["abd"])
    check_way(drawn, network, "b to d", "60 s by b d")
    check_way(drawn, network, "c to d", "120 s by c b d")


def test_a_ban_by_way_of_a_street_leaves_both_of_its_halves_open():
    drawn = town("""
        a---b---c---d
            |   |
            e---f
    """)
    network = drawn.network(bans=["abcf"], seconds={"ef": 90, "cd": 20})
    check_way(drawn, network, "a to c", "120 s by a b c")
    check_way(drawn, network, "b to f", "120 s by b c f")
    check_way(drawn, network, "d to f", "80 s by d c f")
    check_way(drawn, network, "a to f", "210 s by a b e f")
    network = drawn.network(bans=["abcf"], seconds={"ef": 900, "cd": 20})
    check_way(drawn, network, "a to f", "220 s by a b c d c f")


def test_chains_that_overlap_are_both_obeyed():
    drawn = town("""
        a---b---c---d
            |   |   |
            e---f---g
    """)
    network = drawn.network(bans=["abcf", "bcd", "abe"], seconds={"be": 50})
    check_way(drawn, network, "a to f", "290 s by a b c b e f")


def test_a_turn_cost_is_paid_or_avoided():
    drawn = town(TURNS)
    check_way(drawn, drawn.network(turn_costs={"abd": 30}), "a to d", "150 s by a b d")
    check_way(drawn, drawn.network(turn_costs={"abd": 500}), "a to d", "240 s by a b c b d")


def test_the_last_stretch_into_a_street_obeys_the_ban_too():
    drawn = town(TURNS)
    times = NetworkTravelTimes(drawn.network(bans=["abd"]))
    start = times.join(drawn.places("a"))
    half_way = times.join(drawn.between("b", "d"))
    route = times.route(start, half_way)
    assert route is not None
    assert route.travel_time_ms == pytest.approx(210_000, abs=2)


def test_both_ends_are_priced_at_their_offsets():
    drawn = town("a-------b-------c")
    times = NetworkTravelTimes(drawn.network())
    start = times.join(drawn.between("a", "b", 0.25))
    end = times.join(drawn.between("b", "c", 0.75))
    assert times.matrix(start, end)[0, 0] == pytest.approx(90_000 + 90_000, abs=2)
    assert times.matrix(end, start)[0, 0] == pytest.approx(90_000 + 90_000, abs=2)


def test_two_places_on_one_street_meet_without_a_junction():
    drawn = town("a-------b")
    times = NetworkTravelTimes(drawn.network())
    near = times.join(drawn.between("a", "b", 0.25))
    far = times.join(drawn.between("a", "b", 0.75))
    assert times.matrix(near, far)[0, 0] == pytest.approx(60_000, abs=2)
    route = times.route(far, near)
    assert route is not None
    assert route.length_m == pytest.approx(drawn.network().street_length_m[0] / 2, rel=1e-6)
    np.testing.assert_allclose(route.lon_lat[0], drawn.between("a", "b", 0.75)[0], atol=1e-7)


def test_against_a_one_way_street_one_drives_around_the_block():
    drawn = town("""
        a->-b
        |   |
        c---d
    """)
    times = NetworkTravelTimes(drawn.network())
    ahead, behind = (
        times.join(drawn.between("a", "b", 0.75)),
        times.join(drawn.between("a", "b", 0.25)),
    )
    assert times.matrix(behind, ahead)[0, 0] == pytest.approx(30_000, abs=2)
    assert times.matrix(ahead, behind)[0, 0] == pytest.approx(15_000 + 180_000 + 15_000, abs=2)


def test_the_walk_to_the_road_is_added_at_1_4_metres_a_second():
    drawn = town("a-------b")
    times = NetworkTravelTimes(drawn.network())
    off_road = np.add(drawn.between("a", "b", 0.5), [0.0, 140 / METRES_PER_DEGREE])
    start = times.join(drawn.places("a"))
    assert times.matrix(start, times.join(off_road))[0, 0] == pytest.approx(160_000, abs=50)


def test_nearest_ranks_by_road_and_breaks_ties_by_row():
    drawn = town("""
        1   x---2
        |   |
        a---b---3
    """)
    times = NetworkTravelTimes(drawn.network())
    units, incident = times.join(drawn.places("123")), times.join(drawn.places("x"))
    ranked = [(a.unit, a.travel_time_ms) for a in times.nearest(units, incident, k=3)]
    assert ranked == [(1, 60_000), (2, 120_000), (0, 180_000)]
    assert len(times.nearest(units, incident, k=2)) == 2
    assert [a.unit for a in times.nearest(units, incident, k=3, within_s=120)] == [1, 2]
    only = np.array([True, False, True])
    assert [a.unit for a in times.nearest(units, incident, k=3, eligible=only)] == [2, 0]


def test_reach_is_cumulative_and_stops_where_the_time_ends():
    drawn = town("a---b---c---d")
    times = NetworkTravelTimes(drawn.network())
    one, two = times.reach(times.join(drawn.places("a")), [120, 90])
    assert (one.within_s, two.within_s) == (90, 120)
    assert two.polygon.is_valid
    assert two.polygon.covers(one.polygon)
    reached = {
        (drawn.names[t], drawn.names[h])
        for t, h in zip(
            times.network.edge_tail[one.edges], times.network.edge_head[one.edges], strict=True
        )
    }
    assert reached == {("a", "b")}
    assert two.polygon.covers(shapely.Point(drawn.places("c")[0]))
    assert not one.polygon.covers(shapely.Point(drawn.places("c")[0]))
