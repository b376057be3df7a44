"""Polygons of zones, the proof that they fill the city, and the townships that they divide."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from spec.board import PLANE, board, checkers, lon_lat_of

from dispatch.planning.grid_ground import grid_ground
from dispatch.planning.township_split import border_in_townships_m, township_splits
from dispatch.planning.zone_outline import (
    grid_topology,
    plan_topology,
    zone_polygons,
    zone_shapes_m,
)
from dispatch.planning.zone_plan import ZonePlan

TOWN = """
    AAB
    ACB
    ABB
    """


def ground_of(drawn):
    return grid_ground(drawn.grids, drawn.areas)


def said(findings):
    return [(finding.code, finding.feature, finding.severity.value) for finding in findings]


def in_degrees(west, south, east, north):
    return shapely.transform(box(west, south, east, north), PLANE.to_lon_lat)


def test_zones_are_the_union_of_their_grids():
    drawn = board(TOWN)
    shapes = zone_polygons(ground_of(drawn), drawn.plan)
    assert set(shapes) == {"A", "B", "C"}
    for zone, shape in shapes.items():
        expected = shapely.union_all(
            [grid.polygon for grid in drawn.grids if drawn.drawn[grid.code] == zone]
        )
        assert shapely.area(shapely.symmetric_difference(shape, expected)) < 1e-12
    assert all(
        one.intersection(other).area < 1e-15 for one, other in combinations(shapes.values(), 2)
    )


def test_a_zone_without_a_grid_has_no_polygon():
    drawn = board("AA")
    plan = ZonePlan(drawn.plan.grids, ("A", "B"), drawn.plan.zone_of)
    assert set(zone_polygons(ground_of(drawn), plan)) == {"A"}
    assert plan_topology(ground_of(drawn), plan) == ()


@given(zones=st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_zones_of_any_plan_fill_what_the_grids_fill(zones):
    drawn = checkers(3, 4)
    plan = ZonePlan.of(drawn.plan.grids, [f"Z{zone}" for zone in zones])
    ground = ground_of(drawn)
    assert plan_topology(ground, plan) == ()
    assert shapely.area(zone_shapes_m(ground, plan)).sum() == pytest.approx(12e4, rel=1e-3)


def test_a_corner_that_only_one_grid_has_leaves_no_gap_between_zones():
    drawn = board("AB\nAB")
    bent = shapely.Polygon([lon_lat_of(*at) for at in ((0, 1), (0, 2), (1, 2), (1, 1), (0.4, 1))])
    grids = [replace(grid, polygon=bent) if grid.code == "01" else grid for grid in drawn.grids]
    assert plan_topology(grid_ground(grids), drawn.plan) == ()


def test_a_grid_in_no_zone_is_seen_inside_the_city_and_at_its_edge():
    inside, edge = board("AAA\nA.A\nAAA"), board("AAA\nAAA\nAA.")
    for drawn in (inside, edge):
        (finding,) = plan_topology(ground_of(drawn), drawn.plan)
        assert (finding.code, finding.feature) == ("tiling_gap", "A")
        lon, lat = finding.lon_lat
        row = drawn.codes.index("11" if drawn is inside else "22")
        assert shapely.contains_xy(drawn.grids[row].polygon, lon, lat)


def test_a_missing_grid_and_a_gap_of_thirty_metres_are_seen_against_the_boundary():
    """Both pass `shapely.coverage_is_valid`."""
    drawn = board("AAA\nAAA\nAAA")
    city = in_degrees(0, -300, 300, 0)
    grids = [grid for grid in drawn.grids if grid.code != "22"]
    assert shapely.coverage_is_valid([grid.polygon for grid in grids])
    assert said(grid_topology(grid_ground(grids), city)) == [("tiling_missing", "11", "error")]
    narrow = in_degrees(230, -200, 300, -100)
    grids = [replace(one, polygon=narrow) if one.code == "12" else one for one in drawn.grids]
    assert [finding.code for finding in grid_topology(grid_ground(grids), city)] == ["tiling_gap"]
    assert [finding.code for finding in grid_topology(ground_of(drawn), city)] == []


def test_what_leaves_the_boundary_is_said():
    drawn = board("AB")
    (finding,) = plan_topology(ground_of(drawn), drawn.plan, in_degrees(0, -100, 150, 0))
    assert (finding.code, finding.feature, finding.severity.value) == (
        "tiling_outside", "B", "error",
    )  # fmt: skip


def test_townships_in_two_zones_are_told_with_shares_and_the_border_inside():
    drawn = board("AAB\nAAB\nCCC", townships="xxx\nxyy\nyyy")
    splits = township_splits(drawn.graph, drawn.plan)
    assert [(one.township, round(one.border_m)) for one in splits] == [("x", 100), ("y", 300)]
    assert [(part.zone, part.grids, round(part.share, 2)) for part in splits[0].parts] == [
        ("A", 3, 0.75),
        ("B", 1, 0.25),
    ]
    assert border_in_townships_m(drawn.graph, drawn.plan) == pytest.approx(400, rel=1e-3)


def test_a_plan_along_townships_divides_none_and_grids_in_no_zone_count_as_a_part():
    whole = board("AAB\nAAB", townships="xxy\nxxy")
    assert township_splits(whole.graph, whole.plan) == ()
    assert border_in_townships_m(whole.graph, whole.plan) == 0
    loose = board("AA.", townships="xxx")
    (split,) = township_splits(loose.graph, loose.plan)
    assert [part.zone for part in split.parts] == ["A", None]


def test_grids_in_no_known_township_divide_nothing():
    drawn = board("AB")
    assert township_splits(drawn.graph, drawn.plan) == ()
    assert np.isclose(border_in_townships_m(drawn.graph, drawn.plan), 0)
