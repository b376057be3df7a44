"""Bounded search kernels: shortest times from some states of a graph to all others."""

# ruff: noqa: PLR0913, PLR0917 -- a kernel takes its arrays one by one

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel

FAR_MS = np.int64(1) << 40
"""Label of a state that was not reached; far below where sums would wrap."""

NO_ARC = -1


@kernel
def settle(
    first: NDArray[np.int64],
    to: NDArray[np.int32],
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
    key = np.empty(1024, dtype=np.int64)
    item = np.empty(1024, dtype=np.int32)
    size = 0
    for row in range(len(seed)):
        state = seed[row]
        if seed_ms[row] <= limit_ms and seed_ms[row] < label_ms[state]:
            label_ms[state] = seed_ms[row]
            key, item, size = push(key, item, size, seed_ms[row], state)
    while size > 0:
        ms, state = key[0], item[0]
        size = pop(key, item, size)
        if ms > label_ms[state]:
            continue
        for row in range(first[state], first[state + 1]):
            other = to[row]
            reached_ms = ms + arc_ms[row]
            if reached_ms < label_ms[other] and reached_ms <= limit_ms:
                label_ms[other] = reached_ms
                arc[other] = row
                via[other] = state
                key, item, size = push(key, item, size, reached_ms, other)
    return label_ms, arc, via


@kernel
def push(
    key: NDArray[np.int64], item: NDArray[np.int32], size: int, ms: int, state: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], int]:
    """
    Put a state into the binary heap, which grows when full.

    Parameters
    ----------
    key, item, size
        The heap: times, states, and how many of them are in use.
    ms, state
        What to put in.

    Returns
    -------
    key, item, size
        The heap afterwards.
    """
    if size == len(key):
        key = np.concatenate((key, np.empty_like(key)))
        item = np.concatenate((item, np.empty_like(item)))
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        if key[parent] <= ms:
            break
        key[child], item[child] = key[parent], item[parent]
        child = parent
    key[child], item[child] = ms, state
    return key, item, size + 1


@kernel
def pop(key: NDArray[np.int64], item: NDArray[np.int32], size: int) -> int:
    """
    Take the nearest state off the binary heap.

    Parameters
    ----------
    key, item, size
        The heap, not empty; its root is read by the caller beforehand.

    Returns
    -------
    size
        How many entries are left.
    """
    size -= 1
    ms, state = key[size], item[size]
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        if child + 1 < size and key[child + 1] < key[child]:
            child += 1
        if key[child] >= ms:
            break
        key[parent], item[parent] = key[child], item[child]
        parent = child
    key[parent], item[parent] = ms, state
    return size


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
