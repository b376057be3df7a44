"""What the doors say of the timeline of an incident."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas import ReasonOut
from dispatch.timeline import Entry


class EntryOut(BaseModel):
    """One thing that happened to an incident."""

    at: datetime
    by: str | None = Field(description="Null for what happened by itself.")
    said: ReasonOut
    about: str = Field(description="Id of the suggestion, assignment, whistle or incident.")
    because: list[ReasonOut] = Field(description="Why, in the words of then.")

    @classmethod
    def of(cls, entry: Entry) -> EntryOut:
        """Copy an entry."""
        return cls(
            at=entry.at,
            by=entry.by,
            said=ReasonOut.of(entry.said),
            about=entry.about,
            because=[ReasonOut.of(remark) for remark in entry.because],
        )
