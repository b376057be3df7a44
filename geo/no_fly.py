"""No-fly polygon: where drones may not fly."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import MultiPolygon, Polygon


@dataclass(frozen=True, slots=True)
class NoFly:
    """
    A no-fly polygon (禁飞区), as round an airfield; its border may be flown along.

    Attributes
    ----------
    code
        Its code, unique in the city.
    name
        Chinese name.
    polygon
        Its extent, WGS-84 degrees.
    name_en
        English name; empty where there is none.
    """

    code: str
    name: str
    polygon: Polygon | MultiPolygon
    name_en: str = ""
