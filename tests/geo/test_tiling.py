"""Polygons that should fill a ground: what of it none, two or the wrong one has."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from geo.tiling import SLIVER_M, FlawKind, mean_width_m, tiling_flaws

GROUND = box(0, 0, 400, 300)


def board() -> list[shapely.Polygon]:
    """Twelve squares of a hundred metres: 0 to 3 along the south, 8 to 11 along the north."""
    return [
        box(column * 100, row * 100, column * 100 + 100, row * 100 + 100)
        for row in range(3)
        for column in range(4)
    ]


def flaws_of(squares, ground=GROUND):
    return tiling_flaws(np.array(squares, dtype=object), ground)


def said(flaws):
    return [(flaw.kind.value, flaw.tiles) for flaw in flaws]


def test_squares_of_a_board_are_without_flaw():
    assert flaws_of(board()) == []
    assert flaws_of(board(), None) == []
    assert flaws_of([]) == []


def test_a_corner_that_only_one_neighbour_has_is_no_flaw():
    squares = board()
    squares[5] = shapely.Polygon(
        [(100, 100), (150, 100), (200, 100), (200, 150), (200, 200), (100, 200)]
    )
    assert not shapely.coverage_is_valid(squares)
    assert flaws_of(squares) == []


def test_a_square_that_is_not_there_is_missing_and_its_neighbours_are_named():
    squares = board()
    del squares[5]
    (flaw,) = flaws_of(squares)
    assert flaw.kind is FlawKind.MISSING
    assert flaw.place.equals(board()[5])
    assert set(flaw.tiles) == {0, 1, 2, 4, 5, 7, 8, 9}
    assert not flaw.remedy


def test_a_missing_square_on_the_edge_is_seen_only_against_the_ground():
    squares = board()[1:]
    assert said(flaws_of(squares)) == [("missing", (0, 3, 4))]
    assert flaws_of(squares, None) == []


def test_a_strip_of_three_metres_is_a_sliver_and_the_neighbour_along_it_gets_it():
    squares = board()
    squares[5] = box(103, 100, 200, 200)
    (flaw,) = flaws_of(squares)
    assert said([flaw]) == [("sliver", (0, 1, 4, 5, 8, 9))]
    assert flaw.width_m == pytest.approx(3.0, abs=0.1)
    (taker,) = flaw.remedy
    assert taker in {4, 5}
    squares[taker] = flaw.remedy[taker]
    assert flaws_of(squares) == []


def test_a_strip_of_thirty_metres_is_a_gap_that_only_a_person_can_give_away():
    squares = board()
    squares[5] = box(130, 100, 200, 200)
    (flaw,) = flaws_of(squares)
    assert flaw.kind is FlawKind.GAP
    assert not flaw.remedy


def test_two_over_one_place_overlap_and_the_larger_one_gives_way():
    squares = board()
    squares[5] = box(100, 100, 240, 200)
    (flaw,) = flaws_of(squares)
    assert said([flaw]) == [("overlap", (5, 6))]
    assert flaw.place.equals(box(200, 100, 240, 200))
    assert list(flaw.remedy) == [5]
    squares[5] = flaw.remedy[5]
    assert flaws_of(squares) == []


def test_one_square_drawn_twice_overlaps_with_itself_and_has_no_remedy_but_to_go():
    (flaw,) = flaws_of([*board(), board()[7]])
    assert said([flaw]) == [("overlap", (7, 12))]
    assert not flaw.remedy


def test_what_sticks_out_is_outside_and_can_be_cut_off():
    squares = board()
    squares[3] = box(300, 0, 450, 100)
    (flaw,) = flaws_of(squares)
    assert said([flaw]) == [("outside", (3,))]
    assert flaw.remedy[3].equals(board()[3])


def test_the_width_of_a_strip_is_its_width():
    assert mean_width_m(box(0, 0, 1000, 4)) == pytest.approx(4.0, rel=0.01)


DECIMETRES = st.integers(-400, 400).map(lambda steps: steps / 10)


@given(moved=st.lists(st.tuples(st.integers(0, 11), DECIMETRES), max_size=4))
@settings(max_examples=60)
def test_flaws_are_exactly_the_places_that_are_not_under_one_polygon(moved):
    squares = board()
    for at, east_m in moved:
        squares[at] = shapely.transform(board()[at], lambda xy, by=east_m: xy + np.array([by, 0]))
    doubly = sum(a.intersection(b).area for i, a in enumerate(squares) for b in squares[:i])
    covered = shapely.union_all(squares)
    found = flaws_of(squares)
    overlaps = [flaw for flaw in found if len(flaw.tiles) == 2 and is_doubly(flaw, squares)]
    beyond = covered.difference(GROUND).area
    assert sum(flaw.place.area for flaw in overlaps) == pytest.approx(doubly, abs=0.2)
    assert sum(flaw.place.area for flaw in found if flaw not in overlaps) == pytest.approx(
        GROUND.difference(covered).area + beyond, abs=0.2
    )
    assert all((flaw.width_m < SLIVER_M) == (flaw.kind is FlawKind.SLIVER) for flaw in found)


@given(
    by_m=st.lists(
        st.tuples(st.floats(-0.003, 0.003), st.floats(-0.003, 0.003)), min_size=12, max_size=12
    )
)
@settings(max_examples=40)
def test_neighbours_that_were_converted_each_by_itself_are_without_flaw(by_m):
    moved = [
        shapely.transform(square, lambda xy, by=by: xy + np.array(by))
        for square, by in zip(board(), by_m, strict=True)
    ]
    assert flaws_of(moved) == []


def test_a_gap_is_told_by_itself_though_threads_of_rounding_tie_it_to_others():
    squares = [shapely.transform(one, lambda xy: xy * 0.99999) for one in board()]
    squares[5] = box(110, 100, 200, 200)
    squares[6] = box(200, 100, 290, 200)
    found = [(flaw.kind.value, round(flaw.place.area, -1)) for flaw in flaws_of(squares)]
    assert found == [("gap", 1000), ("gap", 1000)]


def is_doubly(flaw, squares):
    first, second = flaw.tiles
    inside = flaw.place.representative_point()
    return squares[first].contains(inside) and squares[second].contains(inside)
