"""
Ports: where a joined place enters or leaves the searched graph, and at what price.

Every way from one place to another is: walk to the road, drive to a state of the graph (a
departure), drive between states, drive from a state to the offset (an arrival), walk to the
place.  So one search between states serves places at junctions and on streets alike.  Only
two places on the same street need a second look: the way between them may touch no state.
"""

# ruff: noqa: C901, PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.road.closed_street import ClosedStreets, FootWays
from geo.road.customise import NEVER
from geo.road.kernel import kernel
from geo.road.network import RoadNetwork
from geo.road.snap import Joins, join_nodes
from geo.road.turn_graph import TurnGraph


@dataclass(frozen=True, slots=True, eq=False)
class Ports:
    """
    States by which places are left or reached.

    Attributes
    ----------
    first
        Ports of place i are rows ``first[i]:first[i + 1]``, int64[n_places + 1]; none
        where the streets it joins are closed.
    state
        State of the graph, int32[n_ports].
    ms
        Milliseconds between the place and the state, the walk included, `NEVER` at the most,
        int32[n_ports].
    edge
        Edge that is driven in part, int32[n_ports]; -1 at a junction.
    """

    first: NDArray[np.int64]
    state: NDArray[np.int32]
    ms: NDArray[np.int32]
    edge: NDArray[np.int32]


def departures(
    joins: Joins,
    network: RoadNetwork,
    graph: TurnGraph,
    edge_ms: NDArray[np.int32],
    closed: ClosedStreets | None = None,
) -> Ports:
    """
    List the states that each place can drive off to.

    Parameters
    ----------
    joins
        The places.
    network, graph
        The roads and their searched graph.
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    closed
        Closed streets that are left on foot; none by default.

    Returns
    -------
    ports
        A junction leaves by itself, with nothing begun; a street by the end of each open
        direction, what is left of the edge being driven; a place among closed streets by
        the junctions to which it is walked.
    """

    def driving(joins: Joins) -> Ports:
        return Ports(
            *list_departures(
                joins.node,
                joins.street,
                joins.along,
                joins.walk_ms,
                network.street_edges,
                edge_ms,
                graph.state_after,
            )
        )

    if closed is None:
        return driving(joins)
    on_foot = closed.ways(joins, onward=True)
    if not len(on_foot.place):
        return driving(joins)
    return _merged(driving(joins), on_foot, driving(_junctions(on_foot, network)))


def arrivals(
    joins: Joins,
    network: RoadNetwork,
    graph: TurnGraph,
    edge_ms: NDArray[np.int32],
    closed: ClosedStreets | None = None,
) -> Ports:
    """
    List the states from which each place can be driven to.

    Parameters
    ----------
    joins
        The places.
    network, graph
        The roads and their searched graph.
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    closed
        Closed streets that are reached on foot; none by default.

    Returns
    -------
    ports
        A junction is reached in any of its states; a street from every state that may
        turn into one of its open directions; a place among closed streets from the
        junctions whence it is walked to.
    """

    def driving(joins: Joins) -> Ports:
        return Ports(
            *list_arrivals(
                joins.node,
                joins.street,
                joins.along,
                joins.walk_ms,
                network.street_edges,
                edge_ms,
                network.edge_tail,
                graph.first_memory,
                graph.memory,
                graph.onward.first,
                graph.onward.edge,
                graph.onward.extra_ms,
            )
        )

    if closed is None:
        return driving(joins)
    on_foot = closed.ways(joins, onward=False)
    if not len(on_foot.place):
        return driving(joins)
    return _merged(driving(joins), on_foot, driving(_junctions(on_foot, network)))


def _junctions(on_foot: FootWays, network: RoadNetwork) -> Joins:
    """Junctions at which ways on foot end, as places from which they have been walked."""
    return replace(join_nodes(network, on_foot.node), walk_ms=on_foot.ms)


def _merged(ports: Ports, on_foot: FootWays, more: Ports) -> Ports:
    """Ports of the same places, those on foot added."""
    n_places = len(ports.first) - 1
    owner = [
        np.repeat(np.arange(n_places), np.diff(ports.first)),
        np.repeat(on_foot.place, np.diff(more.first)),
    ]
    place = np.concatenate(owner)
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(n_places + 1)).astype(np.int64)
    state, ms, edge = (
        np.concatenate([getattr(ports, name), getattr(more, name)])[order]
        for name in ("state", "ms", "edge")
    )
    return Ports(first, state, ms, edge)


def direct_ms(
    origins: Joins,
    destinations: Joins,
    network: RoadNetwork,
    edge_ms: NDArray[np.int32],
    closed: ClosedStreets | None = None,
) -> NDArray[np.int64]:
    """
    Time between places that needs no search: along one and the same street, or all on foot.

    Parameters
    ----------
    origins, destinations
        Places, of the same number or one of them single.
    network
        The roads.
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    closed
        Closed streets, within which places are walked between; none by default.

    Returns
    -------
    direct_ms
        int64[n], both walks included; `NEVER` where they do not share a street, or no
        open direction leads from the one to the other, and no closed street does.
    """
    driven_ms = _along_street_ms(origins, destinations, network, edge_ms)
    if closed is None:
        return driven_ms
    return np.minimum(driven_ms, closed.direct_ms(origins, destinations))


def _along_street_ms(
    origins: Joins, destinations: Joins, network: RoadNetwork, edge_ms: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Time between places along one and the same street, without passing a junction."""
    same = (origins.street == destinations.street) & (origins.street >= 0)
    best = np.full(len(same), NEVER, dtype=np.int64)
    rows = np.flatnonzero(same)
    if not len(rows):
        return best
    starts = origins.take(rows if len(origins) > 1 else rows * 0)
    ends = destinations.take(rows if len(destinations) > 1 else rows * 0)
    for direction in (0, 1):
        edge = network.street_edges[starts.street, direction]
        whole_ms = np.where(edge >= 0, edge_ms[edge], NEVER).astype(np.int64)
        start, end = (_offset_ms(joins.along, direction, whole_ms) for joins in (starts, ends))
        ahead = (ends.along - starts.along) * (1 - 2 * direction) >= 0
        time_ms = end - start + starts.walk_ms + ends.walk_ms
        best[rows] = np.minimum(best[rows], np.where((whole_ms < NEVER) & ahead, time_ms, NEVER))
    return best


def _offset_ms(
    along: NDArray[np.float64], direction: int, whole_ms: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Milliseconds from the start of an edge to an offset on its street."""
    share = 1.0 - along if direction else along
    return np.rint(whole_ms * share).astype(np.int64)


@kernel
def list_departures(
    node: NDArray[np.int32],
    street: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int64],
    street_edges: NDArray[np.int32],
    edge_ms: NDArray[np.int32],
    state_after: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """
    List departures, place by place.

    Parameters
    ----------
    node, street, along, walk_ms
        Columns of the joins.
    street_edges, edge_ms, state_after
        Of the roads, their weights and their graph.

    Returns
    -------
    first, state, ms, edge
        See `Ports`.
    """
    count = 0
    first = np.zeros(len(node) + 1, dtype=np.int64)
    state = np.empty(2 * len(node), dtype=np.int32)
    ms = np.empty(2 * len(node), dtype=np.int32)
    edge = np.full(2 * len(node), -1, dtype=np.int32)
    for row in range(len(node)):
        if node[row] >= 0:
            state[count], ms[count] = node[row], walk_ms[row]
            count += 1
        elif street[row] >= 0:
            for direction in range(2):
                driven = street_edges[street[row], direction]
                if driven >= 0 and edge_ms[driven] < NEVER:
                    share = along[row] if direction == 0 else 1.0 - along[row]
                    at_ms = np.int64(np.rint(edge_ms[driven] * share))
                    state[count], edge[count] = state_after[driven], driven
                    ms[count] = min(edge_ms[driven] - at_ms + walk_ms[row], np.int64(NEVER))
                    count += 1
        first[row + 1] = count
    return first, state[:count], ms[:count], edge[:count]


@kernel
def list_arrivals(
    node: NDArray[np.int32],
    street: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int64],
    street_edges: NDArray[np.int32],
    edge_ms: NDArray[np.int32],
    edge_tail: NDArray[np.int32],
    first_memory: NDArray[np.int64],
    memory: NDArray[np.int32],
    arc_first: NDArray[np.uint32],
    arc_edge: NDArray[np.int32],
    arc_extra_ms: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """
    List arrivals, place by place.

    Parameters
    ----------
    node, street, along, walk_ms
        Columns of the joins.
    street_edges, edge_ms, edge_tail
        Of the roads and their weights.
    first_memory, memory, arc_first, arc_edge, arc_extra_ms
        Of the graph: further states at each junction, and the arcs onward.

    Returns
    -------
    first, state, ms, edge
        See `Ports`.
    """
    count = 0
    first = np.zeros(len(node) + 1, dtype=np.int64)
    state = np.empty(4 * len(node) + 8, dtype=np.int32)
    ms = np.empty(4 * len(node) + 8, dtype=np.int32)
    edge = np.full(4 * len(node) + 8, -1, dtype=np.int32)
    for row in range(len(node)):
        for direction in range(2):
            at, driven, at_ms = -1, -1, walk_ms[row]
            if node[row] >= 0 and direction == 0:
                at = node[row]
            elif node[row] < 0 and street[row] >= 0:
                driven = street_edges[street[row], direction]
                if driven >= 0 and edge_ms[driven] < NEVER:
                    share = along[row] if direction == 0 else 1.0 - along[row]
                    at = edge_tail[driven]
                    at_ms += np.int64(np.rint(edge_ms[driven] * share))
                    at_ms = min(at_ms, np.int64(NEVER))
            if at < 0:
                continue
            room = count + 1 + first_memory[at + 1] - first_memory[at]
            while room > len(state):
                state = np.concatenate((state, np.empty_like(state)))
                ms = np.concatenate((ms, np.empty_like(ms)))
                edge = np.concatenate((edge, np.full(len(edge), -1, dtype=np.int32)))
            state[count], ms[count], edge[count] = at, at_ms, driven
            count += 1
            for place in range(first_memory[at], first_memory[at + 1]):
                remembered = memory[place]
                extra_ms = np.int64(0) if driven < 0 else np.int64(-1)
                for arc in range(arc_first[remembered], arc_first[remembered + 1]):
                    if arc_edge[arc] == driven:
                        extra_ms = arc_extra_ms[arc]
                if extra_ms >= 0:
                    state[count], edge[count] = remembered, driven
                    ms[count] = min(at_ms + extra_ms, np.int64(NEVER))
                    count += 1
        first[row + 1] = count
    return first, state[:count].copy(), ms[:count].copy(), edge[:count].copy()
