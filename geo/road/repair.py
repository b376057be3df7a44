"""Weights of a hierarchy mended where some arcs have changed, so that the rest stays as it is."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER, SlotWeights
from geo.road.heap import ONE, lower_key, raise_key
from geo.road.hierarchy import Hierarchy
from geo.road.kernel import Whole, kernel

UP_LOST, DOWN_LOST = np.uint8(1), np.uint8(2)
"""Directions in which the way that a slot held has become slower."""

FASTER, LOST = 1, 2
"""What an offered way does to a slot."""


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
        old.up_ms,
        old.down_ms,
        up_ms,
        down_ms,
    )
    return SlotWeights(up_ms, down_ms)


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
    old_up_ms: NDArray[np.int32],
    old_down_ms: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> int:
    """
    Mend dirty slots and those that depend on them, state by state from the lowest, in place.

    Parameters
    ----------
    first, up, slot_low, low_first, low, low_slot, first_arc, arc
        The topology.
    arc_ms
        Milliseconds of each arc after the change.
    dirty
        Slots whose own arcs have changed.
    old_up_ms, old_down_ms
        Customised weights before the change.
    up_ms, down_ms
        A copy of them on entry; customised after the change on return.

    Returns
    -------
    n_changed
        How many slots have other weights now.

    Notes
    -----
    When a state has its turn, all below it are final.  Whatever makes a slot faster is put in
    at once, so what it holds is a lower bound, and no way needs to be looked at unless the
    one that it held has become slower (`UP_LOST`, `DOWN_LOST`); then the search for another
    ends as soon as one is as fast.
    """
    lost = np.zeros(len(up), dtype=np.uint8)
    queued = np.zeros(len(first), dtype=np.bool_)
    heap = np.empty(len(first), dtype=np.int64)  # no state has two turns
    size, n_changed = 0, 0
    for slot in dirty:
        lost[slot] = UP_LOST | DOWN_LOST
        up_ms[slot] = min(up_ms[slot], cheapest_arc(first_arc, arc, arc_ms, 2 * slot))
        down_ms[slot] = min(down_ms[slot], cheapest_arc(first_arc, arc, arc_ms, 2 * slot + 1))
        if not queued[slot_low[slot]]:
            queued[slot_low[slot]] = True
            size = raise_key(heap, size, np.int64(slot_low[slot]))
    while size > 0:
        v = np.uint32(heap[0])
        size = lower_key(heap, size)
        for slot in range(first[v], first[v + 1]):
            if lost[slot]:
                mend_slot(
                    slot, v, up[slot], lost[slot], low_first, low, low_slot,
                    first_arc, arc, arc_ms, up_ms, down_ms,
                )  # fmt: skip
        for slot in range(first[v], first[v + 1]):
            if up_ms[slot] != old_up_ms[slot] or down_ms[slot] != old_down_ms[slot]:
                n_changed += 1
                size = pass_on(
                    slot, v, first, up, slot_low, low_first, low, low_slot,
                    old_up_ms, old_down_ms, up_ms, down_ms, lost, queued, heap, size,
                )  # fmt: skip
    return n_changed


@kernel
def pass_on(
    one: Whole,
    v: Whole,
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    slot_low: NDArray[np.uint32],
    low_first: NDArray[np.uint32],
    low: NDArray[np.uint32],
    low_slot: NDArray[np.uint32],
    old_up_ms: NDArray[np.int32],
    old_down_ms: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
    lost: NDArray[np.uint8],
    queued: NDArray[np.bool_],
    heap: NDArray[np.int64],
    size: int,
) -> int:
    """
    Tell the slots above a state that one of its own has changed.

    Parameters
    ----------
    one, v
        The slot and its lower end.
    first, up, slot_low, low_first, low, low_slot
        The topology.
    old_up_ms, old_down_ms, up_ms, down_ms
        See `repair`.
    lost
        Directions that became slower, by slot; changed in place.
    queued, heap, size
        The states that will have a turn.

    Returns
    -------
    size
        How many those are now.
    """
    old_from, new_from, old_to, new_to = old_up_ms[one], up_ms[one], old_down_ms[one], down_ms[one]
    above, below = np.uint64(first[up[one]]), np.uint64(low_first[up[one]])
    for other in range(first[v], first[v + 1]):
        if other == one:
            continue
        if other > one:
            while up[above] != up[other]:
                above += ONE
            slot = above
        else:
            below = seek(low, below, np.uint64(low_first[up[one] + 1]), up[other])
            slot = np.uint64(low_slot[below])
        there = back = 0  # from the end of one over v to the end of other, and back
        if new_to != old_to:
            old_ms, new_ms = old_to + old_up_ms[other], new_to + up_ms[other]
            there = offer(up_ms if other > one else down_ms, slot, old_ms, new_ms)
        if new_from != old_from:
            old_ms, new_ms = old_down_ms[other] + old_from, down_ms[other] + new_from
            back = offer(down_ms if other > one else up_ms, slot, old_ms, new_ms)
        if there | back == 0:
            continue
        if LOST in (there, back):
            rises = (there if other > one else back) == LOST
            falls = (back if other > one else there) == LOST
            lost[slot] |= np.uint8(rises * UP_LOST + falls * DOWN_LOST)
        if not queued[slot_low[slot]]:
            queued[slot_low[slot]] = True
            size = raise_key(heap, size, np.int64(slot_low[slot]))
    return size


@kernel
def seek(low: NDArray[np.uint32], start: Whole, end: Whole, wanted: Whole) -> np.uint64:
    """
    Go on in an ascending row to the last entry that is not above a value.

    Parameters
    ----------
    low
        The row.
    start, end
        Where to begin, and the end of the row.
    wanted
        The value.

    Returns
    -------
    place
        ``start`` at least.
    """
    place, stride = np.uint64(start), ONE
    while place + stride < end and low[place + stride] <= wanted:
        place += stride
        stride += stride
    while stride > ONE:
        stride >>= ONE
        if place + stride < end and low[place + stride] <= wanted:
            place += stride
    return place


@kernel
def offer(ms: NDArray[np.int32], slot: Whole, old_ms: Whole, new_ms: Whole) -> int:
    """
    Tell a slot that a way it may have held has changed.

    Parameters
    ----------
    ms
        Weights in one direction, changed in place.
    slot
        The slot.
    old_ms, new_ms
        The way before and after.

    Returns
    -------
    effect
        `FASTER` when the slot now holds it, `LOST` when it held the way and that is slower
        now, else 0.
    """
    if new_ms < ms[slot]:
        ms[slot] = new_ms
        return FASTER
    return LOST if ms[slot] == old_ms < new_ms else 0


@kernel
def mend_slot(
    slot: Whole,
    v: Whole,
    high: Whole,
    flags: Whole,
    low_first: NDArray[np.uint32],
    low: NDArray[np.uint32],
    low_slot: NDArray[np.uint32],
    first_arc: NDArray[np.uint32],
    arc: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> None:
    """
    Find the fastest ways that a slot now stands for, in place.

    Parameters
    ----------
    slot, v, high
        The slot and its ends.
    flags
        In which direction the way that it held has become slower.
    low_first, low, low_slot, first_arc, arc
        The topology.
    arc_ms
        Milliseconds of each arc.
    up_ms, down_ms
        Final below v; what the slot holds is a lower bound.
    """
    least_up, least_down = up_ms[slot], down_ms[slot]
    new_up, new_down = least_up, least_down
    if flags & UP_LOST:
        new_up = np.int32(cheapest_arc(first_arc, arc, arc_ms, 2 * slot))
    if flags & DOWN_LOST:
        new_down = np.int32(cheapest_arc(first_arc, arc, arc_ms, 2 * slot + 1))
    left, left_end = np.uint64(low_first[v]), np.uint64(low_first[v + 1])
    right, right_end = np.uint64(low_first[high]), np.uint64(low_first[high + 1])
    while left < left_end and right < right_end:
        if low[left] < low[right]:
            left += ONE
        elif low[left] > low[right]:
            right += ONE
        else:
            from_v, from_high = low_slot[left], low_slot[right]
            new_up = min(new_up, np.int32(down_ms[from_v] + up_ms[from_high]))
            new_down = min(new_down, np.int32(down_ms[from_high] + up_ms[from_v]))
            if new_up == least_up and new_down == least_down:
                break
            left += ONE
            right += ONE
    up_ms[slot], down_ms[slot] = new_up, new_down


@kernel
def cheapest_arc(
    first_arc: NDArray[np.uint32],
    arc: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    reference: Whole,
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
