"""Passed over: the crews that are not proposed, and why; named, or counted by reason."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch import reason
from dispatch.choice import Choice
from dispatch.city import City
from dispatch.enquiry import Enquiry
from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.policy import Reach
from dispatch.whereabouts import NEVER_MS
from geo.remark import Remark

SLOWER, NOT_SOONER, NOT_ASKED = (len(OBSTACLES) + place for place in range(3))
"""Reasons besides the obstacles, as positions; that of a unit not asked has one per brigade."""


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
        Seconds by road of its nearest officer, or None where nobody of it is nearer than the
        last proposal.
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
        Crews of the responsible unit, and all of which anybody is nearer than the last
        proposal: these first, by the travel time of their nearest officer, then the others.
    counted
        How many more there are, by code of the reason.
    """
    city, judged = enquiry.whereabouts.city, choice.candidates
    nearest_ms = np.full(len(city.roster.crews), NEVER_MS)
    last_ms = int(judged.arrival_ms[choice.chosen].max(initial=0))
    nearer, nearer_ms = enquiry.nearer(last_ms)
    nearest_ms[nearer] = nearer_ms
    named = nearest_ms < NEVER_MS
    named[city.roster.commands(choice.unit)] = True
    left = np.ones(len(named), dtype=np.bool_)
    left[proposed] = False
    rows = np.flatnonzero(named & left)
    rows = rows[np.argsort(nearest_ms[rows], kind="stable")]
    why = _reasons(choice, enquiry, left)
    texts = _sentences(choice, city, enquiry.stale_after_s)
    codes = [crew.code for crew in map(city.roster.crews.__getitem__, rows.tolist())]
    remarks = map(texts.__getitem__, why[rows].tolist())
    seconds = [None if ms == NEVER_MS else ms / 1000 for ms in nearest_ms[rows].tolist()]
    entries = tuple(map(PassedOver, codes, remarks, seconds))
    counts: dict[str, int] = {}
    for place, count in enumerate(np.bincount(why[left & ~named]).tolist()):
        if count:
            code = texts[place].code
            counts[code] = counts.get(code, 0) + count
    return entries, dict(sorted(counts.items()))


def reasons_of_all(choice: Choice, enquiry: Enquiry) -> list[Remark]:
    """
    Give the reason for which any crew of the city would be passed over.

    Parameters
    ----------
    choice
        The choice.
    enquiry
        The officers with regard to the place.

    Returns
    -------
    reasons
        One for each crew of the roster; what it says of those that are proposed is of no use.
    """
    everyone = np.ones(len(enquiry.whereabouts.city.roster.crews), dtype=np.bool_)
    texts = _sentences(choice, enquiry.whereabouts.city, enquiry.stale_after_s)
    return [texts[place] for place in _reasons(choice, enquiry, everyone).tolist()]


def _reasons(choice: Choice, enquiry: Enquiry, left: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Reason of each crew of the city as a position in `_sentences`, int64[n_crews]."""
    roster, judged = enquiry.whereabouts.city.roster, choice.candidates
    why = NOT_ASKED + 1 + roster.brigade_row  # the brigade of row -1 is none
    asked = np.zeros(len(left), dtype=np.bool_)
    for unit in choice.asked:
        asked[roster.commands(unit)] = True
    asked[choice.on_card] = True
    own = np.zeros(len(left), dtype=np.bool_)
    own[roster.commands(choice.unit)] = True
    rest = np.flatnonzero(asked & left)
    by_state = enquiry.state_of(rest, choice.need)
    why[rest] = np.where(by_state > 0, by_state, SLOWER)
    crews, best_own_ms = judged.lineup.crews, choice.best_own_ms
    only_sooner = choice.policy is not None and choice.policy.reach == Reach.OWN_THEN_SOONER_AID
    if best_own_ms < NEVER_MS and only_sooner:
        why[rest[~own[rest] & (by_state == 0)]] = NOT_SOONER
        why[crews[judged.able & (judged.arrival_ms < best_own_ms)]] = SLOWER
        why[choice.on_card[why[choice.on_card] == NOT_SOONER]] = SLOWER
    unreachable = OBSTACLES.index(Obstacle.UNREACHABLE)
    gone = choice.own_exhausted & own | choice.exhausted & asked
    gone[crews] = False
    why[gone & (why == SLOWER)] = unreachable
    why[crews[~judged.able]] = judged.obstacle[~judged.able]
    return why


def _sentences(choice: Choice, city: City, stale_after_s: float) -> list[Remark]:
    """Sentences of all reasons: obstacles, slower, aid not sooner, and one for each brigade."""
    chosen = choice.candidates.lineup.crews[choice.chosen]
    last = city.roster.crews[chosen[-1]].code if len(chosen) else ""
    slower = reason.slower(last)
    if choice.policy is not None and choice.said:
        slower = reason.ranked_after(last, choice.policy.title_zh, choice.policy.title_en)
    of_obstacles = [
        slower
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
    brigades = [city.units[code] for code in city.roster.brigades]
    not_sooner = reason.aid_not_sooner(choice.best_own_ms / 1000)
    not_asked = [reason.not_this_brigade(None), *map(reason.not_this_brigade, brigades)]
    return [*of_obstacles, slower, not_sooner, *not_asked]
