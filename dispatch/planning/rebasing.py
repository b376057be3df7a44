"""A plan put on another base: what its planner moved is moved there, too, unless both moved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.planning.plan_content import PlanContent
from dispatch.planning.zone_plan import ZonePlan


@dataclass(frozen=True, slots=True)
class BothMoved:
    """
    Where two plans put a unit grid that both put elsewhere.

    Attributes
    ----------
    was
        Its zone in the plan that both began from; None for no zone, here and below.
    mine, theirs
        Its zone in either.
    """

    was: str | None
    mine: str | None
    theirs: str | None


def both_moved(
    base: PlanContent, mine: PlanContent, theirs: PlanContent
) -> Mapping[str, BothMoved]:
    """
    Find the unit grids that two plans put into different zones, neither of which is the old one.

    Parameters
    ----------
    base
        What both began from.
    mine, theirs
        The plans.

    Returns
    -------
    both
        By code of the grid, ascending; grids that are no more are left out.
    """
    now = _zones(theirs.plan)
    rows = zip(base.plan.grids, base.plan.zone_codes, mine.plan.zone_codes, strict=True)
    return {
        grid: BothMoved(was, own, now[grid])
        for grid, was, own in rows
        if grid in now and was not in {own, now[grid]} and own != now[grid]
    }


def rebased(
    base: PlanContent, mine: PlanContent, theirs: PlanContent, *, keep_mine: bool
) -> PlanContent:
    """
    Put a plan on another base.

    Parameters
    ----------
    base
        What it began from.
    mine
        What it says.
    theirs
        What is published by now.
    keep_mine
        Whether its word counts for unit grids that both put elsewhere.

    Returns
    -------
    content
        Over the unit grids that are published: where they are other ones than those it began
        from, new ones are as they are published.
    """
    was, own = _zones(base.plan), _zones(mine.plan)
    both = both_moved(base, mine, theirs)
    zones = [
        own[grid]
        if grid in own and own[grid] != was[grid] and (keep_mine or grid not in both)
        else zone
        for grid, zone in _zones(theirs.plan).items()
    ]
    plan = ZonePlan.of(theirs.plan.grids, zones)
    return PlanContent(plan, mine.locks, mine.terms)


def _zones(plan: ZonePlan) -> dict[str, str | None]:
    return dict(zip(plan.grids, plan.zone_codes, strict=True))
