"""Figures while grids are dragged: equal to a whole evaluation after every move."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.plan_grounds import drawn_board, made_ground

from dispatch.planning.plan_drag import DraggedPlan
from dispatch.planning.plan_score import evaluate_plan
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import UnknownName

BOARD = drawn_board()
ROWS = st.lists(st.integers(0, len(BOARD.codes) - 1), min_size=1, max_size=5)
MOVES = st.lists(st.tuples(ROWS, st.sampled_from([*BOARD.plan.zones, None])), max_size=5)


def bits(score):
    return pickle.dumps(replace(score, plan=BOARD.plan))


@settings(max_examples=15)
@given(MOVES, st.booleans(), st.integers(0, 20))
def test_figures_are_those_of_a_whole_evaluation_to_the_bit(moves, shared, seed):
    ground = made_ground(seed=seed, shared=shared)
    dragged = DraggedPlan(ground, BOARD.plan)
    assert bits(dragged.score()) == bits(evaluate_plan(ground, BOARD.plan))
    for rows, zone in moves:
        told = dragged.move(rows, zone)
        assert told.plan is dragged.plan
        assert {dragged.plan.zone_codes[row] for row in rows} == {zone}
        assert bits(told) == bits(evaluate_plan(ground, dragged.plan))


@settings(max_examples=10)
@given(MOVES)
def test_undoing_all_at_once_leads_back(moves):
    ground = made_ground()
    dragged = DraggedPlan(ground, BOARD.plan)
    for rows, zone in moves:
        dragged.move(rows, zone)
    assert bits(dragged.become(BOARD.plan)) == bits(evaluate_plan(ground, BOARD.plan))


def test_a_plan_of_other_zones_is_gone_on_with_too():
    ground = made_ground()
    fewer = ZonePlan.of(BOARD.codes, ["A" if zone else None for zone in BOARD.plan.zone_codes])
    dragged = DraggedPlan(ground, BOARD.plan)
    assert bits(dragged.become(fewer)) == bits(evaluate_plan(ground, fewer))
    assert dragged.move([0], None).shape.grids.tolist() == [len(fewer.grids) - 2]


def test_a_move_says_that_a_zone_falls_apart():
    dragged = DraggedPlan(made_ground(), BOARD.plan)
    assert dragged.score().shape.in_one_piece
    told = dragged.move([BOARD.graph.row("01"), BOARD.graph.row("11")], "C")
    assert not told.shape.in_one_piece
    assert dict(zip(told.plan.zones, told.shape.pieces.tolist(), strict=True))["A"] == 2


def test_a_zone_that_is_not_there_takes_no_grid():
    with pytest.raises(UnknownName, match="no zone 'Q'"):
        DraggedPlan(made_ground(), BOARD.plan).move([0], "Q")
