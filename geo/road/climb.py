"""Queries on a hierarchy: climb from one end, descend to the other."""

# ruff: noqa: C901, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.fleet import rest_of_edge_ms
from geo.road.kernel import kernel
from geo.road.ranking import rank_unit


@kernel
def climb(
    first: NDArray[np.int64],
    up: NDArray[np.int32],
    step_ms: NDArray[np.int32],
    seed: NDArray[np.int32],
    seed_ms: NDArray[np.int32],
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    by: NDArray[np.int32],
    order: NDArray[np.int32],
) -> int:
    """
    Label all ancestors of some states, from below.

    Parameters
    ----------
    first, up
        Slots by state.
    step_ms
        ``down_ms`` for ways to the seeds, ``up_ms`` for ways from them.
    seed, seed_ms
        Ranks, and milliseconds already spent at each.
    stamp
        A number that ``mark`` does not hold yet.
    mark, label, by
        ``mark[v] == stamp`` where v is an ancestor; its label, `NEVER` where there is no
        way; the slot by which it was reached, -1 at a seed.  int32[n_states] each.
    order
        Receives the ancestors, int32[n_states].

    Returns
    -------
    count
        How many ancestors there are.
    """
    starts = np.empty(len(seed) + 1, dtype=np.int64)
    count = 0
    for row in range(len(seed)):
        starts[row] = count
        v = seed[row]
        while mark[v] != stamp:
            mark[v] = stamp
            label[v] = NEVER
            by[v] = -1
            order[count] = v
            count += 1
            if first[v] == first[v + 1]:
                break
            v = up[first[v]]
    starts[len(seed)] = count
    for row in range(len(seed)):
        label[seed[row]] = min(label[seed[row]], seed_ms[row])
    # A branch that joins the path of an earlier seed only pushes into that path: last one first.
    for row in range(len(seed) - 1, -1, -1):
        for place in range(starts[row], starts[row + 1]):
            v = order[place]
            ms = label[v]
            if ms >= NEVER:
                continue
            for slot in range(first[v], first[v + 1]):
                reached_ms = ms + step_ms[slot]
                if reached_ms < label[up[slot]]:
                    label[up[slot]] = reached_ms
                    by[up[slot]] = slot
    return count


@kernel
def descend(
    first: NDArray[np.int64],
    up: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    start: int,
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    done: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    by: NDArray[np.int32],
    stack: NDArray[np.int32],
) -> int:
    """
    Time from one state to the seeds of a climb, remembered for all its ancestors.

    Parameters
    ----------
    first, up
        Slots by state.
    up_ms
        Weights from the lower to the higher end.
    start
        Rank of the state.
    stamp
        The climb's.
    mark, label
        What the climb left.
    done, time_ms, by
        ``done[v] == stamp`` where the time of v is known; the time; and the slot by which
        v is left upward, -1 where the climb's way begins.  int32[n_states] each.
    stack
        Room for a path, int32[n_states].

    Returns
    -------
    ms
        `NEVER` where there is no way.

    References
    ----------
    Strasser, Zeitz (2021), lazy RPHAST, in: A* with customizable contraction hierarchies.
    """
    depth = 0
    v = start
    while done[v] != stamp:
        stack[depth] = v
        depth += 1
        if first[v] == first[v + 1]:
            break
        v = up[first[v]]
    while depth > 0:
        depth -= 1
        v = stack[depth]
        best = label[v] if mark[v] == stamp else NEVER
        way = -1
        for slot in range(first[v], first[v + 1]):
            ms = up_ms[slot] + time_ms[up[slot]]
            if ms < best:
                best = ms
                way = slot
        time_ms[v] = best
        by[v] = way
        done[v] = stamp
    return int(time_ms[start])


@kernel
def descend_places(
    first: NDArray[np.int64],
    up: NDArray[np.int32],
    step_ms: NDArray[np.int32],
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    done: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    by: NDArray[np.int32],
    stack: NDArray[np.int32],
    first_port: NDArray[np.int64],
    port_rank: NDArray[np.int32],
    port_ms: NDArray[np.int32],
) -> NDArray[np.int64]:
    """
    Times between many places and the seeds of a climb.

    Parameters
    ----------
    first, up, step_ms, stamp, mark, label, done, time_ms, by, stack
        See `descend`; ``step_ms`` is ``up_ms`` towards the seeds, ``down_ms`` away from them.
    first_port, port_rank, port_ms
        Ports by place, as ranks.

    Returns
    -------
    best_ms
        int64[n_places]; `NEVER` or more where there is no way.
    """
    best_ms = np.full(len(first_port) - 1, np.int64(NEVER))
    for place in range(len(best_ms)):
        for port in range(first_port[place], first_port[place + 1]):
            start = port_rank[port]
            ms = port_ms[port] + descend(
                first, up, step_ms, start, stamp, mark, label, done, time_ms, by, stack
            )
            best_ms[place] = min(best_ms[place], ms)
    return best_ms


@kernel
def descend_units(
    first: NDArray[np.int64],
    up: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    rank: NDArray[np.int32],
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    done: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    by: NDArray[np.int32],
    stack: NDArray[np.int32],
    units: NDArray[np.int64],
    port_state: NDArray[np.int32],
    port_edge: NDArray[np.int32],
    along: NDArray[np.float64],
    walk_ms: NDArray[np.int32],
    edge_ms: NDArray[np.int32],
    limit_ms: int,
    best_ms: NDArray[np.int64],
    best_unit: NDArray[np.int32],
    count: int,
) -> int:
    """
    Rank units by their times to the seeds of a climb.

    Parameters
    ----------
    first, up, up_ms
        See `descend`.
    rank
        Rank of every state.
    stamp, mark, label, done, time_ms, by, stack
        See `descend`.
    units
        Rows of the units that may go.
    port_state, port_edge, along, walk_ms
        How the units hang, see `geo.road.fleet.Hung`.
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    limit_ms
        Units that take longer are left out.
    best_ms, best_unit, count
        See `geo.road.dense.search_units`.

    Returns
    -------
    count
        How many of the best are filled.
    """
    for row in range(len(units)):
        unit = units[row]
        for port in range(2 * unit, 2 * unit + 2):
            if port_state[port] < 0:
                continue
            rest_ms = rest_of_edge_ms(port_edge, along, edge_ms, port) + walk_ms[unit]
            if rest_ms > limit_ms:
                continue
            start = rank[port_state[port]]
            unit_ms = rest_ms + descend(
                first, up, up_ms, start, stamp, mark, label, done, time_ms, by, stack
            )
            if unit_ms <= limit_ms:
                count = rank_unit(best_ms, best_unit, count, unit_ms, unit)
    return count


@kernel
def follow(
    up: NDArray[np.int32],
    slot_low: NDArray[np.int32],
    start: int,
    left_by: NDArray[np.int32],
    by: NDArray[np.int32],
) -> tuple[NDArray[np.int32], int]:
    """
    Follow the fastest way from a state that was descended to, upward and down again.

    Parameters
    ----------
    up, slot_low
        Upper and lower end of each slot.
    start
        Rank of the state.
    left_by
        Slots by which states are left upward, as `descend` wrote them.
    by
        Slots by which states were reached from below, as `climb` wrote them.

    Returns
    -------
    references
        ``2 * slot`` upward, ``2 * slot + 1`` downward, in order.
    goal
        Rank of the seed at which the way ends.
    """
    references = np.empty(64, dtype=np.int32)
    count = 0
    v = start
    climbing = True
    while True:
        if climbing and left_by[v] < 0:
            climbing = False
        slot = left_by[v] if climbing else by[v]
        if slot < 0:
            return references[:count].copy(), int(v)
        if count == len(references):
            references = np.concatenate((references, np.empty_like(references)))
        references[count] = 2 * slot if climbing else 2 * slot + 1
        count += 1
        v = up[slot] if climbing else slot_low[slot]


@kernel
def unpack(
    reference: NDArray[np.int32],
    up: NDArray[np.int32],
    slot_low: NDArray[np.int32],
    low_first: NDArray[np.int64],
    low: NDArray[np.int32],
    low_slot: NDArray[np.int32],
    first_arc: NDArray[np.int32],
    arc: NDArray[np.int32],
    arc_ms: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> NDArray[np.int32]:
    """
    Replace slots by the arcs that they stand for.

    Parameters
    ----------
    reference
        ``2 * slot`` where a slot is driven upward, ``2 * slot + 1`` downward, in order.
    up, slot_low, low_first, low, low_slot, first_arc, arc
        The topology.
    arc_ms, up_ms, down_ms
        The weights.

    Returns
    -------
    arcs
        Arcs of the graph, in order.
    """
    size = len(reference)
    stack = np.empty(max(256, 2 * size), dtype=np.int32)
    stack[:size] = reference[::-1]
    arcs = np.empty(256, dtype=np.int32)
    count = 0
    while size > 0:
        size -= 1
        top = stack[size]
        slot, downward = top >> 1, top & 1
        ms = down_ms[slot] if downward else up_ms[slot]
        own = -1
        for row in range(first_arc[top], first_arc[top + 1]):
            if arc_ms[arc[row]] == ms:
                own = arc[row]
                break
        if own >= 0:
            if count == len(arcs):
                arcs = np.concatenate((arcs, np.empty_like(arcs)))
            arcs[count] = own
            count += 1
            continue
        if size + 2 > len(stack):
            stack = np.concatenate((stack, np.empty_like(stack)))
        start, end = slot_low[slot], up[slot]
        if downward:
            start, end = end, start
        left, right = low_first[start], low_first[end]
        while True:
            if low[left] < low[right]:
                left += 1
            elif low[left] > low[right]:
                right += 1
            else:
                if down_ms[low_slot[left]] + up_ms[low_slot[right]] == ms:
                    break
                left += 1
                right += 1
        stack[size] = 2 * low_slot[right]
        stack[size + 1] = 2 * low_slot[left] + 1
        size += 2
    return arcs[:count].copy()
