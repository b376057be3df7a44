"""Bounded search kernels: shortest times from some states of a graph to all others."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.heap import STATE_BITS, lower_key, raise_key
from geo.road.kernel import kernel

FAR_MS = np.int64(1) << 40
"""Label of a state that was not reached; far below where sums would wrap."""

NO_ARC = -1


@kernel
def settle(
    first: NDArray[np.uint32],
    to: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    seed: NDArray[np.int32],
    seed_ms: NDArray[np.int32],
    limit_ms: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
    """
    Label every state within a time limit, nearest first.

    Parameters
    ----------
    first, to, arc_ms
        Arcs grouped by state, and their weights in milliseconds, 0 or more.
    seed, seed_ms
        States to start from and the time already spent there; a state may stand twice.
    limit_ms
        States farther than this stay unlabelled.

    Returns
    -------
    label_ms
        int64[n_states]; ``FAR_MS`` where not reached within the limit.
    arc
        Arc by which each state was reached, int32[n_states]; ``NO_ARC`` at a seed.
    via
        State from which it was reached, int32[n_states]; -1 at a seed.

    References
    ----------
    Dijkstra (1959); the queue holds stale entries instead of decreasing keys.
    """
    n_states = len(first) - 1
    label_ms = np.full(n_states, FAR_MS, dtype=np.int64)
    arc = np.full(n_states, NO_ARC, dtype=np.int32)
    via = np.full(n_states, -1, dtype=np.int32)
    heap = np.empty(1024, dtype=np.int64)
    size = 0
    for row in range(len(seed)):
        state = seed[row]
        if seed_ms[row] <= limit_ms and seed_ms[row] < label_ms[state]:
            label_ms[state] = seed_ms[row]
            if size == len(heap):
                heap = np.concatenate((heap, np.empty_like(heap)))
            size = raise_key(heap, size, (np.int64(seed_ms[row]) << STATE_BITS) | state)
    while size > 0:
        ms, state = heap[0] >> STATE_BITS, heap[0] & 0xFFFFFFFF
        size = lower_key(heap, size)
        if ms > label_ms[state]:
            continue
        for row in range(first[state], first[state + 1]):
            other = to[row]
            reached_ms = ms + arc_ms[row]
            if reached_ms < label_ms[other] and reached_ms <= limit_ms:
                label_ms[other] = reached_ms
                arc[other] = row
                via[other] = state
                if size == len(heap):
                    heap = np.concatenate((heap, np.empty_like(heap)))
                size = raise_key(heap, size, (np.int64(reached_ms) << STATE_BITS) | other)
    return label_ms, arc, via


@kernel
def tree_length(
    arc: NDArray[np.int32],
    via: NDArray[np.int32],
    arc_length_m: NDArray[np.float64],
    length_m: NDArray[np.float64],
) -> None:
    """
    Sum lengths from the seeds of a search tree outward, in place.

    Parameters
    ----------
    arc, via
        What `settle` returned.
    arc_length_m
        Metres driven by each arc, float64[n_arcs].
    length_m
        Metres at the seeds on entry; at every state of the tree on return,
        float64[n_states].
    """
    n_states = len(via)
    done = via < 0
    stack = np.empty(n_states, dtype=np.int32)
    for start in range(n_states):
        depth = 0
        state = np.int32(start)
        while not done[state]:
            stack[depth] = state
            depth += 1
            state = via[state]
        while depth > 0:
            depth -= 1
            state = stack[depth]
            length_m[state] = length_m[via[state]] + arc_length_m[arc[state]]
            done[state] = True
