"""S, the yardstick: one search of all nodes by scipy, timed in the same run as what it judges."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.road.network import RoadNetwork

QUIET_S_MS = 28.0
"""S on a quiet machine; a figure times S / 28 ms is what a quiet machine would show."""

NOTE = (
    "S is one search of all nodes by scipy, timed before and after each row; on a quiet machine "
    f"it takes {QUIET_S_MS:.0f} ms, so on a slow or busy one expect the quiet figure × S / "
    f"{QUIET_S_MS:.0f} ms. Medians of CPU time; *of S* is what is judged."
)

Draw = TypeVar("Draw")


@dataclass(frozen=True)
class Timed:
    """What asking took, and what S took around it, in milliseconds."""

    ms: NDArray[np.float64]
    s_ms: float

    @property
    def median_ms(self) -> float:
        """Half of the questions took longer."""
        return float(np.median(self.ms))

    @property
    def p99_ms(self) -> float:
        """One question in a hundred took longer."""
        return float(np.percentile(self.ms, 99))

    @property
    def of_s(self) -> float:
        """Median as a multiple of S."""
        return self.median_ms / self.s_ms

    @property
    def p99_of_s(self) -> float:
        """The 99th percentile as a multiple of S."""
        return self.p99_ms / self.s_ms


class Yardstick:
    """Searches all nodes of a network by scipy, from a random one each time."""

    def __init__(self, network: RoadNetwork) -> None:
        graph, rng = plain_graph(network), np.random.default_rng(1)
        self._search = lambda: dijkstra(graph, indices=int(rng.integers(network.n_nodes)))
        self._search()

    def ms(self, times: int = 3) -> list[float]:
        """Time some searches."""
        return [taken_ms(self._search) for _ in range(times)]

    def beside(self, ask: Callable[[Draw], object], draw: Callable[[], Draw], times: int) -> Timed:
        """Time questions, each drawn before its time counts; the first does not count."""
        return self.beside_clock(lambda drawn: taken_ms(lambda: ask(drawn)), draw, times)

    def beside_clock(
        self, clock: Callable[[Draw], float], draw: Callable[[], Draw], times: int
    ) -> Timed:
        """Gather times that are taken elsewhere; the first does not count."""
        clock(draw())
        before = self.ms()
        taken = [clock(draw()) for _ in range(times)]
        return Timed(np.array(taken), float(np.median([*before, *self.ms()])))


def fastest_edges(network: RoadNetwork) -> NDArray[np.int64]:
    """List the edges without loops, and of parallel ones the fastest."""
    order = np.lexsort((network.edge_ms, network.edge_head, network.edge_tail))
    pair = np.stack([network.edge_tail, network.edge_head], axis=1)[order]
    fastest = np.ones(len(order), dtype=bool)
    fastest[1:] = np.any(pair[1:] != pair[:-1], axis=1)
    return order[fastest & (pair[:, 0] != pair[:, 1])]


def plain_graph(network: RoadNetwork) -> csr_array:
    """Matrix of milliseconds; scipy would add parallel edges up."""
    edges = fastest_edges(network)
    ends = network.edge_tail[edges], network.edge_head[edges]
    ms = network.edge_ms[edges].astype(np.float64)
    return csr_array((ms, ends), shape=(network.n_nodes, network.n_nodes))


def share(of_s: float) -> str:
    """Write a multiple of S, or a part of it."""
    return f"{of_s:.1f} S" if of_s >= 1 else f"S / {1 / of_s:,.0f}"


def taken_ms(ask: Callable[[], object]) -> float:
    """Milliseconds of CPU time that a question takes in all threads of this process."""
    start = time.process_time_ns()
    ask()
    return (time.process_time_ns() - start) / 1e6
