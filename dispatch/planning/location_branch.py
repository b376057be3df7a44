"""
Branch and bound for medians whose bound leaves a gap: few sites, each serving very many points.

There a linear program of all pairs is large and slow, while the Lagrangian bound of
`dispatch.planning.location_dual` takes a fraction of a millisecond for the sites that it has left
in play.  So each branch is bounded by that: a site is open on one side and shut on the other,
prices are handed on, and whatever a branch's own bound rules out is settled there.

References
----------
Beasley (1985), A note on solving large p-median problems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.location_dual import MedianSearch
from dispatch.planning.location_kernel import branch_bound, cheapest_sites
from dispatch.planning.mixed_program import Stop

STEPS = 40
"""Steps of the bound in each branch."""


@dataclass(slots=True, eq=False)
class _Branch:
    """Sites that are open (1), shut (-1) or undecided, and the prices to begin with."""

    state: NDArray[np.int8]
    price: NDArray[np.float64]
    bound: float


@dataclass(slots=True, eq=False)
class _Tree:
    """What the branches have in common: the sites still in play, and where they stand in all."""

    search: MedianSearch
    keep: NDArray[np.int64]
    cost: NDArray[np.float64]
    closable: NDArray[np.bool_]


def settle(
    search: MedianSearch, keep: NDArray[np.int64], must: NDArray[np.bool_], stop: Stop
) -> None:
    """
    Look through all branches that may hold a better plan.

    Parameters
    ----------
    search
        What is known so far; plan, bound and whether it was stopped are brought up to date.
    keep
        Rows of the sites that a better plan may open, int64[n].
    must
        Which of them it opens, bool[n].
    stop
        Ends the search.
    """
    sites = search.sites
    tree = _Tree(
        search, keep, np.ascontiguousarray(sites.cost[keep]), np.asarray(sites.closable[keep])
    )
    waiting = [_Branch(must.astype(np.int8), search.price.copy(), search.bound)]
    while waiting and not stop():
        waiting += _split(tree, waiting.pop())
    search.stopped = bool(waiting)
    search.bound = min([search.cost, *(branch.bound for branch in waiting)])


def _split(tree: _Tree, branch: _Branch) -> list[_Branch]:
    """Bound a branch and halve it; nothing where no better plan is in it."""
    search, n_sites = tree.search, len(tree.keep)
    if branch.bound > search.sites.better_than(search.cost):
        return []
    chosen, rho = np.zeros(n_sites, dtype=np.bool_), np.zeros(n_sites)
    sites, state = search.sites, branch.state
    most = sites.better_than(search.cost)
    bound = branch_bound(
        tree.cost, state, tree.closable, sites.p, sites.kept, most, STEPS, branch.price, chosen, rho
    )
    if bound > most:
        return []
    bound = max(bound, branch.bound)
    _try(tree, chosen)
    _settle_sites(tree, branch, chosen, rho)
    free = np.flatnonzero(state == 0)
    if not len(free) or (state == 1).sum() == sites.p:
        _try(tree, state == 1)
        return []
    if not np.isfinite(cheapest_sites(rho, state, tree.closable, sites.p, sites.kept, chosen)):
        return []
    best = int(free[np.argmin(rho[free])])
    shut, opened = state.copy(), state.copy()
    shut[best], opened[best] = -1, 1
    return [_Branch(shut, branch.price.copy(), bound), _Branch(opened, branch.price, bound)]


def _settle_sites(
    tree: _Tree,
    branch: _Branch,
    chosen: NDArray[np.bool_],
    rho: NDArray[np.float64],
) -> None:
    """Open or shut what the bound of the branch leaves no choice about."""
    sites, state = tree.search.sites, branch.state
    most = sites.better_than(tree.search.cost)
    going, coming = chosen & (state == 0), ~chosen & (state == 0)
    if sites.kept or not going.any():
        return
    value = float(branch.price.sum() + rho[chosen].sum())
    state[coming & (value + rho - rho[going].max() > most)] = -1
    if coming.any():
        state[going & (value - rho + rho[coming].min() > most)] = 1


def _try(tree: _Tree, chosen: NDArray[np.bool_]) -> None:
    """Keep a plan that is better than the best."""
    search = tree.search
    if chosen.sum() != search.sites.p:
        return
    cost = float(tree.cost[chosen].min(axis=0).sum())
    if cost < search.cost:
        search.try_plan(tree.keep[chosen])
