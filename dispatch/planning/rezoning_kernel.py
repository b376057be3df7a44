"""Annealing of zones: single grids change hands, and now and then two zones are drawn anew."""

# ruff: noqa: PLR0913, PLR0917, PLR0912, PLR0915, C901 -- a kernel takes its arrays one
# by one, and calls of kernels with many arrays cost more than their length

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_tree_kernel import draw, hinge, recombine
from geo.road.kernel import kernel

CHUNK = 1024
"""Steps at one temperature; sums are added up anew as often as this many chunks have passed."""

SLACK = 1e-9
"""Loads that lie outside by less than this share of a bound count as inside."""


@kernel
def stays_whole(
    i: int,
    first: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    zone_of: NDArray[np.int32],
    seen: NDArray[np.int64],
    stamp: int,
    queue: NDArray[np.int32],
) -> bool:
    """
    Tell whether a zone stays in one piece without one of its nodes.

    Parameters
    ----------
    i
        The node.
    first, neighbour
        The graph.
    zone_of
        The plan.
    seen, stamp, queue
        Room, int64[n] and int32[n]; a stamp is used once.

    Returns
    -------
    whole
        False as well where the node is the last of its zone.
    """
    zone = zone_of[i]
    wanted = 0
    start = -1
    for at in range(first[i], first[i + 1]):
        j = neighbour[at]
        if zone_of[j] == zone:
            wanted += 1
            start = j
    if wanted <= 1:
        return wanted == 1
    # Odd stamps are nodes that were reached, even ones neighbours that are looked for.
    for at in range(first[i], first[i + 1]):
        j = neighbour[at]
        if zone_of[j] == zone:
            seen[j] = 2 * stamp
    seen[i] = 2 * stamp + 1
    seen[start] = 2 * stamp + 1
    wanted -= 1
    queue[0] = start
    size, at = 1, 0
    while at < size:
        u = queue[at]
        at += 1
        for slot in range(first[u], first[u + 1]):
            v = neighbour[slot]
            if zone_of[v] != zone or seen[v] == 2 * stamp + 1:
                continue
            if seen[v] == 2 * stamp:
                wanted -= 1
                if wanted == 0:
                    return True
            seen[v] = 2 * stamp + 1
            queue[size] = v
            size += 1
    return False


@kernel
def take_stock(
    first: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    cut_cost: NDArray[np.float64],
    load: NDArray[np.float64],
    node_cost: NDArray[np.float64],
    moved_in: NDArray[np.float64],
    zone_of: NDArray[np.int32],
    zone_load: NDArray[np.float64],
    zone_count: NDArray[np.int64],
    sums: NDArray[np.float64],
) -> None:
    """
    Add up a plan.

    Parameters
    ----------
    first, neighbour, cut_cost, load, node_cost, moved_in
        See `dispatch.planning.rezoning_problem.RezoningProblem`.
    zone_of
        The plan.
    zone_load, zone_count
        Receive loads and numbers of nodes, float64[k] and int64[k].
    sums
        Receives the cost of cuts and nodes, and the moved weight, float64[2].
    """
    zone_load[:] = 0.0
    zone_count[:] = 0
    cuts, nodes, moved = 0.0, 0.0, 0.0
    for i in range(len(zone_of)):
        zone = zone_of[i]
        zone_load[zone] += load[zone, i]
        zone_count[zone] += 1
        nodes += node_cost[zone, i]
        moved += moved_in[zone, i]
        for at in range(first[i], first[i + 1]):
            if neighbour[at] > i and zone_of[neighbour[at]] != zone:
                cuts += cut_cost[at]
    sums[0], sums[1] = cuts + nodes, moved


@kernel
def anneal(
    first: NDArray[np.int64],
    tail: NDArray[np.int32],
    neighbour: NDArray[np.int32],
    cut_cost: NDArray[np.float64],
    load: NDArray[np.float64],
    node_cost: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    apart_first: NDArray[np.int64],
    apart: NDArray[np.int32],
    moved_in: NDArray[np.float64],
    most_moved: float,
    balance: float,
    hot: float,
    cold: float,
    lenient: float,
    strict: float,
    steps: int,
    recombine_every: int,
    trees: int,
    zone_of: NDArray[np.int32],
    best_zone_of: NDArray[np.int32],
    random: NDArray[np.uint64],
) -> tuple[float, float]:
    """
    Cool a plan down, and keep the best that was met.

    Parameters
    ----------
    first, tail, neighbour, cut_cost, load, node_cost, allowed, apart_first, apart, moved_in
        See `dispatch.planning.rezoning_problem.RezoningProblem`.
    most_moved
        Weight that may lie in other zones than today.
    balance
        Share of the mean by which a zone's load may differ from it.
    hot, cold
        Temperatures at the beginning and the end, in the unit of cost.
    lenient, strict
        What a whole mean load outside of the bounds costs at the beginning and the end.
    steps
        Attempts to give a grid away.
    recombine_every
        Every so many of them two zones are drawn anew; 0 for never.
    trees
        Trees for one recombination.
    zone_of
        A plan whose zones hang together; changed.
    best_zone_of
        Receives the best plan: the least outside of the bounds, then the cheapest.
    random
        State of `draw`.

    Returns
    -------
    outside, cost
        Of the best plan: load outside of the bounds in mean loads, and cost.
    """
    n, k, m = len(zone_of), len(load), len(neighbour)
    zone_load, zone_count = np.zeros(k), np.zeros(k, dtype=np.int64)
    sums, change = np.zeros(2), np.zeros(2)
    seen, queue = np.zeros(n, dtype=np.int64), np.empty(n, dtype=np.int32)
    position = np.full(n, -1, dtype=np.int32)
    best_outside, best_cost = np.inf, np.inf
    outside, mean, low, high, penalty = 0.0, 1.0, 0.0, 0.0, lenient
    temperature = hot
    chunks = max(1, steps // CHUNK)
    stamp = 0
    since = 0
    for chunk in range(chunks):
        share = chunk / chunks
        temperature = hot * (cold / hot) ** share
        if chunk % 16 == 0:
            take_stock(
                first, neighbour, cut_cost, load, node_cost, moved_in,
                zone_of, zone_load, zone_count, sums,
            )  # fmt: skip
        mean = max(zone_load.sum() / k, 1e-300)
        low, high = mean * (1 - balance) - SLACK * mean, mean * (1 + balance) + SLACK * mean
        penalty = lenient * (strict / lenient) ** share / mean
        outside = 0.0
        for zone in range(k):
            outside += hinge(zone_load[zone], low, high)
        if chunk == 0:
            best_outside, best_cost = outside / mean, sums[0]
            best_zone_of[:] = zone_of
        if m == 0:
            break
        for _ in range(CHUNK):
            since += 1
            improved = False
            e = int(draw(random) * m)
            i, b = tail[e], zone_of[neighbour[e]]
            a = zone_of[i]
            if a == b:
                continue
            if recombine_every > 0 and since >= recombine_every:
                since = 0
                before = hinge(zone_load[a], low, high) + hinge(zone_load[b], low, high)
                if recombine(
                    a, b, first, neighbour, cut_cost, load, node_cost, allowed, apart_first,
                    apart, moved_in, most_moved - sums[1], low, high, penalty,
                    temperature, trees, zone_of, zone_load, zone_count, position, random, change,
                ):  # fmt: skip
                    sums[0] += change[0]
                    sums[1] += change[1]
                    outside += hinge(zone_load[a], low, high) + hinge(zone_load[b], low, high)
                    outside -= before
                    improved = True
            else:
                if not allowed[b, i]:
                    continue
                moved = moved_in[b, i] - moved_in[a, i]
                if moved > 0 and sums[1] + moved > most_moved:
                    continue
                dearer = node_cost[b, i] - node_cost[a, i]
                for at in range(first[i], first[i + 1]):
                    zone = zone_of[neighbour[at]]
                    if zone == a:
                        dearer += cut_cost[at]
                    elif zone == b:
                        dearer -= cut_cost[at]
                load_a, load_b = zone_load[a] - load[a, i], zone_load[b] + load[b, i]
                further = (
                    hinge(load_a, low, high)
                    + hinge(load_b, low, high)
                    - hinge(zone_load[a], low, high)
                    - hinge(zone_load[b], low, high)
                )
                worse = dearer + penalty * further
                if worse > 0 and draw(random) >= np.exp(-worse / temperature):
                    continue
                parted = True
                for at in range(apart_first[i], apart_first[i + 1]):
                    if zone_of[apart[at]] == b:
                        parted = False
                if not parted:
                    continue
                stamp += 1
                if not stays_whole(i, first, neighbour, zone_of, seen, stamp, queue):
                    continue
                zone_of[i] = b
                zone_load[a], zone_load[b] = load_a, load_b
                zone_count[a] -= 1
                zone_count[b] += 1
                sums[0] += dearer
                sums[1] += moved
                outside += further
                improved = worse < 0 or further < 0
            if improved:
                # Sums drift; what lies outside by rounding alone is inside.
                shown = outside if outside > 1e-9 * mean else 0.0
                if shown < (best_outside - 1e-12) * mean or (
                    shown <= best_outside * mean and sums[0] < best_cost - 1e-9
                ):
                    best_outside, best_cost = shown / mean, sums[0]
                    best_zone_of[:] = zone_of
    return best_outside, best_cost
