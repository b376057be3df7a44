"""What the doors say of deadlines: what is to be done by when, and who is told."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from dispatch.deadline import ClockKind
from dispatch.deadline_plan import Deadline, DeadlineState, PlanStep, Telling
from dispatch.work_calendar import Counts


class NextStepOut(BaseModel):
    """What follows unless it is done before: a reminder, or a command centre that is told."""

    tells: Telling
    to: str = Field(description="Code of the unit, or of the area whose command centre is told.")
    at: datetime

    @classmethod
    def of(cls, step: PlanStep) -> NextStepOut:
        """Copy a step."""
        return cls(tells=step.tells, to=step.to, at=step.at)


class DeadlineStepOut(NextStepOut):
    """A step of a plan, and whether it was taken."""

    told_at: datetime | None = Field(description="When it was told; null while it waits.")

    @classmethod
    def of_told(cls, step: PlanStep, told_at: datetime | None) -> DeadlineStepOut:
        """Copy a step."""
        return cls(tells=step.tells, to=step.to, at=step.at, told_at=told_at)


class RunningDeadlineOut(BaseModel):
    """A deadline in what is said of its incident; it says the same at whatever time it is read."""

    kind: ClockKind
    due_at: datetime
    state: DeadlineState
    unit: str | None = Field(description="Who is to do it.")
    about: str | None = Field(description="Assignment that it waits for.")
    follows: NextStepOut | None = Field(description="Null once everything has been told.")

    @classmethod
    def of(cls, deadline: Deadline) -> RunningDeadlineOut:
        """Copy what is due, and what follows."""
        step = deadline.next_step
        return cls(
            kind=deadline.kind,
            due_at=deadline.due_at,
            state=deadline.state,
            unit=deadline.unit,
            about=deadline.about,
            follows=None if step is None else NextStepOut.of(step),
        )


class DeadlineOut(RunningDeadlineOut):
    """A deadline; the same in lists and answers."""

    id: int
    incident: str
    generation: int = Field(description="How many of this kind the incident has had.")
    begins_at: datetime
    counts: Counts
    amount: float = Field(description="Seconds; days where working days count.")
    left_s: float = Field(description="Negative once it has passed; of one that ended, then.")
    ended_at: datetime | None

    @classmethod
    def of_kept(cls, deadline: Deadline, now: datetime) -> DeadlineOut:
        """Copy a deadline."""
        return cls(
            **RunningDeadlineOut.of(deadline).model_dump(),
            id=deadline.id or 0,
            incident=deadline.incident,
            generation=deadline.generation,
            begins_at=deadline.begins_at,
            counts=deadline.counts,
            amount=deadline.amount,
            left_s=deadline.left_s(now),
            ended_at=deadline.ended_at,
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
        steps = [DeadlineStepOut.of_told(step, told_at) for step, told_at in told]
        steps += [DeadlineStepOut.of_told(step, None) for step in waits]
        return cls(**DeadlineOut.of_kept(deadline, now).model_dump(), steps=steps)
