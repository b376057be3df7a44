"""A search tree from one place, and what can be read off it: times and lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.network import RoadNetwork
from geo.road.port import NEVER_MS, Ports, arrivals, departures, direct_ms
from geo.road.search import settle, tree_length
from geo.road.snap import Joins
from geo.road.turn_graph import TurnGraph


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """
    Fastest ways from one place to every state within a limit.

    Attributes
    ----------
    network, graph
        What was searched.
    origin
        The one place.
    ports
        How the place is left.
    label_ms, arc, via
        What `geo.road.search.settle` returned.
    """

    network: RoadNetwork
    graph: TurnGraph
    origin: Joins
    ports: Ports
    label_ms: NDArray[np.int64]
    arc: NDArray[np.int32]
    via: NDArray[np.int32]


def tree_from(
    origin: Joins,
    network: RoadNetwork,
    graph: TurnGraph,
    onward_ms: NDArray[np.int64],
    limit_ms: int,
) -> Tree:
    """
    Search onward from a place.

    Parameters
    ----------
    origin
        The one place.
    network, graph
        The roads and their searched graph.
    onward_ms
        Weights of ``graph.onward``.
    limit_ms
        How far.

    Returns
    -------
    tree
        Fastest ways.
    """
    ports = departures(origin, network, graph)
    seed, seed_ms, _ = ports.of(0)
    onward = graph.onward
    labels = settle(onward.first, onward.to, onward_ms, seed, seed_ms, limit_ms)
    return Tree(network, graph, origin, ports, *labels)


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """
    How the fastest way from a tree's place to each of many places ends.

    Attributes
    ----------
    time_ms
        int64[n]; ``NEVER_MS`` or more where there is no way.
    direct
        Whether the way stays on the street that both places share, bool[n].
    state, edge
        Last state, and the edge driven in part from it (-1 at a junction), int32[n].
    """

    time_ms: NDArray[np.int64]
    direct: NDArray[np.bool_]
    state: NDArray[np.int32]
    edge: NDArray[np.int32]


def ends_at(tree: Tree, destinations: Joins) -> Ends:
    """
    Choose how each place is reached; of equals the direct way, else the first port.

    Parameters
    ----------
    tree
        A search tree.
    destinations
        The places.

    Returns
    -------
    ends
        One per place.
    """
    ports = arrivals(destinations, tree.network, tree.graph)
    best_ms = ports.best_ms(tree.label_ms)
    direct = direct_ms(tree.origin, destinations, tree.network)
    place = np.repeat(np.arange(len(destinations)), np.diff(ports.first))
    is_best = tree.label_ms[ports.state] + ports.ms == best_ms[place]
    _, port = np.unique(place[is_best], return_index=True)
    port = np.flatnonzero(is_best)[port]
    stays = (direct <= best_ms) & (direct < NEVER_MS)
    return Ends(np.minimum(best_ms, direct), stays, ports.state[port], ports.edge[port])


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
        int64[n], ``NEVER_MS`` or more where there is no way; float64[n], NaN there; metres
        on the road without the walks.
    """
    network = tree.network
    ends = ends_at(tree, destinations)
    arc_length_m = network.street_length_m[network.edge_street[tree.graph.onward.edge]]
    seed, seed_ms, edge = tree.ports.of(0)
    worst_first = np.argsort(-seed_ms, kind="stable")
    to_state_m = np.zeros(tree.graph.n_states)
    to_state_m[seed[worst_first]] = part_m(network, edge, tree.origin, ahead=True)[worst_first]
    tree_length(tree.arc, tree.via, arc_length_m, to_state_m)
    length_m = to_state_m[ends.state] + part_m(network, ends.edge, destinations, ahead=False)
    stays = np.flatnonzero(ends.direct)
    share = np.abs(destinations.along[stays] - tree.origin.along)
    length_m[stays] = share * network.street_length_m[destinations.street[stays]]
    return ends.time_ms, np.where(ends.time_ms < NEVER_MS, length_m, np.nan)


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
