"""
Weighing: the crews chosen for an incident, before anything is said of them.

A suggestion puts them into words, and “why not?” asks them about one more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.case_choice import Terms, choose_for_case
from dispatch.choice import Choice, ProposalKind, choose_to_secure
from dispatch.city_coverage import CityCoverage
from dispatch.crew_eta import ArrivalTarget, travel_limits_ms
from dispatch.deadline import ClockKind
from dispatch.enquiry import Enquiry
from dispatch.incident import Incident
from dispatch.jurisdiction import Jurisdiction
from dispatch.lineup import STALE_AFTER_S
from dispatch.policy import Policy
from dispatch.power import local_date
from dispatch.run_card import RunCard
from dispatch.run_order import card_for
from dispatch.scene import Scene, look_at
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue
from geo.place_index import Place

MOST_PROPOSALS = 8
"""How many crews are proposed unless told otherwise."""

MOST_TO_SECURE = 3
"""How many crews are proposed to secure the place."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """
    A question for which crews have been chosen.

    Attributes
    ----------
    scene
        Where it is and who has it.
    enquiry
        The officers with regard to it.
    card
        The run card that holds for it, or None.
    targets
        By when a crew should be there, for the case and to secure the place.
    choices
        The crews chosen: for the case, if anybody may act, and to secure the place, if wanted.
    """

    scene: Scene
    enquiry: Enquiry
    card: RunCard | None
    targets: Mapping[ClockKind, ArrivalTarget]
    choices: tuple[Choice, ...]

    def target_of(self, choice: Choice) -> ArrivalTarget:
        """
        Tell by when the crews of a choice should be there.

        Parameters
        ----------
        choice
            One of these.

        Returns
        -------
        target
            That of the clock which runs for them.
        """
        return self.targets[_clock_of(choice.kind)]


def weigh_up(  # noqa: PLR0913 -- the question, and its options that are keywords only
    incident: Incident,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    policy: Policy,
    k: int = MOST_PROPOSALS,
    arrival_target_s: float | None = None,
    stale_after_s: float = STALE_AFTER_S,
    covered: CityCoverage | None = None,
) -> Weighed:
    """
    Choose crews for an incident without saying anything of them yet.

    Parameters
    ----------
    incident, whereabouts, now
        See `dispatch.suggestion.suggest`.
    policy
        The ranking.
    k, arrival_target_s, stale_after_s, covered
        See `dispatch.suggestion.suggest`.

    Returns
    -------
    weighed
        The crews chosen, with all that was looked at for it.
    """
    _check(now, k)
    whereabouts = whereabouts.pinned()
    city = whereabouts.city
    scene = look_at(incident, city, now=now, arrival_target_s=arrival_target_s)
    place, case = scene.place, scene.case
    enquiry = Enquiry(whereabouts, scene.destination, now, stale_after_s)
    targets = {
        kind: ArrivalTarget(target_s, now, incident.reported_at)
        for kind, target_s in scene.targets_s.items()
    }
    card = card_for(case, place.areas, city, day=local_date(now)) if case.may_act else None
    target = targets[ClockKind.ARRIVE]
    within_ms = travel_limits_ms(city, target.target_s, now=now)
    terms = Terms(policy, target, within_ms, k, card, covered)
    choices = tuple(_choose(case, place, enquiry, terms))
    return Weighed(scene, enquiry, card, targets, choices)


def _check(now: datetime, k: int) -> None:
    """Refuse a question that cannot be answered."""
    if now.utcoffset() is None:
        raise BadValue(f"The time {now.isoformat()} has no offset from UTC.")
    if k < 1:
        raise BadValue(f"Ask for one proposal or more, not {k}.")


def _clock_of(kind: ProposalKind) -> ClockKind:
    """The clock that runs for a crew."""
    return ClockKind.SECURE if kind == ProposalKind.SECURE else ClockKind.ARRIVE


def _choose(case: Jurisdiction, place: Place, enquiry: Enquiry, terms: Terms) -> list[Choice]:
    """Choose crews for the case, if anybody may act, and crews to secure the place, if wanted."""
    choices = []
    if case.may_act:
        choices.append(choose_for_case(case, enquiry, terms))
    if case.to_secure:
        brigade = place.zone.brigade if place.zone else None
        most = min(terms.k, MOST_TO_SECURE)
        choices.append(choose_to_secure(brigade, enquiry, k=most, covered=terms.covered))
    return choices
