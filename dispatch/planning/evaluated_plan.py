"""Evaluated plan: a plan with a name, its score, what it breaks and which grids it misses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dispatch.planning.experienced import Experienced
from dispatch.planning.hour_scores import HourScores, PlanTask, evaluate_task
from dispatch.planning.missed_grids import MissedGrids, missed_grids
from dispatch.planning.plan_drag import DraggedPlan
from dispatch.planning.plan_faults import plan_faults
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.plan_score import PlanScore, join_tasks, plan_tasks
from dispatch.planning.zone_plan import ZonePlan
from geo.finding import Finding, blocks


@dataclass(frozen=True, slots=True)
class EvaluatedPlan:
    """
    All that a scorecard says of one plan.

    Attributes
    ----------
    name
        What it is called.
    score
        Its figures.
    faults
        Rules that it breaks.
    missed
        Grids that it misses, by the hours that were asked for.
    moved
        Grids that are in another zone than today.
    moved_share
        Share of all incidents that are at those.
    experienced
        What a simulation of this very plan found, or None.
    """

    name: str
    score: PlanScore
    faults: tuple[Finding, ...]
    missed: tuple[MissedGrids, ...]
    moved: int
    moved_share: float
    experienced: Experienced | None = None

    @property
    def breaks_a_rule(self) -> bool:
        """Whether a fault is an error: such a plan can't be published as it stands."""
        return blocks(self.faults)


class Workers(Protocol):
    """Whoever evaluates periods of plans: this process, several, or a cluster."""

    def __call__(
        self, task: Callable[[PlanTask], HourScores], pieces: Iterable[PlanTask], /
    ) -> Iterable[HourScores]:
        """Run a task on each piece, and give the answers in the order of the pieces."""


def evaluate_plans(  # noqa: PLR0913 - the last two are asked for by name, and seldom
    ground: PlanGround,
    published: ZonePlan,
    plans: Sequence[tuple[str, ZonePlan]],
    hours: Sequence[int],
    simulated: Sequence[Experienced] = (),
    *,
    workers: Workers | None = None,
) -> tuple[EvaluatedPlan, ...]:
    """
    Evaluate several plans.

    Parameters
    ----------
    ground
        What plans over the city are evaluated on.
    published
        The plan in force.
    plans
        Names and plans; one after the other is counted on from the one before.
    hours
        Hours of the week for which missed grids are listed.
    simulated
        What simulations found; each stands with the plan that it is of, if that is here.
    workers
        Who evaluates the periods of the plans; without them, one plan is counted on from the
        one before, here. The figures are the same bits.

    Returns
    -------
    evaluated
        In the order of the plans.

    Raises
    ------
    BadValue
        A plan is over other grids, or there is no such hour.
    """
    evaluated = []
    found = {one.plan: one for one in simulated}
    drawn = [plan for _, plan in plans]
    scores = _counted_on(ground, drawn) if workers is None else _apart(ground, drawn, workers)
    for (name, plan), score in zip(plans, scores, strict=True):
        moved, moved_share = moved_from(ground, published, plan)
        evaluated.append(
            EvaluatedPlan(
                name,
                score,
                plan_faults(ground, score),
                tuple(missed_grids(ground, plan, hour) for hour in hours),
                moved,
                moved_share,
                found.get(plan.digest),
            )
        )
    return tuple(evaluated)


def _counted_on(ground: PlanGround, plans: Sequence[ZonePlan]) -> Iterator[PlanScore]:
    """Scores of plans, each from what differs from the one before."""
    dragged = None
    for plan in plans:
        dragged = dragged or DraggedPlan(ground, plan)
        yield dragged.become(plan)


def _apart(ground: PlanGround, plans: Sequence[ZonePlan], workers: Workers) -> Iterator[PlanScore]:
    """Scores of plans from their periods, each plan as soon as its last period is there."""
    cut = [plan_tasks(ground, plan) for plan in plans]
    scores = iter(workers(evaluate_task, [task for tasks in cut for task in tasks]))
    for plan, tasks in zip(plans, cut, strict=True):
        yield join_tasks(ground, plan, [next(scores) for _ in tasks])


def moved_from(ground: PlanGround, published: ZonePlan, plan: ZonePlan) -> tuple[int, float]:
    """
    Count what is in another zone than today.

    Parameters
    ----------
    ground
        What is evaluated on.
    published
        The plan in force.
    plan
        Another.

    Returns
    -------
    moved, moved_share
        Grids, and the share of all incidents at them; zones are compared by code.
    """
    other = np.array(
        [one != was for one, was in zip(plan.zone_codes, published.zone_codes, strict=True)],
        dtype=np.bool_,
    )
    often = ground.per_year.sum(axis=0)
    total = float(often.sum())
    return int(other.sum()), float(often[other].sum()) / total if total > 0 else 0.0
