"""What the rows of a file probably are: by its name, its columns and its shapes."""

from __future__ import annotations

import pytest

from dispatch.layer.kind_guess import guess_kinds
from geo.shape_check import Dimension

POLYGON, LINE, POINT = Dimension.POLYGON, Dimension.LINE, Dimension.POINT


@pytest.mark.parametrize(
    ("file", "there", "dimension", "likeliest"),
    [
        ("导出.zip", ["网格编码", "所属社区", "责任区", "备注"], POLYGON, "grids"),
        ("网格.zip", ["编码", "名称"], POLYGON, "grids"),
        ("zones.geojson", ["code", "name", "brigade"], POLYGON, "zones"),
        ("a.shp", ["责任区编码", "责任区名称", "责任大队"], POLYGON, "zones"),
        ("b.gpkg", ["XZQDM", "XZQMC", "层级", "上级编码"], POLYGON, "areas"),
        ("c.fgb", ["fclass", "oneway", "maxspeed", "name"], LINE, "roads"),
        ("禁飞区.geojson", ["甲", "乙"], POLYGON, "no-fly"),
        ("d.csv", ["标准名称", "编码", "名称", "地址", "lon", "lat"], None, "places"),
        ("e.xlsx", ["警号", "姓名", "所属小组", "持证"], None, "officers"),
        ("f.xlsx", ["事项编码", "事项名称", "执法领域"], None, "matters"),
    ],
)
def test_the_likeliest_kind_stands_first(file, there, dimension, likeliest):
    assert guess_kinds(file, there, dimension)[0].kind.name == likeliest


def test_kinds_of_other_shapes_are_left_out():
    names = {str(fit.kind.name) for fit in guess_kinds("x.shp", ["编码", "名称"], LINE)}
    assert names == {"roads"}


def test_it_says_whether_every_column_that_is_needed_is_there():
    usable = {str(one.kind.name): one.usable for one in guess_kinds("x", ["编码"], POLYGON)}
    assert usable["grids"]
    assert not usable["zones"]


def test_of_a_file_that_says_nothing_nothing_is_guessed():
    assert guess_kinds("x.csv", ["甲", "乙"], None) == []
