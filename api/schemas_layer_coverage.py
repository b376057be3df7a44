"""What the doors say of coverage before and after a layer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, Field

from api.schemas import ReasonOut
from dispatch.base_coverage import BaseCoverage
from dispatch.layer.coverage_change import CoverageChange
from geo.remark import Remark

MOST_NAMED = 100
"""Points that are named; all are counted."""

DECIMALS = 6


class CoverageOf(StrEnum):
    """Which of the three coverages: from bases, by crews that are free, or as it was found."""

    POTENTIAL = "potential"


class CoveredOut(BaseModel):
    """What is covered; every figure but `untold` is null where it can't be told."""

    untold: ReasonOut | None = Field(description="Why nothing can be told; null where it can.")
    weighting: ReasonOut | None = Field(description="What the points are weighted by.")
    points: int | None = Field(description="Unit grids, or zones where there are none.")
    points_in_time: int | None
    points_unreachable: int | None = Field(description="No road leads there from any base.")
    share: float | None = Field(description="Share of the demand that is reached in time, 0 to 1.")
    share_unreachable: float | None
    crews: int | None = Field(description="Crews of grid brigades.")
    crews_counted: int | None = Field(description="Those with a base on roads of their mode.")

    @classmethod
    def of(cls, covered: BaseCoverage | Remark) -> CoveredOut:
        """Copy what is covered."""
        if isinstance(covered, Remark):
            figures = dict.fromkeys(cls.model_fields) | {"untold": ReasonOut.of(covered)}
            return cls.model_validate(figures)
        in_time, unreachable = covered.in_time, covered.unreachable
        return cls(
            untold=None,
            weighting=ReasonOut.of(covered.points.weighting),
            points=len(in_time),
            points_in_time=int(in_time.sum()),
            points_unreachable=int(unreachable.sum()),
            share=round(covered.share(in_time), DECIMALS),
            share_unreachable=round(covered.share(unreachable), DECIMALS),
            crews=covered.crews,
            crews_counted=covered.crews_counted,
        )


class NamedPointsOut(BaseModel):
    """Points of demand: all counted, the heaviest named."""

    count: int
    codes: list[str] = Field(description=f"At most {MOST_NAMED}, the heaviest first.")

    @classmethod
    def of(cls, codes: Sequence[str]) -> NamedPointsOut:
        """Count all and name the first."""
        return cls(count=len(codes), codes=list(codes[:MOST_NAMED]))


class CoverageChangeOut(BaseModel):
    """Coverage before and after a layer; points that only one of them has are in neither list."""

    coverage: CoverageOf = Field(
        description="From their bases, all crews of grid brigades at hand, by roads without "
        "closures, within the arrival target of the zone."
    )
    before: CoveredOut
    after: CoveredOut
    lost: NamedPointsOut
    gained: NamedPointsOut
    rows_left_out: int = Field(description="Rows that are not sound, and are not counted.")

    @classmethod
    def of(cls, change: CoverageChange) -> CoverageChangeOut:
        """Copy a change."""
        return cls(
            coverage=CoverageOf.POTENTIAL,
            before=CoveredOut.of(change.before),
            after=CoveredOut.of(change.after),
            lost=NamedPointsOut.of(change.lost),
            gained=NamedPointsOut.of(change.gained),
            rows_left_out=change.left_out,
        )
