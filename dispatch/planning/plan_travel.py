"""Plan travel: how far each unit grid is from the base of its zone, over the hours of the week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan


def mean_travel_s(ground: PlanGround, plan: ZonePlan) -> NDArray[np.float64]:
    """
    Tell the mean time to each grid from its zone's base, weighed by when incidents happen.

    Parameters
    ----------
    ground
        What plans are evaluated on.
    plan
        A plan over the same grids.

    Returns
    -------
    travel_s
        Seconds, float64[n]; `inf` where no road leads in an hour with incidents, or the zone has
        no crews.  Every hour counts alike in grids without incidents.
    """
    zone = ground.rows_of(plan)[plan.zone_of]
    rows = np.arange(len(plan))
    demand = ground.per_year
    weight = np.where(demand.sum(axis=0) > 0, demand, 1.0)
    whole = np.zeros(len(plan))
    unreached = np.zeros(len(plan), dtype=bool)
    for hour, stage in enumerate(ground.stage_of.tolist()):
        travel_s = ground.travel_s[stage, zone, rows]
        unreached |= (travel_s == UNREACHABLE_S) & (weight[hour] > 0)
        whole += weight[hour] * travel_s
    mean_s: NDArray[np.float64] = np.where(unreached, np.inf, whole / weight.sum(axis=0))
    return mean_s
