"""The k nearest of many units: search backward from the incident until they are settled."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.fleet import rest_of_edge_ms
from geo.road.heap import STATE_BITS, lower_key, raise_key
from geo.road.kernel import kernel
from geo.road.ranking import rank_unit


@kernel
def search_units(
    first: NDArray[np.int64],
    to: NDArray[np.int32],
    arc_ms: NDArray[np.int32],
    seed: NDArray[np.int32],
    seed_ms: NDArray[np.int32],
    limit_ms: int,
    budget: int,
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    port_edge: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int32],
    eligible: NDArray[np.bool_],
    edge_ms: NDArray[np.int32],
    best_ms: NDArray[np.int64],
    best_unit: NDArray[np.int32],
    count: int,
) -> int:
    """
    Settle states around an incident, nearest first, and rank the units that hang on them.

    Parameters
    ----------
    first, to, arc_ms
        Arcs against travel, by state, and their weights.
    seed, seed_ms
        States from which the incident is reached, and the time from each, walk included.
    limit_ms
        Units that take longer are left out.
    budget
        How many states may be settled.
    stamp
        A number that ``mark`` does not hold yet.
    mark, label
        Room for labels, int32[n_states].
    head, after, port_edge, along, walk_ms
        How the units hang, see `geo.road.fleet.Hung`.
    eligible
        Which units may go, bool[n_units].
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    best_ms, best_unit
        The best so far, sorted by time and row; their length is how many are wanted.
    count
        How many of those are filled on entry.

    Returns
    -------
    count
        How many are filled; -1 when the budget did not suffice.
    """
    heap = np.empty(256, dtype=np.int64)
    size = 0
    wanted = len(best_ms)
    if count == wanted:
        limit_ms = -1 if wanted == 0 else min(limit_ms, best_ms[wanted - 1])
    for row in range(len(seed)):
        state, ms = seed[row], seed_ms[row]
        if ms <= limit_ms and (mark[state] != stamp or ms < label[state]):
            mark[state] = stamp
            label[state] = ms
            if size == len(heap):
                heap = np.concatenate((heap, np.empty_like(heap)))
            size = raise_key(heap, size, (np.int64(ms) << STATE_BITS) | state)
    settled = 0
    while size > 0:
        key = heap[0]
        ms, state = key >> STATE_BITS, key & 0xFFFFFFFF
        if ms > limit_ms:
            break
        size = lower_key(heap, size)
        if ms > label[state]:
            continue
        settled += 1
        if settled > budget:
            return -1
        port = head[state]
        while port >= 0:
            unit = port >> 1
            if eligible[unit]:
                rest_ms = rest_of_edge_ms(port_edge, along, edge_ms, port)
                unit_ms = ms + rest_ms + walk_ms[unit]
                if unit_ms <= limit_ms:
                    count = rank_unit(best_ms, best_unit, count, unit_ms, unit)
                    if count == wanted:
                        limit_ms = min(limit_ms, best_ms[wanted - 1])
            port = after[port]
        for row in range(first[state], first[state + 1]):
            reached_ms = ms + arc_ms[row]
            if reached_ms > limit_ms:
                continue
            other = to[row]
            if mark[other] != stamp or reached_ms < label[other]:
                mark[other] = stamp
                label[other] = reached_ms
                if size == len(heap):
                    heap = np.concatenate((heap, np.empty_like(heap)))
                size = raise_key(heap, size, (np.int64(reached_ms) << STATE_BITS) | other)
    return count
