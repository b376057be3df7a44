"""
p-median: interchange from above, prices from below, and HiGHS on what they leave open.

See `dispatch.planning.location_dual` for the bound.  What it has not ruled out is written as a
mixed-integer program that asks for a plan better than the best one; if there is none, that one
is proven.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from dispatch.planning.location_branch import settle
from dispatch.planning.location_dual import MedianSearch, MedianSites, search_median
from dispatch.planning.location_task import (
    LocationPlan,
    LocationRule,
    LocationTask,
    no_plan,
)
from dispatch.planning.mixed_program import MixedProgram, Stop, minimise

MOST_PAIRS = 5_000
"""More pairs than these make a linear program slower than branches."""

DUAL_SHARE = 0.7
"""Share of the progress that is told before HiGHS begins."""


def solve_median(
    task: LocationTask, rule: LocationRule, *, stop: Stop, told: Callable[[float], None]
) -> LocationPlan:
    """
    Find the sites with the least weighted travel time.

    Parameters
    ----------
    task
        Sites and demand; some p sites must reach every demand point.
    rule
        What is asked.
    stop
        Ends the search with the best found so far.
    told
        Is given the share that is done.

    Returns
    -------
    plan
        Each demand point belongs to its nearest open site.
    """
    sites = median_sites(task, rule)
    search = search_median(sites, stop, lambda share: told(DUAL_SHARE * share))
    if not search.proven and not search.stopped:
        _finish(search, stop)
    chosen = np.flatnonzero(search.is_open)
    travel_s = task.travel_s[chosen]
    site_of = chosen[np.argmin(travel_s, axis=0)].astype(np.int32)
    objective = float(task.weight @ travel_s.min(axis=0))
    bound = objective if search.proven else min(search.bound, objective)
    if not np.isfinite(objective):
        return no_plan(task, None, bound=bound)
    return LocationPlan(
        open=tuple(chosen.tolist()),
        site_of=site_of,
        objective=objective,
        bound=bound,
        proven=search.proven,
        stopped=search.stopped,
    )


def median_sites(task: LocationTask, rule: LocationRule) -> MedianSites:
    """
    See a task as a p-median.

    Parameters
    ----------
    task
        Sites and demand.
    rule
        What is asked.

    Returns
    -------
    sites
        With the cost of every pair; without a road, more than all others together.
    """
    reached = np.isfinite(task.travel_s)
    finite = task.weight * np.where(reached, task.travel_s, 0.0)
    never = 1.0 + float(finite.max(axis=0).sum())
    whole = bool((finite == np.rint(finite)).all())
    n_closable = int(task.closable.sum())
    return MedianSites(
        cost=np.ascontiguousarray(np.where(reached, finite, never)),
        p=rule.p or len(task.sites),
        locked=task.fixed,
        closable=task.closable,
        spare=n_closable if rule.most_closed is None else rule.most_closed,
        step=1.0 if whole else 0.0,
    )


def _finish(search: MedianSearch, stop: Stop) -> None:
    """Look for a better plan among what the bound has not ruled out."""
    keep, must, pairs = _left_open(search, search.site_prices())
    if pairs.sum() > MOST_PAIRS:
        settle(search, keep, must, stop)
        return
    answer = minimise(_program(search.sites, keep, must, pairs), stop=stop)
    most = search.sites.better_than(search.cost)
    if answer.x is not None and answer.value < search.cost:
        search.try_plan(keep[answer.x[: len(keep)] > 0.5])
    search.stopped = answer.stopped
    # What was left out costs more than `most`; so do all plans unless one was found.
    known = min(answer.bound, most) if answer.stopped else search.cost
    search.bound = min(max(search.bound, known), search.cost)


def _left_open(
    search: MedianSearch, site_price: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows of sites that a better plan may open, which of them it must, and pairs it may use."""
    sites, most = search.sites, search.sites.better_than(search.cost)
    chosen = sites.cheapest(site_price)
    taken = np.zeros(len(site_price), dtype=np.bool_)
    taken[chosen] = True
    value = search.price.sum() + site_price[chosen].sum()
    swaps = sites.kept == 0  # with closable sites to keep, swaps are not free: no site is ruled out
    may_go, may_come = taken & ~sites.locked, ~taken
    dearest = site_price[may_go].max() if may_go.any() else 0.0
    next_one = site_price[may_come].min() if may_come.any() else 0.0
    opens = np.where(taken, value, value + site_price - dearest)
    keep = np.flatnonzero((opens <= most) | sites.locked | (not swaps))
    must = sites.locked.copy()
    if swaps and may_come.any():
        must |= taken & (value - site_price + next_one > most)
    extra = np.maximum(sites.cost[keep] - search.price, 0.0)
    least = opens[keep] if swaps else np.full(len(keep), value)
    pairs = least[:, None] + extra <= most
    return keep, must[keep], pairs


def _program(
    sites: MedianSites,
    keep: NDArray[np.int64],
    must: NDArray[np.bool_],
    pairs: NDArray[np.bool_],
) -> MixedProgram:
    """Write what is left: y for sites, then x for pairs; each point once, and at open sites."""
    n_sites, n_points = pairs.shape
    site, point = np.nonzero(pairs)
    n_pairs = len(site)
    x = n_sites + np.arange(n_pairs)
    at_site = n_points + np.arange(n_pairs)
    limits = n_points + n_pairs
    entries = [
        (point, x, np.ones(n_pairs)),  # every point is served
        (at_site, x, np.ones(n_pairs)),  # at a site that is open
        (at_site, site, -np.ones(n_pairs)),
        (np.full(n_sites, limits), np.arange(n_sites), np.ones(n_sites)),  # p sites
        (np.full(n_sites, limits + 1), np.arange(n_sites), sites.closable[keep].astype(float)),
    ]
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    shape = (limits + 2, n_sites + n_pairs)
    return MixedProgram(
        cost=np.concatenate([np.zeros(n_sites), sites.cost[keep[site], point]]),
        whole=np.arange(shape[1]) < n_sites,
        least=np.concatenate([must.astype(float), np.zeros(n_pairs)]),
        most=np.ones(shape[1]),
        rows=csc_array((value, (row, column)), shape=shape),
        low=np.concatenate([np.ones(n_points), np.full(n_pairs, -np.inf), [sites.p, sites.kept]]),
        high=np.concatenate([np.ones(n_points), np.zeros(n_pairs), [sites.p, np.inf]]),
    )
