"""
Lower bounds: what no plan of a bare graph can beat.

Cut edges.  L is the Laplacian, W the diagonal of loads, d any numbers on nodes, D their diagonal;
e[1] <= … <= e[k] are the least eigenvalues of ``(L + D) v = e W v``, c is 0 or -e[1] if that is
more, low the least load of a zone within the balance.  Then::

    2 cut  >=  low * sum of (e[j] + c)  -  sum of d  -  c * total load

For zones are k vectors, x[z] is 1 on the nodes of zone z, and the sum of ``x (L + D + c W) x`` over
them is twice the cut plus what is taken off on the right.  Divided by the roots of their loads
they are orthonormal in W, and no such vectors have less than the k eigenvectors.  d is made better
by subgradient steps.  A graph in one piece has k - 1 cut edges at least, too.

Travel from the best node of each zone.  The Lagrangian of the capacitated p-median: a price u[i]
for serving node i leaves, for each node j as a place to serve from, a knapsack of loads between
low and high; the k cheapest are opened::

    travel >= sum of u + sum of the k least over j of
              min sum over i (w[i] t[j, i] - u[i]) x[i],  0 <= x <= 1,  low <= w @ x <= high

References
----------
Donath and Hoffman (1973), Lower bounds for the partitioning of graphs.
Ceselli and Righini (2005), A branch-and-price algorithm for the capacitated p-median problem.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from dispatch.planning.rezoning_kernel import SLACK
from dispatch.planning.rezoning_problem import RezoningProblem
from dispatch.planning.rezoning_search import never
from geo.remark import Remark

CUT_BOUND = Remark(
    "bound_of_cut_edges",
    "下界对所有满足均衡要求的分区成立，不论责任区是否连通；由图的特征值得出。",
    "The bound holds for every plan within the balance, even for zones that do not hang together; "
    "it follows from eigenvalues of the graph.",
)
TRAVEL_BOUND = Remark(
    "bound_of_travel",
    "下界对所有满足均衡要求、各责任区由一个节点服务的分区成立，不论是否连通；由拉格朗日松弛得出。",
    "The bound holds for every plan within the balance whose zones are served from one node each, "
    "even for zones that do not hang together; it is a Lagrangian one.",
)

LARGEST_GRAPH = 1_000
"""Nodes beyond which eigenvalues take too long; then only k - 1 is told."""

EIGEN_ROUNDS, PRICE_ROUNDS = 12, 120
"""Steps of the subgradient methods."""

PATIENCE = 6
"""Steps without a better bound after which they are halved."""


def cut_bound(problem: RezoningProblem, best: float, *, late: Callable[[], bool] = never) -> float:
    """
    Bound the number of cut edges from below.

    Parameters
    ----------
    problem
        Of a bare graph whose edges cost one each.
    best
        Cost of a plan that is known; it sets the length of steps, no more.
    late
        Asked after each step; True ends them.

    Returns
    -------
    bound
        A whole number.
    """
    parts, _ = problem.parts()
    least = float(problem.zones - parts)
    if 1 < problem.zones < len(problem.names) <= LARGEST_GRAPH:
        least = max(least, _by_eigenvalues(problem, best, late))
    return float(np.ceil(max(least, 0.0) - 1e-6))


def travel_bound(
    problem: RezoningProblem, best: float, *, late: Callable[[], bool] = never
) -> float:
    """
    Bound the travel of zones that are served from their own best nodes.

    Parameters
    ----------
    problem
        Of a bare graph with travel times.
    best
        Cost of a plan that is known; it sets the length of steps, no more.
    late
        Asked after each step; True ends them.

    Returns
    -------
    bound
        In load × seconds.
    """
    weight = problem.load[0]
    cost = problem.travel_s * weight[None, :]
    n_near = min(problem.zones, len(weight)) - 1
    price = np.partition(cost, n_near, axis=0)[n_near]
    bound, step, stale = 0.0, 1.0, 0
    for _ in range(PRICE_ROUNDS):
        value, served = _relaxed(cost - price[None, :], weight, problem)
        value += float(price.sum())
        bound, stale = (value, 0) if value > bound else (bound, stale + 1)
        if stale == PATIENCE:
            step, stale = step / 2, 0
        slope = 1.0 - served
        norm = float(slope @ slope)
        if norm < 1e-12 or value >= best or late():
            break
        price += step * max(best - value, 1e-4 * best) / norm * slope
    return min(bound, best)


def _relaxed(
    cost: NDArray[np.float64], weight: NDArray[np.float64], problem: RezoningProblem
) -> tuple[float, NDArray[np.float64]]:
    """Value of the k best knapsacks, and how often each node is served by them."""
    low, high = _bounds(problem)
    order = np.argsort(cost / np.maximum(weight, 1e-300)[None, :], axis=1)
    dear = np.take_along_axis(cost, order, axis=1)
    heavy = weight[order]
    # What is cheap is taken up to `high`; what costs is taken only up to `low`.
    room = np.where(dear < 0, high, low) - (np.cumsum(heavy, axis=1) - heavy)
    share = np.clip(room / np.maximum(heavy, 1e-300), 0.0, 1.0)
    share = np.where((heavy <= 0) & (dear < 0), 1.0, share)
    value = (dear * share).sum(axis=1)
    opened = np.argsort(value, kind="stable")[: problem.zones]
    served = np.zeros(len(weight))
    np.add.at(served, order[opened], share[opened])
    return float(value[opened].sum()), served


def _by_eigenvalues(problem: RezoningProblem, best: float, late: Callable[[], bool]) -> float:
    """Bound of cut edges, made better from d = 0 on."""
    n, weight = len(problem.names), problem.load[0]
    low, _ = _bounds(problem)
    # Nodes without weight would make W singular.  A trifle more for all nodes makes no zone
    # lighter, so that every zone weighs at least `low` as before.
    root = 1.0 / np.sqrt(weight + 1e-6 * weight.mean())
    total = float((1.0 / root**2).sum())
    laplace = np.zeros((n, n))
    np.add.at(laplace, (problem.tail, problem.neighbour), -problem.cut_cost)
    np.fill_diagonal(laplace, -laplace.sum(axis=1))
    on_node = np.zeros(n)
    bound, step, stale = 0.0, 1.0, 0
    for _ in range(EIGEN_ROUNDS):
        scaled = (laplace + np.diag(on_node)) * root[:, None] * root[None, :]
        energy, vector = eigh(scaled, subset_by_index=(0, problem.zones - 1))
        lift = max(0.0, -float(energy[0]))
        value = 0.5 * float(low * (energy + lift).sum() - on_node.sum() - lift * total)
        bound, stale = (value, 0) if value > bound else (bound, stale + 1)
        if stale == PATIENCE:
            step, stale = step / 2, 0
        slope = 0.5 * (low * ((vector * root[:, None]) ** 2).sum(axis=1) - 1.0)
        norm = float(slope @ slope)
        if norm < 1e-12 or value >= best or late():
            break
        on_node += step * (best - value) / norm * slope
    return bound


def _bounds(problem: RezoningProblem) -> tuple[float, float]:
    """Bounds of a zone's load."""
    mean = float(problem.load[0].sum()) / problem.zones
    slack = problem.balance + SLACK
    return mean * (1 - slack), mean * (1 + slack)
