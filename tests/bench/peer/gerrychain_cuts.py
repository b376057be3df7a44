"""
gerrychain's short bursts for few cut edges, asked in an environment of its own.

``python -m tests.bench.peer.gerrychain_cuts TASK.npz SECONDS`` reads ``weight``, ``edges``,
``zones``, ``balance`` and ``seed`` and prints JSON; nothing here imports the project.  It begins
with its own recursive tree partition, for which it has `START_S`, and then has all of the seconds
for its moves.
"""

# ruff: noqa: PLC0415, ANN401 -- gerrychain is in no environment but its own, nor are its types

from __future__ import annotations

import json
import signal
import sys
import time
import warnings
from functools import partial
from typing import Any

import numpy as np

WANTED = ("gerrychain==1.0.0",)

START_S = 3
"""CPU seconds, as all others."""

BURST = 10
"""Steps of a burst, as its authors use."""


def main(task: str, seconds: float) -> None:
    """Search until the time is over, and print the best that was found."""
    warnings.simplefilter("ignore")
    from gerrychain import Graph

    given = np.load(task)
    graph = Graph.from_networkx(drawn(given["weight"], given["edges"]))
    zones, balance, seed = int(given["zones"]), float(given["balance"]), int(given["seed"])
    aim = {"pop_col": "weight", "pop_target": float(given["weight"].sum()) / zones}
    aim["epsilon"] = balance
    start = started(graph, zones, aim, seed)
    found: dict[str, Any] = {"objective": None, "steps": 0, "zone_of": None}
    if start is not None:
        cuts, steps, zone_of = searched(graph, start, aim, seed, time.process_time() + seconds)
        found = {"objective": cuts, "steps": steps, "zone_of": zone_of}
    print(json.dumps(found))


def drawn(weight: Any, edges: Any) -> Any:
    """The graph as networkx has it."""
    import networkx as nx

    graph = nx.Graph()
    for node, load in enumerate(weight.tolist()):
        graph.add_node(node, weight=load)
    graph.add_edges_from(edges.tolist())
    return graph


def started(graph: Any, zones: int, aim: dict[str, Any], seed: int) -> dict[int, int] | None:
    """A balanced plan to begin with, or None where none is found in time."""
    from gerrychain.partition import recursive_tree_part

    def too_late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGPROF, too_late)
    signal.setitimer(signal.ITIMER_PROF, START_S)
    try:
        plan = recursive_tree_part(graph, range(zones), **aim, rng=seed)
    except (TimeoutError, RuntimeError):
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return dict(plan)


def searched(
    graph: Any, start: dict[int, int], aim: dict[str, Any], seed: int, until: float
) -> tuple[int, int, list[int]]:
    """Fewest cut edges, steps, and the plan."""
    from gerrychain import Partition
    from gerrychain.constraints import contiguous
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.proposals import recom
    from gerrychain.tree import bipartition_tree
    from gerrychain.updaters import Tally, cut_edges

    # Of some pairs there is no other balanced cut; then it takes another pair.
    cut = partial(bipartition_tree, max_attempts=100, allow_pair_reselection=True)
    chain = SingleMetricOptimizer(
        partial(recom, **aim, bipartition_tree_fn=cut),
        contiguous,
        Partition(graph, start, {"weight": Tally("weight", alias="weight"), "cut": cut_edges}),
        lambda plan: len(plan["cut"]),
        maximize=False,
        rng=seed,
    )
    steps = 0
    for _ in chain.short_bursts(BURST, 1_000_000):
        steps += 1
        if time.process_time() > until:
            break
    best = chain.best_part.assignment
    return int(chain.best_score), steps, [int(best[node]) for node in range(len(start))]


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
