"""
Polish of a plan whose zones have bases: exact, along trees that keep every zone in one piece.

Formulation
-----------
x[z, i] is 1 if node i is in zone z; the problem of `dispatch.planning.rezoning_dual` in whole
numbers, and instead of contiguity::

    x[z, i]  <=  sum of x[z, j] over neighbours j of i that come before i in the order of z

The order of a zone begins at its root and goes outwards, first through the zone as it is, so that
the plan that is polished is allowed.  Whoever keeps these rows hangs together; some connected plans
do not keep them.  A pair that costs more than the gap after the prices of the bound is in no better
plan and left out.

References
----------
Zoltners and Sinha (1983), Sales territory alignment: a review and model.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array

from dispatch.planning.mixed_program import MixedProgram, minimise
from dispatch.planning.rezoning_dual import bases_bound
from dispatch.planning.rezoning_problem import RezoningProblem, stock_of
from dispatch.planning.rezoning_search import Found, never

GAP = 0.001
"""Relative distance to the best plan along the trees at which it is good enough."""

BRANCHES = 4
"""Branches looked into at most."""

MOST_PAIRS = 2_000
"""
Pairs of zone and node that are looked at.  With more of them the answer is exact among those that
cost the least after prices, and no longer among all.
"""


def polish(problem: RezoningProblem, found: Found, *, stop: Callable[[], bool] = never) -> Found:
    """
    Make the best of a plan that keeps the balance.

    Parameters
    ----------
    problem
        What was divided; borders have no price in it.
    found
        The plan.
    stop
        Asked while it goes on.

    Returns
    -------
    found
        The better plan, or the same.
    """
    if not found.feasible or problem.cut_cost.any() or problem.travel_s.size or stop():
        return found
    dual = bases_bound(problem, found.cost)
    spare = dual.reduced - dual.reduced.min(axis=0)
    pairs = _pairs(problem, found, spare, found.cost - dual.bound)
    orders = np.stack([_order(problem, found.zone_of, spare, z) for z in range(problem.zones)])
    program, zone, node = _program(problem, pairs, orders)
    start = (found.zone_of[node] == zone).astype(np.float64)
    answer = minimise(program, start=start, stop=stop, gap=GAP, branches=BRANCHES)
    if answer.x is None:
        return found
    zone_of = found.zone_of.copy()
    chosen = answer.x > 0.5
    zone_of[node[chosen]] = zone[chosen]
    stock = stock_of(problem, zone_of)
    better = Found(zone_of, stock.outside(problem.balance), stock.cost)
    may = stock.moved <= problem.most_moved * (1 + 1e-9)
    return better if may and better.key() < found.key() else found


def _pairs(
    problem: RezoningProblem, found: Found, spare: NDArray[np.float64], gap: float
) -> NDArray[np.bool_]:
    """Pairs that may be better: all of them, or the `MOST_PAIRS` that cost the least extra."""
    pairs = np.isfinite(spare) & (spare <= gap + 1e-9)
    if pairs.sum() > MOST_PAIRS:
        pairs &= spare <= np.partition(spare[pairs], MOST_PAIRS)[MOST_PAIRS]
    pairs[found.zone_of, np.arange(len(problem.names))] = True
    return pairs


def _order(
    problem: RezoningProblem,
    zone_of: NDArray[np.int32],
    spare: NDArray[np.float64],
    zone: int,
) -> NDArray[np.int64]:
    """Rank of every node from the root of a zone outwards, the zone itself first, int64[n]."""
    mine = np.flatnonzero(zone_of == zone)
    others = np.delete(spare, zone, axis=0)[:, mine].min(axis=0)
    root = int(mine[np.argmax(others - spare[zone, mine])])
    rank = np.full(len(zone_of), len(zone_of), dtype=np.int64)
    rank[root] = 0
    inside = _outwards(problem, [root], rank, zone_of == zone)
    _outwards(problem, inside, rank, np.ones(len(zone_of), dtype=np.bool_))
    return rank


def _outwards(
    problem: RezoningProblem, begin: list[int], rank: NDArray[np.int64], may: NDArray[np.bool_]
) -> list[int]:
    """Rank the nodes that may be reached, nearest first; gives all that have a rank."""
    reached, free = list(begin), len(rank)
    for node in reached:  # grows while it is walked through
        around = problem.neighbour[problem.first[node] : problem.first[node + 1]]
        for other in around.tolist():
            if rank[other] == free and may[other]:
                rank[other] = len(reached)
                reached.append(other)
    return reached


def _program(
    problem: RezoningProblem, pairs: NDArray[np.bool_], orders: NDArray[np.int64]
) -> tuple[MixedProgram, NDArray[np.int64], NDArray[np.int64]]:
    """Write the program; its variables are pairs of zone and node."""
    zone, node = np.nonzero(pairs)
    column = np.full(pairs.shape, -1, dtype=np.int64)
    column[zone, node] = np.arange(len(zone))
    n, k = len(problem.names), problem.zones
    rows = _Rows()
    rows.add(node, np.arange(len(zone)), np.ones(len(zone)), (n, 1.0, 1.0))
    load = problem.load[zone, node] / stock_mean(problem)
    for z in range(k):
        share = np.where(zone == z, load, 0.0)
        above = share - load * ((1 + problem.balance) / k)
        below = share - load * ((1 - problem.balance) / k)
        rows.one(np.arange(len(zone)), above, -np.inf, 0.0)
        rows.one(np.arange(len(zone)), below, 0.0, np.inf)
    if np.isfinite(problem.most_moved):
        rows.one(np.arange(len(zone)), problem.moved_in[zone, node], -np.inf, problem.most_moved)
    for at, (z, i) in enumerate(zip(zone.tolist(), node.tolist(), strict=True)):
        if orders[z, i] > 0:
            around = problem.neighbour[problem.first[i] : problem.first[i + 1]]
            before = around[orders[z, around] < orders[z, i]]
            columns = column[z, before]
            columns = columns[columns >= 0]
            values = np.array([1.0, *(-1.0 for _ in columns)])
            rows.one(np.array([at, *columns]), values, -np.inf, 0.0)
        for j in problem.apart[problem.apart_first[i] : problem.apart_first[i + 1]].tolist():
            if j > i and column[z, j] >= 0:
                rows.one(np.array([at, column[z, j]]), np.ones(2), -np.inf, 1.0)
    matrix, low, high = rows.matrix(len(zone))
    program = MixedProgram(
        cost=problem.node_cost[zone, node],
        whole=np.ones(len(zone), dtype=np.bool_),
        least=np.zeros(len(zone)),
        most=np.ones(len(zone)),
        rows=matrix,
        low=low,
        high=high,
    )
    return program, zone.astype(np.int64), node.astype(np.int64)


def stock_mean(problem: RezoningProblem) -> float:
    """
    Give a load that others are counted in, so that rows of a program are of one size.

    Parameters
    ----------
    problem
        What is divided.

    Returns
    -------
    mean
        Of a zone, if every node weighed what it does in the mean; more than 0.
    """
    return max(float(problem.load.mean(axis=0).sum()) / problem.zones, 1e-300)


class _Rows:
    """Rows of a program while it is written."""

    def __init__(self) -> None:
        self._row: list[NDArray[np.int64]] = []
        self._column: list[NDArray[np.int64]] = []
        self._value: list[NDArray[np.float64]] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def one(
        self, column: NDArray[np.int64], value: NDArray[np.float64], low: float, high: float
    ) -> None:
        """Add one row."""
        self.add(np.zeros(len(column), dtype=np.int64), column, value, (1, low, high))

    def add(
        self,
        row: NDArray[np.int64],
        column: NDArray[np.int64],
        value: NDArray[np.float64],
        bounds: tuple[int, float, float],
    ) -> None:
        """Add so many rows with the same bounds."""
        count, low, high = bounds
        self._row.append(row + len(self._low))
        self._column.append(column)
        self._value.append(value)
        self._low += [low] * count
        self._high += [high] * count

    def matrix(self, columns: int) -> tuple[csc_array, NDArray[np.float64], NDArray[np.float64]]:
        """Give them as HiGHS reads them."""
        entries = (
            np.concatenate(self._value),
            (np.concatenate(self._row), np.concatenate(self._column)),
        )
        sparse = csc_array(coo_array(entries, (len(self._low), columns)))
        sparse.eliminate_zeros()
        return sparse, np.array(self._low), np.array(self._high)
