"""Columns that many kinds of layer have: codes and names."""

from __future__ import annotations

from dispatch.layer.cell import Reading
from dispatch.layer.kind import Column

CODE = Column(
    "code",
    "编码，全市唯一",
    "its code, unique in the city",
    Reading.CODE,
    "编码 代码 编号 code_ id 标识码 bm dm bh bsm",
    needed=True,
)
NAME = Column("name", "名称", "its name", called="名称 名字 mc name_zh 中文名 全称", needed=True)
NAME_EN = Column("name_en", "英文名称", "its name in English", called="英文名 英文名称 english")
ID = Column(
    "id",
    "编号，本表唯一",
    "its number, unique in the layer",
    Reading.CODE,
    "编号 序号 no num bh fid_ 记录号",
    needed=True,
)
PHONE = Column(
    "phone", "联系电话", "telephone", Reading.CODE, "电话 联系电话 手机 手机号 tel mobile"
)
VALID_FROM = Column(
    "valid_from", "起始日期", "first day", Reading.DAY, "生效日期 起始日期 开始日期 有效期起"
)
VALID_TO = Column(
    "valid_to", "终止日期", "last day", Reading.DAY, "失效日期 终止日期 结束日期 有效期止"
)
EQUIPMENT = Column(
    "equipment", "装备", "equipment, by its codes", Reading.CODES, "装备 设备 器材 配备"
)
TIERS = {
    "city": "市 市级 地级市 地市",
    "district": "区 县 区县 区县级 县级 县级市",
    "township": "镇 乡 街道 乡镇 乡镇级 街镇 乡镇街道 镇街 园区 景区 乡级",
    "community": "社区 村 行政村 村级 村社区 社区级 居委会 村委会",
}
