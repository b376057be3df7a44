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
from dispatch.joining import nowhere
from dispatch.move_up import MoveUp, MoveUpRule, Posts, propose_moves, stay
from dispatch.roster import MODES
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


def propose_city_moves(covered: CityCoverage, rule: MoveUpRule) -> CityMoveUp:
    """
    Propose whom to post elsewhere.

    Parameters
    ----------
    covered
        What the city covers now.
    rule
        What moves are worth; incidents an hour are shares of demand here.

    Returns
    -------
    proposal
        The best, with its gap; no move at all is an answer too.

    Notes
    -----
    A point that more crews reach than may be moved stays covered whatever is done, so only
    the others are put to the model.  Where nothing is uncovered, nothing can be gained.
    """
    city, demand = covered.whereabouts.city, covered.ground.demand
    lon_lat_of = list_posts(city)
    mode = _commonest_mode(covered)
    uncovered = (covered.held.count == 0) & (demand.incidents_per_h > 0)
    if mode is None or not uncovered.any() or rule.most_moves == 0:
        return CityMoveUp(mode, stay(covered.held.share), lon_lat_of)
    points, coverage = _what_may_change(covered, rule.most_moves + 1)
    movable = covered.free & (city.crew_modes == MODES.index(mode))
    posts = _posts(covered, lon_lat_of, mode, movable, points)
    proposal = propose_moves(coverage, posts, movable, rule)
    return CityMoveUp(mode, _in_whole(proposal, covered, coverage), lon_lat_of)


def _commonest_mode(covered: CityCoverage) -> Mode | None:
    """How most of the free crews travel."""
    of_free = covered.whereabouts.city.crew_modes[covered.free]
    return MODES[int(np.bincount(of_free).argmax())] if len(of_free) else None


def _what_may_change(covered: CityCoverage, enough: int) -> tuple[NDArray[np.int64], Coverage]:
    """Points that fewer than so many crews reach, and all who reach them."""
    roster, demand = covered.whereabouts.city.roster, covered.ground.demand
    lists = covered.reach.find(np.arange(len(demand.points)), enough)
    points = np.flatnonzero(lists[:, -1] == NO_TEAM)
    reaches = np.zeros((len(roster.crews), len(points)), dtype=np.bool_)
    point, place = np.nonzero(lists[points] != NO_TEAM)
    reaches[lists[points][point, place], point] = True
    part = Demand(
        points=tuple(demand.points[row] for row in points.tolist()),
        zones=demand.zones,
        zone=demand.zone[points],
        weight=demand.weight[points],
        incidents_per_h=demand.incidents_per_h[points],
    )
    return points, survey(part, [crew.code for crew in roster.crews], reaches, covered.free)


def _in_whole(proposal: MoveUp, covered: CityCoverage, coverage: Coverage) -> MoveUp:
    """Shares of all demand instead of those of the points that may change."""
    part, whole = float(coverage.demand.weight.sum()), float(covered.ground.demand.weight.sum())
    gain = (proposal.share_after - proposal.share_before) * part / (whole or 1.0)
    share = covered.held.share
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
