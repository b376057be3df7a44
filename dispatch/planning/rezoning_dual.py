"""
Bound of a plan whose zones have bases: travel and price of change, whatever the shape of zones.

Formulation
-----------
With x[z, i] = 1 if grid i is in zone z, the linear part of `dispatch.planning.rezoning_problem`
without contiguity, borders and wholeness::

    min   sum node_cost[z, i] x[z, i]
    subject to
        sum over z of x[z, i] = 1,  x[z, i] = 0 where not allowed
        load[z] <= (1 + balance) mean          price a[z] >= 0
        load[z] >= (1 - balance) mean          price b[z] >= 0
        sum moved_in[z, i] x[z, i] <= most     price c    >= 0

At any prices every grid takes the zone that is cheapest after them, and what that costs is a lower
bound.  Prices are made better by subgradient steps towards the cost of a known plan.  As borders
cost nothing or more, it bounds the whole cost, too.

References
----------
Fisher (1981), The Lagrangian relaxation method for solving integer programming problems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_problem import RezoningProblem
from geo.remark import Remark
from geo.road.frozen import freeze

BASES_BOUND = Remark(
    "bound_of_bases",
    "下界对驻地不变、满足均衡和调整上限的所有分区成立，不论责任区形状和是否连通；边界费用按零计。",
    "The bound holds for every plan with these bases within the balance and the share that may "
    "move, for zones of any shape, connected or not; borders are counted at nothing.",
)

ROUNDS = 400
PATIENCE = 12
"""Steps without a better bound after which they are halved."""


@dataclass(frozen=True, slots=True, eq=False)
class BasesBound:
    """
    A lower bound and the prices that prove it.

    Attributes
    ----------
    bound
        No plan costs less.
    reduced
        What each grid costs in each zone after prices, float64[k, n]; infinite where not allowed.
    """

    bound: float
    reduced: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the array read-only."""
        freeze(self)


def bases_bound(problem: RezoningProblem, best: float) -> BasesBound:
    """
    Bound the cost of every plan from below.

    Parameters
    ----------
    problem
        With costs of nodes in zones.
    best
        Cost of a plan that is known; it sets the length of steps, no more.

    Returns
    -------
    bound
        The best that was found.
    """
    k, n = problem.load.shape
    most = problem.most_moved
    capped = np.isfinite(most)
    cost = np.where(problem.allowed, problem.node_cost, np.inf)
    grid = np.arange(n)
    # Loads are counted in mean loads of the cheapest plan, so that all prices are alike.
    unit = max(float(problem.load[cost.argmin(axis=0), grid].sum()) / k, 1e-300)
    load = problem.load / unit
    part = problem.moved_in / most if capped and most > 0 else problem.moved_in
    share = 1.0 if most > 0 else 0.0
    over, under, moving = np.zeros(k), np.zeros(k), 0.0
    bound = -np.inf
    kept = cost
    step, stale = 1.0, 0
    for _ in range(ROUNDS):
        of_mean = ((1 - problem.balance) * under.sum() - (1 + problem.balance) * over.sum()) / k
        reduced = cost + load * (over - under + of_mean)[:, None] + moving * part * capped
        zone = reduced.argmin(axis=0)
        value = float(reduced[zone, grid].sum()) - moving * share * capped
        if value > bound:
            bound, kept, stale = value, reduced, 0
        else:
            stale += 1
        if stale == PATIENCE:
            step, stale = step / 2, 0
        loads = np.bincount(zone, load[zone, grid], minlength=k)
        mean = loads.sum() / k
        up = loads - (1 + problem.balance) * mean
        down = (1 - problem.balance) * mean - loads
        out = (float(part[zone, grid].sum()) - share) * capped
        up[(over <= 0) & (up < 0)] = 0.0
        down[(under <= 0) & (down < 0)] = 0.0
        out = 0.0 if moving <= 0 and out < 0 else out
        norm = float(up @ up + down @ down + out * out)
        if norm < 1e-16 or value >= best or step < 1e-4:
            break
        length = step * (best - value) / norm
        over = np.maximum(over + length * up, 0.0)
        under = np.maximum(under + length * down, 0.0)
        moving = max(moving + length * out, 0.0)
    return BasesBound(min(bound, best), kept)
