"""Hand-off (移送): the record with which a case beyond our border goes to the partner city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shapely import Point

from dispatch.city import City
from dispatch.incident import Incident
from dispatch.partner import PartnerCity
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


def hand_off(incident: Incident, place: Place, city: City, *, now: datetime) -> HandOff:
    """
    Draw up the hand-off of a case that lies outside the city.

    Parameters
    ----------
    incident
        The incident.
    place
        Where it lies, outside every area.
    city
        The city with its partners.
    now
        The present, with offset.

    Returns
    -------
    hand_off
        To the partner city that the place lies in, on a common border the one with the
        lowest code; to nobody where no partner is known.
    """
    partner = _partner_at(place.lon_lat, city)
    return HandOff(
        partner=partner.code if partner else None,
        desk=partner.desk if partner else None,
        phone=partner.phone if partner else None,
        incident=incident.id,
        lon_lat=place.lon_lat,
        matters=tuple(sorted(set(incident.matters))),
        made_at=now,
        reason=_to(partner) if partner else OUTSIDE_CITY,
    )


def _partner_at(lon_lat: tuple[float, float], city: City) -> PartnerCity | None:
    """Find the partner city that a place lies in."""
    point = Point(lon_lat)
    holding = [partner for partner in city.partners if partner.polygon.covers(point)]
    return min(holding, key=lambda partner: partner.code, default=None)


def _to(partner: PartnerCity) -> Remark:
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
