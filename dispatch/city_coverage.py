"""
Coverage of a city: which of its demand the grid crews that are free reach in time.

Crews of grid brigades count, for whatever happens they secure it first.  A crew that is free
reaches a point if it can be legally complete there within the arrival target of the zone, by
road, at the median of the model of arrivals where the city has one.

When officers move or change their status, only their crews are looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Need
from dispatch.city import City
from dispatch.coverage import Coverage, survey
from dispatch.crew_eta import travel_limits_ms
from dispatch.demand_point import Ground
from dispatch.destination import crews_to_places_ms
from dispatch.lineup import STALE_AFTER_S, officer_obstacles
from dispatch.unit import UnitKind
from dispatch.whereabouts import Whereabouts
from geo.road.week import hour_of_week

MANY_CREWS = 64
"""When so many crews have moved, all points are counted again at once."""


@dataclass(frozen=True, slots=True, eq=False)
class CityCoverage:
    """
    What a city covers at some moment, and from what that was counted.

    Attributes
    ----------
    now
        The instant for which it holds.
    ground
        The demand.
    coverage
        What is covered; its crews are those of the roster.
    ready
        Which officers could be sent, bool[n_officers].
    whereabouts
        Where they were.
    basis
        City, weights, model and hour that it holds for.
    """

    now: datetime
    ground: Ground
    coverage: Coverage
    ready: NDArray[np.bool_]
    whereabouts: Whereabouts
    basis: tuple[str, ...]

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
        coverage, weight = self.coverage, self.ground.demand.weight
        alone = np.flatnonzero(coverage.count == 1)
        total = weight.sum() or 1.0
        return np.array(
            [
                weight[alone[coverage.reaches[crew][alone]]].sum() / total
                if coverage.free[crew]
                else 0.0
                for crew in crews.tolist()
            ],
            dtype=np.float64,
        )


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
        The same with ``before`` and without.
    """
    whereabouts = whereabouts.pinned()
    ready = officer_obstacles(whereabouts, now=now, stale_after_s=STALE_AFTER_S) == 0
    ready &= whereabouts.city.roster.certified
    basis = _basis(whereabouts.city, now)
    if before is not None and (before.basis, before.ground) == (basis, ground):
        crews = _changed_crews(before, whereabouts, ready)
        coverage = _renewed(before.coverage, ground, whereabouts, ready, crews, now)
    else:
        crews = np.arange(len(whereabouts.city.roster.crews))
        reaches, free = _reach_of(crews, ground, whereabouts, ready, now)
        coverage = _survey(ground, whereabouts.city, reaches, free)
    return CityCoverage(now, ground, coverage, ready, whereabouts, basis)


def _basis(city: City, now: datetime) -> tuple[str, ...]:
    """Everything but the officers on which coverage depends."""
    model = city.arrival_model
    hour = "" if model is None else f"{model.version}@{hour_of_week(now)}"
    return (city.version, city.weight_version, hour)


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


def _renewed(  # noqa: PLR0913, PLR0917 -- everything that coverage is counted from
    coverage: Coverage,
    ground: Ground,
    whereabouts: Whereabouts,
    ready: NDArray[np.bool_],
    crews: NDArray[np.int64],
    now: datetime,
) -> Coverage:
    """Look at some crews again."""
    reaches, free = _reach_of(crews, ground, whereabouts, ready, now)
    if len(crews) > MANY_CREWS:
        every, able = np.stack(coverage.reaches), coverage.free.copy()
        every[crews], able[crews] = reaches, free
        return _survey(ground, whereabouts.city, every, able)
    for row, crew in enumerate(crews.tolist()):
        coverage = coverage.with_reach(crew, reaches[row])
        coverage = coverage.with_free(crew, free=bool(free[row]))
    return coverage


def _survey(
    ground: Ground, city: City, reaches: NDArray[np.bool_], free: NDArray[np.bool_]
) -> Coverage:
    """Count from scratch."""
    return survey(ground.demand, [crew.code for crew in city.roster.crews], reaches, free)


def _reach_of(
    crews: NDArray[np.int64],
    ground: Ground,
    whereabouts: Whereabouts,
    ready: NDArray[np.bool_],
    now: datetime,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which points some crews reach in time, and which of those crews are free."""
    city = whereabouts.city
    grid = city.roster.commanded_by(unit.code for unit in city.units_of(UnitKind.GRID_BRIGADE))
    able = np.bincount(city.roster.crew_of[ready], minlength=len(grid)) >= Need().certified
    free = (grid & able)[crews]
    reaches = np.zeros((len(crews), len(ground.target_s)), dtype=np.bool_)
    complete_ms = crews_to_places_ms(whereabouts, crews[free], ready, ground.joins)
    limit_ms = crew_limits_ms(city, crews[free], ground, now=now)
    reaches[free] = complete_ms <= limit_ms
    return reaches, free


def crew_limits_ms(
    city: City, crews: NDArray[np.int64], ground: Ground, *, now: datetime
) -> NDArray[np.float64]:
    """
    Say how long crews may drive to each point to be there in time.

    Parameters
    ----------
    city
        The city.
    crews
        Rows of crews, int64[n].
    ground
        The points, with their targets.
    now
        The present.

    Returns
    -------
    limit_ms
        float64[n, n_points].
    """
    targets_s, of = np.unique(ground.target_s, return_inverse=True)
    limits = [travel_limits_ms(city, target_s, now=now)[crews] for target_s in targets_s.tolist()]
    return np.stack(limits, axis=1)[:, of] if limits else np.zeros((len(crews), 0))
