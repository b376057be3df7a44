"""
Figures while grids are dragged: only what a move touches is counted anew.

Each zone is scored from its own grids (`dispatch.planning.hour_scores`), so a move needs the two
or more zones between which grids change, and those that share a brigade with them; all else is as
it was, to the bit.  Pieces, borders and the spread of travel are counted over all grids, which
takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.hour_scores import (
    HourScores,
    PlanTask,
    evaluate_task,
    members_of,
    score_availability,
    score_zone,
)
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_score import PlanScore, score_of
from dispatch.planning.zone_plan import NO_ZONE, ZonePlan


class DraggedPlan:
    """
    A plan whose grids are moved one after the other, and its figures at every moment.

    Parameters
    ----------
    ground
        What is evaluated on.
    plan
        The plan to begin with.
    """

    def __init__(self, ground: PlanGround, plan: ZonePlan) -> None:
        self._ground = ground
        self._by_zone = ground.rows_of(plan), ground.targets_of(plan)
        self._table = evaluate_task(PlanTask(ground, plan)).table.copy()
        self._plan = plan

    @property
    def plan(self) -> ZonePlan:
        """The plan as it is now."""
        return self._plan

    def score(self) -> PlanScore:
        """
        Give the figures as they are now.

        Returns
        -------
        score
            Equal to those of `dispatch.planning.plan_score.evaluate_plan`.
        """
        hours = HourScores(self._ground.hours, self._table.copy())
        return score_of(self._ground, self._plan, hours)

    def move(self, grids: Sequence[int] | NDArray[np.int64], zone: str | None) -> PlanScore:
        """
        Move grids to a zone.

        Parameters
        ----------
        grids
            Rows of grids.
        zone
            Code of a zone of the plan; None for no zone.

        Returns
        -------
        score
            The figures from then on; `PlanScore.shape` says whether a zone falls apart.

        Raises
        ------
        UnknownName
            The plan has no such zone.
        """
        to = NO_ZONE if zone is None else self._plan.zone_row(zone)
        zone_of = self._plan.zone_of.copy()
        touched = set(zone_of[np.asarray(grids, dtype=np.int64)].tolist()) | {to}
        zone_of[np.asarray(grids, dtype=np.int64)] = to
        return self._become(ZonePlan(self._plan.grids, self._plan.zones, zone_of), touched)

    def become(self, plan: ZonePlan) -> PlanScore:
        """
        Go on with another plan of the same zones, such as one edit later or earlier.

        Parameters
        ----------
        plan
            The plan.

        Returns
        -------
        score
            The figures from then on; all is counted anew where the zones are others.
        """
        if plan.zones != self._plan.zones or plan.grids != self._plan.grids:
            self.__init__(self._ground, plan)  # type: ignore[misc]  # begins anew
            return self.score()
        changed = plan.zone_of != self._plan.zone_of
        touched = {*self._plan.zone_of[changed].tolist(), *plan.zone_of[changed].tolist()}
        return self._become(plan, touched)

    def _become(self, plan: ZonePlan, touched: set[int]) -> PlanScore:
        """Score the zones that were touched, and those whose crews they share."""
        zones = sorted(len(plan.zones) if zone == NO_ZONE else zone for zone in touched)
        self._plan, rows = plan, self._by_zone[0]
        for zone in zones:
            score_zone(self._ground, self._table, zone, members_of(plan, zone), self._by_zone)
        pools = self._ground.pool[rows]
        beside = np.flatnonzero(np.isin(pools, pools[zones])).tolist()
        score_availability(self._ground, self._table, plan, rows, beside)
        return self.score()
