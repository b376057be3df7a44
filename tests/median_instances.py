"""
p-median instances made as those of OR-Library were.

A connected random graph of n nodes and n²/50 edges with whole costs from 1 to 100, and the costs
of its shortest ways between all pairs (Beasley 1985, A note on solving large p-median problems).
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import floyd_warshall

_SITES = {
    100: (5, 10, 10, 20, 33),
    200: (5, 10, 20, 40, 67),
    300: (5, 10, 30, 60, 100),
    400: (5, 10, 40, 80, 133),
    500: (5, 10, 50, 100, 167),
    600: (5, 10, 60, 120, 200),
    700: (5, 10, 70, 140),
    800: (5, 10, 80),
    900: (5, 10, 90),
}

SHAPES = tuple((nodes, p) for nodes, all_p in _SITES.items() for p in all_p)
"""Nodes and p of pmed1 to pmed40."""


def median_instance(nodes: int, seed: int) -> NDArray[np.float64]:
    """Costs of all pairs, float64[nodes, nodes]."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(nodes).tolist()
    edges = {tuple(sorted(pair)) for pair in itertools.pairwise(order)}
    while len(edges) < nodes * nodes // 50:
        one, other = rng.integers(0, nodes, 2).tolist()
        if one != other:
            edges.add((min(one, other), max(one, other)))
    cost = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(cost, 0)
    for one, other in sorted(edges):
        cost[one, other] = cost[other, one] = rng.integers(1, 101)
    return np.asarray(floyd_warshall(cost))
