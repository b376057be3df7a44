"""
Gathering: officers of one unit brought together at a place, and when it is proposed.

Standing crews go as they are while one of them is in time: sending them breaks nothing up.
Officers of several crews are brought together only where the unit that has the case has no crew
that could be in time, and where they would be complete before the first of its own crews.  Any of
its officers may be asked who is certified, free and on duty with a fresh position: those of
crews that could not go by themselves, and single ones at village posts, too.

Who goes is decided by the median arrival of each (`dispatch.crew_forming`).  Officers who come
from different places are delayed each in a different way, so the crew is there when the last of
them is: the maximum of what is likely for each (`Eta.last`), and later than the latest median.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Need, holdings
from dispatch.choice import Choice, ProposalKind
from dispatch.city import City
from dispatch.crew_eta import ArrivalTarget, CrewEta, arrivals_ms
from dispatch.crew_forming import Formed, Hands, form_crew
from dispatch.enquiry import Enquiry
from dispatch.whereabouts import NEVER_MS
from geo.road.frozen import freeze
from geo.road.week import hour_of_week


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """
    Officers brought together at a place.

    Attributes
    ----------
    formed
        Who goes, and from which crews.
    travel_ms
        Travel time of each of them, the first to arrive first, int64[n].
    age_s
        Age of the position of each, float64[n].
    eta
        When they are complete.
    """

    formed: Formed
    travel_ms: NDArray[np.int64]
    age_s: NDArray[np.float64]
    eta: CrewEta

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


def gather_for(choice: Choice, enquiry: Enquiry, target: ArrivalTarget) -> Gathered | None:
    """
    Bring officers together for a case where that is worth breaking crews up.

    Parameters
    ----------
    choice
        The standing crews with regard to the place.
    enquiry
        The officers with regard to it.
    target
        Within what time a crew should be there.

    Returns
    -------
    gathered
        None where an own crew is in time, where one would be there as soon, where the unit's
        officers do not suffice, and for securing a place: then any grid crew of the city goes.
    """
    if choice.kind == ProposalKind.SECURE or choice.unit is None:
        return None
    judged = choice.candidates
    own_ms = arrivals_ms(judged, now=enquiry.now)[choice.own & judged.able]
    best_ms = int(own_ms.min(initial=NEVER_MS))
    if best_ms <= target.target_s * 1000:
        return None
    crews = enquiry.whereabouts.city.roster.commands(choice.unit)
    gathered = gather(enquiry, crews, choice.need, target)
    if gathered is None or gathered.eta.eta_s * 1000 >= best_ms:
        return None
    return gathered


def gather(
    enquiry: Enquiry, crews: NDArray[np.int64], need: Need, target: ArrivalTarget
) -> Gathered | None:
    """
    Bring officers of some crews together, so that they are complete as soon as can be.

    Parameters
    ----------
    enquiry
        The officers with regard to the place.
    crews
        Rows of the crews that they may be taken from, ascending, int64[n].
    need
        What they must bring between them.
    target
        Within what time they should be there.

    Returns
    -------
    gathered
        None if all who could be there do not suffice.
    """
    whereabouts, lineup = enquiry.whereabouts, enquiry.line_up(crews)
    city, roster = whereabouts.city, whereabouts.city.roster
    able = np.flatnonzero((lineup.obstacle == 0) & roster.certified[lineup.officers])
    travel_ms = whereabouts.travel_ms(enquiry.destination, lineup.officers[able])
    able, travel_ms = able[travel_ms < NEVER_MS], travel_ms[travel_ms < NEVER_MS]
    officers = lineup.officers[able]
    hands = Hands(
        officer=officers,
        crew=roster.crew_of[officers].astype(np.int64),
        arrival_ms=_medians_ms(city, officers, travel_ms, target),
        holds=holdings(roster, officers, need).astype(np.int64),
    )
    formed = form_crew(hands, certified=need.certified, needed=need.bits)
    if formed is None:
        return None
    place = {row: here for here, row in enumerate(officers.tolist())}
    going = np.array([place[row] for row in formed.officers], dtype=np.int64)
    age_s = lineup.age_s[able[going]]
    eta = _eta(city, np.array(formed.officers), travel_ms[going], age_s, target)
    return Gathered(formed, travel_ms[going], age_s, eta)


def _medians_ms(
    city: City, officers: NDArray[np.int64], travel_ms: NDArray[np.int64], target: ArrivalTarget
) -> NDArray[np.int64]:
    """Median arrival of each officer, int64[n]; the travel time without a model of arrivals."""
    if city.arrival_model is None:
        return travel_ms
    mode = city.crew_modes[city.roster.crew_of[officers]]
    median_s = city.arrival_model.median_s(
        travel_ms / 1000, mode=mode, hour=hour_of_week(target.now)
    )
    return np.rint(median_s * 1000).astype(np.int64)


def _eta(
    city: City,
    officers: NDArray[np.int64],
    travel_ms: NDArray[np.int64],
    age_s: NDArray[np.float64],
    target: ArrivalTarget,
) -> CrewEta:
    """When the last of some officers is there."""
    travel_s = travel_ms / 1000
    if city.arrival_model is None:
        return CrewEta(float(travel_s.max()), float(travel_s.min()))
    mode = city.crew_modes[city.roster.crew_of[officers]]
    each = city.arrival_model.eta(travel_s, mode=mode, hour=hour_of_week(target.now), age_s=age_s)
    last = each.last()
    return CrewEta(
        eta_s=round(float(last.p50_s[0]), 3),
        first_on_scene_s=round(float(each.p50_s.min()), 3),
        eta_p90_s=round(float(last.p90_s[0]), 3),
        p_in_target=round(float(last.chance(target.target_s)[0]), 4),
        p_in_target_received=round(float(last.chance(target.left_s)[0]), 4),
    )
