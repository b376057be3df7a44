"""
Shift cover: the fewest crews whose shifts cover the need of every hour.

A tour is one way to work through a week: shifts of some hours that begin at the same hour of the
day, on some days in a row, then days off.  Shifts that leave too little rest, and tours of too
many hours, are not among them, so any choice of tours is a roster that can be worked::

    minimise   sum x[t]
    so that    sum over tours t on duty in hour h of x[t]  >=  need[h]     for each hour h
               x[t] >= 0 and whole

References
----------
Dantzig (1954), A comment on Edie's "Traffic delays at toll booths".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from dispatch.planning.mixed_program import MixedProgram, Stop, minimise, never
from dispatch.planning.staffing_task import StaffRule, Tour, ZoneStaff
from geo.errors import BadValue
from geo.road.week import DAYS, HOURS_OF_WEEK

BRANCHES = 50
"""Branches looked into before the best roster so far is taken, with what is known of the fewest."""


def tours_of(rule: StaffRule) -> tuple[Tour, ...]:
    """
    List the ways to work.

    Parameters
    ----------
    rule
        Shifts and rest.

    Returns
    -------
    tours
        Of one crew each.
    """
    return tuple(
        Tour(start, hours, day, days, 1)
        for hours, days in rule.allowed
        for start in sorted(set(rule.starts))
        for day in range(1 if days == len(DAYS) else len(DAYS))
    )


def cover_shifts(
    zone: str, need: NDArray[np.int64], rule: StaffRule, *, stop: Stop = never
) -> ZoneStaff:
    """
    Find a roster of the fewest crews.

    Parameters
    ----------
    zone
        Its code.
    need
        Crews in each hour, int64[168].
    rule
        Shifts and rest.
    stop
        Ends the search with the best roster so far.

    Returns
    -------
    staff
        On duty are never fewer than are needed.

    Raises
    ------
    BadValue
        No shift covers an hour in which crews are needed.
    """
    tours = tours_of(rule)
    covers = np.stack([tour.on_duty for tour in tours], axis=1).astype(np.float64)
    bare = np.flatnonzero((need > 0) & ~covers.any(axis=1))
    if len(bare):
        raise BadValue(
            f"No shift covers {bare[0] % 24}:00, when crews are needed; let shifts begin at more "
            "hours of the day."
        )
    n = len(tours)
    program = MixedProgram(
        cost=np.ones(n),
        whole=np.ones(n, dtype=np.bool_),
        least=np.zeros(n),
        most=np.full(n, float(max(1, need.max()))),
        rows=csc_array(covers),
        low=need.astype(np.float64),
        high=np.full(HOURS_OF_WEEK, np.inf),
    )
    start = _one_by_one(covers, need)
    answer = minimise(program, start=start, stop=stop, branches=BRANCHES)
    x = start if answer.x is None else answer.x
    chosen = tuple(
        Tour(tour.start, tour.hours, tour.first_day, tour.days, int(count))
        for tour, count in zip(tours, np.rint(x), strict=True)
        if count > 0
    )
    bound = answer.bound if np.isfinite(answer.bound) else 0.0
    return ZoneStaff(zone, need, chosen, int(np.ceil(bound - 1e-6)))


def _one_by_one(covers: NDArray[np.float64], need: NDArray[np.int64]) -> NDArray[np.float64]:
    """Add crews one by one, each where it covers most hours that lack one."""
    lack, x = need.astype(np.float64), np.zeros(covers.shape[1])
    while (lack > 0).any():
        best = int(np.argmax(covers.T @ (lack > 0)))
        x[best] += 1
        lack -= covers[:, best]
    return x
