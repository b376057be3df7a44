"""Kinds of layer that lie on the ground: areas, zones, unit grids, roads, closures, places."""

from __future__ import annotations

from dataclasses import replace

from dispatch.layer import more_rows
from dispatch.layer.cell import Reading
from dispatch.layer.kind import Column, Kind, KindName, Placed
from dispatch.layer.shared_column import CODE, ID, NAME, NAME_EN, TIERS
from dispatch.store import city_rows
from geo.road.line_file import GUESSES
from geo.shape_check import Dimension

AREAS = Kind(
    KindName.AREAS,
    "行政区划（市、区县、乡镇街道、社区村，园区）",
    "areas of all tiers: who lies in which, and who carries the power there",
    city_rows.AREAS,
    (
        replace(CODE, called=f"{CODE.called} xzqdm 行政区代码 区划代码 行政区划代码"),
        replace(NAME, called=f"{NAME.called} xzqmc 行政区名称 区划名称"),
        NAME_EN,
        Column(
            "tier",
            "层级",
            "its tier",
            Reading.WORD,
            "层级 级别 行政级别 类型 level jb",
            needed=True,
            words=TIERS,
        ),
        Column(
            "parent",
            "上级行政区划编码",
            "code of the area it lies in; empty for the city",
            Reading.CODE,
            "上级 上级编码 上级代码 所属 所属区划 父级 父级编码 parent_code sjdm",
        ),
    ),
    Dimension.POLYGON,
)

ZONES = Kind(
    KindName.ZONES,
    "责任区",
    "responsibility zones, each with its grid brigade",
    city_rows.ZONES,
    (
        replace(CODE, called=f"{CODE.called} 责任区编码 责任区代码 责任区编号"),
        replace(NAME, called=f"{NAME.called} 责任区 责任区名称"),
        NAME_EN,
        Column(
            "brigade",
            "负责的网格大队编码",
            "code of its grid brigade",
            Reading.CODE,
            "大队 责任大队 责任大队编码 网格大队 负责大队 责任单位 大队编码",
        ),
        Column(
            "arrival_target_s",
            "到场时限（秒）",
            "seconds from dispatch to arrival",
            Reading.WHOLE,
            "到场时限 到场时限秒 时限",
            otherwise="900",
        ),
        Column(
            "acknowledge_within_s",
            "接单时限（秒）",
            "seconds within which a crew says that it goes",
            Reading.WHOLE,
            "接单时限 接单时限秒 确认时限",
        ),
    ),
    Dimension.POLYGON,
)

GRIDS = Kind(
    KindName.GRIDS,
    "单元网格（基础网格）",
    "unit grids, each inside one community",
    city_rows.GRIDS,
    (
        replace(CODE, called=f"{CODE.called} 网格编码 网格代码 单元网格编码 网格编号 bgcode"),
        Column(
            "community",
            "所在社区（村）编码",
            "code of the community it lies in",
            Reading.CODE,
            "社区 社区编码 社区代码 所属社区 村社区编码 所属社区编码 sqdm",
        ),
        Column(
            "zone",
            "所属责任区编码",
            "code of the zone it belongs to",
            Reading.CODE,
            "责任区 责任区编码 责任区代码 所属责任区",
        ),
        Column(
            "population",
            "常住人口",
            "people who live there",
            Reading.WHOLE,
            "人口 人口数 常住人口 居住人口 pop rks",
        ),
    ),
    Dimension.POLYGON,
    parts=False,
)

BOUNDARY = Kind(
    KindName.BOUNDARY,
    "市界",
    "border of the city: one row",
    more_rows.BOUNDARY,
    (CODE, NAME, NAME_EN),
    Dimension.POLYGON,
)

NO_FLY = Kind(
    KindName.NO_FLY,
    "禁飞区",
    "where drones may not fly",
    city_rows.NO_FLY,
    (CODE, NAME, NAME_EN),
    Dimension.POLYGON,
)


def _road(name: str, zh: str, en: str, reading: Reading = Reading.TEXT) -> Column:
    """Describe a column of roads, which `network build` knows by the same names."""
    needed = name == "class"
    return Column(name, zh, en, reading, " ".join(GUESSES[name]), needed=needed)


ROADS = Kind(
    KindName.ROADS,
    "道路",
    "roads as lines, or an OpenStreetMap extract",
    more_rows.ROADS,
    (
        _road(
            "class",
            "道路等级",
            "class, in the words of OpenStreetMap or as 主干路 次干路 支路 …",
        ),
        _road(
            "direction",
            "通行方向，按画线方向",
            "ways open along the drawn line: yes no -1, 双向 正向 反向, F T B, 0 1 2 3",
        ),
        _road("speed", "限速", "speed limit, km/h"),
        _road("name", "道路名称", "its name"),
        _road("id", "编号", "its number", Reading.CODE),
        _road("layer", "层级（立交）", "storey, where roads cross"),
        _road("bridge", "是否桥梁", "whether it is a bridge"),
        _road("tunnel", "是否隧道", "whether it is a tunnel"),
    ),
    Dimension.LINE,
)

CLOSURES = Kind(
    KindName.CLOSURES,
    "封路与缓行",
    "closures and slow zones: polygons, or ways named by number",
    more_rows.CLOSURES,
    (
        ID,
        Column(
            "starts",
            "开始时刻",
            "from when on",
            Reading.INSTANT,
            "开始 开始时间 起始时间 start from",
            needed=True,
        ),
        Column(
            "ends", "结束时刻，空为未定", "until when; empty for open", Reading.INSTANT,
            "结束 结束时间 终止时间 end until",
        ),
        Column("reason", "原因", "why", called="原因 事由 说明"),
        Column(
            "modes", "涉及的出行方式，空为全部", "car, ebike, foot; empty for all", Reading.CODES,
            "出行方式 车型 mode",
        ),
        Column("ways", "道路编号", "numbers of ways", Reading.CODES, "道路 道路编号 way way_id"),
        Column(
            "direction",
            "方向，空为双向",
            "of the ways; empty for both",
            Reading.WORD,
            "方向",
            words={"forward": "正向 顺向", "backward": "反向 逆向", "": "双向 both"},
        ),
        Column(
            "speed_factor",
            "缓行：车速比例",
            "slow zone: share of the speed, below 1",
            Reading.NUMBER,
            "车速比例 速度系数",
        ),
        Column(
            "speed_cap_kph", "缓行：最高车速（公里每小时）", "slow zone: no faster, km/h",
            Reading.NUMBER, "限速 最高车速",
        ),
    ),
    Dimension.POLYGON,
    Placed.MAYBE,
)  # fmt: skip

PLACES = Kind(
    KindName.PLACES,
    "地名地址",
    "gazetteer: places and addresses by which people say where they are",
    city_rows.PLACES,
    (
        CODE,
        NAME,
        NAME_EN,
        Column("address", "详细地址", "address in full", called="地址 详细地址 门牌 dz addr"),
        Column("kind", "类别", "what it is", called="类别 类型 种类 type 分类"),
        Column(
            "also", "别名", "what else it is called", Reading.CODES, "别名 曾用名 简称 俗称 alias"
        ),
    ),
    Dimension.POINT,
    parts=False,
)

DEMAND = Kind(
    KindName.DEMAND,
    "需求点",
    "points of demand: people, visits or incidents at places",
    more_rows.DEMAND,
    (
        replace(ID, called=f"{ID.called} code 编码"),
        Column(
            "weight",
            "需求量",
            "how much, in whatever the layer counts",
            Reading.NUMBER,
            "权重 数量 需求 需求量 人口 案件数 count value",
            needed=True,
        ),
    ),
    Dimension.POINT,
    parts=False,
)
