"""Cut drawn lines into streets at the places where they meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

EARTH = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """
    Drawn lines, end to end.

    Attributes
    ----------
    vertex
        Number of the vertex at each point, int64[n_points] from 0; lines meet where
        they hold the same vertex.
    lon_lat
        Points, float64[n_points, 2], WGS-84 degrees.
    first
        Where each line starts, int64[n_lines + 1].
    """

    vertex: NDArray[np.int64]
    lon_lat: NDArray[np.float64]
    first: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """
    Streets between junctions, and the lines they were cut from.

    Attributes
    ----------
    node_vertex
        Vertex of each junction, int64[n_nodes]; a barrier's vertex has several.
    node_lon_lat
        float64[n_nodes, 2].
    tail, head
        Junctions of each street, int32[n_streets].
    line
        Line of each street, int64[n_streets], ascending.
    length_m
        Metres along the ellipsoid, float64[n_streets].
    point, first_point
        Geometry as in `geo.road.streets.Streets`.
    """

    node_vertex: NDArray[np.int64]
    node_lon_lat: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    line: NDArray[np.int64]
    length_m: NDArray[np.float64]
    point: NDArray[np.float64]
    first_point: NDArray[np.int64]


def merge_vertices(lon_lat: NDArray[np.float64], *, tolerance_deg: float) -> NDArray[np.int64]:
    """
    Number the distinct places among points.

    Parameters
    ----------
    lon_lat
        Points, float64[n, 2].
    tolerance_deg
        Points no further apart than this are one place, and so are chains of them.

    Returns
    -------
    vertex
        Place of each point, int64[n] from 0.
    """
    places, place_of_point = np.unique(lon_lat, axis=0, return_inverse=True)
    if not len(places):
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(places).query_pairs(tolerance_deg, output_type="ndarray")
    ones = np.ones(len(pairs), dtype=np.int8)
    shape = (len(places), len(places))
    near = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=shape)
    _, merged = connected_components(near.tocsr(), directed=False)
    return merged.astype(np.int64)[place_of_point.ravel()]


def without_repeats(lines: Lines) -> tuple[Lines, NDArray[np.int64]]:
    """
    Drop points that repeat the vertex before them, then lines of fewer than two points.

    Parameters
    ----------
    lines
        Lines as drawn.

    Returns
    -------
    lines
        What is left.
    kept
        Row of each line that is left, int64[n_lines left], ascending.
    """
    line = _line_of_point(lines.first)
    fresh = np.ones(len(line), dtype=bool)
    fresh[1:] = (np.diff(lines.vertex) != 0) | (np.diff(line) != 0)
    n_points = np.bincount(line[fresh], minlength=len(lines.first) - 1)
    keep = fresh & (n_points >= 2)[line]
    kept = np.flatnonzero(n_points >= 2)
    return Lines(lines.vertex[keep], lines.lon_lat[keep], _starts(n_points[kept])), kept


def cut_at_junctions(lines: Lines, *, barrier: NDArray[np.bool_] | None = None) -> Cut:
    """
    Cut lines at every vertex where they end, meet, or touch themselves.

    A closed line that meets no other becomes one street that ends where it starts.

    Parameters
    ----------
    lines
        Lines of two or more points, none repeating the vertex before it.
    barrier
        Vertices that nobody passes, bool[n_vertices]: lines are cut there too, and each
        street that ends there gets a junction of its own.

    Returns
    -------
    cut
        Streets in the order of the lines, and along them.
    """
    line = _line_of_point(lines.first)
    ends_here = np.zeros(len(line), dtype=bool)
    ends_here[lines.first[1:] - 1] = True
    junction = np.bincount(lines.vertex)[lines.vertex] >= 2 if len(line) else ends_here.copy()
    junction[lines.first[:-1]] = junction[lines.first[1:] - 1] = True
    if barrier is not None:
        junction |= barrier[lines.vertex]
    stop = np.flatnonzero(junction)
    start, end = _legs(stop, ends_here)
    ends = np.stack([start, end], axis=1).ravel()
    node, one_end = _nodes(lines.vertex[ends], barrier)
    first_point = _starts(end - start + 1)
    point = lines.lon_lat[_ranges(start, end - start + 1)]
    return Cut(
        node_vertex=lines.vertex[ends[one_end]],
        node_lon_lat=lines.lon_lat[ends[one_end]],
        tail=node[::2].astype(np.int32),
        head=node[1::2].astype(np.int32),
        line=line[start],
        length_m=lengths_m(point, first_point),
        point=point,
        first_point=first_point,
    )


def lengths_m(point: NDArray[np.float64], first_point: NDArray[np.int64]) -> NDArray[np.float64]:
    """
    Measure lines along the WGS-84 ellipsoid.

    Parameters
    ----------
    point
        Points of all lines end to end, float64[n_points, 2].
    first_point
        Where each line starts, int64[n_lines + 1]; every line has a point.

    Returns
    -------
    length_m
        float64[n_lines].
    """
    if not len(point):
        return np.zeros(len(first_point) - 1)
    (lon, lat), (next_lon, next_lat) = point.T, np.roll(point, -1, axis=0).T
    metres = np.asarray(EARTH.inv(lon, lat, next_lon, next_lat)[2])
    metres[first_point[1:] - 1] = 0.0
    summed: NDArray[np.float64] = np.add.reduceat(metres, first_point[:-1])
    return summed


def _legs(
    stop: NDArray[np.int64], ends_here: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair each stopping point with the next one on the same line."""
    if not len(stop):
        return stop, stop
    goes_on = ~ends_here[stop[:-1]]
    return stop[:-1][goes_on], stop[1:][goes_on]


def _nodes(
    vertex: NDArray[np.int64], barrier: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give street ends at one vertex one node, and at a barrier a node each."""
    place = vertex.copy()
    if barrier is not None:
        alone = np.flatnonzero(barrier[vertex])
        place[alone] = len(barrier) + np.arange(len(alone))
    _, one_end, node = np.unique(place, return_index=True, return_inverse=True)
    return node.ravel().astype(np.int64), one_end


def _line_of_point(first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row of the line that each point belongs to."""
    return np.repeat(np.arange(len(first) - 1), np.diff(first))


def _starts(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of some runs starts when they are laid end to end, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _ranges(start: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lay the ranges ``start … start + length - 1`` end to end."""
    first = _starts(length)
    return np.arange(first[-1]) - np.repeat(first[:-1] - start, length)
