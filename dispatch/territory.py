"""
Territory: the areas whose lists count at a place, and who stands above two of them.

At a place properly inside one area per tier that is its chain.  Where areas of one tier
overlap, the lists of both count.  On a border the chain counts that the rule of the place
index chose, and each chain beyond the border is kept beside it: whoever holds the power
there has the case if it was the first to file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatch.city import City
from geo.area import TIERS, Area, Tier
from geo.place_index import Place

Areas = Mapping[str, Area]
"""Areas by code, from the city down."""


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """
    Areas whose lists count at a place.

    Attributes
    ----------
    areas
        The chain of the place, and the chains of areas that overlap there.
    beyond
        One chain for each area that is only touched.
    """

    areas: Areas
    beyond: tuple[Areas, ...] = ()


def territory_of(place: Place, city: City) -> Territory:
    """
    Gather the areas whose lists count at a place.

    Parameters
    ----------
    place
        The place.
    city
        The city, which knows what lies in what.

    Returns
    -------
    territory
        Empty outside the city.
    """
    areas = {area.code: area for area in place.areas}
    for area in place.overlapping:
        areas |= _chain(area.code, city)
    beyond = tuple(_chain(area.code, city) for area in _innermost(place.bordering))
    return Territory(areas, beyond)


def town_of(areas: Areas) -> Area | None:
    """
    Pick the township out of a chain.

    Parameters
    ----------
    areas
        The chain.

    Returns
    -------
    town
        The township, street or park, or None where there is none.
    """
    return next((area for area in areas.values() if area.tier == Tier.TOWNSHIP), None)


def superior_of(codes: Iterable[str], city: City) -> Area:
    """
    Find the lowest area above or equal to all of some areas.

    Parameters
    ----------
    codes
        Codes of areas, one or more.
    city
        The city.

    Returns
    -------
    superior
        The area whose government stands above them; where nothing does, the first one's
        highest.
    """
    first, *others = (city.chain_of(code) for code in codes)
    shared = [area for area in first if all(area in chain for chain in others)]
    return shared[-1] if shared else first[0]


def lift(code: str, tier: Tier, city: City) -> str:
    """
    Climb from an area to the one at a tier that it lies in.

    Parameters
    ----------
    code
        Code of an area.
    tier
        The tier wanted.
    city
        The city.

    Returns
    -------
    code
        Of the lowest area at that tier or above it.
    """
    above = [
        area.code
        for area in _chain(code, city).values()
        if TIERS.index(area.tier) <= TIERS.index(tier)
    ]
    return above[-1] if above else code


def _chain(code: str, city: City) -> dict[str, Area]:
    """An area and all above it, from the city down."""
    return {area.code: area for area in city.chain_of(code)}


def _innermost(areas: tuple[Area, ...]) -> list[Area]:
    """Areas in which no other of them lies."""
    parents = {area.parent for area in areas}
    return [area for area in areas if area.code not in parents]
