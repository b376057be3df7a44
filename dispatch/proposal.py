"""Proposal: one crew that could be sent, with its times, its way and the reasons for its rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch import reason
from dispatch.candidate import OBSTACLES
from dispatch.choice import Choice, ProposalKind
from dispatch.city import City
from dispatch.crew_eta import ArrivalTarget, CrewEta, crew_etas
from dispatch.whereabouts import Whereabouts
from geo.remark import Remark
from geo.road.road_class import Mode
from geo.road.route import Route
from geo.road.snap import Joins

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    A crew proposed for one purpose.

    Attributes
    ----------
    rank
        From 1 within its kind.
    unit
        Code of the crew.
    brigade
        Code of the brigade or squad that commands it, or None.
    crew
        Ids of the officers who go, the first to arrive first.
    kind
        What it is sent to do.
    eta_s
        Seconds from dispatch until it is legally complete, the median.
    meets_target
        Whether that is within the arrival target.
    travel_time_s
        Seconds on the road of the officer whose arrival completes it.
    first_on_scene_s
        Seconds until its first officer is there.
    length_m
        Metres on the road of the officer whose arrival completes it.
    position_age_s
        Age of the oldest position among the officers who go.
    mutual_aid
        Whether it works outside its own zone or unit.
    reasons
        Why it stands where it stands.
    route
        Way of the officer whose arrival completes it, longitudes and latitudes.
    eta_p90_s, p_in_target
        Ninth decile of the arrival and chance to meet the target; None where the city has no
        model of arrivals.
    p_in_target_received
        The same chance if the clock of the target started with the report.
    coverage_price
        What sending it costs the next incident; None while coverage is not measured.
    """

    rank: int
    unit: str
    brigade: str | None
    crew: tuple[str, ...]
    kind: ProposalKind
    eta_s: float
    meets_target: bool
    travel_time_s: float
    first_on_scene_s: float
    length_m: float | None
    position_age_s: float
    mutual_aid: bool
    reasons: tuple[Remark, ...]
    route: tuple[LonLat, ...] | None = None
    eta_p90_s: float | None = None
    p_in_target: float | None = None
    p_in_target_received: float | None = None
    coverage_price: float | None = None


def draw_up(
    choice: Choice,
    whereabouts: Whereabouts,
    destination: Mapping[Mode, Joins],
    *,
    target: ArrivalTarget,
) -> tuple[Proposal, ...]:
    """
    Draw up the proposals of a choice.

    Parameters
    ----------
    choice
        The crews chosen.
    whereabouts
        Where the officers are.
    destination
        The place as it joins the roads of each mode.
    target
        Within what time a crew should be there.

    Returns
    -------
    proposals
        One per crew chosen, in order.
    """
    crews = choice.chosen
    etas = crew_etas(whereabouts.city, choice.candidates, crews, target)
    return tuple(
        _proposal(rank, crew, eta, choice, whereabouts, destination, target.target_s)
        for rank, (crew, eta) in enumerate(zip(crews.tolist(), etas, strict=True), start=1)
    )


def _proposal(  # noqa: PLR0913, PLR0917 -- everything that one proposal is drawn up from
    rank: int,
    crew: int,
    eta: CrewEta,
    choice: Choice,
    whereabouts: Whereabouts,
    destination: Mapping[Mode, Joins],
    target_s: float,
) -> Proposal:
    """Draw up one proposal."""
    judged, roster = choice.candidates, whereabouts.city.roster
    members = roster.members(crew)
    going = members[judged.going[members]]
    going = going[judged.travel_ms[going].argsort(kind="stable")]
    route = _route(crew, choice, whereabouts, destination)
    return Proposal(
        rank=rank,
        unit=roster.crews[crew].code,
        brigade=roster.brigade_of[crew],
        crew=tuple(roster.officers[row].id for row in going.tolist()),
        kind=choice.kind,
        eta_s=eta.eta_s,
        meets_target=eta.eta_s <= target_s,
        travel_time_s=int(judged.arrival_ms[crew]) / 1000,
        first_on_scene_s=eta.first_on_scene_s,
        length_m=None if route is None else round(route.length_m, 1),
        position_age_s=round(float(judged.age_s[going].max()), 3),
        mutual_aid=not choice.own[crew],
        reasons=_reasons(rank, crew, eta, choice, whereabouts.city, target_s),
        route=None if route is None else tuple((lon, lat) for lon, lat in route.lon_lat.tolist()),
        eta_p90_s=eta.eta_p90_s,
        p_in_target=eta.p_in_target,
        p_in_target_received=eta.p_in_target_received,
    )


def _route(
    crew: int, choice: Choice, whereabouts: Whereabouts, destination: Mapping[Mode, Joins]
) -> Route | None:
    """Way of the officer whose arrival completes a crew."""
    city = whereabouts.city
    mode = city.roster.crews[crew].mode
    assert mode is not None  # a roster holds no crew without a mode
    row = int(choice.candidates.completing[crew])
    origin = whereabouts.joins.take(slice(row, row + 1))
    return city.travel_times[mode].route(origin, destination[mode])


def _reasons(  # noqa: PLR0913, PLR0917 -- everything that speaks for or against one crew
    rank: int, crew: int, eta: CrewEta, choice: Choice, city: City, target_s: float
) -> tuple[Remark, ...]:
    """Say why a crew stands at its rank, and who of it stays behind."""
    judged = choice.candidates
    brigade = city.roster.brigade_of[crew]
    reasons = [reason.by_road(eta.eta_s, choice.need.certified, rank, choice.n_able)]
    reasons.append(reason.target(eta.eta_s, target_s))
    if eta.p_in_target is not None and eta.eta_p90_s is not None:
        reasons.append(reason.chance(eta.p_in_target, eta.eta_p90_s, target_s))
    if choice.kind == ProposalKind.SECURE:
        reasons.append(reason.secures())
    if not choice.own[crew]:
        reasons.append(reason.mutual_aid(city.units[brigade] if brigade else None))
    for row in city.roster.members(crew).tolist():
        obstacle = OBSTACLES[judged.officer_obstacle[row]]
        if obstacle is not None:
            reasons.append(reason.left_behind(city.roster.officers[row].id, obstacle))
    return tuple(reasons)
