"""
Staff zones: crews by the hour, shifts that cover them, and crews added until the worst zone holds.

1. `staffing_need`: the fewest crews of each hour by Erlang's C with ways and lagged reports.
2. `staffing_shift`: the fewest crews whose shifts cover those hours, by HiGHS.
3. A judge, `staffing_trial` or the simulation, plays the rosters through.  Wherever the lower
   confidence limit of a zone is below what was asked, a crew is added to the hours in which most
   reports are late, and the shifts are covered anew.
"""

# ruff: noqa: PLR0913 -- a search is told its task, its judge, and how to end

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.mixed_program import Stop, never
from dispatch.planning.staffing_need import crews_needed
from dispatch.planning.staffing_shift import cover_shifts
from dispatch.planning.staffing_task import Judged, StaffPlan, StaffRule, ZoneWork
from dispatch.planning.staffing_trial import Judge
from geo.remark import Remark

MOST_ROUNDS = 25
"""Judgements after which zones that still do not hold are named."""

REPAIRED = 0.5
"""Share of the late reports whose hours get one crew more."""

Told = Callable[[float], None]


def staff_zones(
    works: Sequence[ZoneWork],
    rule: StaffRule,
    judge: Judge,
    *,
    repair: bool = True,
    stop: Stop = never,
    told: Told = lambda _share: None,
) -> StaffPlan:
    """
    Find crews and shifts for each zone.

    Parameters
    ----------
    works
        What comes in from each.
    rule
        What is asked, and how crews may work.
    judge
        Plays rosters through.
    repair
        Whether crews are added where a zone does not hold.
    stop
        Ends with the best so far.
    told
        Is given the share that is done.

    Returns
    -------
    plan
        With what every zone holds, and why some do not.
    """
    staff = []
    for done, work in enumerate(works):
        staff.append(cover_shifts(work.zone, crews_needed(work, rule), rule, stop=stop))
        told(0.5 * (done + 1) / len(works))
    judged = list(judge(staff))
    rounds = 0
    while repair and rounds < MOST_ROUNDS and not stop():
        weak = [row for row, work in enumerate(works) if _short(work, judged[row], rule)]
        if not weak:
            break
        for row in weak:
            need = staff[row].need + _more(works[row], judged[row])
            staff[row] = cover_shifts(staff[row].zone, need, rule, stop=stop)
        again = judge([staff[row] for row in weak])
        for row, one in zip(weak, again, strict=True):
            judged[row] = one
        rounds += 1
        told(0.5 + 0.5 * rounds / MOST_ROUNDS)
    why_not = [
        remark
        for work, one in zip(works, judged, strict=True)
        if (remark := _why_not(work, one, rule)) is not None
    ]
    return StaffPlan(tuple(staff), tuple(judged), rule.crew_size, tuple(why_not), rounds, stop())


def _short(work: ZoneWork, judged: Judged, rule: StaffRule) -> bool:
    """Whether crews are what a zone lacks: its limit is low, and ways are short enough."""
    return judged.low < rule.share and work.attainable > rule.share


def _more(work: ZoneWork, judged: Judged) -> NDArray[np.int64]:
    """One crew more in the hours that hold half of the reports that are late by waiting."""
    too_far = (work.travel_s > work.target_s).mean(axis=1)
    waited = np.maximum(judged.late - too_far * judged.reports, 0.0)
    if waited.sum() <= 0:
        waited = judged.late
    order = np.argsort(-waited, kind="stable")
    upto = np.searchsorted(np.cumsum(waited[order]), REPAIRED * waited.sum()) + 1
    more = np.zeros(len(waited), dtype=np.int64)
    more[order[:upto]] = 1
    return more


def _why_not(work: ZoneWork, judged: Judged, rule: StaffRule) -> Remark | None:
    """Why a zone stays below what was asked; None where it holds."""
    if judged.low >= rule.share:
        return None
    zone, share = work.zone, rule.share
    if work.attainable <= share:
        return Remark(
            "too_far",
            f"责任区 {zone}：即使从不等待，也只有 {work.attainable:.1%} 的事件能在 "
            f"{work.target_s:g} 秒内到场；需要增设或迁移驻点。",
            f"Zone {zone}: with no wait at all, {work.attainable:.1%} are reached within "
            f"{work.target_s:g} s; it takes a base nearer to the rest, not more crews.",
        )
    return Remark(
        "not_held",
        f"责任区 {zone}：到场率 {judged.share:.1%}，置信下限 {judged.low:.1%}，低于 {share:.1%}。",
        f"Zone {zone}: {judged.share:.1%} are in time, with a lower limit of {judged.low:.1%}, "
        f"below {share:.1%}.",
    )


def knee_curve(
    works: Sequence[ZoneWork],
    rule: StaffRule,
    judge: Judge,
    shares: Sequence[float],
    *,
    stop: Stop = never,
    told: Told = lambda _share: None,
) -> list[tuple[float, StaffPlan]]:
    """
    Staff zones for one share after the other, to see where more officers stop helping.

    Parameters
    ----------
    works, rule, judge
        See `staff_zones`; the share of the rule does not count.
    shares
        Shares to ask for.
    stop
        Ends with the points so far.
    told
        Is given the share that is done.

    Returns
    -------
    points
        The share that was asked and the plan for it, by number of officers.
    """
    points = []
    for done, share in enumerate(shares):
        if stop():
            break
        asked = replace(rule, share=share)
        points.append((share, staff_zones(works, asked, judge, repair=False, stop=stop)))
        told((done + 1) / len(shares))
    return sorted(points, key=lambda point: (point[1].officers, point[0]))
