"""
Crews that a zone needs in each hour: the fewest for which enough reports are answered in time.

Crews are busy with what came in before, so the hour is judged by the reports of a service time
earlier (lagged arrivals), as if they went on at that rate: an M/M/c queue for each hour.

References
----------
Green, Kolesar and Soares (2001), Improving the SIPP approach for staffing service systems that
have cyclic demands.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.erlang import share_in_time
from dispatch.planning.staffing_task import StaffRule, ZoneWork
from geo.road.week import HOURS_OF_WEEK

SHORT = 1e-9
"""Rounding by which a share may fall short."""


def lagged(per_h: NDArray[np.float64], lag_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Give the reports that keep crews busy in each hour.

    Parameters
    ----------
    per_h
        Reports an hour, float64[168].
    lag_s
        How long each keeps a crew, float64[168].

    Returns
    -------
    per_h
        Those of so much earlier, float64[168]; in no hour fewer than its own, for they come on top.
    """
    hours = np.arange(HOURS_OF_WEEK)
    whole, part = np.divmod(lag_s / 3600.0, 1.0)
    at = (hours - whole.astype(np.int64)) % HOURS_OF_WEEK
    earlier = (1.0 - part) * per_h[at] + part * per_h[(at - 1) % HOURS_OF_WEEK]
    return np.maximum(earlier, per_h)


def crews_needed(work: ZoneWork, rule: StaffRule) -> NDArray[np.int64]:
    """
    Say how many crews a zone needs in each hour.

    Parameters
    ----------
    work
        What comes in.
    rule
        What is asked.

    Returns
    -------
    need
        int64[168].  Where ways alone are too long for the share that is asked, as many as give
        that share of the reports that can be reached in time at all.
    """
    service_s = work.service_s
    per_h = lagged(work.per_h, service_s)
    need = np.full(HOURS_OF_WEEK, rule.least_crews, dtype=np.int64)
    for hour in range(HOURS_OF_WEEK):
        ways = work.travel_s[hour]
        goal = rule.share * min(1.0, float((ways <= work.target_s).mean()) / rule.share)
        if goal < rule.share:
            goal *= rule.share
        load = float(per_h[hour] * service_s[hour] / 3600.0)
        if work.per_h[hour] == 0 and load == 0:
            continue
        crews = max(rule.least_crews, int(load) + 1)
        while share_in_time(load, crews, service_s[hour], ways, work.target_s) < goal - SHORT:
            crews += 1
        need[hour] = crews
    return need
