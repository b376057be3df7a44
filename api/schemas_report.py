"""What the doors say of reports: rates with their counts and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, Field

from dispatch.override_rate import OverrideReport, Rates
from dispatch.proportion import Proportion


class ProportionOut(BaseModel):
    """How many of how many."""

    hits: int
    of: int
    share: float | None
    interval: tuple[float, float] | None = Field(
        description="Wilson's, which holds the true share in 95 of 100 cases."
    )

    @classmethod
    def measured(cls, proportion: Proportion) -> ProportionOut:
        """Copy a proportion."""
        return cls(
            hits=proportion.hits,
            of=proportion.of,
            share=proportion.share,
            interval=proportion.interval,
        )


class RatesOut(BaseModel):
    """How often some decisions departed from the suggestion."""

    not_first: ProportionOut = Field(description="Did not take the first proposal.")
    overridden: ProportionOut = Field(description="Sent somebody who was not proposed.")

    @classmethod
    def of(cls, rates: Rates) -> RatesOut:
        """Copy the rates."""
        return cls(
            not_first=ProportionOut.measured(rates.not_first),
            overridden=ProportionOut.measured(rates.overridden),
        )


class ReasonShareOut(BaseModel):
    """How often a reason was given."""

    reason: str | None = Field(description="Null for departures that gave none.")
    share: ProportionOut


class OverrideReportOut(BaseModel):
    """Departures from suggestions, by rule, policy, matter and reason."""

    since: datetime | None
    until: datetime | None
    total: RatesOut
    by_routing: dict[str, RatesOut] = Field(description="By rule between grid and specialist.")
    by_policy: dict[str, RatesOut]
    by_matter: dict[str, RatesOut]
    by_kind: dict[str, RatesOut]
    by_run_card: dict[str, RatesOut] = Field(description="By matter whose run card held.")
    reasons: list[ReasonShareOut] = Field(description="Among the departures.")
    units: dict[str, int] = Field(description="Sent without being proposed, how often.")
    by_rule: int = Field(description="Decisions that a rule made by itself; not in the rates.")

    @classmethod
    def of(
        cls, report: OverrideReport, since: datetime | None, until: datetime | None
    ) -> OverrideReportOut:
        """Copy a report."""
        return cls(
            since=since,
            until=until,
            total=RatesOut.of(report.total),
            by_routing=_groups(report.by_routing),
            by_policy=_groups(report.by_policy),
            by_matter=_groups(report.by_matter),
            by_kind=_groups(report.by_kind),
            by_run_card=_groups(report.by_run_card),
            reasons=[
                ReasonShareOut(reason=reason, share=ProportionOut.measured(share))
                for reason, share in report.reasons.items()
            ],
            units=dict(report.units),
            by_rule=report.by_rule,
        )


def _groups(groups: Mapping[str, Rates]) -> dict[str, RatesOut]:
    """Copy the rates of groups."""
    return {group: RatesOut.of(rates) for group, rates in groups.items()}
