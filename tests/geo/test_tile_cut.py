"""Vector tiles hold what is there: held against shapely, shape by shape."""

from itertools import pairwise

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.geometry import shape as shape_of

from geo.flat_shapes import flatten
from geo.tile_cut import BUFFER, EXTENT, cut
from geo.tile_matrix import (
    CGCS2000_QUAD,
    TILE_MATRIX_SETS,
    WEB_MERCATOR_QUAD,
    WORLD_CRS84_QUAD,
)
from geo.vector_tile import encode_layer

CENTRE = (109.1, 21.5)
TILE = shapely.box(0, 0, EXTENT, EXTENT)
KEPT = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
UNIT = 1 + 1e-6
DIAGONAL = 2**0.5 * UNIT
"""Corners are rounded by half a unit along each axis, and so are those of neighbours."""

WIDENED = 2 * UNIT
"""What is narrower than a unit is drawn one unit wide, about where it lies."""

sets = st.sampled_from(list(TILE_MATRIX_SETS.values()))
zooms = st.sampled_from([0, 3, 8, 10, 12, 15])
near = st.floats(-0.4, 0.4).map(lambda part: part * abs(part) * 3)
"""Degrees from the centre, most of them few."""

corners = st.tuples(near, near)


@st.composite
def stars(draw) -> Polygon:
    """Star-shaped ground, now and then with a hole, now and then very small or very thin."""
    lon, lat = draw(corners)
    reach = draw(st.lists(st.floats(0.05, 1), min_size=3, max_size=9))
    size, flat = 10 ** draw(st.floats(-7, 0)), draw(st.sampled_from([1, 1, 1e-3, 1e-6]))
    turn = np.linspace(0, 2 * np.pi, len(reach), endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn) * flat], axis=1) * np.array(reach)[:, None] * size
    holes = [ring * 0.5] if draw(st.booleans()) else []
    return shapely.transform(Polygon(ring, holes), lambda point: point + np.array([lon, lat]))


shapes = st.one_of(
    corners.map(Point),
    st.lists(corners, min_size=1, max_size=4).map(MultiPoint),
    st.lists(corners, min_size=2, max_size=6, unique=True).map(LineString),
    stars(),
    st.lists(stars(), min_size=1, max_size=3).map(shapely.union_all),
    st.none(),
)


def laid(shapes) -> np.ndarray:
    """Shapes about the centre, as an array."""
    row = np.empty(len(shapes), dtype=object)
    row[:] = list(shapes)
    return shapely.transform(row, lambda point: point + np.array(CENTRE))


def tile_at(matrix, zoom: int, lon: float = 0.0, lat: float = 0.0) -> tuple[int, int]:
    """Row and column of the tile about a place, degrees from the centre."""
    place = (CENTRE[0] + lon, CENTRE[1] + lat)
    limits = matrix.limits(zoom, (*place, *place))
    return limits.first_row, limits.first_column


def in_units(drawn, matrix, zoom, row, column) -> np.ndarray:
    """Shapes in the units of a tile, by shapely and not rounded."""
    west, north = matrix.corner(zoom, row, column)
    units = EXTENT / matrix.side_at(zoom)
    moved = shapely.transform(
        drawn, lambda point: (matrix.to_plane(point) - (west, north)) * (units, -units)
    )
    return shapely.make_valid(moved)


def decoded(drawn, matrix, zoom, row, column) -> dict[int, shapely.Geometry]:
    """What a client reads of a tile: shapes by number of the feature."""
    runs = cut(flatten(drawn, matrix.to_plane), matrix, zoom, row, column)
    tile = encode_layer("shapes", runs, {"number": range(len(drawn))})
    if not tile:
        return {}
    layer = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})["shapes"]
    assert layer["extent"] == EXTENT
    return {
        feature["properties"]["number"]: filled(shape_of(feature["geometry"]))
        for feature in layer["features"]
    }


def filled(shape) -> shapely.Geometry:
    """What a client fills: within outer rings and not within holes, which rounding may cross."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    if not parts:
        return shape
    return shapely.union_all(
        [
            ground(part.exterior).difference(shapely.union_all([*map(ground, part.interiors)]))
            for part in parts
        ]
    )


def is_within(one, other, units: float) -> bool:
    """Whether nothing of a shape is farther from another than some units; GEOS errs at knots."""
    lines = [part for part in shapely.get_parts(other) if isinstance(part, LineString)]
    legs = [LineString(leg).buffer(units) for line in lines for leg in pairwise(line.coords)]
    near = other.buffer(units) if other.area or not legs else shapely.union_all(legs)
    beyond = one.difference(near)
    return beyond.area + beyond.length < 1e-3


def ground(ring) -> shapely.Geometry:
    """Ground within a ring; lines that join its parts along the margin's edge are none."""
    parts = shapely.get_parts(shapely.make_valid(Polygon(ring)))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def test_a_tile_holds_each_feature_that_touches_it_and_no_other_within_a_unit(count):
    @settings(max_examples=count(reduced=150, full=3_000, long=20_000), deadline=None)
    @given(st.lists(shapes, min_size=1, max_size=5), sets, zooms, corners)
    def holds(some, matrix, zoom, about) -> None:
        drawn = laid(some)
        row, column = tile_at(matrix, zoom, *about)
        true = in_units(drawn, matrix, zoom, row, column)
        found = decoded(drawn, matrix, zoom, row, column)
        for number, truth in enumerate(true):
            if truth is None:
                assert number not in found
                continue
            if truth.intersects(TILE):
                assert number in found
                there = truth.intersection(TILE)  # of a line without length, GEOS says none
                assert found[number].distance(truth if there.is_empty else there) < DIAGONAL
                if truth.area:
                    broad = truth.buffer(-DIAGONAL).intersection(TILE)
                    assert is_within(broad, found[number], 1e-6)
                else:
                    assert is_within(there, found[number], DIAGONAL)
            if number in found:
                assert is_within(found[number], truth, WIDENED)
                assert is_within(found[number], KEPT, UNIT)

    holds()


def test_neighbours_meet_at_the_edge_between_them(count):
    @settings(max_examples=count(reduced=80, full=2_000, long=10_000), deadline=None)
    @given(stars() | st.lists(corners, min_size=2, max_size=5, unique=True).map(LineString), sets)
    def meet(one, matrix) -> None:
        drawn, zoom = laid([one]), 10
        row, column = tile_at(matrix, zoom)
        here = decoded(drawn, matrix, zoom, row, column).get(0, Polygon())
        there = decoded(drawn, matrix, zoom, row, column + 1).get(0, Polygon())
        there = shapely.transform(there, lambda point: point + np.array([EXTENT, 0]))
        strip = shapely.box(EXTENT - BUFFER / 2, 0, EXTENT + BUFFER / 2, EXTENT)
        for mine, others in ((here, there), (there, here)):
            broad = mine.buffer(-DIAGONAL) if mine.area else mine
            assert is_within(broad.intersection(strip), others, 2 * DIAGONAL)

    meet()


@st.composite
def partitions(draw, *, noded: bool) -> list[Polygon]:
    """
    Ground divided again and again, so that corners lie on the sides of neighbours.

    With corners of their own there, cells may have any angles; else they are blocks, for of a
    wedge nothing is left where it is narrower than a unit.
    """
    every = draw(st.floats(0, 1.5))
    cells = [shapely.box(-0.15, -0.15, 0.15, 0.15)]
    for _ in range(draw(st.integers(3, 9))):
        cell = cells.pop(draw(st.integers(0, len(cells) - 1)))
        turn = draw(st.floats(0, 3.14)) if noded else every + draw(st.sampled_from([0, np.pi / 2]))
        share = draw(st.floats(0.2, 0.8))
        west, south, east, north = cell.bounds
        at = np.array([west + (east - west) * share, south + (north - south) * share])
        along, aside = (
            np.array([np.cos(turn), np.sin(turn)]),
            np.array([-np.sin(turn), np.cos(turn)]),
        )
        half = Polygon([at - along, at + along, at + along + aside * 2, at - along + aside * 2])
        parts = [cell.intersection(half), cell.difference(half)]
        cells += [part for part in parts if isinstance(part, Polygon) and part.area > 0]
    if not noded:
        return cells
    lines = shapely.union_all([cell.exterior for cell in cells], grid_size=1e-7)
    return list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))


def test_zones_that_meet_in_the_layer_meet_in_the_tile(count):
    """
    Where neighbours have the same corners there is no gap at all.

    Where a corner lies on a side, both may be off by a unit's diagonal; on a projected plane by the
    bend of that side besides, so that degrees are asked.
    """

    @settings(max_examples=count(reduced=60, full=1_500, long=10_000), deadline=None)
    @given(st.booleans(), st.data(), st.sampled_from([8, 10, 12]))
    def meet(noded, data, zoom) -> None:
        matrix = data.draw(sets) if noded else WORLD_CRS84_QUAD
        cells = data.draw(partitions(noded=noded))
        row, column = tile_at(matrix, zoom)
        found = decoded(laid(cells), matrix, zoom, row, column)
        truth = in_units(laid([shapely.union_all(cells)]), matrix, zoom, row, column)[0]
        zones = [shape for shape in found.values() if shape.area]
        inland = truth.intersection(TILE).buffer(-2)
        gap = inland.difference(shapely.union_all(zones))
        assert gap.buffer(-DIAGONAL).is_empty
        if noded:
            assert gap.area < 1e-6
        for first, one in enumerate(zones):
            for other in zones[first + 1 :]:
                assert one.intersection(other).buffer(-DIAGONAL).is_empty

    meet()


def test_rings_run_as_the_format_wants_it_and_close_by_themselves():
    ground = Polygon(
        [(-0.1, -0.1), (-0.1, 0.1), (0.1, 0.1), (0.1, -0.1)],
        [[(-0.05, -0.05), (0.05, -0.05), (0.05, 0.05), (-0.05, 0.05)]],
    )
    row, column = tile_at(WEB_MERCATOR_QUAD, 8)
    flat = flatten(laid([ground]), WEB_MERCATOR_QUAD.to_plane)
    runs = cut(flat, WEB_MERCATOR_QUAD, 8, row, column)
    assert runs.hole.tolist() == [False, True]
    assert np.diff(runs.first).tolist() == [4, 4]
    outer, inner = (runs.point[:, runs.first[ring] : runs.first[ring + 1]] for ring in (0, 1))
    for (x, y), sign in ((outer, 1), (inner, -1)):
        assert sign * (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0


def test_a_tile_in_the_hole_of_a_zone_holds_nothing_of_it():
    ring = np.array([(-20.0, -20.0), (-20, 20), (20, 20), (20, -20)])
    row, column = tile_at(WORLD_CRS84_QUAD, 12)
    drawn = laid([Polygon(ring, [ring / 2])])
    assert not decoded(drawn, WORLD_CRS84_QUAD, 12, row, column)


def test_a_zone_around_a_tile_fills_it():
    ring = np.array([(-20.0, -20.0), (-20, 20), (20, 20), (20, -20)])
    row, column = tile_at(WORLD_CRS84_QUAD, 12)
    found = decoded(laid([Polygon(ring)]), WORLD_CRS84_QUAD, 12, row, column)
    assert found[0].equals(KEPT)


def test_what_is_smaller_than_a_unit_is_left_out_only_where_that_is_asked():
    tiny = laid([shapely.box(0, 0, 1e-9, 1e-9), LineString([(0, 0), (1e-9, 0)])])
    row, column = tile_at(WEB_MERCATOR_QUAD, 3)
    flat = flatten(tiny, WEB_MERCATOR_QUAD.to_plane)
    assert cut(flat, WEB_MERCATOR_QUAD, 3, row, column).row.tolist() == [0, 1]
    assert not len(cut(flat, WEB_MERCATOR_QUAD, 3, row, column, small=False))


def test_values_come_out_as_they_went_in():
    columns = {
        "text": ["责任区", ""],
        "whole": [7, -(2**62)],
        "number": [0.5, None],
        "yes": [True, False],
        "codes": [["a", "b"], None],
        "huge": [2**70, 1],
    }
    row, column = tile_at(WEB_MERCATOR_QUAD, 10)
    flat = flatten(laid([Point(0, 0), Point(0.001, 0)]), WEB_MERCATOR_QUAD.to_plane)
    runs = cut(flat, WEB_MERCATOR_QUAD, 10, row, column)
    layer = mapbox_vector_tile.decode(encode_layer("points", runs, columns))["points"]
    assert layer["version"] == 2
    first, second = (feature["properties"] for feature in layer["features"])
    assert first == {
        "text": "责任区",
        "whole": 7,
        "number": 0.5,
        "yes": True,
        "codes": '["a","b"]',
        "huge": float(2**70),
    }
    assert second == {"text": "", "whole": -(2**62), "yes": False, "huge": 1}


@pytest.mark.parametrize(
    "odd",
    [
        Polygon([(0, 0), (0.1, 0.1), (0.1, 0), (0, 0.1)]),
        shapely.from_wkt("LINESTRING (0 0, inf 0)"),
        shapely.GeometryCollection(
            [Point(0, 0), shapely.multipolygons([shapely.box(0, 0, 0.1, 0.1)])]
        ),
        Polygon(),
        Point(0, 90 - CENTRE[1]),
    ],
    ids=["bow-tie", "infinite", "collection", "empty", "pole"],
)
def test_no_shape_makes_a_tile_impossible(odd):
    drawn = laid([odd, Point(0, 0)])
    for matrix in (WEB_MERCATOR_QUAD, CGCS2000_QUAD):
        for zoom in (0, 10, 15):
            assert 1 in decoded(drawn, matrix, zoom, *tile_at(matrix, zoom))
