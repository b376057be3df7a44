"""Choice: which of the crews that could go are proposed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Candidates, Need
from dispatch.city import City
from dispatch.enquiry import Enquiry
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
        The crews that were looked at with regard to the place.
    own
        Crews of the unit that has the purpose, bool[n]; the others are mutual aid.
    asked
        Codes of the units whose crews were asked, whether looked at one by one or not.
    chosen
        Places of the crews proposed, best first, int64[n].
    exhausted
        Whether no other crew of those units could come at all.
    """

    kind: ProposalKind
    need: Need
    candidates: Candidates
    own: NDArray[np.bool_]
    asked: frozenset[str]
    chosen: NDArray[np.int64]
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
    city = enquiry.whereabouts.city
    kind = ProposalKind.GRID if case.kind == CaseKind.GRID else ProposalKind.SPECIALIST
    unit = frozenset([case.unit] if case.unit else [])
    own_crews = city.roster.commands(case.unit)
    judged = enquiry.judge(own_crews, case.need)
    everyone = np.ones(len(own_crews), dtype=np.bool_)
    if judged.in_time(within_ms).any():
        chosen = judged.ranked(everyone)[:k]
        return Choice(kind, case.need, judged, everyone, unit, chosen, exhausted=True)
    best_own_ms = int(judged.arrival_ms.min(initial=NEVER_MS))
    judged = enquiry.soonest(
        _mark_of_neighbours(case), case.need, k=k, within_ms=best_own_ms, also=own_crews
    )
    own = np.isin(judged.lineup.crews, own_crews)
    asked = unit | frozenset(neighbours(case, city))
    chosen = judged.ranked(own | (judged.arrival_ms < best_own_ms))[:k]
    return Choice(kind, case.need, judged, own, asked, chosen, exhausted=len(chosen) < k)


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
    judged = enquiry.soonest(
        of_kind(UnitKind.GRID_BRIGADE),
        Need(),
        k=k,
        within_ms=NEVER_MS,
        also=np.zeros(0, dtype=np.int64),
    )
    own = np.isin(judged.lineup.crews, city.roster.commands(brigade))
    asked = frozenset(unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE))
    chosen = judged.ranked(np.ones_like(own))[:k]
    return Choice(
        ProposalKind.SECURE, Need(), judged, own, asked, chosen, exhausted=len(chosen) < k
    )


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
