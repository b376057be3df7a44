"""
What a person sees of a city's coverage: that of the ground, the crews and the posts of their areas.

Shares are taken of the ground that is seen; whether somebody else's crew reaches a point counts,
and whose it is shows nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.access import Person, areas_seen
from dispatch.city import City
from dispatch.city_coverage import CityCoverage
from dispatch.coverage import Demand
from dispatch.held import Held
from dispatch.sight import sees_place, sees_whole_city
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class SeenCoverage:
    """
    Coverage as one person sees it.

    Attributes
    ----------
    whole
        What the city covers.
    points
        Rows of the points that are seen, ascending, int64[n].
    held
        What is covered of those.
    crews
        Which crews are seen, bool[n_crews].
    person
        Who sees it; None for whoever sees the whole city.
    """

    whole: CityCoverage
    points: NDArray[np.int64]
    held: Held
    crews: NDArray[np.bool_]
    person: Person | None

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def city(self) -> City:
        """The city."""
        return self.whole.whereabouts.city

    @property
    def lon_lat(self) -> NDArray[np.float64]:
        """Where the points are, float64[n, 2]."""
        return self.whole.ground.lon_lat[self.points]

    @property
    def target_s(self) -> NDArray[np.float64]:
        """Arrival target of each point, float64[n]."""
        return self.whole.ground.target_s[self.points]

    def sees_place(self, lon_lat: tuple[float, float]) -> bool:
        """
        Tell whether a place is seen.

        Parameters
        ----------
        lon_lat
            WGS-84 degrees.

        Returns
        -------
        seen
            As of the person.
        """
        return self.person is None or sees_place(self.person, self.city, lon_lat)

    @property
    def free(self) -> NDArray[np.bool_]:
        """Which crews are seen and could be sent, bool[n_crews]."""
        return self.whole.free & self.crews


def whole_coverage(covered: CityCoverage) -> SeenCoverage:
    """
    Give coverage as whoever sees the whole city sees it.

    Parameters
    ----------
    covered
        What the city covers.

    Returns
    -------
    seen
        All of it.
    """
    points = np.arange(len(covered.ground.demand.points))
    return SeenCoverage(covered, points, covered.held, np.ones(len(covered.free), np.bool_), None)


def coverage_seen(covered: CityCoverage, person: Person) -> SeenCoverage:
    """
    Cut out what a person sees.

    Parameters
    ----------
    covered
        What the city covers.
    person
        Who asks.

    Returns
    -------
    seen
        The ground and the crews of their areas.
    """
    city = covered.whereabouts.city
    if sees_whole_city(person, city):
        return whole_coverage(covered)
    areas = areas_seen(person, city)
    points = _points_seen(covered, areas)
    crews = [not city.home_areas[crew.code].isdisjoint(areas) for crew in city.roster.crews]
    held = _held_seen(covered, points)
    return SeenCoverage(covered, points, held, np.array(crews, np.bool_), person)


def share_seen(covered: CityCoverage, areas: frozenset[str]) -> float:
    """
    Tell what share is covered of the ground of some areas.

    Parameters
    ----------
    covered
        What the city covers.
    areas
        Codes of all areas that are seen.

    Returns
    -------
    share
        As `coverage_seen` tells it to whoever sees these areas; 1 where no ground is seen.
    """
    if covered.whereabouts.city.roots <= areas:
        return covered.held.share
    return _held_seen(covered, _points_seen(covered, areas)).share


def _held_seen(covered: CityCoverage, points: NDArray[np.int64]) -> Held:
    """What is covered of some points."""
    return Held(_part(covered.ground.demand, points), covered.held.by[points])


def _points_seen(covered: CityCoverage, areas: frozenset[str]) -> NDArray[np.int64]:
    """Rows of the points that are seen: unit grids by their community, zones by their brigade."""
    city, points = covered.whereabouts.city, covered.ground.demand.points
    if city.grids:
        community = {grid.code: grid.community for grid in city.grids}
        return np.flatnonzero([community[point] in areas for point in points])
    homes = {zone.code: city.home_areas.get(zone.brigade or "", city.roots) for zone in city.zones}
    return np.flatnonzero([not homes[point].isdisjoint(areas) for point in points])


def _part(demand: Demand, points: NDArray[np.int64]) -> Demand:
    """The demand of some points, with the zones that they lie in."""
    rows, zone = np.unique(demand.zone[points], return_inverse=True)
    outside = int(len(rows) > 0 and rows[0] < 0)
    return Demand(
        points=tuple(demand.points[row] for row in points.tolist()),
        zones=tuple(demand.zones[row] for row in rows[outside:].tolist()),
        zone=zone.astype(np.int64) - outside,
        weight=demand.weight[points],
        incidents_per_h=demand.incidents_per_h[points],
    )
