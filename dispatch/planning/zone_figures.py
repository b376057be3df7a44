"""Zone figures: what each zone of a plan has to do, covers and reaches, for bars beside a map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.hour_scores import AVAILABLE, IN_TIME, INCIDENTS
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_score import PlanScore
from dispatch.planning.travel_spread import responsible_s
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import NO_ZONE, ZonePlan
from geo.errors import BadValue
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class ZonesInHour:
    """
    Coverage of the zones of a plan in one hour of the week.

    Attributes
    ----------
    potential, available
        Shares of the incidents of that hour by zone, float64[n_zones]; NaN of a zone without any.
    """

    potential: NDArray[np.float64]
    available: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def zones_in_hour(score: PlanScore, hour: int) -> ZonesInHour:
    """
    Tell what zones cover in an hour of the week.

    Parameters
    ----------
    score
        Of a plan.
    hour
        Hour of the week, 0 = Monday at midnight.

    Returns
    -------
    zones
        In the order of the plan.

    Raises
    ------
    BadValue
        The hour was not scored.
    """
    at = np.flatnonzero(score.hours.hours == hour)
    if not len(at):
        raise BadValue(f"The hour {hour} of the week is not known here; hours are 0 to 167.")
    table = score.hours.table[:, at[0], :-1]
    with np.errstate(invalid="ignore"):
        return ZonesInHour(table[IN_TIME] / table[INCIDENTS], table[AVAILABLE] / table[INCIDENTS])


def worst_by_zone(ground: PlanGround, plan: ZonePlan) -> NDArray[np.float64]:
    """
    Give the longest way to any grid of each zone, in the worst hour of the week.

    Parameters
    ----------
    ground
        What is evaluated on.
    plan
        The plan.

    Returns
    -------
    worst_s
        Seconds from the responsible brigade's first base, float64[n_zones]; NaN of a zone to none
        of whose grids a road leads.
    """
    travel_s = responsible_s(ground, plan)
    longest_s = np.where(travel_s == UNREACHABLE_S, 0, travel_s).max(axis=0).astype(np.float64)
    road = (travel_s != UNREACHABLE_S).any(axis=0) & (plan.zone_of != NO_ZONE)
    worst_s = np.full(len(plan.zones), -np.inf)
    np.maximum.at(worst_s, plan.zone_of[road], longest_s[road])
    worst_s[np.isinf(worst_s)] = np.nan
    return worst_s
