"""
Map apps of phones: addresses that open one of them with the way to a place.

Each app has a coordinate system of its own, and a place given to it in another one is hundreds of
metres off; so places are brought to the app's system here, at the door.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from geo.datum import from_wgs84
from geo.road.road_class import Mode

LonLat = tuple[float, float]

DECIMALS = 6
"""A tenth of a metre."""

SOURCE = "grid-dispatch"
"""What the apps are told of who asks."""

_AMAP = {Mode.CAR: "car", Mode.EBIKE: "ride", Mode.FOOT: "walk"}
_TENCENT = {Mode.CAR: "drive", Mode.EBIKE: "bike", Mode.FOOT: "walk"}
_BAIDU = {Mode.CAR: "driving", Mode.EBIKE: "riding", Mode.FOOT: "walking"}


@dataclass(frozen=True, slots=True)
class MapApp:
    """
    How a map app is opened with the way to a place.

    Attributes
    ----------
    name, name_en
        What it is called.
    crs
        Its coordinate system.
    lon_lat
        The place in that system, degrees.
    url
        What to open.
    """

    name: str
    name_en: str
    crs: str
    lon_lat: LonLat
    url: str


def map_apps(
    to: LonLat, name: str, mode: Mode, *, origin: LonLat | None = None
) -> tuple[MapApp, ...]:
    """
    List the map apps that can be opened with the way to a place.

    Parameters
    ----------
    to
        The place, WGS-84 degrees.
    name
        What the app shows for it; no personal data, since it leaves the service.
    mode
        How one goes there.
    origin
        From where, WGS-84 degrees; without it the app takes where the phone is.

    Returns
    -------
    apps
        Amap, Tencent and Baidu.
    """
    return (
        _amap(to, name, mode, origin),
        _tencent(to, name, mode, origin),
        _baidu(to, name, mode, origin),
    )


def _amap(to: LonLat, name: str, mode: Mode, origin: LonLat | None) -> MapApp:
    """Amap (高德地图), GCJ-02, longitude first."""
    place = _in("gcj02", to)
    asked = {"to": f"{_written(place)},{name}", "mode": _AMAP[mode], "coordinate": "gaode"}
    if origin is not None:
        asked["from"] = f"{_written(_in('gcj02', origin))},我的位置"
    asked |= {"src": SOURCE, "callnative": "1"}
    url = f"https://uri.amap.com/navigation?{urlencode(asked)}"
    return MapApp("高德地图", "Amap", "gcj02", place, url)


def _tencent(to: LonLat, name: str, mode: Mode, origin: LonLat | None) -> MapApp:
    """Tencent Maps (腾讯地图), GCJ-02, latitude first."""
    place = _in("gcj02", to)
    asked = {"type": _TENCENT[mode], "to": name, "tocoord": _written(place[::-1])}
    if origin is not None:
        asked |= {"from": "我的位置", "fromcoord": _written(_in("gcj02", origin)[::-1])}
    asked["referer"] = SOURCE
    url = f"https://apis.map.qq.com/uri/v1/routeplan?{urlencode(asked)}"
    return MapApp("腾讯地图", "Tencent Maps", "gcj02", place, url)


def _baidu(to: LonLat, name: str, mode: Mode, origin: LonLat | None) -> MapApp:
    """Baidu Maps (百度地图), BD-09, latitude first."""
    place = _in("bd09", to)
    start = "我的位置"
    if origin is not None:
        start = f"latlng:{_written(_in('bd09', origin)[::-1])}|name:我的位置"
    asked = {
        "origin": start,
        "destination": f"latlng:{_written(place[::-1])}|name:{name}",
        "mode": _BAIDU[mode],
        "coord_type": "bd09ll",
        "output": "html",
        "src": f"webapp.{SOURCE}",
    }
    url = f"https://api.map.baidu.com/direction?{urlencode(asked)}"
    return MapApp("百度地图", "Baidu Maps", "bd09", place, url)


def _in(crs: str, lon_lat: LonLat) -> LonLat:
    """A place in the system of an app."""
    lon, lat = from_wgs84(np.array([lon_lat]), crs)[0].tolist()
    return round(lon, DECIMALS), round(lat, DECIMALS)


def _written(pair: tuple[float, ...]) -> str:
    """Two figures with a comma between."""
    return ",".join(f"{value:.{DECIMALS}f}" for value in pair)
