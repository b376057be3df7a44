"""Route: the fastest way between two places, as edges, metres, seconds and points."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.climb import climb, descend, follow, unpack
from geo.road.closed_line import line_between, line_to_junction
from geo.road.closed_street import ClosedStreets
from geo.road.customise import NEVER
from geo.road.kernel import kernel
from geo.road.metric import Metric, RoadGraph
from geo.road.network import RoadNetwork
from geo.road.port import Ports, arrivals, departures, direct_ms
from geo.road.snap import Joins
from geo.road.speed import WALKING_MPS
from geo.road.turn_graph import TurnGraph
from geo.road.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """
    The fastest way from one place to another.

    Attributes
    ----------
    travel_time_ms
        Milliseconds, both walks included.
    length_m
        Metres on the road.
    walk_m
        Metres on foot from the place to where driving starts and from where it ends to the
        place, closed streets included.
    lon_lat
        Points on the road, walked or driven, float64[n, 2], two or more; two equal ones for
        no way at all.
    edges
        Edges driven, the first and the last perhaps in part, int32[n].
    """

    travel_time_ms: int
    length_m: float
    walk_m: tuple[float, float]
    lon_lat: NDArray[np.float64]
    edges: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """
    Edges of a way, and how much of the first and the last is driven.

    Attributes
    ----------
    time_ms
        Milliseconds, both walks included.
    edges
        Edge ids in order, int32[n].
    start, end
        Share of the first edge at which driving starts, and of the last where it ends.
    nodes
        Junctions at which driving starts and ends; -1 where it does on a street.
    walked_m
        Metres on foot along closed streets before and after.
    """

    time_ms: int
    edges: NDArray[np.int32]
    start: float
    end: float
    nodes: tuple[int, int] = (-1, -1)
    walked_m: tuple[float, float] = (0.0, 0.0)


def fastest_route(
    roads: RoadGraph, metric: Metric, origin: Joins, destination: Joins, room: Workspace
) -> Route | None:
    """
    Lead from one place to another.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    origin, destination
        One place each.
    room
        The thread's workspace.

    Returns
    -------
    route
        None where no road leads.
    """
    network, closed = roads.network, metric.closed
    direct = int(NEVER)
    if closed is not None or origin.street[0] == destination.street[0] >= 0:
        direct = int(direct_ms(origin, destination, network, metric.edge_ms, closed)[0])
    way = _over_states(roads, metric, origin, destination, room)
    if direct < NEVER and (way is None or direct <= way.time_ms):
        if closed is not None and closed.locked(origin, onward=True)[0]:
            return _on_foot(closed, origin, destination, direct)
        way = _along_the_street(network, metric, origin, destination, direct)
    if way is None:
        return None
    lon_lat, length_m = draw(
        way.edges,
        way.start,
        way.end,
        network.edge_ref,
        network.street_length_m,
        network.first_point,
        network.point,
    )
    if not len(way.edges):
        lon_lat = np.repeat(network.node_lon_lat[[way.nodes[0]]], 2, axis=0)
    if closed is not None:
        lon_lat = _with_walks(closed, way, origin, destination, lon_lat)
    before_m, after_m = way.walked_m
    walk_m = float(origin.distance_m[0]) + before_m, float(destination.distance_m[0]) + after_m
    return Route(way.time_ms, length_m, walk_m, lon_lat, way.edges)


def _on_foot(closed: ClosedStreets, origin: Joins, destination: Joins, time_ms: int) -> Route:
    """Way between two places within one closure, all of it on foot."""
    off_street_ms = int(origin.walk_ms[0] + destination.walk_ms[0])
    walked_m = float(origin.distance_m[0]) + _walked_m(time_ms - off_street_ms)
    lon_lat = line_between(closed, origin, destination, time_ms)
    walk_m = walked_m, float(destination.distance_m[0])
    return Route(time_ms, 0.0, walk_m, lon_lat, np.zeros(0, dtype=np.int32))


def _with_walks(
    closed: ClosedStreets,
    way: Way,
    origin: Joins,
    destination: Joins,
    lon_lat: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Points of a way with those of the walks along closed streets before and after it."""
    before, after = (walked > 0 for walked in way.walked_m)
    parts = [line_to_junction(closed, origin, way.nodes[0])] if before else []
    parts.append(lon_lat)
    if after:
        parts.append(line_to_junction(closed, destination, way.nodes[1])[::-1])
    return np.concatenate(parts)


def _walked_m(walk_ms: int) -> float:
    """Metres walked in some time."""
    return walk_ms / 1000.0 * WALKING_MPS


def _along_the_street(
    network: RoadNetwork, metric: Metric, origin: Joins, destination: Joins, direct: int
) -> Way:
    """Way between two places on one street that passes no junction."""
    forward, backward = network.street_edges[origin.street[0]].tolist()
    ahead = destination.along[0] - origin.along[0]
    by_forward = forward >= 0 and metric.edge_ms[forward] < NEVER and ahead >= 0
    edge = forward if by_forward else backward
    start, end = _share(network, edge, origin), _share(network, edge, destination)
    return Way(direct, np.array([edge], dtype=np.int32), start, end)


def _over_states(
    roads: RoadGraph, metric: Metric, origin: Joins, destination: Joins, room: Workspace
) -> Way | None:
    """Way by the hierarchy, or None."""
    network, graph, tree, slots = roads.network, roads.graph, roads.hierarchy, metric.slots
    leave = departures(origin, network, graph, metric.edge_ms, metric.closed)
    reach = arrivals(destination, network, graph, metric.edge_ms, metric.closed)
    stamp, seed = room.next_stamp(), tree.rank[reach.state]
    climb(
        tree.first, tree.up, tree.parent, slots.down_ms, seed, reach.ms, stamp,
        room.mark, room.label, room.by, room.order,
    )  # fmt: skip
    best_ms, best_port = int(NEVER), -1
    for port in range(len(leave.state)):
        ms = int(leave.ms[port]) + descend(
            tree.first, tree.up, tree.parent, slots.up_ms, int(tree.rank[leave.state[port]]),
            int(NEVER), stamp, room.mark, room.label, room.done, room.time_ms, room.stack,
        )  # fmt: skip
        if ms < best_ms:
            best_ms, best_port = ms, port
    if best_port < 0:
        return None
    start = int(tree.rank[leave.state[best_port]])
    references, goal = follow(
        tree.first, tree.up, slots.up_ms, tree.slot_low, start, stamp,
        room.mark, room.label, room.time_ms, room.by,
    )  # fmt: skip
    arcs = unpack(
        references, tree.up, tree.slot_low, tree.low_first, tree.low, tree.low_slot,
        tree.first_arc, tree.arc, metric.onward_ms, slots.up_ms, slots.down_ms,
    )  # fmt: skip
    edges = [roads.graph.onward.edge[arcs]]
    into = _port_into(reach, seed, goal)
    first, last = int(leave.edge[best_port]), int(reach.edge[into])
    if first >= 0:
        edges.insert(0, np.array([first], dtype=np.int32))
    if last >= 0:
        edges.append(np.array([last], dtype=np.int32))
    return Way(
        time_ms=best_ms,
        edges=np.concatenate(edges),
        start=_share(network, first, origin) if first >= 0 else 0.0,
        end=_share(network, last, destination) if last >= 0 else 1.0,
        nodes=(_node(graph, leave, best_port), _node(graph, reach, into)),
        walked_m=(_foot_m(leave, best_port, origin), _foot_m(reach, into, destination)),
    )


def _port_into(ports: Ports, seed: NDArray[np.uint32], goal: int) -> int:
    """Port by which the last state leads to the place."""
    rows = np.flatnonzero(seed == goal)
    return int(rows[np.argmin(ports.ms[rows])])


def _node(graph: TurnGraph, ports: Ports, port: int) -> int:
    """Junction of a port, -1 where an edge is driven in part."""
    return int(graph.state_node[ports.state[port]]) if ports.edge[port] < 0 else -1


def _foot_m(ports: Ports, port: int, place: Joins) -> float:
    """Metres walked along closed streets between a place and the junction of a port."""
    if ports.edge[port] >= 0:
        return 0.0
    return _walked_m(int(ports.ms[port] - place.walk_ms[0]))


def _share(network: RoadNetwork, edge: int, place: Joins) -> float:
    """Share of an edge that lies before a place on its street."""
    along = float(place.along[0])
    return 1.0 - along if network.edge_ref[edge] & 1 else along


@kernel
def draw(
    edges: NDArray[np.int32],
    start: float,
    end: float,
    edge_ref: NDArray[np.int32],
    street_length_m: NDArray[np.float64],
    first_point: NDArray[np.int64],
    point: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """
    Draw a chain of edges, cut at both ends.

    Parameters
    ----------
    edges
        Edge ids in order.
    start, end
        Share of the first edge at which to start, and of the last where to end.
    edge_ref, street_length_m, first_point, point
        Of the network.

    Returns
    -------
    lon_lat
        Points without repetition, float64[n, 2]; two at least if there is an edge.
    length_m
        Metres.
    """
    room = 2
    for edge in edges:
        street = edge_ref[edge] >> 1
        room += first_point[street + 1] - first_point[street] + 2
    lon_lat = np.empty((room, 2))
    count, length_m = 0, 0.0
    for row in range(len(edges)):
        ref = edge_ref[edges[row]]
        street, backward = ref >> 1, ref & 1
        low, high = first_point[street], first_point[street + 1]
        begin = start if row == 0 else 0.0
        stop = end if row == len(edges) - 1 else 1.0
        length_m += (stop - begin) * street_length_m[street]
        if begin > 0.0 or stop < 1.0:
            count = _draw_part(lon_lat, count, point, low, high, backward, begin, stop)
            continue
        for step in range(high - low):
            here = high - 1 - step if backward else low + step
            count = _draw_point(lon_lat, count, point[here, 0], point[here, 1])
    if count == 1:
        lon_lat[1] = lon_lat[0]
        count = 2
    return lon_lat[:count].copy(), length_m


@kernel
def _draw_part(
    lon_lat: NDArray[np.float64],
    count: int,
    point: NDArray[np.float64],
    low: int,
    high: int,
    backward: int,
    begin: float,
    stop: float,
) -> int:
    """Draw what lies between two shares of a street; give the number of points drawn so far."""
    squeeze = np.cos(np.radians(point[low, 1]))
    whole = 0.0
    for place in range(low + 1, high):
        whole += _apart(point, place - 1, place, squeeze)
    begin, stop, driven = begin * whole, stop * whole, 0.0
    for step in range(high - low - 1):
        here = high - 1 - step if backward else low + step
        there = here - 1 if backward else here + 1
        enter = driven
        driven += _apart(point, here, there, squeeze)
        if driven < begin or enter > stop:
            continue
        for cut in (max(enter, begin), min(driven, stop)):
            share = (cut - enter) / (driven - enter) if driven > enter else 0.0
            lon, lat = _between(point, here, there, share)
            count = _draw_point(lon_lat, count, lon, lat)
    return count


@kernel
def _draw_point(lon_lat: NDArray[np.float64], count: int, lon: float, lat: float) -> int:
    """Draw a point unless it repeats the last one; give the number of points drawn so far."""
    if count == 0 or lon != lon_lat[count - 1, 0] or lat != lon_lat[count - 1, 1]:
        lon_lat[count, 0], lon_lat[count, 1] = lon, lat
        count += 1
    return count


@kernel
def _apart(point: NDArray[np.float64], here: int, there: int, squeeze: float) -> float:
    """Distance of two points in degrees of latitude."""
    return float(
        np.hypot((point[there, 0] - point[here, 0]) * squeeze, point[there, 1] - point[here, 1])
    )


@kernel
def _between(
    point: NDArray[np.float64], here: int, there: int, share: float
) -> tuple[float, float]:
    """Point at a share of the line between two; the ends themselves are kept exact."""
    if share <= 0.0:
        return point[here, 0], point[here, 1]
    if share >= 1.0:
        return point[there, 0], point[there, 1]
    lon = point[here, 0] + share * (point[there, 0] - point[here, 0])
    lat = point[here, 1] + share * (point[there, 1] - point[here, 1])
    return lon, lat
