"""
Move-up for a city: which of its free grid crews to post where, so that more demand is covered.

Posts are the bases of grid brigades and village posts, and a place inside each zone.  Crews of
one mode of travel are moved, the one in which most free grid crews travel, because what a post
covers hangs on how the crew there travels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.city_coverage import CityCoverage
from dispatch.coverage import Coverage, Demand, survey
from dispatch.destination import crews_to_places_ms, join_places
from dispatch.held import Held
from dispatch.joining import nowhere
from dispatch.move_up import MoveUp, MoveUpRule, Posts, propose_moves, stay
from dispatch.roster import MODES
from dispatch.seen_coverage import SeenCoverage, whole_coverage
from dispatch.unit import UnitKind
from dispatch.whereabouts import NEVER_MS
from geo.road.road_class import Mode
from geo.road.teams import NO_TEAM

POSTED_AT = (UnitKind.GRID_BRIGADE, UnitKind.VILLAGE_POST)
"""Units at whose base a crew can stand by."""


@dataclass(frozen=True, slots=True)
class CityMoveUp:
    """
    A proposal, and of whom it was made.

    Attributes
    ----------
    mode
        How the crews that may be moved travel; None where no crew is free.
    proposal
        Who is posted where, what that gains and what it costs.
    lon_lat_of
        Where each post is, WGS-84 degrees.
    """

    mode: Mode | None
    proposal: MoveUp
    lon_lat_of: Mapping[str, tuple[float, float]]


def list_posts(city: City) -> dict[str, tuple[float, float]]:
    """
    List where the crews of a city can be posted.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    lon_lat_of
        WGS-84 degrees by code, in the order of the codes: of the unit whose base it is, or of
        the zone.
    """
    places = {
        unit.code: unit.lon_lat
        for kind in POSTED_AT
        for unit in city.units_of(kind)
        if unit.lon_lat is not None
    }
    for zone in city.zones:
        inside = shapely.point_on_surface(zone.polygon)
        places.setdefault(zone.code, (float(inside.x), float(inside.y)))
    return {code: places[code] for code in sorted(places)}


def propose_city_moves(
    covered: CityCoverage, rule: MoveUpRule, *, seen: SeenCoverage | None = None
) -> CityMoveUp:
    """
    Propose whom to post elsewhere.

    Parameters
    ----------
    covered
        What the city covers now.
    rule
        What moves are worth; incidents an hour are shares of demand here.
    seen
        Whose crews are posted on whose ground for the good of whose ground; None for the whole
        city's.

    Returns
    -------
    proposal
        The best, with its gap; no move at all is an answer too.

    Notes
    -----
    A point that more crews reach than may be moved stays covered whatever is done, so only
    the others are put to the model.  Where nothing is uncovered, nothing can be gained.
    """
    seen = whole_coverage(covered) if seen is None else seen
    city, held = seen.city, seen.held
    lon_lat_of = {code: at for code, at in list_posts(city).items() if seen.sees_place(at)}
    mode = _commonest_mode(seen)
    uncovered = (held.count == 0) & (held.demand.incidents_per_h > 0)
    if mode is None or not uncovered.any() or rule.most_moves == 0:
        return CityMoveUp(mode, stay(held.share), lon_lat_of)
    points, coverage = _what_may_change(seen, rule.most_moves + 1)
    movable = seen.free & (city.crew_modes == MODES.index(mode))
    posts = _posts(covered, lon_lat_of, mode, movable, points)
    proposal = propose_moves(coverage, posts, movable, rule)
    return CityMoveUp(mode, _in_whole(proposal, held, coverage), lon_lat_of)


def _commonest_mode(seen: SeenCoverage) -> Mode | None:
    """How most of the free crews travel."""
    of_free = seen.city.crew_modes[seen.free]
    return MODES[int(np.bincount(of_free).argmax())] if len(of_free) else None


def _what_may_change(seen: SeenCoverage, enough: int) -> tuple[NDArray[np.int64], Coverage]:
    """Points that fewer than so many crews reach, and all who reach them."""
    covered, roster, demand = seen.whole, seen.city.roster, seen.whole.ground.demand
    lists = covered.reach.find(seen.points, enough)
    few = np.flatnonzero(lists[:, -1] == NO_TEAM)
    points, lists = seen.points[few], lists[few]
    reaches = np.zeros((len(roster.crews), len(points)), dtype=np.bool_)
    point, place = np.nonzero(lists != NO_TEAM)
    reaches[lists[point, place], point] = True
    part = Demand(
        points=tuple(demand.points[row] for row in points.tolist()),
        zones=demand.zones,
        zone=demand.zone[points],
        weight=demand.weight[points],
        incidents_per_h=demand.incidents_per_h[points],
    )
    return points, survey(part, [crew.code for crew in roster.crews], reaches, covered.free)


def _in_whole(proposal: MoveUp, held: Held, coverage: Coverage) -> MoveUp:
    """Shares of all demand that is seen instead of those of the points that may change."""
    part, whole = float(coverage.demand.weight.sum()), float(held.demand.weight.sum())
    gain = (proposal.share_after - proposal.share_before) * part / (whole or 1.0)
    share = held.share
    return replace(proposal, share_before=share, share_after=share + gain)


def _posts(
    covered: CityCoverage,
    lon_lat_of: Mapping[str, tuple[float, float]],
    mode: Mode,
    movable: NDArray[np.bool_],
    points: NDArray[np.int64],
) -> Posts:
    """Posts that reach some of the points, which of them, and how far they are for each crew."""
    lon_lat = np.array(list(lon_lat_of.values()), dtype=np.float64).reshape(-1, 2)
    here = join_places(covered.whereabouts.city, lon_lat)[mode] if len(lon_lat) else nowhere(0)
    reaches = covered.reach.reaches_from(mode, here, points)
    rows = np.flatnonzero(reaches.any(axis=1))
    crews, codes = np.flatnonzero(movable), tuple(lon_lat_of)
    travel_ms = np.full((len(movable), len(rows)), NEVER_MS)
    if len(rows):
        travel_ms[crews] = crews_to_places_ms(
            covered.whereabouts, crews, covered.ready, {mode: here.take(rows)}
        )
    return Posts(tuple(codes[row] for row in rows.tolist()), reaches[rows], travel_ms)
