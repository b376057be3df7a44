"""
The questions that every engine is asked, and how its answers are timed.

Runs in this project's environment and in that of the peers: only numpy and scipy are imported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

WANTED = 8
LEAST = 3
"""Questions that are asked in any case, before the budget of a cell can end it."""

Nodes = NDArray[np.int64]
Times = NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """One arc per row, none of them parallel and no loops; milliseconds; node places."""

    tail: Nodes
    head: Nodes
    ms: Nodes
    lon_lat: NDArray[np.float64]

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.lon_lat)

    def backward(self) -> csr_array:
        """Matrix of the arcs turned round."""
        shape = (self.n_nodes, self.n_nodes)
        return csr_array((self.ms.astype(np.float64), (self.head, self.tail)), shape=shape)


@dataclass(frozen=True)
class Task:
    """
    Question A for several numbers of officers, a matrix, and changed weights.

    ``renewed_ms`` are other times of all arcs.  Each row of ``closed`` is a set of arcs that
    then become as slow as ``closed_ms``, one set after the other.
    """

    graph: Graph
    officers: dict[int, Nodes]
    incidents: Nodes
    origins: Nodes
    destinations: Nodes
    renewed_ms: Nodes
    closed: Nodes
    closed_ms: int
    budget_s: float

    def save(self, path: Path) -> None:
        """Write it as arrays."""
        graph = {f"graph_{name}": value for name, value in vars(self.graph).items()}
        officers = {f"officers_{n}": nodes for n, nodes in self.officers.items()}
        rest = {k: v for k, v in vars(self).items() if k not in {"graph", "officers"}}
        np.savez(path, **graph, **officers, **rest)


def load_task(path: Path) -> Task:
    """Read what `Task.save` wrote."""
    with np.load(path) as arrays:
        found = dict(arrays)
    graph = Graph(**{k[6:]: found.pop(k) for k in list(found) if k.startswith("graph_")})
    officers = {int(k[9:]): found.pop(k) for k in list(found) if k.startswith("officers_")}
    numbers = {"closed_ms": int(found.pop("closed_ms")), "budget_s": float(found.pop("budget_s"))}
    return Task(graph=graph, officers=officers, **found, **numbers)


class Peer(Protocol):
    """An engine ready to be asked; what it cannot do it leaves at None."""

    matrix: Callable[[Nodes, Nodes], Times] | None
    renew: Callable[[Nodes], None] | None
    change: Callable[[Nodes, int], None] | None

    def gather(self, officers: Nodes) -> None:
        """Take note where the officers are; not timed."""

    def ask(self, incident: int) -> Times:
        """Milliseconds of all officers, or of the nearest eight, to an incident."""


class TooSlowError(Exception):
    """A question was given up."""


@dataclass
class Outcome:
    """
    What an engine answered, and how long it took.

    ``taken_ms`` and ``best_ms`` by cell: a number of officers, "matrix", "renewed" or
    "closed"; ``s_ms`` is the yardstick around each cell; ``said`` is why a cell is empty.
    """

    built_s: float
    taken_ms: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    best_ms: dict[str, Times] = field(default_factory=dict)
    s_ms: dict[str, float] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write it as arrays."""
        fields = {
            f"{name}.{cell}": np.asarray(value)
            for name in ("taken_ms", "best_ms", "s_ms", "said")
            for cell, value in getattr(self, name).items()
        }
        np.savez(path, built_s=self.built_s, **fields)


def load_outcome(path: Path) -> Outcome:
    """Read what `Outcome.save` wrote."""
    with np.load(path) as arrays:
        found = Outcome(float(arrays["built_s"]))
        for key in arrays.files:
            name, _, cell = key.partition(".")
            if cell:
                value = arrays[key]
                getattr(found, name)[cell] = value.item() if value.ndim == 0 else value
    return found


def run(task: Task, build: Callable[[Graph], Peer], clock: Callable[[], float]) -> Outcome:
    """Build an engine and ask it everything, cell by cell; the clock gives seconds."""
    start = clock()
    peer = build(task.graph)
    outcome = Outcome(clock() - start)
    asked = _Asked(task, peer, clock, outcome)
    asked.matrix()
    for n, officers in sorted(task.officers.items()):
        if not asked.nearest(n, officers):
            break
    asked.changes()
    return outcome


class _Asked:
    """One engine being asked."""

    def __init__(
        self, task: Task, peer: Peer, clock: Callable[[], float], outcome: Outcome
    ) -> None:
        self._task, self._peer, self._clock, self._outcome = task, peer, clock, outcome
        self._backward = task.graph.backward()

    def nearest(self, n: int, officers: Nodes) -> bool:
        """Ask for the nearest until the budget is used up; False when it was given up."""
        self._peer.gather(officers)
        before, taken, best = self._yardstick_ms(), [], []
        left_s = self._task.budget_s
        try:
            self._peer.ask(int(self._task.incidents[-1]))
            for incident in self._task.incidents.tolist():
                ms, times = self._timed(lambda incident=incident: self._peer.ask(incident))
                taken.append(ms)
                best.append(np.sort(times)[:WANTED])
                left_s -= ms / 1000
                if left_s < 0 and len(taken) >= LEAST:
                    break
        except TooSlowError as slow:
            self._outcome.said[str(n)] = str(slow)
            return False
        self._keep(str(n), np.array(taken), np.array(best), before)
        return True

    def matrix(self) -> None:
        """Ask for the matrix."""
        if self._peer.matrix is None:
            return
        matrix, before = self._peer.matrix, self._yardstick_ms()
        ends = self._task.origins, self._task.destinations
        try:
            taken, times = self._repeated(lambda: matrix(*ends))
        except TooSlowError as slow:
            self._outcome.said["matrix"] = str(slow)
            return
        scale = len(ends[0]) / len(times)  # an engine may answer some rows only
        self._keep("matrix", taken * scale, times, before)

    def changes(self) -> None:
        """Change all weights, then a few; the first incident's answer shows that they count."""
        if self._peer.renew is None and self._peer.change is None:
            return
        first, officers = int(self._task.incidents[0]), sorted(self._task.officers)
        self._peer.gather(self._task.officers[officers[len(officers) // 2]])
        if (renew := self._peer.renew) is not None:
            before = self._yardstick_ms()
            taken, _ = self._repeated(lambda: renew(self._task.renewed_ms))
            self._keep("renewed", taken, self._best(first)[None], before)
        if (change := self._peer.change) is not None:
            before, ms = self._yardstick_ms(), self._task.closed_ms
            spent = [self._timed(lambda: change(arcs, ms))[0] for arcs in self._task.closed]  # noqa: B023 -- called at once
            self._keep("closed", np.array(spent), self._best(first)[None], before)

    def _best(self, incident: int) -> Times:
        return np.sort(self._peer.ask(incident))[:WANTED]

    def _repeated(self, ask: Callable[[], Times]) -> tuple[NDArray[np.float64], Times]:
        """Ask the same a few times, once where that uses up the budget."""
        ms, answer = self._timed(ask)
        times = LEAST if LEAST * ms < 1000 * self._task.budget_s else 1
        taken = [ms, *(self._timed(ask)[0] for _ in range(times - 1))]
        return np.array(taken[-2:]), answer

    def _timed(self, ask: Callable[[], Times]) -> tuple[float, Times]:
        start = self._clock()
        answer = ask()
        return (self._clock() - start) * 1000, answer

    def _yardstick_ms(self) -> list[float]:
        taken = []
        for incident in self._task.incidents[:3].tolist():
            start = time.process_time()
            dijkstra(self._backward, indices=incident)
            taken.append((time.process_time() - start) * 1000)
        return taken

    def _keep(
        self, cell: str, taken_ms: NDArray[np.float64], best_ms: Times, before: list[float]
    ) -> None:
        self._outcome.taken_ms[cell], self._outcome.best_ms[cell] = taken_ms, best_ms
        self._outcome.s_ms[cell] = float(np.median([*before, *self._yardstick_ms()]))
