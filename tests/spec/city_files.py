"""A small city as the files of a city folder, so that a test can spoil one of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry
from spec.town import town

from geo.road.road_class import Mode
from geo.road.storage import save_network

STREET = town("1---2---x---3")
WEST, SOUTH, EAST, NORTH = 109.0, -0.1, 109.3, 0.1
HALF = (WEST + EAST) / 2

TABLES = {
    "domains.csv": [
        {"code": "H", "name": "住房建设", "name_en": "housing"},
        {"code": "T", "name": "交通运输", "name_en": "transport"},
    ],
    "matters.csv": [
        {
            "code": "H1",
            "name": "占道经营",
            "name_en": "street stall",
            "domain": "H",
            "kind": "penalty",
            "gravity": "2",
            "triage": "simple",
        }
    ],
    "authority.csv": [
        {
            "id": "R1",
            "matter": "H1",
            "area": "T",
            "tier": "township",
            "acting_body": "镇政府",
            "lead": "",
            "assisting": "police;fire",
            "legal_basis": "第二十四条",
            "valid_from": "2026-01-01",
            "valid_to": "",
            "min_certified": "2",
            "skills": "lab",
        }
    ],
    "units.csv": [
        {"code": "B1", "kind": "grid_brigade", "zone": "Z1"},
        {"code": "SQ", "kind": "specialist_squad", "domains": "H;T"},
        {"code": "K1", "kind": "crew", "parent": "B1", "mode": "car", "lon": "109.1", "lat": "0"},
        {"code": "U1", "kind": "drone", "parent": "B1", "mode": "air"},
    ],
    "officers.csv": [
        {"id": "001", "certified": "1", "status": "available", "skills": "lab"},
        {"id": "002", "certified": "1", "status": "busy"},
        {"id": "003", "certified": "0", "status": "off_duty", "lon": "", "lat": "", "fix_time": ""},
    ],
    "places.csv": [
        {
            "code": "P1",
            "name": "中心小学",
            "name_en": "Central School",
            "address": "沿河路十二号",
            "kind": "学校",
            "also": "一小;河边小学",
            "lon": "109.1",
            "lat": "0",
        },
        {"code": "P2", "name": "中心小学", "lon": "109.2", "lat": "0.05"},
    ],
    "incidents.csv": [
        {
            "id": "20261119-000001",
            "lon": "109.1",
            "lat": "0",
            "matters": "H1",
            "kind": "report",
            "text": "有人占道",
            "reported_at": "2026-11-19T10:00:00+08:00",
            "state": "reported",
        }
    ],
}
DEFAULTS = {
    "units.csv": {
        "code": "",
        "name": "单位",
        "name_en": "unit",
        "kind": "",
        "parent": "",
        "zone": "",
        "domains": "",
        "mode": "",
        "lon": "",
        "lat": "",
        "call_sign": "",
        "phone": "",
    },
    "officers.csv": {
        "id": "",
        "name": "张三",
        "crew": "K1",
        "certified": "1",
        "skills": "",
        "phone": "13800000000",
        "lon": "109.1",
        "lat": "0",
        "fix_time": "2026-11-20T02:00:00+00:00",
        "status": "available",
    },
}
LAYERS: dict[str, list[dict[str, object]]] = {
    "areas": [
        {"code": "C", "name": "市", "name_en": "city", "tier": "city", "parent": ""},
        {"code": "T", "name": "镇", "name_en": "town", "tier": "township", "parent": "C"},
    ],
    "zones": [
        {"code": "Z1", "name": "一区", "name_en": "one", "brigade": "B1", "arrival_target_s": 900}
    ],
    "grids": [
        {"code": "G1", "community": "T", "zone": "Z1", "population": 120},
        {"code": "G2", "community": "T", "zone": "Z1", "population": 80},
    ],
    "backdrop": [{"kind": "sea", "name": "海"}],
    "no-fly": [{"code": "N1", "name": "机场净空区", "name_en": "airfield"}],
}
EVERYWHERE = box(WEST, SOUTH, EAST, NORTH)
SHAPES: dict[str, list[Polygon]] = {
    "grids": [box(WEST, SOUTH, HALF, NORTH), box(HALF, SOUTH, EAST, NORTH)],
    "no-fly": [box(HALF, SOUTH, HALF + 0.02, SOUTH + 0.02)],
}


def write_table(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    rows = [DEFAULTS.get(name, {}) | row for row in rows]
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)


def write_layer(
    folder: Path,
    name: str,
    rows: list[dict[str, object]],
    *,
    shapes: list[BaseGeometry] | None = None,
    crs: str = "EPSG:4326",
) -> None:
    shapes = shapes or SHAPES.get(name) or [EVERYWHERE] * len(rows)
    frame = geopandas.GeoDataFrame(rows, geometry=shapes, crs=crs)
    frame.to_file(folder / f"{name}.gpkg", layer=name, driver="GPKG")


def write_city(folder: Path, *, invented: bool = True) -> Path:
    """Write the whole folder."""
    folder.mkdir()
    about = {
        "code": "TOWN",
        "name": "小镇",
        "name_en": "small town",
        "invented": invented,
        "as_of": "2026-11-20T02:00:00+00:00",
        "lon_lat": [109.1, 0.0],
    }
    (folder / "city.json").write_text(json.dumps(about), encoding="utf-8")
    for name, rows in TABLES.items():
        write_table(folder, name, rows)
    for name, layer in LAYERS.items():
        write_layer(folder, name, layer)
    save_network(STREET.network(), folder / "network-car")
    save_network(STREET.network(mode=Mode.FOOT), folder / "network-foot")
    return folder
