"""
Coverage: the share of demand that a crew which is free reaches within the target.

Demand lies at points; a crew covers those that it reaches in time by road.  What is kept is how
many free crews reach each point.  So a crew that becomes busy or free, or moves, changes its own
points only, and what its leaving would cost is read off: the points that nobody else reaches.
This is for plans, where every crew's points are given; what a city covers now is counted on its
roads by `dispatch.city_coverage`.

::

    share  =  sum of weight[p] over points with count[p] >= 1   /   sum of weight[p]

With a share q > 0 of the time in which a crew that is free now will be found busy, a point that
k crews reach is covered with the chance 1 - q^k, and every crew has its price, even where
others stand by.

`Coverage` is a value: a change makes another one, and whoever reads the old one is not disturbed.

References
----------
Church and ReVelle (1974), The maximal covering location problem.
Daskin (1983), A maximum expected covering location model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.kernel import kernel


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """
    Where incidents are to be expected.

    Attributes
    ----------
    points
        Ids of the points, such as unit grids, in ascending order.
    zones
        Codes of the zones.
    zone
        Row of the zone of each point, int64[n_points]; -1 for none.
    weight
        What shares are taken of: incidents, people or area, float64[n_points].
    incidents_per_h
        Incidents to be expected in an hour, float64[n_points].
    """

    points: tuple[str, ...]
    zones: tuple[str, ...]
    zone: NDArray[np.int64]
    weight: NDArray[np.float64]
    incidents_per_h: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse what is out of order, of different sizes or negative."""
        columns = [self.zone, self.weight, self.incidents_per_h]
        if any(len(column) != len(self.points) for column in columns):
            raise BadValue("Demand needs one zone, weight and rate for each point.")
        if list(self.points) != sorted(set(self.points)):
            raise BadValue("Points of demand come in ascending order, each once.")
        if self.weight.min(initial=0) < 0 or self.incidents_per_h.min(initial=0) < 0:
            raise BadValue("Demand is never negative; mend the weights or rates below 0.")
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """
    Which demand is covered at some moment.

    Attributes
    ----------
    demand
        Where incidents are to be expected.
    crews
        Codes in ascending order.
    reaches
        Which points each crew reaches within the target, bool[n_points] for each crew.
    free
        Which crews are free, bool[n_crews].
    count
        How many free crews reach each point, int32[n_points].
    """

    demand: Demand
    crews: tuple[str, ...]
    reaches: tuple[NDArray[np.bool_], ...]
    free: NDArray[np.bool_]
    count: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def share(self) -> float:
        """Share of all weight that is covered; 1 where there is no demand."""
        return share_of(self.demand.weight, self.count > 0)

    def with_free(self, crew: int, *, free: bool) -> Coverage:
        """
        Let a crew become free or busy.

        Parameters
        ----------
        crew
            Its row.
        free
            Which of the two.

        Returns
        -------
        coverage
            From then on.
        """
        if bool(self.free[crew]) == free:
            return self
        now = self.free.copy()
        now[crew] = free
        return replace(self, free=now, count=self.count + (1 if free else -1) * self.reaches[crew])

    def with_reach(self, crew: int, reaches: NDArray[np.bool_]) -> Coverage:
        """
        Let a crew be somewhere else.

        Parameters
        ----------
        crew
            Its row.
        reaches
            Which points it reaches from there, bool[n_points].

        Returns
        -------
        coverage
            From then on.
        """
        rows = (*self.reaches[:crew], reaches.copy(), *self.reaches[crew + 1 :])
        if not self.free[crew]:
            return replace(self, reaches=rows)
        change = reaches.astype(np.int32) - self.reaches[crew]
        return replace(self, reaches=rows, count=self.count + change)


def survey(
    demand: Demand, crews: Sequence[str], reaches: NDArray[np.bool_], free: NDArray[np.bool_]
) -> Coverage:
    """
    Take stock of a whole city.

    Parameters
    ----------
    demand
        Where incidents are to be expected.
    crews
        Codes in ascending order.
    reaches
        Which points each crew reaches within the target of the point,
        bool[n_crews, n_points].
    free
        Which crews are free, bool[n_crews].

    Returns
    -------
    coverage
        What is covered now.

    Raises
    ------
    BadValue
        The sizes do not fit together.
    """
    shape = (len(crews), len(demand.points))
    if reaches.shape != shape or free.shape != shape[:1]:
        raise BadValue(
            f"Coverage of {shape[1]} points by {shape[0]} crews needs an array of that shape, "
            f"not {reaches.shape}, and one mark of freedom for each crew."
        )
    count = np.zeros(shape[1], dtype=np.int32)
    marks = np.ascontiguousarray(reaches).view(np.uint8)
    marks.flags.writeable = False
    coverage = Coverage(demand, tuple(crews), tuple(marks.view(np.bool_)), free, count)
    _count(marks, coverage.free, count)
    return coverage


@kernel
def _count(reaches: NDArray[np.uint8], free: NDArray[np.bool_], count: NDArray[np.int32]) -> None:
    """Count the free crews that reach each point."""
    for crew in range(len(free)):
        if free[crew]:
            for point in range(len(count)):
                count[point] += reaches[crew, point]


@dataclass(frozen=True, slots=True)
class Price:
    """
    What it costs that some crews leave.

    Attributes
    ----------
    share
        Share of all weight that is no longer covered.
    incidents_per_h
        Incidents to be expected in an hour to which nobody would be in time any more.
    """

    share: float
    incidents_per_h: float


def price_of(coverage: Coverage, crews: Sequence[int], *, busy_share: float = 0.0) -> Price:
    """
    Say what it costs if some crews leave.

    Parameters
    ----------
    coverage
        What is covered.
    crews
        Rows of the crews, each once; those that are busy cost nothing.
    busy_share
        Share of the time in which a crew that is free now will be found busy; with 0 only
        points that nobody else reaches count.

    Returns
    -------
    price
        What is lost.

    Raises
    ------
    BadValue
        The share does not lie from 0 to below 1.
    """
    if not 0 <= busy_share < 1:
        raise BadValue(f"A busy share of {busy_share} is none; give 0 or more, and less than 1.")
    leaving = np.zeros(len(coverage.count), dtype=np.int32)
    for crew in crews:
        if coverage.free[crew]:
            leaving += coverage.reaches[crew]
    points = np.flatnonzero(leaving)
    count = coverage.count[points]
    chance_lost = busy_share ** (count - leaving[points]) - busy_share**count
    demand = coverage.demand
    return Price(
        share=float(demand.weight[points] @ chance_lost / (demand.weight.sum() or 1.0)),
        incidents_per_h=float(demand.incidents_per_h[points] @ chance_lost),
    )


def share_of(weight: NDArray[np.float64], covered: NDArray[np.bool_]) -> float:
    """
    Say what share of weight is covered.

    Parameters
    ----------
    weight
        0 or more, float64[n_points].
    covered
        Which points are, bool[n_points].

    Returns
    -------
    share
        1 where there is no weight.
    """
    total = float(weight.sum())
    return float(weight[covered].sum()) / total if total > 0 else 1.0
