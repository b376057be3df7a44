"""
Shortest ways round polygons, slowly: every vertex is tried, in exact arithmetic.

Two places see each other if the line between them crosses no edge and no piece of it lies inside
a polygon.  A line that crosses no edge leaves or enters at vertices only: it is cut at those that
lie on it, and the middle of each piece is asked.  Places are whole metres and reckoned in halves,
so a middle is a whole number too and nothing is rounded before the lengths are added up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, pairwise

import networkx as nx
from shapely import Polygon, get_coordinates

Place = tuple[int, int]
Ring = list[Place]


def shortest_way_m(
    polygons: Sequence[Polygon], start: Sequence[float], end: Sequence[float]
) -> float:
    """Length of the shortest way that enters no polygon; inf where there is none."""
    rings = [
        [
            [_in_halves(xy) for xy in get_coordinates(ring)]
            for ring in (shape.exterior, *shape.interiors)
        ]
        for shape in polygons
    ]
    first, last = _in_halves(start), _in_halves(end)
    places = {first, last} | {xy for shape in rings for ring in shape for xy in ring}
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(places)
    for one, other in combinations(sorted(places), 2):
        if not any(_enters(one, other, shape) for shape in rings):
            graph.add_edge(one, other, length_m=math.dist(one, other) / 2)
    try:
        return float(nx.dijkstra_path_length(graph, first, last, weight="length_m"))
    except nx.NetworkXNoPath:
        return math.inf


def _enters(one: Place, other: Place, shape: list[Ring]) -> bool:
    """Whether any piece of a line lies inside a polygon."""
    if any(_crosses(one, other, *edge) for ring in shape for edge in pairwise(ring)):
        return True
    cuts = {xy for ring in shape for xy in ring if _on(xy, one, other)}
    pieces = pairwise(sorted({one, other} | cuts))
    return any(
        _inside(((begin[0] + end[0]) // 2, (begin[1] + end[1]) // 2), shape)
        for begin, end in pieces
    )


def _crosses(one: Place, other: Place, start: Place, end: Place) -> bool:
    """Whether a line and an edge cross between their ends; inside is then on one side of it."""
    of_edge = _side(one, other, start) * _side(one, other, end)
    return of_edge < 0 and _side(start, end, one) * _side(start, end, other) < 0


def _inside(place: Place, shape: list[Ring]) -> bool:
    """Whether a place lies inside a polygon and not on its border, by the rule of crossings."""
    inside = False
    for ring in shape:
        for start, end in pairwise(ring):
            if _on(place, start, end):
                return False
            if (start[1] > place[1]) != (end[1] > place[1]):
                inside ^= (_side(start, end, place) > 0) == (end[1] > start[1])
    return inside


def _on(place: Place, start: Place, end: Place) -> bool:
    """Whether a place lies on a line between two others, or is one of them."""
    within = all(min(start[i], end[i]) <= place[i] <= max(start[i], end[i]) for i in (0, 1))
    return within and _side(start, end, place) == 0


def _side(start: Place, end: Place, place: Place) -> int:
    """On which side of a line a place lies: 1 to the left, -1 to the right, 0 on it."""
    left = (end[0] - start[0]) * (place[1] - start[1])
    right = (end[1] - start[1]) * (place[0] - start[0])
    return (left > right) - (left < right)


def _in_halves(xy: Sequence[float]) -> Place:
    x, y = map(int, xy)
    assert (x, y) == tuple(xy), "places are whole metres"
    return 2 * x, 2 * y
