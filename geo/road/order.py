"""
Elimination orders: in which sequence a hierarchy contracts the states of a graph.

A good order dissects: a small set of states whose removal splits the graph is contracted last,
and the halves are dissected in turn.  METIS does that by multilevel partitioning and is used
where it is installed; elsewhere an own dissection sweeps the map for the thinnest cut.  The
order only decides how large and fast a hierarchy is, never an answer.

References
----------
George (1973), Nested dissection; Dibbelt, Strasser, Wagner (2016), Customizable contraction
hierarchies.
"""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.road.kernel import kernel
from geo.road.turn_graph import TurnGraph

LEAF = 8
"""Parts this small are no longer dissected by the own order."""

BALANCE = 0.3
"""Neither half of a cut is smaller than this share."""

DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
"""Directions in which a part is swept, in degrees of longitude and latitude."""


def elimination_rank(graph: TurnGraph, lon_lat: NDArray[np.float64]) -> NDArray[np.int32]:
    """
    Rank the states of a graph for elimination.

    Parameters
    ----------
    graph
        States and arcs.
    lon_lat
        Places of the states, float64[n_states, 2]; read by the own dissection only.

    Returns
    -------
    rank
        A permutation, int32[n_states]; the highest is eliminated last.
    """
    adjacency = undirected(graph)
    if graph.n_states > LEAF and find_spec("pymetis") is not None:
        return _metis(adjacency)
    return dissect(adjacency, lon_lat)


def undirected(graph: TurnGraph) -> csr_array:
    """
    Give the neighbours of every state, whichever way the arcs run.

    Parameters
    ----------
    graph
        States and arcs.

    Returns
    -------
    adjacency
        Symmetric, without loops; the values mean nothing.
    """
    state = np.repeat(np.arange(graph.n_states), np.diff(graph.onward.first))
    other = graph.onward.to
    apart = state != other
    start = np.concatenate([state[apart], other[apart]])
    end = np.concatenate([other[apart], state[apart]])
    ones = np.ones(len(start), dtype=np.int8)
    adjacency = csr_array((ones, (start, end)), shape=(graph.n_states, graph.n_states))
    adjacency.sum_duplicates()
    return adjacency


def _metis(adjacency: csr_array) -> NDArray[np.int32]:
    """Rank by METIS; of the two permutations that it returns the second is the rank."""
    import pymetis  # noqa: PLC0415 -- wheels are not to be had for every machine

    _, rank = pymetis.nested_dissection(
        adjacency=pymetis.CSRAdjacency(
            adjacency.indptr.astype(np.int32), adjacency.indices.astype(np.int32)
        )
    )
    return np.asarray(rank, dtype=np.int32)


def dissect(adjacency: csr_array, lon_lat: NDArray[np.float64]) -> NDArray[np.int32]:
    """
    Rank by cutting the map where a straight sweep meets the fewest streets, again and again.

    Parameters
    ----------
    adjacency
        Symmetric neighbours.
    lon_lat
        Places, float64[n, 2].

    Returns
    -------
    rank
        A permutation, int32[n].
    """
    n_states = len(lon_lat)
    rank = np.full(n_states, -1, dtype=np.int32)
    place = np.full(n_states, -1, dtype=np.int64)
    first, to = adjacency.indptr.astype(np.int64), adjacency.indices.astype(np.int32)
    parts = [np.arange(n_states)]
    free = n_states
    while parts:
        part = parts.pop()
        separator: NDArray[np.int64] = part
        halves: list[NDArray[np.int64]] = []
        if len(part) > LEAF:
            separator, halves = _split(part, lon_lat, first, to, place)
        rank[separator] = np.arange(free - len(separator), free)
        free -= len(separator)
        parts += [half for half in halves if len(half)]
    return rank


def _split(
    part: NDArray[np.int64],
    lon_lat: NDArray[np.float64],
    first: NDArray[np.int64],
    to: NDArray[np.int32],
    place: NDArray[np.int64],
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Separate a part along the best of four directions: the separator, and the two halves."""
    best: tuple[int, NDArray[np.int64], int] | None = None
    for direction in DIRECTIONS:
        swept = part[np.argsort(lon_lat[part] @ direction, kind="stable")]
        place[swept] = np.arange(len(swept))
        crossing = crossings(first, to, place, swept)
        low = int(len(swept) * BALANCE)
        cut = low + int(np.argmin(crossing[low : len(swept) - low]))
        if best is None or crossing[cut] < best[0]:
            best = int(crossing[cut]), swept, cut
    assert best is not None
    _, swept, cut = best
    place[swept] = np.arange(len(swept))
    touches = borders(first, to, place, swept, cut + 1)
    place[swept] = -1
    near, far = swept[: cut + 1], swept[cut + 1 :]
    if touches[: cut + 1].sum() <= touches[cut + 1 :].sum():
        return near[touches[: cut + 1]], [near[~touches[: cut + 1]], far]
    return far[touches[cut + 1 :]], [near, far[~touches[cut + 1 :]]]


@kernel
def crossings(
    first: NDArray[np.int64],
    to: NDArray[np.int32],
    place: NDArray[np.int64],
    swept: NDArray[np.int64],
) -> NDArray[np.int64]:
    """
    Count the arcs that a sweep cuts after each state.

    Parameters
    ----------
    first, to
        Neighbours by state.
    place
        Position of each state in the sweep, -1 outside it, int64[n_states].
    swept
        States in the order of the sweep.

    Returns
    -------
    crossing
        Arcs between the states up to a position and those after it, int64[n_swept].
    """
    crossing = np.zeros(len(swept), dtype=np.int64)
    open_arcs = 0
    for row in range(len(swept)):
        for neighbour in to[first[swept[row]] : first[swept[row] + 1]]:
            if place[neighbour] > row:
                open_arcs += 1
            elif place[neighbour] >= 0:
                open_arcs -= 1
        crossing[row] = open_arcs
    return crossing


@kernel
def borders(
    first: NDArray[np.int64],
    to: NDArray[np.int32],
    place: NDArray[np.int64],
    swept: NDArray[np.int64],
    cut: int,
) -> NDArray[np.bool_]:
    """
    Find the states that touch the other side of a cut.

    Parameters
    ----------
    first, to
        Neighbours by state.
    place
        Position of each state in the sweep, -1 outside it, int64[n_states].
    swept
        States in the order of the sweep.
    cut
        Position at which the far side starts.

    Returns
    -------
    touches
        Bool, one per state swept.
    """
    touches = np.zeros(len(swept), dtype=np.bool_)
    for row in range(len(swept)):
        for neighbour in to[first[swept[row]] : first[swept[row] + 1]]:
            if place[neighbour] >= 0 and (place[neighbour] < cut) != (row < cut):
                touches[row] = True
                break
    return touches
