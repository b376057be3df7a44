"""Places on closed streets: reached and left on foot, never driven through."""

from datetime import UTC, datetime

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from spec.made_networks import network_of
from spec.town import GAP_M, Town, town

from geo.road.changing_weights import ChangingWeights
from geo.road.closed_street import MOST_EXITS
from geo.road.closure import Closure
from geo.road.customise import NEVER
from geo.road.extent import Extent
from geo.road.layered_weights import WeightLayers
from geo.road.network import RoadNetwork
from geo.road.road_class import Mode
from geo.road.snap import Joins, join_nodes
from geo.road.speed import WALKING_MPS, walk_time_ms
from geo.road.straight_line import distance_m
from geo.road.streets import CLOSED
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes
from geo.road.within import MOST_MS

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WALK_S = GAP_M / WALKING_MPS
"""Walking a gap that takes a minute by car."""


def close(times: NetworkTravelTimes, extent: Extent) -> None:
    ChangingWeights(times, WeightLayers(closures=(Closure("c", extent, NOW),))).apply(NOW)


def closed_town(drawn: Town, closed: str, **more: object) -> NetworkTravelTimes:
    """The engine of a town with some streets closed: "bc bd"."""
    network = drawn.network(**more)
    times = NetworkTravelTimes(network)
    ways = [
        row
        for row, street in enumerate(drawn.connections)
        if {street.start + street.end, street.end + street.start} & set(closed.split())
    ]
    close(times, Extent(ways=tuple(ways)))
    return times


def place(times: NetworkTravelTimes, drawn: Town, name: str) -> Joins:
    """ "b" is a junction, "bc" half way, "bc.25" a quarter of the way."""
    if len(name) == 1:
        return times.join(drawn.places(name))
    return times.join(drawn.between(name[0], name[1], float(name[2:] or 0.5)))


def check(times: NetworkTravelTimes, drawn: Town, way: str, seconds: float | None) -> None:
    """`way` is "a to bc"; matrix, row, route and nearest all say so; None is no way."""
    start, _, end = way.split()
    origin, destination = place(times, drawn, start), place(times, drawn, end)
    ms = times.matrix(origin, destination)[0, 0]
    row_ms, _ = times.matrix_row(origin, destination)
    both = Joins(*(np.repeat(getattr(origin, name), 2, axis=0) for name in Joins.__slots__))
    many = times.matrix(both, both)
    route = times.route(origin, destination)
    nearest = times.nearest(origin, destination, k=1)
    assert many[0, 0] == many[1, 1] == times.matrix(origin, origin)[0, 0]
    if seconds is None:
        assert (ms, row_ms[0], route, nearest) == (UNREACHABLE_MS, UNREACHABLE_MS, None, [])
        return
    assert ms == pytest.approx(seconds * 1000, abs=100)
    assert route is not None
    assert {row_ms[0], route.travel_time_ms, nearest[0].travel_time_ms} == {ms}
    drawn_m = distance_m(route.lon_lat[:-1], route.lon_lat[1:]).sum()
    walked_m = sum(route.walk_m) - origin.distance_m[0] - destination.distance_m[0]
    assert drawn_m == pytest.approx(route.length_m + walked_m, rel=1e-3, abs=0.1)


BRIDGE = town("a---b---c---d")


def test_a_closed_bridge_is_no_way_across_but_both_banks_reach_its_middle_on_foot():
    times = closed_town(BRIDGE, "bc")
    check(times, BRIDGE, "a to d", None)
    check(times, BRIDGE, "a to c", None)
    check(times, BRIDGE, "a to b", 60)
    check(times, BRIDGE, "a to bc", 60 + WALK_S / 2)
    check(times, BRIDGE, "d to bc", 60 + WALK_S / 2)
    check(times, BRIDGE, "a to bc.25", 60 + WALK_S / 4)
    check(times, BRIDGE, "b to bc", WALK_S / 2)


def test_who_is_on_a_closed_street_walks_to_its_end_and_drives_on():
    times = closed_town(BRIDGE, "bc")
    check(times, BRIDGE, "bc to a", WALK_S / 2 + 60)
    check(times, BRIDGE, "bc.25 to d", 3 * WALK_S / 4 + 60)
    check(times, BRIDGE, "bc to ab", WALK_S / 2 + 30)


def test_two_on_one_closed_street_walk_to_each_other():
    times = closed_town(BRIDGE, "bc")
    check(times, BRIDGE, "bc.25 to bc.75", WALK_S / 2)
    check(times, BRIDGE, "bc.75 to bc.25", WALK_S / 2)


SQUARE = town("""
    a---b---c
    |   |   |
    d---e---f
    |   |   |
    g---h---i
""")
ALL_AT_E = "be de ef eh"


def test_an_incident_amid_a_closed_square_is_reached_from_the_side_that_is_nearest_in_all():
    times = closed_town(SQUARE, ALL_AT_E)
    check(times, SQUARE, "a to e", 60 + WALK_S)
    check(times, SQUARE, "i to e", 60 + WALK_S)
    check(times, SQUARE, "e to c", WALK_S + 60)
    check(times, SQUARE, "c to de", 120 + WALK_S / 2 + 60)
    check(times, SQUARE, "be to eh", WALK_S)
    check(times, SQUARE, "e to de", WALK_S / 2)


def test_a_closure_of_several_streets_is_walked_through_to_its_inside_only():
    times = closed_town(BRIDGE, "ab bc")
    check(times, BRIDGE, "d to ab", 60 + WALK_S + WALK_S / 2)
    check(times, BRIDGE, "d to b", 60 + WALK_S)
    check(times, BRIDGE, "a to c", 2 * WALK_S)
    check(times, BRIDGE, "a to d", 2 * WALK_S + 60)


def test_walkers_do_not_mind_one_way_streets():
    drawn = town("a---b->-c->-d---e")
    times = closed_town(drawn, "cd")
    check(times, drawn, "cd to e", WALK_S / 2 + 60)
    check(times, drawn, "e to cd", 60 + WALK_S / 2)
    check(times, drawn, "e to b", None)


def test_a_street_closed_in_one_direction_is_driven_in_the_other():
    times = NetworkTravelTimes(BRIDGE.network())
    network = times.network
    (edge,) = np.flatnonzero((network.edge_tail == 1) & (network.edge_head == 2))
    closure = Closure("c", Extent(edges=(int(edge),)), NOW, modes=(Mode.CAR,))
    ChangingWeights(times, WeightLayers(closures=(closure,))).apply(NOW)
    check(times, BRIDGE, "d to bc", 90)
    check(times, BRIDGE, "a to d", None)
    check(times, BRIDGE, "bc to a", 90)


def test_the_nearest_are_ranked_with_those_inside_a_closure_and_only_those_who_may_go():
    times = closed_town(SQUARE, ALL_AT_E)
    names = ["e", "be", "a", "i", "de.25"]
    joins = [place(times, SQUARE, name) for name in names]
    units = Joins(*(np.concatenate([getattr(j, n) for j in joins]) for n in Joins.__slots__))
    fleet, incident = times.fleet(units), place(times, SQUARE, "b")
    wanted_ms = times.matrix(units, incident)[:, 0]
    for eligible in (np.ones(5, dtype=bool), np.array([True, False, False, True, True])):
        for k in range(1, 6):
            rows = np.flatnonzero(eligible)
            expected = sorted((int(wanted_ms[row]), int(row)) for row in rows)[:k]
            found = times.nearest(fleet, incident, k=k, eligible=eligible)
            assert [(one.travel_time_ms, one.unit) for one in found] == expected
    within = times.nearest(fleet, incident, k=5, within_s=135)
    assert [names[one.unit] for one in within] == ["a", "be"]


def test_from_inside_a_closure_a_reach_begins_where_driving_does():
    times = closed_town(BRIDGE, "bc")
    (band,) = times.reach(place(times, BRIDGE, "bc"), [WALK_S / 2 + 61])
    reached = set(times.network.edge_head[band.edges].tolist())
    assert reached == {0, 3}


@pytest.mark.parametrize("way", ["a to bc", "bc to d", "bc.25 to bc.75"])
def test_a_route_is_drawn_from_place_to_place(way):
    times = closed_town(BRIDGE, "bc")
    start, _, end = way.split()
    origin, destination = place(times, BRIDGE, start), place(times, BRIDGE, end)
    route = times.route(origin, destination)
    assert route is not None
    np.testing.assert_allclose(route.lon_lat[0], origin.lon_lat[0], atol=1e-6)
    np.testing.assert_allclose(route.lon_lat[-1], destination.lon_lat[0], atol=1e-6)


class Layers(nx.DiGraph):
    """Three layers of junctions: walking out, driving, walking in; no turn rules."""

    def link(self, start, end, ms: int) -> None:
        if not self.has_edge(start, end) or self[start][end]["ms"] > ms:
            self.add_edge(start, end, ms=ms)

    def drive(self, network: RoadNetwork, edge_ms) -> None:
        for edge in np.flatnonzero(edge_ms < NEVER):
            ends = (network.edge_tail[edge], network.edge_head[edge])
            self.link(("drive", ends[0]), ("drive", ends[1]), int(edge_ms[edge]))

    def walk(self, network: RoadNetwork, edge_ms) -> None:
        for street in np.unique(network.edge_street[edge_ms >= NEVER]):
            one, other = street_ends(network, street)
            ms = int(walk_time_ms(network.street_length_m[[street]])[0])
            for layer in ("out", "in"):
                self.link((layer, one), (layer, other), ms)
                self.link((layer, other), (layer, one), ms)

    def change(self, network: RoadNetwork, edge_ms) -> None:
        """From walking to driving where an edge out is open, and back where one in is."""
        for node in range(network.n_nodes):
            self.link(("out", node), ("in", node), 0)
            if not stuck(edge_ms[network.edge_tail == node]):
                self.link(("out", node), ("drive", node), 0)
            if not stuck(edge_ms[network.edge_head == node]):
                self.link(("drive", node), ("in", node), 0)


def slow_ms(network: RoadNetwork, edge_ms, origin: Joins, destination: Joins) -> float:
    """Dijkstra over the layers."""
    graph = Layers()
    for build in (graph.drive, graph.walk, graph.change):
        build(network, edge_ms)
    for node, layer, ms in contacts(network, edge_ms, origin, leaves=True):
        graph.link("origin", (layer, node), ms)
    for node, layer, ms in contacts(network, edge_ms, destination, leaves=False):
        graph.link((layer, node), "goal", ms)
    direct = straight_ms(network, edge_ms, origin, destination)
    if not nx.has_path(graph, "origin", "goal"):
        return direct
    return min(direct, nx.dijkstra_path_length(graph, "origin", "goal", weight="ms"))


def stuck(edge_ms) -> bool:
    """Whether there are edges, and all are closed."""
    return len(edge_ms) > 0 and bool((edge_ms >= NEVER).all())


def street_ends(network: RoadNetwork, street: int) -> tuple[int, int]:
    forward, backward = network.street_edges[street]
    if forward >= 0:
        return int(network.edge_tail[forward]), int(network.edge_head[forward])
    return int(network.edge_head[backward]), int(network.edge_tail[backward])


def contacts(network: RoadNetwork, edge_ms, joins: Joins, *, leaves: bool):
    """Where a place meets the layers: (junction, layer, ms)."""
    street, along, walk_ms = int(joins.street[0]), float(joins.along[0]), int(joins.walk_ms[0])
    foot = "out" if leaves else "in"
    if street < 0:
        node = int(joins.node[0])
        edges = (network.edge_tail if leaves else network.edge_head) == node
        layer = foot if stuck(edge_ms[edges]) else "drive"
        return [(node, layer, walk_ms), (node, "drive", walk_ms)]
    found = []
    for direction, edge in enumerate(network.street_edges[street]):
        if edge < 0 or edge_ms[edge] >= NEVER:
            continue
        before = round(float(np.rint(edge_ms[edge] * (1 - along if direction else along))))
        node = network.edge_head[edge] if leaves else network.edge_tail[edge]
        ms = int(edge_ms[edge]) - before if leaves else before
        found.append((int(node), "drive", walk_ms + ms))
    if not found:
        length_m = network.street_length_m[street]
        for node, share in zip(street_ends(network, street), (along, 1 - along), strict=True):
            part = int(walk_time_ms(np.array([share * length_m]))[0])
            found.append((node, foot, walk_ms + part))
    return found


def straight_ms(network: RoadNetwork, edge_ms, origin: Joins, destination: Joins) -> float:
    """Along one street, driven in an open direction, or walked where it is closed."""
    street = int(origin.street[0])
    if street < 0 or street != destination.street[0]:
        return np.inf
    walks, best = int(origin.walk_ms[0] + destination.walk_ms[0]), np.inf
    start, end = float(origin.along[0]), float(destination.along[0])
    shut = True
    for direction, edge in enumerate(network.street_edges[street]):
        if edge < 0 or edge_ms[edge] >= NEVER:
            continue
        shut = False
        first, last = (1 - start, 1 - end) if direction else (start, end)
        if last >= first:
            driven = np.rint(edge_ms[edge] * last) - np.rint(edge_ms[edge] * first)
            best = min(best, driven + walks)
    if shut:
        length_m = network.street_length_m[street]
        best = int(walk_time_ms(np.array([abs(end - start) * length_m]))[0]) + walks
    return best


@st.composite
def places(draw: st.DrawFn, network: RoadNetwork) -> Joins:
    """Junctions and offsets on streets, with a walk."""
    used = np.unique(network.edge_street)
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            rows.append((draw(st.integers(0, network.n_nodes - 1)), -1, 0.0, 0))
        else:
            street = draw(st.sampled_from(used.tolist()))
            along = draw(st.sampled_from([0.0, 0.3, 0.5, 1.0]))
            rows.append((-1, street, along, draw(st.integers(0, 9))))
    node, street, along, walk_ms = map(np.array, zip(*rows, strict=True))
    zeros = np.zeros(len(rows))
    lon_lat = np.zeros((len(rows), 2))
    return Joins(lon_lat, node.astype(np.int32), street.astype(np.int32), along, zeros, walk_ms)


@st.composite
def plain_networks(draw: st.DrawFn) -> RoadNetwork:
    """Small networks without turn rules, every edge above 0 ms."""
    n_nodes = draw(st.integers(2, MOST_EXITS - 1))
    node = st.integers(0, n_nodes - 1)
    ms = st.one_of(st.just(CLOSED), st.integers(1, 9_000))
    return network_of(draw(st.lists(st.tuples(node, node, ms, ms), max_size=10)), n_nodes)


@given(st.data())
def test_every_kind_of_question_equals_dijkstra_over_walking_and_driving(data):
    network = data.draw(plain_networks())
    if not network.n_edges:
        return
    times = NetworkTravelTimes(network)
    edges = data.draw(st.sets(st.integers(0, network.n_edges - 1)))
    if edges:
        closure = Closure("c", Extent(edges=tuple(edges)), NOW, modes=(Mode.CAR,))
        ChangingWeights(times, WeightLayers(closures=(closure,))).apply(NOW)
    edge_ms = times.metric.edge_ms
    origins, destinations = data.draw(places(network)), data.draw(places(network))
    whole = times.matrix(origins, destinations)
    fleet = times.fleet(origins)
    for column in range(len(destinations)):
        goal = destinations.take([column])
        np.testing.assert_array_equal(times.matrix(origins, goal)[:, 0], whole[:, column])
        nearest = times.nearest(fleet, goal, k=len(origins))
        everyone_ms = times.times_within(fleet, goal, within_ms=MOST_MS)
        np.testing.assert_array_equal(everyone_ms, whole[:, column])
        ranked = sorted((int(ms), row) for row, ms in enumerate(whole[:, column]) if ms >= 0)
        assert [(one.travel_time_ms, one.unit) for one in nearest] == ranked
        for row in range(len(origins)):
            start = origins.take([row])
            expected = slow_ms(network, edge_ms, start, goal)
            expected = UNREACHABLE_MS if expected == np.inf else expected
            route = times.route(start, goal)
            found = {
                int(whole[row, column]),
                int(times.matrix_row(start, goal)[0][0]),
                UNREACHABLE_MS if route is None else route.travel_time_ms,
            }
            assert found == {expected}


def test_a_large_closure_is_left_by_the_ends_that_are_nearest_on_foot():
    side = 12
    rows = []
    for node in range(side * side):
        if node % side < side - 1:
            rows.append((node, node + 1, 1000, 1000))
        if node // side < side - 1:
            rows.append((node, node + side, 1000, 1000))
    network = network_of(rows, side * side)
    times = NetworkTravelTimes(network)
    inner = [
        row
        for row, (tail, head, *_) in enumerate(rows)
        if all(0 < end % side < side - 1 and 0 < end // side < side - 1 for end in (tail, head))
    ]
    close(times, Extent(ways=tuple(inner)))
    closed = times.metric.closed
    middle = join_nodes(network, np.array([side * side // 2 + side // 2]))
    ways = closed.ways(middle, onward=True)
    assert len(ways.node) == MOST_EXITS
    assert times.matrix(middle, join_nodes(network, np.array([0])))[0, 0] > 0


def test_a_polygon_over_everything_leaves_only_walks():
    times = NetworkTravelTimes(BRIDGE.network())
    close(times, Extent(polygon=box(108, -1, 110, 1)))
    check(times, BRIDGE, "a to d", 3 * WALK_S)
    check(times, BRIDGE, "ab to cd", 2 * WALK_S)
