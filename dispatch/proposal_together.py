"""Proposals of officers brought together: how they read, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dispatch import reason
from dispatch.choice import Choice
from dispatch.city import City
from dispatch.crew_eta import ArrivalTarget
from dispatch.enquiry import Enquiry
from dispatch.gathering import Gathered
from dispatch.proposal import Proposal
from geo.remark import Remark
from geo.road.route import Route


def propose_together(
    gathered: Gathered, choice: Choice, enquiry: Enquiry, *, target: ArrivalTarget
) -> Proposal:
    """
    Draw up the proposal of officers brought together.

    Parameters
    ----------
    gathered
        The officers.
    choice
        The standing crews beside which they are proposed.
    enquiry
        The officers with regard to the place.
    target
        Within what time they should be there.

    Returns
    -------
    proposal
        With the code of the unit that commands them; its rank is given by `put_among`.
    """
    roster, eta = enquiry.whereabouts.city.roster, gathered.eta
    route = _route(gathered, enquiry)
    return Proposal(
        rank=1,
        unit=choice.unit or "",
        brigade=choice.unit,
        crew=tuple(roster.officers[row].id for row in gathered.formed.officers),
        kind=choice.kind,
        eta_s=eta.eta_s,
        meets_target=eta.eta_s <= target.target_s,
        travel_time_s=int(gathered.travel_ms[-1]) / 1000,
        first_on_scene_s=eta.first_on_scene_s,
        length_m=None if route is None else round(route.length_m, 1),
        position_age_s=round(float(gathered.age_s.max()), 3),
        mutual_aid=False,
        reasons=_reasons(gathered, choice, enquiry.whereabouts.city, target.target_s),
        route=None if route is None else tuple((lon, lat) for lon, lat in route.lon_lat.tolist()),
        eta_p90_s=eta.eta_p90_s,
        p_in_target=eta.p_in_target,
        p_in_target_received=eta.p_in_target_received,
        brought_together=True,
    )


def put_among(
    standing: Sequence[Proposal], together: Proposal, *, certified: int, k: int
) -> tuple[Proposal, ...]:
    """
    Put officers brought together among the standing crews.

    Parameters
    ----------
    standing
        Proposals of standing crews, best first.
    together
        That of the officers brought together.
    certified
        Certified officers that make a crew complete.
    k
        How many proposals are given at most.

    Returns
    -------
    proposals
        They stand after every crew that is in time or no later than they are: a crew that goes
        as it is breaks nothing up.  Ranks, and what is said of them, are counted anew.
    """
    before = max(
        (
            place
            for place, crew in enumerate(standing, start=1)
            if crew.meets_target or crew.eta_s <= together.eta_s
        ),
        default=0,
    )
    ordered = (*standing[:before], together, *standing[before:])[:k]
    return tuple(_ranked(one, rank, certified) for rank, one in enumerate(ordered, start=1))


def _ranked(proposal: Proposal, rank: int, certified: int) -> Proposal:
    """Give a proposal its rank, and the sentence that names it."""
    reasons = tuple(
        reason.by_road(proposal.eta_s, certified, rank) if said.code == reason.BY_ROAD else said
        for said in proposal.reasons
    )
    return replace(proposal, rank=rank, reasons=reasons)


def _route(gathered: Gathered, enquiry: Enquiry) -> Route | None:
    """Way of the officer who is there last."""
    whereabouts, row = enquiry.whereabouts, gathered.formed.officers[-1]
    mode = whereabouts.city.roster.crews[whereabouts.city.roster.crew_of[row]].mode
    assert mode is not None  # a roster holds no crew without a mode
    origin = whereabouts.joins.take(slice(row, row + 1))
    return whereabouts.city.travel_times[mode].route(origin, enquiry.destination[mode])


def _reasons(gathered: Gathered, choice: Choice, city: City, target_s: float) -> tuple[Remark, ...]:
    """Say why they are brought together, who comes from which crew, and what that breaks up."""
    formed, eta, roster = gathered.formed, gathered.eta, city.roster
    taken: dict[str, list[str]] = {}
    for row in formed.officers:
        officer = roster.officers[row]
        taken.setdefault(officer.crew, []).append(officer.id)
    some_own_can_go = bool((choice.own & choice.candidates.able).any())
    reasons = [
        reason.brought_together(taken, eta.eta_s, none_can_go=not some_own_can_go),
        reason.target(eta.eta_s, target_s),
    ]
    if eta.p_in_target is not None and eta.eta_p90_s is not None:
        reasons.append(reason.chance(eta.p_in_target, eta.eta_p90_s, target_s))
    reasons += [reason.broken_up(roster.crews[row].code) for row in formed.broken_up]
    return tuple(reasons)
