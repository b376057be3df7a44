"""Each kind of layer, as a file that somebody may well have: read, checked, and its first value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from shapely import LineString, Point, box
from spec.layer_table import layer

from dispatch.layer.check import check_file
from dispatch.layer.kinds import KINDS

SQUARE, PLACE = box(0, 0, 100, 100), Point(10, 20)

FILES = {
    "areas": (
        {"XZQDM": ["450500"], "XZQMC": ["北海市"], "级别": ["地级市"]},
        SQUARE,
        lambda area: (area.code, area.tier, area.parent) == ("450500", "city", None),
    ),
    "zones": (
        {"责任区编号": ["Z1"], "责任区": ["老城责任区"], "责任大队": ["B1"], "到场时限": ["600"]},
        SQUARE,
        lambda zone: (zone.name, zone.brigade, zone.arrival_target_s) == ("老城责任区", "B1", 600),
    ),
    "grids": (
        {"网格编码": ["45050200100101"], "社区编码": ["450502001001"], "人口": ["1,203"]},
        SQUARE,
        lambda grid: (grid.community, grid.zone, grid.population) == ("450502001001", None, 1203),
    ),
    "roads": (
        {"道路等级": ["主干路"], "路名": ["北部湾路"], "限速": ["50"], "通行方向": ["双向"]},
        LineString([(0, 0), (100, 0)]),
        lambda road: road["name"] == "北部湾路",
    ),
    "closures": (
        {"编号": ["F1"], "开始时间": ["2026-03-01 8:00"], "原因": ["施工"], "出行方式": ["car"]},
        SQUARE,
        lambda closure: closure.starts == datetime(2026, 3, 1, 0, 0, tzinfo=UTC),
    ),
    "units": (
        {"单位编码": ["B1"], "单位名称": ["一大队"], "类别": ["网格大队"], "责任区": ["Z1"]},
        PLACE,
        lambda unit: (unit.kind, unit.zone) == ("grid_brigade", "Z1") and unit.lon_lat is not None,
    ),
    "bases": (
        {"驻地编码": ["S1"], "驻地名称": ["老街驻地"], "单位": ["B1、B2"]},
        PLACE,
        lambda base: base.units == ("B1", "B2"),
    ),
    "officers": (
        {"警号": ["007"], "姓名": ["张三"], "所属小组": ["K1"], "是否持证": ["是"], "技能": [""]},
        None,
        lambda posted: (posted.officer.id, posted.officer.certified) == ("007", True),
    ),
    "rosters": (
        {"序号": ["1"], "小组": ["K1"], "星期": ["mon-fri"], "上班": ["8:30"], "下班": ["17:30"]},
        None,
        lambda shift: (shift.crew, shift.pattern.kind) == ("K1", "weekly"),
    ),
    "calendars": (
        {"序号": ["1"], "队员编号": ["007"], "驻点方式": ["预约"], "地点": ["服务中心"],
         "预约开始": ["2026/3/1 9:00"], "预约结束": ["2026/3/1 11:00"]},
        None,
        lambda entry: entry.kind == "appointment",
    ),
    "matters": (
        {"事项编码": ["H1"], "事项名称": ["占道经营"], "执法领域": ["H"], "类型": ["行政处罚"]},
        None,
        lambda matter: (matter.kind, matter.triage) == ("penalty", "general"),
    ),
    "authority": (
        {"编号": ["1"], "事项编码": ["H1"], "区划编码": ["T"], "行使层级": ["镇"],
         "执法主体": ["镇政府"], "生效日期": ["2026年1月1日"]},
        None,
        lambda row: (row.tier, row.min_certified, str(row.valid_from))
        == ("township", 2, "2026-01-01"),
    ),
    "places": (
        {"编码": ["P1"], "名称": ["北海老街"], "地址": ["珠海路"], "别名": ["珠海路，老街"]},
        PLACE,
        lambda place: place.also == ("珠海路", "老街"),
    ),
    "demand": (
        {"编号": ["1"], "案件数": ["12.5"]},
        PLACE,
        lambda demand: demand.weight == 12.5,
    ),
    "no-fly": (
        {"编码": ["N1"], "名称": ["机场净空区"]},
        SQUARE,
        lambda area: area.name == "机场净空区",
    ),
    "boundary": (
        {"代码": ["450500"], "名称": ["北海市"]},
        SQUARE,
        lambda area: (area.tier, area.parent) == ("city", None),
    ),
}  # fmt: skip


def test_every_kind_has_its_file():
    assert list(FILES) == [str(name) for name in KINDS]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_as_somebody_has_it_is_sound_and_becomes_a_value(kind):
    columns, shape, holds = FILES[kind]
    checked = check_file(layer(kind, columns, None if shape is None else [shape]))
    assert checked.findings == ()
    assert checked.rows.columns.unused == ()
    assert holds(checked.values[0])
