"""
Move-up for a city: which of its free grid crews to post where, so that more demand is covered.

Posts are the bases of grid brigades and village posts, and a place inside each zone.  Crews of
one mode of travel are moved, the one in which most free grid crews travel, because what a post
covers hangs on how the crew there travels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.city_coverage import CityCoverage, crew_limits_ms
from dispatch.destination import crews_to_places_ms, join_places
from dispatch.move_up import MoveUp, MoveUpRule, Posts, propose_moves
from dispatch.roster import MODES
from dispatch.unit import UnitKind
from dispatch.whereabouts import NEVER_MS
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.road.travel_time import UNREACHABLE_MS

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
    """
    city = covered.whereabouts.city
    lon_lat_of = list_posts(city)
    mode = _commonest_mode(covered)
    movable = np.zeros(len(city.roster.crews), dtype=np.bool_)
    if mode is not None:
        movable = covered.coverage.free & (city.crew_modes == MODES.index(mode))
    posts = _posts(covered, lon_lat_of, mode, movable)
    proposal = propose_moves(covered.coverage, posts, movable, rule)
    return CityMoveUp(mode, proposal, lon_lat_of)


def _commonest_mode(covered: CityCoverage) -> Mode | None:
    """How most of the free crews travel."""
    of_free = covered.whereabouts.city.crew_modes[covered.coverage.free]
    return MODES[int(np.bincount(of_free).argmax())] if len(of_free) else None


def _posts(
    covered: CityCoverage,
    lon_lat_of: Mapping[str, tuple[float, float]],
    mode: Mode | None,
    movable: NDArray[np.bool_],
) -> Posts:
    """What would be covered from each post, and how far it is for each crew."""
    city, n_posts = covered.whereabouts.city, len(lon_lat_of)
    reaches = np.zeros((n_posts, len(covered.ground.target_s)), dtype=np.bool_)
    travel_ms = np.full((len(movable), n_posts), NEVER_MS)
    crews = np.flatnonzero(movable)
    if mode is not None and n_posts:
        lon_lat = np.array(list(lon_lat_of.values()), dtype=np.float64)
        here = {mode: join_places(city, lon_lat)[mode]}
        travel_ms[crews] = crews_to_places_ms(covered.whereabouts, crews, covered.ready, here)
        limit_ms = crew_limits_ms(city, crews[:1], covered.ground, now=covered.now)
        reaches = _post_times_ms(city, mode, here[mode], covered.ground.joins[mode]) <= limit_ms
    return Posts(tuple(lon_lat_of), reaches, travel_ms)


def _post_times_ms(city: City, mode: Mode, posts: Joins, points: Joins) -> NDArray[np.int64]:
    """Travel times from posts to points of demand, int64[n_posts, n_points]."""
    times = np.full((len(posts), len(points)), NEVER_MS)
    start, end = (np.flatnonzero(~np.isnan(joins.lon_lat[:, 0])) for joins in (posts, points))
    if len(start) and len(end):
        ms = city.travel_times[mode].matrix(posts.take(start), points.take(end))
        times[np.ix_(start, end)] = np.where(ms == UNREACHABLE_MS, NEVER_MS, ms)
    return times
