"""The shape of plans, against polygons that are put together."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.board import PLANE, board
from spec.plan_grounds import drawn_board

from dispatch.planning.plan_shape import plan_shape
from dispatch.planning.zone_plan import ZonePlan

BOARD = drawn_board()
SHAPES = shapely.transform(
    np.array(
        [grid.polygon for grid in sorted(BOARD.grids, key=lambda one: one.code)], dtype=object
    ),
    PLANE.to_xy,
)
OUTLINE_M = shapely.length(SHAPES)
ZONES = st.lists(
    st.sampled_from(["A", "B", "C", None]), min_size=len(BOARD.codes), max_size=len(BOARD.codes)
)


def by_polygons(plan):
    """Area, perimeter, compactness and pieces of each zone as one polygon."""
    for zone in plan.zones:
        rows = plan.rows_in(zone)
        whole = shapely.union_all(shapely.set_precision(SHAPES[rows], 0.01))
        inner = nx.Graph()
        inner.add_nodes_from(rows.tolist())
        inner.add_edges_from(
            (row, other)
            for row in rows.tolist()
            for other in BOARD.graph.neighbours(row).tolist()
            if plan.zone_of[other] == plan.zone_of[row]
        )
        yield (
            whole.area,
            whole.length,
            4 * np.pi * whole.area / whole.length**2,
            nx.number_connected_components(inner),
        )


@settings(max_examples=20)
@given(ZONES)
def test_zones_measure_as_their_polygons_do(zones):
    plan = ZonePlan.of(BOARD.codes, zones)
    shape = plan_shape(BOARD.graph, OUTLINE_M, plan)
    found = zip(shape.area_m2, shape.perimeter_m, shape.compactness, shape.pieces, strict=True)
    for mine, theirs in zip(found, by_polygons(plan), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-3)


def test_a_square_is_as_compact_as_squares_are():
    drawn = board("AAB\nAAB")
    shape = plan_shape(drawn.graph, np.full(6, 400.0), drawn.plan)
    assert shape.compactness.tolist() == pytest.approx([np.pi / 4, 4 * np.pi * 2 / 36], rel=1e-3)
    assert shape.border_m == pytest.approx(200, rel=1e-3)
    assert shape.in_one_piece


def test_a_zone_without_a_grid_has_no_shape():
    drawn = board("AB")
    plan = ZonePlan(drawn.codes, ("A", "B", "E"), drawn.plan.zone_of)
    shape = plan_shape(drawn.graph, np.full(2, 400.0), plan)
    assert (shape.grids.tolist(), shape.pieces.tolist()) == ([1, 1, 0], [1, 1, 0])
    assert np.isnan(shape.compactness[2])
    assert shape.in_one_piece


def test_a_township_in_two_zones_or_in_one_in_part_is_divided():
    drawn = board("AABB\n.CCC", townships="1122\n3344")
    shape = plan_shape(drawn.graph, np.full(8, 400.0), drawn.plan)
    assert shape.divided == ("3",)
    assert plan_shape(BOARD.graph, OUTLINE_M, BOARD.plan).divided == ("1", "2")
