"""Hand-off (移送): the record with which a case beyond our border goes to the partner city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shapely import Point

from dispatch.city import City
from dispatch.incident import Incident
from dispatch.partner import PartnerCity
from geo.errors import UnknownName
from geo.place_index import Place
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class HandOff:
    """
    Record with which a case outside the city is handed over (移送).

    Attributes
    ----------
    partner
        Code of the partner city, or None where none is known for the place.
    desk, phone
        Who takes it over there, or None.
    incident
        Id of the incident, or None for a question about a place.
    lon_lat, matters
        Where it is, and what it is about.
    made_at
        Instant of the record.
    reason
        Why it is handed over, and to whom.
    """

    partner: str | None
    desk: str | None
    phone: str | None
    incident: str | None
    lon_lat: tuple[float, float]
    matters: tuple[str, ...]
    made_at: datetime
    reason: Remark


def hand_off(  # noqa: PLR0913 -- the case, and two options that are keywords only
    incident: Incident,
    place: Place,
    city: City,
    *,
    now: datetime,
    partner: str | None = None,
    reason: str = "",
) -> HandOff:
    """
    Draw up the hand-off of a case to another city.

    Parameters
    ----------
    incident
        The incident.
    place
        Where it lies, as a rule outside every area.
    city
        The city with its partners.
    now
        The present, with offset.
    partner
        Code of the city that takes it over, where somebody has named one.
    reason
        Why, in words; only where somebody has named a city.

    Returns
    -------
    hand_off
        To the partner city that the place lies in, on a common border the one with the
        lowest code; to nobody where no partner is known.

    Raises
    ------
    UnknownName
        There is no partner city of the name given.
    """
    found = _partner_at(place.lon_lat, city) if partner is None else _named(partner, city)
    return HandOff(
        partner=found.code if found else None,
        desk=found.desk if found else None,
        phone=found.phone if found else None,
        incident=incident.id,
        lon_lat=place.lon_lat,
        matters=tuple(sorted(set(incident.matters))),
        made_at=now,
        reason=_because(reason, found) if found and partner else _to(found),
    )


def _named(code: str, city: City) -> PartnerCity:
    """Find a partner city by its code."""
    found = next((partner for partner in city.partners if partner.code == code), None)
    if found is None:
        known = ", ".join(partner.code for partner in city.partners) or "none"
        raise UnknownName(f"There is no partner city {code!r}; known: {known}.")
    return found


def _partner_at(lon_lat: tuple[float, float], city: City) -> PartnerCity | None:
    """Find the partner city that a place lies in."""
    point = Point(lon_lat)
    holding = [partner for partner in city.partners if partner.polygon.covers(point)]
    return min(holding, key=lambda partner: partner.code, default=None)


def _because(reason: str, partner: PartnerCity) -> Remark:
    """Why somebody hands a case to a city in which it does not lie."""
    name_en = partner.name_en or partner.name
    return Remark(
        "named_city",
        f"经人工指定，移送{partner.name}{partner.desk}：{reason}。",
        f"Handed over to {partner.desk}, {name_en}, as somebody decided: {reason}.",
    )


def _to(partner: PartnerCity | None) -> Remark:
    """Why a case beyond the border is handed over."""
    if partner is None:
        return OUTSIDE_CITY
    return Remark(
        "outside_city",
        f"落点在本市之外、{partner.name}境内，移送{partner.desk}。",
        f"The place is outside the city, in {partner.name_en or partner.name}: "
        f"hand it over to {partner.desk}.",
    )


OUTSIDE_CITY = Remark("outside_city", "落点在本市之外。", "The place is outside the city.")

NO_PARTNER = Remark(
    "no_partner",
    "落点不在任何已知对口城市境内，请人工核实移送对象。",
    "The place is in no partner city that is known; find out by hand whose it is.",
)
