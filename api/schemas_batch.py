"""What the doors say of a batch, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Asked, Crs, GivenLonLat, Instant, Text
from dispatch.batch import Assigned, Score
from dispatch.city import City
from dispatch.city_batch import CityBatch, SlotChoice
from dispatch.incident import Incident, IncidentKind
from dispatch.matter import CaseScale

Code = Annotated[Text, Field(min_length=1, max_length=64)]

MOST_INCIDENTS = 1000


class BatchIncidentIn(Asked):
    """An incident on record by its id alone, or a place and its matters."""

    id: Code
    lon_lat: GivenLonLat | None = None
    matters: list[Code] = Field(default_factory=list, max_length=50)
    reported_at: Instant | None = Field(
        default=None, description="When a target began that counts from the report; now without."
    )
    kind: IncidentKind = IncidentKind.REPORT
    scale: CaseScale | None = Field(
        default=None, description="Daily work or a major case; without it the matter's triage says."
    )


class BatchAsk(Asked):
    """Who should go to which of these incidents?"""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "incidents": [
                        {"id": "a", "lon_lat": [109.1689, 21.4627], "matters": ["CO001"]},
                        {"id": "b", "lon_lat": [109.12, 21.48], "matters": ["HC001"]},
                    ]
                }
            ]
        },
    )

    incidents: list[BatchIncidentIn] = Field(min_length=1, max_length=MOST_INCIDENTS)
    crs: Crs = "wgs84"
    at: Instant | None = Field(
        default=None, description="The instant for which it should hold; the present by default."
    )


class SlotChoiceOut(BaseModel):
    """Which crew goes, and for what."""

    role: str = Field(description="lead: has the case; secure: secures the place.")
    crew: str | None = Field(
        description="Null where nobody is left who may go, or officers are brought together."
    )
    eta_s: float | None
    late_s: float | None
    officers: list[str] = Field(description="Officers brought together, the first to arrive first.")
    brought_from: list[str] = Field(description="Crews from which these come.")

    @classmethod
    def of(cls, assignment: SlotChoice) -> SlotChoiceOut:
        """Copy an assignment."""
        return cls(
            role=assignment.role,
            crew=assignment.crew,
            eta_s=assignment.eta_s,
            late_s=assignment.late_s,
            officers=list(assignment.officers),
            brought_from=list(assignment.brought_from),
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
    proven: bool = Field(description="Whether no assignment of standing crews is better.")
    heuristic: bool = Field(
        description="Whether officers are brought together somewhere; that part is not proven."
    )
    whole: WholeOut
    whole_one_by_one: WholeOut

    @classmethod
    def of(cls, incident: str, made: CityBatch) -> BatchOut:
        """Copy what concerns one incident."""
        return cls(
            assigned=_rows(incident, made, made.best),
            one_by_one=_rows(incident, made, made.one_by_one),
            proven=made.best.proven,
            heuristic=made.completed.heuristic,
            whole=WholeOut.of(made.best.score),
            whole_one_by_one=WholeOut.of(made.one_by_one.score),
        )


class BatchRowOut(BaseModel):
    """Who goes to one incident."""

    id: str
    assigned: list[SlotChoiceOut] = Field(description="In the best assignment of the batch.")
    one_by_one: list[SlotChoiceOut] = Field(
        description="If each, the gravest first, got the first crew that is left."
    )


class BatchesOut(BaseModel):
    """Who goes where for all together."""

    now: datetime
    city_version: str
    weight_version: str
    arrival_model: str | None
    incidents: list[BatchRowOut] = Field(description="In the order asked.")
    proven: bool = Field(description="Whether no assignment of standing crews is better.")
    heuristic: bool = Field(
        description="Whether officers are brought together somewhere; that part is not proven."
    )
    whole: WholeOut = Field(description="What the standing crews come to.")
    whole_one_by_one: WholeOut

    @classmethod
    def of(
        cls, incidents: Sequence[Incident], made: CityBatch, city: City, now: datetime
    ) -> BatchesOut:
        """Copy a batch."""
        ids = [incident.id or "" for incident in incidents]
        return cls(
            now=now,
            city_version=city.version,
            weight_version=city.weight_version,
            arrival_model=city.arrival_model.version if city.arrival_model else None,
            incidents=[
                BatchRowOut(
                    id=one,
                    assigned=_rows(one, made, made.best),
                    one_by_one=_rows(one, made, made.one_by_one),
                )
                for one in ids
            ],
            proven=made.best.proven,
            heuristic=made.completed.heuristic,
            whole=WholeOut.of(made.best.score),
            whole_one_by_one=WholeOut.of(made.one_by_one.score),
        )


def _rows(incident: str, made: CityBatch, assigned: Assigned) -> list[SlotChoiceOut]:
    """Who goes to one incident."""
    return [SlotChoiceOut.of(row) for row in made.of(incident, assigned)]
