"""The engine against slow oracles, on made networks."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle.edge_expanded import slow_matrix_ms, tables_of
from spec.made_networks import network_of, networks

from geo.errors import BadValue
from geo.road.network import RoadNetwork
from geo.road.snap import Joins, join_nodes
from geo.road.speed import walk_time_ms
from geo.road.straight_line import StraightLineTravelTimes
from geo.road.streets import BANNED, TurnRule, arc_ref
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes


def slow_ms(network: RoadNetwork) -> NDArray[np.int64]:
    times = slow_matrix_ms(tables_of(network), range(network.n_nodes))
    return np.where(np.isfinite(times), times, UNREACHABLE_MS).astype(np.int64)


def at_all_nodes(network: RoadNetwork) -> Joins:
    return join_nodes(network, np.arange(network.n_nodes))


def on_streets(rows: list[tuple[int, float, float]]) -> Joins:
    """Places on streets: (street, share along it, metres off the road)."""
    street = np.array([row[0] for row in rows], np.int32)
    distance_m = np.array([row[2] for row in rows])
    return Joins(
        np.zeros((len(rows), 2)),
        np.full(len(rows), -1, np.int32),
        street,
        np.array([row[1] for row in rows]),
        distance_m,
        walk_time_ms(distance_m),
    )


@given(networks())
def test_between_junctions_the_matrix_equals_the_oracle(network):
    nodes = at_all_nodes(network)
    np.testing.assert_array_equal(
        NetworkTravelTimes(network).matrix(nodes, nodes), slow_ms(network)
    )


@given(networks())
def test_searching_from_either_side_gives_one_answer(network):
    times, nodes = NetworkTravelTimes(network), at_all_nodes(network)
    table = times.matrix(nodes, nodes)
    for row in range(network.n_nodes):
        one = nodes.take(slice(row, row + 1))
        np.testing.assert_array_equal(times.matrix(one, nodes)[0], table[row])
        np.testing.assert_array_equal(times.matrix_row(one, nodes)[0], table[row])


def cut(network: RoadNetwork, places: Joins) -> tuple[RoadNetwork, list[int]]:
    """
    The same roads with a junction at each place, so that offsets need no special case.

    Every edge is cut at its places; a turn rule over the whole edge is carried by its pieces:
    the last piece of the first edge, all pieces between, the first piece of the last edge.
    Nobody turns back at a place, for there is no junction.
    """
    n_nodes = network.n_nodes + len(places)
    on_street: dict[int, list[int]] = {}
    for place in np.lexsort((np.arange(len(places)), places.along)):
        on_street.setdefault(int(places.street[place]), []).append(int(place))
    pieces = {
        edge: _pieces(network, places, edge, on_street.get(int(network.edge_ref[edge]) >> 1, []))
        for edge in range(network.n_edges)
    }
    rows, first = [], {}
    for edge, parts in pieces.items():
        first[edge] = len(rows)
        rows += [(tail, head, ms, -1) for tail, head, ms in parts]
    refs = []
    for edge, twin in both_ways(network):
        last = len(pieces[edge]) - 1
        about = ((first[edge] + step, first[twin] + last - step) for step in range(last))
        refs += [TurnRule((arc_ref(into, 0), arc_ref(out, 0))) for into, out in about]
    for rule in network.turn_rules():
        start, *middle, end = rule.refs
        chain = [first[start] + len(pieces[start]) - 1]
        for edge in middle:
            chain += range(first[edge], first[edge] + len(pieces[edge]))
        chain.append(first[end])
        refs.append(TurnRule(tuple(arc_ref(row, 0) for row in chain), rule.cost_ms))
    return network_of(rows, n_nodes, refs), [network.n_nodes + p for p in range(len(places))]


def both_ways(network: RoadNetwork) -> list[tuple[int, int]]:
    """Edges and their opposites, where a street is open both ways."""
    streets = network.street_edges[(network.street_edges >= 0).all(axis=1)].tolist()
    return [pair for one, other in streets for pair in ((one, other), (other, one))]


def _pieces(
    network: RoadNetwork, places: Joins, edge: int, order: list[int]
) -> list[tuple[int, int, int]]:
    """An edge as rows of (tail, head, ms), cut at places given in the order of the street."""
    backward = bool(network.edge_ref[edge] & 1)
    order = order[::-1] if backward else order
    share = [1 - places.along[place] if backward else places.along[place] for place in order]
    ms = int(network.edge_ms[edge])
    at = [0, *(int(np.rint(ms * part)) for part in share), ms]
    inner = [network.n_nodes + place for place in order]
    stops = [int(network.edge_tail[edge]), *inner, int(network.edge_head[edge])]
    steps = zip(pairwise(stops), pairwise(at), strict=True)
    return [(tail, head, end - start) for (tail, head), (start, end) in steps]


@given(st.data())
def test_offsets_equal_junctions_put_there(data):
    network = data.draw(networks(most_nodes=5, most_streets=8))
    open_streets = np.unique(network.edge_street).tolist()
    if not open_streets:
        return
    place = st.tuples(
        st.sampled_from(open_streets), st.sampled_from([0.0, 0.2, 0.5, 0.77, 1.0]), st.just(0.0)
    )
    places = on_streets(data.draw(st.lists(place, min_size=1, max_size=4, unique=True)))
    times = NetworkTravelTimes(network)
    finer, node = cut(network, places)
    fine = slow_matrix_ms(tables_of(finer), node)[:, node]
    expected = np.where(np.isfinite(fine), fine, UNREACHABLE_MS)
    np.testing.assert_array_equal(times.matrix(places, places), expected)


@given(st.data())
def test_a_route_drives_its_own_time_and_length(data):
    network = data.draw(networks())
    streets = np.unique(network.edge_street).tolist()
    if not streets:
        return
    place = st.tuples(st.sampled_from(streets), st.floats(0, 1), st.sampled_from([0.0, 7.0]))
    ends = on_streets([data.draw(place), data.draw(place)])
    times = NetworkTravelTimes(network)
    start, end = ends.take([0]), ends.take([1])
    route = times.route(start, end)
    ms = times.matrix(start, end)[0, 0]
    if route is None:
        assert ms == UNREACHABLE_MS
        return
    assert route.travel_time_ms == ms
    assert times.matrix_row(start, end)[0][0] == ms
    edges = route.edges
    np.testing.assert_array_equal(network.edge_head[edges[:-1]], network.edge_tail[edges[1:]])
    whole_m = network.street_length_m[network.edge_street[edges]].sum()
    assert route.length_m <= whole_m + 1e-6
    assert len(route.lon_lat) >= 2
    driven = tuple(edges.tolist())
    banned = {rule.refs for rule in network.turn_rules() if rule.cost_ms == BANNED}
    walks = {driven[i:j] for i in range(len(driven)) for j in range(i + 2, len(driven) + 1)}
    assert not banned & walks


@pytest.mark.parametrize("cost_ms", [2**30 - 1, 2**31 - 1, 2**31 + 100, 2**32 + 7, 2**40])
def test_a_turn_that_costs_more_than_any_way_may_is_no_turn(cost_ms):
    network = network_of([(0, 1, 5, 5), (1, 2, 5, 5)], 3, [TurnRule((0, 2), cost_ms)])
    times = NetworkTravelTimes(network)
    start = join_nodes(network, np.array([0]))
    for place in (join_nodes(network, np.array([2])), on_streets([(1, 0.5, 0.0)])):
        assert times.matrix(start, place).tolist() == [[UNREACHABLE_MS]]
        assert times.matrix_row(start, place)[0].tolist() == [UNREACHABLE_MS]
        assert times.nearest(start, place, k=1) == []
        assert times.route(start, place) is None


@given(st.data())
def test_nearest_is_the_sorted_matrix(data):
    network = data.draw(networks())
    if not network.n_edges:
        return
    node = st.integers(0, network.n_nodes - 1)
    units = join_nodes(network, np.array(data.draw(st.lists(node, max_size=9)), dtype=np.int64))
    incident = join_nodes(network, np.array([data.draw(node)]))
    eligible = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(units), max_size=len(units))), bool
    )
    within_s = data.draw(st.sampled_from([None, 0.02, 0.1]))
    k = data.draw(st.integers(0, 10))
    times = NetworkTravelTimes(network)
    ms = times.matrix(units, incident)[:, 0]
    able = [
        (int(ms[row]), row)
        for row in range(len(units))
        if eligible[row] and ms[row] >= 0 and (within_s is None or ms[row] <= within_s * 1000)
    ]
    found = times.nearest(units, incident, k=k, within_s=within_s, eligible=eligible)
    assert [(a.travel_time_ms, a.unit) for a in found] == sorted(able)[:k]


@given(networks())
@example(network_of([(0, 0, 5, 5), (0, 0, 0, -1)], 1))
def test_without_turn_rules_networkx_agrees(network):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    for tail, head, ms in zip(network.edge_tail, network.edge_head, network.edge_ms, strict=True):
        graph.add_edge(int(tail), int(head), ms=int(ms))
    plain = NetworkTravelTimes(network.without_turn_rules())
    nodes = at_all_nodes(network)
    found = plain.matrix(nodes, nodes)
    for origin in range(network.n_nodes):
        lengths = nx.single_source_dijkstra_path_length(graph, origin, weight="ms")
        expected = [lengths.get(node, UNREACHABLE_MS) for node in range(network.n_nodes)]
        assert found[origin].tolist() == expected


def test_reach_needs_a_time():
    times = NetworkTravelTimes(network_of([(0, 1, 5, 5)], 2))
    with pytest.raises(BadValue, match="above 0"):
        times.reach(join_nodes(times.network, np.array([0])), [])


@pytest.mark.parametrize("within_s", [[], [0.0], [-1.0], [float("nan")], [float("inf")], [1e300]])
def test_a_reach_of_no_or_endless_time_is_refused_in_one_sentence(within_s):
    times = NetworkTravelTimes(network_of([(0, 1, 60, 60)], 2))
    for engine in (times, StraightLineTravelTimes(speed_mps=10, why="no roads")):
        with pytest.raises(BadValue, match="above 0 seconds"):
            engine.reach(at_all_nodes(times.network).take([0]), within_s)


@pytest.mark.parametrize(
    ("within_s", "found"), [(None, 2), (float("inf"), 2), (1e300, 2), (1.0, 1)]
)
def test_units_are_sought_within_any_time(within_s, found):
    times = NetworkTravelTimes(network_of([(0, 1, 60_000, 60_000)], 2))
    both = at_all_nodes(times.network)
    assert len(times.nearest(both, both.take([0]), k=2, within_s=within_s)) == found
    for nonsense in (float("nan"), -1.0):
        with pytest.raises(BadValue, match="give 0 or more"):
            times.nearest(both, both.take([0]), k=2, within_s=nonsense)
