"""Lines are cut where they meet, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyproj
from hypothesis import given
from hypothesis import strategies as st

from geo.road.noding import Cut, Lines, cut_at_junctions, merge_vertices, without_repeats


def lines(*texts: str) -> Lines:
    """Draw lines by the letters they pass; letter x lies at (x, 0.1 x) hundredths of a degree."""
    letters = "".join(texts)
    vertex = np.array([ord(letter) - ord("a") for letter in letters], dtype=np.int64)
    first = np.cumsum([0, *(len(text) for text in texts)])
    return Lines(vertex, np.stack([vertex * 0.01, vertex * 0.001], axis=1), first)


def drawn(cut: Cut) -> list[str]:
    """Each street by the letters it passes."""
    letter = [chr(ord("a") + round(lon * 100)) for lon in cut.point[:, 0]]
    spans = zip(cut.first_point[:-1], cut.first_point[1:], strict=True)
    return ["".join(letter[start:end]) for start, end in spans]


def test_a_lone_line_stays_whole():
    cut = cut_at_junctions(lines("abcd"))
    assert drawn(cut) == ["abcd"]
    assert len(cut.node_lon_lat) == 2


def test_lines_are_cut_where_they_meet():
    cut = cut_at_junctions(lines("abcd", "xby", "dz"))
    assert drawn(cut) == ["ab", "bcd", "xb", "by", "dz"]
    assert cut.line.tolist() == [0, 0, 1, 1, 2]
    assert len({int(cut.head[0]), int(cut.tail[1]), int(cut.head[2]), int(cut.tail[3])}) == 1


def test_a_closed_line_alone_is_one_street_from_a_node_to_itself():
    cut = cut_at_junctions(lines("abca"))
    assert drawn(cut) == ["abca"]
    assert cut.tail[0] == cut.head[0]


def test_a_closed_line_is_cut_where_another_touches_it():
    assert drawn(cut_at_junctions(lines("abca", "bz"))) == ["ab", "bca", "bz"]


def test_a_line_that_crosses_itself_is_cut_there():
    assert drawn(cut_at_junctions(lines("abcdbe"))) == ["ab", "bcdb", "be"]


def test_at_a_barrier_every_street_ends_on_its_own():
    barrier = np.zeros(26, dtype=bool)
    barrier[1] = True
    cut = cut_at_junctions(lines("abc", "bz"), barrier=barrier)
    assert drawn(cut) == ["ab", "bc", "bz"]
    ends_at_b = [int(cut.head[0]), int(cut.tail[1]), int(cut.tail[2])]
    assert len(set(ends_at_b)) == 3
    assert cut.node_vertex[ends_at_b].tolist() == [1, 1, 1]


def test_repeated_points_and_what_shrinks_to_a_point_go():
    left, kept = without_repeats(lines("aabbc", "dd", "ef"))
    assert kept.tolist() == [0, 2]
    assert drawn(cut_at_junctions(left)) == ["abc", "ef"]


def test_no_lines_make_no_streets():
    nothing = Lines(np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros(1, np.int64))
    assert drawn(cut_at_junctions(nothing)) == []


def test_lengths_follow_the_ellipsoid():
    drawn_lines = lines("abz")
    cut = cut_at_junctions(drawn_lines)
    lon, lat = drawn_lines.lon_lat.T
    assert cut.length_m[0] == pyproj.Geod(ellps="WGS84").line_length(lon, lat)


def test_points_within_the_tolerance_are_one_place_even_across_a_rounding_edge():
    points = np.array([[1.00000005, 2.0], [1.00000004999, 2.0], [1.000002, 2.0]])
    vertex = merge_vertices(points, tolerance_deg=1e-7)
    assert vertex[0] == vertex[1] != vertex[2]


@given(st.lists(st.text("abcdefg", min_size=1, max_size=7), min_size=1, max_size=6))
def test_every_stretch_of_every_line_is_in_exactly_one_street(texts: list[str]):
    left, _ = without_repeats(lines(*texts))
    cut = cut_at_junctions(left)
    stretches = [a + b for text in texts for a, b in pairwise(text) if a != b]
    cut_stretches = [a + b for text in drawn(cut) for a, b in pairwise(text)]
    assert cut_stretches == stretches
