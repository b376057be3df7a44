"""What the doors say of deadlines: what is to be done by when, and who is told."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, DeadlineState, PlanStep, Telling
from dispatch.work_calendar import Counts


class DeadlineStepOut(BaseModel):
    """A reminder, a notice that it is missed, or a command centre that is told to see to it."""

    tells: Telling
    to: str = Field(description="Code of the unit, or of the area whose command centre is told.")
    at: datetime
    told_at: datetime | None = Field(description="When it was told; null while it waits.")

    @classmethod
    def of(cls, step: PlanStep, told_at: datetime | None) -> DeadlineStepOut:
        """Copy a step."""
        return cls(tells=step.tells, to=step.to, at=step.at, told_at=told_at)


class DeadlineLeftOut(BaseModel):
    """A deadline in an answer about its incident."""

    kind: ClockKind
    due_at: datetime
    left_s: float = Field(description="Negative once it has passed; of one that ended, then.")
    state: DeadlineState

    @classmethod
    def of(cls, deadline: Deadline, now: datetime) -> DeadlineLeftOut:
        """Copy what is left."""
        return cls(
            kind=deadline.kind,
            due_at=deadline.due_at,
            left_s=deadline.left_s(now),
            state=deadline.state,
        )


class DeadlineOut(DeadlineLeftOut):
    """A deadline; the same in lists and answers."""

    id: int
    incident: str
    generation: int = Field(description="How many of this kind the incident has had.")
    about: str | None = Field(description="Assignment that it waits for.")
    unit: str | None
    begins_at: datetime
    counts: Counts
    amount: float = Field(description="Seconds; days where working days count.")
    ended_at: datetime | None
    next_at: datetime | None = Field(description="When something is told of it next.")

    @classmethod
    def of(cls, deadline: Deadline, now: datetime) -> DeadlineOut:
        """Copy a deadline."""
        step = deadline.next_step
        return cls(
            **DeadlineLeftOut.of(deadline, now).model_dump(),
            id=deadline.id or 0,
            incident=deadline.incident,
            generation=deadline.generation,
            about=deadline.about,
            unit=deadline.unit,
            begins_at=deadline.begins_at,
            counts=deadline.counts,
            amount=deadline.amount,
            ended_at=deadline.ended_at,
            next_at=None if step is None else step.at,
        )


class DeadlineRecordOut(DeadlineOut):
    """A deadline with all that was and will be told of it."""

    steps: list[DeadlineStepOut]

    @classmethod
    def of_record(
        cls, deadline: Deadline, told: tuple[tuple[PlanStep, datetime], ...], now: datetime
    ) -> DeadlineRecordOut:
        """Copy a deadline and its plan."""
        waits = deadline.plan[deadline.told :] if deadline.open else ()
        steps = [DeadlineStepOut.of(step, told_at) for step, told_at in told]
        steps += [DeadlineStepOut.of(step, None) for step in waits]
        return cls(**DeadlineOut.of(deadline, now).model_dump(), steps=steps)
