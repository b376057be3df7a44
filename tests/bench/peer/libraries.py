# ruff: noqa: PLC0415 -- each package is imported by its own class: none is needed by the others
"""
Engines that are Python packages, asked in an environment of their own.

``python -m tests.bench.peer.libraries NAME TASK OUTCOME`` asks one of them; nothing here
imports the project, and each package is imported by its own class only.
"""

from __future__ import annotations

import heapq
import os
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tests.bench.peer.asking import WANTED, Graph, Nodes, Times, load_task, run


class Library:
    """An engine that can do nothing but question A; the classes below do more."""

    requirement: ClassVar[str]
    matrix: Any = None
    renew: Any = None
    change: Any = None

    def __init__(self, graph: Graph) -> None:
        self.graph, self.officers = graph, np.empty(0, dtype=np.int64)

    def gather(self, officers: Nodes) -> None:
        """Keep them as an array."""
        self.officers = officers


class Scipy(Library):
    """One search of all nodes."""

    requirement = "scipy==1.17.1"
    ROWS = 20

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self._backward = graph.backward()

    def ask(self, incident: int) -> Times:
        """Search backward from the incident."""
        return dijkstra(self._backward, indices=incident)[self.officers]

    def matrix(self, origins: Nodes, destinations: Nodes) -> Times:
        """Answer the first rows only."""
        forward = csr_array(self._backward.T)
        return dijkstra(forward, indices=origins[: self.ROWS])[:, destinations]


class Networkx(Library):
    """One search of all nodes in Python."""

    requirement = "networkx==3.6.1"

    def __init__(self, graph: Graph) -> None:
        import networkx as nx

        super().__init__(graph)
        self._search = nx.single_source_dijkstra_path_length
        self.backward = nx.DiGraph()
        self.backward.add_weighted_edges_from(
            zip(graph.head.tolist(), graph.tail.tolist(), graph.ms.tolist(), strict=True)
        )

    def ask(self, incident: int) -> Times:
        """Search backward from the incident."""
        found = self._search(self.backward, incident, weight="weight")
        return np.array([found.get(node, np.inf) for node in self.officers.tolist()])


class NetworkxStopping(Networkx):
    """An own loop over the graph of networkx that stops at the eighth officer."""

    def gather(self, officers: Nodes) -> None:
        """Keep them as a set."""
        self._posts = set(officers.tolist())

    def ask(self, incident: int) -> Times:
        """Search backward from the incident until enough are found."""
        around, queue, settled, best = self.backward.adj, [(0, incident)], set(), []
        while queue and len(best) < min(WANTED, len(self._posts)):
            ms, node = heapq.heappop(queue)
            if node in settled:
                continue
            settled.add(node)
            if node in self._posts:
                best.append(ms)
            for other, edge in around[node].items():
                if other not in settled:
                    heapq.heappush(queue, (ms + edge["weight"], other))
        return np.array(best, dtype=np.float64)


class Rustworkx(Library):
    """One search of all nodes in Rust, weights asked of Python."""

    requirement = "rustworkx==0.18.1"

    def __init__(self, graph: Graph) -> None:
        import rustworkx as rx

        super().__init__(graph)
        self._search = rx.dijkstra_shortest_path_lengths
        self._backward = rx.PyDiGraph()
        self._backward.add_nodes_from(range(graph.n_nodes))
        arcs = zip(graph.head.tolist(), graph.tail.tolist(), graph.ms.tolist(), strict=True)
        self._backward.add_edges_from(list(arcs))

    def ask(self, incident: int) -> Times:
        """Search backward from the incident."""
        found = self._search(self._backward, incident, float)  # without the start itself
        times = {incident: 0.0, **found}
        return np.array([times.get(node, np.inf) for node in self.officers.tolist()])


class Igraph(Library):
    """One search to all officers."""

    requirement = "igraph==1.0.0"

    def __init__(self, graph: Graph) -> None:
        import igraph

        super().__init__(graph)
        ends = np.stack([graph.tail, graph.head], axis=1)
        self._graph = igraph.Graph(n=graph.n_nodes, edges=ends, directed=True)
        self._graph.es["ms"] = graph.ms.tolist()

    def ask(self, incident: int) -> Times:
        """Search backward from the incident."""
        found = self._graph.distances([incident], self.officers.tolist(), weights="ms", mode="in")
        return np.array(found[0])


class Networkit(Library):
    """One search to all officers, on one thread."""

    requirement = "networkit==11.2.2"

    def __init__(self, graph: Graph) -> None:
        import networkit as nk

        super().__init__(graph)
        nk.setNumberOfThreads(1)
        ends = (graph.head, graph.tail)
        backward = nk.GraphFromCoo(
            (graph.ms.astype(np.float64), ends), graph.n_nodes, weighted=True, directed=True
        )
        self._search = nk.distance.MultiTargetDijkstra(backward, 0, [1])

    def gather(self, officers: Nodes) -> None:
        """Hand them over."""
        self._search.setTargets(officers.tolist())

    def ask(self, incident: int) -> Times:
        """Search backward from the incident."""
        self._search.setSource(incident)
        self._search.run()
        return np.array(self._search.getDistances())


class Pandana(Library):
    """Contraction hierarchies; pairs in one call, weights in seconds (it hangs on more)."""

    requirement = "pandana==0.8"

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self.renew(graph.ms)

    def ask(self, incident: int) -> Times:
        """Ask for one pair per officer."""
        ends = np.full(len(self.officers), incident)
        return 1000 * np.array(self._roads.shortest_path_lengths(self.officers, ends))

    def matrix(self, origins: Nodes, destinations: Nodes) -> Times:
        """Ask for all pairs in one call."""
        starts, ends = np.repeat(origins, len(destinations)), np.tile(destinations, len(origins))
        found = 1000 * np.array(self._roads.shortest_path_lengths(starts, ends))
        return found.reshape(len(origins), len(destinations))

    def renew(self, ms: Nodes) -> None:
        """Contract anew."""
        import pandana
        import pandas as pd

        lon, lat = (pd.Series(degrees) for degrees in self.graph.lon_lat.T)
        ends = pd.Series(self.graph.tail), pd.Series(self.graph.head)
        self._roads = pandana.Network(lon, lat, *ends, pd.DataFrame({"s": ms / 1000}), twoway=False)


class Pyroutingkit(Library):
    """RoutingKit's customizable hierarchy; officers are pinned at every call."""

    requirement = "pyroutingkit==0.2.1"

    def __init__(self, graph: Graph) -> None:
        import pyroutingkit

        super().__init__(graph)
        topology = pyroutingkit.CCHTopology()
        lon, lat = (np.ascontiguousarray(degrees, np.float32) for degrees in graph.lon_lat.T)
        ends = graph.head.astype(np.uint32), graph.tail.astype(np.uint32)
        topology.build(*ends, lat, lon, graph.n_nodes)  # backward: many targets cost it less
        self._metric = pyroutingkit.CCHMetric(topology)
        self.renew(graph.ms)

    def ask(self, incident: int) -> Times:
        """Ask for a matrix of one row, against the direction of travel."""
        return self.matrix(self.officers, np.array([incident]))[:, 0]

    def matrix(self, origins: Nodes, destinations: Nodes) -> Times:
        """Ask for the matrix."""
        found = self._metric.distances_many_to_many(
            destinations.astype(np.uint32), origins.astype(np.uint32)
        )
        return found.astype(np.float64).T

    def renew(self, ms: Nodes) -> None:
        """Customise all."""
        self._metric.customize(ms.astype(np.uint32))

    def change(self, arcs: Nodes, ms: int) -> None:
        """Customise in part."""
        self._metric.update_weights(arcs.astype(np.uint32), np.full(len(arcs), ms, dtype=np.uint32))


class RoutingkitCch(Library):
    """The same core by other bindings; officers are pinned once and asked again and again."""

    requirement = "routingkit-cch==0.1.4"

    def __init__(self, graph: Graph) -> None:
        import routingkit_cch as rk

        super().__init__(graph)
        self._rk = rk
        ends = graph.tail.tolist(), graph.head.tolist()
        lon, lat = (degrees.tolist() for degrees in graph.lon_lat.T)
        order = rk.compute_order_inertial(graph.n_nodes, *ends, lat, lon)
        cch = rk.CCH(order, *ends, False)  # noqa: FBT003 -- it takes no keywords
        self._metric = rk.CCHMetric(cch, graph.ms.tolist())
        self._updater = rk.CCHMetricPartialUpdater(cch)
        self._pinned: Any = None

    def gather(self, officers: Nodes) -> None:
        """Pin them."""
        super().gather(officers)
        self._pinned = self._rk.CCHManyToOne(self._metric, officers.tolist())

    def ask(self, incident: int) -> Times:
        """Ask for all that are pinned."""
        if self._pinned is None:
            self.gather(self.officers)
        found = self._pinned.distances_to(incident)
        return np.array([np.inf if ms is None else ms for ms in found], dtype=np.float64)

    def matrix(self, origins: Nodes, destinations: Nodes) -> Times:
        """Pin the origins, ask column by column."""
        pinned = self._rk.CCHManyToOne(self._metric, origins.tolist())
        columns = [pinned.distances_to(node) for node in destinations.tolist()]
        return np.array(columns, dtype=np.float64).T

    def renew(self, ms: Nodes) -> None:
        """Customise; nothing may be pinned meanwhile."""
        self._pinned = None
        self._metric.reset(ms.tolist())

    def change(self, arcs: Nodes, ms: int) -> None:
        """Customise in part."""
        self._pinned = None
        self._updater.apply(self._metric, dict.fromkeys(arcs.tolist(), ms))


LIBRARIES: dict[str, type[Library]] = {
    "pyroutingkit": Pyroutingkit,
    "routingkit-cch": RoutingkitCch,
    "pandana": Pandana,
    "networkit": Networkit,
    "igraph": Igraph,
    "scipy": Scipy,
    "rustworkx": Rustworkx,
    "networkx": Networkx,
    "networkx, own loop that stops": NetworkxStopping,
}


def main(name: str, task: str, outcome: str) -> None:
    """Ask one engine on one thread and write what it answered."""
    os.environ["OMP_NUM_THREADS"] = "1"
    answered = run(load_task(Path(task)), LIBRARIES[name], time.process_time)
    answered.save(Path(outcome))


if __name__ == "__main__":
    main(*sys.argv[1:])
