"""What the doors say of how reports came in, and of reports that may be of the same thing."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas import LonLat, Quoted
from dispatch.duplicates import Alike, Duplicate
from dispatch.incident_state import State
from dispatch.origin import OriginOnRecord, Source


class OriginOut(BaseModel):
    """How a report came in."""

    incident: str = Field(description="Under which it came in; another where it was merged since.")
    came_at: datetime
    by: str
    source: Source
    reference: str | None = Field(description="The sender's own number of it.")
    confidence: float | None = Field(description="How sure the sender is; null for people.")
    address: Quoted
    address_code: str = Field(description="Entry of the gazetteer that was meant.")
    media_url: str
    joined: bool = Field(description="Whether the incident was there already.")
    text: Quoted = Field(description="What was said, where it joined.")

    @classmethod
    def of(cls, record: OriginOnRecord) -> OriginOut:
        """Copy an origin, with mobile numbers in stars."""
        origin = record.origin
        return cls(
            incident=record.incident,
            came_at=record.came_at,
            by=record.by,
            source=origin.source,
            reference=origin.reference,
            confidence=origin.confidence,
            address=origin.address,
            address_code=origin.address_code,
            media_url=origin.media_url,
            joined=origin.joined,
            text=origin.text,
        )


class DuplicateOut(BaseModel):
    """A report that may be of the same thing."""

    id: str
    alike: Alike
    distance_m: float = Field(description="Rounded up.")
    age_s: float = Field(description="Since it came in.")
    state: State
    matters: list[str]
    lon_lat: LonLat
    text: Quoted
    source: Source

    @classmethod
    def of(cls, duplicate: Duplicate, source: Source) -> DuplicateOut:
        """Copy what may be the same thing."""
        incident = duplicate.incident
        return cls(
            id=str(incident.id),
            alike=duplicate.alike,
            distance_m=duplicate.distance_m,
            age_s=duplicate.age_s,
            state=incident.state,
            matters=list(incident.matters),
            lon_lat=incident.lon_lat,
            text=incident.text,
            source=source,
        )


class DuplicatesOut(BaseModel):
    """Reports that may be of the same thing, the likest first."""

    items: list[DuplicateOut]
