"""Edits of a zone plan as the door takes them; `op` says which, and each is a step to be undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

from api.schemas import Asked, LonLat
from api.schemas_plan import Code, TermsIn
from dispatch.planning.content_edit import edited, with_locks, with_terms, with_zones
from dispatch.planning.edit_script import LOCKABLE, Lock
from dispatch.planning.grid_ground import GridGround
from dispatch.planning.plan_content import PlanContent
from dispatch.planning.plan_edit import Assign, Brush, Cut, Edit, Enclose, Halve, Merge, Redraw
from dispatch.planning.plan_locks import pair_of
from dispatch.store.zone_plan_steps import PlanStep

MOST_GRIDS = 50_000
MOST_PLACES = 20_000

Grids = Annotated[list[Code], Field(min_length=1, max_length=MOST_GRIDS)]
Line = Annotated[list[LonLat], Field(min_length=1, max_length=MOST_PLACES)]
Pair = tuple[Code, Code]


class _Shaped(Asked):
    """An edit that may leave a zone in pieces."""

    repair: bool = Field(
        default=False,
        description="Whether pieces that would lie apart from their zone go to neighbours.",
    )

    def does(self) -> Edit:
        """Tell what is done."""
        raise AssertionError(self)

    def edit(self, content: PlanContent, ground: GridGround) -> PlanContent:
        """Give the plan after the edit."""
        return edited(content, ground, self.does(), repaired=self.repair)


class AssignIn(_Shaped):
    """Unit grids into a zone that is there, or out of every zone."""

    op: Literal["assign"]
    grids: Grids
    zone: Code | None = Field(description="Null for no zone.")

    def does(self) -> Edit:
        """Tell what is done."""
        return Assign(self.zone, tuple(self.grids))


class BrushIn(_Shaped):
    """What a brush touches into a zone."""

    op: Literal["brush"]
    zone: Code
    radius_m: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
    line: Line

    def does(self) -> Edit:
        """Tell what is done."""
        return Brush(self.zone, self.radius_m, self.line)


class EncloseIn(_Shaped):
    """What a closed freehand line encloses into a zone."""

    op: Literal["enclose"]
    zone: Code
    line: Line

    def does(self) -> Edit:
        """Tell what is done."""
        return Enclose(self.zone, self.line)


class CutIn(_Shaped):
    """A zone in two along a line; the smaller side is a new zone."""

    op: Literal["cut"]
    zone: Code
    new_zone: Code
    line: Line

    def does(self) -> Edit:
        """Tell what is done."""
        return Cut(self.zone, self.new_zone, self.line)


class RedrawIn(_Shaped):
    """The border of two zones anew."""

    op: Literal["redraw"]
    zones: tuple[Code, Code]
    line: Line

    def does(self) -> Edit:
        """Tell what is done."""
        return Redraw(self.zones, self.line)


class SplitIn(_Shaped):
    """A zone into two of about the same size."""

    op: Literal["split"]
    zone: Code
    new_zone: Code
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0

    def does(self) -> Edit:
        """Tell what is done."""
        return Halve(self.zone, self.new_zone, self.seed)


class MergeIn(_Shaped):
    """Several zones into one that stays."""

    op: Literal["merge"]
    zones: Annotated[list[Code], Field(min_length=1, max_length=1_000)]
    into: Code

    def does(self) -> Edit:
        """Tell what is done."""
        return Merge(self.into, tuple(self.zones))


class PutIn(Asked):
    """Some unit grids into zones of their own; a zone that is not there yet appears."""

    op: Literal["put"]
    zone_of: Annotated[dict[Code, Code | None], Field(min_length=1, max_length=MOST_GRIDS)]
    repair: bool = False

    def edit(self, content: PlanContent, ground: GridGround) -> PlanContent:
        """Give the plan after the edit."""
        return with_zones(content, ground, self.zone_of, repaired=self.repair)


class LockIn(Asked):
    """What stays as it is, or may be moved again."""

    op: Literal["lock", "unlock"]
    grids: list[Code] = Field(default_factory=list, max_length=MOST_GRIDS)
    zones: list[Code] = Field(default_factory=list, max_length=1_000)
    together: list[Pair] = Field(default_factory=list, max_length=10_000)
    apart: list[Pair] = Field(default_factory=list, max_length=10_000)

    def edit(self, content: PlanContent, ground: GridGround) -> PlanContent:
        """Give the plan after the edit."""
        on = self.op == "lock"
        alone = [("grid", code) for code in self.grids] + [("zone", code) for code in self.zones]
        pairs = [("together", pair) for pair in self.together]
        pairs += [("apart", pair) for pair in self.apart]
        locks = [Lock(on, LOCKABLE[kind], code) for kind, code in alone]
        locks += [Lock(on, LOCKABLE[kind], pair_of(*pair)) for kind, pair in pairs]
        return with_locks(content, ground, locks)


class SetTermsIn(Asked):
    """Name, brigade and arrival target of zones."""

    op: Literal["terms"]
    terms: Annotated[dict[Code, TermsIn], Field(min_length=1, max_length=1_000)]

    def edit(self, content: PlanContent, _: GridGround) -> PlanContent:
        """Give the plan after the edit."""
        return with_terms(content, {code: one.terms() for code, one in self.terms.items()})


Edits = (
    AssignIn
    | BrushIn
    | EncloseIn
    | CutIn
    | RedrawIn
    | SplitIn
    | MergeIn
    | PutIn
    | LockIn
    | SetTermsIn
)


class EditIn(RootModel[Annotated[Edits, Field(discriminator="op")]]):
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
