"""Which unit grids are neighbours, and how many metres of border they share."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box
from spec.board import board, checkers

from dispatch.planning.grid_graph import LEAST_BORDER_M, grid_graph
from dispatch.planning.shared_border import ALONG_M, shared_borders
from geo.area import Area, Tier
from geo.errors import BadValue, UnknownName
from geo.zone import UnitGrid


def borders_of(*polygons: shapely.Geometry):
    found = shared_borders(np.array(polygons, dtype=object), least_m=LEAST_BORDER_M)
    return {
        (int(left), int(right)): pytest.approx(border_m, abs=1e-6)
        for left, right, border_m in zip(found.left, found.right, found.border_m, strict=True)
    }


def slow_borders(polygons):
    """What GEOS says, pair by pair; right where neighbours have every corner in common."""
    shared = {
        (one, other): shapely.intersection(polygons[one].boundary, polygons[other].boundary).length
        for one, other in combinations(range(len(polygons)), 2)
    }
    return {pair: length for pair, length in shared.items() if length > LEAST_BORDER_M}


def voronoi(points, noise=0.0, seed=0):
    """Cells round some points; with noise, each cell has its own idea of where its corners are."""
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=box(0, 0, 1000, 1000))
    )
    rng = np.random.default_rng(seed)

    def shaken(cell: Polygon) -> Polygon:
        corners = np.array(cell.exterior.coords)[:-1]
        return Polygon(corners + rng.uniform(-noise, noise, corners.shape))

    return [shaken(cell) for cell in cells]


def test_neighbours_share_a_side_and_not_only_a_corner():
    graph = board(
        """
        AB
        C~
        """
    ).graph
    assert graph.codes == ("00", "01", "10")
    assert graph.neighbours(graph.row("00")).tolist() == [1, 2]
    assert graph.neighbours(graph.row("01")).tolist() == [0]
    assert graph.border_m == pytest.approx(100.0, rel=1e-3)
    assert graph.area_m2 == pytest.approx(100.0**2, rel=1e-3)


def test_each_border_is_there_in_both_directions_with_neighbours_ascending():
    graph = checkers(5, 7).graph
    ways = {
        (int(one), int(other)): length
        for one, other, length in zip(graph.source, graph.neighbour, graph.border_m, strict=True)
    }
    assert len(ways) == len(graph.neighbour) == 2 * (5 * 6 + 4 * 7)
    assert all(ways[other, one] == length for (one, other), length in ways.items())
    for row in range(len(graph)):
        assert graph.neighbours(row).tolist() == sorted(graph.neighbours(row).tolist())


def test_a_corner_that_only_one_neighbour_has_takes_nothing_from_the_border():
    wide, left, right = box(0, 0, 100, 50), box(0, 50, 40, 90), box(40, 50, 100, 90)
    assert borders_of(wide, left, right) == {(0, 1): 40.0, (0, 2): 60.0, (1, 2): 40.0}


def test_rounding_of_corners_takes_nothing_from_the_border():
    left, right = box(0, 0, 100, 100), box(100.0004, 0.0003, 200, 99.9996)
    assert borders_of(left, right) == {(0, 1): pytest.approx(100.0, abs=0.01)}


def test_polygons_further_apart_than_rounding_are_no_neighbours():
    assert borders_of(box(0, 0, 100, 100), box(100 + 2 * ALONG_M, 0, 200, 100)) == {}


def test_a_border_that_opens_counts_as_far_as_it_is_closed():
    straight = box(0, 0, 100, 100)
    leaning = Polygon([(100, 0), (200, 0), (200, 100), (100 + 2 * ALONG_M, 100)])
    assert borders_of(straight, leaning) == {(0, 1): pytest.approx(50.0, abs=0.1)}


def test_a_polygon_in_the_hole_of_another_borders_on_it_all_round():
    frame = box(0, 0, 100, 100) - box(30, 30, 60, 60)
    assert borders_of(frame, box(30, 30, 60, 60)) == {(0, 1): 120.0}


def test_every_part_of_a_grid_counts():
    two = MultiPolygon([box(0, 0, 10, 10), box(90, 0, 100, 10)])
    assert borders_of(two, box(10, 0, 90, 10)) == {(0, 1): 20.0}


@given(seed=st.integers(0, 2**32 - 1), cells=st.integers(2, 16))
def test_borders_are_those_that_geos_finds(seed, cells):
    rng = np.random.default_rng(seed)
    polygons = voronoi(rng.uniform(0, 1000, (cells, 2)))
    expected = slow_borders(polygons)
    found = borders_of(*polygons)
    assert {pair for pair, length in expected.items() if length > 2 * LEAST_BORDER_M} <= set(found)
    assert all(found[pair] == pytest.approx(expected.get(pair, 0.0), abs=0.6) for pair in found)


@given(seed=st.integers(0, 2**32 - 1))
def test_a_centimetre_of_noise_in_every_corner_changes_no_neighbour(seed):
    rng = np.random.default_rng(seed)
    points = np.stack(np.meshgrid(np.arange(4), np.arange(4)), -1).reshape(-1, 2) * 220.0 + 150
    points += rng.uniform(-30, 30, points.shape)
    exact, noisy = borders_of(*voronoi(points)), borders_of(*voronoi(points, 0.01, seed))
    long = {pair for pair, length in exact.items() if length.expected > 5}
    assert long <= set(noisy)
    assert all(abs(noisy[pair].expected - exact[pair].expected) < 3 for pair in long)


def test_the_township_is_that_of_the_community_a_grid_lies_in():
    def area(code: str, tier: Tier, parent: str | None) -> Area:
        return Area(code, code, tier, parent, box(0, 0, 1, 1))

    areas = [
        area("city", Tier.CITY, None),
        area("east", Tier.TOWNSHIP, "city"),
        area("west", Tier.TOWNSHIP, "city"),
        area("w-1", Tier.COMMUNITY, "west"),
    ]
    grids = [
        UnitGrid("3", "nowhere", None, box(0.02, 0, 0.03, 0.01)),
        UnitGrid("1", "w-1", None, box(0.00, 0, 0.01, 0.01)),
        UnitGrid("2", "east", None, box(0.01, 0, 0.02, 0.01)),
    ]
    graph = grid_graph(grids, areas)
    assert graph.townships == ("east", "west")
    assert graph.township.tolist() == [1, 0, -1]


def test_a_place_of_each_grid_lies_inside_it():
    drawn = board("AAB")
    for grid, place in zip(drawn.grids, drawn.graph.lon_lat, strict=True):
        assert grid.polygon.contains(Point(place))


def test_nothing_of_a_graph_can_be_changed():
    graph = board("AB").graph
    with pytest.raises(ValueError, match="read-only"):
        graph.border_m[0] = 1.0


def test_no_grid_and_a_grid_twice_are_refused_in_words():
    with pytest.raises(BadValue, match="load and publish the layer grids first"):
        grid_graph([])
    with pytest.raises(BadValue, match="The unit grid 7 stands twice"):
        grid_graph([UnitGrid("7", "?", None, box(0, 0, 1, 1))] * 2)
    with pytest.raises(UnknownName, match="no unit grid '9'"):
        board("AB").graph.row("9")
