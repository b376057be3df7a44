"""Kinds of layer about who goes and what they may do: units, officers, rosters, matters, powers."""

from __future__ import annotations

from dataclasses import replace

from dispatch.authority import DEADLINES
from dispatch.layer import more_rows
from dispatch.layer.cell import Reading
from dispatch.layer.kind import Column, Kind, KindName, Placed
from dispatch.layer.shared_column import (
    CODE,
    EQUIPMENT,
    ID,
    NAME,
    NAME_EN,
    PHONE,
    TIERS,
    VALID_FROM,
    VALID_TO,
)
from dispatch.store import city_rows, duty_rows
from geo.shape_check import Dimension

KINDS_OF_UNIT = {
    "grid_brigade": "网格大队 网格执法大队 大队",
    "specialist_squad": "专业大队 专业执法大队 专业中队",
    "village_post": "驻村点 驻村执法点 驻村（社区）执法点 执法点 驻社区点",
    "crew": "小组 执法小组 中队小组 班组",
    "drone": "无人机",
}
OFFICER = Column("officer", "队员编号", "id of the officer", Reading.CODE, "队员 队员编号 人员编号")
CREW = Column("crew", "小组编码", "code of the crew", Reading.CODE, "小组 小组编码 班组 所属小组")
DAYS = Column("days", "星期或工作日", "mon-fri, sat,sun, workdays, restdays", called="星期 周期")
STARTS = Column("starts", "上班时刻", "when it starts", Reading.TIME, "上班 上班时间 开始时间 起")
ENDS = Column("ends", "下班时刻", "when it ends", Reading.TIME, "下班 下班时间 结束时间 止")

UNITS = Kind(
    KindName.UNITS,
    "执法单元（大队、执法点、小组、无人机）",
    "units: brigades, squads, posts, crews, drones",
    city_rows.UNITS,
    (
        replace(CODE, called=f"{CODE.called} 单位编码 单元编码 队伍编码"),
        replace(NAME, called=f"{NAME.called} 单位名称 单元名称 队伍名称"),
        NAME_EN,
        Column(
            "kind", "类别", "what it is", Reading.WORD, "类别 类型 单位类型 单元类型 type",
            needed=True, words=KINDS_OF_UNIT,
        ),
        Column(
            "parent", "上级单位编码", "code of the unit above", Reading.CODE,
            "上级 上级单位 上级编码 上级单位编码 所属单位 所属大队",
        ),
        Column("zone", "责任区编码", "code of its zone", Reading.CODE, "责任区 责任区编码 辖区"),
        Column(
            "domains", "执法领域", "codes of its domains", Reading.CODES, "领域 执法领域 领域编码"
        ),
        Column(
            "mode",
            "出行方式",
            "how it travels: car, ebike, foot, air",
            Reading.WORD,
            "出行方式 交通方式 交通工具",
            words={"car": "汽车 车辆 巡逻车", "ebike": "电动车 电瓶车", "foot": "步行",
                   "air": "飞行 空中"},
        ),
        Column("call_sign", "呼号", "call sign", called="呼号 代号"),
        PHONE,
        EQUIPMENT,
        Column("air_speed_mps", "无人机：航速（米每秒）", "drone: air speed, m/s", Reading.NUMBER,
               "航速 飞行速度"),
        Column("range_m", "无人机：航程（米）", "drone: range, metres", Reading.NUMBER, "航程"),
        Column("launch_s", "无人机：起飞准备（秒）", "drone: seconds until it is up",
               Reading.NUMBER, "起飞时间 起飞准备"),
    ),
    Dimension.POINT,
    Placed.MAYBE,
    parts=False,
)  # fmt: skip

BASES = Kind(
    KindName.BASES,
    "驻地",
    "bases from which units set out",
    more_rows.BASES,
    (
        replace(CODE, called=f"{CODE.called} 驻地编码"),
        replace(NAME, called=f"{NAME.called} 驻地 驻地名称"),
        NAME_EN,
        Column(
            "units", "以此为驻地的单位编码", "codes of the units that set out from it",
            Reading.CODES, "单位 单位编码 驻扎单位 unit 大队",
        ),
    ),
    Dimension.POINT,
    parts=False,
)  # fmt: skip

OFFICERS = Kind(
    KindName.OFFICERS,
    "执法队员",
    "officers and auxiliaries",
    city_rows.OFFICERS,
    (
        replace(ID, called=f"{ID.called} 队员编号 人员编号 警号 工号 执法证号"),
        replace(NAME, called=f"{NAME.called} 姓名"),
        CREW,
        Column(
            "certified", "是否持证", "whether certified; auxiliaries are not", Reading.YES,
            "持证 是否持证 执法证 有无执法证", needed=True,
        ),
        Column("skills", "专业技能", "skills, by their codes", Reading.CODES, "技能 专业 特长"),
        PHONE,
        Column(
            "status", "状态", "whether free", Reading.WORD, "状态 在岗状态", otherwise="off_duty",
            words={
                "available": "空闲 在岗 待命",
                "busy": "忙 处置中",
                "off_duty": "离岗 下班 休息",
            },
        ),
        Column("fix_time", "定位时刻", "when it was seen there", Reading.INSTANT, "定位时间"),
        EQUIPMENT,
    ),
    Dimension.POINT,
    Placed.MAYBE,
    parts=False,
)  # fmt: skip

ROSTERS = Kind(
    KindName.ROSTERS,
    "排班表",
    "shift roster",
    duty_rows.ROSTERS,
    (
        ID,
        OFFICER,
        CREW,
        Column(
            "kind", "类别", "weekly pattern, dated, or extra", Reading.WORD, "类别 班次类别 类型",
            otherwise="weekly",
            words={"weekly": "每周 周班 常规", "dated": "指定日期 调班", "extra": "加班 增班"},
        ),
        DAYS,
        STARTS,
        ENDS,
        VALID_FROM,
        VALID_TO,
    ),
    placed=Placed.NEVER,
)  # fmt: skip

CALENDARS = Kind(
    KindName.CALENDARS,
    "驻点日历（常驻、轮驻、预约）",
    "who is present where: resident, by rota, by appointment",
    duty_rows.CALENDARS,
    (
        ID,
        OFFICER,
        CREW,
        Column(
            "kind", "方式", "how", Reading.WORD, "方式 类别 驻点方式", needed=True,
            words={"resident": "常驻", "rota": "轮驻", "appointment": "预约"},
        ),
        Column("place", "地点", "where", called="地点 驻点 驻地 场所"),
        DAYS,
        STARTS,
        ENDS,
        VALID_FROM,
        VALID_TO,
        Column("from_time", "预约开始", "appointment: from", Reading.INSTANT, "预约开始"),
        Column("to_time", "预约结束", "appointment: to", Reading.INSTANT, "预约结束"),
        Column("may_be_sent", "可否派出", "whether it may be sent", Reading.YES, "可派 可否派出"),
    ),
    placed=Placed.NEVER,
)  # fmt: skip

MATTERS = Kind(
    KindName.MATTERS,
    "执法事项",
    "matters: the list of powers, item by item",
    city_rows.MATTERS,
    (
        replace(CODE, called=f"{CODE.called} 事项编码 事项代码"),
        replace(NAME, called=f"{NAME.called} 事项 事项名称"),
        NAME_EN,
        Column("domain", "执法领域编码", "code of its domain", Reading.CODE,
               "领域 执法领域 领域编码", needed=True),
        Column(
            "kind", "类别", "penalty or compulsory measure", Reading.WORD, "类别 事项类型 类型",
            otherwise="penalty", words={"penalty": "行政处罚 处罚", "compulsory": "行政强制 强制"},
        ),
        Column("gravity", "严重程度，1 起", "gravity, from 1", Reading.WHOLE, "严重程度 等级",
               otherwise="1"),
        Column(
            "triage", "繁简", "simple, general or complex", Reading.WORD, "繁简 繁简分流 程序",
            otherwise="general",
            words={"simple": "简易 简单 简易程序", "general": "一般 普通 普通程序",
                   "complex": "复杂 疑难"},
        ),
    ),
    placed=Placed.NEVER,
)  # fmt: skip

AUTHORITY = Kind(
    KindName.AUTHORITY,
    "权责清单、赋权清单",
    "authority list: who holds which matter in which area",
    city_rows.AUTHORITY,
    (
        ID,
        Column("matter", "事项编码", "code of the matter", Reading.CODE, "事项 事项编码 事项代码",
               needed=True),
        Column("area", "行政区划编码", "code of the area", Reading.CODE,
               "区划 行政区划 区划编码 行政区划编码 区域", needed=True),
        Column("tier", "行使层级", "tier that holds the power", Reading.WORD, "层级 行使层级 级别",
               needed=True, words=TIERS),
        Column("acting_body", "执法主体", "in whose name the act is done",
               called="执法主体 实施主体 行使主体", needed=True),
        Column("lead", "牵头单位或领域编码", "code of the unit or domain that leads", Reading.CODE,
               "牵头 牵头单位 主办"),
        Column("assisting", "配合单位", "bodies that assist", Reading.CODES, "配合 配合单位 协办"),
        Column("legal_basis", "法律依据", "law and article", called="依据 法律依据 执法依据"),
        VALID_FROM,
        replace(VALID_TO, zh="失效日期（当日起无效）", en="first day on which it holds no longer"),
        Column("min_certified", "最少持证人数", "certified officers that it needs", Reading.WHOLE,
               "最少人数 最少持证人数", otherwise="2"),
        Column("skills", "所需技能", "skills that it needs", Reading.CODES, "技能 所需技能"),
        Column("excluding", "除外区划", "areas in which it doesn't hold", Reading.CODES,
               "除外 除外区划"),
        Column("scale", "案件范围", "daily work or major cases only", Reading.WORD, "范围 案件范围",
               words={"daily": "日常", "major": "重大", "": "全部"}),
        Column("triage", "繁简", "how its holder handles it", Reading.WORD, "繁简",
               words={"simple": "简易", "general": "一般", "complex": "复杂"}),
        *(Column(name, f"{zh}（秒）", f"{en}, seconds", Reading.WHOLE, zh)
          for name, zh, en in zip(
              DEADLINES,
              ("到场时限", "先期处置时限", "办理时限", "答复时限"),
              ("until arrival", "until the place is secured", "until it is handled",
               "until a whistle is answered"),
              strict=True)),
        EQUIPMENT,
    ),
    placed=Placed.NEVER,
)  # fmt: skip
