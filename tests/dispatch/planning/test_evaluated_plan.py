"""What is told of plans: missed grids, broken rules, figures side by side, and the map."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.board import board
from spec.plan_grounds import drawn_board, made_ground

from dispatch.planning.evaluated_plan import evaluate_plans, moved_from
from dispatch.planning.experienced import experienced_of
from dispatch.planning.missed_grids import missed_grids
from dispatch.planning.plan_figures import FIGURES, figures_of, side_by_side
from dispatch.planning.plan_map import LATE, NOBODY, UNREACHABLE, GridShapes, plan_map, zone_colours
from dispatch.planning.plan_score import evaluate_plan
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue

BOARD = drawn_board()
GROUND = made_ground()
SHAPES = GridShapes(
    BOARD.graph,
    np.array([grid.polygon for grid in sorted(BOARD.grids, key=lambda one: one.code)], object),
)
SVG = "{http://www.w3.org/2000/svg}"


def edited(**moves: str | None):
    """The drawn plan with some grids in other zones: g01="B"."""
    zones = dict(zip(BOARD.codes, BOARD.plan.zone_codes, strict=True))
    zones |= {grid.removeprefix("g"): zone for grid, zone in moves.items()}
    return ZonePlan.of(BOARD.codes, [zones[code] for code in BOARD.codes])


@settings(max_examples=20)
@given(st.integers(0, 30), st.integers(0, 167))
def test_each_grid_is_reached_in_time_or_missed_for_one_reason(seed, hour):
    ground = made_ground(seed=seed)
    missed = missed_grids(ground, BOARD.plan, hour)
    stage = ground.stage_of[hour]
    for row, zone in enumerate(BOARD.plan.zone_codes):
        why = [name for name in ("late", "unreachable", "nobody") if row in getattr(missed, name)]
        if zone not in ground.zones:
            assert why == ["nobody"]
            continue
        seconds = ground.travel_s[stage, ground.zones.index(zone), row]
        late = ["late"] if seconds > ground.targets[zone] else []
        assert why == (["unreachable"] if seconds == UNREACHABLE_S else late)
    often = ground.per_year[hour]
    share = often[missed.rows].sum() / often.sum()
    assert missed.incidents_share == pytest.approx(share)
    assert missed.late_s.tolist() == sorted(missed.late_s.tolist(), reverse=True)


def test_an_hour_beyond_the_week_is_refused():
    with pytest.raises(BadValue, match="0 to 167"):
        missed_grids(GROUND, BOARD.plan, 168)


def faults_of(plan, ground=GROUND):
    (told,) = evaluate_plans(ground, BOARD.plan, [("draft", plan)], [])
    return {each.message.code: each for each in told.faults}, told


def test_a_zone_that_falls_apart_is_an_error_that_names_what_is_cut_off():
    faults, told = faults_of(edited(g01="C", g11="C"))
    assert told.breaks_a_rule
    assert faults["zone_in_pieces"].feature == "A"
    assert "cut off from the largest are 02" in faults["zone_in_pieces"].message.en


def test_a_grid_in_no_zone_is_an_error_and_a_zone_of_nobody_a_warning():
    faults, _ = faults_of(BOARD.plan)
    assert faults["grid_in_no_zone"].severity == "error"
    assert faults["zone_without_crews"].feature == "D"
    assert faults["zone_without_crews"].severity == "warning"


def test_a_sound_plan_breaks_nothing():
    ground = replace(
        GROUND,
        travel_s=np.where(GROUND.travel_s == UNREACHABLE_S, 60, GROUND.travel_s),
        per_year=GROUND.per_year * 0,
    )
    faults, told = faults_of(edited(g24="B", g20="A", g21="A", g30="A", g31="A", g32="A"), ground)
    assert (list(faults), told.breaks_a_rule) == ([], False)


def test_more_work_than_crews_is_told():
    faults, _ = faults_of(BOARD.plan, replace(GROUND, per_year=GROUND.per_year * 1e6))
    assert "more work than crews" in faults["no_crew_free"].message.en


def test_plans_are_counted_one_from_another_and_equal_a_whole_evaluation():
    plans = [("today", BOARD.plan), ("one", edited(g01="B")), ("two", edited(g21="C", g00=None))]
    told = evaluate_plans(GROUND, BOARD.plan, plans, [7, 30])
    for one, (name, plan) in zip(told, plans, strict=True):
        assert (one.name, one.score.plan.digest) == (name, plan.digest)
        whole = evaluate_plan(GROUND, plan)
        assert figures_of(one.score) == figures_of(whole)
        assert [each.hour for each in one.missed] == [7, 30]
    assert [one.moved for one in told] == [0, 1, 2]


def test_what_moved_is_weighed_by_incidents():
    moved, share = moved_from(GROUND, BOARD.plan, edited(g01="B"))
    often = GROUND.per_year.sum(axis=0)
    assert moved == 1
    assert share == pytest.approx(often[BOARD.graph.row("01")] / often.sum())


def test_figures_stand_side_by_side_with_their_differences_from_the_first():
    scores = [evaluate_plan(GROUND, plan) for plan in (BOARD.plan, edited(g01="B"))]
    rows = side_by_side(scores)
    assert [row.figure for row in rows] == list(FIGURES)
    assert len({figure.name.code for figure in FIGURES}) == len(FIGURES)
    for row in rows:
        first, second = row.values
        known = first is not None and second is not None
        assert row.differences == ((0.0, second - first) if known else (None, None))


def test_a_figure_that_is_not_known_has_no_difference():
    unknown = replace(GROUND, population=np.full(len(GROUND.graph), np.nan))
    score = evaluate_plan(unknown, BOARD.plan)
    rows = {row.figure.name.code: row for row in side_by_side([score, score])}
    assert rows["people"].values == (None, None)
    assert rows["people"].differences == (None, None)


def test_zones_that_touch_have_other_colours():
    colours = zone_colours(BOARD.graph, BOARD.plan)
    zone_of, graph = BOARD.plan.zone_of, BOARD.graph
    for one, other in zip(zone_of[graph.source], zone_of[graph.neighbour], strict=True):
        assert one == other or min(one, other) < 0 or colours[one] != colours[other]


def test_the_map_has_a_panel_for_each_plan_and_hour_and_needs_nothing_else():
    plans = [("今日 <today>", BOARD.plan), ("draft", edited(g01="B"))]
    told = evaluate_plans(GROUND, BOARD.plan, plans, [7, 30])
    text = plan_map(SHAPES, told)
    root = ET.fromstring(text)  # noqa: S314 -- our own text
    assert len(root.findall(f"{SVG}g")) == 4
    titles = [panel.find(f"{SVG}text").text for panel in root.findall(f"{SVG}g")]
    assert titles[0].startswith("今日 <today> · mon 07:00")
    assert titles[3].startswith("draft · tue 06:00")
    assert "href" not in text
    assert "script" not in text


def test_the_map_covers_each_missed_grid_in_the_colour_of_its_reason():
    (told,) = evaluate_plans(GROUND, BOARD.plan, [("draft", BOARD.plan)], [7])
    root = ET.fromstring(plan_map(SHAPES, [told]))  # noqa: S314 -- our own text
    (panel,) = root.findall(f"{SVG}g")
    drawn = {path.get("fill"): path.get("d") for path in panel.findall(f"{SVG}path")}
    missed = told.missed[0]
    for colour, rows in (
        (LATE, missed.late),
        (UNREACHABLE, missed.unreachable),
        (NOBODY, missed.nobody),
    ):
        rings = [ring for ring in drawn.get(colour, "").split("Z") if ring]
        assert len(rings) == len(rows)


def test_a_map_of_no_hour_shows_the_zones_alone():
    drawn = board("AB")
    plan = drawn.plan
    ground = made_ground(drawn=drawn, zones="AB")
    shapes = GridShapes(drawn.graph, np.array([one.polygon for one in drawn.grids], object))
    (told,) = evaluate_plans(ground, plan, [("bare", plan)], [])
    root = ET.fromstring(plan_map(shapes, [told]))  # noqa: S314 -- our own text
    paths = root.findall(f"{SVG}g/{SVG}path")
    areas = [ring_area(path.get("d")) for path in paths]
    assert areas == pytest.approx([210.0 * 210.0] * 2, rel=0.01)


def ring_area(path):
    points = path.removeprefix("M").removesuffix("Z").split("L")
    return shapely.Polygon([tuple(map(float, point.split())) for point in points]).area


REPORT = {
    "in_time": {"value": 0.9, "low": 0.88, "high": 0.92},
    "by_zone": [
        {"name": "A", "in_time": {"value": 0.8, "low": 0.7, "high": 0.9}},
        {"name": "", "in_time": {"value": 0.1, "low": 0.0, "high": 0.2}},
    ],
    "by_hour": [{"name": "08", "in_time": {"value": 0.7, "low": 0.6, "high": 0.8}}],
}


def test_what_a_simulation_found_stands_with_its_own_plan_alone():
    plans = [("today", BOARD.plan), ("draft", edited(g01="B"))]
    found = experienced_of(REPORT, BOARD.plan.digest)
    told = evaluate_plans(GROUND, BOARD.plan, plans, [], [found])
    assert [one.experienced for one in told] == [found, None]
    assert (found.whole.share, found.whole.lower, found.whole.upper) == (0.9, 0.88, 0.92)
    assert [(one.zone, one.lower) for one in found.zones] == [("A", 0.7)]
    assert found.by_hour == {8: 0.7}


@pytest.mark.parametrize(
    "report", [{}, REPORT | {"by_zone": [{}]}, REPORT | {"in_time": {"value": None}}]
)
def test_what_is_no_report_of_a_year_is_refused(report):
    with pytest.raises(BadValue, match="no report of a simulated year"):
        experienced_of(report, "digest")
