"""Travel spread: mean, 90th percentile and worst travel of a plan, and who is served worst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan
from geo.road.frozen import freeze

WORST_SHARE: Final = 0.1
"""Of all grids that a road leads to, the share that is looked at as being served worst."""


@dataclass(frozen=True, slots=True, eq=False)
class TravelSpread:
    """
    Travel from the bases of the responsible brigade, first base first.

    Attributes
    ----------
    mean_s
        Mean seconds of an incident at a grid with a road; NaN without any.
    p90_s
        Nine incidents in ten are reached within so many seconds; NaN likewise.
    worst_s
        The longest way to any grid with a road, with or without incidents; NaN likewise.
    worst_grid
        Row of that grid, the first of several; -1 without any.
    by_grid_s
        Mean of each grid over the incidents of its week, or over the hours where it has none,
        float64[n]; NaN where no road leads or nobody is responsible.
    decile
        Rows of the tenth of all grids with a road that is served worst, the worst first.
    decile_mean_s
        Mean seconds of an incident there; NaN without any.
    decile_in_time
        Share of the incidents there that are potentially in time; 1 without any.
    decile_incidents
        Share of all incidents that are there.
    unreachable
        Rows of grids to which no road leads from the responsible brigade, in some hour.
    nobody
        Rows of grids that no brigade with crews is responsible for.
    """

    mean_s: float
    p90_s: float
    worst_s: float
    worst_grid: int
    by_grid_s: NDArray[np.float64]
    decile: NDArray[np.int64]
    decile_mean_s: float
    decile_in_time: float
    decile_incidents: float
    unreachable: NDArray[np.int64]
    nobody: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def responsible_s(ground: PlanGround, plan: ZonePlan) -> NDArray[np.uint16]:
    """
    Give the travel times that a plan makes count.

    Parameters
    ----------
    ground
        What is evaluated on.
    plan
        The plan.

    Returns
    -------
    travel_s
        From the responsible brigade's first base, uint16[n_stages, n].
    """
    row = ground.rows_of(plan)[plan.zone_of]  # the last row for grids in no zone
    return ground.travel_s[:, row, np.arange(len(row))]


def travel_spread(ground: PlanGround, plan: ZonePlan, incident_s: float) -> TravelSpread:
    """
    Tell how travel is spread.

    Parameters
    ----------
    ground
        What is evaluated on.
    plan
        The plan.
    incident_s
        Seconds of travel of all incidents of a year.

    Returns
    -------
    spread
        Over all hours of the ground.
    """
    travel_s = responsible_s(ground, plan)
    n_stages, n = travel_s.shape
    often = np.zeros((n_stages, n))
    np.add.at(often, ground.stage_of, ground.per_year)
    reached = travel_s != UNREACHABLE_S
    served = ground.rows_of(plan)[plan.zone_of] < len(ground.zones)
    all_reached = reached.all(axis=0)
    by_grid_s = _by_grid(ground, travel_s, often, all_reached)
    rows = np.flatnonzero(all_reached)
    longest_s = np.where(reached, travel_s.astype(np.int64), -1)
    worst = int(longest_s.max(axis=0).argmax()) if reached.any() else -1
    decile = rows[np.lexsort((rows, -by_grid_s[rows]))][: -int(-len(rows) * WORST_SHARE // 1)]
    targets = ground.targets_of(plan)[plan.zone_of]
    here, here_s = often[:, decile], travel_s[:, decile].astype(np.float64)
    some, total = float(here.sum()), float(often.sum())
    met = float((here * (here_s <= targets[decile])).sum())
    count = float((often * reached).sum())
    return TravelSpread(
        mean_s=incident_s / count if count > 0 else np.nan,
        p90_s=weighted_quantile(travel_s[reached], often[reached], 0.9),
        worst_s=float(longest_s[:, worst].max()) if worst >= 0 else np.nan,
        worst_grid=worst,
        by_grid_s=by_grid_s,
        decile=decile,
        decile_mean_s=float((here * here_s).sum()) / some if some > 0 else np.nan,
        decile_in_time=met / some if some > 0 else 1.0,
        decile_incidents=some / total if total > 0 else 0.0,
        unreachable=np.flatnonzero(served & ~all_reached),
        nobody=np.flatnonzero(~served),
    )


def weighted_quantile(
    seconds: NDArray[np.uint16], weight: NDArray[np.float64], share: float
) -> float:
    """
    Give the smallest time within which a share of weight lies.

    Parameters
    ----------
    seconds
        Times, uint16[n].
    weight
        Weight of each, 0 or more, float64[n].
    share
        0…1.

    Returns
    -------
    quantile_s
        One of the times; NaN where there is no weight.
    """
    heaped = np.cumsum(np.bincount(seconds, weight)) if len(seconds) else np.zeros(1)
    if heaped[-1] <= 0:
        return np.nan
    return float(np.searchsorted(heaped, share * heaped[-1] * (1 - 1e-12)))


def _by_grid(
    ground: PlanGround,
    travel_s: NDArray[np.uint16],
    often: NDArray[np.float64],
    reached: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Mean of each grid, float64[n]."""
    total = often.sum(axis=0)
    hours = np.bincount(ground.stage_of, minlength=len(often)).astype(np.float64)
    weight = np.where(total > 0, often, hours[:, np.newaxis])
    mean_s = (weight * travel_s).sum(axis=0) / weight.sum(axis=0)
    return np.where(reached, mean_s, np.nan)
