"""
A bound for medians by prices of demand points, and what the bound rules out.

Of the p-median model the rule that every point is served once is dropped and each point offers a
price v instead.  What is left falls apart by site::

    L(v)  =  sum of v[i]  +  the p least of  rho[j] = sum over i of min(0, cost[j, i] - v[i])

No plan costs less than L(v), whatever the prices.  They are raised for points that nobody serves
and lowered for those that several do (subgradient), and each choice of sites on the way is a plan
to start an interchange from.  A site that would lift the bound above the best plan if it were
open, or a pair if it were used, is in no better plan: it is left out for good.

References
----------
Cornuejols, Fisher and Nemhauser (1977), Location of bank accounts to optimize float.
Beasley (1993), Lagrangean heuristics for location problems.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.location_kernel import (
    interchange,
    reduced_costs,
    savings,
    times_served,
)
from dispatch.planning.mixed_program import Stop
from geo.road.frozen import freeze

MOST_STEPS = 3_000
PATIENCE = 10
"""Steps without a better bound after which they become shorter."""

SHORTEST = 1e-3
"""Length of a step, as a share of the distance to the best plan, at which prices are settled."""


@dataclass(frozen=True, slots=True, eq=False)
class MedianSites:
    """
    The p-median as the search sees it.

    Attributes
    ----------
    cost
        Weighted seconds, float64[n_sites, n_points]; finite, a pair without a road costs more
        than any plan that does without it.
    p
        Sites to open.
    locked
        Which must be open, bool[n_sites].
    closable
        Which are open today, bool[n_sites].
    spare
        How many of those may be closed.
    step
        Plans cost whole multiples of this; 0 if that is unknown.
    """

    cost: NDArray[np.float64]
    p: int
    locked: NDArray[np.bool_]
    closable: NDArray[np.bool_]
    spare: int
    step: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def kept(self) -> int:
        """How many closable sites stay open at least."""
        return max(0, int(self.closable.sum()) - self.spare)

    def better_than(self, cost: float) -> float:
        """
        Say what a plan may cost that is better than another.

        Parameters
        ----------
        cost
            Of the other.

        Returns
        -------
        most
            A better one costs no more.
        """
        return cost - max(1e-9 * cost, 0.999 * self.step, 1e-12)

    def cheapest(self, site_price: NDArray[np.float64]) -> NDArray[np.int64]:
        """
        Choose the p sites with the least prices that keep to the rules.

        Parameters
        ----------
        site_price
            float64[n_sites].

        Returns
        -------
        chosen
            Rows, int64[p], ascending.
        """
        ranked = np.argsort(site_price, kind="stable")
        taken = self.locked.copy()
        taken[ranked[self.closable[ranked]][: self.kept]] = True
        rest = ranked[~taken[ranked]]
        taken[rest[: self.p - int(taken.sum())]] = True
        return np.flatnonzero(taken)

    def improved(self, chosen: NDArray[np.int64]) -> tuple[float, NDArray[np.bool_]]:
        """
        Swap sites while that helps.

        Parameters
        ----------
        chosen
            Rows to begin with.

        Returns
        -------
        cost, is_open
            What the plan costs, and its sites, bool[n_sites].
        """
        is_open = np.zeros(len(self.cost), dtype=np.bool_)
        is_open[chosen] = True
        spare = self.spare - int((self.closable & ~is_open).sum())
        cost = interchange(self.cost, is_open, self.locked, self.closable, spare)
        return float(cost), is_open


@dataclass(slots=True, eq=False)
class MedianSearch:
    """
    What is known of a p-median while it is solved.

    Attributes
    ----------
    sites
        The problem.
    cost
        Of the best plan.
    is_open
        Its sites, bool[n_sites].
    bound
        No plan costs less.
    price
        Of each point, at that bound, float64[n_points].
    stopped
        Whether the caller ended the search.
    """

    sites: MedianSites
    cost: float
    is_open: NDArray[np.bool_]
    bound: float
    price: NDArray[np.float64]
    stopped: bool = False

    @property
    def proven(self) -> bool:
        """Whether no plan is better."""
        return self.bound > self.sites.better_than(self.cost)

    def site_prices(self) -> NDArray[np.float64]:
        """
        Say what each site would add to the bound.

        Returns
        -------
        site_price
            float64[n_sites], 0 or less.
        """
        site_price = np.empty(len(self.sites.cost))
        reduced_costs(self.sites.cost, self.price, site_price)
        return site_price

    def try_plan(self, chosen: NDArray[np.int64]) -> None:
        """
        Improve some sites by interchange and keep them if they are the best so far.

        Parameters
        ----------
        chosen
            Their rows.
        """
        cost, is_open = self.sites.improved(chosen)
        if cost < self.cost:
            self.cost, self.is_open = cost, is_open


def greedy_sites(sites: MedianSites) -> NDArray[np.int64]:
    """
    Open one site after the other, each where it saves most.

    Parameters
    ----------
    sites
        The problem.

    Returns
    -------
    chosen
        Rows, int64[p].
    """
    is_open, saved = sites.locked.copy(), np.empty(len(sites.cost))
    nearest = sites.cost[is_open].min(axis=0) if is_open.any() else sites.cost.max(axis=0)
    to_keep = sites.kept
    while is_open.sum() < sites.p:
        may = ~is_open & (sites.closable if to_keep > 0 else True)
        savings(sites.cost, nearest, saved)
        best = int(np.argmax(np.where(may, saved, -1.0)))
        to_keep -= int(sites.closable[best])
        is_open[best] = True
        nearest = np.minimum(nearest, sites.cost[best])
    return np.flatnonzero(is_open)


def search_median(
    sites: MedianSites, stop: Stop, told: Callable[[float], None] = lambda _share: None
) -> MedianSearch:
    """
    Raise the bound and lower the cost until they meet or settle.

    Parameters
    ----------
    sites
        The problem; it must have a plan.
    stop
        Ends the search.
    told
        Is given the share of the steps that is done.

    Returns
    -------
    search
        The best plan and bound.
    """
    cost, is_open = sites.improved(greedy_sites(sites))
    price = np.min(sites.cost[is_open], axis=0)
    search = MedianSearch(sites, cost, is_open, 0.0, price)
    site_price, served = np.empty(len(sites.cost)), np.empty(len(price))
    length, waited, tried = 1.0, 0, set[bytes]()
    for step in range(MOST_STEPS):
        reduced_costs(sites.cost, price, site_price)
        chosen = sites.cheapest(site_price)
        value = float(price.sum() + site_price[chosen].sum())
        waited += 1
        if value > search.bound + 1e-7 * search.cost:
            waited = 0
        if value > search.bound:
            search.bound, search.price = value, price.copy()
        if (step < 50 or step % 10 == 0) and (name := chosen.tobytes()) not in tried:
            tried.add(name)
            search.try_plan(chosen)
        search.stopped = stop()
        if search.proven or length < SHORTEST or search.stopped:
            break
        if waited >= PATIENCE:
            length, waited, price = length * 0.8, 0, search.price.copy()
            reduced_costs(sites.cost, price, site_price)
            chosen = sites.cheapest(site_price)
            value = float(price.sum() + site_price[chosen].sum())
        times_served(sites.cost, price, chosen, served)
        slope = 1.0 - served
        size = float(slope @ slope)
        if size == 0:  # every point is served once: the bound is a plan
            search.try_plan(chosen)
            break
        price = np.maximum(price + length * (1.005 * search.cost - value) / size * slope, 0.0)
        if step % 20 == 0:
            told(step / MOST_STEPS)
    return search
