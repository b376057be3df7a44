"""`python -m dispatch.warm`: compile every kernel once, so that no first request is slow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.batch import Batch, Slot, assign
from dispatch.completion import complete_crews, first_obstacles
from dispatch.coverage import Demand, survey
from dispatch.joint import Force, Site, plan_joint
from dispatch.move_up import MoveUpRule, Posts, propose_moves
from dispatch.planning.location_warm import warm_location
from dispatch.planning.rezoning_problem import PlainGraph, plain_problem
from dispatch.planning.rezoning_search import Block, run_block
from dispatch.planning.simulation.bare_queue import BareQueue, simulate_queue
from geo.road.warm import warm_kernels as warm_road_kernels


def warm_kernels() -> None:
    """Plan for two crews and two places by every method, and warm the roads."""
    warm_road_kernels()
    minutes_ms = np.array([[60_000, 60_000], [60_000, 60_000]])
    yes, none = np.ones(2, dtype=np.bool_), np.zeros(2, dtype=np.int64)
    _complete(yes)
    crews = ("A", "B")
    slots = (Slot("I1"), Slot("I2"))
    assign(Batch(slots, crews, none + 1, none, minutes_ms, np.ones((2, 2), dtype=np.bool_)))
    force = Force(crews, yes, {}, minutes_ms, crews, np.arange(2), none)
    plan_joint((Site("S1", 1), Site("S2", 1)), force)
    demand = Demand(crews, (), none - 1, np.ones(2), np.ones(2))
    coverage = survey(demand, crews, np.array([[True, False], [True, False]]), yes)
    posts = Posts(("P1",), np.array([[False, True]]), minutes_ms[:, :1])
    propose_moves(coverage, posts, yes, MoveUpRule())
    warm_location()
    _rezone()
    simulate_queue(BareQueue(2, 1.0, 30.0), weeks=1, seed=1)


def _rezone() -> None:
    """Divide a ring of six."""
    ring = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [0, 5]])
    graph = PlainGraph(tuple("ABCDEF"), np.ones(6), ring)
    run_block(Block(plain_problem(graph, 2, 0.1), seed=1, steps=10_000))


def _complete(yes: NDArray[np.bool_]) -> None:
    """Complete a crew of two."""
    first, travel_ms = np.array([0, 2]), np.array([60_000, 60_000])
    nothing, holds = np.zeros(2, dtype=np.uint8), np.zeros(2, dtype=np.uint64)
    arrival_ms, completing, first_ms, nearest_ms = np.empty((4, 1), dtype=np.int64)
    none = np.uint64(0)
    complete_crews(
        first,
        travel_ms,
        nothing,
        yes,
        holds,
        2,
        none,
        arrival_ms,
        completing,
        first_ms,
        nearest_ms,
    )
    first_obstacles(first, nothing, yes, holds, 2, none, none, 9, np.empty(1, dtype=np.uint8))


if __name__ == "__main__":
    warm_kernels()
