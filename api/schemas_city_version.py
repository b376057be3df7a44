"""What the doors say of versions of the city, and what they take to make one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas import Asked, Instant, Text
from dispatch.store.city_plans import CityPlan, PlanState
from dispatch.store.city_versions import CityVersion

Why = Annotated[Text, Field(max_length=500, description="In the words of whoever does it.")]
DraftNumber = Annotated[Text, Field(min_length=1, max_length=64)]


class PublishIn(Asked):
    """Drafts that belong together."""

    drafts: Annotated[list[DraftNumber], Field(min_length=1, max_length=16)]
    why: Why = ""


class PlanIn(PublishIn):
    """Drafts that are to be published at a time."""

    at: Instant = Field(description="When, such as midnight on a date; with offset.")


class RollBackIn(Asked):
    """A version to go back to."""

    to: Annotated[int, Field(ge=1, lt=2**31)] | None = Field(
        None, description="The version before the present one without."
    )
    why: Why = ""


class CityVersionOut(BaseModel):
    """A version of the city; the same in lists, answers and on the live stream."""

    number: int
    city_version: str = Field(description="As answers name the city that they were made with.")
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
            city_version=version.city,
            drafts=list(version.drafts),
            why=version.why,
            published_at=version.published_at,
            published_by=version.published_by,
            back_to=version.back_to,
        )


class CityPlanOut(BaseModel):
    """Drafts that are to be published at a time, or were."""

    id: str
    drafts: list[str]
    why: str
    due_at: datetime
    state: PlanState
    said: str | None = Field(description="Why it was refused when its time came.")
    version: int | None = Field(description="The version that it became.")
    planned_at: datetime
    planned_by: str

    @classmethod
    def of(cls, plan: CityPlan) -> CityPlanOut:
        """Copy a plan."""
        return cls(
            id=plan.id,
            drafts=list(plan.drafts),
            why=plan.why,
            due_at=plan.due_at,
            state=plan.state,
            said=plan.said,
            version=plan.version,
            planned_at=plan.planned_at,
            planned_by=plan.planned_by,
        )
