"""Crossings without a shared point."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, unary_union

from geo.road.crossing import add_crossings

TOLERANCE_DEG = 1e-7


def noded(
    *lines: list[tuple[float, float]], level: tuple[int, ...] = ()
) -> list[list[tuple[float, float]]]:
    lon_lat = np.array([point for line in lines for point in line], dtype=float).reshape(-1, 2)
    first = np.cumsum([0, *(len(line) for line in lines)])
    storey = np.array(level or (0,) * len(lines), dtype=np.int64)
    points, starts = add_crossings(lon_lat, first, level=storey, tolerance_deg=TOLERANCE_DEG)
    return [[(float(x), float(y)) for x, y in points[start:end]] for start, end in pairwise(starts)]


ACROSS = [(0.0, 0.0), (2.0, 0.0)]
DOWN = [(1.0, 1.0), (1.0, -1.0)]


def test_lines_that_cross_share_the_crossing():
    assert noded(ACROSS, DOWN) == [
        [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)],
        [(1.0, 1.0), (1.0, 0.0), (1.0, -1.0)],
    ]


def test_a_bridge_crosses_unjoined():
    assert noded(ACROSS, DOWN, level=(0, 1)) == [ACROSS, DOWN]


def test_a_line_that_ends_on_another_joins_it():
    ends_there = [(1.0, 1.0), (1.0, 0.00000005)]
    assert noded(ACROSS, ends_there)[0] == [(0.0, 0.0), (1.0, 0.00000005), (2.0, 0.0)]


def test_a_line_that_stops_short_does_not_join():
    stops_short = [(1.0, 1.0), (1.0, 0.000001)]
    assert noded(ACROSS, stops_short) == [ACROSS, stops_short]


def test_several_crossings_come_in_order():
    others = [[(x, 1.0), (x, -1.0)] for x in (1.5, 0.5, 1.0)]
    assert noded(ACROSS, *others)[0] == [(x, 0.0) for x in (0.0, 0.5, 1.0, 1.5, 2.0)]


def test_lines_that_share_a_point_already_get_none():
    lines = [[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], [(1.0, 1.0), (1.0, 0.0)]]
    assert noded(*lines) == lines


def test_lines_on_top_of_each_other_share_their_ends():
    assert noded(ACROSS, [(1.0, 0.0), (3.0, 0.0)]) == [
        [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)],
        [(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)],
    ]


def test_no_lines_stay_none():
    assert noded() == []


places = st.tuples(st.integers(0, 6), st.integers(0, 6))
segments = st.tuples(places, places).filter(lambda ends: ends[0] != ends[1])


@given(st.lists(segments, min_size=1, max_size=6, unique_by=frozenset))
def test_points_are_those_of_the_union(ends: list[tuple[tuple[int, int], tuple[int, int]]]):
    union = unary_union([LineString(pair) for pair in ends])
    parts = getattr(union, "geoms", [union])
    expected = {(round(x, 6), round(y, 6)) for part in parts for x, y in part.coords}
    found = noded(*[[(float(x), float(y)) for x, y in pair] for pair in ends])
    assert {(round(x, 6), round(y, 6)) for line in found for x, y in line} == expected
