"""Layers packed for the store come out as they went in."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Polygon, box
from spec.layer_table import layer

from dispatch.layer.check import check_file
from dispatch.layer.packing import pack, unpack
from dispatch.layer.rows import SaidOfLayer

BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def hard_layer():
    columns = {"编号": ["Z1", "Z1", ""], "名称": ["老城", "侨港", "海"], "备注": ["", "x", "y"]}
    return layer("zones", columns, [box(0, 0, 90, 90), BOW_TIE, None], SaidOfLayer())


def same(one, other):
    """Whether two arrays hold the same shapes."""
    return np.array_equal(shapely.to_wkb(one), shapely.to_wkb(other))


def test_a_layer_with_every_kind_of_flaw_is_the_same_again():
    rows = hard_layer()
    again = unpack(pack(rows))
    assert again.kind is rows.kind
    assert (again.file, again.crs, again.remarks) == (rows.file, rows.crs, rows.remarks)
    assert again.columns == rows.columns
    assert again.cells == rows.cells
    assert again.features == rows.features
    assert same(again.shapes, rows.shapes)
    assert same(again.repaired, rows.repaired)
    assert again.nowhere.tolist() == rows.nowhere.tolist()


def test_what_is_found_of_it_is_the_same_too():
    rows = hard_layer()
    told = [(one.code, one.feature) for one in check_file(rows).findings]
    assert [(one.code, one.feature) for one in check_file(unpack(pack(rows))).findings] == told
    assert len(told) > 3


def test_tables_without_a_place_and_empty_ones_are_packed_like_others():
    for rows in (
        layer("rosters", {"编号": ["1"], "队员": ["O1"], "上班": ["8:00"], "下班": ["9:00"]}),
        layer("places", {"code": ["1"], "name": ["老街"], "经度": ["109.1"], "纬度": ["21.4"]}),
        layer("zones", {"code": [], "name": []}, []),
    ):
        again = unpack(pack(rows))
        assert (again.cells, again.columns) == (rows.cells, rows.columns)
        assert same(again.shapes, rows.shapes)


def test_equal_layers_are_equal_bytes():
    assert pack(hard_layer()) == pack(hard_layer())
