"""Lengths of fastest ways: of equally fast ones the shortest, against Dijkstra over both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from oracle.edge_expanded import Tables, slow_matrix_ms
from spec.made_networks import networks
from spec.town import GAP_M, town

from geo.road.closed_street import closed_streets
from geo.road.customise import NEVER
from geo.road.lengths import LANES
from geo.road.metric import weigh
from geo.road.snap import join_nodes
from geo.road.streets import BANNED
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes

SCALE = 10_000_000
"""More millimetres than any way in a made network has."""


@given(networks())
def test_times_and_lengths_are_those_of_the_oracle(network):
    length_mm = np.rint(network.street_length_m[network.edge_street] * 1000).astype(np.int64)
    rules = {
        rule.refs: None if rule.cost_ms == BANNED else rule.cost_ms * SCALE
        for rule in network.turn_rules()
    }
    ends = network.edge_tail.astype(np.int64), network.edge_head.astype(np.int64)
    both = Tables(network.n_nodes, *ends, network.edge_ms * SCALE + length_mm, rules)
    expected = slow_matrix_ms(both, range(network.n_nodes))
    nodes = join_nodes(network, np.arange(network.n_nodes))
    blocks = list(NetworkTravelTimes(network).matrix_rows(nodes, nodes))
    found_ms, found_m = (np.concatenate(part) for part in zip(*blocks, strict=True))
    there = np.isfinite(expected)
    np.testing.assert_array_equal(np.isfinite(found_m), there)
    np.testing.assert_array_equal(found_ms[~there], UNREACHABLE_MS)
    np.testing.assert_array_equal(found_ms[there], expected[there] // SCALE)
    np.testing.assert_array_equal(np.rint(found_m[there] * 1000), expected[there] % SCALE)


def test_blocks_follow_the_order_of_the_origins():
    drawn = town("a---b---c---d---e---f---g---h---i---j")
    times = NetworkTravelTimes(drawn.network())
    places = times.join(drawn.places(drawn.names))
    sizes, metres = zip(*((len(ms), metres) for ms, metres in times.matrix_rows(places, places)),
                        strict=True)  # fmt: skip
    assert sizes == (LANES, 10 - LANES)
    gaps = np.abs(np.subtract.outer(np.arange(10), np.arange(10)))
    np.testing.assert_allclose(np.concatenate(metres), gaps * GAP_M, atol=0.01)


def test_of_two_equally_fast_ways_the_shorter_is_measured():
    drawn = town("""
        a-------b
        |       |
        c-------d
    """)
    network = drawn.network(seconds={"ac": 50, "cd": 20, "bd": 50})  # as long as over ab alone
    times = NetworkTravelTimes(network)
    ends = times.join(drawn.places("ab"))
    travel_time_ms, length_m = times.matrix_row(ends.take([0]), ends.take([1]))
    assert travel_time_ms.tolist() == [120_000]
    assert length_m == pytest.approx([2 * GAP_M])


def test_both_ends_are_measured_at_their_offsets_and_without_the_walks():
    drawn = town("a-------b-------c")
    times = NetworkTravelTimes(drawn.network())
    start, near, far = (
        times.join(place)
        for place in (
            np.add(drawn.between("a", "b", 0.25), [0, 0.0005]),
            drawn.between("a", "b", 0.5),
            drawn.between("b", "c", 0.25),
        )
    )
    assert times.matrix_row(start, near)[1] == pytest.approx([0.5 * GAP_M], abs=0.01)
    assert times.matrix_row(start, far)[1] == pytest.approx([2 * GAP_M], abs=0.01)


def test_what_is_walked_behind_a_barrier_has_no_length_on_the_road():
    drawn = town("a---b---c---d")
    network = drawn.network()
    times = NetworkTravelTimes(network)
    shut = network.edge_ms.copy()
    shut[(network.edge_tail > 0) & (network.edge_head > 0)] = NEVER  # b to d
    metric = weigh(times.roads, shut, version="shut")
    times.swap(replace(metric, closed=closed_streets(network, metric.edge_ms)))
    places = times.join(drawn.places("acd"))
    travel_time_ms, length_m = times.matrix_row(places.take([0]), places)
    assert (travel_time_ms >= 0).all()
    np.testing.assert_allclose(length_m, [0, GAP_M, GAP_M], atol=0.01)
    inside_ms, inside_m = times.matrix_row(places.take([1]), places.take([2]))
    assert inside_ms[0] > 0
    assert inside_m.tolist() == [0.0]


@pytest.mark.parametrize("times_too_long", [1, 1_000_000, 40_000_000])
def test_lengths_beyond_all_measure_never_touch_the_times(times_too_long):
    drawn = town("a---b---c-----d")
    network = drawn.network()
    far = replace(network, street_length_m=network.street_length_m * times_too_long)
    times = NetworkTravelTimes(far)
    places = times.join(drawn.places("abcd"))
    travel_time_ms, length_m = times.matrix_row(places.take([0]), places)
    assert travel_time_ms.tolist() == [0, 60_000, 120_000, 210_000]
    expected = np.array([0, 1, 2, 3]) * GAP_M * times_too_long
    np.testing.assert_allclose(length_m[:3], expected[:3], rtol=1e-3, atol=0.01)
