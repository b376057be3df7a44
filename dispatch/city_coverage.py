"""
Coverage of a city: which of its demand the grid crews that are free reach in time.

Crews of grid brigades count, for whatever happens they secure it first.  A crew that is free
reaches a point if it can be legally complete there within the arrival target of the zone, by
road, at the median of the model of arrivals where the city has one: when the second of its
certified officers is there.

A point is asked for two crews that reach it, and no more (`dispatch.held`).  When officers move
or change their status, only points are asked again that one of their crews was named for, and
points that fewer than two crews reach are held against those crews alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.city_reach import POINTS_PER_OFFICER, CityReach, city_reach
from dispatch.demand_point import Ground
from dispatch.held import DEPTH, Held, add_crews, put_in_order
from dispatch.lineup import STALE_AFTER_S, officer_obstacles
from dispatch.matter import MIN_CERTIFIED
from dispatch.unit import UnitKind
from dispatch.whereabouts import Whereabouts
from geo.road.frozen import freeze
from geo.road.teams import NO_TEAM
from geo.road.week import hour_of_week


@dataclass(frozen=True, slots=True, eq=False)
class CityCoverage:
    """
    What a city covers at some moment, and from what that was counted.

    Attributes
    ----------
    now
        The instant for which it holds.
    reach
        The demand, where the officers were, and within what time they had to be where.
    held
        What is covered; its crews are those of the roster.
    free
        Which crews could be sent, bool[n_crews].
    ready
        Which officers could be sent, bool[n_officers].
    basis
        City, weights, model and hour that it holds for.
    """

    now: datetime
    reach: CityReach
    held: Held
    free: NDArray[np.bool_]
    ready: NDArray[np.bool_]
    basis: tuple[str, ...]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def ground(self) -> Ground:
        """The demand."""
        return self.reach.ground

    @property
    def whereabouts(self) -> Whereabouts:
        """Where the officers were."""
        return self.reach.whereabouts

    def prices(self, crews: NDArray[np.int64]) -> NDArray[np.float64]:
        """
        Say what it costs if one of some crews leaves, each by itself.

        Parameters
        ----------
        crews
            Rows of crews in the roster, int64[n].

        Returns
        -------
        prices
            Share of all demand that no free crew reaches in time any more, float64[n]; 0 for
            a crew that is not free.
        """
        return self.held.prices(crews)


def survey_city(
    ground: Ground,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    before: CityCoverage | None = None,
) -> CityCoverage:
    """
    Take stock of what a city covers now.

    Parameters
    ----------
    ground
        Its demand.
    whereabouts
        Where its officers are.
    now
        The present, with offset.
    before
        What was covered earlier, of the same ground: then only crews are looked at whose
        officers have moved or can or can't be sent any more, unless roads or hour are others.

    Returns
    -------
    coverage
        The same with ``before`` and without: share, gaps and prices to the last bit.
    """
    whereabouts = whereabouts.pinned()
    city = whereabouts.city
    ready = officer_obstacles(whereabouts, now=now, stale_after_s=STALE_AFTER_S) == 0
    ready &= city.roster.certified
    free = _free_crews(city, ready)
    basis = _basis(city, now)
    counts = ready & free[city.roster.crew_of]
    reach = city_reach(ground, whereabouts, counts, now=now)
    if before is not None and (before.basis, before.ground) == (basis, ground):
        by = _counted_on(before, reach, _changed_crews(before, whereabouts, ready), free)
    else:
        by = reach.find(np.arange(len(ground.target_s)), DEPTH)
    return CityCoverage(now, reach, Held(ground.demand, by), free, ready, basis)


def _basis(city: City, now: datetime) -> tuple[str, ...]:
    """Everything but the officers on which coverage depends."""
    model = city.arrival_model
    hour = "" if model is None else f"{model.version}@{hour_of_week(now)}"
    return (city.version, city.weight_version, hour)


def _free_crews(city: City, ready: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which grid crews have enough officers who can be sent, bool[n_crews]."""
    roster = city.roster
    free = np.zeros(len(roster.crews), dtype=np.bool_)
    able = np.bincount(roster.crew_of[ready], minlength=len(free)) >= MIN_CERTIFIED
    for brigade in city.units_of(UnitKind.GRID_BRIGADE):
        crews = roster.commands(brigade.code)
        free[crews] = able[crews]
    return free


def _changed_crews(
    before: CityCoverage, whereabouts: Whereabouts, ready: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Crews of which somebody who counts has moved, or counts now or no longer, ascending."""
    old, new = before.whereabouts.joins, whereabouts.joins
    moved = (old.node != new.node) | (old.street != new.street) | (old.along != new.along)
    moved |= old.walk_ms != new.walk_ms
    changed = (before.ready != ready) | (ready & moved)
    crews: NDArray[np.int64] = np.unique(whereabouts.city.roster.crew_of[changed]).astype(np.int64)
    return crews


def _counted_on(
    before: CityCoverage, reach: CityReach, changed: NDArray[np.int64], free: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Look only at crews that have changed, and at the points for which they matter."""
    other = np.zeros(len(free) + 1, dtype=np.bool_)  # the last is for NO_TEAM
    other[changed] = True
    gone, full = other[before.held.by], before.held.by[:, -1] != NO_TEAM
    asked, few = full & gone.any(axis=1), np.flatnonzero(~full)
    by = put_in_order(np.where(gone, np.int32(NO_TEAM), before.held.by))
    officers = np.count_nonzero(reach.counts & other[reach.whereabouts.city.roster.crew_of])
    if officers <= POINTS_PER_OFFICER * len(few):
        crews = changed[free[changed]]
        by[few] = add_crews(by[few], crews, reach.reaches(crews, few))
    else:
        asked |= ~full
    points = np.flatnonzero(asked)
    by[points] = reach.find(points, DEPTH)
    return by
