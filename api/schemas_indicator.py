"""What the doors say of indicators: each with its counts, its interval, and the spans before."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas_report import ProportionOut
from dispatch.arrival_share import ArrivalShare, Percentile
from dispatch.formula import Population
from dispatch.indicator_report import IndicatorLine, IndicatorReport
from dispatch.report_span import ReportSpan


class PopulationOut(BaseModel):
    """Cases that an indicator is a share of."""

    code: str
    zh: str
    en: str

    @classmethod
    def named(cls, population: Population) -> PopulationOut:
        """Copy a population."""
        return cls(code=population.code, zh=population.zh, en=population.en)


class IndicatorOut(BaseModel):
    """One indicator of a span."""

    code: str
    zh: str
    en: str
    terms: str = Field(description="Standard that the term comes from; empty for none.")
    of: PopulationOut
    found: ProportionOut
    before: list[ProportionOut] = Field(description="Of the spans before, the oldest first.")
    groups: dict[str, ProportionOut] = Field(description="By name; groups of nothing are left out.")

    @classmethod
    def measured(cls, line: IndicatorLine) -> IndicatorOut:
        """Copy a line of a report."""
        return cls(
            code=line.formula.code,
            zh=line.formula.zh,
            en=line.formula.en,
            terms=line.formula.terms,
            of=PopulationOut.named(line.of),
            found=ProportionOut.measured(line.found),
            before=[ProportionOut.measured(one) for one in line.before],
            groups={name: ProportionOut.measured(one) for name, one in line.groups.items()},
        )


class PercentileOut(BaseModel):
    """A percentile of the times to arrival, with the interval from drawing whole days again."""

    level: float
    value_s: float
    interval_s: tuple[float, float]

    @classmethod
    def told(cls, percentile: Percentile) -> PercentileOut:
        """Copy a percentile."""
        return cls(
            level=percentile.level, value_s=percentile.value_s, interval_s=percentile.interval_s
        )


class ArrivalsOut(BaseModel):
    """Crews that were there within the target, from dispatch."""

    name: str
    in_time: ProportionOut
    unrecorded: int = Field(description="Went on without a recorded arrival; left out.")
    percentiles: list[PercentileOut]

    @classmethod
    def counted(cls, share: ArrivalShare) -> ArrivalsOut:
        """Copy the arrivals of a group."""
        return cls(
            name=share.name,
            in_time=ProportionOut.measured(share.in_time),
            unrecorded=share.unrecorded,
            percentiles=[PercentileOut.told(one) for one in share.percentiles],
        )


class IndicatorReportOut(BaseModel):
    """The indicators of a week, month or year, as known at an instant."""

    span: ReportSpan
    since: datetime | None
    until: datetime | None
    now: datetime
    reported: list[int] = Field(description="Came in, of the spans before and this one, last.")
    indicators: list[IndicatorOut]
    arrivals: ArrivalsOut | None = Field(description="Null where nobody was dispatched.")
    arrivals_before: list[ProportionOut]
    arrival_groups: list[ArrivalsOut]

    @classmethod
    def of(cls, report: IndicatorReport) -> IndicatorReportOut:
        """Copy a report."""
        return cls(
            span=report.span,
            since=report.period.since,
            until=report.period.until,
            now=report.now,
            reported=list(report.reported),
            indicators=[IndicatorOut.measured(line) for line in report.lines],
            arrivals=None if report.arrivals is None else ArrivalsOut.counted(report.arrivals),
            arrivals_before=[ProportionOut.measured(one) for one in report.arrivals_before],
            arrival_groups=[ArrivalsOut.counted(one) for one in report.arrival_groups],
        )


class CaseOut(BaseModel):
    """A case behind a figure."""

    id: str | None = Field(description="Null for a case that the city brought along.")
    lon_lat: tuple[float, float]
    reported_at: datetime
    zone: str | None
    unit: str | None
    matter: str | None
    counts: bool = Field(description="Whether it is one of the hits.")
