"""Proposal: one crew that could be sent, with its times, its way and the reasons for its rank."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch import reason
from dispatch.choice import Choice, ProposalKind
from dispatch.crew_eta import ArrivalTarget, CrewEta, crew_etas
from dispatch.enquiry import Enquiry
from dispatch.obstacle import OBSTACLES
from dispatch.unit import UnitKind
from geo.remark import Remark
from geo.road.route import Route

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CoveragePrice:
    """
    What sending a crew costs the next incident.

    Attributes
    ----------
    value
        Share of all demand that no free crew reaches in time any more.
    unit
        What the value is.
    """

    value: float
    unit: str = "share_of_demand"


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    A crew proposed for one purpose.

    Attributes
    ----------
    rank
        From 1 within its kind.
    unit
        Code of the crew, or of the drone that looks first.
    brigade
        Code of the brigade or squad that commands it, or None.
    crew
        Ids of the officers who go, the first to arrive first.
    kind
        What it is sent to do.
    eta_s
        Seconds from dispatch until it is legally complete, the median.
    meets_target
        Whether that is within the arrival target; never of a drone, which does not arrive.
    travel_time_s
        Seconds on the road of the officer whose arrival completes it.
    first_on_scene_s
        Seconds until its first officer is there, or the drone over the place.
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
    brought_together
        Whether its officers come from several crews; `unit` then commands them.
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
    coverage_price: CoveragePrice | None = None
    brought_together: bool = False


def draw_up(
    choice: Choice, enquiry: Enquiry, *, target: ArrivalTarget, routes: int | None = None
) -> tuple[Proposal, ...]:
    """
    Draw up the proposals of a choice.

    Parameters
    ----------
    choice
        The crews chosen.
    enquiry
        The officers with regard to the place.
    target
        Within what time a crew should be there.
    routes
        How many of the first are given with their way; all by default.

    Returns
    -------
    proposals
        One per crew chosen, in order.
    """
    etas = choice.etas or crew_etas(choice.candidates, choice.chosen, target)
    return tuple(
        _proposal(
            rank, crew, eta, choice, enquiry, target.target_s, routes is None or rank <= routes
        )
        for rank, (crew, eta) in enumerate(zip(choice.chosen.tolist(), etas, strict=True), start=1)
    )


def _proposal(  # noqa: PLR0913, PLR0917 -- everything that one proposal is drawn up from
    rank: int,
    crew: int,
    eta: CrewEta,
    choice: Choice,
    enquiry: Enquiry,
    target_s: float,
    routed: bool,  # noqa: FBT001 -- as above
) -> Proposal:
    """Draw up one proposal."""
    judged, roster = choice.candidates, enquiry.whereabouts.city.roster
    lineup, row = judged.lineup, int(judged.lineup.crews[crew])
    going = judged.going(crew)
    route = _route(crew, choice, enquiry) if routed else None
    return Proposal(
        rank=rank,
        unit=roster.crews[row].code,
        brigade=roster.brigade_of[row],
        crew=tuple(roster.officers[officer].id for officer in lineup.officers[going].tolist()),
        kind=choice.kind,
        eta_s=eta.eta_s,
        meets_target=eta.eta_s <= target_s,
        travel_time_s=int(judged.arrival_ms[crew]) / 1000,
        first_on_scene_s=eta.first_on_scene_s,
        length_m=None if route is None else round(route.length_m, 1),
        position_age_s=round(float(lineup.age_s[going].max()), 3),
        mutual_aid=not choice.own[crew],
        reasons=_reasons(rank, crew, eta, choice, target_s),
        coverage_price=None if choice.prices is None else _price(choice.prices[rank - 1]),
        route=None if route is None else tuple((lon, lat) for lon, lat in route.lon_lat.tolist()),
        eta_p90_s=eta.eta_p90_s,
        p_in_target=eta.p_in_target,
        p_in_target_received=eta.p_in_target_received,
    )


def _route(crew: int, choice: Choice, enquiry: Enquiry) -> Route | None:
    """Way of the officer whose arrival completes a crew."""
    whereabouts, lineup = enquiry.whereabouts, choice.candidates.lineup
    mode = whereabouts.city.roster.crews[lineup.crews[crew]].mode
    assert mode is not None  # a roster holds no crew without a mode
    row = int(lineup.officers[choice.candidates.completing[crew]])
    origin = whereabouts.joins.take(slice(row, row + 1))
    return whereabouts.city.travel_times[mode].route(origin, enquiry.destination[mode])


def _price(share: float) -> CoveragePrice:
    """Price of a crew's leaving, to a millionth of demand."""
    return CoveragePrice(round(float(share), 6))


def _of_rank(rank: int, eta: CrewEta, choice: Choice) -> Remark:
    """Say by what a crew has its rank."""
    if choice.policy is None or not choice.said:
        return reason.by_road(eta.eta_s, choice.need.certified, rank)
    titles = choice.policy.title_zh, choice.policy.title_en
    return reason.by_policy(eta.eta_s, choice.need.certified, *titles)


def _reasons(
    rank: int, crew: int, eta: CrewEta, choice: Choice, target_s: float
) -> tuple[Remark, ...]:
    """Say why a crew stands at its rank, and who of it stays behind."""
    judged, lineup = choice.candidates, choice.candidates.lineup
    city = lineup.whereabouts.city
    reasons = [_of_rank(rank, eta, choice)]
    reasons.append(reason.target(eta.eta_s, target_s))
    if eta.p_in_target is not None and eta.eta_p90_s is not None:
        reasons.append(reason.chance(eta.p_in_target, eta.eta_p90_s, target_s))
    if choice.kind == ProposalKind.SECURE:
        reasons.append(reason.secures())
    if choice.said:
        reasons += choice.said[rank - 1]
    if not choice.own[crew]:
        brigade = city.roster.brigade_of[lineup.crews[crew]]
        reasons.append(reason.mutual_aid(city.units[brigade] if brigade else None))
    above = city.units.get(city.roster.crews[lineup.crews[crew]].parent or "")
    if above is not None and above.kind == UnitKind.VILLAGE_POST:
        reasons.append(reason.from_post(above))
    members = lineup.of(crew)
    for row, code in zip(
        lineup.officers[members].tolist(), judged.officer_obstacle[members].tolist(), strict=True
    ):
        obstacle = OBSTACLES[code]
        if obstacle is not None:
            reasons.append(reason.left_behind(city.roster.officers[row].id, obstacle))
    return tuple(reasons)
