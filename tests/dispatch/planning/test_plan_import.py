"""Polygons of zones become a plan over unit grids, and what can't be taken over is told."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from spec.board import PLANE, board, checkers, drawn_as

from dispatch.planning.grid_ground import grid_ground
from dispatch.planning.plan_import import import_plan
from dispatch.planning.zone_outline import zone_polygons
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue

TOWN = "....\n....\n...."


def zone(west, south, east, north):
    return shapely.transform(box(west, south, east, north), PLANE.to_lon_lat)


def imported(zones, drawing=TOWN):
    drawn = board(drawing)
    done = import_plan(grid_ground(drawn.grids), list(zones), list(zones.values()))
    said = [(one.code, one.feature, one.severity.value) for one in done.findings]
    return drawn_as(done.plan, drawing), said, done


def test_polygons_along_grids_are_taken_over_without_a_finding():
    plan, said, _ = imported({"A": zone(0, -300, 200, 0), "B": zone(200, -300, 400, 0)})
    assert plan == "AABB\nAABB\nAABB"
    assert said == []


def test_a_grid_that_a_border_cuts_goes_to_the_larger_share_and_both_are_told():
    plan, said, done = imported({"A": zone(0, -300, 230, 0), "B": zone(230, -300, 400, 0)})
    assert plan == "AABB\nAABB\nAABB"
    assert said == [("grid_cut", code, "warning") for code in ("02", "12", "22")]
    assert "(B 70%, A 30%)" in done.findings[0].message.en


def test_a_border_that_misses_a_grid_by_a_hair_cuts_nothing():
    plan, said, _ = imported({"A": zone(0, -300, 201, 0), "B": zone(201, -300, 400, 0)})
    assert plan == "AABB\nAABB\nAABB"
    assert said == []


def test_places_in_no_zone_and_in_two_are_told_with_the_grids_that_they_leave_over():
    plan, said, _ = imported({"A": zone(0, -300, 210, 0), "B": zone(180, -300, 300, 0)})
    assert plan == "AAB.\nAAB.\nAAB."
    assert [one for one in said if one[0].startswith("tiling")] == [
        ("tiling_overlap", "A", "error"),
        ("tiling_missing", "B", "warning"),
    ]
    assert [one[1] for one in said if one[0] == "grid_in_no_zone"] == ["03", "13", "23"]


def test_a_zone_with_most_of_no_grid_gets_none():
    zones = {"A": zone(0, -300, 400, 0), "B": zone(0, -40, 40, 0)}
    plan, said, done = imported(zones)
    assert plan == "AAAA\nAAAA\nAAAA"
    assert ("zone_without_grid", "B", "warning") in said
    assert done.plan.zones == ("A", "B")


def test_polygons_of_one_code_are_one_zone():
    drawn = board("..")
    polygons = [zone(0, -100, 100, 0), zone(100, -100, 200, 0)]
    done = import_plan(grid_ground(drawn.grids), ["A", "A"], polygons)
    assert done.plan.zone_codes == ("A", "A")


def test_a_layer_of_elsewhere_is_refused_in_words():
    with pytest.raises(BadValue, match="another coordinate system"):
        imported({"A": zone(9000, 9000, 9100, 9100)})
    with pytest.raises(BadValue, match="has no zone"):
        imported({})


@given(zones=st.lists(st.sampled_from("ABC"), min_size=12, max_size=12))
def test_the_outlines_of_a_plan_are_imported_as_that_plan(zones):
    drawn = checkers(3, 4)
    ground, plan = grid_ground(drawn.grids), ZonePlan.of(drawn.codes, zones)
    outlines = zone_polygons(ground, plan)
    done = import_plan(ground, list(outlines), list(outlines.values()))
    assert done.plan.digest == plan.digest
    assert done.findings == ()
