"""Drafts for the small city of `city_files`, and what publishes them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from shapely import Polygon, box
from spec.city_files import EAST, HALF, NORTH, SOUTH, WEST
from spec.layer_table import BEIHAI, layer

from dispatch.atlas import publish_drafts
from dispatch.layer.check import check_file
from dispatch.layer.rows import LayerRows
from dispatch.store.cities import read_city
from dispatch.store.city_versions import CityVersion, Publishing
from dispatch.store.engine import Store
from dispatch.store.layer_drafts import add_draft

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WESTERN, EASTERN = box(WEST, SOUTH, HALF, NORTH), box(HALF, SOUTH, EAST, NORTH)


def in_metres(shape: Polygon):
    """As a table of layers has it."""
    return Polygon(BEIHAI.to_xy(np.array(shape.exterior.coords)))


def two_zones(brigades=("B1", "B2")):
    columns = {"code": ["Z1", "Z2"], "name": ["西区", "东区"], "brigade": list(brigades)}
    return layer("zones", columns, [in_metres(WESTERN), in_metres(EASTERN)])


def second_brigade():
    columns = {
        "code": ["B1", "SQ", "K1", "U1", "B2"],
        "name": ["一大队", "专业大队", "小组", "无人机", "二大队"],
        "kind": ["网格大队", "专业大队", "小组", "无人机", "网格大队"],
        "parent": ["", "", "B1", "B1", ""],
    }
    return layer("units", columns)


def load(session, rows):
    draft = add_draft(
        session, check_file(rows), source="测绘院", against=None, now=NOW, by="demo-gis"
    )
    return draft.id


def publish(store: Store, *layers: LayerRows, why: str = "重新划分") -> CityVersion:
    """Load layers and publish them together."""
    city = read_city(store)
    with store.session() as session:
        numbers = tuple(load(session, rows) for rows in layers)
        published = publish_drafts(session, city, Publishing(NOW, "demo-gis", why, numbers))
        session.commit()
    return published.version


def officers(*ids: str, certified: str = "是是是"):
    rows = {"id": list(ids), "name": ["张三"] * len(ids), "crew": ["K1"] * len(ids)}
    return layer("officers", rows | {"certified": list(certified[: len(ids)])})
