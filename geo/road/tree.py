"""A search tree from one place, and what can be read off it: times and lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.heap import STATE_BITS, lower_key, raise_key
from geo.road.kernel import kernel
from geo.road.metric import Metric, RoadGraph
from geo.road.network import RoadNetwork
from geo.road.port import Ports, arrivals, best_ports, departures, direct_ms
from geo.road.snap import Joins

FAR_MS = np.int64(1) << 40
"""Label of a state that was not reached; far below where sums would wrap."""

NO_ARC = -1


@kernel
def settle(  # noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one
    first: NDArray[np.uint32],
    to: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    seed: NDArray[np.int32],
    seed_ms: NDArray[np.int32],
    limit_ms: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """
    Label every state within a time limit, nearest first.

    Parameters
    ----------
    first, to, arc_ms
        Arcs grouped by state, and their weights in milliseconds, 0 or more.
    seed, seed_ms
        States to start from and the time already spent there; a state may stand twice.
    limit_ms
        States farther than this stay unlabelled.

    Returns
    -------
    label_ms
        int64[n_states]; ``FAR_MS`` where not reached within the limit.
    arc
        Arc by which each state was reached, int32[n_states]; ``NO_ARC`` at a seed.
    via
        State from which it was reached, int32[n_states]; -1 at a seed.

    References
    ----------
    Dijkstra (1959); the queue holds stale entries instead of decreasing keys.
    """
    n_states = len(first) - 1
    label_ms = np.full(n_states, FAR_MS, dtype=np.int64)
    arc = np.full(n_states, NO_ARC, dtype=np.int32)
    via = np.full(n_states, -1, dtype=np.int32)
    heap = np.empty(1024, dtype=np.int64)
    size = 0
    for row in range(len(seed)):
        state = seed[row]
        if seed_ms[row] <= limit_ms and seed_ms[row] < label_ms[state]:
            label_ms[state] = seed_ms[row]
            if size == len(heap):
                heap = np.concatenate((heap, np.empty_like(heap)))
            size = raise_key(heap, size, (np.int64(seed_ms[row]) << STATE_BITS) | state)
    while size > 0:
        ms, state = heap[0] >> STATE_BITS, heap[0] & 0xFFFFFFFF
        size = lower_key(heap, size)
        if ms > label_ms[state]:
            continue
        for row in range(first[state], first[state + 1]):
            other = to[row]
            reached_ms = ms + arc_ms[row]
            if reached_ms < label_ms[other] and reached_ms <= limit_ms:
                label_ms[other] = reached_ms
                arc[other] = row
                via[other] = state
                if size == len(heap):
                    heap = np.concatenate((heap, np.empty_like(heap)))
                size = raise_key(heap, size, (np.int64(reached_ms) << STATE_BITS) | other)
    return label_ms, arc, via


@kernel
def tree_length(
    arc: NDArray[np.int32],
    via: NDArray[np.int32],
    arc_length_m: NDArray[np.float64],
    length_m: NDArray[np.float64],
) -> None:
    """
    Sum lengths from the seeds of a search tree outward, in place.

    Parameters
    ----------
    arc, via
        What `settle` returned.
    arc_length_m
        Metres driven by each arc, float64[n_arcs].
    length_m
        Metres at the seeds on entry; at every state of the tree on return,
        float64[n_states].
    """
    n_states = len(via)
    done = via < 0
    stack = np.empty(n_states, dtype=np.int32)
    for start in range(n_states):
        depth = 0
        state = np.int32(start)
        while not done[state]:
            stack[depth] = state
            depth += 1
            state = via[state]
        while depth > 0:
            depth -= 1
            state = stack[depth]
            length_m[state] = length_m[via[state]] + arc_length_m[arc[state]]
            done[state] = True


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """
    Fastest ways from one place to every state within a limit.

    Attributes
    ----------
    roads, metric
        What was searched, and by which weights.
    origin
        The one place.
    ports
        How the place is left.
    label_ms, arc, via
        What `settle` returned.
    """

    roads: RoadGraph
    metric: Metric
    origin: Joins
    ports: Ports
    label_ms: NDArray[np.int64]
    arc: NDArray[np.int32]
    via: NDArray[np.int32]


def tree_from(
    roads: RoadGraph, metric: Metric, origin: Joins, *, limit_ms: int = int(NEVER) - 1
) -> Tree:
    """
    Search onward from a place.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    origin
        The one place.
    limit_ms
        How far.

    Returns
    -------
    tree
        Fastest ways.
    """
    ports = departures(origin, roads.network, roads.graph, metric.edge_ms, metric.closed)
    onward = roads.graph.onward
    labels = settle(onward.first, onward.to, metric.onward_ms, ports.state, ports.ms, limit_ms)
    return Tree(roads, metric, origin, ports, *labels)


def measure(tree: Tree, destinations: Joins) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """
    Read times and lengths of the fastest ways off a tree.

    Parameters
    ----------
    tree
        A search tree.
    destinations
        The places.

    Returns
    -------
    time_ms, length_m
        int64[n], `NEVER` or more where there is no way; float64[n], NaN there; metres on
        the road without the walks.
    """
    network, graph = tree.roads.network, tree.roads.graph
    edge_ms, closed = tree.metric.edge_ms, tree.metric.closed
    ports = arrivals(destinations, network, graph, edge_ms, closed)
    over_ms, port = best_ports(ports.first, ports.state, ports.ms, tree.label_ms)
    length_m = np.full(len(destinations), np.nan)
    reached = np.flatnonzero(port >= 0)
    last = port[reached]
    to_state_m = _lengths_to_states(tree)
    end_m = part_m(network, ports.edge[last], destinations.take(reached), ahead=False)
    length_m[reached] = to_state_m[ports.state[last]] + end_m
    along_ms = direct_ms(tree.origin, destinations, network, edge_ms, closed)
    stays = np.flatnonzero((along_ms <= over_ms) & (along_ms < NEVER))
    share = np.abs(destinations.along[stays] - tree.origin.along)
    length_m[stays] = share * network.street_length_m[destinations.street[stays]]
    return np.minimum(over_ms, along_ms), length_m


def _lengths_to_states(tree: Tree) -> NDArray[np.float64]:
    """Metres from the origin to every state of the tree."""
    network = tree.roads.network
    arc_edge = tree.roads.graph.onward.edge
    to_state_m = np.zeros(tree.roads.graph.n_states)
    worst_first = np.argsort(-tree.ports.ms, kind="stable")
    start_m = part_m(network, tree.ports.edge, tree.origin, ahead=True)
    to_state_m[tree.ports.state[worst_first]] = start_m[worst_first]
    arc_length_m = network.street_length_m[network.edge_street[arc_edge]]
    tree_length(tree.arc, tree.via, arc_length_m, to_state_m)
    return to_state_m


def part_m(
    network: RoadNetwork, edge: NDArray[np.int32], joins: Joins, *, ahead: bool
) -> NDArray[np.float64]:
    """
    Metres of an edge before or after the offset of a place.

    Parameters
    ----------
    network
        The roads.
    edge
        Edges, int32[n]; -1 counts nothing.
    joins
        The places on them, n or a single one.
    ahead
        Whether the part after the offset is asked for.

    Returns
    -------
    length_m
        float64[n].
    """
    length_m = np.zeros(len(edge))
    rows = np.flatnonzero(edge >= 0)
    ref = network.edge_ref[edge[rows]]
    along = joins.along[rows if len(joins) > 1 else rows * 0]
    from_start = ref & 1 == int(ahead)
    length_m[rows] = np.where(from_start, along, 1.0 - along) * network.street_length_m[ref >> 1]
    return length_m
