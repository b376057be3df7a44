"""
Settled staff: the rosters of a queue, made smaller as far as a simulated year allows.

Every zone has a ladder of needs: what Erlang's C asks for when it is to give 20 % … 99.5 %, what
the queue ended with, and one to four crews more in every hour, for neighbours that are staffed
closely send for help.  All zones are simulated together.  On one year the lowest rung that holds
is looked for in each zone by halves, and zones with room to spare once their neighbours have theirs
go further down.  Then the rosters are judged by another year, zones that fall short in it go up a
rung, and that is done with years of their own until none falls short.  So the figures told are of
a year by which nothing was chosen.

A zone that does not hold on its highest rung lacks something else than crews.  It is given what
keeps as much of that as was asked of the whole, and told.
"""

# ruff: noqa: PLR0913 -- a search is told its task, its judge, and how to end

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.mixed_program import Stop, never
from dispatch.planning.staffing_need import crews_needed
from dispatch.planning.staffing_shift import cover_shifts
from dispatch.planning.staffing_task import Judged, StaffPlan, StaffRule, ZoneStaff, ZoneWork
from dispatch.planning.staffing_year import Trial
from geo.remark import Remark

ASKED = (0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
"""Shares that Erlang's C is asked for on the rungs."""

MORE = 4
"""Crews that the highest rung has more in every hour than the queue ended with."""

ROOM = 0.005
"""Share by which a zone holds more than it must and is tried on a lower rung."""

MOST_DOWN = 6
"""How often that is done."""

MOST_YEARS = 12
"""Years by which rosters are judged at most after the first."""

Told = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Ladders:
    """
    Rosters of each zone by rung, made when they are asked for.

    Attributes
    ----------
    zones
        Codes of the zones.
    needs
        What each zone needs on each of its rungs, int64[168] each, no two alike.
    rule
        How crews may work.
    """

    zones: tuple[str, ...]
    needs: tuple[tuple[NDArray[np.int64], ...], ...]
    rule: StaffRule
    _made: dict[tuple[int, int], ZoneStaff] = field(default_factory=dict)

    @property
    def top(self) -> NDArray[np.int64]:
        """The highest rung of each zone, int64[n_zones]."""
        return np.array([len(needs) - 1 for needs in self.needs], dtype=np.int64)

    def rungs(self, at: NDArray[np.int64]) -> list[ZoneStaff]:
        """
        Give the rosters of all zones.

        Parameters
        ----------
        at
            The rung of each, int64[n_zones].

        Returns
        -------
        staff
            In the order of the zones.
        """
        return [self._rung(zone, rung) for zone, rung in enumerate(at.tolist())]

    def _rung(self, zone: int, at: int) -> ZoneStaff:
        if (zone, at) not in self._made:
            staff = cover_shifts(self.zones[zone], self.needs[zone][at], self.rule)
            self._made[zone, at] = staff
        return self._made[zone, at]


def ladders_of(works: Sequence[ZoneWork], rule: StaffRule, begun: StaffPlan) -> Ladders:
    """
    Draw up the ladders.

    Parameters
    ----------
    works
        What comes in from each zone.
    rule
        How crews may work.
    begun
        What the queue ended with, in the order of the works.

    Returns
    -------
    ladders
        Each rung needs in no hour fewer crews than the one below, and in some hour more.
    """
    needs = []
    for work, zone in zip(works, begun.zones, strict=True):
        asked = [crews_needed(work, replace(rule, share=share)) for share in ASKED]
        most = np.maximum(asked[-1], zone.need)
        rungs = np.array([*asked, *(most + more for more in range(MORE + 1))])
        rungs = np.maximum.accumulate(rungs, axis=0)
        new = np.append(True, (np.diff(rungs, axis=0) > 0).any(axis=1))
        needs.append(tuple(rungs[new]))
    return Ladders(tuple(work.zone for work in works), tuple(needs), rule)


def settle_staff(
    works: Sequence[ZoneWork],
    rule: StaffRule,
    begun: StaffPlan,
    trial: Trial,
    *,
    stop: Stop = never,
    told: Told = lambda _share: None,
) -> StaffPlan:
    """
    Make rosters as small as a simulated year allows.

    Parameters
    ----------
    works
        What comes in from each zone.
    rule
        What is asked, and how crews may work.
    begun
        What the queue ended with, in the order of the works.
    trial
        Plays rosters of all zones through a year.
    stop
        Ends the search: zones that are not done stay on the rung that is known to hold.
    told
        Is given the share that is done.

    Returns
    -------
    plan
        With what every zone holds in a year by which nothing was chosen, and why some do not.
    """
    ladders = ladders_of(works, rule, begun)
    most = trial(ladders.rungs(ladders.top), 0)
    goal = np.array([one.low if one.low < rule.share else 1.0 for one in most]) * rule.share
    at, tried = _lowest(ladders, trial, goal, stop, told)
    at, more = _further_down(ladders, trial, goal, at, stop)
    judged: Sequence[Judged] = most
    for year in range(1, MOST_YEARS + 1):
        judged = trial(ladders.rungs(at), year)
        weak = np.array([one.low for one in judged]) < goal
        told(0.5 + 0.5 * year / MOST_YEARS)
        if stop() or year == MOST_YEARS or not (weak & (at < ladders.top)).any():
            break
        at = np.where(weak, np.minimum(at + 1, ladders.top), at)
    why_not = [
        remark
        for row, work in enumerate(works)
        if (remark := _why_not(work, most[row], judged[row], goal[row], rule)) is not None
    ]
    return StaffPlan(
        tuple(ladders.rungs(at)),
        tuple(judged),
        rule.crew_size,
        tuple(why_not),
        tried + more + year,
        stop(),
    )


def _lowest(
    ladders: Ladders, trial: Trial, goal: NDArray[np.float64], stop: Stop, told: Told
) -> tuple[NDArray[np.int64], int]:
    """The lowest rung of each zone that holds in the first year, by halves; and how many trials."""
    too_low, holds = np.full(len(goal), -1), ladders.top
    tried, most = 1, int(np.ceil(np.log2(holds.max(initial=1) + 1)))
    while (holds - too_low > 1).any() and not stop():
        middle = np.where(holds - too_low > 1, (holds + too_low) // 2, holds)
        low = np.array([one.low for one in trial(ladders.rungs(middle), 0)])
        holds, too_low = (
            np.where(low >= goal, middle, holds),
            np.where(low >= goal, too_low, np.minimum(middle, holds - 1)),
        )
        tried += 1
        told(0.5 * min(1.0, tried / most))
    return holds, tried


def _further_down(
    ladders: Ladders, trial: Trial, goal: NDArray[np.float64], at: NDArray[np.int64], stop: Stop
) -> tuple[NDArray[np.int64], int]:
    """Rungs when zones with room have gone down as far as they hold; and how many trials."""
    low = np.array([one.low for one in trial(ladders.rungs(at), 0)])
    stays = low < goal
    tried = 1
    while tried < MOST_DOWN and not stop():
        goes = ~stays & (low >= goal + ROOM) & (at > 0)
        if not goes.any():
            break
        low = np.array([one.low for one in trial(ladders.rungs(at - goes), 0)])
        fails = low < goal
        at = np.where(fails, at, at - goes)
        stays |= fails
        tried += 1
    return at, tried


def _why_not(
    work: ZoneWork, most: Judged, judged: Judged, goal: float, rule: StaffRule
) -> Remark | None:
    """Why a zone stays below what was asked; None where it holds."""
    if judged.low >= rule.share:
        return None
    zone, share = work.zone, rule.share
    if goal < share:
        return Remark(
            "not_by_crews",
            f"责任区 {zone}：模拟一年，即使全市人手充足也只有 {most.share:.1%} 按时到场"
            f"（置信下限 {most.low:.1%}），低于 {share:.1%}；需要增设或迁移驻点，而不是增加班组。",
            f"Zone {zone}: in a simulated year with crews in plenty everywhere {most.share:.1%} "
            f"are in time (lower limit {most.low:.1%}), below {share:.1%}; it takes a base nearer "
            "to the rest, not more crews.",
        )
    return Remark(
        "not_held",
        f"责任区 {zone}：到场率 {judged.share:.1%}，置信下限 {judged.low:.1%}，低于 {share:.1%}。",
        f"Zone {zone}: {judged.share:.1%} are in time, with a lower limit of {judged.low:.1%}, "
        f"below {share:.1%}.",
    )
