"""A bounded search onward from one place, and the edges that are entered on it."""

# ruff: noqa: C901, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.kernel import kernel

BUCKET_BITS = 12
"""A bucket of the queue spans this power of two in milliseconds: four seconds, about an edge."""

NOBODY = np.uint32(0xFFFFFFFF)
"""End of a bucket's list."""

NOT_QUEUED = np.uint32(0xFFFFFFFE)

ONE = np.uint32(1)

ROUND = 1 << 32
"""Labels of one epoch lie within this of it; those of earlier questions above."""


@kernel
def search_onward(
    first: NDArray[np.uint32],
    to: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    seed: NDArray[np.uint32],
    seed_ms: NDArray[np.int32],
    limit_ms: int,
    epoch: int,
    reached: NDArray[np.int64],
    order: NDArray[np.uint32],
    after: NDArray[np.uint32],
    before: NDArray[np.uint32],
) -> int:
    """
    Label every state within a time limit.

    Parameters
    ----------
    first, to, arc_ms
        Arcs grouped by state, and their weights in milliseconds, 0 or more.
    seed, seed_ms
        States to start from and the time already spent there; a state may stand twice.
    limit_ms
        States farther than this stay unlabelled.
    epoch, reached
        Room for labels, see `geo.road.workspace.Workspace`.
    order
        Receives the states within the limit, in no order of time, uint32[n_states].
    after, before
        Room for the queue, uint32[n_states] each.

    Returns
    -------
    count
        How many states are within the limit.

    Notes
    -----
    The queue is a row of buckets, each a doubly linked list of states.  A bucket is emptied
    in any order, and a state that becomes faster while its bucket is being emptied goes in
    again: labels are exact whatever the width.  No state stands in the queue twice, so a
    question allocates nothing but the buckets.

    References
    ----------
    Meyer and Sanders (2003), Delta-stepping: a parallelizable shortest path algorithm.
    """
    if limit_ms < 0:
        return 0
    bucket = np.full((limit_ms >> BUCKET_BITS) + 1, NOBODY)
    count = 0
    for row in range(len(seed)):
        start, ms = seed[row], np.int64(seed_ms[row])
        if ms > limit_ms or epoch | ms >= reached[start]:
            continue
        if reached[start] >= epoch + ROUND:
            order[count] = start
            count += 1
        else:
            unlink(start, np.uint32((reached[start] - epoch) >> BUCKET_BITS), bucket, after, before)
        reached[start] = epoch | ms
        link(start, np.uint32(ms >> BUCKET_BITS), bucket, after, before)
    for row in range(len(bucket)):
        place = np.uint32(row)
        while bucket[place] != NOBODY:
            state = bucket[place]
            unlink(state, place, bucket, after, before)
            ms = reached[state] - epoch
            for arc in range(first[state], first[state + ONE]):
                other, other_ms = to[arc], ms + arc_ms[arc]
                label = reached[other]
                if other_ms > limit_ms or epoch | other_ms >= label:
                    continue
                if label >= epoch + ROUND:
                    order[count] = other
                    count += 1
                elif before[other] != NOT_QUEUED:
                    unlink(other, np.uint32((label - epoch) >> BUCKET_BITS), bucket, after, before)
                reached[other] = epoch | other_ms
                link(other, np.uint32(other_ms >> BUCKET_BITS), bucket, after, before)
    return count


@kernel
def link(
    state: np.uint32,
    place: np.uint32,
    bucket: NDArray[np.uint32],
    after: NDArray[np.uint32],
    before: NDArray[np.uint32],
) -> None:
    """
    Put a state at the front of a bucket.

    Parameters
    ----------
    state, place
        The state and the bucket.
    bucket, after, before
        The queue, see `search_onward`.
    """
    following = bucket[place]
    bucket[place], before[state], after[state] = state, NOBODY, following
    if following != NOBODY:
        before[following] = state


@kernel
def unlink(
    state: np.uint32,
    place: np.uint32,
    bucket: NDArray[np.uint32],
    after: NDArray[np.uint32],
    before: NDArray[np.uint32],
) -> None:
    """
    Take a state out of its bucket.

    Parameters
    ----------
    state, place
        The state and the bucket.
    bucket, after, before
        The queue, see `search_onward`.
    """
    left, right = before[state], after[state]
    if left == NOBODY:
        bucket[place] = right
    else:
        after[left] = right
    if right != NOBODY:
        before[right] = left
    before[state] = NOT_QUEUED


@kernel
def entered_edges(
    states: NDArray[np.uint32],
    limit_ms: int,
    epoch: int,
    reached: NDArray[np.int64],
    stamp: int,
    done: NDArray[np.int32],
    state_node: NDArray[np.int32],
    first_memory: NDArray[np.int64],
    memory: NDArray[np.int32],
    first: NDArray[np.uint32],
    arc_edge: NDArray[np.int32],
    arc_extra_ms: NDArray[np.int64],
    arc_ms: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """
    List the edges that are entered at their start within the limit, and when at the earliest.

    Parameters
    ----------
    states
        The states within the limit, as `search_onward` listed them.
    limit_ms, epoch, reached
        What it was given, and left.
    stamp, done
        Junctions looked at hold the stamp, int32[n_states].
    state_node, first_memory, memory, first, arc_edge, arc_extra_ms
        Of the graph, see `geo.road.turn_graph.TurnGraph`; with nothing begun, the arcs out of a
        junction are its edges.
    arc_ms
        Weights of the arcs, `NEVER` where closed.

    Returns
    -------
    edge, enter_ms
        Each open edge once, int32[n]; the time before it is driven, what the turn costs included.
    """
    edge = np.empty(4 * len(states) + 64, dtype=np.int32)
    enter_ms = np.empty(4 * len(states) + 64, dtype=np.int32)
    count = 0
    n_nodes, beyond_ms = len(first_memory) - 1, np.int64(limit_ms) + 1
    for state in states:
        node = state if state < n_nodes else np.uint32(state_node[state])
        low, high = first[node], first[node + ONE]
        remembering = len(memory) > 0 and first_memory[node + ONE] > first_memory[node]
        if remembering:
            if done[node] == stamp:
                continue
            done[node] = stamp
        while count + high - low > len(edge):
            edge = np.concatenate((edge, np.empty_like(edge)))
            enter_ms = np.concatenate((enter_ms, np.empty_like(enter_ms)))
        free_ms = reached[node] - epoch
        if not remembering:
            for arc in range(low, high):
                if arc_ms[arc] < NEVER:
                    edge[count], enter_ms[count] = arc, free_ms
                    count += 1
            continue
        for arc in range(low, high):
            best_ms = free_ms if arc_ms[arc] < NEVER else beyond_ms
            for row in range(first_memory[node], first_memory[node + ONE]):
                begun = memory[row]
                for own in range(first[begun], first[begun + ONE]):
                    if arc_edge[own] == arc and arc_ms[own] < NEVER:
                        best_ms = min(best_ms, reached[begun] - epoch + arc_extra_ms[own])
            if best_ms <= limit_ms:
                edge[count], enter_ms[count] = arc, best_ms
                count += 1
    return edge[:count], enter_ms[:count]
