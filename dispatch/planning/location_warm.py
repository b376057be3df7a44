"""Every kernel of locating and staffing, run once on a small street."""

from __future__ import annotations

import numpy as np

from dispatch.planning.location import locate
from dispatch.planning.location_branch import settle
from dispatch.planning.location_dual import search_median
from dispatch.planning.location_median import median_sites
from dispatch.planning.location_task import LocationRule, LocationTask, Problem
from dispatch.planning.mixed_program import never
from dispatch.planning.staffing_trial import serve


def warm_location() -> None:
    """Solve one task of each kind."""
    place = np.arange(6.0)
    names, no = tuple(map(str, range(6))), np.zeros(6, dtype=np.bool_)
    street = np.abs(place[:, None] - place)
    task = LocationTask(names, names, street, np.ones(6), no, no, np.full(6, np.inf))
    median = LocationRule(problem=Problem.P_MEDIAN, p=2)
    for rule in (
        median,
        LocationRule(problem=Problem.P_CENTER, p=2),
        LocationRule(problem=Problem.MCLP, p=2, radius_s=1),
    ):
        locate(task, rule)
    search = search_median(median_sites(task, median), never)
    search.bound = 0.0
    settle(search, np.arange(6), no, never)
    hour, yes = np.zeros(1), np.ones(168, dtype=np.int64)
    serve(hour, hour, hour, yes, 900.0, np.zeros(1, dtype=np.bool_))
