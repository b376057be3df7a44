"""Plan drags: scores of drafts kept at hand, so that a grid that is dragged is told in a moment."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from dispatch.planning.plan_drag import DraggedPlan
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_score import PlanScore
from dispatch.planning.zone_plan import ZonePlan

MOST_KEPT = 6
"""Drafts that are worked on at once; each takes the figures of its zones by hour of the week."""


@dataclass(slots=True, eq=False)
class PlanDrags:
    """Keeps the plans that were scored last; the next score counts what differs from them."""

    _ground: PlanGround | None = None
    _kept: OrderedDict[str, DraggedPlan] = field(default_factory=OrderedDict)
    _scoring: Lock = field(default_factory=Lock)

    def score(self, ground: PlanGround, number: str, plan: ZonePlan) -> PlanScore:
        """
        Score a plan, counting on from what the same draft was when it was last asked for.

        Parameters
        ----------
        ground
            What is evaluated on; another one than before forgets all that is kept.
        number
            Of the draft.
        plan
            What it says, or would say.

        Returns
        -------
        score
            Equal to that of a whole evaluation.
        """
        with self._scoring:
            if self._ground is not ground:
                self._ground, self._kept = ground, OrderedDict()
            dragged = self._kept.pop(number, None) or DraggedPlan(ground, plan)
            self._kept[number] = dragged
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return dragged.become(plan)
