"""
Recombination of two zones: both are drawn anew by cutting a random spanning tree.

Of every tree each cut is looked at, so that one tree of 40 grids shows 78 ways to divide a pair.
The border of a subtree is the sum over its nodes of what their edges cost, less twice what stays
inside; the latter is charged where both ends of an edge meet on their way to the root.

References
----------
DeFord, Duchin and Solomon (2021), Recombination: a family of Markov chains for redistricting.
"""

# ruff: noqa: PLR0913, PLR0917, PLR0912, PLR0915, C901 -- a kernel takes its arrays one
# by one, and calls of kernels with many arrays cost more than their length

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.road.kernel import kernel


@kernel
def draw(random: NDArray[np.uint64]) -> float:
    """
    Draw a number from 0 to below 1, the same for the same state.

    Parameters
    ----------
    random
        State, uint64[1]; it goes on.

    Returns
    -------
    number
        Evenly distributed.

    References
    ----------
    Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators.
    """
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def hinge(load: float, low: float, high: float) -> float:
    """
    Tell by how much a zone's load lies outside its bounds.

    Parameters
    ----------
    load, low, high
        In the same unit.

    Returns
    -------
    outside
        0 within the bounds.
    """
    if load > high:
        return load - high
    if load < low:
        return low - load
    return 0.0


@kernel
def recombine(
    a: int,
    b: int,
    first: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    cut_cost: NDArray[np.float64],
    load: NDArray[np.float64],
    node_cost: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    apart_first: NDArray[np.int64],
    apart: NDArray[np.int32],
    moved_in: NDArray[np.float64],
    room_to_move: float,
    low: float,
    high: float,
    penalty: float,
    temperature: float,
    trees: int,
    zone_of: NDArray[np.int32],
    zone_load: NDArray[np.float64],
    zone_count: NDArray[np.int64],
    position: NDArray[np.int32],
    random: NDArray[np.uint64],
    change: NDArray[np.float64],
) -> bool:
    """
    Divide two adjacent zones anew along the best cut of some random trees, if that is accepted.

    Parameters
    ----------
    a, b
        The zones; some edge joins them.
    first, neighbour, cut_cost, load, node_cost, allowed, apart_first, apart, moved_in
        See `dispatch.planning.rezoning_problem.RezoningProblem`.
    room_to_move
        What may be moved from today's zones beyond what is moved already.
    low, high, penalty
        Bounds of a zone's load, and what a unit outside of them costs.
    temperature
        A worse division is taken with probability exp(-worse / temperature).
    trees
        How many are drawn.
    zone_of, zone_load, zone_count
        The plan; changed where the division is taken.
    position
        Room, int32[n], -1 everywhere and so again afterwards.
    random
        State of `draw`.
    change
        Receives by how much the cost of cuts and nodes and the moved weight grow, float64[2].

    Returns
    -------
    taken
        Whether the plan was changed.
    """
    n = len(zone_of)
    members = np.empty(zone_count[a] + zone_count[b], dtype=np.int32)
    size = 0
    for i in range(n):
        if zone_of[i] == a or zone_of[i] == b:
            members[size] = i
            position[i] = size
            size += 1
    n_edges = 0
    for i in members:
        n_edges += first[i + 1] - first[i]
    tail = np.empty(n_edges, dtype=np.int32)
    head = np.empty(n_edges, dtype=np.int32)
    cost = np.empty(n_edges)
    n_edges = 0
    cut_now = 0.0
    for u in range(size):
        i = members[u]
        for at in range(first[i], first[i + 1]):
            v = position[neighbour[at]]
            if v > u:
                tail[n_edges], head[n_edges], cost[n_edges] = u, v, cut_cost[at]
                if zone_of[i] != zone_of[neighbour[at]]:
                    cut_now += cut_cost[at]
                n_edges += 1
    total_a, total_b, all_in_a, barred_a, barred_b = 0.0, 0.0, 0.0, 0, 0
    moved_now, moved_in_a, node_now = 0.0, 0.0, 0.0
    for i in members:
        total_a += load[a, i]
        total_b += load[b, i]
        all_in_a += node_cost[a, i]
        node_now += node_cost[zone_of[i], i]
        barred_a += not allowed[a, i]
        barred_b += not allowed[b, i]
        moved_now += moved_in[zone_of[i], i]
        moved_in_a += moved_in[a, i]
    now = cut_now + node_now
    now_all = now + penalty * (hinge(zone_load[a], low, high) + hinge(zone_load[b], low, high))
    best, best_cost, best_moved = np.inf, 0.0, 0.0
    best_a = np.empty(size, dtype=np.bool_)
    best_load_a, best_load_b = 0.0, 0.0
    key = np.empty(n_edges)
    group = np.empty(size, dtype=np.int32)
    tree_first = np.empty(size + 1, dtype=np.int32)
    tree_neighbour = np.empty(2 * size, dtype=np.int32)
    chosen = np.empty(size, dtype=np.int32)
    parent = np.empty(size, dtype=np.int32)
    depth = np.empty(size, dtype=np.int32)
    order = np.empty(size, dtype=np.int32)
    rank = np.empty(size, dtype=np.int32)
    last = np.empty(size, dtype=np.int32)
    border = np.empty(size)
    sub = np.empty((size, 4))
    barred = np.empty((size, 2), dtype=np.int32)
    count = np.empty(size, dtype=np.int32)
    for _ in range(trees):
        # Streets across today's border are taken late in half of the trees, early in none:
        # such trees keep most of both zones, the others look far away.
        shy = 0.7 * (draw(random) < 0.5)
        for e in range(n_edges):
            crosses = zone_of[members[tail[e]]] != zone_of[members[head[e]]]
            key[e] = draw(random) + shy * crosses
        for u in range(size):
            group[u] = u
        n_chosen = 0
        for e in np.argsort(key):
            u, v = tail[e], head[e]
            while group[u] != u:
                group[u] = group[group[u]]
                u = group[u]
            while group[v] != v:
                group[v] = group[group[v]]
                v = group[v]
            if u != v:
                group[u] = v
                chosen[n_chosen] = e
                n_chosen += 1
                if n_chosen == size - 1:
                    break
        tree_first[:] = 0
        for at in range(n_chosen):
            tree_first[tail[chosen[at]] + 1] += 1
            tree_first[head[chosen[at]] + 1] += 1
        for u in range(size):
            tree_first[u + 1] += tree_first[u]
            last[u] = tree_first[u]
        for at in range(n_chosen):
            u, v = tail[chosen[at]], head[chosen[at]]
            tree_neighbour[last[u]], tree_neighbour[last[v]] = v, u
            last[u] += 1
            last[v] += 1
        root = int(draw(random) * size)
        order[0], parent[root], depth[root] = root, -1, 0
        reached = 1
        at = 0
        while at < reached:
            u = order[at]
            at += 1
            for slot in range(tree_first[u], tree_first[u + 1]):
                v = tree_neighbour[slot]
                if v != parent[u]:
                    parent[v], depth[v] = u, depth[u] + 1
                    order[reached] = v
                    reached += 1
        for u in range(size):
            i = members[u]
            border[u] = 0.0
            sub[u, 0], sub[u, 1] = load[a, i], load[b, i]
            sub[u, 2] = node_cost[b, i] - node_cost[a, i]
            sub[u, 3] = moved_in[b, i] - moved_in[a, i]
            barred[u, 0], barred[u, 1] = not allowed[a, i], not allowed[b, i]
            count[u] = 1
        for e in range(n_edges):
            u, v = tail[e], head[e]
            border[u] += cost[e]
            border[v] += cost[e]
            while u != v:
                if depth[u] >= depth[v]:
                    u = parent[u]
                else:
                    v = parent[v]
            border[u] -= 2.0 * cost[e]
        for back in range(size - 1, 0, -1):
            u = order[back]
            p = parent[u]
            border[p] += border[u]
            sub[p] += sub[u]
            barred[p] += barred[u]
            count[p] += count[u]
        found, found_swapped = -1, False
        for back in range(1, size):
            u = order[back]
            for swapped in (False, True):
                if swapped:  # the subtree is a, the rest is b
                    if barred[u, 0] or barred_b != barred[u, 1]:
                        continue
                    load_a, load_b = sub[u, 0], total_b - sub[u, 1]
                    nodes = all_in_a + (sub[root, 2] - sub[u, 2])
                    moved = moved_in_a + (sub[root, 3] - sub[u, 3])
                else:
                    if barred[u, 1] or barred_a != barred[u, 0]:
                        continue
                    load_a, load_b = total_a - sub[u, 0], sub[u, 1]
                    nodes = all_in_a + sub[u, 2]
                    moved = moved_in_a + sub[u, 3]
                if moved - moved_now > room_to_move and moved > moved_now:
                    continue
                whole = border[u] + nodes
                value = whole + penalty * (hinge(load_a, low, high) + hinge(load_b, low, high))
                if value < best:
                    best, best_cost, best_moved = value, whole, moved
                    best_load_a, best_load_b = load_a, load_b
                    found, found_swapped = u, swapped
        if found >= 0:
            # Nodes of the subtree come after its root in `order`.
            for u in range(size):
                rank[u] = 0
            rank[found] = 1
            for at in range(1, size):
                u = order[at]
                if rank[parent[u]]:
                    rank[u] = 1
            for u in range(size):
                best_a[u] = (rank[u] == 1) == found_swapped
    worse = best - now_all
    taken = best < np.inf and (worse <= 0 or draw(random) < np.exp(-worse / temperature))
    if taken:
        for u in range(size):
            i = members[u]
            for at in range(apart_first[i], apart_first[i + 1]):
                v = position[apart[at]]
                zone = a if best_a[u] else b
                other = zone_of[apart[at]]
                if v >= 0:
                    other = a if best_a[v] else b
                if other == zone:
                    taken = False
    if taken:
        zone_count[a], zone_count[b] = 0, 0
        for u in range(size):
            zone = a if best_a[u] else b
            zone_of[members[u]] = zone
            zone_count[zone] += 1
        zone_load[a], zone_load[b] = best_load_a, best_load_b
        change[0], change[1] = best_cost - now, best_moved - moved_now
    for i in members:
        position[i] = -1
    return taken
