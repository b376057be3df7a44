"""
Slow and plain: travel times by Dijkstra over walks, from the tables of an export.

A state is the walk just driven, up to one edge less than the longest turn rule; so every rule
is looked up in the walk itself.  scipy does the search.  Nothing here is shared with the
engine but the columns of the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.road.network import RoadNetwork
from geo.road.streets import BANNED

Chain = tuple[int, ...]


@dataclass(frozen=True)
class Tables:
    """Edges and turn rules as an export holds them; a cost of None is a ban."""

    n_nodes: int
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    ms: NDArray[np.int64]
    rules: dict[Chain, int | None]


def tables_of(network: RoadNetwork) -> Tables:
    """What an export of a network holds."""
    rules = {
        rule.refs: None if rule.cost_ms == BANNED else rule.cost_ms for rule in network.turn_rules()
    }
    return Tables(
        network.n_nodes,
        network.edge_tail.astype(np.int64),
        network.edge_head.astype(np.int64),
        network.edge_ms,
        rules,
    )


def slow_matrix_ms(tables: Tables, origins: Sequence[int]) -> NDArray[np.float64]:
    """Milliseconds from junctions to all junctions, float64[n_origins, n_nodes]; inf: no way."""
    longest = max([2, *map(len, tables.rules)])
    out = _out_edges(tables)
    walks, arcs = _walks(tables, out, longest - 1)
    row_of = {walk: row for row, walk in enumerate(walks)}
    source, target, cost = arcs
    for row, origin in enumerate(origins):
        for edge in out[origin]:
            source.append(len(walks) + row)
            target.append(row_of[edge,])
            cost.append(int(tables.ms[edge]))
    size = len(walks) + len(origins)
    # csr_array((data, (row, col))) would add parallel arcs up; here every arc is the only one
    graph = csr_array((np.array(cost, float), (source, target)), shape=(size, size))
    assert graph.nnz == len(cost)
    start = np.arange(len(walks), size)
    label = dijkstra(graph, indices=start)[:, : len(walks)]
    times = np.full((len(origins), tables.n_nodes), np.inf)
    end = tables.head[[walk[-1] for walk in walks]]
    for row, origin in enumerate(origins):
        np.minimum.at(times[row], end, label[row])
        times[row, origin] = 0
    return times


def plain_matrix_ms(tables: Tables, origins: Sequence[int]) -> NDArray[np.float64]:
    """The same where there are no turn rules: Dijkstra between junctions."""
    assert not tables.rules
    order = np.lexsort((tables.ms, tables.head, tables.tail))
    pair = np.stack([tables.tail, tables.head], axis=1)[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = np.any(pair[1:] != pair[:-1], axis=1)  # of parallel arcs the fastest
    ends, ms = pair[is_first].T, tables.ms[order][is_first].astype(float)
    graph = csr_array((ms, (ends[0], ends[1])), shape=(tables.n_nodes, tables.n_nodes))
    return np.atleast_2d(dijkstra(graph, indices=origins))


def _out_edges(tables: Tables) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in range(tables.n_nodes)]
    for edge, tail in enumerate(tables.tail):
        out[tail].append(edge)
    return out


def _walks(
    tables: Tables, out: list[list[int]], longest: int
) -> tuple[list[Chain], tuple[list[int], list[int], list[int]]]:
    """All walks of up to `longest` edges that no rule bans, and the steps between them."""
    walks: list[Chain] = [(edge,) for edge in range(len(tables.tail))]
    row_of = {walk: row for row, walk in enumerate(walks)}
    source, target, cost = [], [], []
    row = 0
    while row < len(walks):
        walk = walks[row]
        for edge in out[tables.head[walk[-1]]]:
            driven = (*walk, edge)
            extra = _extra_ms(tables, driven)
            if extra is None:
                continue
            kept = driven[-longest:]
            if kept not in row_of:
                row_of[kept] = len(walks)
                walks.append(kept)
            source.append(row)
            target.append(row_of[kept])
            cost.append(int(tables.ms[edge]) + extra)
        row += 1
    return walks, (source, target, cost)


def _extra_ms(tables: Tables, driven: Chain) -> int | None:
    """What completing a walk's last step costs beyond the edge, None if a rule bans it."""
    suffixes = [driven[start:] for start in range(len(driven) - 1)]
    costs = [tables.rules[suffix] for suffix in suffixes if suffix in tables.rules]
    known = [cost for cost in costs if cost is not None]
    return None if len(known) < len(costs) else sum(known)
