"""
Ports: where a joined place enters or leaves the searched graph, and at what price.

Every way from one place to another is: walk to the road, drive to a state of the graph (a
departure), drive between states, drive from a state to the offset (an arrival), walk to the
place.  So one search between states serves places at junctions and on streets alike.  Only
two places on the same street need a second look: the way between them may touch no state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.network import RoadNetwork
from geo.road.snap import Joins
from geo.road.turn_graph import TurnGraph

NEVER_MS = np.int64(1) << 60
"""No way between two places."""


@dataclass(frozen=True, slots=True, eq=False)
class Ports:
    """
    States by which places are left or reached.

    Attributes
    ----------
    first
        Ports of place i are rows ``first[i]:first[i + 1]``, int64[n_places + 1]; every
        place has at least one.
    state
        State of the graph, int32[n_ports].
    ms
        Milliseconds between the place and the state, the walk included, int64[n_ports].
    edge
        Edge that is driven in part, int32[n_ports]; -1 at a junction.
    """

    first: NDArray[np.int64]
    state: NDArray[np.int32]
    ms: NDArray[np.int64]
    edge: NDArray[np.int32]

    def of(self, place: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
        """
        Give the ports of one place.

        Parameters
        ----------
        place
            Row of the place.

        Returns
        -------
        state, ms, edge
            Its states, the milliseconds to or from each, and the edge driven in part.
        """
        rows = slice(self.first[place], self.first[place + 1])
        return self.state[rows], self.ms[rows], self.edge[rows]

    def best_ms(self, label_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """
        Finish the ways to all places from the labels of a search.

        Parameters
        ----------
        label_ms
            Label of every state, int64[n_states].

        Returns
        -------
        best_ms
            Smallest sum over the ports of each place, int64[n_places]; `NEVER_MS` or more
            where no port was reached.
        """
        if len(self.first) == 1:
            return np.zeros(0, dtype=np.int64)
        return np.minimum.reduceat(label_ms[self.state] + self.ms, self.first[:-1])


def departures(joins: Joins, network: RoadNetwork, graph: TurnGraph) -> Ports:
    """
    List the states that each place can drive off to.

    Parameters
    ----------
    joins
        The places.
    network, graph
        The roads and their searched graph.

    Returns
    -------
    ports
        A junction leaves by itself, with nothing begun; a street by the end of each open
        direction, what is left of the edge being driven.
    """
    place, edge, at_ms = _edges_joined(joins, network)
    at_node = np.flatnonzero(joins.node >= 0)
    return _ports(
        joins,
        np.concatenate([at_node, place]),
        np.concatenate([joins.node[at_node], graph.state_after[edge]]),
        np.concatenate([np.zeros(len(at_node), np.int64), network.edge_ms[edge] - at_ms]),
        np.concatenate([np.full(len(at_node), -1, np.int32), edge]),
    )


def arrivals(joins: Joins, network: RoadNetwork, graph: TurnGraph) -> Ports:
    """
    List the states from which each place can be driven to.

    Parameters
    ----------
    joins
        The places.
    network, graph
        The roads and their searched graph.

    Returns
    -------
    ports
        A junction is reached in any of its states; a street from every state that may
        turn into one of its open directions.
    """
    place, edge, at_ms = _edges_joined(joins, network)
    at_node = np.flatnonzero(joins.node >= 0)
    row, memory = _spread(graph.first_memory, joins.node[at_node])
    port, arc = _arcs_into(edge, network, graph)
    return _ports(
        joins,
        np.concatenate([at_node, at_node[row], place, place[port]]),
        np.concatenate(
            [joins.node[at_node], graph.memory[memory], network.edge_tail[edge], arc[:, 0]]
        ),
        np.concatenate(
            [np.zeros(len(at_node) + len(row), np.int64), at_ms, at_ms[port] + arc[:, 1]]
        ),
        np.concatenate([np.full(len(at_node) + len(row), -1, np.int32), edge, edge[port]]),
    )


def direct_ms(origins: Joins, destinations: Joins, network: RoadNetwork) -> NDArray[np.int64]:
    """
    Time between places along one and the same street, without passing a junction.

    Parameters
    ----------
    origins, destinations
        Places, of the same number or one of them single.
    network
        The roads.

    Returns
    -------
    direct_ms
        int64[n], both walks included; `NEVER_MS` where they do not share a street or no
        open direction leads from the one to the other.
    """
    same = (origins.street == destinations.street) & (origins.street >= 0)
    best = np.full(len(same), NEVER_MS)
    rows = np.flatnonzero(same)
    starts = origins.take(rows if len(origins) > 1 else rows * 0)
    ends = destinations.take(rows if len(destinations) > 1 else rows * 0)
    for direction in (0, 1):
        edge = network.street_edges[starts.street, direction]
        start = _offset_ms(starts, edge, direction, network)
        end = _offset_ms(ends, edge, direction, network)
        ahead = (ends.along - starts.along) * (1 - 2 * direction) >= 0
        time_ms = np.where((edge >= 0) & ahead, end - start, NEVER_MS)
        best[rows] = np.minimum(best[rows], time_ms)
    best[rows] += np.where(best[rows] < NEVER_MS, starts.walk_ms + ends.walk_ms, 0)
    return best


def _offset_ms(
    joins: Joins, edge: NDArray[np.int32], direction: int, network: RoadNetwork
) -> NDArray[np.int64]:
    """Milliseconds from the start of an edge to the offset of a place on its street."""
    share = 1.0 - joins.along if direction else joins.along
    offset: NDArray[np.int64] = np.rint(network.edge_ms[edge] * share).astype(np.int64)
    return offset


def _edges_joined(
    joins: Joins, network: RoadNetwork
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Rows of (place, edge, ms from the edge's start) for each open direction of a street."""
    on_street = np.flatnonzero(joins.street >= 0)
    parts = []
    for direction in (0, 1):
        edge = network.street_edges[joins.street[on_street], direction]
        usable = edge >= 0
        place, edge = on_street[usable], edge[usable]
        parts.append((place, edge, _offset_ms(joins.take(place), edge, direction, network)))
    (places, edges, offsets) = zip(*parts, strict=True)
    return np.concatenate(places), np.concatenate(edges), np.concatenate(offsets)


def _arcs_into(
    edge: NDArray[np.int32], network: RoadNetwork, graph: TurnGraph
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Turns into edges out of states that remember something: port row, (state, extra ms)."""
    row, memory = _spread(graph.first_memory, network.edge_tail[edge])
    state = graph.memory[memory]
    out, arc = _spread(graph.onward.first, state)
    into = graph.onward.edge[arc] == edge[row[out]]
    turns = np.stack([state[out[into]].astype(np.int64), graph.onward.extra_ms[arc[into]]], axis=1)
    return row[out[into]], turns


def _spread(
    first: NDArray[np.int64], group: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All members of some groups: the row of the group asked for, and the member."""
    counts = first[group + 1] - first[group]
    row = np.repeat(np.arange(len(group)), counts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    return row, np.repeat(first[group], counts) + within


def _ports(
    joins: Joins,
    place: NDArray[np.int64],
    state: NDArray[np.integer],
    ms: NDArray[np.int64],
    edge: NDArray[np.int32],
) -> Ports:
    """Group ports by place and add the walk of each."""
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(len(joins) + 1)).astype(np.int64)
    walked_ms = (ms + joins.walk_ms[place])[order]
    return Ports(first, state[order].astype(np.int32), walked_ms, edge[order])
