"""Where rows are: systems said, declared, told by figures, or asked for; and nothing in silence."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely import Point, box
from shapely.geometry.base import BaseGeometry

from geo.datum import SevenParameters, from_wgs84
from geo.errors import UnknownCrs
from geo.layer_place import SaidOfPlace, place_shapes
from geo.layer_read import REPAIRED, SHAPE

BEIHAI = box(109.10, 21.45, 109.12, 21.47)
NOBODY_SAYS = SaidOfPlace()


def layer(*shapes: BaseGeometry | None, crs=None, repaired=None):
    """A table with shapes that are written in a system; as they are without one."""
    cells = [None if shape is None else written(shape, crs) for shape in shapes]
    columns = {SHAPE: shapely.to_wkb(np.array(cells, dtype=object))}
    if repaired is not None:
        columns[REPAIRED] = shapely.to_wkb(np.array(repaired, dtype=object))
    return pa.table({name: pa.array(cells, pa.binary()) for name, cells in columns.items()})


def written(shape, crs):
    return (
        shape if crs is None else shapely.transform(shape, lambda lon_lat: from_wgs84(lon_lat, crs))
    )


def placed(table, file_crs=None, said=NOBODY_SAYS, columns=None):
    found = place_shapes(table, file_crs, said, columns=columns or {})
    return found, [remark.code for remark in found.remarks]


def near(shape, other):
    return shapely.hausdorff_distance(shape, other) < 1e-8


@pytest.mark.parametrize(
    "crs", ["wgs84", "gcj02", "bd09", "EPSG:4490", "EPSG:4545", "EPSG:4524", "EPSG:4497"]
)
def test_a_system_that_is_said_or_declared_is_the_system(crs):
    table = layer(BEIHAI, crs=crs)
    for found, remarks in (placed(table, said=SaidOfPlace(crs)), placed(table, crs)):
        assert near(found.shapes[0], BEIHAI)
        assert remarks == []


def test_what_is_said_outranks_what_the_file_declares():
    found, _ = placed(layer(BEIHAI, crs="gcj02"), "EPSG:4326", SaidOfPlace("gcj02"))
    assert near(found.shapes[0], BEIHAI)


def test_degrees_that_nobody_declares_are_read_as_wgs84_and_that_is_said():
    found, remarks = placed(layer(BEIHAI))
    assert near(found.shapes[0], BEIHAI)
    assert remarks == ["crs_not_said"]


@pytest.mark.parametrize("epsg", [4524, 4497])
def test_a_number_before_eastings_names_the_zone_and_that_is_said(epsg):
    found, remarks = placed(layer(BEIHAI, crs=f"EPSG:{epsg}"))
    assert near(found.shapes[0], BEIHAI)
    assert remarks == ["crs_by_zone_number"]
    assert f"EPSG:{epsg}" in found.remarks[0].en


def test_metres_without_a_number_are_asked_for():
    with pytest.raises(UnknownCrs, match="could be in any zone; name it: EPSG:4534 to EPSG:4554"):
        placed(layer(BEIHAI, crs="EPSG:4545"))


def test_a_declared_zone_that_the_eastings_are_not_written_for_is_set_right_and_that_is_said():
    found, remarks = placed(layer(BEIHAI, crs="EPSG:4524"), "EPSG:4545")
    assert near(found.shapes[0], BEIHAI)
    assert remarks == ["crs_other_zone_number"]


def exchanged(shape):
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


@pytest.mark.parametrize("crs", ["wgs84", "EPSG:4545", "EPSG:4524"])
def test_northings_before_eastings_are_read_the_right_way_round_and_that_is_said(crs):
    table = layer(exchanged(written(BEIHAI, crs)))
    found, remarks = placed(table, crs)
    assert near(found.shapes[0], BEIHAI)
    assert remarks == ["axes_exchanged"]


def test_an_old_datum_is_placed_by_seven_parameters_and_not_without():
    seven = "10,-130,-80,0,0,0,0"
    table = layer(BEIHAI)
    with pytest.raises(UnknownCrs, match="seven parameters"):
        placed(table, "EPSG:4214")
    found, _ = placed(table, "EPSG:4214", SaidOfPlace(seven=SevenParameters.parse(seven)))
    moved = shapely.distance(found.shapes[0].centroid, BEIHAI.centroid)
    assert 0.0003 < moved < 0.003


def test_positions_that_are_none_leave_their_row_nowhere_and_the_others_in_their_place():
    strange = [Point(500, 21), Point(float("nan"), 21), Point(109, float("inf")), None]
    found, _ = placed(layer(BEIHAI, *strange), "EPSG:4326")
    assert near(found.shapes[0], BEIHAI)
    assert found.nowhere.tolist() == [False, True, True, True, False]
    assert [shape is None for shape in found.shapes] == [False, True, True, True, True]


def test_repairs_move_with_their_shapes():
    bow = shapely.Polygon([(109.1, 21.45), (109.12, 21.47), (109.12, 21.45), (109.1, 21.47)])
    mended = shapely.make_valid(bow, method="structure")
    table = layer(BEIHAI, bow, crs="gcj02", repaired=[None, written(mended, "gcj02")])
    found, _ = placed(table, said=SaidOfPlace("gcj02"))
    assert found.repaired[0] is None
    assert near(found.repaired[1], mended)


def test_a_table_is_placed_by_its_columns_of_figures():
    table = pa.table({"经度": ["109.1°E", "", "abc"], "纬度": ["21.4", "21.5", "21.6"]})
    found, remarks = placed(table, columns={"lon": "经度", "lat": "纬度"})
    assert found.shapes[0].equals(Point(109.1, 21.4))
    assert [shape is None for shape in found.shapes] == [False, True, True]
    assert remarks == []  # degrees in a table are WGS-84 unless it says otherwise


def test_metres_in_a_table_are_no_degrees():
    table = pa.table({"x": ["36512000"], "y": ["2376000"]})
    assert placed(table, columns={"lon": "x", "lat": "y"})[1] == ["crs_by_zone_number"]


def test_each_row_of_a_table_may_name_its_own_system():
    there = np.array([[109.1, 21.4]])
    pairs = {crs: from_wgs84(there, crs)[0].tolist() for crs in ("wgs84", "gcj02", "EPSG:4524")}
    table = pa.table(
        {
            "crs": list(pairs),
            "x": [str(x) for x, _ in pairs.values()],
            "y": [str(y) for _, y in pairs.values()],
        }
    )
    found, remarks = placed(table, columns={"lon": "x", "lat": "y"})
    assert all(shapely.distance(shape, Point(109.1, 21.4)) < 1e-8 for shape in found.shapes)
    assert remarks == []


def test_a_table_that_says_no_place_has_none():
    table = pa.table({"code": ["1"]})
    assert place_shapes(table, None, NOBODY_SAYS, columns={}) is None
    assert place_shapes(table, None, NOBODY_SAYS, columns={"lon": "code"}) is None
