"""The travel-time engine on New York, beside the yardstick: one scipy search of all nodes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.road.exchange import to_networkx
from geo.road.network import RoadNetwork, assemble
from geo.road.read_arrays import read_arrays
from geo.road.road_class import Mode
from geo.road.snap import Joins, join_nodes
from geo.road.travel_time import NetworkTravelTimes

REPEATS = 15
QUIET_S_MS = 28.0
OFFICERS = 25_000


def measure(data: Path) -> str:
    """Time every question and judge it against the ratio it should reach."""
    network = assemble(read_arrays(data / "roads" / "new-york.npz"), mode=Mode.CAR)
    yardstick_ms = median_ms(_scipy(network))
    times = NetworkTravelTimes(network)
    rng = np.random.default_rng(7)
    node = rng.integers(0, network.n_nodes, OFFICERS)
    officers = join_nodes(network, node)
    rows = [
        ("8 nearest of 25,000 officers", median_ms(_nearest(times, officers, rng)), 1 / 100),
        *(_sparse(times, officers, n, rng) for n in (7, 50, 500)),
        ("route with geometry, random pair", median_ms(_route(times, officers, rng)), 1 / 150),
        ("matrix 1,000 × 1,000 (from 10 × 1,000)", 100 * median_ms(_matrix(times, officers)), 12),
        ("reach in 15 minutes, with polygon", median_ms(_reach(times, officers, rng)), 1 / 80),
        ("join 5,000 places to the road", median_ms(_join(times, network, rng)), 200 / QUIET_S_MS),
    ]
    size = f"{network.n_nodes:,} nodes and {network.n_edges:,} edges"
    quiet = f"{yardstick_ms:.0f} ms here, {QUIET_S_MS:.0f} ms on a quiet machine"
    lines = [
        f"New York, {size}; S is one search of all nodes by scipy: {quiet}. Medians of {REPEATS}.",
        "",
        "| question | ms | in S | to reach | |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for question, ms, limit in rows:
        ratio = ms / yardstick_ms
        mark = "✓" if ratio <= limit else "✗"
        lines.append(f"| {question} | {ms:,.2f} | {ratio:,.4f} | {limit:,.4f} | {mark} |")
    lines += ["", _networkx_line(network, yardstick_ms)]
    return "\n".join(lines)


def median_ms(question: Callable[[], object]) -> float:
    """Median milliseconds of a question asked again and again, the first time not counted."""
    question()
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        question()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken)) * 1000


def _scipy(network: RoadNetwork) -> Callable[[], object]:
    order = np.lexsort((network.edge_ms, network.edge_head, network.edge_tail))
    pair = np.stack([network.edge_tail, network.edge_head], axis=1)[order]
    fastest = np.ones(len(order), dtype=bool)
    fastest[1:] = np.any(pair[1:] != pair[:-1], axis=1)
    ends, ms = pair[fastest].T, network.edge_ms[order][fastest].astype(float)
    graph = csr_array((ms, (ends[0], ends[1])), shape=(network.n_nodes, network.n_nodes))
    rng = np.random.default_rng(1)
    return lambda: dijkstra(graph, indices=int(rng.integers(network.n_nodes)))


def _one(places: Joins, rng: np.random.Generator) -> Joins:
    row = int(rng.integers(len(places)))
    return places.take(slice(row, row + 1))


def _nearest(
    times: NetworkTravelTimes, officers: Joins, rng: np.random.Generator
) -> Callable[[], object]:
    incidents = join_nodes(times.network, rng.integers(0, times.network.n_nodes, 500))
    return lambda: times.nearest(officers, _one(incidents, rng), k=8)


def _sparse(
    times: NetworkTravelTimes, officers: Joins, count: int, rng: np.random.Generator
) -> tuple[str, float, float]:
    eligible = np.zeros(len(officers), dtype=bool)
    eligible[rng.choice(len(officers), count, replace=False)] = True
    incidents = join_nodes(times.network, rng.integers(0, times.network.n_nodes, 500))
    ms = median_ms(lambda: times.nearest(officers, _one(incidents, rng), k=8, eligible=eligible))
    return (
        f"8 nearest, {count} of 25,000 eligible",
        ms,
        {7: 1 / 400, 50: 1 / 150, 500: 1 / 80}[count],
    )


def _route(
    times: NetworkTravelTimes, places: Joins, rng: np.random.Generator
) -> Callable[[], object]:
    return lambda: times.route(_one(places, rng), _one(places, rng))


def _matrix(times: NetworkTravelTimes, places: Joins) -> Callable[[], object]:
    origins, destinations = places.take(slice(0, 10)), places.take(slice(1000, 2000))
    return lambda: times.matrix(origins, destinations)


def _reach(
    times: NetworkTravelTimes, places: Joins, rng: np.random.Generator
) -> Callable[[], object]:
    return lambda: times.reach(_one(places, rng), [900])


def _join(
    times: NetworkTravelTimes, network: RoadNetwork, rng: np.random.Generator
) -> Callable[[], object]:
    near = network.node_lon_lat[rng.integers(0, network.n_nodes, 5_000)]
    return lambda: times.join(near + rng.normal(0, 2e-4, near.shape))


def _networkx_line(network: RoadNetwork, yardstick_ms: float) -> str:
    """Time of a search of all nodes by networkx, for the sense of scale."""
    graph = to_networkx(network)
    start = time.perf_counter()
    nx.single_source_dijkstra_path_length(graph, 0, weight="travel_time")
    ms = (time.perf_counter() - start) * 1000
    return f"networkx searches all nodes in {ms:,.0f} ms, {ms / yardstick_ms:.0f} S."
