"""
Sites that can serve only so much: each demand point belongs to one site, which need not be nearest.

The program is solved by HiGHS as it is.  It begins with a plan made by regret: demand points are
placed one by one, first those that lose most if their best site is full.
"""

# ruff: noqa: PLR0913, PLR0917 -- a program is written from all that it depends on

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.location_cover import Cover, least_radius
from dispatch.planning.location_program import may_serve, serving_program
from dispatch.planning.location_refusal import no_assignment, over_capacity
from dispatch.planning.location_task import (
    LocationPlan,
    LocationRule,
    LocationTask,
    Problem,
    no_plan,
)
from dispatch.planning.mixed_program import Answer, Stop, minimise


def solve_capacitated(
    task: LocationTask,
    rule: LocationRule,
    near: NDArray[np.int64],
    *,
    stop: Stop,
    told: Callable[[float], None],
) -> LocationPlan:
    """
    Find sites and who is served where.

    Parameters
    ----------
    task, rule
        What is asked.
    near
        Rows of sites that would do without capacities, to begin with.
    stop
        Ends the search with the best found so far.
    told
        Is given the share that is done.

    Returns
    -------
    plan
        Each demand point belongs to one site.
    """
    radius_s = np.inf if rule.radius_s is None else rule.radius_s
    why_not = None if rule.problem == Problem.MCLP else over_capacity(task, rule, radius_s)
    if why_not is not None:
        return no_plan(task, why_not)
    if rule.problem == Problem.P_CENTER:
        return _least_radius(task, rule, stop, told)
    search = partial(_serve, task, rule, radius_s, near, stop)
    told(0.2)
    answer, site, point = search()
    told(1.0)
    flip = -1.0 if rule.problem == Problem.MCLP else 1.0
    bound = flip * answer.bound if np.isfinite(answer.bound) else None
    if answer.x is None:
        why = None if answer.stopped else no_assignment(rule)
        return no_plan(task, why, bound=None if why else bound)
    return LocationPlan(
        open=tuple(np.flatnonzero(answer.x[: len(task.sites)] > 0.5).tolist()),
        site_of=_served(task, answer.x, site, point),
        objective=flip * answer.value,
        bound=bound,
        proven=not answer.stopped,
        stopped=answer.stopped,
    )


def _serve(
    task: LocationTask,
    rule: LocationRule,
    radius_s: float,
    near: NDArray[np.int64],
    stop: Stop,
) -> tuple[Answer, NDArray[np.int64], NDArray[np.int64]]:
    """Solve the program with capacities, other than p-center."""
    may = may_serve(task, radius_s)
    p = float(rule.p or len(task.sites))
    fewest, most_covered = rule.problem == Problem.LSCP, rule.problem == Problem.MCLP
    cost = task.weight * np.where(may, task.travel_s, 0.0)
    if most_covered:
        cost = -np.where(may, task.weight, 0.0)
    elif fewest:
        cost = np.zeros_like(cost)
    program, site, point = serving_program(
        task,
        rule,
        may=may,
        pair_cost=cost,
        site_cost=float(fewest),
        sites=(0 if fewest else int(p), p),
        must=not most_covered,
    )
    start = None
    if rule.problem == Problem.P_MEDIAN:
        start = _by_regret(task, near, may, cost, site, point)
    return minimise(program, start=start, stop=stop), site, point


def _served(
    task: LocationTask,
    x: NDArray[np.float64],
    site: NDArray[np.int64],
    point: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Site of each demand point, -1 where it has none."""
    used = x[len(task.sites) :] > 0.5
    site_of = np.full(len(task.demand), -1, dtype=np.int32)
    site_of[point[used]] = site[used]
    return site_of


def _by_regret(
    task: LocationTask,
    near: NDArray[np.int64],
    may: NDArray[np.bool_],
    cost: NDArray[np.float64],
    site: NDArray[np.int64],
    point: NDArray[np.int64],
) -> NDArray[np.float64] | None:
    """Columns of a plan at some sites, points with most to lose first; None where one is left."""
    room, waiting = task.capacity[near].copy(), np.ones(len(task.demand), dtype=np.bool_)
    site_of = np.full(len(task.demand), -1)
    table = np.where(may[near], cost[near], np.inf)
    while waiting.any():
        fits = np.where(task.weight <= room[:, None] + 1e-9, table, np.inf)
        ranked = np.sort(np.vstack([fits, np.full(len(site_of), np.inf)]), axis=0)[:2]
        if np.isinf(ranked[0][waiting]).any():
            return None
        lone = np.isinf(ranked[1])
        regret = np.where(lone, np.inf, ranked[1] - np.where(lone, 0.0, ranked[0]))
        chosen = int(np.argmax(np.where(waiting, regret, -1.0)))
        best = int(np.argmin(fits[:, chosen]))
        room[best] -= task.weight[chosen]
        site_of[chosen], waiting[chosen] = near[best], False
    is_open = np.zeros(len(task.sites))
    is_open[near] = 1.0
    return np.concatenate([is_open, site_of[point] == site])


def _least_radius(
    task: LocationTask, rule: LocationRule, stop: Stop, told: Callable[[float], None]
) -> LocationPlan:
    """p-center: the least time for which a way to serve everybody is found."""
    found: dict[float, NDArray[np.int32]] = {}

    def decide(radius_s: float) -> Cover:
        may = may_serve(task, radius_s)
        if not may.any(axis=0).all():
            return Cover(None, np.inf, stopped=False)
        p = rule.p or len(task.sites)
        program, site, point = serving_program(
            task,
            rule,
            may=may,
            pair_cost=np.zeros(may.shape),
            site_cost=0.0,
            sites=(p, float(p)),
            must=True,
        )
        answer = minimise(program, stop=stop, target=0.0)
        if answer.x is None:
            return Cover(None, answer.bound, answer.stopped)
        is_open = np.flatnonzero(answer.x[: len(task.sites)] > 0.5)
        found[radius_s] = _served(task, answer.x, site, point)
        return Cover(is_open, float(p), stopped=False)

    best, bound, stopped = least_radius(task, decide, None, told)
    if best is None:
        return no_plan(
            task, None if stopped else no_assignment(rule), bound=bound if stopped else None
        )
    radius_s = min(found)
    site_of = found[radius_s]
    reached = float(task.travel_s[site_of, np.arange(len(site_of))].max())
    return LocationPlan(
        tuple(best.tolist()), site_of, reached, min(bound, reached), not stopped, None, stopped
    )
