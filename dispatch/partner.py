"""Partner city (对口城市): a neighbour with which cases and crews are exchanged."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import MultiPolygon, Polygon


@dataclass(frozen=True, slots=True)
class PartnerCity:
    """
    A neighbouring city with which cases are exchanged.

    Attributes
    ----------
    code
        Its code.
    name, name_en
        Its names.
    desk
        The body there that takes cases over.
    phone
        How to reach it.
    polygon
        Its extent, WGS-84 degrees.
    """

    code: str
    name: str
    name_en: str
    desk: str
    phone: str
    polygon: Polygon | MultiPolygon
