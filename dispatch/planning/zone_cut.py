"""
Zone cut: a freehand line snapped to unit grids, and a zone halved without a line.

A line never cuts a grid: each grid goes to the side on which most of it lies, and a grid that
would then lie apart goes to the other side, so that both sides are in one piece if their zone was.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from dispatch.planning.contiguity import label_parts
from dispatch.planning.grid_graph import GridGraph
from dispatch.planning.grid_ground import GridGround

BESIDE_M = 2.0
"""How far beside a line its left and its right are felt."""

CLOSES_SHARE = 0.05
"""A line whose ends are nearer than this share of its length is meant to be closed."""

TREES = 60
"""Spanning trees that are tried for a balanced cut."""

EVEN_ENOUGH = 0.05
"""Among cuts that are off by less, the one with the shortest border is the best."""

Rows = NDArray[np.int64]
Sides = NDArray[np.bool_]


def is_closed(drawn_m: BaseGeometry) -> bool:
    """
    Tell whether a freehand line is meant to be closed.

    Parameters
    ----------
    drawn_m
        The line in metres.

    Returns
    -------
    closed
        Whether its ends nearly meet.
    """
    if not isinstance(drawn_m, LineString):
        return False
    start, end = drawn_m.coords[0], drawn_m.coords[-1]
    return bool(np.hypot(start[0] - end[0], start[1] - end[1]) < CLOSES_SHARE * drawn_m.length)


def enclosed(ground: GridGround, drawn_m: LineString) -> Rows:
    """
    Find the grids that a closed line encloses.

    Parameters
    ----------
    ground
        Unit grids.
    drawn_m
        The line in metres; it may cross itself.

    Returns
    -------
    rows
        Grids that lie inside by more than half, ascending, int64[k].
    """
    ring = LineString([*drawn_m.coords, drawn_m.coords[0]])
    inside = shapely.union_all(shapely.get_parts(shapely.polygonize([shapely.node(ring)])))
    rows = ground.near(inside, 0.0)
    shapes = ground.shapes_m[rows]
    share = shapely.area(shapely.intersection(shapes, inside)) / shapely.area(shapes)
    return rows[share > 0.5]


def sides_of(ground: GridGround, rows: Rows, line_m: LineString) -> Sides | None:
    """
    Divide some grids by a line.

    Parameters
    ----------
    ground
        Unit grids.
    rows
        The grids to divide: those of a zone, or of two.
    line_m
        The line in metres.

    Returns
    -------
    left
        Whether a grid goes to the left of the line, bool[k]; None where the line does not go
        across, or all grids come to lie on one side.
    """
    shapes = ground.shapes_m[rows]
    left, right = _faces(shapely.union_all(shapes), line_m)
    if not left or not right:
        return None
    on_left = shapely.area(shapely.intersection(shapes, shapely.union_all(left)))
    on_right = shapely.area(shapely.intersection(shapes, shapely.union_all(right)))
    side = on_left > on_right
    # What the line does not touch, such as an island, stays with the larger side.
    aloof = (on_left + on_right) <= 0
    side[aloof] = shapely.area(shapes[side]).sum() * 2 > shapely.area(shapes).sum()
    side = _in_one_piece(ground.graph, rows, side)
    return None if side.all() or not side.any() else side


def halves_of(
    graph: GridGraph, rows: Rows, weight: NDArray[np.float64], *, seed: int = 0
) -> Sides | None:
    """
    Divide the grids of a zone in two connected parts of about the same weight.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    rows
        Grids of the zone.
    weight
        What should be alike on both sides, of every grid of the graph, float64[n].
    seed
        Seed of chance.

    Returns
    -------
    half
        Whether a grid goes to the new zone, bool[k]; None where there is nothing to divide.

    Notes
    -----
    A cut of any edge of a spanning tree gives two connected parts; of `TREES` random trees the
    cut that is off by least is taken, and among those off by less than `EVEN_ENOUGH` of the whole
    that with the shortest border.  Parts of the zone that lie apart stay with the old zone.
    """
    zone_of = np.full(len(graph), -1, dtype=np.int32)
    zone_of[rows] = 0
    part = label_parts(graph, zone_of)[rows]
    numbers, count = np.unique(part, return_counts=True)
    main = rows[part == numbers[np.argmax(count)]]
    if len(main) < 2:
        return None
    half = _best_cut(_inner(graph, main), weight[main], np.random.default_rng(seed))
    return np.isin(rows, main[half])


def _faces(whole: BaseGeometry, line_m: LineString) -> tuple[list[Polygon], list[Polygon]]:
    """Faces into which a line divides a shape, those on its left and those on its right."""
    noded = shapely.union_all([shapely.boundary(whole), line_m])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    shapely.prepare(whole)
    faces = faces[shapely.contains(whole, shapely.point_on_surface(faces))]
    beside = [line_m.buffer(way * BESIDE_M, single_sided=True) for way in (1, -1)]
    left, right = (shapely.area(shapely.intersection(faces, one)) for one in beside)
    return list(faces[left > right]), list(faces[right > left])


def _in_one_piece(graph: GridGraph, rows: Rows, side: Sides) -> Sides:
    """Give bits that lie apart to the other side, the smallest first."""
    zone_of = np.full(len(graph), -1, dtype=np.int32)
    while True:
        zone_of[rows] = side
        part = label_parts(graph, zone_of)
        across = (zone_of[graph.source] + zone_of[graph.neighbour]) == 1
        across &= (zone_of[graph.source] >= 0) & (zone_of[graph.neighbour] >= 0)
        touching = np.unique(part[graph.source[across]])
        area_m2 = np.bincount(part, weights=graph.area_m2).astype(np.float64)
        main = {_largest(part[rows[side == one]], area_m2) for one in (False, True) if one in side}
        stray = [number for number in touching.tolist() if number not in main]
        if not stray:
            return side
        smallest = min(stray, key=lambda number: (area_m2[number], number))
        side = np.where(part[rows] == smallest, ~side, side)


def _largest(parts: NDArray[np.int32], area_m2: NDArray[np.float64]) -> int:
    """The part with most ground."""
    numbers = np.unique(parts)
    return int(numbers[np.argmax(area_m2[numbers])])


def _inner(graph: GridGraph, rows: Rows) -> csr_array:
    """Borders among some grids, metres, numbered by their place in `rows`."""
    place = np.full(len(graph), -1)
    place[rows] = np.arange(len(rows))
    inner = (place[graph.source] >= 0) & (place[graph.neighbour] >= 0)
    ends = place[graph.source[inner]], place[graph.neighbour[inner]]
    return csr_array((graph.border_m[inner], ends), (len(rows), len(rows)))


def _best_cut(
    border: csr_array, weight: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """The best cut of some random spanning trees."""
    edges = border.tocoo()
    best: tuple[float, float] = (np.inf, np.inf)
    half = np.zeros(len(weight), dtype=bool)
    for _ in range(TREES):
        chance = rng.uniform(1.0, 2.0, len(edges.data))
        tree = minimum_spanning_tree(csr_array((chance, (edges.row, edges.col)), border.shape))
        below, off = _tree_cut(tree, weight)
        length_m = float(edges.data[below[edges.row] & ~below[edges.col]].sum())
        mark = (max(off, EVEN_ENOUGH), length_m)
        if mark < best:
            best, half = mark, below
    return half


def _tree_cut(tree: csr_array, weight: NDArray[np.float64]) -> tuple[NDArray[np.bool_], float]:
    """Grids below the edge of a tree that cuts it most evenly, and how far off that is."""
    order, above = breadth_first_order(tree, 0, directed=False)
    heavy = weight.astype(np.float64)
    for node in order[:0:-1]:
        heavy[above[node]] += heavy[node]
    whole = max(float(weight.sum()), 1e-12)
    off = np.abs(heavy / whole - 0.5)
    off[order[0]] = np.inf
    top = int(np.argmin(off))
    below = np.zeros(len(weight), dtype=bool)
    below[top] = True
    for node in order[1:]:
        below[node] |= below[above[node]]
    return below, float(off[top])
