"""What the doors say of suggestions and incidents, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Asked, Crs, GivenLonLat, Instant, LonLat, ReasonOut, Text
from api.schemas_deadline import RunningDeadlineOut
from api.schemas_verdict import (
    ClockOut,
    FilingIn,
    FilingOut,
    HandOffOut,
    HolderOut,
    WhistleOut,
)
from dispatch.automatic_verdict import AutomaticVerdict
from dispatch.choice import ProposalKind
from dispatch.deadline_plan import Deadline
from dispatch.incident import Incident, IncidentKind, Reporter
from dispatch.incident_state import State
from dispatch.lifecycle import may_follow
from dispatch.matter import CaseScale, Triage
from dispatch.origin import DESK, Origin, Source
from dispatch.passed_over import PassedOver
from dispatch.proposal import CoveragePrice, Proposal
from dispatch.routing import CaseKind
from dispatch.sight import masked_name, masked_phone, without_phones
from dispatch.suggestion import Suggestion

MatterCode = Annotated[Text, Field(min_length=1, max_length=64)]


class SuggestionAsk(Asked):
    """Who should go to a place, for these matters?"""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"lon_lat": [109.1689, 21.4627], "crs": "wgs84", "matters": ["CO001"]},
            ]
        },
    )

    lon_lat: GivenLonLat
    crs: Crs = "wgs84"
    matters: list[MatterCode] = Field(default_factory=list, max_length=50)
    at: Instant | None = Field(
        default=None, description="The instant for which it should hold; the present by default."
    )
    kind: IncidentKind = IncidentKind.REPORT
    policy: Text | None = Field(default=None, max_length=64)
    scale: CaseScale | None = Field(
        default=None, description="Daily work or a major case; without it the matter's triage says."
    )
    filings: list[FilingIn] = Field(default_factory=list, max_length=20)
    asked_by: Annotated[Text, Field(max_length=64)] | None = Field(
        default=None, description="Area whose command room asks; it learns whom to whistle for."
    )


class RouteOut(BaseModel):
    """A way on the road, as a GeoJSON line."""

    type: Literal["LineString"] = "LineString"
    coordinates: list[LonLat]


class CoveragePriceOut(BaseModel):
    """What sending a crew costs the next incident."""

    value: float
    unit: str

    @classmethod
    def of(cls, price: CoveragePrice) -> CoveragePriceOut:
        """Copy a price."""
        return cls(value=price.value, unit=price.unit)


class ProposalOut(BaseModel):
    """A crew that could be sent, with its times and reasons."""

    rank: int = Field(description="From 1 within its kind.")
    unit: str = Field(description="Code of the crew or drone.")
    brigade: str | None
    crew: list[str] = Field(description="Ids of the officers who go, the first to arrive first.")
    kind: ProposalKind
    eta_s: float = Field(description="Median seconds from dispatch until the crew is complete.")
    eta_p90_s: float | None
    p_in_target: float | None = Field(description="Chance to meet the target from dispatch.")
    p_in_target_received: float | None = Field(
        description="The same if its clock started with the report."
    )
    meets_target: bool = Field(description="Never of a drone, which looks but does not arrive.")
    travel_time_s: float
    first_on_scene_s: float
    length_m: float | None
    position_age_s: float | None = Field(
        description="Null for a drone, which sets out from its base."
    )
    coverage_price: CoveragePriceOut | None
    mutual_aid: bool
    brought_together: bool = Field(
        description="Whether its officers come from several crews; `unit` then commands them."
    )
    reasons: list[ReasonOut]
    route: RouteOut | None

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalOut:
        """Copy a proposal."""
        price, flies = proposal.coverage_price, proposal.kind == ProposalKind.FIRST_LOOK
        return cls(
            rank=proposal.rank,
            unit=proposal.unit,
            brigade=proposal.brigade,
            crew=list(proposal.crew),
            kind=proposal.kind,
            eta_s=proposal.eta_s,
            eta_p90_s=proposal.eta_p90_s,
            p_in_target=proposal.p_in_target,
            p_in_target_received=proposal.p_in_target_received,
            meets_target=proposal.meets_target,
            travel_time_s=proposal.travel_time_s,
            first_on_scene_s=proposal.first_on_scene_s,
            length_m=proposal.length_m,
            position_age_s=None if flies else proposal.position_age_s,
            coverage_price=None if price is None else CoveragePriceOut.of(price),
            mutual_aid=proposal.mutual_aid,
            brought_together=proposal.brought_together,
            reasons=[ReasonOut.of(remark) for remark in proposal.reasons],
            route=RouteOut(coordinates=list(proposal.route)) if proposal.route else None,
        )


class PassedOverOut(BaseModel):
    """A crew that is not proposed, and why."""

    unit: str
    reason: ReasonOut

    @classmethod
    def of(cls, passed: PassedOver) -> PassedOverOut:
        """Copy a crew that was passed over."""
        return cls(unit=passed.unit, reason=ReasonOut.of(passed.reason))


class DegradedOut(BaseModel):
    """Why an answer is worse than it should be."""

    code: str
    why: str


class SuggestionOut(BaseModel):
    """Who should go, and why; no proposal at all is an answer too."""

    id: str | None = Field(description="Its number, under which it can be read again.")
    now: datetime = Field(description="The instant for which it holds.")
    city_version: str
    weight_version: str
    arrival_model: str | None = Field(description="Version of what is known of arrivals.")
    policy: str
    policy_version: str = Field(description="Digest of what the policy says.")
    degraded: DegradedOut | None
    lon_lat: LonLat
    matters: list[str]
    areas: list[str] = Field(description="Codes of the areas, from the city down.")
    zone: str | None
    grid: str | None
    arrival_target_s: float
    case: CaseKind = Field(description="Whether the grid brigade or a squad has the case.")
    routing: ReasonOut = Field(description="The rule that chose between grid and specialist.")
    holder: HolderOut = Field(description="Holder of the lead matter.")
    other_holders: list[HolderOut]
    grounds: list[ReasonOut] = Field(description="Every rule that decided, with its row.")
    clocks: list[ClockOut]
    whistle: WhistleOut | None
    hand_off: HandOffOut | None
    proposals: list[ProposalOut]
    passed_over: list[PassedOverOut]
    passed_over_count: dict[str, int] = Field(description="How many more, by code of the reason.")
    findings: list[ReasonOut]
    coverage_at: datetime | None = Field(
        description="Instant for which coverage was counted, off which prices are read."
    )

    @classmethod
    def of(cls, number: str | None, suggestion: Suggestion) -> SuggestionOut:
        """Copy a suggestion."""
        degraded = suggestion.degraded
        return cls(
            id=number,
            now=suggestion.now,
            city_version=suggestion.city_version,
            weight_version=suggestion.weight_version,
            arrival_model=suggestion.arrival_model,
            policy=suggestion.policy,
            policy_version=suggestion.policy_version,
            degraded=DegradedOut(code=degraded.code, why=degraded.why) if degraded else None,
            lon_lat=suggestion.lon_lat,
            matters=list(suggestion.matters),
            areas=[area.code for area in suggestion.areas],
            zone=suggestion.zone.code if suggestion.zone else None,
            grid=suggestion.grid,
            arrival_target_s=suggestion.arrival_target_s,
            case=suggestion.case,
            routing=ReasonOut.of(suggestion.routing),
            holder=HolderOut.of(suggestion.holder),
            other_holders=[HolderOut.of(holder) for holder in suggestion.other_holders],
            grounds=[ReasonOut.of(remark) for remark in suggestion.grounds],
            clocks=[ClockOut.of(clock) for clock in suggestion.clocks],
            whistle=WhistleOut.of(suggestion.whistle) if suggestion.whistle else None,
            hand_off=HandOffOut.of(suggestion.hand_off) if suggestion.hand_off else None,
            proposals=[ProposalOut.of(proposal) for proposal in suggestion.proposals],
            passed_over=[PassedOverOut.of(passed) for passed in suggestion.passed_over],
            passed_over_count=dict(suggestion.passed_over_count),
            findings=[ReasonOut.of(remark) for remark in suggestion.findings],
            coverage_at=suggestion.coverage_at,
        )


class ReporterIn(Asked):
    """Who reported; kept, and never shown again in a list or stream."""

    name: Text = Field(default="", max_length=100)
    phone: Text = Field(default="", max_length=40)


class IncidentReport(Asked):
    """Something reported at a place, or a visit planned there."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "lon_lat": [109.1689, 21.4627],
                    "crs": "wgs84",
                    "matters": ["CO001"],
                    "text": "沿街商铺占道经营",
                    "kind": "report",
                    "reporter": {"name": "", "phone": ""},
                }
            ]
        },
    )

    lon_lat: GivenLonLat
    crs: Crs = "wgs84"
    matters: list[MatterCode] = Field(default_factory=list, max_length=50)
    text: Text = Field(default="", max_length=4000)
    kind: IncidentKind = IncidentKind.REPORT
    reporter: ReporterIn | None = None
    scale: CaseScale | None = None
    filings: list[FilingIn] = Field(default_factory=list, max_length=20)


class AutomaticVerdictOut(BaseModel):
    """What a rule decided of an incident, or why it is left to a person."""

    at: datetime
    dispatched: bool
    triage: Triage | None = Field(description="Of its gravest matter; null while none is named.")
    rule: str | None = Field(description="Name of the rule that sent somebody.")
    said: ReasonOut

    @classmethod
    def of(cls, verdict: AutomaticVerdict) -> AutomaticVerdictOut:
        """Copy a verdict."""
        return cls(
            at=verdict.judged_at,
            dispatched=verdict.dispatched,
            triage=verdict.triage,
            rule=verdict.rule,
            said=ReasonOut.of(verdict.said),
        )


class IncidentOut(BaseModel):
    """An incident; the same in lists, answers and the live stream."""

    id: str
    state: State
    may_follow: list[State] = Field(description="States that somebody may move it to from here.")
    lon_lat: LonLat
    matters: list[str]
    kind: IncidentKind
    text: str
    reported_at: datetime
    scale: CaseScale | None
    filings: list[FilingOut]
    case_number: str | None = Field(description="Statutory number of the case (立案号).")
    version: int = Field(description="Grows with every step and correction; its ETag.")
    deadlines: list[RunningDeadlineOut] = Field(description="That run, the oldest first.")
    source: Source = Field(description="By which way it came in first.")
    confidence: float | None = Field(description="How sure its sender is; null for people.")
    automatic: AutomaticVerdictOut | None = Field(
        description="Null where no rule has looked at it, or not yet."
    )

    @classmethod
    def of(
        cls,
        incident: Incident,
        running: Iterable[Deadline],
        origin: Origin = DESK,
        verdict: AutomaticVerdict | None = None,
    ) -> IncidentOut:
        """Copy an incident without its reporter, and without mobile numbers in its text."""
        return cls(
            id=incident.id or "",
            state=incident.state,
            may_follow=list(may_follow(incident.state, incident.resumes_to)),
            lon_lat=incident.lon_lat,
            matters=list(incident.matters),
            kind=incident.kind,
            text=without_phones(incident.text),
            reported_at=incident.reported_at,
            scale=incident.scale,
            filings=[FilingOut.of(filing) for filing in incident.filings],
            case_number=incident.case_number,
            version=incident.version,
            deadlines=[RunningDeadlineOut.of(deadline) for deadline in running],
            source=origin.source,
            confidence=origin.confidence,
            automatic=None if verdict is None else AutomaticVerdictOut.of(verdict),
        )


class ReporterOut(BaseModel):
    """Who reported, and what was said in full, or as much as whoever asks may see."""

    name: str
    phone: str
    text: str
    masked: bool
    others: list[OtherReporterOut] = Field(
        default=[], description="Whose report was one more of the same, the first of them first."
    )

    @classmethod
    def of(
        cls, incident: Incident, others: Iterable[Reporter] = (), *, masked: bool
    ) -> ReporterOut:
        """Copy the reporter of an incident; empty where nobody is known."""
        name, phone = _shown(incident.reporter or Reporter(), masked=masked)
        text = without_phones(incident.text) if masked else incident.text
        also = [OtherReporterOut.of(one, masked=masked) for one in others]
        return cls(name=name, phone=phone, text=text, masked=masked, others=also)


class OtherReporterOut(BaseModel):
    """Somebody else who reported the same."""

    name: str
    phone: str

    @classmethod
    def of(cls, reporter: Reporter, *, masked: bool) -> OtherReporterOut:
        """Copy a reporter, in stars where whoever asks may not see who it is."""
        name, phone = _shown(reporter, masked=masked)
        return cls(name=name, phone=phone)


def _shown(reporter: Reporter, *, masked: bool) -> tuple[str, str]:
    """Name and phone as they are shown."""
    if masked:
        return masked_name(reporter.name), masked_phone(reporter.phone)
    return reporter.name, reporter.phone


def as_json(model: BaseModel) -> object:
    """
    Turn a model into what JSON can say.

    Parameters
    ----------
    model
        Any of these.

    Returns
    -------
    plain
        Dictionaries, lists, texts and numbers.
    """
    plain: object = model.model_dump(mode="json")
    return plain
