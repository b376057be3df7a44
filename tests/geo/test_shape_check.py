"""Shapes that can't be used as they are: what is wrong, where, and how it would be right."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.shape_check import Dimension, ShapeFlawKind, shape_flaws, usable

SQUARE = box(0, 0, 100, 100)
BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def flaws_of(*shapes: object, wanted=Dimension.POLYGON, parts=True):
    rows = np.empty(len(shapes), dtype=object)
    rows[:] = shapes
    return shape_flaws(rows, wanted, repaired=repairs(rows), parts=parts)


def repairs(rows):
    """As whoever reads a file makes them."""
    repaired = np.full(len(rows), None, dtype=object)
    for at, shape in enumerate(rows):
        if shape is not None and np.isfinite(shapely.get_coordinates(shape)).all():
            sound = shape.is_valid
            repaired[at] = None if sound else shapely.make_valid(shape, method="structure")
    return repaired


def test_sound_shapes_are_without_flaw():
    assert flaws_of(SQUARE, box(100, 0, 200, 100)) == []
    assert flaws_of() == []
    assert flaws_of(Point(1, 2), wanted=Dimension.POINT) == []


def test_a_border_that_crosses_itself_is_invalid_where_it_does_and_falls_into_two():
    (flaw,) = flaws_of(BOW_TIE)
    assert (flaw.kind, flaw.why) == (ShapeFlawKind.INVALID, "Self-intersection")
    assert flaw.place == (50, 50)
    assert flaw.remedy.is_valid
    assert flaw.remedy.area == pytest.approx(5_000)


def test_a_border_that_encloses_nothing_has_no_remedy():
    (flaw,) = flaws_of(Polygon([(0, 0), (100, 0), (50, 0)]))
    assert (flaw.kind, flaw.remedy) == (ShapeFlawKind.INVALID, None)


@pytest.mark.parametrize("shape", [None, Polygon(), MultiPolygon()])
def test_a_row_without_a_shape_says_so(shape):
    (flaw,) = flaws_of(SQUARE, shape)
    assert (flaw.kind, flaw.rows, flaw.place) == (ShapeFlawKind.NONE, (1,), None)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # GEOS meets NaN
@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_coordinates_that_are_no_numbers_are_told_before_anything_is_asked_of_geos(wrong):
    shape = shapely.linestrings([(0, 0), (wrong, 1)], handle_nan="allow")
    (flaw,) = flaws_of(shape, wanted=Dimension.LINE)
    assert flaw.kind is ShapeFlawKind.NOT_FINITE


def test_a_line_whose_ends_almost_meet_was_meant_as_a_border():
    (flaw,) = flaws_of(LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 3)]))
    assert (flaw.kind, flaw.place) == (ShapeFlawKind.UNCLOSED, (0, 0))
    assert flaw.remedy.area == pytest.approx(10_000)


def test_a_line_that_leads_elsewhere_and_a_point_are_of_another_kind():
    flaws = flaws_of(LineString([(0, 0), (100, 0), (100, 100)]), Point(3, 4))
    assert [flaw.kind for flaw in flaws] == [ShapeFlawKind.OTHER_DIMENSION] * 2
    assert flaws[1].place == (3, 4)


def test_parts_are_told_of_only_where_a_row_must_be_in_one_piece():
    two = MultiPolygon([SQUARE, box(300, 0, 400, 100)])
    assert flaws_of(two) == []
    (flaw,) = flaws_of(two, parts=False)
    assert flaw.kind is ShapeFlawKind.MULTIPART


def test_one_shape_in_three_rows_is_told_once_however_it_is_written():
    turned = Polygon([*list(SQUARE.exterior.coords)[2:], *list(SQUARE.exterior.coords)[1:3]])
    (flaw,) = flaws_of(SQUARE, box(500, 0, 600, 100), turned, SQUARE.reverse())
    assert (flaw.kind, flaw.rows) == (ShapeFlawKind.TWICE, (0, 2, 3))


def test_only_sound_shapes_are_handed_on():
    shapes = np.array([SQUARE, None, BOW_TIE, SQUARE], dtype=object)
    flaws = shape_flaws(shapes, Dimension.POLYGON, repaired=repairs(shapes))
    assert usable(shapes, flaws).tolist() == [True, False, False, True]
