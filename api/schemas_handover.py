"""What the doors say of shift handovers: what stands open, notes, and both signatures, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Asked, Instant, Quoted, Text
from dispatch.store.handovers import Handover

LONGEST_NOTES = 4000


class IncidentLeft(BaseModel):
    """An incident at which work is left; its text stays with the incident."""

    id: str
    matters: list[str]
    zone: str | None
    state: str
    reported_at: datetime


class PromiseLeft(BaseModel):
    """What is to be done by when."""

    incident: str
    kind: str
    unit: str | None
    due_at: datetime
    missed: bool = Field(description="Due already, and not done.")


class UnitOut(BaseModel):
    """A crew or drone that is out."""

    unit: str
    incident: str
    assignment: str
    dispatched_at: datetime
    arrived_at: datetime | None


class ClosureLeft(BaseModel):
    """A closure or slow zone in force or to come."""

    id: str
    kind: str
    state: str
    reason: Quoted
    starts: datetime
    ends: datetime | None


class OverrideLeft(BaseModel):
    """A decision of this shift that departed from its suggestion."""

    assignment: str
    incident: str
    unit: str
    departure: str
    reason: str | None
    decided_by: str
    decided_at: datetime


class SheetOut(BaseModel):
    """What one shift leaves to the next."""

    since: datetime = Field(description="Beginning of the shift.")
    at: datetime
    until: datetime = Field(description="End of the next shift: promises up to then are listed.")
    city_version: str
    incidents: list[IncidentLeft] = Field(description="Open, the oldest first.")
    promises: list[PromiseLeft] = Field(description="The soonest first.")
    units: list[UnitOut]
    closures: list[ClosureLeft]
    overrides: list[OverrideLeft]


class HandoverAsk(Asked):
    """Sign the shift off."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"notes": "北桥明早六点恢复通行。"}]}
    )

    since: Instant | None = Field(
        default=None, description="Beginning of the shift; the last handover without it."
    )
    notes: Annotated[Text, Field(max_length=LONGEST_NOTES)] = ""


class SignatureAsk(Asked):
    """Sign as whoever takes over."""

    name: Annotated[Text, Field(min_length=1, max_length=64)]
    password: Annotated[Text, Field(min_length=1, max_length=1000)]
    code: Annotated[Text, Field(max_length=20)] | None = Field(
        default=None, description="Six digits of the second factor, where there is one."
    )


class HandoverOut(BaseModel):
    """A handover, and who signed it."""

    id: str
    since: datetime
    at: datetime
    by: str
    areas: list[str]
    notes: Quoted
    taken_at: datetime | None
    taken_by: str | None

    @classmethod
    def of(cls, handover: Handover) -> Self:
        """Copy a handover without its sheet."""
        return cls(
            id=handover.id or "",
            since=handover.since,
            at=handover.at,
            by=handover.by,
            areas=list(handover.areas),
            notes=handover.notes,
            taken_at=handover.taken_at,
            taken_by=handover.taken_by,
        )


class HandoverRecordOut(HandoverOut):
    """A handover with its sheet, as it was signed."""

    sheet: SheetOut

    @classmethod
    def of(cls, handover: Handover) -> Self:
        """Copy a handover with its sheet."""
        sheet = SheetOut.model_validate_json(handover.sheet)
        return cls(**HandoverOut.of(handover).model_dump(), sheet=sheet)
