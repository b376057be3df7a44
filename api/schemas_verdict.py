"""What the doors say of a verdict: holders, clocks, a whistle, a hand-off, and who has filed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas import Asked, Instant, LonLat, ReasonOut, Text
from dispatch.deadline import Clock, ClockKind, ClockStart
from dispatch.hand_off import HandOff
from dispatch.incident import Filing
from dispatch.jurisdiction import Holder
from dispatch.matter import CaseScale, Triage
from dispatch.whistle import Whistle


class FilingIn(Asked):
    """A body has filed the case; of several holders the first to file has it."""

    body: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="As the authority list names it."
    )
    filed_at: Instant

    def filing(self) -> Filing:
        """Copy it inside."""
        return Filing(self.body, self.filed_at)


class FilingOut(BaseModel):
    """A body that has filed the case."""

    body: str
    filed_at: datetime

    @classmethod
    def of(cls, filing: Filing) -> FilingOut:
        """Copy a filing."""
        return cls(body=filing.body, filed_at=filing.filed_at)


class HolderOut(BaseModel):
    """Who acts on a matter, and by which row and rule."""

    matter: str | None
    unit: str | None = Field(description="The brigade or squad that has the case.")
    acting_body: str | None = Field(description="The body in whose name the act is done.")
    tier: str | None
    area: str | None
    row: str | None = Field(description="Row of the authority list.")
    rule: ReasonOut
    legal_basis: str | None
    assisting: list[str] = Field(description="Bodies that assist.")
    scale: CaseScale | None = Field(description="Daily work or a major case.")
    triage: Triage | None
    contenders: list[str] = Field(description="Bodies that contend while none holds the power.")
    superior: str | None = Field(description="Area whose government decides between them.")

    @classmethod
    def of(cls, holder: Holder) -> HolderOut:
        """Copy a holder."""
        return cls(
            matter=holder.matter,
            unit=holder.unit,
            acting_body=holder.acting_body,
            tier=holder.tier,
            area=holder.area,
            row=holder.row,
            rule=ReasonOut.of(holder.rule),
            legal_basis=holder.legal_basis,
            assisting=list(holder.assisting),
            scale=holder.scale,
            triage=holder.triage,
            contenders=list(holder.contenders),
            superior=holder.superior,
        )


class ClockOut(BaseModel):
    """A time within which something is to be done."""

    kind: ClockKind
    within_s: float
    starts: ClockStart
    row: str | None = Field(description="Row of the authority list that states it.")
    rule: ReasonOut

    @classmethod
    def of(cls, clock: Clock) -> ClockOut:
        """Copy a clock."""
        return cls(
            kind=clock.kind,
            within_s=clock.within_s,
            starts=clock.starts,
            row=clock.row,
            rule=ReasonOut.of(clock.rule),
        )


class WhistleOut(BaseModel):
    """A lower tier's call for units and bodies that it does not command."""

    by: str = Field(description="Area whose command room calls.")
    units: list[str]
    bodies: list[str]
    raised_at: datetime
    answer_by: datetime
    escalates_to: str = Field(description="Area whose command centre takes up an unanswered call.")
    rule: ReasonOut
    silence: ReasonOut = Field(description="What follows when nobody answers in time.")

    @classmethod
    def of(cls, whistle: Whistle) -> WhistleOut:
        """Copy a whistle."""
        return cls(
            by=whistle.by,
            units=list(whistle.units),
            bodies=list(whistle.bodies),
            raised_at=whistle.raised_at,
            answer_by=whistle.answer_by,
            escalates_to=whistle.escalates_to,
            rule=ReasonOut.of(whistle.rule),
            silence=ReasonOut.of(whistle.silence),
        )


class HandOffOut(BaseModel):
    """Record with which a case outside the city goes to a partner city."""

    partner: str | None = Field(description="Null where no partner city is known for the place.")
    desk: str | None
    phone: str | None
    incident: str | None
    lon_lat: LonLat
    matters: list[str]
    made_at: datetime
    reason: ReasonOut

    @classmethod
    def of(cls, record: HandOff) -> HandOffOut:
        """Copy a record."""
        return cls(
            partner=record.partner,
            desk=record.desk,
            phone=record.phone,
            incident=record.incident,
            lon_lat=record.lon_lat,
            matters=list(record.matters),
            made_at=record.made_at,
            reason=ReasonOut.quoting(record.reason),
        )
