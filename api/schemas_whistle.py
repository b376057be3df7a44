"""What the doors say of whistles on record: answers, steps up, and both clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Asked, Quoted, ReasonOut, Text
from dispatch.escalation import Call, CallClocks, CallState, Closing, Escalation, Says, state_of

Name = Annotated[Text, Field(min_length=1, max_length=200)]
Note = Annotated[Text, Field(max_length=1000)]


class WhistleAsk(Asked):
    """Whistle for everybody whom an incident needs and the caller does not command."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"incident": "20261120-000001", "by": "C0101"}]},
    )

    incident: Name
    by: Name = Field(description="Area whose command room calls.")


class WhistleAnswerAsk(Asked):
    """What one of those called answers."""

    party: Name = Field(description="A unit or body that the whistle calls.")
    says: Says
    note: Note = ""


class WhistleCloseAsk(Asked):
    """The call is over before everybody has said that they come."""

    closing: Literal[Closing.TAKEN_UP, Closing.WITHDRAWN]
    note: Note = ""


class WhistleAnswerOut(BaseModel):
    """An answer, in time or late."""

    party: str
    says: Says
    at: datetime
    by: str
    late: bool
    note: Quoted


class EscalationOut(BaseModel):
    """One step up."""

    step: int
    to: str = Field(description="Area whose command centre takes it up.")
    at: datetime
    said: ReasonOut

    @classmethod
    def of(cls, step: Escalation) -> EscalationOut:
        """Copy a step."""
        return cls(step=step.step, to=step.to, at=step.at, said=ReasonOut.of(step.said))


class CallClocksOut(BaseModel):
    """The clock of the answer, and that of the incident, which runs on."""

    answer_left_s: float = Field(description="Negative once the time to answer is over.")
    waiting_s: float = Field(description="Since the incident was reported.")
    arrival_left_s: float | None = Field(
        description="Until the arrival target; null while nobody was sent or somebody is there."
    )


class WhistleRecordOut(BaseModel):
    """A whistle on record; the same in lists, answers and the live stream."""

    id: str
    incident: str
    by: str
    units: list[str]
    bodies: list[str]
    raised_at: datetime
    raised_by: str
    answer_by: datetime
    state: CallState
    answers: list[WhistleAnswerOut]
    escalates_to: str
    escalations: list[EscalationOut] = Field(description="To whom it has gone, step by step.")
    clocks: CallClocksOut
    rule: ReasonOut
    silence: ReasonOut = Field(description="What follows when nobody answers in time.")
    closed_at: datetime | None
    closed_by: str | None
    closed_as: Closing | None
    note: Quoted

    @classmethod
    def of(
        cls, call: Call, steps: Sequence[Escalation], clocks: CallClocks, now: datetime
    ) -> WhistleRecordOut:
        """Copy a whistle as it stands now."""
        whistle = call.whistle
        return cls(
            id=call.id or "",
            incident=call.incident,
            by=whistle.by,
            units=list(whistle.units),
            bodies=list(whistle.bodies),
            raised_at=whistle.raised_at,
            raised_by=call.raised_by,
            answer_by=whistle.answer_by,
            state=state_of(call, now),
            answers=[
                WhistleAnswerOut(
                    party=one.party,
                    says=one.says,
                    at=one.at,
                    by=one.by,
                    late=one.at > whistle.answer_by,
                    note=one.note,
                )
                for one in call.answers
            ],
            escalates_to=whistle.escalates_to,
            escalations=[EscalationOut.of(step) for step in steps],
            clocks=CallClocksOut(
                answer_left_s=clocks.answer_left_s,
                waiting_s=clocks.waiting_s,
                arrival_left_s=clocks.arrival_left_s,
            ),
            rule=ReasonOut.of(whistle.rule),
            silence=ReasonOut.of(whistle.silence),
            closed_at=call.closed_at,
            closed_by=call.closed_by,
            closed_as=call.closed_as,
            note=call.note,
        )
