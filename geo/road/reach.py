"""Reach: which stretches of road are driven within some time, and the ground around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.road.customise import NEVER
from geo.road.network import RoadNetwork
from geo.road.search import FAR_MS
from geo.road.snap import METRES_PER_DEGREE
from geo.road.tree import Tree

CELL_M = 40.0
"""Side of the square cells whose union is the ground reached."""


@dataclass(frozen=True, slots=True, eq=False)
class ReachBand:
    """
    What is reached within one time.

    Attributes
    ----------
    within_s
        Seconds.
    polygon
        Ground within about one cell (`CELL_M`) of a stretch reached, WGS-84 degrees;
        valid, and holding the polygons of all shorter times.
    edges
        Edges driven to their end within the time, int32[n].
    """

    within_s: float
    polygon: MultiPolygon
    edges: NDArray[np.int32]


def reach_bands(tree: Tree, within_s: Sequence[float]) -> list[ReachBand]:
    """
    Read reached edges and ground off a search tree.

    Parameters
    ----------
    tree
        A search tree whose limit is the longest time or more.
    within_s
        Seconds, ascending.

    Returns
    -------
    bands
        One per time.
    """
    network = tree.roads.network
    enter_ms = _enter_ms(tree)
    place, sample_ms = _samples(network, enter_ms, tree, max(within_s) * 1000)
    scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(place[:, 1].mean())), 1.0])
    cell = np.floor(place * scale / CELL_M).astype(np.int64)
    bands = []
    for limit_s in within_s:
        ground = _ground(cell[sample_ms <= limit_s * 1000], CELL_M / scale)
        through = enter_ms + tree.metric.edge_ms <= limit_s * 1000
        bands.append(ReachBand(limit_s, ground, np.flatnonzero(through).astype(np.int32)))
    return bands


def _enter_ms(tree: Tree) -> NDArray[np.int64]:
    """Earliest time at which each edge is entered at its start, turn included; far: never."""
    graph = tree.roads.graph
    onward = graph.onward
    state = np.repeat(np.arange(graph.n_states), np.diff(onward.first))
    enter_ms = np.full(tree.roads.network.n_edges, FAR_MS)
    np.minimum.at(enter_ms, onward.edge, tree.label_ms[state] + onward.extra_ms)
    return enter_ms


def _samples(
    network: RoadNetwork, enter_ms: NDArray[np.int64], tree: Tree, limit_ms: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points at most half a cell apart along every stretch reached, and when each is reached."""
    edges = np.flatnonzero((enter_ms <= limit_ms) & (tree.metric.edge_ms < NEVER))
    street = network.edge_ref[edges] >> 1
    backward = (network.edge_ref[edges] & 1).astype(np.float64)
    steps = np.ceil(network.street_length_m[street] / (CELL_M / 2)).astype(np.int64) + 1
    row = np.repeat(np.arange(len(edges)), steps)
    within = np.arange(len(row)) - np.repeat(np.cumsum(steps) - steps, steps)
    driven = within / np.maximum(steps - 1, 1)[row]
    sample_ms = enter_ms[edges][row] + driven * tree.metric.edge_ms[edges][row]
    along = np.where(backward[row] == 1, 1 - driven, driven)
    points = _points_along(network, street[row], along)
    own, own_ms = _own_street(network, tree)
    return np.concatenate([points, own]), np.concatenate([sample_ms, own_ms])


def _own_street(
    network: RoadNetwork, tree: Tree
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points on the origin's own street, which is entered between its ends."""
    origin = tree.origin
    if origin.street[0] < 0:
        return network.node_lon_lat[origin.node], np.zeros(1)
    street, start = int(origin.street[0]), float(origin.along[0])
    steps = int(network.street_length_m[street] / (CELL_M / 2)) + 2
    along, time_ms = [np.array([start])], [np.array([float(origin.walk_ms[0])])]
    for backward in (0, 1):
        edge = network.street_edges[street, backward]
        if edge >= 0 and tree.metric.edge_ms[edge] < NEVER:
            share = np.linspace(start, 1.0 - backward, steps)
            along.append(share)
            time_ms.append(origin.walk_ms[0] + np.abs(share - start) * tree.metric.edge_ms[edge])
    places = np.concatenate(along)
    return _points_along(network, np.full(len(places), street), places), np.concatenate(time_ms)


def _points_along(
    network: RoadNetwork, street: NDArray[np.integer], along: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points at shares of the length of streets, float64[n, 2]."""
    used, row = np.unique(street, return_inverse=True)
    counts = np.diff(network.first_point)[used]
    line = np.repeat(np.arange(len(used)), counts)
    within = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    points = network.point[np.repeat(network.first_point[used], counts) + within]
    lines = shapely.linestrings(points, indices=line)
    return shapely.get_coordinates(
        shapely.line_interpolate_point(lines[row], along, normalized=True)
    )


def _ground(cell: NDArray[np.int64], size: NDArray[np.float64]) -> MultiPolygon:
    """Union of the cells that hold a sample and the eight around each."""
    around = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)
    marked = np.unique((np.unique(cell, axis=0)[:, None] + around).reshape(-1, 2), axis=0)
    if not len(marked):
        return MultiPolygon()
    edge_x = marked[:, 0] * size[0], (marked[:, 0] + 1) * size[0]
    edge_y = marked[:, 1] * size[1], (marked[:, 1] + 1) * size[1]
    boxes = shapely.box(edge_x[0], edge_y[0], edge_x[1], edge_y[1])
    union = shapely.make_valid(shapely.coverage_union_all(boxes))
    return MultiPolygon([part for part in shapely.get_parts(union) if part.geom_type == "Polygon"])
