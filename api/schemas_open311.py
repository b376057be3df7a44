"""What Open311 GeoReport v2 says and asks, in its own words."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from dispatch.city import City
from dispatch.incident import Incident
from dispatch.incident_state import ENDED
from dispatch.lifecycle import MOVES
from dispatch.matter import Matter
from dispatch.origin import Origin
from dispatch.sight import without_phones
from geo.remark import Remark

SAME_AS = "same_as"
"""Attribute by which a sender says which request it is one report more of."""

PUBLIC_DIGITS = 3
"""Decimals of places that are shown to anybody: a hundred metres, roughly."""

REPORTED = Remark("reported", "已上报。", "Reported.")


class Open311ServiceOut(BaseModel):
    """A matter that may be reported."""

    service_code: str
    service_name: str
    description: str
    metadata: bool = Field(description="Whether it has a definition.")
    type: str
    keywords: str
    group: str

    @classmethod
    def of(cls, matter: Matter, city: City) -> Open311ServiceOut:
        """Copy a matter."""
        domain = city.domains[matter.domain]
        return cls(
            service_code=matter.code,
            service_name=matter.name,
            description=matter.name_en,
            metadata=True,
            type="realtime",
            keywords=f"{domain.name}, {domain.name_en}",
            group=domain.name,
        )


class Open311AttributeOut(BaseModel):
    """Something that is asked of a report of a service."""

    variable: bool
    code: str
    datatype: str
    required: bool
    datatype_description: str
    order: int
    description: str


class Open311DefinitionOut(BaseModel):
    """What is asked of a report of a service."""

    service_code: str
    attributes: list[Open311AttributeOut]

    @classmethod
    def of(cls, matter: Matter) -> Open311DefinitionOut:
        """Describe a matter: all that is asked is whether somebody has reported it already."""
        asked = Open311AttributeOut(
            variable=True,
            code=SAME_AS,
            datatype="string",
            required=False,
            datatype_description="service_request_id",
            order=1,
            description="如与附近已有事件为同一件事，请填其编号。 "
            "Number of the request nearby that this is one report more of.",
        )
        return cls(service_code=matter.code, attributes=[asked])


class Open311PostedOut(BaseModel):
    """What a sender is told of a request that was taken in."""

    service_request_id: str
    service_notice: str
    account_id: str | None


class Open311TokenOut(BaseModel):
    """The request of a token, which is the same here."""

    service_request_id: str
    token: str


class Open311RequestOut(BaseModel):
    """How far a request is."""

    service_request_id: str
    status: str
    status_notes: str
    service_name: str | None
    service_code: str | None
    description: str | None
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: datetime
    updated_datetime: datetime
    expected_datetime: datetime | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    lat: float
    long: float
    media_url: str | None

    @classmethod
    def of(  # noqa: PLR0913 -- what is known of a request, as keywords
        cls,
        incident: Incident,
        origin: Origin,
        city: City,
        *,
        updated: datetime,
        expected: datetime | None,
        in_full: bool,
    ) -> Open311RequestOut:
        """Copy an incident; without what was said, and roughly placed, for whoever is nobody."""
        matters = [city.matters[code] for code in incident.matters if code in city.matters]
        lon, lat = incident.lon_lat
        zone = city.place_index.locate(incident.lon_lat).zone
        said = NOTES.get(incident.state, REPORTED)
        return cls(
            service_request_id=str(incident.id),
            status=status_of(incident),
            status_notes=f"{said.zh} {said.en}",
            service_name=matters[0].name if matters else None,
            service_code=matters[0].code if matters else None,
            description=without_phones(incident.text) if in_full else None,
            agency_responsible=None if zone is None else zone.name,
            service_notice=None,
            requested_datetime=incident.reported_at,
            updated_datetime=updated,
            expected_datetime=expected,
            address=(without_phones(origin.address) or None) if in_full else None,
            address_id=(origin.address_code or None) if in_full else None,
            zipcode=None,
            lat=round(lat, 6 if in_full else PUBLIC_DIGITS),
            long=round(lon, 6 if in_full else PUBLIC_DIGITS),
            media_url=(origin.media_url or None) if in_full else None,
        )


class Open311ErrorOut(BaseModel):
    """A refusal."""

    code: int
    description: str


class Open311EndpointOut(BaseModel):
    """Where a version of the interface is."""

    specification: str
    url: str
    changeset: datetime
    type: str
    formats: list[str]


class Open311DiscoveryOut(BaseModel):
    """What there is."""

    changeset: datetime
    contact: str
    key_service: str
    endpoints: list[Open311EndpointOut]


NOTES = {move.after: move.said for move in reversed(MOVES)}
"""What a state means, in the words of the first move that leads there."""


def status_of(incident: Incident) -> str:
    """
    Say in Open311's two words how far an incident is.

    Parameters
    ----------
    incident
        The incident.

    Returns
    -------
    status
        ``open`` or ``closed``.
    """
    return "closed" if incident.state in ENDED else "open"
