"""
What the zones of a plan have to do: reports, stays and ways from the bases of their brigades.

A report is taken to be answered from the nearest base of the brigade that is responsible for the
zone, at the speeds of the hour.  A zone whose brigade has no base is answered from the nearest
base of all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.staffing_task import WAYS, ZoneWork
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan
from geo.road.week import HOURS_OF_WEEK

HOURS_OF_YEAR = 365.2425 / 7.0
"""How often each hour of the week comes in a year."""


def zone_works(setting: PlanSetting, plan: ZonePlan) -> list[ZoneWork]:
    """
    Draw up the work of each zone.

    Parameters
    ----------
    setting
        The city, its roads and its demand.
    plan
        Which zone each grid is in; grids in no zone are left out.

    Returns
    -------
    works
        In the order of the zones; zones without a grid have none.
    """
    works = []
    for row, zone in enumerate(plan.zones):
        grids = np.flatnonzero(plan.zone_of == row)
        if len(grids):
            works.append(_work(setting, zone, grids))
    return works


def _work(setting: PlanSetting, zone: str, grids: NDArray[np.int64]) -> ZoneWork:
    """Work of one zone."""
    crews = setting.crews.of_zone(zone)
    sites = np.unique(setting.crews.site[crews]) if len(crews) else slice(None)
    per_year = setting.demand.per_year[:, grids]
    travel = setting.travel.travel_s[:, sites][:, :, grids].min(axis=1)
    nearest_s = np.where(travel == UNREACHABLE_S, np.inf, travel.astype(np.float64))
    on_scene_s = setting.demand.on_scene_s[grids]
    total = per_year.sum(axis=1)
    even = np.full(len(grids), 1.0 / len(grids))
    share = np.where(total[:, None] > 0, per_year / np.where(total > 0, total, 1.0)[:, None], even)
    return ZoneWork(
        zone=zone,
        target_s=float(setting.target_of(zone)),
        per_h=total / HOURS_OF_YEAR,
        on_scene_s=share @ on_scene_s,
        travel_s=np.stack(
            [
                equal_ways(nearest_s[setting.travel.period_of[hour]], share[hour])
                for hour in range(HOURS_OF_WEEK)
            ]
        ),
    )


def equal_ways(
    travel_s: NDArray[np.float64], weight: NDArray[np.float64], ways: int = WAYS
) -> NDArray[np.float64]:
    """
    Tell travel times by a few that are equally likely.

    Parameters
    ----------
    travel_s
        float64[n]; inf where no road leads.
    weight
        What each weighs, float64[n].
    ways
        How many.

    Returns
    -------
    ways_s
        The middle of each equal share, ascending, float64[ways].
    """
    order = np.argsort(travel_s, kind="stable")
    upto = np.cumsum(weight[order])
    middle = (np.arange(ways) + 0.5) / ways * upto[-1]
    return np.asarray(travel_s[order][np.searchsorted(upto, middle)])
