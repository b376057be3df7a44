"""Random questions about roads: places, weights, changes of weights, turn rules; all seeded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geo.road.network import RoadNetwork
from geo.road.snap import Joins
from geo.road.speed import walk_time_ms
from geo.road.streets import BANNED, TurnRule

Ints = NDArray[np.int64]

CLOSED_MS = 2**30 - 1
SLOWEST_MS = CLOSED_MS - 1
SHUT = np.array([CLOSED_MS, 2**31 - 1, 2**40])
"""Three ways to say that an edge is closed."""


def random_places(network: RoadNetwork, count: int, rng: np.random.Generator) -> Joins:
    """
    Places to ask about, many of them awkward.

    A third stands at junctions, the rest on streets, some of those at either end or right in
    the middle, half with a walk; a twentieth stands twice, and one place is nowhere.
    """
    street = rng.choice(np.unique(network.edge_street), count).astype(np.int32)
    node = rng.integers(0, network.n_nodes, count).astype(np.int32)
    at_node = rng.random(count) < 1 / 3
    along = np.where(rng.random(count) < 0.2, rng.choice([0.0, 0.5, 1.0], count), rng.random(count))
    away_m = np.where(rng.random(count) < 0.5, rng.uniform(0, 80, count), 0.0)
    twice = rng.integers(0, count, count // 20)
    for column in (street, node, at_node, along, away_m):
        column[: len(twice)] = column[twice]
    nowhere = count - 1
    at_node[nowhere], node[nowhere] = True, -1
    away_m[at_node], along[at_node] = 0, 0
    return Joins(
        network.node_lon_lat[node],
        np.where(at_node, node, np.int32(-1)),
        np.where(at_node, np.int32(-1), street),
        along,
        away_m,
        walk_time_ms(away_m),
    )


def random_weights(n_edges: int, rng: np.random.Generator) -> Ints:
    """Milliseconds of edges: some 0, some up to twelve days, some closed."""
    ms = np.exp(rng.uniform(0, np.log(600_000), n_edges)).astype(np.int64)
    lot = rng.random(n_edges)
    ms[lot < 0.10] = rng.integers(10**8, SLOWEST_MS, n_edges, endpoint=True)[lot < 0.10]
    ms[lot < 0.08] = rng.choice(SHUT, n_edges)[lot < 0.08]
    ms[lot < 0.05] = 0
    return ms


def random_changes(
    network: RoadNetwork, base_ms: Ints, edge_ms: Ints, count: int, rng: np.random.Generator
) -> Iterator[tuple[Ints, Ints]]:
    """
    Edges and their new milliseconds, one change after the other.

    Edges are closed, opened again, slowed and sped up, in one place or all over the network;
    one edge, or a hundredth of all and 200 at the most.  `edge_ms` follows the changes.
    """
    most = min(max(network.n_edges // 100, 2), 200)
    for _ in range(count):
        size = int(np.exp(rng.uniform(0, np.log(most))))
        if rng.random() < 0.5:
            edges = _around(network, int(rng.integers(network.n_nodes)), size)
        else:
            edges = rng.choice(network.n_edges, size, replace=False)
        was_ms = np.minimum(edge_ms[edges], SLOWEST_MS)
        fresh_ms = [
            rng.choice(SHUT, len(edges)),
            base_ms[edges],
            was_ms * rng.integers(1, 6, len(edges)),
            was_ms // rng.integers(1, 6, len(edges)),
            random_weights(len(edges), rng),
        ][rng.choice(5, p=[0.12, 0.24, 0.24, 0.24, 0.16])]
        edge_ms[edges] = fresh_ms
        yield edges, fresh_ms


def _around(network: RoadNetwork, node: int, size: int) -> Ints:
    """Edges that leave the nearest junctions."""
    apart = np.abs(network.node_lon_lat - network.node_lon_lat[node]).max(axis=1)
    near = np.argpartition(apart, min(size, network.n_nodes - 1))[:size]
    edges = [np.arange(*network.first_out[at : at + 2]) for at in near]
    return np.concatenate(edges)[:size]


def random_rules(
    network: RoadNetwork, count: int, longest: int, rng: np.random.Generator
) -> list[TurnRule]:
    """Turns that are banned or cost up to a minute, over two edges or by way of others."""
    rules: dict[tuple[int, ...], TurnRule] = {}
    while len(rules) < count:
        chain = [int(rng.integers(network.n_edges))]
        for _ in range(int(rng.integers(2, longest, endpoint=True)) - 1):
            first, last = network.first_out[network.edge_head[chain[-1]] :][:2]
            chain.append(int(rng.integers(first, last)) if first < last else -1)
        if -1 not in chain:
            cost_ms = BANNED if rng.random() < 0.6 else int(rng.integers(60_000))
            rules[tuple(chain)] = TurnRule(tuple(chain), cost_ms)
    return list(rules.values())


def random_eligible(n_units: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """One unit that may go, or all, or anything between."""
    eligible = np.zeros(n_units, dtype=bool)
    size = round(np.exp(rng.uniform(0, np.log(n_units))))
    eligible[rng.choice(n_units, size, replace=False)] = True
    return eligible
