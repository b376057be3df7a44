"""What the doors say of versions of the city, and what they take to make one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas import Asked, Text
from dispatch.store.city_versions import CityVersion

Why = Annotated[Text, Field(max_length=500, description="In the words of whoever does it.")]
DraftNumber = Annotated[Text, Field(min_length=1, max_length=64)]


class PublishIn(Asked):
    """Drafts that belong together."""

    drafts: Annotated[list[DraftNumber], Field(min_length=1, max_length=16)]
    why: Why = ""


class RollBackIn(Asked):
    """A version to go back to."""

    to: Annotated[int, Field(ge=1, lt=2**31)] | None = Field(
        None, description="The version before the present one without."
    )
    why: Why = ""


class CityVersionOut(BaseModel):
    """A version of the city; the same in lists, answers and on the live stream."""

    number: int
    drafts: list[str]
    why: str
    published_at: datetime
    published_by: str
    back_to: int | None = Field(description="Version that it goes back to; null for a new one.")

    @classmethod
    def of(cls, version: CityVersion) -> CityVersionOut:
        """Copy a version."""
        return cls(
            number=version.number,
            drafts=list(version.drafts),
            why=version.why,
            published_at=version.published_at,
            published_by=version.published_by,
            back_to=version.back_to,
        )
