"""What the doors say of what is done by rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas import Asked, ReasonOut, Text
from api.schemas_report import ProportionOut
from dispatch.automatic_verdict import SwitchedOff
from dispatch.automation import Automation, Rule
from dispatch.automation_share import AutomationReport
from dispatch.matter import Triage
from dispatch.origin import Source
from dispatch.proportion import Proportion
from geo.zone import Zone


class AutomationRuleOut(BaseModel):
    """When the first proposal is sent without a person."""

    name: str
    title_zh: str
    title_en: str
    triage: list[Triage]
    sources: list[Source]
    matters: list[str] = Field(description="Codes, or beginnings with a *; empty for all.")
    domains: list[str] = Field(description="Empty for all.")
    gravest: int
    least_confidence: float = Field(description="Asked of senders that say how sure they are.")
    hours: list[str] = Field(description="On the city's clock; empty for always.")
    in_target: bool

    @classmethod
    def of(cls, rule: Rule) -> AutomationRuleOut:
        """Copy a rule."""
        return cls(
            name=rule.name,
            title_zh=rule.title_zh,
            title_en=rule.title_en,
            triage=list(rule.triage),
            sources=list(rule.sources),
            matters=list(rule.matters),
            domains=list(rule.domains),
            gravest=rule.gravest,
            least_confidence=rule.least_confidence,
            hours=[f"{start:%H:%M}-{end:%H:%M}" for start, end in rule.hours],
            in_target=rule.in_target,
        )


class AutomationZoneOut(BaseModel):
    """Whether rules decide in a zone."""

    zone: str
    name: str
    on: bool
    since: datetime | None = Field(description="When it was switched off.")
    by: str | None
    why: str

    @classmethod
    def of(cls, zone: Zone, off: SwitchedOff | None) -> AutomationZoneOut:
        """Copy a zone and its switch."""
        if off is None:
            return cls(zone=zone.code, name=zone.name, on=True, since=None, by=None, why="")
        return cls(
            zone=zone.code, name=zone.name, on=False, since=off.since, by=off.by, why=off.why
        )


class AutomationOut(BaseModel):
    """What is done by rule, and where."""

    active: bool = Field(description="Whether the operator lets rules dispatch at all.")
    within_s: float = Field(description="Reports that have waited longer are a person's.")
    rules: list[AutomationRuleOut] = Field(description="In the order in which they are tried.")
    zones: list[AutomationZoneOut]

    @classmethod
    def of(
        cls,
        automation: Automation,
        zones: list[Zone],
        off: Mapping[str, SwitchedOff],
        *,
        active: bool,
    ) -> AutomationOut:
        """Copy the rules and the switches."""
        return cls(
            active=active,
            within_s=automation.within_s,
            rules=[AutomationRuleOut.of(rule) for rule in automation.rules],
            zones=[AutomationZoneOut.of(zone, off.get(zone.code)) for zone in zones],
        )


class AutomationSwitchIn(Asked):
    """Whether rules are to decide in a zone."""

    on: bool
    why: Text = Field(default="", max_length=500)


class LeftOut(BaseModel):
    """A reason for which incidents were left to people."""

    code: str
    latest: ReasonOut = Field(description="In the words of the latest of them.")
    count: int


class AutomationReportOut(BaseModel):
    """What share of reports was dispatched without a person, and why the others were not."""

    since: datetime
    until: datetime
    dispatched: ProportionOut
    by_triage: dict[str, ProportionOut] = Field(description="`none` where no matter was named.")
    by_source: dict[str, ProportionOut]
    by_zone: dict[str, ProportionOut] = Field(description="`none` outside every zone.")
    by_rule: dict[str, int] = Field(description="How many each rule has sent.")
    left: list[LeftOut] = Field(description="The most frequent reason first.")

    @classmethod
    def of(cls, report: AutomationReport, since: datetime, until: datetime) -> AutomationReportOut:
        """Copy a report."""
        return cls(
            since=since,
            until=until,
            dispatched=ProportionOut.measured(report.dispatched),
            by_triage=_shares(report.by_triage),
            by_source=_shares(report.by_source),
            by_zone=_shares(report.by_zone),
            by_rule=dict(report.by_rule),
            left=[
                LeftOut(code=said.code, latest=ReasonOut.of(said), count=count)
                for said, count in report.left
            ],
        )


def _shares(groups: Mapping[str, Proportion]) -> dict[str, ProportionOut]:
    """Copy the shares of groups."""
    return {name: ProportionOut.measured(share) for name, share in groups.items()}
