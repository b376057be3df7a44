"""What the doors say of assignments: who was sent, by whom, why, and by which clock."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.schemas import Asked, Quoted, ReasonOut, Text
from dispatch.assignment import ArrivalClock, Assignment, Decision, Departure, Outcome
from dispatch.choice import ProposalKind
from dispatch.diversion import Diversion, LetAlone
from dispatch.picking import Pick

Code = Annotated[Text, Field(min_length=1, max_length=64)]


class AssignmentAsk(Asked):
    """Send a crew: by rank, by unit, or officer by officer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"suggestion": "5f0c1e9a7b3d2c41", "rank": 1}]},
    )

    suggestion: Code
    rank: int | None = Field(default=None, ge=1, description="Of a proposal, within its kind.")
    unit: Code | None = Field(default=None, description="A crew or drone, proposed or not.")
    crew: list[Code] = Field(default_factory=list, max_length=200, description="Officers.")
    kind: ProposalKind | None = Field(
        default=None, description="For what; that of the first proposal by default."
    )
    incident: Code | None = Field(
        default=None, description="Where the suggestion was made for the place alone."
    )
    reason: Code | None = Field(default=None, description="Required of an override.")
    note: Text = Field(default="", max_length=1000)
    by_rule: Code | None = Field(
        default=None, description="The rule that decided, where no person did."
    )
    reinforces: bool = Field(default=False, description="Beside others bound for the same.")
    calls_off: Code | None = Field(
        default=None,
        description="Take the offer to divert the crew of this assignment; nobody else is named.",
    )

    @model_validator(mode="after")
    def _one_way_to_name_them(self) -> AssignmentAsk:
        """Refuse to divert one crew and name another."""
        if self.calls_off is not None and (self.rank or self.unit or self.crew):
            raise ValueError("calls_off names the crew already: leave rank, unit and crew out")
        return self

    def pick(self) -> Pick:
        """Copy whom it names."""
        return Pick(self.rank, self.unit, tuple(self.crew), self.kind)

    def decision(self, by: str, now: datetime) -> Decision:
        """Say who decides."""
        return Decision(
            at=now,
            by=self.by_rule or by,
            by_rule=self.by_rule is not None,
            reason=self.reason,
            note=self.note,
        )


class DiversionOut(BaseModel):
    """An offer to call a crew off another incident, whose clock runs on."""

    calls_off: str = Field(description="The assignment that would end.")
    incident: str = Field(description="The incident that would be left.")
    unit: str
    crew: list[str]
    eta_s: float
    first_free_s: float | None = Field(description="Of the first crew that is free.")
    left_eta_s: float = Field(description="When it would have been where it is going.")
    left_due_s: float = Field(description="What is left of the arrival clock there.")
    replacement: str | None
    replacement_eta_s: float | None
    said: ReasonOut

    @classmethod
    def of(cls, offer: Diversion) -> DiversionOut:
        """Copy an offer."""
        return cls(
            calls_off=offer.assignment,
            incident=offer.incident,
            unit=offer.unit,
            crew=list(offer.officers),
            eta_s=offer.eta_s,
            first_free_s=offer.first_free_s,
            left_eta_s=offer.left_eta_s,
            left_due_s=offer.left_due_s,
            replacement=offer.replacement,
            replacement_eta_s=offer.replacement_eta_s,
            said=ReasonOut.of(offer.said),
        )


class LetAloneOut(BaseModel):
    """A crew on its way that may not be called off."""

    assignment: str
    unit: str
    why: ReasonOut

    @classmethod
    def of(cls, alone: LetAlone) -> LetAloneOut:
        """Copy it."""
        return cls(assignment=alone.assignment, unit=alone.unit, why=ReasonOut.of(alone.why))


class DiversionsOut(BaseModel):
    """Which crews under way may be called off, and which not."""

    offers: list[DiversionOut]
    let_alone: list[LetAloneOut]


class ReleaseAsk(Asked):
    """How an assignment ended."""

    outcome: Outcome = Outcome.DONE
    reason: Text = Field(default="", max_length=1000, description="Why, in words.")

    @field_validator("outcome")
    @classmethod
    def _not_merged(cls, outcome: Outcome) -> Outcome:
        """Leave merging to the step that does it."""
        if outcome == Outcome.MERGED:
            raise ValueError("a crew is carried over by merging its incident into another")
        return outcome


class ArrivalClockOut(BaseModel):
    """The clock of an arrival; the target counts from the dispatch, both starts are told."""

    received_at: datetime
    dispatched_at: datetime = Field(description="When somebody was first sent.")
    target_s: float
    due_at: datetime

    @classmethod
    def of(cls, clock: ArrivalClock) -> ArrivalClockOut:
        """Copy a clock."""
        return cls(
            received_at=clock.received_at,
            dispatched_at=clock.dispatched_at,
            target_s=clock.target_s,
            due_at=clock.due_at,
        )


class AssignmentOut(BaseModel):
    """Officers bound to an incident, and how that was decided."""

    id: str
    incident: str
    suggestion: str
    kind: ProposalKind
    unit: str
    crew: list[str] = Field(description="Ids of the officers who go.")
    departure: Departure
    rank: int | None = Field(description="Of the proposal taken; null for an override.")
    eta_s: float | None = Field(description="From the decision; null where it was not known.")
    against: list[ReasonOut] = Field(description="What spoke against an override.")
    decided_at: datetime
    decided_by: str
    by_rule: bool
    reason: str | None
    note: Quoted
    clock: ArrivalClockOut
    expected_end: datetime
    reinforces: bool
    run_card: str | None = Field(description="Matter whose run card the suggestion went by.")
    instead_of: str | None = Field(description="Assignment from which they were called off.")
    acknowledged_at: datetime | None = Field(description="When the crew said that it goes.")
    departed_at: datetime | None
    arrived_at: datetime | None
    released_at: datetime | None
    outcome: Outcome | None
    released_by: str | None

    @classmethod
    def of(cls, assignment: Assignment) -> AssignmentOut:
        """Copy an assignment."""
        picked, decision = assignment.picked, assignment.decision
        return cls(
            id=assignment.id or "",
            incident=assignment.incident,
            suggestion=assignment.suggestion,
            kind=picked.kind,
            unit=picked.unit,
            crew=list(picked.officers),
            departure=picked.departure,
            rank=picked.rank,
            eta_s=picked.eta_s,
            against=[ReasonOut.of(remark) for remark in picked.against],
            decided_at=decision.at,
            decided_by=decision.by,
            by_rule=decision.by_rule,
            reason=decision.reason,
            note=decision.note,
            clock=ArrivalClockOut.of(assignment.clock),
            expected_end=assignment.expected_end,
            reinforces=assignment.reinforces,
            run_card=assignment.run_card,
            instead_of=assignment.instead_of,
            acknowledged_at=assignment.acknowledged_at,
            departed_at=assignment.departed_at,
            arrived_at=assignment.arrived_at,
            released_at=assignment.released_at,
            outcome=assignment.outcome,
            released_by=assignment.released_by,
        )
