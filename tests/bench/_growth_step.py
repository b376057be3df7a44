"""
One size of the growth benchmark, built and asked in processes of their own.

``python -m tests.bench._growth_step build DATA FOLDER SIZE`` builds a network and stores it;
``… ask FOLDER OFFICERS QUESTIONS`` opens it, mapped from disk, and asks.  Both print JSON.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from geo.road import nearest
from geo.road.hierarchy import contract
from geo.road.metric import RoadGraph, weigh
from geo.road.network import assemble
from geo.road.order import elimination_rank
from geo.road.prepared import prepare_in, store_hierarchy
from geo.road.road_class import Mode
from geo.road.snap import Joins, join_nodes
from geo.road.storage import load_network, save_network
from geo.road.streets import Streets
from geo.road.travel_time import NetworkTravelTimes
from geo.road.turn_graph import turn_graph
from geo.road.warm import warm_kernels
from tests.bench._roads import new_york_streets
from tests.bench._tiles import cut_out, tiled
from tests.bench._yardstick import Yardstick, taken_ms

SIZES = ("10 k", "60 k", "New York", "2 × 2", "3 × 3")
SPARSE = 10_000
"""With fewer officers than one for this many junctions, a search would see half the city."""

MEGABYTE = 1e6
UNLIMITED = 1_000_000_000


def city(data: Path, size: str) -> Streets:
    """Cut or tile New York."""
    streets = new_york_streets(data)
    if size.endswith(" k"):
        return cut_out(streets, int(size.removesuffix(" k")) * 1000)
    across = 1 if size == "New York" else int(size[0])
    return tiled(streets, across, seed=5) if across > 1 else streets


def build(streets: Streets, folder: Path) -> dict[str, float]:
    """Time the steps of building; megabytes at the peak, and on disk."""
    warm_kernels()
    took: dict[str, float] = {}
    start_mb = _resident_mb()
    with _timed(took, "assemble_s"):
        network = assemble(streets, mode=Mode.CAR)
    with _timed(took, "graph_s"):
        graph = turn_graph(network)
    with _timed(took, "order_s"):
        rank = elimination_rank(graph, network.node_lon_lat)
    with _timed(took, "topology_s"):
        roads = RoadGraph(network, graph, contract(graph, rank))
    with _timed(took, "weigh_s"):
        weigh(roads, network.edge_ms, version="first")
    took |= {"nodes": network.n_nodes, "edges": network.n_edges, "peak_mb": _peak_mb()}
    took["added_mb"] = max(took["peak_mb"] - start_mb, 0.0)
    with _timed(took, "store_s"):
        save_network(network, folder)
        store_hierarchy(roads.hierarchy, folder, network.version)
    took["disk_mb"] = sum(file.stat().st_size for file in folder.rglob("*.npy")) / MEGABYTE
    return took


def ask(folder: Path, officers: list[int], questions: int) -> dict[str, float]:
    """Open a stored network and time questions in milliseconds."""
    warm_kernels()
    took: dict[str, float] = {}
    before_mb = _resident_mb()
    with _timed(took, "open_s"):
        network = load_network(folder)
        times = NetworkTravelTimes(network, roads=prepare_in(network, folder))
    took["opened_mb"] = _resident_mb() - before_mb
    with _timed(took, "index_s"):
        times.join(network.node_lon_lat[:1])
    yardstick, rng = Yardstick(network), np.random.default_rng(3)

    def nodes(count: int) -> Joins:
        return join_nodes(network, rng.integers(0, network.n_nodes, count))

    def median_ms(question: Callable[..., object], draw: Callable[[], object], n: int) -> float:
        question(draw())
        drawn = [draw() for _ in range(n)]
        return float(np.median([taken_ms(lambda one=one: question(one)) for one in drawn]))

    for n in officers:
        fleet = times.fleet(nodes(n))

        def near(place: Joins) -> object:
            return times.nearest(fleet, place, k=8)  # noqa: B023 -- asked before the next n

        for way, budget in WAYS.items():
            if way == "search" and n * SPARSE < network.n_nodes:
                continue
            with budget():
                took[f"nearest_{way}_{n}_ms"] = median_ms(near, lambda: nodes(1), questions)
    pair = lambda: (nodes(1), nodes(1))  # noqa: E731 -- a draw is as short as that
    took["route_ms"] = median_ms(lambda ends: times.route(*ends), pair, questions)
    square = lambda: (nodes(100), nodes(100))  # noqa: E731 -- the same
    took["matrix_ms"] = median_ms(lambda ends: times.matrix(*ends), square, 5)
    took["s_ms"] = float(np.median(yardstick.ms()))
    return took | {"mapped_mb": _mapped_mb(folder), "resident_mb": _resident_mb() - before_mb}


@contextmanager
def _as_chosen() -> Iterator[None]:
    yield


@contextmanager
def _only_search() -> Iterator[None]:
    with patch.object(nearest, "search_budget", lambda *_: UNLIMITED):
        yield


@contextmanager
def _only_hierarchy() -> Iterator[None]:
    with patch.object(nearest, "search_budget", lambda *_: 0):
        yield


WAYS = {"chosen": _as_chosen, "search": _only_search, "hierarchy": _only_hierarchy}


@contextmanager
def _timed(took: dict[str, float], name: str) -> Iterator[None]:
    start = time.process_time()
    yield
    took[name] = time.process_time() - start


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def _resident_mb() -> float:
    """Memory that this process holds, mapped files among it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / MEGABYTE if found else 0.0


def _mapped_mb(folder: Path) -> float:
    """Size of the mappings of files in a folder."""
    ranges: NDArray[np.int64] = np.array(
        [
            [int(end, 16) for end in line.split()[0].split("-")]
            for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
            if str(folder) in line
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    return float((ranges[:, 1] - ranges[:, 0]).sum()) / MEGABYTE


def main(step: str, *arguments: str) -> None:
    """Run one step and print what it took."""
    if step == "build":
        data, folder, size = arguments
        print(json.dumps(build(city(Path(data), size), Path(folder))))
    else:
        folder, officers, questions = arguments
        numbers = [int(n) for n in officers.split(",")]
        print(json.dumps(ask(Path(folder), numbers, int(questions))))


if __name__ == "__main__":
    main(*sys.argv[1:])
