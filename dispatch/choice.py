"""Choice: which of the crews that could go are proposed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Candidates, Need
from dispatch.city import City
from dispatch.enquiry import Enquiry, Soonest
from dispatch.jurisdiction import Jurisdiction
from dispatch.marks import of_domain, of_kind
from dispatch.routing import CaseKind
from dispatch.unit import UnitKind
from dispatch.whereabouts import NEVER_MS


class ProposalKind(StrEnum):
    """What a crew is sent to do."""

    GRID = "grid"
    SPECIALIST = "specialist"
    SECURE = "secure"
    FIRST_LOOK = "first_look"


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """
    Crews chosen for one purpose; crews by their place in the lineup of the candidates.

    Attributes
    ----------
    kind
        The purpose.
    need
        What each crew must bring.
    candidates
        The crews that were judged with regard to the place.
    own
        Crews of the unit that has the purpose, bool[n]; the others are mutual aid.
    unit
        Code of that unit, or None.
    asked
        Codes of the units whose crews were asked.
    chosen
        Places of the crews proposed, best first, int64[n].
    own_exhausted, exhausted
        Whether every crew of the unit, and of all units asked, that could come was judged.
    """

    kind: ProposalKind
    need: Need
    candidates: Candidates
    own: NDArray[np.bool_]
    unit: str | None
    asked: frozenset[str]
    chosen: NDArray[np.int64]
    own_exhausted: bool
    exhausted: bool

    @property
    def best_own_ms(self) -> int:
        """When the first crew of the unit itself is complete; `NEVER_MS` if none can be."""
        return int(self.candidates.arrival_ms[self.own].min(initial=NEVER_MS))


def choose_for_case(
    case: Jurisdiction, enquiry: Enquiry, *, within_ms: NDArray[np.float64], k: int
) -> Choice:
    """
    Choose crews of the unit that has the case, and mutual aid when none is there in time.

    Parameters
    ----------
    case
        Who has the case.
    enquiry
        The officers with regard to the place.
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
    kind = ProposalKind.GRID if case.kind == CaseKind.GRID else ProposalKind.SPECIALIST
    unit = frozenset([case.unit] if case.unit else [])
    own = _own_soonest(case, enquiry, within_ms=within_ms, k=k)
    judged, every = own.candidates, np.ones(len(own.candidates.obstacle), dtype=np.bool_)
    if judged.in_time(within_ms).any():
        chosen = judged.ranked(every)[:k]
        return Choice(
            kind, case.need, judged, every, case.unit, unit, chosen, own.exhausted, own.exhausted
        )
    best_own_ms = int(judged.arrival_ms.min(initial=NEVER_MS))
    aid = enquiry.soonest(
        enquiry.marked(_mark_of_neighbours(case)), case.need, k=k, within_ms=best_own_ms
    )
    city = enquiry.whereabouts.city
    both = np.union1d(judged.lineup.crews, aid.candidates.lineup.crews)
    judged = enquiry.judge(both, case.need)
    is_own = np.isin(both, city.roster.commands(case.unit))
    asked = unit | frozenset(neighbours(case, city))
    chosen = judged.ranked(is_own | (judged.arrival_ms < best_own_ms))[:k]
    exhausted = own.exhausted and aid.exhausted and best_own_ms == NEVER_MS
    return Choice(
        kind, case.need, judged, is_own, case.unit, asked, chosen, own.exhausted, exhausted
    )


def _own_soonest(
    case: Jurisdiction, enquiry: Enquiry, *, within_ms: NDArray[np.float64], k: int
) -> Soonest:
    """The first crews of the unit that has the case, and all in time if none of those is."""
    lineup = enquiry.line_up(enquiry.whereabouts.city.roster.commands(case.unit))
    eligible = enquiry.able_of(lineup)
    soonest = enquiry.soonest(eligible, case.need, k=k)
    if soonest.exhausted or soonest.candidates.in_time(within_ms).any():
        return soonest
    # Modes have limits of their own: a later crew may be in time where a sooner one is not.
    by_ms = float(within_ms[lineup.crews].max(initial=0.0))
    return enquiry.soonest(eligible, case.need, k=k, by_ms=by_ms)


def choose_to_secure(brigade: str | None, enquiry: Enquiry, *, k: int) -> Choice:
    """
    Choose the grid crews that are first at the place, whichever brigade they belong to.

    Parameters
    ----------
    brigade
        Code of the zone's grid brigade, or None.
    enquiry
        The officers with regard to the place.
    k
        How many at most.

    Returns
    -------
    choice
        Grid crews by arrival.
    """
    city = enquiry.whereabouts.city
    soonest = enquiry.soonest(enquiry.marked(of_kind(UnitKind.GRID_BRIGADE)), Need(), k=k)
    judged = soonest.candidates
    own = np.isin(judged.lineup.crews, city.roster.commands(brigade))
    asked = frozenset(unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE))
    chosen = judged.ranked(np.ones_like(own))[:k]
    done = soonest.exhausted
    return Choice(ProposalKind.SECURE, Need(), judged, own, brigade, asked, chosen, done, done)


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
        return [unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE)]
    return [squad.code for squad in city.squads_of.get(case.domain or "", ())]


def _mark_of_neighbours(case: Jurisdiction) -> str:
    """What officers of such units are marked with."""
    if case.kind == CaseKind.GRID:
        return of_kind(UnitKind.GRID_BRIGADE)
    return of_domain(case.domain or "")
