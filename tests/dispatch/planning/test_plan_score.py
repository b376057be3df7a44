"""The figures of a plan against their definitions: hour by hour, grid by grid, in plain loops."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import accumulate
from statistics import mean, pstdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.board import board
from spec.plan_grounds import drawn_board, made_ground

from dispatch.planning.crew_free import one_is_free
from dispatch.planning.hour_scores import HOUR_OF_YEAR_S, evaluate_task, join_hours
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_score import (
    PlanScore,
    evaluate_plan,
    join_tasks,
    plan_tasks,
    workload,
)
from dispatch.planning.travel_spread import weighted_quantile
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue

BOARD = drawn_board()


def cells(ground: PlanGround, plan: ZonePlan):
    """Every hour and grid: incidents, zone, seconds, seconds from anywhere, target, crews."""
    for hour in range(168):
        stage = int(ground.stage_of[hour])
        for grid, zone in enumerate(plan.zone_codes):
            row = ground.zones.index(zone) if zone in ground.zones else len(ground.zones)
            yield (
                float(ground.per_year[hour, grid]), hour, grid, zone, row,
                int(ground.travel_s[stage, row, grid]), int(ground.any_travel_s[stage, grid]),
                ground.targets.get(zone, 900),
            )  # fmt: skip


def loads(ground: PlanGround, plan: ZonePlan):
    """Mean number of busy crews by hour and brigade."""
    busy = {}
    for often, hour, grid, _, row, travel_s, _, _ in cells(ground, plan):
        drive_s = 0 if travel_s == UNREACHABLE_S else travel_s
        key = hour, int(ground.pool[row])
        busy[key] = busy.get(key, 0.0) + often * (drive_s + ground.on_scene_s[grid])
    return {key: seconds / HOUR_OF_YEAR_S for key, seconds in busy.items()}


def chances(ground: PlanGround, plan: ZonePlan):
    """Chance that a crew in time is free, by hour and zone, for each number of them."""
    load = loads(ground, plan)
    return {
        (hour, row): one_is_free(
            np.array([load.get((hour, int(ground.pool[row])), 0.0)]),
            int(ground.crews[ground.stage_of[hour], row]),
        )[0]
        for hour in range(168)
        for row in range(len(ground.pool))
    }


def by_definition(ground: PlanGround, plan: ZonePlan):
    """Shares of incidents, and officer-hours by zone."""
    free = chances(ground, plan)
    sums = dict.fromkeys(("all", "potential", "any", "available", "unreachable", "nobody"), 0.0)
    hours = dict.fromkeys(plan.zones, 0.0)
    for often, hour, grid, zone, row, travel_s, any_s, target_s in cells(ground, plan):
        sums["all"] += often
        sums["potential"] += often * (travel_s <= target_s)
        sums["any"] += often * (any_s <= target_s)
        served = row < len(ground.zones)
        sums["nobody"] += often * (not served)
        sums["unreachable"] += often * (served and travel_s == UNREACHABLE_S)
        in_time = int(ground.crews_in_time[ground.stage_of[hour], row, grid])
        sums["available"] += often * float(free[hour, row][in_time]) * served
        if zone is not None:
            drive_s = 0 if travel_s == UNREACHABLE_S else travel_s
            hours[zone] += often * (drive_s + ground.on_scene_s[grid]) * ground.crew_size / 3600
    total = sums.pop("all")
    return {name: part / total for name, part in sums.items()}, list(hours.values())


@settings(max_examples=4)
@given(st.integers(0, 99), st.booleans())
def test_shares_and_work_are_what_the_definitions_say(seed, shared):
    ground = made_ground(seed=seed, shared=shared)
    score = evaluate_plan(ground, BOARD.plan)
    expected, officer_h = by_definition(ground, BOARD.plan)
    found = {
        "potential": score.potential.share,
        "any": score.any_brigade.share,
        "available": score.available.share,
        "unreachable": score.unreachable_share,
        "nobody": score.nobody_share,
    }
    assert found == pytest.approx(expected, rel=1e-9)
    assert score.workload.officer_h.tolist() == pytest.approx(officer_h, rel=1e-9)
    rest = score.potential.share + score.unreachable_share + score.nobody_share
    assert score.late_share == pytest.approx(1 - rest, abs=1e-12)


@settings(max_examples=10)
@given(st.integers(0, 99))
def test_travel_is_spread_as_sorting_all_incidents_would_show(seed):
    ground = made_ground(seed=seed)
    travel = evaluate_plan(ground, BOARD.plan).travel
    told = [
        (travel_s, often, grid)
        for often, _, grid, _, _, travel_s, _, _ in cells(ground, BOARD.plan)
        if travel_s != UNREACHABLE_S
    ]
    told.sort()
    total = sum(often for _, often, _ in told)
    assert travel.mean_s == pytest.approx(sum(s * often for s, often, _ in told) / total)
    heaped = accumulate(often for _, often, _ in told)
    enough = [within >= 0.9 * total * (1 - 1e-9) for within in heaped]
    assert travel.p90_s == told[enough.index(True)][0]
    assert travel.worst_s == told[-1][0]
    assert travel.worst_grid == min(grid for seconds, _, grid in told if seconds == told[-1][0])


@settings(max_examples=10)
@given(st.integers(0, 99))
def test_the_worst_decile_is_the_tenth_with_the_longest_mean(seed):
    ground = made_ground(seed=seed)
    travel = evaluate_plan(ground, BOARD.plan).travel
    reached = np.flatnonzero(~np.isnan(travel.by_grid_s)).tolist()
    ranked = sorted(reached, key=lambda row: (-travel.by_grid_s[row], row))
    assert travel.decile.tolist() == ranked[: -(-len(reached) // 10)]
    lost = set(travel.unreachable.tolist()) | set(travel.nobody.tolist())
    assert lost == set(range(len(BOARD.codes))) - set(reached)


def test_an_hour_alone_and_the_week_in_any_order_give_the_same_bits():
    ground = made_ground(shared=True)
    whole = evaluate_plan(ground, BOARD.plan)
    tasks = [pickle.loads(pickle.dumps(task)) for task in plan_tasks(ground, BOARD.plan)]  # noqa: S301 -- our own bytes
    parts = [evaluate_task(task) for task in tasks]
    assert same(join_tasks(ground, BOARD.plan, parts[::-1]), whole)
    hours = [evaluate_task(replace(tasks[0], ground=ground.part([at]))) for at in range(168)]
    assert (join_hours(hours).table == whole.hours.table).all()


def same(one: PlanScore, other: PlanScore) -> bool:
    """Whether two scores are the same to the last bit."""
    return pickle.dumps(replace(one, plan=other.plan)) == pickle.dumps(other)


def test_hours_that_overlap_or_are_missing_are_refused():
    ground = made_ground()
    tasks = plan_tasks(ground, BOARD.plan)
    part = evaluate_task(tasks[0])
    with pytest.raises(BadValue, match="two parts"):
        join_hours([part, part])
    with pytest.raises(BadValue, match="no part"):
        join_hours([])
    with pytest.raises(BadValue, match="does not have"):
        tasks[0].ground.part(range(168))


def test_a_plan_over_other_grids_is_refused():
    with pytest.raises(BadValue, match="other unit grids"):
        evaluate_plan(made_ground(), board("AB").plan)


def test_people_and_ground_weigh_every_hour_alike():
    ground = made_ground()
    score = evaluate_plan(ground, BOARD.plan)
    people, area = 0.0, 0.0
    for _, _, grid, _, _, travel_s, _, target_s in cells(ground, BOARD.plan):
        people += ground.population[grid] * (travel_s <= target_s)
        area += ground.graph.area_m2[grid] * (travel_s <= target_s)
    assert score.people_share == pytest.approx(people / 168 / ground.population.sum())
    assert score.area_share == pytest.approx(area / 168 / ground.graph.area_m2.sum())
    unknown = replace(ground, population=np.full(len(ground.graph), np.nan))
    assert evaluate_plan(unknown, BOARD.plan).people_share is None


def test_without_incidents_all_is_covered_and_nothing_is_uneven():
    ground = made_ground()
    score = evaluate_plan(replace(ground, per_year=ground.per_year * 0), BOARD.plan)
    assert (score.potential.share, score.available.share) == (1.0, 1.0)
    assert (score.unreachable_share, score.nobody_share, score.workload.gini) == (0.0, 0.0, 0.0)
    assert np.isnan(score.travel.mean_s)
    assert np.isnan(score.travel.p90_s)
    assert score.potential.worst_hour is None
    assert score.worst_zone is None


def test_worst_hour_and_worst_zone_are_those_of_the_smallest_share():
    score = evaluate_plan(made_ground(), BOARD.plan)
    hour, zone = score.potential.worst_hour, score.worst_zone
    assert score.potential.by_hour[hour] == np.nanmin(score.potential.by_hour)
    assert score.available.by_zone[zone] == np.nanmin(score.available.by_zone)


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=12))
def test_inequality_is_what_its_definitions_say(officer_h):
    found = workload(np.array([*officer_h, 9e9]), np.array([True] * len(officer_h) + [False]))
    middle = mean(officer_h)
    pairs = [abs(one - other) for one in officer_h for other in officer_h]
    assert found.gini == pytest.approx(sum(pairs) / (2 * len(pairs) * middle), abs=1e-9)
    assert found.variation == pytest.approx(pstdev(officer_h) / middle, abs=1e-9)
    furthest = max(abs(one - middle) for one in officer_h)
    assert found.max_deviation == pytest.approx(furthest / middle, abs=1e-9)


def test_a_quantile_is_the_first_time_that_enough_weight_lies_within():
    seconds = np.array([10, 20, 30], dtype=np.uint16)
    weight = np.array([1.0, 8.0, 1.0])
    assert [weighted_quantile(seconds, weight, at) for at in (0.1, 0.5, 0.9, 0.91)] == [
        10, 20, 20, 30,
    ]  # fmt: skip
