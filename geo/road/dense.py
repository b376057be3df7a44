"""Units around an incident: search backward from it, for the k nearest or for all in time."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.eligible import may_go
from geo.road.fleet import rest_of_edge_ms
from geo.road.heap import STATE_BITS, STATE_MASK, lower_key, raise_key
from geo.road.kernel import kernel
from geo.road.ranking import rank_unit


@kernel
def search_units(
    first: NDArray[np.uint32],
    to: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    seed: NDArray[np.int32],
    seed_ms: NDArray[np.int32],
    limit_ms: int,
    budget: int,
    epoch: int,
    reached: NDArray[np.int64],
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    port_edge: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int32],
    bits: NDArray[np.uint64],
    wanted: NDArray[np.uint64],
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
    epoch, reached
        Room for labels, see `geo.road.workspace.Workspace`.
    head, after, port_edge, along, walk_ms
        How the units hang, see `geo.road.fleet.Hung`.
    bits, wanted
        Who may go, see `geo.road.eligible.may_go`.
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
    most = len(best_ms)
    if count == most:
        limit_ms = -1 if most == 0 else min(limit_ms, best_ms[most - 1])
    for row in range(len(seed)):
        start, ms = seed[row], np.int64(seed_ms[row])
        if ms <= limit_ms and epoch | ms < reached[start]:
            reached[start] = epoch | ms
            if size == len(heap):
                heap = np.concatenate((heap, np.empty_like(heap)))
            size = raise_key(heap, size, (ms << STATE_BITS) | start)
    settled = 0
    while size > 0:
        key = heap[0]
        ms, state = key >> STATE_BITS, np.uint32(key & STATE_MASK)
        if ms > limit_ms:
            break
        size = lower_key(heap, size)
        if epoch | ms > reached[state]:
            continue
        settled += 1
        if settled > budget:
            return -1
        port = head[state]
        while port >= 0:
            unit = port >> 1
            if may_go(bits, wanted, unit):
                rest_ms = rest_of_edge_ms(port_edge, along, edge_ms, port)
                unit_ms = ms + rest_ms + walk_ms[unit]
                if unit_ms <= limit_ms:
                    count = rank_unit(best_ms, best_unit, count, unit_ms, unit)
                    if count == most:
                        limit_ms = min(limit_ms, best_ms[most - 1])
            port = after[port]
        for arc in range(first[state], first[state + 1]):
            reached_ms, other = ms + arc_ms[arc], to[arc]
            if reached_ms <= limit_ms and epoch | reached_ms < reached[other]:
                reached[other] = epoch | reached_ms
                if size == len(heap):
                    heap = np.concatenate((heap, np.empty_like(heap)))
                size = raise_key(heap, size, (reached_ms << STATE_BITS) | other)
    return count


@kernel
def reach_units(
    first: NDArray[np.uint32],
    to: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    seed: NDArray[np.int32],
    seed_ms: NDArray[np.int32],
    limit_ms: int,
    epoch: int,
    reached: NDArray[np.int64],
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    port_edge: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int32],
    edge_ms: NDArray[np.int32],
    unit_ms: NDArray[np.int64],
) -> None:
    """
    Settle all states within a time of an incident, and note when the units on them are there.

    Parameters
    ----------
    first, to, arc_ms, seed, seed_ms, limit_ms, epoch, reached
        See `search_units`.
    head, after, port_edge, along, walk_ms, edge_ms
        See `search_units`.
    unit_ms
        Time of each unit, int64[n_units]; lowered in place where a way within the limit is
        faster.
    """
    heap = np.empty(1024, dtype=np.int64)
    size = 0
    for row in range(len(seed)):
        start, ms = seed[row], np.int64(seed_ms[row])
        if ms <= limit_ms and epoch | ms < reached[start]:
            reached[start] = epoch | ms
            if size == len(heap):
                heap = np.concatenate((heap, np.empty_like(heap)))
            size = raise_key(heap, size, (ms << STATE_BITS) | start)
    while size > 0:
        key = heap[0]
        ms, state = key >> STATE_BITS, np.uint32(key & STATE_MASK)
        size = lower_key(heap, size)
        if epoch | ms > reached[state]:
            continue
        port = head[state]
        while port >= 0:
            unit = port >> 1
            there_ms = ms + rest_of_edge_ms(port_edge, along, edge_ms, port) + walk_ms[unit]
            if there_ms <= limit_ms:
                unit_ms[unit] = min(unit_ms[unit], there_ms)
            port = after[port]
        for arc in range(first[state], first[state + 1]):
            reached_ms, other = ms + arc_ms[arc], to[arc]
            if reached_ms <= limit_ms and epoch | reached_ms < reached[other]:
                reached[other] = epoch | reached_ms
                if size == len(heap):
                    heap = np.concatenate((heap, np.empty_like(heap)))
                size = raise_key(heap, size, (reached_ms << STATE_BITS) | other)
