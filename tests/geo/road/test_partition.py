"""Which base is first where, and what share of demand is reached: against every pair's time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle.slow_roads import SlowTimes, slow_roads
from spec.made_networks import network_of, networks, places_in
from spec.town import Town, town

from geo.errors import BadValue
from geo.road.closed_street import closed_streets
from geo.road.coverage import Demand, cover, cover_by_hour
from geo.road.customise import NEVER
from geo.road.metric import weigh
from geo.road.network import RoadNetwork
from geo.road.partition import NO_BASE, Partition, Served, divide
from geo.road.prepared import prepare
from geo.road.snap import Joins, join_nodes
from geo.road.travel_time import NetworkTravelTimes


def partition_of(network: RoadNetwork, edge_ms: NDArray[np.int64], bases: Joins) -> Partition:
    roads = prepare(network)
    return divide(roads, weigh(roads, edge_ms, version="drawn"), bases)


def first_of(matrix_ms: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Base and time of each column; of several at once the lowest row, -1 for none."""
    far = np.where(matrix_ms < 0, np.iinfo(np.int64).max, matrix_ms)
    base = far.argmin(axis=0)
    best = matrix_ms[base, np.arange(matrix_ms.shape[1])]
    return list(zip(np.where(best < 0, NO_BASE, base).tolist(), best.tolist(), strict=True))


def pairs(served: Served) -> list[tuple[int, int]]:
    return list(zip(served.base.tolist(), served.travel_time_ms.tolist(), strict=True))


def together(*groups: Joins) -> Joins:
    columns = ("lon_lat", "node", "street", "along", "distance_m", "walk_ms")
    return Joins(*(np.concatenate([getattr(g, name) for g in groups]) for name in columns))


@given(st.data())
def test_every_junction_and_place_goes_to_the_base_that_is_first(data):
    network = data.draw(networks())
    bases = data.draw(places_in(network, size=data.draw(st.integers(1, 4))))
    places = data.draw(places_in(network, size=5))
    edge_ms = network.edge_ms.copy()
    closed = data.draw(st.lists(st.integers(0, max(network.n_edges - 1, 0)), max_size=2))
    edge_ms[closed if network.n_edges else []] = NEVER
    everywhere = together(bases, places, join_nodes(network, np.arange(network.n_nodes)))
    slow = SlowTimes(slow_roads(network), everywhere, edge_ms).from_place(range(len(bases)))
    partition = partition_of(network, edge_ms, bases)
    at_places = slice(len(bases), len(bases) + len(places))
    assert pairs(partition.serve(places)) == first_of(slow[:, at_places])
    assert pairs(partition.serve(bases)) == first_of(slow[:, : len(bases)])
    assert pairs(partition.nodes) == first_of(slow[:, at_places.stop :])


@given(st.data())
def test_behind_a_barrier_the_last_stretch_is_walked_as_the_matrix_says(data):
    network = data.draw(networks(most_nodes=5, most_streets=8))
    bases = data.draw(places_in(network, size=2))
    places = data.draw(places_in(network, size=4))
    edge_ms = network.edge_ms.copy()
    edge_ms[data.draw(st.lists(st.integers(0, network.n_edges - 1))) if len(edge_ms) else []] = (
        NEVER
    )
    roads = prepare(network)
    metric = weigh(roads, edge_ms, version="drawn")
    metric = replace(metric, closed=closed_streets(network, metric.edge_ms))
    times = NetworkTravelTimes(network, roads=roads)
    times.swap(metric)
    partition = divide(roads, metric, bases)
    nodes = join_nodes(network, np.arange(network.n_nodes))
    assert pairs(partition.serve(places)) == first_of(times.matrix(bases, places))
    assert pairs(partition.nodes) == first_of(times.matrix(bases, nodes))


@given(st.data())
@example(None)
def test_coverage_adds_up_what_is_reached_in_time(data):
    network = network_of([(0, 1, 10, 10), (1, 2, 10, -1), (3, 3, 1, 1)], 4)
    bases, places = join_nodes(network, np.array([0, 1])), join_nodes(network, np.arange(4))
    weight, within_s = np.array([1.0, 2.0, 4.0, 8.0]), 0.01
    if data is not None:
        network = data.draw(networks())
        bases, places = (data.draw(places_in(network, size=size)) for size in (3, 6))
        figures = st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.0]), min_size=6, max_size=6)
        weight, within_s = np.array(data.draw(figures)), data.draw(st.sampled_from([0, 0.02, 0.1]))
    demand = Demand(places, weight)
    found = cover(partition_of(network, network.edge_ms, bases), demand, within_s=within_s)
    matrix_ms = NetworkTravelTimes(network).matrix(bases, places)
    served = first_of(matrix_ms)
    assert pairs(found.served) == served
    in_time = [0 <= ms <= within_s * 1000 for _, ms in served]
    assert found.in_time.tolist() == in_time
    if weight.sum() > 0:
        assert found.share == pytest.approx(weight[in_time].sum() / weight.sum())
    else:
        assert np.isnan(found.share)
    nobody = np.array([base == NO_BASE for base, _ in served])
    assert found.unreachable_weight == pytest.approx(weight[nobody].sum())
    for base in range(len(bases)):
        own = np.array([first == base for first, _ in served])
        assert found.base_weight[base] == pytest.approx(weight[own].sum())
        assert found.base_weight_in_time[base] == pytest.approx(weight[own & in_time].sum())


def check_division(
    drawn: Town, network: RoadNetwork, bases: str, expected: str, *, closed: str = ""
) -> None:
    """`expected` is "1: a b, 2: c d" in the order of the drawing; "-" for nobody."""
    edge_ms = network.edge_ms.copy()
    if closed:
        ends = {drawn.names.index(name) for name in closed}
        shut = np.isin(network.edge_tail, list(ends)) & np.isin(network.edge_head, list(ends))
        assert shut.any()
        edge_ms[shut] = NEVER
    at = join_nodes(network, np.array([drawn.names.index(name) for name in bases]))
    nodes = partition_of(network, edge_ms, at).nodes
    areas = [
        f"{name}: {' '.join(drawn.names[node] for node in np.flatnonzero(nodes.base == row))}"
        for row, name in [*enumerate(bases), (NO_BASE, "-")]
        if (nodes.base == row).any()
    ]
    assert ", ".join(areas) == expected


TWO_STATIONS = town("""
    1---a---b---c---2
        |       |
        d-------e
""")


def test_two_stations_share_a_town_and_of_two_at_once_the_first_serves():
    expected = "1: 1 a b d, 2: c 2 e"
    check_division(TWO_STATIONS, TWO_STATIONS.network(), "12", expected)
    check_division(TWO_STATIONS, TWO_STATIONS.network(), "21", "2: b c 2 e, 1: 1 a d")


def test_a_closed_street_moves_the_border():
    network = TWO_STATIONS.network()
    check_division(TWO_STATIONS, network, "12", "1: 1 a d, 2: b c 2 e", closed="ab")
    check_division(TWO_STATIONS, network, "12", "1: 1 a b d e, 2: c 2", closed="ce")


def test_what_counts_is_the_way_from_the_station_to_the_house():
    drawn = town("1---a-<-b---2")
    check_division(drawn, drawn.network(), "12", "1: 1 a, 2: b 2")
    check_division(drawn, drawn.network(seconds={"1a": 130}), "12", "1: 1, 2: a b 2")


def test_an_island_is_served_by_nobody():
    drawn = town("1---a ~ b---c")
    check_division(drawn, drawn.network(), "1", "1: 1 a, -: b c")


def test_a_banned_turn_gives_the_house_to_the_other_station():
    drawn = town("""
        1---a-------2
            |
            h
    """)
    check_division(drawn, drawn.network(), "12", "1: 1 a h, 2: 2")
    banned = drawn.network(bans=["1ah", "a1a", "a2a"])
    check_division(drawn, banned, "12", "1: 1 a, 2: 2 h")


def test_a_house_on_a_street_is_reached_from_the_better_end():
    drawn = town("1-------a-------2")
    times = NetworkTravelTimes(drawn.network())
    bases = times.join(drawn.places("12"))
    houses = times.join(
        np.concatenate([drawn.between("1", "a", 0.9), drawn.between("a", "2", 0.3)])
    )
    served = times.partition(bases).serve(houses)
    assert served.base.tolist() == [0, 1]
    np.testing.assert_allclose(served.travel_time_ms, [108_000, 84_000], atol=2)


def test_no_base_serves_nobody():
    network = TWO_STATIONS.network()
    partition = partition_of(network, network.edge_ms, join_nodes(network, np.zeros(0, int)))
    assert (partition.nodes.base == NO_BASE).all()
    demand = Demand(join_nodes(network, np.array([0])), np.ones(1))
    found = cover(partition, demand, within_s=900)
    assert (found.share, found.unreachable_weight) == (0.0, 1.0)


@pytest.mark.parametrize(("weight", "sentence"), [([1.0], "2 points"), ([1.0, -1.0], "Point 2")])
def test_wrong_weights_are_refused(weight, sentence):
    points = join_nodes(TWO_STATIONS.network(), np.array([0, 1]))
    with pytest.raises(BadValue, match=sentence):
        Demand(points, np.array(weight))


def test_by_hour_each_hour_has_its_weights():
    network = TWO_STATIONS.network()
    roads = prepare(network)
    base, demand = (
        join_nodes(network, np.array([0])),
        Demand(join_nodes(network, np.arange(5)), np.ones(5)),
    )
    slow, fast = (weigh(roads, network.edge_ms * factor, version="") for factor in (3, 1))
    hours = enumerate([fast, slow, slow, fast])
    by_hour = cover_by_hour(roads, hours, base, demand, within_s=240)
    assert [(hour, found.share) for hour, found in by_hour] == [
        (0, 1.0), (1, 0.4), (2, 0.4), (3, 1.0)
    ]  # fmt: skip
