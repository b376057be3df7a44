"""A base map of one's own network: what may be set, and that pages may ask its origin alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_service import DISPATCHER
from fastapi.testclient import TestClient
from spec.served_town import write_town

from api.app import create_app
from api.basemap import basemap_of
from api.pages import policy
from api.settings import Settings
from geo.errors import BadValue

WMTS = "https://t0.map.example/vec_w/wmts?TileMatrix={z}&TileRow={y}&TileCol={x}&tk=1"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (WMTS, "https://t0.map.example"),
        ("http://10.1.2.3:8080/{z}/{x}/{y}.png", "http://10.1.2.3:8080"),
        ("/base/{z}/{x}/{y}.png", None),
        ("https://files.example/city.pmtiles", "https://files.example"),
        ("/base/city.pmtiles", None),
    ],
)
def test_a_tile_has_an_origin_or_is_the_services_own(url, origin):
    basemap = basemap_of(Settings(basemap_url=url, basemap_crs="gcj02"))
    assert basemap is not None
    assert (basemap.origin, basemap.crs) == (origin, "gcj02")


@pytest.mark.parametrize(
    "url",
    [
        "https://map.example/{z}/{x}.png",
        "ftp://map.example/{z}/{x}/{y}",
        "//map.example/{z}/{x}/{y}",
        "https://{z}.map.example/{x}/{y}",
        "https://user@map.example/{z}/{x}/{y}",
        "https://map.example; script-src */{z}/{x}/{y}",
        "base.pmtiles",
    ],
)
def test_what_is_no_address_of_a_tile_is_refused(url):
    with pytest.raises(BadValue, match="GRID_DISPATCH_BASEMAP_URL"):
        basemap_of(Settings(basemap_url=url))


def test_nothing_is_opened_without_one():
    assert basemap_of(Settings()) is None
    assert "http" not in policy()


def test_the_city_names_it_and_the_page_may_ask_its_origin_and_no_other(tmp_path: Path):
    store = write_town(tmp_path)
    settings = Settings(store=f"sqlite:///{store}", basemap_url=WMTS, basemap_attribution="天地图")
    with TestClient(
        create_app(settings), base_url="http://127.0.0.1", client=("127.0.0.1", 50000)
    ) as client:
        told = client.get("/api/v1/city", headers=DISPATCHER).json()["basemap"]
        assert told == {"tiles": WMTS, "crs": "wgs84", "attribution": "天地图"}
        rules = dict(
            rule.strip().split(" ", 1)
            for rule in client.get("/").headers["content-security-policy"].split(";")
        )
        sign_in = client.get("/sign-in").headers["content-security-policy"]
    assert rules["connect-src"].split() == ["'self'", "https://t0.map.example"]
    assert rules["img-src"].split()[-1] == "https://t0.map.example"
    assert rules["default-src"] == "'self'"
    assert "map.example" not in sign_in
