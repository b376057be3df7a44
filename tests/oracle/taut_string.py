"""
Shortest ways round polygons, slowly: every vertex is tried, in exact arithmetic.

Two vertices see each other if no piece of the line between them lies inside a polygon.  The line
is cut wherever it meets an edge, and the middle of each piece is asked; coordinates are
fractions, so nothing is rounded before the lengths are added up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise

import networkx as nx
from shapely import Polygon, get_coordinates

Point = tuple[Fraction, Fraction]


def shortest_way_m(
    polygons: Sequence[Polygon], start: Sequence[float], end: Sequence[float]
) -> float:
    """Length of the shortest way that enters no polygon; inf where there is none."""
    rings = [
        [
            [_exact(xy) for xy in get_coordinates(ring)]
            for ring in (shape.exterior, *shape.interiors)
        ]
        for shape in polygons
    ]
    first, last = _exact(start), _exact(end)
    places = {first, last} | {xy for shape in rings for ring in shape for xy in ring}
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(places)
    for one, other in combinations(sorted(places), 2):
        if not any(_enters(one, other, shape) for shape in rings):
            length = math.dist([*map(float, one)], [*map(float, other)])
            graph.add_edge(one, other, length=length)
    try:
        return float(nx.dijkstra_path_length(graph, first, last, weight="length"))
    except nx.NetworkXNoPath:
        return math.inf


def _enters(one: Point, other: Point, shape: list[list[Point]]) -> bool:
    """Whether any piece of a line lies inside a polygon."""
    cuts = {Fraction(0), Fraction(1)}
    for ring in shape:
        for start, end in pairwise(ring):
            cuts |= _cuts(one, other, start, end)
    shares = sorted(cut for cut in cuts if 0 <= cut <= 1)
    return any(
        _inside(_at(one, other, (begin + end) / 2), shape) for begin, end in pairwise(shares)
    )


def _cuts(one: Point, other: Point, start: Point, end: Point) -> set[Fraction]:
    """Shares of a line at which it meets an edge."""
    across = _cross(_minus(other, one), _minus(end, start))
    if across:
        share = _cross(_minus(start, one), _minus(end, start)) / across
        along = _cross(_minus(start, one), _minus(other, one)) / across
        return {share} if 0 <= along <= 1 else set()
    if _cross(_minus(start, one), _minus(other, one)):
        return set()
    way = _minus(other, one)
    square = way[0] ** 2 + way[1] ** 2
    return {
        (gap[0] * way[0] + gap[1] * way[1]) / square
        for gap in (_minus(start, one), _minus(end, one))
    }


def _inside(place: Point, shape: list[list[Point]]) -> bool:
    """Whether a place lies inside a polygon and not on its border, by the rule of crossings."""
    inside = False
    for ring in shape:
        for start, end in pairwise(ring):
            if _on(place, start, end):
                return False
            if (start[1] > place[1]) != (end[1] > place[1]):
                side = _cross(_minus(end, start), _minus(place, start))
                inside ^= (side > 0) == (end[1] > start[1])
    return inside


def _on(place: Point, start: Point, end: Point) -> bool:
    """Whether a place lies on an edge."""
    if _cross(_minus(end, start), _minus(place, start)):
        return False
    return all(min(start[i], end[i]) <= place[i] <= max(start[i], end[i]) for i in (0, 1))


def _at(one: Point, other: Point, share: Fraction) -> Point:
    return (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))


def _exact(xy: Sequence[float]) -> Point:
    return (Fraction(xy[0]), Fraction(xy[1]))


def _minus(one: Point, other: Point) -> Point:
    return (one[0] - other[0], one[1] - other[1])


def _cross(one: Point, other: Point) -> Fraction:
    return one[0] * other[1] - one[1] * other[0]
