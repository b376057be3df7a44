"""Networks made for tests: random small graphs with everything that goes wrong in real ones."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from geo.road.network import RoadNetwork, assemble
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.streets import BANNED, CLOSED, Streets, TurnRule


def network_of(
    rows: list[tuple[int, int, int, int]], n_nodes: int, rules: list[TurnRule] | None = None
) -> RoadNetwork:
    """A network from (tail, head, forward ms, backward ms); -1 closes a direction."""
    angle = np.linspace(0, 2 * np.pi, n_nodes, endpoint=False)
    node_lon_lat = np.stack([109 + 0.01 * np.cos(angle), 0.01 * np.sin(angle)], axis=1)
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    count = len(table)
    return assemble(
        Streets(
            node_lon_lat=node_lon_lat,
            node_source_id=np.arange(n_nodes),
            tail=table[:, 0].astype(np.int32),
            head=table[:, 1].astype(np.int32),
            road_class=np.zeros(count, np.uint8),
            length_m=np.arange(1, count + 1, dtype=np.float64) * 10,
            forward_ms=table[:, 2],
            backward_ms=table[:, 3],
            point=node_lon_lat[table[:, :2]].reshape(-1, 2),
            first_point=np.arange(count + 1) * 2,
            way_id=np.arange(count),
            name=np.full(count, -1, np.int32),
            turn_rules=rules or [],
        ),
        mode=Mode.CAR,
    )


@st.composite
def networks(draw: st.DrawFn, *, most_nodes: int = 7, most_streets: int = 14) -> RoadNetwork:
    """
    Parallel edges, self-loops, zero weights, dead ends, one-way traps, disconnected parts;
    turn rules of two to four edges, bans and costs, overlapping at will.
    """
    n_nodes = draw(st.integers(1, most_nodes))
    node = st.integers(0, n_nodes - 1)
    ms = st.one_of(st.just(CLOSED), st.just(0), st.integers(1, 50))
    rows = draw(st.lists(st.tuples(node, node, ms, ms), max_size=most_streets))
    network = network_of(rows, n_nodes)
    rules = [
        TurnRule(chain, draw(st.one_of(st.just(BANNED), st.integers(0, 30))))
        for chain in draw(st.lists(chains(network), max_size=8))
        if len(chain) > 1
    ]
    refs = [
        TurnRule(tuple(int(network.edge_ref[edge]) for edge in rule.refs), rule.cost_ms)
        for rule in rules
    ]
    return network_of(rows, n_nodes, refs)


@st.composite
def places_in(draw: st.DrawFn, network: RoadNetwork, *, size: int) -> Joins:
    """Places at junctions and on streets, some of them a walk away from the road."""
    streets = np.unique(network.edge_street).tolist()
    node = st.tuples(st.integers(0, network.n_nodes - 1), st.just(-1), st.just(0.0), st.just(0))
    kinds = [node]
    if streets:
        share = st.sampled_from([0.0, 0.2, 0.5, 0.77, 1.0])
        walk_ms = st.sampled_from([0, 0, 7])
        kinds.append(st.tuples(st.just(-1), st.sampled_from(streets), share, walk_ms))
    drawn = draw(st.lists(st.one_of(kinds), min_size=size, max_size=size))
    at, street, along, walk_ms = zip(*drawn, strict=True)
    return Joins(
        np.zeros((size, 2)),
        np.array(at, np.int32),
        np.array(street, np.int32),
        np.array(along),
        np.array(walk_ms) * 0.0014,
        np.array(walk_ms, np.int64),
    )


@st.composite
def chains(draw: st.DrawFn, network: RoadNetwork) -> tuple[int, ...]:
    """A walk of up to four edges, as edge ids; shorter where it cannot go on."""
    if not network.n_edges:
        return ()
    chain = [draw(st.integers(0, network.n_edges - 1))]
    for _ in range(draw(st.integers(1, 3))):
        node = network.edge_head[chain[-1]]
        onward = range(network.first_out[node], network.first_out[node + 1])
        if not onward:
            break
        chain.append(draw(st.sampled_from(onward)))
    return tuple(int(edge) for edge in chain)
