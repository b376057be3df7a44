"""Choice: which of the crews that could go are proposed, and which are passed over and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dispatch import reason
from dispatch.candidate import OBSTACLES, Candidates, Need
from dispatch.city import City
from dispatch.jurisdiction import Jurisdiction
from dispatch.routing import CaseKind
from dispatch.unit import UnitKind
from dispatch.whereabouts import NEVER_MS
from geo.remark import Remark


class ProposalKind(StrEnum):
    """What a crew is sent to do."""

    GRID = "grid"
    SPECIALIST = "specialist"
    SECURE = "secure"
    FIRST_LOOK = "first_look"


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """
    Crews chosen for one purpose.

    Attributes
    ----------
    kind
        The purpose.
    need
        What each crew must bring.
    candidates
        Every crew with regard to the place.
    own
        Crews of the unit that has the purpose, bool[n_crews]; the others are mutual aid.
    considered
        Crews that were asked at all, bool[n_crews].
    chosen
        Rows of the crews proposed, best first, int64[n].
    """

    kind: ProposalKind
    need: Need
    candidates: Candidates
    own: NDArray[np.bool_]
    considered: NDArray[np.bool_]
    chosen: NDArray[np.int64]

    @property
    def n_able(self) -> int:
        """How many of the crews considered could go."""
        return int(np.count_nonzero(self.considered & (self.candidates.obstacle == 0)))


@dataclass(frozen=True, slots=True)
class PassedOver:
    """
    A crew that is not proposed.

    Attributes
    ----------
    unit
        Code of the crew.
    reason
        Why not.
    travel_time_s
        Seconds by road of its nearest officer, or None where that is not known.
    """

    unit: str
    reason: Remark
    travel_time_s: float | None


def choose_for_case(
    case: Jurisdiction, city: City, judged: Candidates, *, within_ms: NDArray[np.float64], k: int
) -> Choice:
    """
    Choose crews of the unit that has the case, and mutual aid when none is there in time.

    Parameters
    ----------
    case
        Who has the case.
    city
        The city.
    judged
        Its crews with regard to the place and the need of the case.
    within_ms
        Travel time with which each crew still meets the arrival target, float64[n_crews].
    k
        How many at most.

    Returns
    -------
    choice
        Own crews by arrival; with mutual aid, both by arrival, aid only where it is sooner
        than every own crew.
    """
    own = city.roster.commanded_by([case.unit] if case.unit else [])
    best_own_ms = judged.arrival_ms[own].min(initial=NEVER_MS)
    considered = own
    proposed = own
    if not (own & judged.in_time(within_ms)).any():
        aid = city.roster.commanded_by(neighbours(case, city)) & ~own
        considered = own | aid
        proposed = own | (aid & (judged.arrival_ms < best_own_ms))
    kind = ProposalKind.GRID if case.kind == CaseKind.GRID else ProposalKind.SPECIALIST
    return Choice(kind, case.need, judged, own, considered, judged.ranked(proposed)[:k])


def choose_to_secure(brigade: str | None, city: City, judged: Candidates, *, k: int) -> Choice:
    """
    Choose the grid crews that are first at the place, whichever brigade they belong to.

    Parameters
    ----------
    brigade
        Code of the zone's grid brigade, or None.
    city
        The city.
    judged
        Its crews with regard to the place and the bare legal number.
    k
        How many at most.

    Returns
    -------
    choice
        Grid crews by arrival.
    """
    grid = city.roster.commanded_by(_codes(city, UnitKind.GRID_BRIGADE))
    own = city.roster.commanded_by([brigade] if brigade else [])
    return Choice(ProposalKind.SECURE, Need(), judged, own, grid, judged.ranked(grid)[:k])


def passed_over(
    choice: Choice, proposed: set[int], city: City, *, stale_after_s: float
) -> tuple[tuple[PassedOver, ...], dict[str, int]]:
    """
    Name the crews that are not proposed.

    Parameters
    ----------
    choice
        The choice for the unit that has the case.
    proposed
        Rows of all crews that are proposed for anything.
    city
        The city.
    stale_after_s
        How old a position may be.

    Returns
    -------
    named
        Crews of the responsible unit, and all that are nearer than the last proposal.
    counted
        How many more there are, by code of the reason.
    """
    judged, roster = choice.candidates, city.roster
    left = np.ones(len(roster.crews), dtype=np.bool_)
    left[sorted(proposed)] = False
    last_ms = judged.arrival_ms[choice.chosen[-1]] if len(choice.chosen) else 0
    named = left & (choice.own | (judged.nearest_ms < last_ms))
    rows = np.flatnonzero(named)
    rows = rows[np.argsort(judged.nearest_ms[rows], kind="stable")]
    why = _Reasons(choice, city, stale_after_s)
    rest = left & ~named
    asked = np.flatnonzero(rest & choice.considered)
    counts = Counter(why.remark(row).code for row in asked.tolist())
    not_asked = int(np.count_nonzero(rest & ~choice.considered))
    if not_asked:
        counts[reason.NOT_THIS_BRIGADE] = not_asked
    entries = (
        PassedOver(roster.crews[row].code, why.remark(row), _seconds(judged.nearest_ms[row]))
        for row in rows.tolist()
    )
    return tuple(entries), dict(sorted(counts.items()))


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
        self._choice, self._city = choice, city
        self._obstacle: list[Remark | None] = [
            None
            if obstacle is None
            else reason.of_obstacle(
                obstacle,
                certified=choice.need.certified,
                skills=", ".join(choice.need.skills),
                stale_after_s=stale_after_s,
            )
            for obstacle in OBSTACLES
        ]
        chosen = choice.chosen
        self._last = city.roster.crews[chosen[-1]].code if len(chosen) else ""
        best_own_ms = choice.candidates.arrival_ms[choice.own].min(initial=NEVER_MS)
        self._best_own_s = best_own_ms / 1000

    def remark(self, row: int) -> Remark:
        """Sentence of the reason."""
        choice = self._choice
        if not choice.considered[row]:
            brigade = self._city.roster.brigade_of[row]
            return reason.not_this_brigade(self._city.units[brigade] if brigade else None)
        obstacle = self._obstacle[int(choice.candidates.obstacle[row])]
        if obstacle is not None:
            return obstacle
        arrival_s = choice.candidates.arrival_ms[row] / 1000
        aid = choice.kind != ProposalKind.SECURE and not choice.own[row]
        if aid and arrival_s >= self._best_own_s:
            return reason.aid_not_sooner(self._best_own_s)
        return reason.slower(self._last)


def neighbours(case: Jurisdiction, city: City) -> list[str]:
    """
    List the units whose crews may come as mutual aid.

    Parameters
    ----------
    case
        Who has the case.
    city
        The city.

    Returns
    -------
    codes
        Units of the same kind; squads of the same domain.
    """
    if case.kind == CaseKind.GRID:
        return _codes(city, UnitKind.GRID_BRIGADE)
    squads = city.units_of(UnitKind.SPECIALIST_SQUAD)
    return [squad.code for squad in squads if case.domain in squad.domains]


def _codes(city: City, kind: UnitKind) -> list[str]:
    """Codes of all units of a kind."""
    return [unit.code for unit in city.units_of(kind)]


def _seconds(travel_ms: int) -> float | None:
    """Milliseconds as seconds, None where no road leads."""
    return None if travel_ms == NEVER_MS else int(travel_ms) / 1000
