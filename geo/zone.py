"""Zone and unit grid: what planners redraw, and the cells it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import MultiPolygon, Polygon

ARRIVAL_TARGET_S = 900
"""Officers reach the scene within fifteen minutes unless a zone or matter says otherwise."""


@dataclass(frozen=True, slots=True)
class UnitGrid:
    """
    A unit grid (单元网格), the smallest cell; it lies inside one community.

    Attributes
    ----------
    code
        Its code, unique in the city.
    community
        Code of the community it lies in.
    zone
        Code of the zone it belongs to under the published plan, or None.
    polygon
        Its extent, WGS-84 degrees.
    population
        People who live there, or None where that is not known.
    """

    code: str
    community: str
    zone: str | None
    polygon: Polygon | MultiPolygon
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """
    A responsibility zone (责任区).

    Attributes
    ----------
    code
        Its code, unique in the city.
    name
        Chinese name.
    brigade
        Code of the grid brigade responsible for it, or None.
    arrival_target_s
        Seconds from dispatch to arrival.
    polygon
        Its extent, WGS-84 degrees.
    name_en
        English name; empty where there is none.
    acknowledge_within_s
        Seconds within which a crew says that it goes; None is the usual time.
    """

    code: str
    name: str
    brigade: str | None
    polygon: Polygon | MultiPolygon
    arrival_target_s: int = ARRIVAL_TARGET_S
    name_en: str = ""
    acknowledge_within_s: int | None = None
