"""Zones for a bare graph: the best plan that was found, its bound, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_bound import CUT_BOUND, TRAVEL_BOUND, cut_bound, travel_bound
from dispatch.planning.rezoning_problem import RezoningProblem, stock_of
from dispatch.planning.rezoning_search import (
    STEPS,
    Effort,
    Found,
    Searched,
    Watch,
    never,
    search,
)
from dispatch.planning.rezoning_why_not import not_found, why_impossible
from geo.remark import Remark

BLOCKS_A_SECOND = 3
"""Blocks that a second of effort is worth; a quiet machine does five and more."""

MORE = 2
"""Times that the effort is spent again while no plan keeps the balance and none is ruled out."""

AGAIN = 499_979
"""What the seed grows by then: far from seeds that people choose."""

STEPS_A_NODE = 8_000
"""Attempts of a block for each node of a graph of less than 250."""


@dataclass(frozen=True, slots=True, eq=False)
class GraphZones:
    """
    The answer for a bare graph.

    Attributes
    ----------
    zone_of
        Zone of each node, numbered by their first nodes, int32[n]; None if there is no plan at
        all.
    objective
        Cut edges, or load × seconds; None without a plan.
    bound
        No plan within the balance has less; None where the travel of an impossible problem is
        asked for.
    bound_holds_for
        What the bound is a bound of.
    deviation
        Largest difference of a zone's load from the mean, as a share of it; None without a plan.
    feasible
        Whether the plan keeps the balance.
    proven_impossible
        Whether it is proven that none does.
    why_not
        Why there is none, or none was found.
    blocks
        Blocks of search that were done.
    stopped
        Whether the search was stopped before its effort was used up: then the same seed may give
        another plan on another machine.
    """

    zone_of: NDArray[np.int32] | None
    objective: float | None
    bound: float | None
    bound_holds_for: Remark
    deviation: float | None
    feasible: bool
    proven_impossible: bool
    why_not: tuple[Remark, ...]
    blocks: int
    stopped: bool


def zones_of_graph(
    problem: RezoningProblem,
    *,
    seconds: float,
    seed: int,
    watch: Watch | None = None,
    late: Callable[[], bool] = never,
) -> GraphZones:
    """
    Divide a bare graph.

    Parameters
    ----------
    problem
        Made by `dispatch.planning.rezoning_problem.plain_problem`.
    seconds
        Effort, counted in blocks: `BLOCKS_A_SECOND` of them for each second, and `MORE` times as
        many again for a plan that is hard to balance.
    seed
        Equal seeds give equal plans, unless the search is stopped.
    watch
        Who looks after the search.
    late
        Asked after each step of the bound; True leaves it at that.

    Returns
    -------
    zones
        The answer.
    """
    impossible = why_impossible(problem)
    n_blocks = 1 if impossible else max(1, round(seconds * BLOCKS_A_SECOND))
    trivial = float(problem.zones - problem.parts()[0]) if not problem.travel_s.size else 0.0
    steps = min(STEPS, STEPS_A_NODE * len(problem.names))
    effort = Effort(1 if problem.zones == 1 else n_blocks, steps, good_enough=trivial)
    searched = _until_balanced(problem, effort, seed, watch, more=0 if impossible else MORE)
    best = searched.best
    zone_of = None if best is None else by_first_node(best.zone_of)
    feasible = best is not None and best.feasible
    reasons = impossible or (() if feasible else (not_found(problem, zone_of),))
    return GraphZones(
        zone_of=zone_of,
        objective=None if best is None else best.cost,
        bound=_bound(problem, best, late),
        bound_holds_for=TRAVEL_BOUND if problem.travel_s.size else CUT_BOUND,
        deviation=None if zone_of is None else stock_of(problem, zone_of).deviation,
        feasible=feasible,
        proven_impossible=bool(impossible) and not feasible,
        why_not=() if feasible else reasons,
        blocks=searched.blocks,
        stopped=searched.stopped,
    )


def _until_balanced(
    problem: RezoningProblem, effort: Effort, seed: int, watch: Watch | None, *, more: int
) -> Searched:
    """Search, and so often again if no plan that keeps the balance was found."""
    searched = search(problem, effort, seed=seed, watch=watch)
    done = searched.blocks
    for again in range(more):
        if searched.stopped or (searched.best is not None and searched.best.feasible):
            break
        other = seed + AGAIN * (again + 1)
        searched = search(problem, effort, seed=other, watch=watch, begin_with=searched.best)
        done += searched.blocks
    return replace(searched, blocks=done)


def by_first_node(zone_of: NDArray[np.int32]) -> NDArray[np.int32]:
    """
    Number zones by their first nodes.

    Parameters
    ----------
    zone_of
        Any numbers, int32[n].

    Returns
    -------
    zone_of
        The same zones, int32[n].
    """
    _, first, inverse = np.unique(zone_of, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    numbered: NDArray[np.int32] = rank[inverse]
    return numbered


def _bound(problem: RezoningProblem, best: Found | None, late: Callable[[], bool]) -> float | None:
    """Bound of the objective; a plan outside of the balance may have less."""
    if not problem.travel_s.size:
        cost = problem.cut_cost.sum() / 2 if best is None else best.cost
        return cut_bound(problem, cost, late=late)
    if best is None or not best.feasible:
        return None
    return travel_bound(problem, best.cost, late=late)
