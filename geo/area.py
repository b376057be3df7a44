"""Area: administrative tiers that carry legal power and are never redrawn here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shapely import MultiPolygon, Polygon


class Tier(StrEnum):
    """Tiers of administration, from the city down."""

    CITY = "city"
    DISTRICT = "district"
    TOWNSHIP = "township"
    COMMUNITY = "community"


TIERS: tuple[Tier, ...] = tuple(Tier)
"""Tiers from the highest to the lowest."""


@dataclass(frozen=True, slots=True)
class Area:
    """
    An administrative area (行政区划、园区).

    Attributes
    ----------
    code
        Its code, unique in the city.
    name
        Chinese name.
    tier
        Its tier; a street (街道) and a tourist park stand at the township tier.
    parent
        Code of the area it lies in, None for the city.
    polygon
        Its extent, WGS-84 degrees.
    name_en
        English name; empty where there is none.
    """

    code: str
    name: str
    tier: Tier
    parent: str | None
    polygon: Polygon | MultiPolygon
    name_en: str = ""


def chains_of(areas: Iterable[Area]) -> dict[str, tuple[Area, ...]]:
    """
    List what every area lies in.

    Parameters
    ----------
    areas
        Areas of one city.

    Returns
    -------
    chains
        By code, from the city down to the area itself.
    """
    chains: dict[str, tuple[Area, ...]] = {}
    for area in sorted(areas, key=lambda area: TIERS.index(area.tier)):
        chains[area.code] = (*chains.get(area.parent or "", ()), area)
    return chains
