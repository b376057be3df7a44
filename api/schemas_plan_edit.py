"""Edits of a zone plan as the door takes them; `op` says which, and each is a step to be undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

from api.schemas import Asked
from api.schemas_plan import Code, TermsIn
from dispatch.planning.content_edit import merged, with_locks, with_terms, with_zones
from dispatch.planning.plan_content import PlanContent
from dispatch.store.zone_plan_steps import PlanStep

MOST_GRIDS = 50_000

Grids = Annotated[list[Code], Field(min_length=1, max_length=MOST_GRIDS)]


class AssignIn(Asked):
    """Unit grids into a zone; a zone that is not there yet appears."""

    op: Literal["assign"]
    grids: Grids
    zone: Code | None = Field(description="Null for no zone.")

    def edit(self, content: PlanContent) -> PlanContent:
        """Give the plan after the edit."""
        return with_zones(content, dict.fromkeys(self.grids, self.zone))


class PutIn(Asked):
    """Some unit grids into zones of their own."""

    op: Literal["put"]
    zone_of: Annotated[dict[Code, Code | None], Field(min_length=1, max_length=MOST_GRIDS)]

    def edit(self, content: PlanContent) -> PlanContent:
        """Give the plan after the edit."""
        return with_zones(content, self.zone_of)


class MergeIn(Asked):
    """Several zones into one, of a code that one of them has, or a new one."""

    op: Literal["merge"]
    zones: Annotated[list[Code], Field(min_length=1, max_length=1_000)]
    into: Code

    def edit(self, content: PlanContent) -> PlanContent:
        """Give the plan after the edit."""
        return merged(content, self.zones, self.into)


class LockIn(Asked):
    """Unit grids that stay where they are, or may be moved again."""

    op: Literal["lock", "unlock"]
    grids: Grids

    def edit(self, content: PlanContent) -> PlanContent:
        """Give the plan after the edit."""
        return with_locks(content, self.grids, locked=self.op == "lock")


class SetTermsIn(Asked):
    """Name, brigade and arrival target of zones."""

    op: Literal["terms"]
    terms: Annotated[dict[Code, TermsIn], Field(min_length=1, max_length=1_000)]

    def edit(self, content: PlanContent) -> PlanContent:
        """Give the plan after the edit."""
        return with_terms(content, {code: one.terms() for code, one in self.terms.items()})


class EditIn(
    RootModel[
        Annotated[
            AssignIn | PutIn | MergeIn | LockIn | SetTermsIn,
            Field(discriminator="op"),
        ]
    ]
):
    """One edit of a plan."""


class EditOut(BaseModel):
    """One edit of a plan, as it was asked for."""

    number: int
    edit: Mapping[str, Any]
    at: datetime
    by: str

    @classmethod
    def of(cls, step: PlanStep) -> EditOut:
        """Copy a step."""
        return cls(number=step.number, edit=step.edit, at=step.at, by=step.by)
