"""Locating bases: each problem against trying every choice of sites, and what is refused."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.planning.location import locate
from dispatch.planning.location_task import LARGEST, LocationRule, LocationTask, Problem

NO_ROAD = np.inf


def task_of(
    travel_s: object,
    weight: object = None,
    *,
    fixed: str = "",
    closable: str = "",
    capacity: object = None,
) -> LocationTask:
    """Sites a, b, c … and demand points 0, 1, 2 …"""
    travel = np.array(travel_s, dtype=np.float64)
    sites = tuple("abcdefghij"[: len(travel)])
    n = travel.shape[1]
    return LocationTask(
        sites=sites,
        demand=tuple(map(str, range(n))),
        travel_s=travel,
        weight=np.ones(n) if weight is None else np.array(weight, dtype=np.float64),
        fixed=np.array([name in fixed for name in sites], dtype=np.bool_),
        closable=np.array([name in closable for name in sites], dtype=np.bool_),
        capacity=np.full(len(sites), np.inf)
        if capacity is None
        else np.array(capacity, dtype=np.float64),
    )


def best_by_trying(task: LocationTask, rule: LocationRule) -> float | None:
    """Value of the best of all choices of sites; None where none keeps to the rules."""
    n = len(task.sites)
    counts = [rule.p] if rule.problem != Problem.LSCP else range(1, (rule.p or n) + 1)
    pick = (
        itertools.combinations_with_replacement
        if rule.problem == Problem.MEXCLP
        else itertools.combinations
    )
    values = [
        value
        for count in counts
        for chosen in pick(range(n), count)
        if (value := value_of(task, rule, chosen)) is not None
    ]
    if not values:
        return None
    return max(values) if rule.problem in LARGEST else min(values)


def value_of(task: LocationTask, rule: LocationRule, chosen: tuple[int, ...]) -> float | None:
    """What a choice is worth; None where it breaks a rule."""
    rows = list(chosen)
    if breaks_a_rule_of_sites(task, rule, rows):
        return None
    if task.capacitated:
        return value_with_capacities(task, rule, rows)
    travel = task.travel_s[rows]
    if rule.radius_s is None:
        nearest = travel.min(axis=0)
        if np.isinf(nearest).any():
            return None
        median = rule.problem == Problem.P_MEDIAN
        return float(task.weight @ nearest if median else nearest.max())
    return value_of_covers(task, rule, (travel <= rule.radius_s).sum(axis=0), len(rows))


def breaks_a_rule_of_sites(task, rule, rows) -> bool:
    closed = set(np.flatnonzero(task.closable)) - set(rows)
    return bool(
        set(np.flatnonzero(task.fixed)) - set(rows)
        or (rule.most_closed is not None and len(closed) > rule.most_closed)
        or (rule.most_at_site is not None and max(map(rows.count, rows)) > rule.most_at_site)
    )


def value_of_covers(task, rule, count, n_open) -> float | None:
    """What a choice is worth by how many sites reach each point."""
    must = rule.problem == Problem.LSCP
    must |= rule.problem == Problem.BACKUP and rule.first_share is None
    if must and (count == 0).any():
        return None
    if rule.problem == Problem.LSCP:
        return float(n_open)
    if rule.problem == Problem.MCLP:
        return float(task.weight[count > 0].sum())
    if rule.problem == Problem.BACKUP and rule.first_share is None:
        return float(task.weight[count > 1].sum())
    if rule.problem == Problem.BACKUP:
        first, second = task.weight[count > 0].sum(), task.weight[count > 1].sum()
        return float(rule.first_share * first + (1 - rule.first_share) * second)
    return float(task.weight @ (1 - rule.busy_share**count))


def value_with_capacities(task: LocationTask, rule: LocationRule, rows: list[int]) -> float | None:
    """Best of all ways to serve demand points, each whole by one of the sites, or by none."""
    nobody = [-1] if rule.problem == Problem.MCLP else []
    radius = np.inf if rule.radius_s is None else rule.radius_s
    best = None
    for served in itertools.product(rows + nobody, repeat=len(task.demand)):
        site = np.array(served)
        at = np.flatnonzero(site >= 0)
        travel = task.travel_s[site[at], at]
        load = np.bincount(site[at], task.weight[at], len(task.sites))
        if np.isinf(travel).any() or (travel > radius).any():
            continue
        if (load > task.capacity + 1e-9).any():
            continue
        value = {
            Problem.P_MEDIAN: float(task.weight[at] @ travel),
            Problem.P_CENTER: float(travel.max(initial=0)),
            Problem.LSCP: float(len(rows)),
            Problem.MCLP: -float(task.weight[at].sum()),
        }[rule.problem]
        best = value if best is None else min(best, value)
    if best is not None and rule.problem == Problem.MCLP:
        return -best
    return best


def check_best(task: LocationTask, rule: LocationRule) -> None:
    """The plan is as good as the best by trying, keeps to the rules, and is proven."""
    plan, best = locate(task, rule), best_by_trying(task, rule)
    assert plan.proven
    if best is None:
        assert plan.objective is None
        assert plan.why_not is not None
        assert plan.open == ()
        return
    assert plan.objective == pytest.approx(best)
    assert plan.bound == pytest.approx(best)
    assert plan.why_not is None
    if task.capacitated:
        check_service(task, rule, plan)
        return
    assert value_of(task, rule, plan.open) == pytest.approx(best)
    assert len(plan.open) == rule.p or rule.problem == Problem.LSCP
    covered = task.travel_s[sorted(set(plan.open))] <= (
        1e9 if rule.radius_s is None else rule.radius_s
    )
    assert ((plan.site_of >= 0) == covered.any(axis=0)).all()


def check_service(task, rule, plan):
    at = np.flatnonzero(plan.site_of >= 0)
    site = plan.site_of[at]
    assert set(site.tolist()) <= set(plan.open)
    load = np.bincount(site, task.weight[at], len(task.sites))
    assert (load <= task.capacity + 1e-6).all()
    assert len(at) == len(task.demand) or rule.problem == Problem.MCLP


@st.composite
def tasks(draw, *, most_sites: int = 6, most_points: int = 7, capacities: bool = False):
    n_sites, n_points = draw(st.integers(1, most_sites)), draw(st.integers(1, most_points))
    seconds = st.one_of(st.integers(0, 9), st.sampled_from([0.5, 3.25, NO_ROAD]))
    travel = draw(
        st.lists(
            st.lists(seconds, min_size=n_points, max_size=n_points),
            min_size=n_sites,
            max_size=n_sites,
        )
    )
    weight = draw(st.lists(st.integers(0, 5), min_size=n_points, max_size=n_points))
    role = draw(st.lists(st.sampled_from(".....fc"), min_size=n_sites, max_size=n_sites))
    limit = st.one_of(st.integers(0, 12), st.just(np.inf))
    return task_of(
        travel,
        weight,
        fixed="".join(n for n, r in zip("abcdef", role, strict=False) if r == "f"),
        closable="".join(n for n, r in zip("abcdef", role, strict=False) if r == "c"),
        capacity=draw(st.lists(limit, min_size=n_sites, max_size=n_sites)) if capacities else None,
    )


@st.composite
def rules(draw, task: LocationTask, problem: Problem) -> LocationRule:
    fewest = max(1, int(task.fixed.sum()))
    p = draw(st.integers(fewest, len(task.sites)))
    several = problem == Problem.MEXCLP
    return LocationRule(
        problem=problem,
        p=draw(st.sampled_from([p, None])) if problem == Problem.LSCP else p,
        radius_s=draw(st.integers(0, 9)),
        most_closed=None if several else draw(st.sampled_from([None, None, 0, 1])),
        busy_share=draw(st.sampled_from([0.0, 0.2, 0.6])),
        first_share=draw(st.sampled_from([None, 0.5, 0.8])),
        most_at_site=draw(st.sampled_from([None, 1, 2])) if several and p <= 3 else None,
    )


@pytest.mark.parametrize("problem", Problem)
@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_it_is_as_good_as_the_best_of_all_choices(problem, data):
    task = data.draw(tasks())
    rule = data.draw(rules(task, problem))
    if rule.problem != Problem.LSCP and rule.most_at_site and rule.p > len(task.sites):
        return
    rule = replace(rule, radius_s=None) if problem in {"p-median", "p-center"} else rule
    check_best(task, rule)


@pytest.mark.parametrize("problem", ["p-median", "p-center", "lscp", "mclp"])
@settings(max_examples=settings().max_examples // 4)
@given(data=st.data())
def test_with_capacities_it_is_as_good_as_the_best_of_all_ways_to_serve(problem, data):
    task = data.draw(tasks(most_sites=3, most_points=5, capacities=True))
    rule = data.draw(rules(task, Problem(problem)))
    rule = replace(rule, radius_s=None) if problem in {"p-median", "p-center"} else rule
    check_best(task, rule)
