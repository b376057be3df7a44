"""
Suggestion (派单建议): which crews should go, when each would be there, and why them.

Crews are ranked by a policy, and by a run card before it where one holds for the matter.  By the
policy ``nearest`` the brigade or squad that has the case goes itself while one of its crews is
there in time; else crews of others that are there sooner than its first are proposed beside
them as mutual aid.  Where a squad has the case, the nearest grid crew secures the place, whichever
brigade it belongs to; the same is done where nobody holds the power to act.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from dispatch.choice import Choice, ProposalKind
from dispatch.city import City
from dispatch.city_coverage import CityCoverage
from dispatch.crew_eta import ArrivalTarget
from dispatch.deadline import Clock, ClockKind
from dispatch.enquiry import Enquiry
from dispatch.first_look import FirstLook, first_look
from dispatch.gathering import gather_for
from dispatch.hand_off import HandOff
from dispatch.incident import Incident, IncidentKind
from dispatch.jurisdiction import Holder, Jurisdiction
from dispatch.lineup import STALE_AFTER_S
from dispatch.passed_over import PassedOver, passed_over
from dispatch.policy import Policy
from dispatch.policy_file import as_policy
from dispatch.proposal import Proposal, draw_up
from dispatch.proposal_together import propose_together, put_among
from dispatch.routing import CaseKind
from dispatch.run_card import RunCard
from dispatch.run_order import followed, nobody_on_card
from dispatch.weighing import MOST_PROPOSALS, weigh_up
from dispatch.whereabouts import Whereabouts
from dispatch.whistle import Whistle, whistle
from geo.area import Tier
from geo.place_index import Place
from geo.remark import Remark

NO_CANDIDATE = Remark(
    "no_candidate",
    "没有可出动的小组，各组原因见下。",
    "No crew can go; the reason of each is given.",
)
NONE_IN_TIME = Remark(
    "none_in_time",
    "没有小组能在时限内到场。",
    "No crew can be there within the arrival target.",
)


@dataclass(frozen=True, slots=True)
class AreaName:
    """
    An area as answers name it.

    Attributes
    ----------
    code, name
        What it is called.
    tier
        Its tier.
    """

    code: str
    name: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class ZoneName:
    """
    A zone as answers name it.

    Attributes
    ----------
    code, name
        What it is called.
    """

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Degraded:
    """
    A part of the service is missing, and the answer is worse for it.

    Attributes
    ----------
    code
        What kind of answer this is instead.
    why
        The reason.
    """

    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    The answer to “who goes?”, with everything that it was made from by name.

    Attributes
    ----------
    now
        The instant for which it holds.
    incident
        Id of the incident, or None for a question about a place.
    lon_lat, matters, kind
        What was asked.
    city_version, weight_version
        Versions of the tables and of the roads.
    policy, policy_version
        Name of the ranking, and the version of what it says.
    arrival_model
        Version of the model of arrivals, or None where the city has none.
    arrival_target_s
        Seconds within which a crew should be there.
    areas, zone, grid
        Where the place lies; areas from the city down.
    case
        Whether the grid brigade or a specialist squad has the case.
    routing
        The rule that chose between them.
    holder, other_holders
        Who acts on the lead matter, and on the others.
    proposals
        Those for the case first, then those to secure the place, then drones that look first.
    passed_over
        Crews and drones of the responsible unit and all nearer than the last proposal.
    passed_over_count
        How many more were passed over, by code of the reason.
    grounds
        What decided on holders and unit: rules with their rows and laws, and the clocks.
    clocks
        The times that run on securing the place and on the case.
    whistle
        The call that the command room which asked has to make, or None.
    hand_off
        Record for the partner city when the place is not ours, or None.
    findings
        Remarks on borders and gaps, and whatever was missing or contradictory.
    degraded
        Why the answer is not by road, or None.
    coverage_at
        Instant for which the coverage was counted that prices are read off, or None.
    """

    now: datetime
    incident: str | None
    lon_lat: tuple[float, float]
    matters: tuple[str, ...]
    kind: IncidentKind
    city_version: str
    weight_version: str
    policy: str
    policy_version: str
    arrival_target_s: float
    areas: tuple[AreaName, ...]
    zone: ZoneName | None
    grid: str | None
    case: CaseKind
    routing: Remark
    holder: Holder
    other_holders: tuple[Holder, ...]
    proposals: tuple[Proposal, ...]
    passed_over: tuple[PassedOver, ...]
    passed_over_count: Mapping[str, int] = field(default_factory=dict)
    grounds: tuple[Remark, ...] = ()
    clocks: tuple[Clock, ...] = ()
    whistle: Whistle | None = None
    hand_off: HandOff | None = None
    findings: tuple[Remark, ...] = ()
    degraded: Degraded | None = None
    arrival_model: str | None = None
    coverage_at: datetime | None = None

    @property
    def crew_proposals(self) -> tuple[Proposal, ...]:
        """Proposals without the drones, which look but never arrive."""
        return tuple(one for one in self.proposals if one.kind != ProposalKind.FIRST_LOOK)


def suggest(  # noqa: PLR0913 -- the question, and five options that are keywords only
    incident: Incident,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    policy: Policy | str = "nearest",
    k: int = MOST_PROPOSALS,
    arrival_target_s: float | None = None,
    stale_after_s: float = STALE_AFTER_S,
    asked_by: str | None = None,
    routes: int | None = None,
    covered: CityCoverage | None = None,
) -> Suggestion:
    """
    Rank the crews that could go to an incident, by one version of the weights of the roads.

    Parameters
    ----------
    incident
        What is reported, and where.
    whereabouts
        Where the officers of the city are.
    now
        The present, with offset.
    policy
        The ranking, or the name of one that comes with the program.
    k
        How many crews are proposed for the case at most.
    arrival_target_s
        Seconds within which a crew should be there; by default what the row of the authority
        list says, else the zone's target.
    stale_after_s
        Positions older than this are not counted on.
    asked_by
        Code of the area whose command room asks; it is told whom it has to whistle for.
    routes
        How many proposals of each kind come with their way and its length; all by default.
    covered
        What is covered, now or a moment ago, off which the price of each proposal is read.

    Returns
    -------
    suggestion
        Proposals best first; none at all, or none in time, is an answer too.

    Raises
    ------
    UnknownName
        The policy or the area that asks is not known.
    BadValue
        The place is no place on Earth, ``now`` has no offset, or ``k`` is below 1.
    OutsideNetwork
        The place is too far from the roads of every mode.
    """
    policy = as_policy(policy)
    weighed = weigh_up(
        incident,
        whereabouts,
        now=now,
        policy=policy,
        k=k,
        arrival_target_s=arrival_target_s,
        stale_after_s=stale_after_s,
        covered=covered,
    )
    enquiry, choices, card = weighed.enquiry, weighed.choices, weighed.card
    city, place, case = enquiry.whereabouts.city, weighed.scene.place, weighed.scene.case
    proposals = tuple(
        proposal
        for choice in choices
        for proposal in _proposals(
            choice,
            enquiry,
            weighed.target_of(choice),
            k=k,
            routes=routes,
        )
    )
    named, counted = _passed_over(choices, enquiry)
    look = _first_look(incident, case, enquiry, proposals, place)
    return Suggestion(
        now=now,
        incident=incident.id,
        lon_lat=place.lon_lat,
        matters=tuple(sorted(set(incident.matters))),
        kind=incident.kind,
        city_version=city.version,
        weight_version=city.weight_version,
        policy=policy.name,
        policy_version=policy.version,
        arrival_target_s=_main_target_s(case, weighed.scene.targets_s),
        areas=tuple(AreaName(area.code, area.name, area.tier) for area in place.areas),
        zone=ZoneName(place.zone.code, place.zone.name) if place.zone else None,
        grid=place.grid.code if place.grid else None,
        case=case.kind,
        routing=case.routing,
        holder=case.holder,
        other_holders=case.other_holders,
        proposals=(*proposals, *look.proposals),
        passed_over=(*named, *look.passed_over),
        passed_over_count=dict(sorted({**counted, **look.passed_over_count}.items())),
        grounds=(*case.grounds, *([followed(card)] if card else [])),
        clocks=case.clocks,
        whistle=whistle(case, place, city, by=asked_by, now=now) if asked_by else None,
        hand_off=case.hand_off,
        findings=(*place.remarks, *case.findings, *_no_crew(choices, proposals, card)),
        degraded=_degraded(city),
        arrival_model=city.arrival_model.version if city.arrival_model else None,
        coverage_at=covered.now if covered else None,
    )


def _main_target_s(case: Jurisdiction, targets_s: Mapping[ClockKind, float]) -> float:
    """The target by which the answer is judged: that of the case, if anybody may act on it."""
    return targets_s[ClockKind.ARRIVE if case.may_act else ClockKind.SECURE]


def _passed_over(
    choices: Sequence[Choice], enquiry: Enquiry
) -> tuple[tuple[PassedOver, ...], Mapping[str, int]]:
    """Name who is passed over by the first choice, leaving out whoever is proposed at all."""
    if not choices:
        return (), {}
    proposed = np.unique(
        np.concatenate([choice.candidates.lineup.crews[choice.chosen] for choice in choices])
    )
    return passed_over(choices[0], proposed, enquiry)


def _proposals(
    choice: Choice, enquiry: Enquiry, target: ArrivalTarget, *, k: int, routes: int | None
) -> tuple[Proposal, ...]:
    """Draw up the proposals of a choice, with officers brought together where that helps."""
    standing = draw_up(choice, enquiry, target=target, routes=routes)
    gathered = gather_for(choice, enquiry, target)
    if gathered is None:
        return standing
    together = propose_together(gathered, choice, enquiry, target=target)
    return put_among(standing, together, certified=choice.need.certified, k=k)


def _first_look(
    incident: Incident,
    case: Jurisdiction,
    enquiry: Enquiry,
    proposals: Sequence[Proposal],
    place: Place,
) -> FirstLook:
    """Choose drones that fly ahead of the crews, unless a visit is planned or the case not ours."""
    if incident.kind == IncidentKind.VISIT or not enquiry.destination:
        return FirstLook()
    responsible = (case.unit, place.zone.brigade if place.zone else None)
    return first_look(
        place.lon_lat,
        enquiry.whereabouts,
        now=enquiry.now,
        first_crew_s=min((crew.first_on_scene_s for crew in proposals), default=math.inf),
        own={unit for unit in responsible if unit is not None},
    )


def _no_crew(
    choices: Sequence[Choice], proposals: Sequence[Proposal], card: RunCard | None
) -> tuple[Remark, ...]:
    """Say so when nobody can go for the case or by its run card, or nobody is there in time."""
    if not choices:
        return ()
    crews = choices[0].candidates.lineup.crews[choices[0].chosen]
    by_card = card is None or np.isin(crews, choices[0].on_card).any()
    off_card = () if card is None or by_card else (nobody_on_card(card),)
    main = [proposal for proposal in proposals if proposal.kind == choices[0].kind]
    if not main:
        return (*off_card, NO_CANDIDATE)
    in_time = any(proposal.meets_target for proposal in main)
    return off_card if in_time else (*off_card, NONE_IN_TIME)


def _degraded(city: City) -> Degraded | None:
    """Say why answers are not by road, if any engine says so."""
    reasons = [engine.degraded for _, engine in sorted(city.travel_times.items())]
    why = next((why for why in reasons if why is not None), None)
    return None if why is None else Degraded("straight_line", why)
