"""
MCLP, backup cover and MEXCLP: as much demand as possible covered once, twice, or by chance.

All three count how many crews reach a demand point within the radius, and each further one is
worth no more than the one before: 1 and nothing for MCLP, a first and a second for backup cover,
(1 - q) q^(k-1) for MEXCLP.  Points that the same sites cover are one point.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dispatch.alike import number_alike
from dispatch.planning.location_kernel import cover_interchange
from dispatch.planning.location_program import kept, level_program
from dispatch.planning.location_task import LocationPlan, LocationRule, LocationTask, Problem
from dispatch.planning.mixed_program import MixedProgram, Stop, minimise

MOST_LEVELS = 40
"""Covers beyond these add less than any figure shows, at any busy share up to 0.6."""


def levels(rule: LocationRule) -> NDArray[np.float64]:
    """
    Say what the first cover of a point counts, and each further one.

    Parameters
    ----------
    rule
        What is asked.

    Returns
    -------
    level
        Falling, float64[n_levels]; where a first cover is a must, what those beyond it count.
    """
    if rule.problem == Problem.MCLP or covers_all(rule):
        return np.ones(1)
    if rule.problem == Problem.BACKUP:
        first = rule.first_share or 0.0
        return np.array([first, 1.0 - first])
    deep = np.arange(min(rule.p or 1, MOST_LEVELS))
    return np.asarray((1.0 - rule.busy_share) * rule.busy_share**deep, dtype=np.float64)


def covers_all(rule: LocationRule) -> bool:
    """
    Say whether every point must be covered and only a second cover counts.

    Parameters
    ----------
    rule
        What is asked.

    Returns
    -------
    must
        For backup cover without a share of the first.
    """
    return rule.problem == Problem.BACKUP and rule.first_share is None


def solve_levels(
    task: LocationTask,
    rule: LocationRule,
    covers: NDArray[np.bool_],
    *,
    stop: Stop,
    told: Callable[[float], None],
) -> LocationPlan:
    """
    Find the sites that cover most.

    Parameters
    ----------
    task, rule
        What is asked; where every point must be covered, some p sites do.
    covers
        Which site covers which point, bool[n_sites, n_demand].
    stop
        Ends the search with the best found so far.
    told
        Is given the share that is done.

    Returns
    -------
    plan
        Points that are covered belong to the nearest open site, others to none.
    """
    game = _Levels(task, rule, covers)
    crews = game.by_interchange()
    told(0.3)
    start = game.columns(crews)
    answer = minimise(game.program(), start=start, stop=stop)
    told(1.0)
    bound = -answer.bound if np.isfinite(answer.bound) else game.most_possible
    if answer.x is not None:
        crews = np.rint(answer.x[: len(task.sites)]).astype(np.int64)
    elif start is None:
        nobody = np.full(len(task.demand), -1, dtype=np.int32)
        return LocationPlan((), nobody, None, bound, proven=False, stopped=True)
    objective = game.value(crews)
    is_open = np.flatnonzero(crews)
    return LocationPlan(
        open=tuple(np.repeat(np.arange(len(crews)), crews).tolist()),
        site_of=nearest_covering(task, covers, is_open),
        objective=objective,
        bound=max(bound, objective),
        proven=bound <= objective + 1e-6 * max(1.0, objective),
        stopped=answer.stopped,
    )


def nearest_covering(
    task: LocationTask, covers: NDArray[np.bool_], is_open: NDArray[np.int64]
) -> NDArray[np.int32]:
    """
    Give each demand point to the nearest open site that covers it.

    Parameters
    ----------
    task
        Sites and demand.
    covers
        Which site covers which point, bool[n_sites, n_demand].
    is_open
        Rows of the open sites.

    Returns
    -------
    site_of
        int32[n_demand]; -1 where none covers it.
    """
    travel_s = np.where(covers[is_open], task.travel_s[is_open], np.inf)
    nearest = np.argmin(travel_s, axis=0)
    return np.where(covers[is_open].any(axis=0), is_open[nearest], -1).astype(np.int32)


class _Levels:
    """A task with points of the same sites taken together."""

    def __init__(self, task: LocationTask, rule: LocationRule, covers: NDArray[np.bool_]) -> None:
        self.task, self.rule, self.must = task, rule, covers_all(rule)
        counted = np.flatnonzero((task.weight > 0) | self.must)
        group = number_alike(covers[:, counted].T, np.zeros(len(counted), dtype=np.int64))
        _, first = np.unique(group, return_index=True)
        self.covers = np.ascontiguousarray(covers[:, counted[first]])
        self.worth = np.bincount(group, task.weight[counted], len(first)).astype(np.float64)
        self.level = levels(rule)
        several = rule.problem == Problem.MEXCLP
        self.most_at_site = (rule.most_at_site or rule.p or 1) if several else 1
        self.most_possible = float(self.worth.sum() * self.level.sum())

    def program(self) -> MixedProgram:
        """Write it for HiGHS."""
        return level_program(
            self.task,
            self.rule,
            self.covers,
            self.worth,
            self.level,
            must=self.must,
            most_at_site=self.most_at_site,
        )

    def depth(self, crews: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of the covers that count each point has, below 0 where it lacks a must."""
        return crews @ self.covers.astype(np.int64) - int(self.must)

    def value(self, crews: NDArray[np.int64]) -> float:
        """What crews at sites are worth."""
        worth = np.concatenate([[0.0], np.cumsum(self.level)])
        return float(self.worth @ worth[np.clip(self.depth(crews), 0, len(self.level))])

    def columns(self, crews: NDArray[np.int64]) -> NDArray[np.float64] | None:
        """Columns of the program for crews at sites; None where they break a rule."""
        depth = self.depth(crews)
        if (depth < 0).any():
            return None
        taken = np.arange(len(self.level)) < depth[:, None]
        return np.concatenate([crews, taken.ravel()]).astype(np.float64)

    def by_interchange(self) -> NDArray[np.int64]:
        """Place crews one by one, then move them while that helps."""
        level = np.concatenate([[self.most_possible + 1.0] * self.must, self.level, [0.0]])
        worth = np.maximum(self.worth, 1e-6) if self.must else self.worth
        crews = self.task.fixed.astype(np.int64)
        to_keep = kept(self.task, self.rule)
        covers = self.covers.astype(np.float64)
        while crews.sum() < (self.rule.p or 1):
            count = np.minimum(crews @ self.covers.astype(np.int64), len(level) - 1)
            may = crews < self.most_at_site
            may &= self.task.closable | (to_keep - int((crews * self.task.closable).sum()) <= 0)
            crews[np.argmax(np.where(may, covers @ (worth * level[count]), -1.0))] += 1
        spare = int((self.task.closable & (crews > 0)).sum()) - to_keep
        cover_interchange(
            self.covers.view(np.uint8),
            worth,
            level,
            crews,
            self.task.fixed,
            self.task.closable,
            self.most_at_site,
            spare if to_keep else len(crews),
        )
        return crews
