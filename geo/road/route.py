"""Route: the fastest way between two places, as edges, metres, seconds and points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from geo.road.network import RoadNetwork
from geo.road.port import NEVER_MS
from geo.road.search import NO_ARC
from geo.road.snap import Joins
from geo.road.tree import Tree, ends_at, measure


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
        Metres on foot from the place to the road and from the road to the place.
    lon_lat
        Points on the road, float64[n, 2], two or more; two equal ones for no way at all.
    edges
        Edges driven, the first and the last perhaps in part, int32[n].
    """

    travel_time_ms: int
    length_m: float
    walk_m: tuple[float, float]
    lon_lat: NDArray[np.float64]
    edges: NDArray[np.int32]


def trace(tree: Tree, destination: Joins) -> Route | None:
    """
    Follow a search tree back from a place.

    Parameters
    ----------
    tree
        A search tree.
    destination
        The one place.

    Returns
    -------
    route
        None where no road leads.
    """
    time_ms, length_m = measure(tree, destination)
    if time_ms[0] >= NEVER_MS:
        return None
    edges, start, end = _driven(tree, destination)
    return Route(
        travel_time_ms=int(time_ms[0]),
        length_m=float(length_m[0]),
        walk_m=(float(tree.origin.distance_m[0]), float(destination.distance_m[0])),
        lon_lat=_points(tree.network, edges, start, end, tree.origin),
        edges=np.array(edges, dtype=np.int32),
    )


def _driven(tree: Tree, destination: Joins) -> tuple[list[int], float, float]:
    """Edges in order, the share of the first at which driving starts, of the last where it ends."""
    network, origin = tree.network, tree.origin
    ends = ends_at(tree, destination)
    if ends.direct[0]:
        backward = int(destination.along[0] < origin.along[0])
        street = int(origin.street[0])
        if network.street_edges[street, backward] < 0:  # equal offsets on a one-way street
            backward = 1 - backward
        edge = int(network.street_edges[street, backward])
        return [edge], _share(network, edge, origin), _share(network, edge, destination)
    edges, state, last = [], int(ends.state[0]), int(ends.edge[0])
    while tree.arc[state] != NO_ARC:
        edges.append(int(tree.graph.onward.edge[tree.arc[state]]))
        state = int(tree.via[state])
    first = _edge_left_by(tree, state)
    chain = [first] * (first >= 0) + edges[::-1] + [last] * (last >= 0)
    start = _share(network, first, origin) if first >= 0 else 0.0
    end = _share(network, last, destination) if last >= 0 else 1.0
    return chain, start, end


def _edge_left_by(tree: Tree, root: int) -> int:
    """Edge driven in part from the origin to the root of the tree, -1 at a junction."""
    state, ms, edge = tree.ports.of(0)
    rows = np.flatnonzero(state == root)
    return int(edge[rows[np.argmin(ms[rows])]])


def _share(network: RoadNetwork, edge: int, place: Joins) -> float:
    """Share of an edge that lies before a place on its street."""
    along = float(place.along[0])
    return 1.0 - along if network.edge_ref[edge] & 1 else along


def _points(
    network: RoadNetwork, edges: list[int], start: float, end: float, origin: Joins
) -> NDArray[np.float64]:
    """Join the geometry of the edges, cut at both ends, repeated points left out."""
    if not edges:
        return np.repeat(network.node_lon_lat[origin.node], 2, axis=0)
    pieces = [network.edge_points(edge) for edge in edges]
    if len(pieces) == 1:
        return _cut(pieces[0], start, end)
    pieces[0], pieces[-1] = _cut(pieces[0], start, 1.0), _cut(pieces[-1], 0.0, end)
    points = np.concatenate(pieces)
    moved = np.any(np.diff(points, axis=0) != 0, axis=1)
    kept = points[np.concatenate([[True], moved])]
    return kept if len(kept) > 1 else np.repeat(kept, 2, axis=0)


def _cut(points: NDArray[np.float64], start: float, end: float) -> NDArray[np.float64]:
    """Keep the part of a line between two shares of its length."""
    scale = np.array([np.cos(np.radians(points[:, 1].mean())), 1.0])
    part = substring(shapely.LineString(points * scale), start, end, normalized=True)
    kept = shapely.get_coordinates(part) / scale
    return kept if len(kept) > 1 else np.repeat(kept, 2, axis=0)
