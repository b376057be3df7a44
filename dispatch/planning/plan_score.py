"""
Plan score: what a plan would do, in figures that can be laid beside those of another plan.

Workload is incidents × (travel + scene) × officers, not a count of incidents; a grid without a
road from its base counts the time at the scene alone.  Means over the week weigh an hour by its
incidents; people and area weigh every hour alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.hour_scores import (
    ANY_IN_TIME,
    AREA,
    AVAILABLE,
    BUSY,
    IN_TIME,
    INCIDENTS,
    PEOPLE,
    TRAVEL,
    UNREACHABLE,
    HourScores,
    PlanTask,
    evaluate_task,
    join_hours,
)
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_shape import PlanShape, plan_shape
from dispatch.planning.travel_spread import TravelSpread, travel_spread
from dispatch.planning.zone_plan import ZonePlan
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """
    Shares of incidents that are covered, of one kind of coverage.

    Attributes
    ----------
    share
        Of the whole week and city, 0…1; 1 where there is no incident.
    by_hour
        By hour of the week, float64[n_hours]; NaN in hours without incidents.
    by_zone
        By zone, float64[n_zones]; NaN of zones without incidents.
    """

    share: float
    by_hour: NDArray[np.float64]
    by_zone: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def worst_hour(self) -> int | None:
        """Row of the hour with the smallest share, the first of several; None without incidents."""
        if np.isnan(self.by_hour).all():
            return None
        return int(np.nanargmin(self.by_hour))


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """
    Work of the zones, and how unequal it is.

    Attributes
    ----------
    officer_h
        Officer-hours a year by zone, float64[n_zones].
    max_deviation
        Largest deviation from the mean of all zones with a grid, as a share of the mean.
    variation
        Coefficient of variation: standard deviation of those zones over their mean.
    gini
        Gini coefficient: 0 where all have the same, towards 1 where one has all.

    References
    ----------
    Gini (1912), Variabilità e mutabilità.
    """

    officer_h: NDArray[np.float64]
    max_deviation: float
    variation: float
    gini: float

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class PlanScore:
    """
    All figures of a plan.

    Attributes
    ----------
    plan
        The plan.
    hours
        Figures by hour and zone, from which those below are summed.
    potential
        Incidents at grids that the responsible brigade reaches in time from its bases.
    any_brigade
        The same from the nearest base of any brigade.
    available
        Incidents that are expected to find a crew in time on duty and free; see
        `dispatch.planning.crew_free`.
    people_share
        People at grids potentially in time; None where they are not known of every grid.
    area_share
        The same of the ground.
    unreachable_share
        Incidents at grids to which no road leads from the responsible brigade's bases.
    nobody_share
        Incidents in no zone, or in one that no brigade with crews is responsible for.
    incidents
        Incidents a year by zone, float64[n_zones].
    workload
        Officer-hours.
    travel
        Mean, spread and worst travel, and grids that are served worst.
    shape
        Compactness, pieces, borders.
    """

    plan: ZonePlan
    hours: HourScores
    potential: Coverage
    any_brigade: Coverage
    available: Coverage
    people_share: float | None
    area_share: float
    unreachable_share: float
    nobody_share: float
    incidents: NDArray[np.float64]
    workload: Workload
    travel: TravelSpread
    shape: PlanShape

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def late_share(self) -> float:
        """Incidents at grids that the brigade reaches by road, and too late."""
        rest = self.potential.share + self.unreachable_share + self.nobody_share
        return max(0.0, 1.0 - rest)

    @property
    def worst_zone(self) -> int | None:
        """Row of the zone of the smallest available coverage; None without incidents."""
        if np.isnan(self.available.by_zone).all():
            return None
        return int(np.nanargmin(self.available.by_zone))


def evaluate_plan(ground: PlanGround, plan: ZonePlan) -> PlanScore:
    """
    Evaluate a plan.

    Parameters
    ----------
    ground
        What plans over the city are evaluated on.
    plan
        A plan over its grids.

    Returns
    -------
    score
        All figures but experienced coverage, which only a simulation tells.

    Raises
    ------
    BadValue
        The plan is over other grids.
    """
    return score_of(ground, plan, evaluate_task(PlanTask(ground, plan)))


def plan_tasks(ground: PlanGround, plan: ZonePlan) -> list[PlanTask]:
    """
    Cut the evaluation of a plan into tasks, one for each period of the week.

    Parameters
    ----------
    ground
        What is evaluated on.
    plan
        The plan.

    Returns
    -------
    tasks
        For `dispatch.planning.hour_scores.evaluate_task`, on whatever machine.
    """
    return [PlanTask(ground.part(period.hours), plan) for period in ground.periods]


def join_tasks(ground: PlanGround, plan: ZonePlan, parts: list[HourScores]) -> PlanScore:
    """
    Put the answers of `plan_tasks` together.

    Parameters
    ----------
    ground, plan
        As they were cut up.
    parts
        The answers, in any order.

    Returns
    -------
    score
        The same bits as `evaluate_plan`.

    Raises
    ------
    BadValue
        An hour stands twice.
    """
    return score_of(ground, plan, join_hours(parts))


def score_of(ground: PlanGround, plan: ZonePlan, hours: HourScores) -> PlanScore:
    """
    Sum the figures of a plan up.

    Parameters
    ----------
    ground
        What it was evaluated on.
    plan
        The plan.
    hours
        Figures by hour and zone.

    Returns
    -------
    score
        All of its figures.
    """
    table = hours.table
    incidents = table[INCIDENTS]
    nobody = ground.rows_of(plan) == len(ground.zones)
    people, area_m2 = float(ground.population.sum()), float(ground.graph.area_m2.sum())
    shape = plan_shape(ground.graph, ground.outline_m, plan)
    officer_h = table[BUSY].sum(axis=0)[:-1] * (ground.crew_size / 3600.0)
    return PlanScore(
        plan=plan,
        hours=hours,
        potential=_coverage(table[IN_TIME], incidents),
        any_brigade=_coverage(table[ANY_IN_TIME], incidents),
        available=_coverage(table[AVAILABLE], incidents),
        people_share=_mean_share(table[PEOPLE], people) if people > 0 else None,
        area_share=_mean_share(table[AREA], area_m2),
        unreachable_share=_share(table[UNREACHABLE].sum(), incidents.sum(), none=0.0),
        nobody_share=_share(incidents[:, nobody].sum(), incidents.sum(), none=0.0),
        incidents=incidents.sum(axis=0)[:-1],
        workload=workload(officer_h, shape.grids > 0),
        travel=travel_spread(ground, plan, float(table[TRAVEL].sum())),
        shape=shape,
    )


def workload(officer_h: NDArray[np.float64], counts: NDArray[np.bool_]) -> Workload:
    """
    Tell how unequal work is.

    Parameters
    ----------
    officer_h
        Officer-hours by zone, float64[n_zones].
    counts
        Which zones count, those with a grid, bool[n_zones].

    Returns
    -------
    workload
        Without any inequality where there is no work.
    """
    own = np.sort(officer_h[counts])
    mean = float(own.mean()) if len(own) else 0.0
    if mean <= 0:
        return Workload(officer_h, 0.0, 0.0, 0.0)
    rank = np.arange(1, len(own) + 1)
    gini = float((2 * rank - len(own) - 1) @ own) / (len(own) ** 2 * mean)
    return Workload(
        officer_h, float(np.abs(own - mean).max()) / mean, float(own.std()) / mean, gini
    )


def _coverage(covered: NDArray[np.float64], incidents: NDArray[np.float64]) -> Coverage:
    """Shares of incidents by hour and zone; grids in no zone count in the whole."""
    with np.errstate(invalid="ignore"):
        by_hour = covered.sum(axis=1) / incidents.sum(axis=1)
        by_zone = (covered.sum(axis=0) / incidents.sum(axis=0))[:-1]
    return Coverage(_share(covered.sum(), incidents.sum(), none=1.0), by_hour, by_zone)


def _mean_share(covered: NDArray[np.float64], total: float) -> float:
    """Share of people or ground in the mean of all hours."""
    return float(covered.sum(axis=1).mean()) / total if total > 0 else 1.0


def _share(part: float, total: float, *, none: float) -> float:
    """Part of a total; what is said where there is none."""
    return float(part) / float(total) if total > 0 else none
