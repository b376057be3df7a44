"""Which zone is which: zones keep the numbers of today, so that renaming is no change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from dispatch.planning.rezoning_problem import RezoningProblem, Stock, stock_of


def match_labels(problem: RezoningProblem, zone_of: NDArray[np.int32]) -> NDArray[np.int32]:
    """
    Number zones so that they cost the least, travel and price of change together.

    Parameters
    ----------
    problem
        What was divided.
    zone_of
        Zones by any numbers, int32[n].

    Returns
    -------
    zone_of
        The same zones, int32[n]; as they were where other numbers would be worse for the
        balance, the share that may move, or the cost.

    References
    ----------
    Kuhn (1955), The Hungarian method for the assignment problem.
    """
    k = problem.zones
    price = np.where(problem.allowed, problem.node_cost, np.inf)
    # What moves breaks ties, so that it is today's numbers where costs are equal.
    cost, moved = np.zeros((k, k)), np.zeros((k, k))
    for zone in range(k):
        mine = zone_of == zone
        cost[zone] = price[:, mine].sum(axis=1)
        moved[zone] = problem.moved_in[:, mine].sum(axis=1)
    worst = cost[np.isfinite(cost)].max(initial=1.0)
    barred = 1e3 * k * max(worst, 1.0)
    full = np.where(np.isfinite(cost), cost, barred) + 1e-9 * max(worst, 1.0) * moved
    rows, numbers = linear_sum_assignment(full)
    if not np.isfinite(cost[rows, numbers]).all():
        return zone_of
    named: NDArray[np.int32] = numbers.astype(np.int32)[zone_of]
    before, after = stock_of(problem, zone_of), stock_of(problem, named)
    return named if _as_good(problem, before, after) else zone_of


def _as_good(problem: RezoningProblem, before: Stock, after: Stock) -> bool:
    """Whether nothing that must hold is lost, and nothing costs more."""
    balanced = after.within(problem.balance) or after.deviation <= before.deviation
    moved = after.moved <= max(problem.most_moved, before.moved)
    return balanced and moved and after.cost <= before.cost + 1e-9
