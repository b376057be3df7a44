"""Weights of a hierarchy: customised whole, or only where some arcs have changed."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.frozen import freeze
from geo.road.heap import lower_key, raise_key
from geo.road.hierarchy import Hierarchy
from geo.road.kernel import kernel

NEVER = np.int32((1 << 30) - 1)
"""No way, in int32 milliseconds: twelve days, and two of them still do not wrap."""


@dataclass(frozen=True, slots=True, eq=False)
class SlotWeights:
    """
    Shortest times over ways whose inner states all have lower ranks.

    Attributes
    ----------
    up_ms, down_ms
        From the lower to the higher end of each slot, and back, int32[n_slots]; `NEVER`
        where no such way exists.
    """

    up_ms: NDArray[np.int32]
    down_ms: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)


def customise(hierarchy: Hierarchy, arc_ms: NDArray[np.int32]) -> SlotWeights:
    """
    Weigh all slots.

    Parameters
    ----------
    hierarchy
        The topology.
    arc_ms
        Milliseconds of every arc of the graph, int32[n_arcs].

    Returns
    -------
    weights
        One per slot and direction.
    """
    weights = np.full(2 * hierarchy.n_slots, NEVER, dtype=np.int32)
    own_weights(hierarchy.slot_of_arc, arc_ms, weights)
    up_ms, down_ms = weights[0::2].copy(), weights[1::2].copy()
    relax_triangles(hierarchy.first, hierarchy.up, up_ms, down_ms)
    return SlotWeights(up_ms, down_ms)


def recustomise(
    hierarchy: Hierarchy,
    old: SlotWeights,
    arc_ms: NDArray[np.int32],
    changed_arc: NDArray[np.integer],
) -> SlotWeights:
    """
    Weigh anew only what some changed arcs reach.

    Parameters
    ----------
    hierarchy
        The topology.
    old
        Weights before the change; they stay as they are.
    arc_ms
        Milliseconds of every arc after the change, int32[n_arcs].
    changed_arc
        Arcs whose milliseconds differ.

    Returns
    -------
    weights
        Equal to those of `customise`.
    """
    up_ms, down_ms = old.up_ms.copy(), old.down_ms.copy()
    reference = hierarchy.slot_of_arc[changed_arc]
    dirty = np.unique(reference[reference >= 0] >> 1).astype(np.int32)
    repair(
        hierarchy.first,
        hierarchy.up,
        hierarchy.slot_low,
        hierarchy.low_first,
        hierarchy.low,
        hierarchy.low_slot,
        hierarchy.first_arc,
        hierarchy.arc,
        arc_ms,
        dirty,
        up_ms,
        down_ms,
    )
    return SlotWeights(up_ms, down_ms)


@kernel
def own_weights(
    slot_of_arc: NDArray[np.int32], arc_ms: NDArray[np.int32], weights: NDArray[np.int32]
) -> None:
    """
    Give every slot the time of its fastest own arc, in place.

    Parameters
    ----------
    slot_of_arc
        Slot and direction of each arc, -1 for loops.
    arc_ms
        Milliseconds of each arc.
    weights
        By slot and direction, filled with `NEVER` on entry.
    """
    for row in range(len(slot_of_arc)):
        reference = slot_of_arc[row]
        if reference >= 0 and arc_ms[row] < weights[reference]:
            weights[reference] = arc_ms[row]


@kernel
def relax_triangles(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> None:
    """
    Shorten every slot by the ways over lower states, lowest state first, in place.

    Parameters
    ----------
    first, up
        Slots by state.
    up_ms, down_ms
        Own weights on entry, customised on return.
    """
    for v in range(len(first) - 1):
        end = first[v + 1]
        for left in range(first[v], end):
            to_v, from_v = down_ms[left], up_ms[left]
            slot = first[up[left]]
            for right in range(left + 1, end):
                high = up[right]
                while up[slot] != high:
                    slot += 1
                onward, back = to_v + up_ms[right], down_ms[right] + from_v
                up_ms[slot] = min(up_ms[slot], onward)
                down_ms[slot] = min(down_ms[slot], back)


@kernel
def repair(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    slot_low: NDArray[np.uint32],
    low_first: NDArray[np.uint32],
    low: NDArray[np.uint32],
    low_slot: NDArray[np.uint32],
    first_arc: NDArray[np.uint32],
    arc: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    dirty: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> int:
    """
    Recompute dirty slots and those that depend on them, lowest slot first, in place.

    Parameters
    ----------
    first, up, slot_low, low_first, low, low_slot, first_arc, arc
        The topology.
    arc_ms
        Milliseconds of each arc after the change.
    dirty
        Slots whose own arcs have changed, ascending.
    up_ms, down_ms
        Customised weights before the change; after it on return.

    Returns
    -------
    n_recomputed
        How many slots were looked at.
    """
    queued = np.zeros(len(up), dtype=np.bool_)
    heap = np.empty(max(64, 2 * len(dirty)), dtype=np.int64)
    size = 0
    for slot in dirty:
        queued[slot] = True
        heap[size] = slot
        size += 1
    n_recomputed = 0
    while size > 0:
        slot = heap[0]
        size = lower_key(heap, size)
        queued[slot] = False
        n_recomputed += 1
        high = up[slot]
        v = slot_low[slot]
        new_up = cheapest_arc(first_arc, arc, arc_ms, 2 * slot)
        new_down = cheapest_arc(first_arc, arc, arc_ms, 2 * slot + 1)
        left, right = low_first[v], low_first[high]
        while left < low_first[v + 1] and right < low_first[high + 1]:
            if low[left] < low[right]:
                left += 1
            elif low[left] > low[right]:
                right += 1
            else:
                one, other = low_slot[left], low_slot[right]
                new_up = min(new_up, down_ms[one] + up_ms[other])
                new_down = min(new_down, down_ms[other] + up_ms[one])
                left += 1
                right += 1
        old_up, old_down = up_ms[slot], down_ms[slot]
        if new_up == old_up and new_down == old_down:
            continue
        up_ms[slot], down_ms[slot] = new_up, new_down
        for other in range(first[v], first[v + 1]):
            if other == slot:
                continue
            above = find_slot(first, up, min(up[other], high), max(up[other], high))
            if queued[above]:
                continue
            # into: from the other neighbour over v to high; out: from high over v to the other
            into, out = down_ms[other], up_ms[other]
            if up[other] < high:
                current_into, current_out = up_ms[above], down_ms[above]
            else:
                current_into, current_out = down_ms[above], up_ms[above]
            lowered = into + new_up < current_into or new_down + out < current_out
            carried = into + old_up == current_into or old_down + out == current_out
            if lowered or carried:
                queued[above] = True
                if size == len(heap):
                    heap = np.concatenate((heap, np.empty_like(heap)))
                size = raise_key(heap, size, above)
    return n_recomputed


@kernel
def cheapest_arc(
    first_arc: NDArray[np.uint32],
    arc: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    reference: int,
) -> int:
    """
    Time of the fastest own arc of a slot in one direction.

    Parameters
    ----------
    first_arc, arc
        Arcs by slot and direction.
    arc_ms
        Milliseconds of each arc.
    reference
        Slot and direction.

    Returns
    -------
    ms
        `NEVER` where it has none.
    """
    best = NEVER
    for row in range(first_arc[reference], first_arc[reference + 1]):
        best = min(best, arc_ms[arc[row]])
    return int(best)


@kernel
def find_slot(first: NDArray[np.uint32], up: NDArray[np.uint32], low: int, high: int) -> int:
    """
    Find the slot between two states that are neighbours.

    Parameters
    ----------
    first, up
        Slots by state.
    low, high
        Ranks of the two.

    Returns
    -------
    slot
        Its row.
    """
    start, end = np.int64(first[low]), np.int64(first[low + 1])
    while start < end:
        middle = (start + end) >> 1
        if up[middle] < high:
            start = middle + 1
        else:
            end = middle
    return int(start)
