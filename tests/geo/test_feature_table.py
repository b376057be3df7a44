"""A layer as a table: its order, its index, and reading on while versions change."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, Polygon, box

from geo.errors import BadValue
from geo.feature_table import FeatureTable, lay_out, rank

NAMES = st.lists(st.text("0123456789AB-", min_size=1, max_size=4), unique=True, max_size=12)
DEGREES = st.integers(0, 8)
POINTS = st.lists(st.tuples(DEGREES, DEGREES), max_size=12)


def table_of(*ids: str) -> FeatureTable:
    return lay_out("1", ids, [None] * len(ids), {"name": [f"n{one}" for one in ids]})


def numbered(*shapes: object) -> FeatureTable:
    return lay_out("1", [str(row) for row in range(len(shapes))], shapes, {})


def test_rows_stand_in_the_order_of_their_ids_shorter_ones_first():
    table = table_of("10", "B", "9", "A1")
    assert table.ids == ("9", "B", "10", "A1")
    assert table.columns["name"] == ["n9", "nB", "n10", "nA1"]
    assert len(table) == 4


@given(NAMES)
def test_every_feature_is_found_by_its_id_and_no_other_is(ids):
    table = table_of(*ids)
    assert [table.row_of(one) for one in table.ids] == list(range(len(ids)))
    assert table.row_of("") is None
    assert table.row_of("AAAAA") is None


@given(NAMES, NAMES, st.integers(1, 5), st.integers(0, 4))
def test_paging_on_over_a_new_version_repeats_nothing_and_loses_nothing_that_stays(
    before, after, limit, pages_before
):
    old, new = table_of(*before), table_of(*after)
    read: list[str] = []
    page = 0
    while True:
        table = old if page < pages_before else new
        start = table.first_after(read[-1]) if read else 0
        if start >= len(table):
            break
        read += table.ids[start : start + limit]
        page += 1
    assert len(read) == len(set(read))
    assert read == sorted(read, key=rank)
    assert set(before) & set(after) <= set(read)


def test_two_features_of_one_id_are_refused_by_name():
    with pytest.raises(BadValue, match="are called A1"):
        table_of("A1", "B", "A1")


def test_a_column_of_another_length_is_refused_by_name():
    with pytest.raises(BadValue, match="length: name"):
        lay_out("1", ["A"], [None], {"name": []})
    with pytest.raises(BadValue, match="length: shapes"):
        lay_out("1", ["A"], [], {})


def test_a_box_finds_what_it_touches_and_not_what_only_its_bounds_do():
    slanting = LineString([(0, 0), (4, 4)])
    table = numbered(slanting, box(3, 0, 4, 1), None, Point(2, 2))
    assert table.in_box(2, 0, 4, 1.5).tolist() == [1]
    assert table.in_box(1, 1, 2, 2).tolist() == [0, 3]
    assert table.in_box(4, 1, 5, 2).tolist() == [1]


def test_a_box_may_be_a_line_or_a_point():
    table = numbered(box(0, 0, 2, 2), Point(2, 2), Point(1, 5))
    assert table.in_box(1, 1, 1, 9).tolist() == [0, 2]
    assert table.in_box(0, 2, 5, 2).tolist() == [0, 1]
    assert table.in_box(2, 2, 2, 2).tolist() == [0, 1]


def test_a_box_across_the_180th_meridian_finds_both_sides():
    table = numbered(Point(179, 0), Point(-179, 0), Point(0, 0))
    assert table.in_box(178, -1, -178, 1).tolist() == [0, 1]


@given(POINTS, st.tuples(DEGREES, DEGREES, DEGREES, DEGREES))
def test_a_box_finds_the_points_that_lie_in_it(points, sides):
    west, east = sorted(sides[:2])
    south, north = sorted(sides[2:])
    table = numbered(*map(Point, points))
    wanted = [
        row
        for row, (lon, lat) in enumerate(points)
        if west <= lon <= east and south <= lat <= north
    ]
    assert [int(table.ids[row]) for row in table.in_box(west, south, east, north)] == wanted


def test_many_threads_may_ask_for_the_first_time_together():
    table = numbered(*(box(east, 0, east + 0.5, 1) for east in range(500)))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda east: table.in_box(east, 0, east, 1).tolist(), range(500)))
    assert [[table.ids[row] for row in rows] for rows in found] == [
        [str(one)] for one in range(500)
    ]


def test_the_extent_is_that_of_all_features_and_none_without_a_shape():
    assert numbered(Point(1, 2), None, MultiPoint([(3, 0), (2, 5)])).extent == (1, 0, 3, 5)
    assert numbered(None).extent is None
    assert numbered().extent is None


def test_outer_rings_run_against_the_clock_and_nothing_else_is_changed():
    clockwise = Polygon([(0, 0), (0, 2), (2, 2), (2, 0)], [[(0.5, 0.5), (1, 0.5), (1, 1)]])
    line = LineString([(1, 1), (0, 0)])
    table = numbered(clockwise, line, None)
    assert table.shapes[0].exterior.is_ccw
    assert not table.shapes[0].interiors[0].is_ccw
    assert shapely.equals(table.shapes[0], clockwise)
    assert shapely.equals_exact(table.shapes[1], line)
    assert table.shapes[2] is None


def test_nobody_can_write_to_a_table():
    table = numbered(Point(0, 0))
    with pytest.raises(ValueError, match="read-only"):
        table.shapes[0] = None
    with pytest.raises(TypeError):
        table.columns["name"] = []  # type: ignore[index]  # that is the point
    assert np.array_equal(table.shapes, numbered(Point(0, 0)).shapes)
