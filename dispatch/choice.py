"""Choice: which of the crews that could go are proposed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Candidates, Need
from dispatch.city import City
from dispatch.city_coverage import CityCoverage
from dispatch.crew_eta import CrewEta
from dispatch.enquiry import Enquiry
from dispatch.jurisdiction import Jurisdiction
from dispatch.marks import of_domain, of_kind
from dispatch.policy import Policy
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
    policy
        What ranked them; None where it is only the way.
    etas
        When each crew chosen would be there.
    prices
        Share of demand that the leaving of each crew chosen uncovers, float64[n]; None where
        coverage was not counted.
    said
        What each crew chosen says of the run card and of what its rank costs.
    on_card
        Roster rows of the crews that a run card names, ascending, int64[n].
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
    policy: Policy | None = None
    etas: tuple[CrewEta, ...] = ()
    prices: NDArray[np.float64] | None = None
    said: tuple[tuple[Remark, ...], ...] = ()
    on_card: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def best_own_ms(self) -> int:
        """When the first crew of the unit itself is complete; `NEVER_MS` if none can be."""
        return int(self.candidates.arrival_ms[self.own].min(initial=NEVER_MS))


def choose_to_secure(
    brigade: str | None, enquiry: Enquiry, *, k: int, covered: CityCoverage | None = None
) -> Choice:
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
    covered
        What is covered, or None where that is not counted.

    Returns
    -------
    choice
        Grid crews by arrival, whatever the policy.
    """
    city = enquiry.whereabouts.city
    soonest = enquiry.soonest(enquiry.marked(of_kind(UnitKind.GRID_BRIGADE)), Need(), k=k)
    judged = soonest.candidates
    own = np.isin(judged.lineup.crews, city.roster.commands(brigade))
    asked = frozenset(unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE))
    chosen = judged.ranked(np.ones_like(own))[:k]
    done = soonest.exhausted
    prices = None if covered is None else covered.prices(judged.lineup.crews[chosen])
    return Choice(
        ProposalKind.SECURE,
        Need(),
        judged,
        own,
        brigade,
        asked,
        chosen,
        own_exhausted=done,
        exhausted=done,
        prices=prices,
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


def mark_of_neighbours(case: Jurisdiction) -> str:
    """
    Name the mark of officers of such units.

    Parameters
    ----------
    case
        Who has the case.

    Returns
    -------
    mark
        See `dispatch.marks.Marks`.
    """
    if case.kind == CaseKind.GRID:
        return of_kind(UnitKind.GRID_BRIGADE)
    return of_domain(case.domain or "")
