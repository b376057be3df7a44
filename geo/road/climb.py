"""Queries on a hierarchy: climb from one end, descend to the other."""

# ruff: noqa: C901, PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.fleet import rest_of_edge_ms
from geo.road.kernel import Whole, kernel
from geo.road.ranking import rank_unit


@kernel
def climb(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    step_ms: NDArray[np.int32],
    seed: NDArray[np.uint32],
    seed_ms: NDArray[np.int32],
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    by: NDArray[np.int32],
    order: NDArray[np.uint32],
) -> int:
    """
    Label all ancestors of some states, from below.

    Parameters
    ----------
    first, up, parent
        Slots and parent of each state.
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
        Receives the ancestors, uint32[n_states].

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
            v = parent[v]
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
                reached_ms, high = ms + step_ms[slot], up[slot]
                if reached_ms < label[high]:
                    label[high] = reached_ms
                    by[high] = slot
    return count


@kernel
def descend(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    up_ms: NDArray[np.int32],
    start: int,
    limit_ms: Whole,
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    done: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    stack: NDArray[np.uint32],
) -> int:
    """
    Time from one state to the seeds of a climb, remembered for all its ancestors.

    Parameters
    ----------
    first, up, parent
        Slots and parent of each state.
    up_ms
        Weights from the lower to the higher end.
    start
        Rank of the state.
    limit_ms
        Longer times are of no interest; `NEVER` for all.  It may fall from one call to the
        next.
    stamp
        The climb's.
    mark, label
        What the climb left.
    done, time_ms
        ``done[v] == stamp`` where the time of v is known, and the time; ``-stamp`` where
        everything that hangs below v is beyond the limit.  int32[n_states] each.
    stack
        Room for a path, uint32[n_states].

    Returns
    -------
    ms
        `NEVER` where there is no way, or none within the limit.

    Notes
    -----
    Whoever leaves what hangs below a state in the elimination tree passes one of its higher
    neighbours.  So where all of those are beyond the limit, and no seed lies below, all that
    hangs there is cut off at once.

    References
    ----------
    Strasser, Zeitz (2021), lazy RPHAST, in: A* with customizable contraction hierarchies;
    Buchhold, Wagner (2021), Nearest-neighbor queries in customizable contraction hierarchies.
    """
    depth = 0
    v = np.uint32(start)
    while done[v] != stamp:
        stack[depth] = v
        depth += 1
        if done[v] == -stamp or parent[v] == v:
            break
        v = parent[v]
    cut = done[v] == -stamp
    while depth > 0:
        depth -= 1
        v = stack[depth]
        if cut:
            done[v] = -stamp
            continue
        seen = mark[v] == stamp
        best, nearest = label[v] if seen else NEVER, NEVER
        for slot in range(first[v], first[v + 1]):
            above_ms = time_ms[up[slot]]
            nearest = min(nearest, above_ms)
            best = min(best, np.int32(up_ms[slot] + above_ms))
        cut = not seen and nearest > limit_ms
        time_ms[v] = best
        done[v] = -stamp if cut else stamp
    return int(NEVER if cut else time_ms[np.uint32(start)])


@kernel
def descend_places(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    step_ms: NDArray[np.int32],
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    done: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    stack: NDArray[np.uint32],
    first_port: NDArray[np.int64],
    port_rank: NDArray[np.uint32],
    port_ms: NDArray[np.int32],
) -> NDArray[np.int64]:
    """
    Times between many places and the seeds of a climb.

    Parameters
    ----------
    first, up, parent, step_ms, stamp, mark, label, done, time_ms, stack
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
                first,
                up,
                parent,
                step_ms,
                start,
                np.int64(NEVER),
                stamp,
                mark,
                label,
                done,
                time_ms,
                stack,
            )
            best_ms[place] = min(best_ms[place], ms)
    return best_ms


@kernel
def descend_units(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    parent: NDArray[np.uint32],
    up_ms: NDArray[np.int32],
    rank: NDArray[np.uint32],
    goal: int,
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    done: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    stack: NDArray[np.uint32],
    units: NDArray[np.int32],
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
    first, up, parent, up_ms
        See `descend`.
    rank
        Rank of every state.
    goal
        Rank near which the seeds of the climb lie: units near it come first, so that the
        others are soon seen to be too far.
    stamp, mark, label, done, time_ms, stack
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
    most = len(best_ms)
    if most == 0:
        return count
    if count == most:
        limit_ms = min(limit_ms, best_ms[most - 1])
    near_rank, near_unit = np.empty(2 * most, np.int64), np.empty(2 * most, np.int32)
    n_near = 0
    for row in range(len(units)):
        state = port_state[2 * units[row]]
        if state >= 0:
            apart = abs(np.int64(rank[state]) - goal)
            n_near = rank_unit(near_rank, near_unit, n_near, apart, units[row])
    for row in range(n_near + len(units)):
        unit = near_unit[row] if row < n_near else units[row - n_near]
        for port in range(2 * unit, 2 * unit + 2):
            if port_state[port] < 0:
                continue
            rest_ms = rest_of_edge_ms(port_edge, along, edge_ms, port) + walk_ms[unit]
            if rest_ms > limit_ms:
                continue
            start = rank[port_state[port]]
            unit_ms = rest_ms + descend(
                first, up, parent, up_ms, start, limit_ms,
                stamp, mark, label, done, time_ms, stack,
            )  # fmt: skip
            if unit_ms <= limit_ms:
                count = rank_unit(best_ms, best_unit, count, unit_ms, unit)
                if count == most:
                    limit_ms = min(limit_ms, best_ms[most - 1])
    return count


@kernel
def follow(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    up_ms: NDArray[np.int32],
    slot_low: NDArray[np.uint32],
    start: int,
    stamp: int,
    mark: NDArray[np.int32],
    label: NDArray[np.int32],
    time_ms: NDArray[np.int32],
    by: NDArray[np.int32],
) -> tuple[NDArray[np.uint32], int]:
    """
    Follow the fastest way from a state that was descended to, upward and down again.

    Parameters
    ----------
    first, up, up_ms, slot_low
        Slots by state, their upper and lower ends, and their weights upward.
    start
        Rank of the state.
    stamp, mark, label
        What the climb left.
    time_ms
        What the descent left.
    by
        Slots by which states were reached from below, as the climb left them.

    Returns
    -------
    references
        ``2 * slot`` upward, ``2 * slot + 1`` downward, in order.
    goal
        Rank of the seed at which the way ends.
    """
    references = np.empty(len(first), dtype=np.uint32)
    count = 0
    v = np.uint32(start)
    while mark[v] != stamp or label[v] != time_ms[v]:
        slot = first[v]
        while up_ms[slot] + time_ms[up[slot]] != time_ms[v]:
            slot += np.uint32(1)
        references[count] = 2 * slot
        count += 1
        v = up[slot]
    while by[v] >= 0:
        references[count] = 2 * by[v] + 1
        count += 1
        v = slot_low[by[v]]
    return references[:count].copy(), int(v)


@kernel
def unpack(
    reference: NDArray[np.uint32],
    up: NDArray[np.uint32],
    slot_low: NDArray[np.uint32],
    low_first: NDArray[np.uint32],
    low: NDArray[np.uint32],
    low_slot: NDArray[np.uint32],
    first_arc: NDArray[np.uint32],
    arc: NDArray[np.uint32],
    arc_ms: NDArray[np.int32],
    up_ms: NDArray[np.int32],
    down_ms: NDArray[np.int32],
) -> NDArray[np.uint32]:
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
    stack = np.empty(max(256, 2 * size), dtype=np.uint32)
    stack[:size] = reference[::-1]
    arcs = np.empty(256, dtype=np.uint32)
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
