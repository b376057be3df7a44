"""
Call-up: the officers of a city as the force of a joint operation.

Whoever is certified, free, on duty, and has a fresh position on a road may go; the others are
counted by what keeps them.  An officer belongs to the zone whose grid brigade commands the crew;
those of squads belong to no zone.  When an officer arrives is the median arrival of the model
where the city has one, otherwise the bare travel time, as for every crew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.destination import join_places, officers_to_places_ms, refuse_far_places
from dispatch.joint import NO_ZONE, Force, Site, plan_joint
from dispatch.joint_plan import JointPlan
from dispatch.lineup import STALE_AFTER_S, officer_obstacles
from dispatch.obstacle import OBSTACLES
from dispatch.unit import UnitKind
from dispatch.whereabouts import NEVER_MS, Whereabouts
from geo.errors import BadValue, UnknownName
from geo.road.week import hour_of_week


@dataclass(frozen=True, slots=True)
class Operation:
    """
    What a joint operation asks for.

    Attributes
    ----------
    sites
        How many officers with which skills are wanted at each site.
    lon_lat
        Where the sites are, WGS-84 degrees, in the same order.
    arrive_by
        When all are to be there, with offset; None for as soon as can be.
    soonest
        Whether all shall be there as soon as can be, or just in time, sparing the zones.
    domains
        Only officers of squads for these domains are called up; empty for everybody.
    keep
        Certified officers that must stay free in a zone, by its code.
    """

    sites: tuple[Site, ...]
    lon_lat: tuple[tuple[float, float], ...]
    arrive_by: datetime | None = None
    soonest: bool = True
    domains: tuple[str, ...] = ()
    keep: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallUp:
    """
    The plan of an operation, and from whom it was made.

    Attributes
    ----------
    now
        The instant for which it holds.
    operation
        What was asked for.
    plan
        Who goes where, or what is missing.
    city_version, weight_version, arrival_model
        What it was made from.
    available
        Certified officers who may go.
    left_out
        How many other certified officers were asked for, by what keeps them.
    crew_of
        Code of the crew of each officer who goes.
    """

    now: datetime
    operation: Operation
    plan: JointPlan
    city_version: str
    weight_version: str
    arrival_model: str | None
    available: int
    left_out: Mapping[str, int]
    crew_of: Mapping[str, str]


def call_up(
    operation: Operation,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    stale_after_s: float = STALE_AFTER_S,
) -> CallUp:
    """
    Plan a joint operation with the officers of a city, by one version of its roads.

    Parameters
    ----------
    operation
        What is asked for.
    whereabouts
        Where the officers are.
    now
        The present, with offset.
    stale_after_s
        Positions older than this are not counted on.

    Returns
    -------
    call_up
        Who goes where; where that is impossible in time, what is missing at which site.

    Raises
    ------
    BadValue
        A number is out of range, or the time to be there has passed.
    UnknownName
        The city has no such domain or zone.
    OutsideNetwork
        A site is too far from every road.
    """
    whereabouts = whereabouts.pinned()
    city, within_ms = whereabouts.city, _within_ms(operation, now)
    asked = _asked(operation, city)
    obstacles = officer_obstacles(whereabouts, now=now, stale_after_s=stale_after_s)
    force = _force(operation, whereabouts, asked & (obstacles == 0), now=now)
    plan = plan_joint(operation.sites, force, within_ms=within_ms, soonest=operation.soonest)
    kept = Counter(OBSTACLES[code] for code in obstacles[asked & (obstacles > 0)].tolist())
    roster = city.roster
    going = [who.officer for party in plan.parties for who in party.members]
    return CallUp(
        now=now,
        operation=operation,
        plan=plan,
        city_version=city.version,
        weight_version=city.weight_version,
        arrival_model=city.arrival_model.version if city.arrival_model else None,
        available=int(np.count_nonzero(force.may_go)),
        left_out={str(why): count for why, count in sorted(kept.items()) if why is not None},
        crew_of={id_: roster.officers[roster.officer_row[id_]].crew for id_ in going},
    )


def _within_ms(operation: Operation, now: datetime) -> int:
    """How long the last one may take."""
    if operation.arrive_by is None:
        return NEVER_MS - 1
    left_s = (operation.arrive_by - now).total_seconds()
    if left_s <= 0:
        raise BadValue(
            f"All are to be there by {operation.arrive_by.isoformat()}, but it is "
            f"{now.isoformat()} already; give a later time."
        )
    return round(left_s * 1000)


def _asked(operation: Operation, city: City) -> NDArray[np.bool_]:
    """Certified officers that the operation draws on, bool[n_officers]."""
    for domain in operation.domains:
        if domain not in city.domains:
            known = ", ".join(sorted(city.domains))
            raise UnknownName(f"There is no domain {domain!r}; known are {known}.")
    if not operation.domains:
        return city.roster.certified
    squads = {
        squad.code for domain in operation.domains for squad in city.squads_of.get(domain, ())
    }
    return city.roster.certified & city.roster.commanded_by(squads)[city.roster.crew_of]


def _force(
    operation: Operation, whereabouts: Whereabouts, may_go: NDArray[np.bool_], *, now: datetime
) -> Force:
    """Lay out who there is; only those who may go are asked for their ways."""
    city, roster = whereabouts.city, whereabouts.city.roster
    lon_lat = np.array(operation.lon_lat, dtype=np.float64).reshape(-1, 2)
    joins = join_places(city, lon_lat)
    refuse_far_places(tuple(f"Site {site.id}" for site in operation.sites), lon_lat, joins)
    rows = np.flatnonzero(may_go)
    travel_ms = officers_to_places_ms(whereabouts, rows, joins)
    zones = tuple(sorted(zone.code for zone in city.zones))
    return Force(
        officers=tuple(roster.officers[row].id for row in rows.tolist()),
        may_go=np.ones(len(rows), dtype=np.bool_),
        skilled={skill: holders[rows] for skill, holders in roster.skilled.items()},
        travel_ms=_arrivals_ms(whereabouts, rows, travel_ms, now),
        zones=zones,
        zone=_zone_of_crew(city, zones)[roster.crew_of[rows]],
        floor=_floor(operation.keep, zones),
    )


def _arrivals_ms(
    whereabouts: Whereabouts, rows: NDArray[np.int64], travel_ms: NDArray[np.int64], now: datetime
) -> NDArray[np.int64]:
    """Median arrivals of some officers, int64[n, n_sites], from their travel times."""
    city = whereabouts.city
    if city.arrival_model is None or not travel_ms.size:
        return travel_ms
    n_sites = travel_ms.shape[1]
    reached = travel_ms.ravel() < NEVER_MS
    median_s = city.arrival_model.median_s(
        travel_ms.ravel()[reached] / 1000,
        mode=np.repeat(city.crew_modes[city.roster.crew_of[rows]], n_sites)[reached],
        hour=hour_of_week(now),
    )
    arrival_ms = np.full(travel_ms.size, NEVER_MS)
    arrival_ms[reached] = np.rint(median_s * 1000).astype(np.int64)
    return arrival_ms.reshape(travel_ms.shape)


def _zone_of_crew(city: City, zones: tuple[str, ...]) -> NDArray[np.int64]:
    """Row of the zone whose grid brigade commands each crew, int64[n_crews]."""
    row_of = {code: row for row, code in enumerate(zones)}
    zone_of = {
        brigade.code: row_of.get(brigade.zone or "", NO_ZONE)
        for brigade in city.units_of(UnitKind.GRID_BRIGADE)
    }
    codes = [zone_of.get(brigade or "", NO_ZONE) for brigade in city.roster.brigade_of]
    return np.array(codes, dtype=np.int64)


def _floor(keep: Mapping[str, int], zones: tuple[str, ...]) -> NDArray[np.int64]:
    """Officers that must stay in each zone, int64[n_zones]."""
    for zone, number in keep.items():
        if zone not in zones:
            raise UnknownName(f"There is no zone {zone!r} in which officers could be kept.")
        if number < 0:
            raise BadValue(f"Zone {zone} can't keep {number} officers; give 0 or more.")
    return np.array([keep.get(zone, 0) for zone in zones], dtype=np.int64)
