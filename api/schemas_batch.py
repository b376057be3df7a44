"""What the doors say of a batch, as JSON."""

from __future__ import annotations

from pydantic import BaseModel, Field

from dispatch.batch import Assigned, Score
from dispatch.city_batch import CityBatch, SlotChoice


class SlotChoiceOut(BaseModel):
    """Which crew goes, and for what."""

    role: str = Field(description="lead: has the case; secure: secures the place.")
    crew: str | None = Field(description="Null where nobody is left who may go.")
    eta_s: float | None
    late_s: float | None

    @classmethod
    def of(cls, assignment: SlotChoice) -> SlotChoiceOut:
        """Copy an assignment."""
        return cls(
            role=assignment.role,
            crew=assignment.crew,
            eta_s=assignment.eta_s,
            late_s=assignment.late_s,
        )


class WholeOut(BaseModel):
    """What an assignment of the whole batch is worth; compared from the top."""

    left_open: list[int] = Field(description="Wants left open, the gravest first.")
    weighted_late_s: float = Field(description="Lateness times gravity.")
    arrival_s: float = Field(description="Sum of all arrivals.")

    @classmethod
    def of(cls, score: Score) -> WholeOut:
        """Copy a score."""
        return cls(
            left_open=list(score.left_open),
            weighted_late_s=score.weighted_late_ms / 1000,
            arrival_s=score.arrival_ms / 1000,
        )


class BatchOut(BaseModel):
    """Who goes to one incident of a batch, and what the whole is worth."""

    assigned: list[SlotChoiceOut] = Field(description="In the best assignment of the batch.")
    one_by_one: list[SlotChoiceOut] = Field(
        description="If each, the gravest first, got the first crew that is left."
    )
    proven: bool
    whole: WholeOut
    whole_one_by_one: WholeOut

    @classmethod
    def of(cls, incident: str, made: CityBatch) -> BatchOut:
        """Copy what concerns one incident."""
        return cls(
            assigned=_rows(incident, made, made.best),
            one_by_one=_rows(incident, made, made.one_by_one),
            proven=made.best.proven,
            whole=WholeOut.of(made.best.score),
            whole_one_by_one=WholeOut.of(made.one_by_one.score),
        )


def _rows(incident: str, made: CityBatch, assigned: Assigned) -> list[SlotChoiceOut]:
    """Who goes to one incident."""
    return [SlotChoiceOut.of(row) for row in made.of(incident, assigned)]
