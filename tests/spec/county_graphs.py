"""
County-like graphs with a planted partition: places, few neighbours each, loads of all sizes.

Some places are dead ends, headlands and islands of one to a few places that hang on a single other
one.  Whoever moves one place at a time cannot give away the place that they hang on, for they would
be cut off.

The partition is drawn by its short borders first, and only then do loads make it balanced to
within the share asked for.  So nothing in the loads points at it, and other good partitions are
seldom balanced.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from dispatch.planning.rezoning_problem import PlainGraph

COUNTIES = (
    (100, 4), (100, 8), (110, 14), (120, 6), (125, 10), (140, 5), (150, 12), (150, 14), (160, 7),
    (170, 9), (180, 13), (190, 8), (200, 14), (210, 4), (220, 11), (230, 14), (240, 12), (250, 10),
)  # fmt: skip
"""Nodes and zones of the eighteen graphs; the seed of each is its place plus 100."""

MEAN_LOAD = 100_000.0

SPREAD = 1.3
"""Standard deviation of the logarithm of loads: the heaviest of a hundred has a sixth of all."""

HEAVIEST = 0.9
"""Share of its zone that a single place may weigh."""

DEAD_ENDS, GOES_ON = 0.15, 0.4
"""Share of places that hang on a single other one, and how often that is a dead end itself."""


@dataclass(frozen=True)
class County:
    """A graph, and the partition that was planted in it."""

    graph: PlainGraph
    lon_lat: NDArray[np.float64]
    zones: int
    balance: float
    planted: NDArray[np.int64]
    planted_cut: int


@cache
def county(which: int, balance: float = 0.01) -> County:
    """Draw one of the eighteen graphs; drawing it takes a second."""
    nodes, zones = COUNTIES[which]
    return draw_county(nodes, zones, balance, seed=100 + which)


def draw_county(nodes: int, zones: int, balance: float, *, seed: int) -> County:
    """Draw a graph, plant the best of four partitions, and load it."""
    rng = np.random.default_rng(seed)
    hanging = round(DEAD_ENDS * nodes)
    places = _places(nodes - hanging, rng)
    graph = _neighbours(places, rng)
    drawn = [_plant(graph, places, zones, rng) for _ in range(4)]
    planted = min(drawn, key=lambda zone: cut_of(graph, zone))
    for _ in range(hanging):
        places, planted = _hang_one_on(graph, places, planted, nodes - hanging, rng)
    load = _loads(planted, zones, balance, rng)
    edges = np.array(sorted(tuple(sorted(edge)) for edge in graph.edges), dtype=np.int64)
    names = tuple(f"N{node}" for node in range(nodes))
    plain = PlainGraph(names, load, edges)
    return County(plain, places, zones, balance, planted, cut_of(graph, planted))


def cut_of(graph: nx.Graph, zone: NDArray[np.int64]) -> int:
    """Edges between zones."""
    return sum(bool(zone[one] != zone[other]) for one, other in graph.edges)


def _places(nodes: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Two thirds anywhere, a third around towns."""
    towns = rng.random((max(2, nodes // 40), 2))
    places = rng.random((nodes, 2))
    near = rng.random(nodes) < 0.35
    of_town = towns[rng.integers(len(towns), size=near.sum())]
    places[near] = of_town + rng.normal(0.0, 0.08, (near.sum(), 2))
    return places


def _hang_one_on(
    graph: nx.Graph,
    places: NDArray[np.float64],
    planted: NDArray[np.int64],
    inland: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Hang one more place on the last dead end or inland; it is in the zone of what it hangs on."""
    last = len(places) - 1
    goes_on = last >= inland and rng.random() < GOES_ON
    at = last if goes_on else int(rng.integers(inland))
    graph.add_edge(at, len(places))
    beside = places[at] + rng.normal(0.0, 0.02, 2)
    return np.vstack([places, beside]), np.append(planted, planted[at])


def _loads(
    planted: NDArray[np.int64], zones: int, balance: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Loads of all sizes, by which the planted zones are within nine tenths of the balance."""
    load = np.exp(rng.normal(0.0, SPREAD, len(planted)))
    off = rng.uniform(-1.0, 1.0, zones)
    off -= off.mean()
    off *= 0.9 * balance / max(1.0, np.abs(off).max())
    for zone in range(zones):
        mine = planted == zone
        share = load[mine] / load[mine].sum()
        while share.max() > HEAVIEST + 1e-9:
            share = np.minimum(share, HEAVIEST)
            share /= share.sum()
        load[mine] = share * MEAN_LOAD * (1 + off[zone])
    return np.maximum(1.0, np.round(load))


def _neighbours(places: NDArray[np.float64], rng: np.random.Generator) -> nx.Graph:
    """Who touches whom: a triangulation without its long edges and without some others."""
    corners = Delaunay(places).simplices
    pairs = {
        (min(one, other), max(one, other))
        for triangle in corners.tolist()
        for one, other in zip(triangle, triangle[1:] + triangle[:1], strict=True)
    }
    full = nx.Graph()
    for one, other in sorted(pairs):
        full.add_edge(one, other, weight=math.dist(places[one], places[other]))
    kept = nx.Graph(nx.minimum_spanning_tree(full).edges)
    kept.add_nodes_from(range(len(places)))
    usual = float(np.median([length for *_, length in full.edges.data("weight")]))
    for one, other, length in sorted(full.edges.data("weight")):
        if length <= 3.5 * usual and rng.random() >= 0.12:
            kept.add_edge(one, other)
    return kept


def _plant(
    graph: nx.Graph, places: NDArray[np.float64], zones: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Zones of about equally many nodes, grown from seeds and then cooled to short borders."""
    zone = _grown(graph, places, zones, rng)
    around = {node: list(graph[node]) for node in graph}
    least, most = 0.6 * len(zone) / zones, 1.4 * len(zone) / zones
    for sweep in range(60):
        heat = 0.8 * (1 - sweep / 55)
        for node in rng.permutation(len(zone)).tolist():
            _move(zone, node, around, (least, most), (heat, rng))
    return zone


def _move(zone, node, around, sizes, chance) -> None:
    """Give a node to a neighbouring zone if that makes the border shorter, or by chance."""
    (heat, rng), mine = chance, zone[node]
    beside = [int(zone[other]) for other in around[node]]
    for other in sorted(set(beside) - {int(mine)}):
        longer = beside.count(int(mine)) - beside.count(other)
        if longer > 0 and (heat <= 0 or rng.random() >= math.exp(-longer / heat)):
            continue
        if (zone == mine).sum() - 1 < sizes[0] or (zone == other).sum() + 1 > sizes[1]:
            continue
        if _whole_without(zone, node, around):
            zone[node] = other
            return


def _whole_without(zone, node, around) -> bool:
    """Whether the zone of a node hangs together without it."""
    mine = zone[node]
    left = {int(one) for one in np.flatnonzero(zone == mine)} - {node}
    queue = [left.pop()]
    while queue:
        for other in around[queue.pop()]:
            if other in left:
                left.remove(other)
                queue.append(other)
    return not left


def _grown(
    graph: nx.Graph, places: NDArray[np.float64], zones: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Seeds far from each other, and the smallest zone takes the neighbour that fits it best."""
    zone = np.full(len(places), -1)
    seeds = [int(rng.integers(len(places)))]
    while len(seeds) < zones:
        far = np.min([((places - places[seed]) ** 2).sum(axis=1) for seed in seeds], axis=0)
        seeds.append(int(rng.choice(len(places), p=far / far.sum())))
    zone[seeds] = np.arange(zones)
    while (zone < 0).any():
        for mine in np.argsort(np.bincount(zone[zone >= 0], minlength=zones), kind="stable"):
            members = np.flatnonzero(zone == mine)
            free = sorted({o for node in members.tolist() for o in graph[node] if zone[o] < 0})
            if free:
                centre = places[members].mean(axis=0)
                zone[min(free, key=lambda node: math.dist(places[node], centre))] = mine
                break
    return zone
