"""Figures of zones against loops over their grids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.plan_grounds import drawn_board, made_ground

from dispatch.planning.plan_score import evaluate_plan
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_figures import worst_by_zone, zones_in_hour
from geo.errors import BadValue, UnknownName

BOARD = drawn_board()


def worst_by_hand(ground, plan):
    rows, worst = ground.rows_of(plan), []
    for zone in range(len(plan.zones)):
        grids = np.flatnonzero(plan.zone_of == zone).tolist()
        times = [int(ground.travel_s[stage, rows[zone], grid])
                 for stage in range(len(ground.travel_s)) for grid in grids]  # fmt: skip
        reached = [time for time in times if time != UNREACHABLE_S]
        worst.append(max(reached) if reached else np.nan)
    return worst


@settings(max_examples=15)
@given(st.integers(0, 20))
def test_the_longest_way_is_that_of_a_loop_over_hours_and_grids(seed):
    ground = made_ground(seed=seed)
    np.testing.assert_array_equal(
        worst_by_zone(ground, BOARD.plan), worst_by_hand(ground, BOARD.plan)
    )


def test_hours_weighed_by_their_incidents_are_the_week():
    ground = made_ground()
    score = evaluate_plan(ground, BOARD.plan)
    often = np.array([
        [ground.per_year[row, BOARD.plan.zone_of == zone].sum()
         for zone in range(len(BOARD.plan.zones))]
        for row in range(len(ground.hours))
    ])  # fmt: skip
    each = [zones_in_hour(score, hour) for hour in ground.hours.tolist()]
    potential = np.nansum([one.potential for one in each] * often, axis=0) / often.sum(axis=0)
    available = np.nansum([one.available for one in each] * often, axis=0) / often.sum(axis=0)
    np.testing.assert_allclose(potential, score.potential.by_zone)
    np.testing.assert_allclose(available, score.available.by_zone)
    with pytest.raises(BadValue, match="hour 168"):
        zones_in_hour(score, 168)


def test_grids_are_put_elsewhere_by_code():
    grid = BOARD.codes[0]
    put = BOARD.plan.with_grids({grid: None})
    assert (put.zones, put.zone_codes[0]) == (BOARD.plan.zones, None)
    assert put.zone_codes[1:] == BOARD.plan.zone_codes[1:]
    with pytest.raises(UnknownName, match="no unit grid 'Q'"):
        BOARD.plan.with_grids({"Q": None})
    with pytest.raises(UnknownName, match="no zone 'Q'"):
        BOARD.plan.with_grids({grid: "Q"})
