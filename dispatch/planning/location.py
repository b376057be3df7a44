"""
Locate bases: where to stand so that demand is near, reached in time, or reached twice.

`locate` takes a task and a rule (`dispatch.planning.location_task`) and answers the best plan with
a bound, or why there is none.  Which way it goes:

========== =====================================================================================
p-median   `location_median`: interchange, Lagrangian bound, HiGHS or branches on what is left
p-center   `location_cover`: halves of the travel times, each a cover by HiGHS
lscp       `location_cover`: cover made smaller, then HiGHS
mclp       `location_levels`: interchange, then HiGHS; backup and mexclp the same
capacities `location_capacity`: HiGHS on who is served where
========== =====================================================================================

A search that is stopped gives the best plan so far and the bound so far.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.location_capacity import solve_capacitated
from dispatch.planning.location_cover import Cover, least_radius, smallest_cover
from dispatch.planning.location_dual import greedy_sites
from dispatch.planning.location_levels import covers_all, nearest_covering, solve_levels
from dispatch.planning.location_median import median_sites, solve_median
from dispatch.planning.location_refusal import out_of_reach, too_few_sites, too_many_to_keep
from dispatch.planning.location_task import (
    BY_RADIUS,
    LocationPlan,
    LocationRule,
    LocationTask,
    Problem,
    no_plan,
)
from dispatch.planning.mixed_program import Stop, never

Told = Callable[[float], None]


def locate(
    task: LocationTask,
    rule: LocationRule,
    *,
    stop: Stop = never,
    told: Told = lambda _share: None,
) -> LocationPlan:
    """
    Find the best sites.

    Parameters
    ----------
    task
        Sites and demand.
    rule
        What is asked.
    stop
        Asked often; ends the search with the best found so far.
    told
        Is given the share that is done, 0 to 1.

    Returns
    -------
    plan
        With a bound; or without sites, and why.

    Raises
    ------
    BadValue
        The rule does not go with the sites.
    """
    rule.check(task)
    covers = np.isfinite(task.travel_s)
    if rule.problem in BY_RADIUS:
        covers &= task.travel_s <= (rule.radius_s or 0.0)
    begin = _beginning(task, rule, covers, stop)
    if isinstance(begin, LocationPlan):
        return begin
    if task.capacitated:
        return solve_capacitated(task, rule, begin, stop=stop, told=told)
    if rule.problem == Problem.P_MEDIAN:
        return solve_median(task, rule, stop=stop, told=told)
    if rule.problem == Problem.P_CENTER:
        return _center(task, rule, begin, stop, told)
    if rule.problem == Problem.LSCP:
        return _fewest(task, rule, covers, stop)
    return solve_levels(task, rule, covers, stop=stop, told=told)


def _beginning(
    task: LocationTask, rule: LocationRule, covers: NDArray[np.bool_], stop: Stop
) -> NDArray[np.int64] | LocationPlan:
    """Rows of sites to begin with; or that there is no plan."""
    why_not = too_many_to_keep(task, rule)
    if why_not is not None:
        return no_plan(task, why_not)
    if rule.problem in {Problem.MCLP, Problem.MEXCLP} or (
        rule.problem == Problem.BACKUP and not covers_all(rule)
    ):
        return np.flatnonzero(task.fixed)
    radius_s = rule.radius_s if rule.problem in BY_RADIUS and rule.radius_s is not None else np.inf
    why_not = out_of_reach(task, covers, radius_s)
    if why_not is not None:
        return no_plan(task, why_not)
    return _reaching(task, rule, covers, radius_s, stop)


def _reaching(
    task: LocationTask,
    rule: LocationRule,
    covers: NDArray[np.bool_],
    radius_s: float,
    stop: Stop,
) -> NDArray[np.int64] | LocationPlan:
    """Rows of p sites that reach every demand point, or that there are none."""
    if rule.p is None:
        return np.flatnonzero(task.fixed)
    begin = greedy_sites(median_sites(task, rule))
    if covers[begin].any(axis=0).all():
        return begin
    cover = smallest_cover(task, rule, covers, enough=np.inf, stop=stop)
    if cover.open is None or len(cover.open) > rule.p:
        known = not cover.stopped or cover.bound > rule.p
        why_not = too_few_sites(int(cover.bound), rule.p, radius_s) if known else None
        return no_plan(task, why_not)
    return _filled(task, rule, cover.open)


def _center(
    task: LocationTask, rule: LocationRule, begin: NDArray[np.int64], stop: Stop, told: Told
) -> LocationPlan:
    """Find the least time within which p sites reach everybody."""

    def decide(radius_s: float) -> Cover:
        near = task.travel_s <= radius_s
        return smallest_cover(task, rule, near, enough=float(rule.p or 1), stop=stop)

    best, bound, stopped = least_radius(task, decide, begin, told)
    chosen = _filled(task, rule, begin if best is None else best)
    site_of = nearest_covering(task, np.isfinite(task.travel_s), chosen)
    reached = float(task.travel_s[chosen].min(axis=0).max())
    return LocationPlan(
        tuple(chosen.tolist()), site_of, reached, min(bound, reached), not stopped, None, stopped
    )


def _fewest(
    task: LocationTask, rule: LocationRule, covers: NDArray[np.bool_], stop: Stop
) -> LocationPlan:
    """Find the fewest sites that cover everybody."""
    cover = smallest_cover(task, rule, covers, enough=np.inf, stop=stop)
    if rule.p is not None and cover.bound > rule.p:
        return no_plan(task, too_few_sites(int(cover.bound), rule.p, rule.radius_s or 0.0))
    if cover.open is None or (rule.p is not None and len(cover.open) > rule.p):
        return no_plan(task, None, bound=cover.bound)
    n_open = float(len(cover.open))
    return LocationPlan(
        open=tuple(cover.open.tolist()),
        site_of=nearest_covering(task, covers, cover.open),
        objective=n_open,
        bound=min(cover.bound, n_open),
        proven=cover.bound >= n_open,
        stopped=cover.stopped,
    )


def _filled(task: LocationTask, rule: LocationRule, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Open more sites until there are p, each where it brings demand nearest."""
    if len(chosen) >= (rule.p or 0):
        return chosen
    locked = task.fixed.copy()
    locked[chosen] = True
    sites = median_sites(task, rule)
    more = type(sites)(sites.cost, sites.p, locked, sites.closable, len(locked), sites.step)
    return greedy_sites(more)
