"""What the doors say of the timeline of an incident."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas import LonLat, Quoted, ReasonOut
from dispatch.incident_state import State
from dispatch.timeline import Entry, Progress


class EntryOut(BaseModel):
    """One thing that happened to an incident."""

    at: datetime
    by: str | None = Field(description="Null for what happened by itself.")
    said: ReasonOut
    about: str = Field(description="Id of the suggestion, assignment, whistle or incident.")
    because: list[ReasonOut] = Field(description="Why, in the words of then.")
    state: State | None = Field(description="Of the incident from then on; null where it stayed.")
    reason: Quoted = Field(description="Reason that was given; empty where none was asked for.")
    lon_lat: LonLat | None = Field(description="Where whoever did it was.")

    @classmethod
    def of(cls, entry: Entry) -> EntryOut:
        """Copy an entry."""
        return cls(
            at=entry.at,
            by=entry.by,
            said=ReasonOut.quoting(entry.said),
            about=entry.about,
            because=[ReasonOut.quoting(remark) for remark in entry.because],
            state=entry.state,
            reason=entry.reason,
            lon_lat=entry.lon_lat,
        )


class ProgressOut(BaseModel):
    """What a reporter sees of one step: nobody's name."""

    at: datetime
    state: State
    said: ReasonOut

    @classmethod
    def of(cls, progress: Progress) -> ProgressOut:
        """Copy a step."""
        return cls(at=progress.at, state=progress.state, said=ReasonOut.of(progress.said))
