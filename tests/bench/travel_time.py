"""The travel-time engine on New York, beside the yardstick: one scipy search of all nodes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.road.customise import NEVER
from geo.road.exchange import to_networkx
from geo.road.metric import reweigh, weigh
from geo.road.network import RoadNetwork, assemble
from geo.road.prepared import prepare
from geo.road.read_arrays import read_arrays
from geo.road.road_class import Mode
from geo.road.snap import Joins, join_nodes
from geo.road.travel_time import NetworkTravelTimes

QUIET_S_MS = 28.0
OFFICERS = 25_000
QUESTIONS = 300
REPEATS = 5
YARDSTICK = (
    "S is one search of all nodes by scipy, asked before and after each question; on a quiet "
    f"machine it takes {QUIET_S_MS:.0f} ms. Asked through `TravelTimes`, in Python; medians."
)


@dataclass(frozen=True)
class Row:
    """A question, how often it is asked, and what it should take, in S."""

    question: str
    ask: Callable[[], object]
    times: int
    limit: float


def measure(data: Path) -> str:
    """Time every question and judge it against the share of the yardstick it should take."""
    network = assemble(read_arrays(data / "roads" / "new-york.npz"), mode=Mode.CAR)
    start = time.perf_counter()
    roads = prepare(network)
    built_s = time.perf_counter() - start
    times = NetworkTravelTimes(network, roads=roads)
    yardstick = _scipy(network)
    size = f"{network.n_nodes:,} nodes, {network.n_edges:,} edges"
    built = f"order and topology built in {built_s:.1f} s"
    lines = [
        f"New York, {size}; {built}. {YARDSTICK}",
        "",
        "| question | ms | p99 ms | of S | to reach | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in _rows(network, times):
        before = taken_ms(yardstick, REPEATS)
        asked = taken_ms(row.ask, row.times)
        s_ms = float(np.median([*before, *taken_ms(yardstick, REPEATS)]))
        share = float(np.median(asked)) / s_ms
        mark = "✓" if share <= row.limit else "✗"
        p99 = f"{np.percentile(asked, 99):,.2f}" if row.times > 100 else ""
        figures = f"{np.median(asked):,.2f} | {p99} | {_share(share)} | {_share(row.limit)}"
        lines.append(f"| {row.question} | {figures} | {mark} |")
    lines += ["", _networkx_line(network, float(np.median(taken_ms(yardstick, REPEATS))))]
    return "\n".join(lines)


def taken_ms(ask: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each time a question is asked, a first one not counted."""
    ask()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _rows(network: RoadNetwork, times: NetworkTravelTimes) -> Iterator[Row]:
    rng = np.random.default_rng(7)
    officers = join_nodes(network, rng.integers(0, network.n_nodes, OFFICERS))
    incidents = join_nodes(network, rng.integers(0, network.n_nodes, 500))
    fleet = times.fleet(officers)
    for eligible, limit in ((OFFICERS, 1 / 100), (500, 1 / 80), (50, 1 / 150), (7, 1 / 400)):
        who = np.zeros(OFFICERS, dtype=bool)
        who[rng.choice(OFFICERS, eligible, replace=False)] = True

        def nearest(who: np.ndarray = who) -> object:
            return times.nearest(fleet, _one(incidents, rng), k=8, eligible=who)

        yield Row(f"8 nearest of 25,000, {eligible:,} eligible", nearest, QUESTIONS, limit)
    yield Row(
        "route with geometry, random pair",
        lambda: times.route(_one(incidents, rng), _one(incidents, rng)),
        QUESTIONS,
        1 / 150,
    )
    thousand, hundred = officers.take(slice(0, 1000)), incidents.take(slice(0, 100))
    other = officers.take(slice(1000, 2000))
    yield Row("matrix 1,000 × 1,000", lambda: times.matrix(thousand, other), REPEATS, 12)
    yield Row("matrix 25,000 × 100", lambda: times.matrix(officers, hundred), REPEATS, 4)
    roads = prepare(network)
    metric = weigh(roads, network.edge_ms, version="measured")
    yield Row("all weights new", lambda: weigh(roads, network.edge_ms, version="new"), REPEATS, 3)

    def close() -> object:
        edges = rng.choice(network.n_edges, 100, replace=False)
        return reweigh(roads, metric, edges, np.full(100, NEVER), version="closed")

    yield Row("100 edges closed", close, 25, 1 / 8)
    yield Row(
        "reach in 15 minutes, with polygon",
        lambda: times.reach(_one(incidents, rng), [900]),
        REPEATS,
        1 / 80,
    )
    near = network.node_lon_lat[rng.integers(0, network.n_nodes, 5_000)]
    near = near + rng.normal(0, 2e-4, near.shape)

    def take_in() -> None:
        fleet.move(np.arange(5_000), times.join(near))

    yield Row("5,000 fixes joined and hung", take_in, REPEATS, 200 / QUIET_S_MS)


def _one(places: Joins, rng: np.random.Generator) -> Joins:
    row = int(rng.integers(len(places)))
    return places.take(slice(row, row + 1))


def _share(of_s: float) -> str:
    """A multiple of S, or a part of it."""
    return f"{of_s:.1f} S" if of_s >= 1 else f"S / {1 / of_s:,.0f}"


def _scipy(network: RoadNetwork) -> Callable[[], object]:
    order = np.lexsort((network.edge_ms, network.edge_head, network.edge_tail))
    pair = np.stack([network.edge_tail, network.edge_head], axis=1)[order]
    fastest = np.ones(len(order), dtype=bool)
    fastest[1:] = np.any(pair[1:] != pair[:-1], axis=1)
    ends, ms = pair[fastest].T, network.edge_ms[order][fastest].astype(float)
    graph = csr_array((ms, (ends[0], ends[1])), shape=(network.n_nodes, network.n_nodes))
    rng = np.random.default_rng(1)
    return lambda: dijkstra(graph, indices=int(rng.integers(network.n_nodes)))


def _networkx_line(network: RoadNetwork, yardstick_ms: float) -> str:
    """Time of a search of all nodes by networkx, for the sense of scale."""
    graph = to_networkx(network)
    start = time.perf_counter()
    nx.single_source_dijkstra_path_length(graph, 0, weight="travel_time")
    ms = (time.perf_counter() - start) * 1000
    return f"networkx searches all nodes in {ms:,.0f} ms, {ms / yardstick_ms:.0f} S."
