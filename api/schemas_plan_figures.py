"""What the doors say of a plan while it is drawn: figures of each zone, and of an hour."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from api.schemas import Asked
from api.schemas_plan import Code
from dispatch.planning.missed_grids import missed_grids
from dispatch.planning.plan_figures import figures_of
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_score import PlanScore
from dispatch.planning.zone_figures import worst_by_zone, zones_in_hour
from geo.road.week import HOURS_OF_WEEK

MOST_MOVED = 50_000

HourOfWeek = Annotated[
    int, Field(ge=0, lt=HOURS_OF_WEEK, description="Hour of the week, 0 = Monday at midnight.")
]


class TrialIn(Asked):
    """Unit grids where they might go; nothing is kept of it."""

    zone_of: dict[Code, Code | None] = Field(
        default_factory=dict,
        max_length=MOST_MOVED,
        description="Zone of each grid that is elsewhere than in the draft; null for none.",
    )
    hour: HourOfWeek | None = None


class ZoneFiguresOut(BaseModel):
    """What one zone has to do, covers and reaches."""

    zone: str
    grids: int
    incidents: float = Field(description="A year.")
    officer_h: float = Field(description="Work a year: incidents × (travel + scene) × officers.")
    potential: float | None = Field(description="Share reached in time from its bases.")
    available: float | None = Field(description="Share that finds a crew in time free.")
    worst_s: float | None = Field(description="Longest way to a grid, in the worst hour.")
    pieces: int
    hour_potential: float | None = Field(description="Potential in the hour asked for.")
    hour_available: float | None = Field(description="Available in the hour asked for.")


class HourOut(BaseModel):
    """Unit grids that are missed in an hour of the week."""

    hour_of_week: int
    late: list[str]
    unreachable: list[str]
    nobody: list[str]
    incidents_share: float = Field(description="Share of the incidents of that hour at them.")


class PlanFiguresOut(BaseModel):
    """Figures of a plan."""

    figures: dict[str, float | None] = Field(description="Those of a scorecard, by code.")
    zones: list[ZoneFiguresOut]
    hour: HourOut | None

    @classmethod
    def of(cls, ground: PlanGround, score: PlanScore, hour: int | None) -> PlanFiguresOut:
        """Copy a score."""
        return cls(
            figures=dict(figures_of(score)),
            zones=_zones(ground, score, hour),
            hour=None if hour is None else _hour(ground, score, hour),
        )


class TwoPlansOut(BaseModel):
    """Figures of a draft beside those of the plan that is published."""

    plan: PlanFiguresOut
    published: PlanFiguresOut


def _zones(ground: PlanGround, score: PlanScore, hour: int | None) -> list[ZoneFiguresOut]:
    """Each zone of a plan."""
    worst_s = worst_by_zone(ground, score.plan)
    none = np.full(len(score.plan.zones), np.nan)
    then = None if hour is None else zones_in_hour(score, hour)
    return [
        ZoneFiguresOut(
            zone=zone,
            grids=int(score.shape.grids[at]),
            incidents=float(score.incidents[at]),
            officer_h=float(score.workload.officer_h[at]),
            potential=_known(score.potential.by_zone, at),
            available=_known(score.available.by_zone, at),
            worst_s=_known(worst_s, at),
            pieces=int(score.shape.pieces[at]),
            hour_potential=_known(none if then is None else then.potential, at),
            hour_available=_known(none if then is None else then.available, at),
        )
        for at, zone in enumerate(score.plan.zones)
    ]


def _hour(ground: PlanGround, score: PlanScore, hour: int) -> HourOut:
    """What is missed in an hour."""
    missed, codes = missed_grids(ground, score.plan, hour), ground.graph.codes

    def named(rows: NDArray[np.int64]) -> list[str]:
        return [codes[row] for row in rows.tolist()]

    return HourOut(
        hour_of_week=hour,
        late=named(missed.late),
        unreachable=named(missed.unreachable),
        nobody=named(missed.nobody),
        incidents_share=missed.incidents_share,
    )


def _known(values: NDArray[np.float64], at: int) -> float | None:
    value = float(values[at])
    return None if math.isnan(value) else value
