"""
A customizable contraction hierarchy: order and topology, which weights never change.

The states of a graph are eliminated in the order of their rank; whoever is eliminated joins its
remaining neighbours pairwise.  What results is a chordal graph, kept as one row of *slots* per
state: its neighbours of higher rank.  All neighbours of a state lie on the path from it to the
root of the elimination tree, so a shortest way climbs that path from one end, and descends it
to the other.  States are named by their rank here; `Hierarchy.rank` translates.  Ranks and slots
are unsigned, so that no kernel looks whether an index is negative: that costs a third of a query.

References
----------
Dibbelt, Strasser, Wagner (2016), Customizable contraction hierarchies, J. Exp. Algorithmics 21.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.frozen import freeze
from geo.road.kernel import kernel
from geo.road.order import undirected
from geo.road.turn_graph import TurnGraph


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """
    Order and topology of one graph.

    Attributes
    ----------
    rank
        Place of each state in the order of elimination, uint32[n_states].
    first
        Slots of the state of rank v are rows ``first[v]:first[v + 1]``, uint32[n_states + 1].
    up
        Rank of the higher neighbour of each slot, ascending within a state, uint32[n_slots];
        the first of a state is its parent.
    parent
        Rank of the parent of each state in the elimination tree, uint32[n_states]; a root is
        its own.
    slot_low
        Rank of the lower neighbour of each slot, uint32[n_slots].
    low_first, low, low_slot
        The same read downward: lower neighbours of each state, ascending, and their slots,
        uint32[n_states + 1], uint32[n_slots], uint32[n_slots].
    slot_of_arc
        Slot and direction of every arc of ``graph.onward``: ``2 * slot`` when it runs
        upward, ``2 * slot + 1`` downward, -1 for a loop, int32[n_arcs].
    first_arc, arc
        Arcs by slot and direction: those of reference r are
        ``arc[first_arc[r]:first_arc[r + 1]]``, uint32[2 * n_slots + 1] and uint32[n].
    path_slots
        Slots on the way from a state to the root, on average: what a descent looks at.
    """

    rank: NDArray[np.uint32]
    first: NDArray[np.uint32]
    up: NDArray[np.uint32]
    parent: NDArray[np.uint32]
    slot_low: NDArray[np.uint32]
    low_first: NDArray[np.uint32]
    low: NDArray[np.uint32]
    low_slot: NDArray[np.uint32]
    slot_of_arc: NDArray[np.int32]
    first_arc: NDArray[np.uint32]
    arc: NDArray[np.uint32]
    path_slots: float

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)

    @property
    def n_slots(self) -> int:
        """Number of slots."""
        return len(self.up)


def contract(graph: TurnGraph, rank: NDArray[np.integer]) -> Hierarchy:
    """
    Eliminate the states of a graph in the order of their rank.

    Parameters
    ----------
    graph
        States and arcs.
    rank
        A permutation, int[n_states].

    Returns
    -------
    hierarchy
        Its topology, without weights.
    """
    n_states = graph.n_states
    neighbours = undirected(graph)
    state_of = np.argsort(rank)
    ordered = neighbours[state_of][:, state_of].tocsr() if n_states else neighbours
    first, up = eliminate(ordered.indptr.astype(np.int64), ordered.indices.astype(np.int32))
    slot_low = np.repeat(np.arange(n_states, dtype=np.uint32), np.diff(first))
    by_high = np.argsort(up, kind="stable").astype(np.uint32)
    low_first = np.searchsorted(up[by_high], np.arange(n_states + 1)).astype(np.uint32)
    place = rank.astype(np.uint32)
    source = place[np.repeat(np.arange(n_states), np.diff(graph.onward.first))]
    slot_of_arc = find_slots(first, up, source, place[graph.onward.to])
    known = np.flatnonzero(slot_of_arc >= 0).astype(np.uint32)
    by_slot = known[np.argsort(slot_of_arc[known], kind="stable")]
    first_arc = np.searchsorted(slot_of_arc[by_slot], np.arange(2 * len(up) + 1))
    return Hierarchy(
        rank=place,
        first=first,
        up=up,
        parent=_parents(first, up),
        slot_low=slot_low,
        low_first=low_first,
        low=slot_low[by_high],
        low_slot=by_high,
        slot_of_arc=slot_of_arc,
        first_arc=first_arc.astype(np.uint32),
        arc=by_slot,
        path_slots=float(slots_above(first, up).mean()) if n_states else 0.0,
    )


def _parents(first: NDArray[np.uint32], up: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Parent of every state in the elimination tree."""
    parent = np.arange(len(first) - 1, dtype=np.uint32)
    rooted = np.diff(first) > 0
    parent[rooted] = up[first[:-1][rooted]]
    return parent


@kernel
def eliminate(
    first: NDArray[np.int64], to: NDArray[np.int32]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """
    Fill in what elimination joins.

    Parameters
    ----------
    first, to
        Neighbours of each state, states being numbered by their rank.

    Returns
    -------
    first, up
        Higher neighbours of each state once all lower ones are eliminated, ascending.
    """
    n_states = len(first) - 1
    up_first = np.zeros(n_states + 1, dtype=np.int64)
    up = np.empty(max(16, 2 * len(to)), dtype=np.int32)
    eldest = np.full(n_states, -1, dtype=np.int32)
    sibling = np.full(n_states, -1, dtype=np.int32)
    seen_by = np.full(n_states, -1, dtype=np.int32)
    size = 0
    for v in range(n_states):
        start = size
        room = size + first[v + 1] - first[v]
        child = eldest[v]
        while child >= 0:
            room += up_first[child + 1] - up_first[child]
            child = sibling[child]
        if room > len(up):
            wider = np.empty(max(room, 2 * len(up)), dtype=np.int32)
            wider[:size] = up[:size]
            up = wider
        for row in range(first[v], first[v + 1]):
            if to[row] > v and seen_by[to[row]] != v:
                seen_by[to[row]] = v
                up[size] = to[row]
                size += 1
        child = eldest[v]
        while child >= 0:
            for row in range(up_first[child] + 1, up_first[child + 1]):
                if seen_by[up[row]] != v:
                    seen_by[up[row]] = v
                    up[size] = up[row]
                    size += 1
            child = sibling[child]
        up[start:size].sort()
        up_first[v + 1] = size
        if size > start:
            parent = up[start]
            sibling[v] = eldest[parent]
            eldest[parent] = v
    return up_first.astype(np.uint32), up[:size].astype(np.uint32)


@kernel
def slots_above(first: NDArray[np.uint32], up: NDArray[np.uint32]) -> NDArray[np.int64]:
    """
    Count the slots on the way from each state to the root.

    Parameters
    ----------
    first, up
        Slots by state.

    Returns
    -------
    count
        int64[n_states].
    """
    count = np.diff(first).astype(np.int64)
    for v in range(len(count) - 1, -1, -1):
        if count[v] > 0:
            count[v] += count[up[first[v]]]
    return count


@kernel
def find_slots(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    source: NDArray[np.uint32],
    target: NDArray[np.uint32],
) -> NDArray[np.int32]:
    """
    Find the slot and direction of arcs between ranks.

    Parameters
    ----------
    first, up
        Slots by state.
    source, target
        Ends of the arcs, as ranks; the slot must exist unless they are equal.

    Returns
    -------
    reference
        ``2 * slot`` upward, ``2 * slot + 1`` downward, -1 for a loop.
    """
    reference = np.full(len(source), -1, dtype=np.int32)
    for row in range(len(source)):
        low, high = min(source[row], target[row]), max(source[row], target[row])
        if low == high:
            continue
        start, end = np.int64(first[low]), np.int64(first[low + 1])
        while start < end:
            middle = (start + end) >> 1
            if up[middle] < high:
                start = middle + 1
            else:
                end = middle
        reference[row] = 2 * start + (1 if source[row] == high else 0)
    return reference
