"""Passed over: the crews that are not proposed, and why; named, or counted by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch import reason
from dispatch.candidate import Candidates
from dispatch.choice import Choice, ProposalKind
from dispatch.city import City
from dispatch.enquiry import Enquiry
from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.whereabouts import NEVER_MS
from geo.remark import Remark


class PassedOver(NamedTuple):
    """
    A crew that is not proposed.

    Attributes
    ----------
    unit
        Code of the crew.
    reason
        Why not.
    travel_time_s
        Seconds by road of its nearest officer, or None where no road leads or nobody of it has
        a position.
    """

    unit: str
    reason: Remark
    travel_time_s: float | None


def passed_over(
    choice: Choice, proposed: NDArray[np.int64], enquiry: Enquiry
) -> tuple[tuple[PassedOver, ...], dict[str, int]]:
    """
    Name the crews that are not proposed.

    Parameters
    ----------
    choice
        The choice for the unit that has the case.
    proposed
        Roster rows of all crews that are proposed for anything.
    enquiry
        The officers with regard to the place.

    Returns
    -------
    named
        Crews of the responsible unit, and all of which anybody is nearer than the last proposal,
        by the travel time of their nearest officer.
    counted
        How many more there are, by code of the reason.
    """
    city, judged = enquiry.whereabouts.city, choice.candidates
    why = _Reasons(choice, city, enquiry.stale_after_s)
    own = judged.lineup.crews[choice.own]
    last_ms = int(judged.arrival_ms[choice.chosen[-1]]) if len(choice.chosen) else 0
    nearer, nearer_ms = enquiry.nearer(last_ms)
    others = ~np.isin(nearer, own)
    rows = np.concatenate([own, nearer[others]])
    nearest_ms = np.concatenate([judged.nearest_ms[choice.own], nearer_ms[others]])
    reasons = [*why.of_judged(judged, choice.own), *_of_others(nearer[others], why, enquiry)]
    order = np.lexsort((rows, nearest_ms))
    order = order[~np.isin(rows[order], proposed)]
    named = tuple(
        PassedOver(city.roster.crews[row].code, reasons[place], _seconds(ms))
        for place, row, ms in zip(
            order.tolist(), rows[order].tolist(), nearest_ms[order].tolist(), strict=True
        )
    )
    rest = np.setdiff1d(np.arange(len(city.roster.crews)), np.union1d(rows, proposed))
    return named, dict(sorted(_count(rest, why, enquiry).items()))


def _of_others(rows: NDArray[np.int64], why: _Reasons, enquiry: Enquiry) -> Iterable[Remark]:
    """Reasons of crews of other units: those that were asked are judged, the others are not."""
    asked = why.asked(rows)
    judged = enquiry.judge(rows[asked], why.choice.need)
    of_asked = iter(why.of_judged(judged, np.ones(len(judged.obstacle), dtype=np.bool_)))
    for row, was_asked in zip(rows.tolist(), asked.tolist(), strict=True):
        yield next(of_asked) if was_asked else why.not_asked(row)


def _count(rest: NDArray[np.int64], why: _Reasons, enquiry: Enquiry) -> Counter[str]:
    """Count the reasons of those that are not named; none of these is near."""
    asked = why.asked(rest)
    counts: Counter[str] = Counter()
    if asked.any():
        judged = enquiry.judge_by_state(rest[asked], why.choice.need)
        for obstacle, count in enumerate(np.bincount(judged.obstacle).tolist()):
            counts[why.of_far(obstacle).code] += count
    counts[reason.NOT_THIS_BRIGADE] += int(np.count_nonzero(~asked))
    return +counts


class _Reasons:
    """
    Why crews were not chosen; sentences are made once per kind.

    Parameters
    ----------
    choice
        The choice.
    city
        The city.
    stale_after_s
        How old a position may be.
    """

    def __init__(self, choice: Choice, city: City, stale_after_s: float) -> None:
        self.choice, self._city = choice, city
        self._obstacle: list[Remark | None] = [
            None
            if obstacle is None
            else reason.of_obstacle(
                obstacle,
                certified=choice.need.certified,
                skills=", ".join(choice.need.skills),
                equipment=", ".join(choice.need.equipment),
                stale_after_s=stale_after_s,
            )
            for obstacle in OBSTACLES
        ]
        chosen = choice.candidates.lineup.crews[choice.chosen]
        last = city.roster.crews[chosen[-1]].code if len(chosen) else ""
        self._slower = reason.slower(last)
        self._not_sooner = reason.aid_not_sooner(choice.best_own_ms / 1000)
        self._of_brigade: dict[str | None, Remark] = {}

    def asked(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which crews, by roster row, belong to units that were asked."""
        rows_asked = [self._city.roster.commands(unit) for unit in sorted(self.choice.asked)]
        return np.isin(rows, np.concatenate([np.zeros(0, dtype=np.int64), *rows_asked]))

    def of_judged(self, judged: Candidates, which: NDArray[np.bool_]) -> list[Remark]:
        """Sentences for some judged crews that could have been proposed."""
        crews, obstacles = judged.lineup.crews[which], judged.obstacle[which]
        own = np.isin(crews, self.choice.candidates.lineup.crews[self.choice.own])
        late_aid = ~own & (judged.arrival_ms[which] >= self.choice.best_own_ms)
        if self.choice.kind == ProposalKind.SECURE:
            late_aid[:] = False
        return [
            self._obstacle[obstacle] or (self._not_sooner if not_sooner else self._slower)
            for obstacle, not_sooner in zip(obstacles.tolist(), late_aid.tolist(), strict=True)
        ]

    def of_far(self, obstacle: int) -> Remark:
        """Sentence for crews that were asked, and that the search for the soonest did not meet."""
        remark = self._obstacle[obstacle]
        if remark is not None:
            return remark
        if self.choice.best_own_ms < NEVER_MS and self.choice.kind != ProposalKind.SECURE:
            return self._not_sooner
        unreachable = self._obstacle[OBSTACLES.index(Obstacle.UNREACHABLE)]
        return unreachable if self.choice.exhausted and unreachable else self._slower

    def not_asked(self, row: int) -> Remark:
        """Sentence for a crew of a unit that was not asked."""
        brigade = self._city.roster.brigade_of[row]
        if brigade not in self._of_brigade:
            unit = self._city.units[brigade] if brigade else None
            self._of_brigade[brigade] = reason.not_this_brigade(unit)
        return self._of_brigade[brigade]


def _seconds(travel_ms: int) -> float | None:
    """Milliseconds as seconds, None where no road leads."""
    return None if travel_ms == NEVER_MS else travel_ms / 1000
