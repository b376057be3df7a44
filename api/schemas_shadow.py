"""What the doors say of a shadow policy."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas_report import ProportionOut
from dispatch.shadow import Compared, First, Means, ShadowReport


class FirstOut(BaseModel):
    """Whom a policy would send first."""

    unit: str
    crew: list[str]
    eta_s: float
    meets_target: bool
    mutual_aid: bool
    p_in_target: float | None
    coverage_price: float | None = Field(description="Share of demand left uncovered.")
    weighed: bool = Field(description="Whether every figure was there that the policy ranks by.")

    @classmethod
    def of(cls, first: First) -> FirstOut:
        """Copy the first."""
        return cls(
            unit=first.unit,
            crew=list(first.crew),
            eta_s=first.eta_s,
            meets_target=first.meets_target,
            mutual_aid=first.mutual_aid,
            p_in_target=first.p_in_target,
            coverage_price=first.price,
            weighed=first.weighed,
        )


class DifferenceOut(BaseModel):
    """A question for which the two policies would send different officers first."""

    suggestion: str | None
    now: datetime
    matters: list[str]
    zone: str | None
    live_policy: str
    live: FirstOut | None
    shadow: FirstOut | None
    extra_s: float | None = Field(description="Seconds later than live; below 0 for sooner.")

    @classmethod
    def of(cls, pair: Compared) -> DifferenceOut:
        """Copy a difference."""
        return cls(
            suggestion=pair.suggestion,
            now=pair.now,
            matters=list(pair.matters),
            zone=pair.zone,
            live_policy=pair.live_policy,
            live=None if pair.live is None else FirstOut.of(pair.live),
            shadow=None if pair.shadow is None else FirstOut.of(pair.shadow),
            extra_s=None if pair.extra_s is None else round(pair.extra_s, 3),
        )


class MeansOut(BaseModel):
    """A figure under both policies, over the questions in which both have it."""

    live: float | None
    shadow: float | None
    of: int

    @classmethod
    def measured(cls, means: Means) -> MeansOut:
        """Copy the means."""
        return cls(live=means.live, shadow=means.shadow, of=means.of)


class ShadowReportOut(BaseModel):
    """What another policy would have meant for suggestions that were given."""

    policy: str
    policy_version: str
    since: datetime | None
    until: datetime | None
    in_period: int = Field(description="Suggestions made in the period; the newest are asked.")
    asked: int
    gone: dict[str, int] = Field(description="What could not be asked again, by reason.")
    live_policies: dict[str, int]
    differ: int = Field(description="In how many the first crew is another.")
    sooner: int
    later: int
    eta_s: MeansOut
    p_in_target: MeansOut
    coverage_price: MeansOut
    in_time_live: ProportionOut
    in_time_shadow: ProportionOut
    aid_live: int
    aid_shadow: int
    not_weighed: int = Field(description="The shadow lacked what it ranks by, and went by time.")
    differences: list[DifferenceOut]

    @classmethod
    def of(
        cls,
        report: ShadowReport,
        since: datetime | None,
        until: datetime | None,
        *,
        in_period: int,
    ) -> ShadowReportOut:
        """Copy a report."""
        return cls(
            policy=report.policy,
            policy_version=report.version,
            since=since,
            until=until,
            in_period=in_period,
            asked=report.asked,
            gone=dict(report.gone),
            live_policies=dict(report.live_policies),
            differ=report.differ,
            sooner=report.sooner,
            later=report.later,
            eta_s=MeansOut.measured(report.eta_s),
            p_in_target=MeansOut.measured(report.p_in_target),
            coverage_price=MeansOut.measured(report.price),
            in_time_live=ProportionOut.measured(report.in_time_live),
            in_time_shadow=ProportionOut.measured(report.in_time_shadow),
            aid_live=report.aid_live,
            aid_shadow=report.aid_shadow,
            not_weighed=report.not_weighed,
            differences=[DifferenceOut.of(pair) for pair in report.differences],
        )
