"""What the doors say of a dispatch that was suggested anew."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas import ReasonOut
from dispatch.reconsidering import SecondThought
from dispatch.thought_reason import said_of


class SecondThoughtOut(BaseModel):
    """A dispatch was suggested anew; the same in the record and in the live stream."""

    incident: str
    assignment: str | None = Field(description="Under way; null where nobody had been sent.")
    at: datetime
    why: list[ReasonOut]
    old_suggestion: str
    new_suggestion: str
    crew: str
    eta_s: float | None = Field(description="Of that crew, from then; null if it can't any more.")
    due_s: float = Field(description="Until the arrival target then; negative once past.")
    best_crew: str | None
    best_eta_s: float | None

    @classmethod
    def of(cls, thought: SecondThought) -> SecondThoughtOut:
        """Copy a second thought."""
        outlook = thought.outlook
        return cls(
            incident=thought.incident,
            assignment=thought.assignment,
            at=thought.at,
            why=[ReasonOut.of(said_of(trigger, outlook)) for trigger in thought.why],
            old_suggestion=thought.before,
            new_suggestion=thought.after,
            crew=outlook.crew,
            eta_s=outlook.eta_s,
            due_s=outlook.due_s,
            best_crew=outlook.best_crew,
            best_eta_s=outlook.best_eta_s,
        )
