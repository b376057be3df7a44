"""
Sight: what a person sees of places, units and officers, by the areas that they may see.

All of it comes down to `areas_seen`.  A unit belongs to the areas of its brigade's zone
(`City.home_areas`); a squad works for the whole city.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dispatch.access import Person, areas_seen, sees
from dispatch.city import City
from geo.area import Area
from geo.place_index import Place

_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_DIGITS = re.compile(r"\d(?=(?:\D*\d){4})")


@dataclass(frozen=True, slots=True)
class Sight:
    """
    What somebody sees of a city who does not see the whole of it, as a list asks for it.

    Attributes
    ----------
    areas
        Their own areas: what is filed under one of them lies within sight.
    units
        Codes of the units whose work is.
    within
        Their own areas and those below.
    """

    areas: frozenset[str]
    units: frozenset[str]
    within: frozenset[str]


def sight_of(person: Person, city: City) -> Sight | None:
    """
    Tell how far a person sees.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.

    Returns
    -------
    sight
        None for the whole city.
    """
    if sees_whole_city(person, city):
        return None
    seen = areas_seen(person, city)
    return Sight(person.areas, _units_seen(seen, city), seen)


def filed_under(place: Place, chains: Mapping[str, tuple[Area, ...]]) -> frozenset[str]:
    """
    List the areas under which what lies at a place is found by whoever belongs to one of them.

    Parameters
    ----------
    place
        Where the place lies.
    chains
        What every area lies in, as `chains_of` lists it.

    Returns
    -------
    areas
        Codes of all that hold it and of all above those; what lies in no area is the whole city's.
    """
    held = (*place.areas, *place.overlapping)
    above = [chains[area.code] for area in held] or [chain[:1] for chain in chains.values()]
    return frozenset(area.code for chain in above for area in chain)


def sees_place(person: Person, city: City, lon_lat: tuple[float, float]) -> bool:
    """
    Tell whether a place is within a person's sight.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.
    lon_lat
        The place, WGS-84 degrees.

    Returns
    -------
    seen
        Whether an area that holds it is seen; what lies in no area is the city's.
    """
    if sees_whole_city(person, city):
        return True
    return sees(person, city, areas_of_place(city.place_index.locate(lon_lat), city))


def areas_of_place(place: Place, city: City) -> frozenset[str]:
    """
    List the areas that what lies at a place concerns: whoever sees one of them sees it.

    Parameters
    ----------
    place
        Where the place lies.
    city
        The city.

    Returns
    -------
    areas
        Codes of all that hold it; what lies in no area is the whole city's.
    """
    codes = frozenset(area.code for area in (*place.areas, *place.overlapping))
    return codes or city.roots


def sees_whole_city(person: Person, city: City) -> bool:
    """
    Tell whether everything is within a person's sight.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.

    Returns
    -------
    whole
        Whether no area lies outside.
    """
    return city.roots <= person.areas


def sees_unit(person: Person, city: City, code: str) -> bool:
    """
    Tell whether where a unit is, and what it does, is within a person's sight.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.
    code
        Code of the unit.

    Returns
    -------
    seen
        Whether it works in an area that is seen.
    """
    if sees_whole_city(person, city):
        return True
    return code in city.home_areas and sees(person, city, city.home_areas[code])


def officers_seen(person: Person, city: City) -> frozenset[str]:
    """
    List the officers whose position and duty are within a person's sight.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.

    Returns
    -------
    officers
        Ids of those whose crew is, and the person's own.
    """
    seen = _officers_seen(areas_seen(person, city), city)
    return seen if person.officer is None or person.officer in seen else seen | {person.officer}


def masked_name(name: str) -> str:
    """
    Hide a name but for its first letter.

    Parameters
    ----------
    name
        A name.

    Returns
    -------
    masked
        As long as it was.
    """
    return name[:1] + "*" * len(name[1:])


def masked_phone(phone: str) -> str:
    """
    Hide a phone number but for its last four digits.

    Parameters
    ----------
    phone
        A number of any kind.

    Returns
    -------
    masked
        The same with stars; one of four digits or fewer is a switchboard's and stays.
    """
    return _DIGITS.sub("*", phone)


def without_phones(text: str) -> str:
    """
    Hide mobile numbers that somebody wrote into a text.

    Parameters
    ----------
    text
        What was said.

    Returns
    -------
    text
        The same, with the middle of every number in stars.
    """
    return _MOBILE.sub(r"\1****\2", text)


@lru_cache(maxsize=64)
def _officers_seen(areas: frozenset[str], city: City) -> frozenset[str]:
    """Ids of the officers of every crew that works in some areas."""
    crews = _units_seen(areas, city)
    return frozenset(officer.id for officer in city.officers if officer.crew in crews)


@lru_cache(maxsize=64)
def _units_seen(areas: frozenset[str], city: City) -> frozenset[str]:
    """Codes of the units that work in some areas."""
    return frozenset(code for code, works_in in city.home_areas.items() if works_in & areas)
