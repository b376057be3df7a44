"""What the doors say of zone plans, and what they take to draw and publish one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.schemas import Asked, Instant, Text
from api.schemas_city_version import CityPlanOut, CityVersionOut, Why
from api.schemas_layer import FindingOut
from dispatch.planning.plan_content import PlanContent
from dispatch.planning.plan_layers import ZoneTerms
from dispatch.planning.plan_locks import PlanLocks
from dispatch.planning.publish_gate import GateVerdict
from dispatch.planning_desk import Drawing
from dispatch.store.zone_plans import DrawnPlan, ZonePlanState
from geo.finding import Finding

Code = Annotated[Text, Field(min_length=1, max_length=64)]
PlanNumber = Annotated[Text, Field(min_length=1, max_length=64)]
ShortName = Annotated[Text, Field(max_length=200)]


class TermsIn(Asked):
    """What is said of a zone beside its grids; what is left out stays as it is."""

    name: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    name_en: ShortName | None = None
    brigade: Code | None = Field(
        None, description="Grid brigade that is responsible; one that is not there is set up."
    )
    arrival_target_s: Annotated[int, Field(ge=60, le=86_400)] | None = None

    def terms(self) -> ZoneTerms:
        """Copy them."""
        return ZoneTerms(self.name, self.name_en, self.brigade, self.arrival_target_s)


class PlanIn(Asked):
    """A plan to begin."""

    name: Annotated[Text, Field(min_length=1, max_length=200)]
    source: Literal["published", "zone_of", "csv", "plan"] = Field(
        "published", alias="from", description="What it says to begin with."
    )
    zone_of: dict[Code, Code | None] | None = Field(
        None, description="With `from: zone_of`: zone of every unit grid; null for none."
    )
    csv: Annotated[Text, Field(max_length=3_000_000)] | None = Field(
        None, description="With `from: csv`: a table `grid,zone` of every unit grid."
    )
    plan: PlanNumber | None = Field(None, description="With `from: plan`: another plan, to copy.")
    terms: dict[Code, TermsIn] = Field(default_factory=dict, description="Of zones, by code.")


class OverrideIn(Asked):
    """Somebody's word for a plan that does not pass the gate."""

    by: Annotated[Text, Field(min_length=1, max_length=200, description="Who answers for it.")]
    reason: Annotated[Text, Field(min_length=1, max_length=2_000)]


class PublicationIn(Asked):
    """A plan to publish, at once or at a time."""

    why: Why = ""
    at: Instant | None = Field(None, description="When, such as midnight; at once without.")
    override: OverrideIn | None = None


class RebaseIn(Asked):
    """How a plan is put on what is published by now."""

    keep: Literal["mine", "theirs"] | None = Field(
        None,
        description="Whose word counts for unit grids that both put elsewhere; without it such "
        "grids keep the plan from being rebased.",
    )


class BackIn(Asked):
    """Why the plan that is published is taken back."""

    why: Why = ""


class TermsOut(BaseModel):
    """What is said of a zone."""

    name: str | None
    name_en: str | None
    brigade: str | None
    arrival_target_s: int | None


class PlanOut(BaseModel):
    """A plan that is drawn; the same in lists and answers."""

    id: str
    name: str
    state: ZonePlanState
    version: int
    base: str = Field(description="Digest of the plan that was published when it was begun.")
    digest: str = Field(description="Digest of what it says.")
    step: int = Field(description="Edits that are in it.")
    steps: int = Field(description="Edits with those that were undone.")
    hands: list[str]
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    why: str | None = Field(description="Why it is published.")
    gate: dict[str, Any] | None = Field(description="What the gate said of it then.")
    override: dict[str, str] | None = Field(description="Who opened the gate, and why.")
    planned_version: str | None = Field(description="Planned version that it waits for.")
    city_version: int | None = Field(description="Version of the city that it became.")

    @classmethod
    def of(cls, plan: DrawnPlan) -> PlanOut:
        """Copy a plan."""
        said = plan.publishing
        return cls(
            id=plan.id,
            name=plan.name,
            state=plan.state,
            version=plan.version,
            base=plan.base,
            digest=plan.digest,
            step=plan.step,
            steps=plan.steps,
            hands=list(plan.hands),
            made_at=plan.made_at,
            made_by=plan.made_by,
            changed_at=plan.changed_at,
            changed_by=plan.changed_by,
            why=said.get("why"),
            gate=said.get("gate"),
            override=said.get("override"),
            planned_version=plan.city_plan,
            city_version=plan.city_version,
        )


class LocksOut(BaseModel):
    """What must stay, and what must go together or apart."""

    grids: list[str]
    zones: list[str]
    together: list[tuple[str, str]]
    apart: list[tuple[str, str]]

    @classmethod
    def of(cls, locks: PlanLocks) -> LocksOut:
        """Copy locks."""
        return cls(
            grids=sorted(locks.grids),
            zones=sorted(locks.zones),
            together=sorted(locks.together),
            apart=sorted(locks.apart),
        )


class WholePlanOut(PlanOut):
    """A plan with what it says of each unit grid."""

    zone_of: dict[str, str | None]
    locks: LocksOut
    terms: dict[str, TermsOut]
    moved: dict[str, list[str | None]] = Field(
        description="Unit grids that are elsewhere than published when it was begun: was, is now."
    )

    @classmethod
    def whole(cls, drawing: Drawing) -> WholePlanOut:
        """Copy a plan with its contents."""
        content, was = drawing.content, drawing.base.plan.zone_codes
        rows = zip(content.plan.grids, was, content.plan.zone_codes, strict=True)
        return cls(
            **PlanOut.of(drawing.plan).model_dump(),
            zone_of=zone_of(content),
            locks=LocksOut.of(content.locks),
            terms={code: _terms(one) for code, one in sorted(content.terms.items())},
            moved={grid: [old, new] for grid, old, new in rows if old != new},
        )


class RebasedOut(WholePlanOut):
    """A plan that was put on what is published, and what somebody should look at in it."""

    findings: list[FindingOut]

    @classmethod
    def rebased(cls, drawing: Drawing, findings: Iterable[Finding]) -> RebasedOut:
        """Copy a plan with its contents and findings."""
        told = WholePlanOut.whole(drawing).model_dump()
        return cls(**told, findings=[FindingOut.of(one) for one in findings])


class GateOut(BaseModel):
    """What the gate says of a plan."""

    passed: bool
    threshold: float
    zone: str | None = Field(description="The worst zone; null of a plan that was not simulated.")
    share: float | None
    lower: float | None
    upper: float | None
    simulation: str | None
    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, verdict: GateVerdict) -> GateOut:
        """Copy a verdict."""
        worst = verdict.worst
        return cls(
            passed=verdict.passed,
            threshold=verdict.threshold,
            zone=None if worst is None else worst.zone,
            share=None if worst is None else worst.share,
            lower=None if worst is None else worst.lower,
            upper=None if worst is None else worst.upper,
            simulation=verdict.simulation,
            code=verdict.why.code,
            zh=verdict.why.zh,
            en=verdict.why.en,
        )


class PublicationOut(BaseModel):
    """A plan that was published, or waits for its time."""

    plan: PlanOut
    gate: GateOut
    published: CityVersionOut | None = Field(description="The version of the city; null if later.")
    planned: CityPlanOut | None = Field(description="What waits for its time; null if published.")


def zone_of(content: PlanContent) -> dict[str, str | None]:
    """
    Tell which unit grid is in which zone.

    Parameters
    ----------
    content
        What a plan says.

    Returns
    -------
    zone_of
        By code of the grid.
    """
    return dict(zip(content.plan.grids, content.plan.zone_codes, strict=True))


def _terms(terms: ZoneTerms) -> TermsOut:
    return TermsOut(
        name=terms.name,
        name_en=terms.name_en,
        brigade=terms.brigade,
        arrival_target_s=terms.arrival_target_s,
    )
