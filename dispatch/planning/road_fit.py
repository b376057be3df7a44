"""
Roads as driven: the model of arrivals and the slowness of places, from recorded arrivals.

The travel table knows the roads and the hour; it does not know the gates, stairs and one-way
yards of a place.  Recorded arrivals tell both.  Taken seconds are modelled as

    turn-out[mode] + table seconds × ground[grid] × pace[mode, hour of the week]

and are spread as recorded, where `ground` is the weighted median of what is left over in each
grid, shrunk towards that of its community and this towards the city's, and the rest is
`dispatch.arrival_fit` on those seconds.  The ground belongs to a place and never to a zone, so that
a plan that redraws zones takes along what roads are like, and nothing of who was slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import ArrivalModel, hours_of_week
from dispatch.arrival_fit import MOST_TAKEN_S, PACE_WEIGHT, completed, fit, grouped_quantiles
from geo.errors import BadValue
from geo.road.frozen import freeze

ROUNDS = 2
"""Turns of ground after model; after two the ground moves by less than a percent."""

MOST_FITTED = 100_000
"""Trips that the model of arrivals is fitted to, evenly picked: a median is then known to 0.2 %."""

LEAST, MOST = 0.25, 4.0
"""Four times as fast or as slow as the table is no ground but a wrong place."""


@dataclass(frozen=True, slots=True, eq=False)
class Trips:
    """
    Trips to incidents as the travel table sees them.

    Attributes
    ----------
    grid
        Unit grid of each, int64[n].
    mode
        Position in `dispatch.arrival_chance.MODES`, int64[n].
    dispatched_s, arrived_s
        Instants, seconds since 1970, float64[n]; NaN where nobody recorded it.
    table_s
        Seconds of the travel table for the crew that was sent, float64[n]; inf where no road leads.
    """

    grid: NDArray[np.int64]
    mode: NDArray[np.int64]
    dispatched_s: NDArray[np.float64]
    arrived_s: NDArray[np.float64]
    table_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse columns of different lengths."""
        freeze(self)
        columns = (self.grid, self.mode, self.dispatched_s, self.arrived_s, self.table_s)
        if len({len(column) for column in columns}) != 1:
            raise BadValue("The columns of trips differ in length.")

    def __len__(self) -> int:
        """How many there are."""
        return len(self.grid)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Those with a credible arrival and a way by road, bool[n]."""
        taken = self.arrived_s - self.dispatched_s
        return (taken > 0) & (taken <= MOST_TAKEN_S) & np.isfinite(self.table_s)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Trips:
        """
        Pick some.

        Parameters
        ----------
        rows
            Which.

        Returns
        -------
        trips
            Only those.
        """
        return Trips(
            self.grid[rows],
            self.mode[rows],
            self.dispatched_s[rows],
            self.arrived_s[rows],
            self.table_s[rows],
        )


@dataclass(frozen=True, slots=True, eq=False)
class RoadFit:
    """
    Roads as driven.

    Attributes
    ----------
    ground
        Driving time at each grid over that of the travel table, float64[n_grids]; 1 in the mean.
    model
        The model of arrivals on table seconds × ground.
    n_trips
        Trips that it was fitted to.
    """

    ground: NDArray[np.float64]
    model: ArrivalModel
    n_trips: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def table_s(self, trips: Trips) -> NDArray[np.float64]:
        """
        Give the seconds that the model is asked for.

        Parameters
        ----------
        trips
            Trips.

        Returns
        -------
        table_s
            Table seconds × ground in whole seconds, one at least, float64[n].
        """
        return np.maximum(np.rint(trips.table_s * self.ground[trips.grid]), 1.0)


def fit_roads(trips: Trips, communities: Sequence[str]) -> RoadFit:
    """
    Fit roads as driven; the formulation stands at the head of the module.

    Parameters
    ----------
    trips
        Past trips; without any the ground is 1 and the model its prior.
    communities
        Community of each grid.

    Returns
    -------
    fitted
        Ground and model.
    """
    trips = trips.take(trips.usable)
    _, community = np.unique(np.array(communities, dtype=str), return_inverse=True)
    fitted = RoadFit(np.ones(len(communities)), _model(trips, trips.table_s), len(trips))
    for _ in range(ROUNDS if len(trips) else 0):
        ground = _settled(fitted.ground * _left_over(trips, fitted, community), trips.grid)
        fitted = with_ground(trips, ground)
    return fitted


def with_ground(trips: Trips, ground: NDArray[np.float64]) -> RoadFit:
    """
    Fit the model of arrivals on a given ground.

    Parameters
    ----------
    trips
        Past trips.
    ground
        Of each grid, float64[n_grids].

    Returns
    -------
    fitted
        Ground and model.
    """
    trips = trips.take(trips.usable)
    asked = RoadFit(ground, _model(trips.take(np.zeros(0, np.int64)), np.zeros(0)), len(trips))
    return RoadFit(ground, _model(trips, asked.table_s(trips)), len(trips))


def shrunk_factors(
    log_factor: NDArray[np.float64],
    count: NDArray[np.float64],
    wider: NDArray[np.int64],
    weight: float,
) -> NDArray[np.float64]:
    """
    Shrink factors of grids to those of wider groups, and those to one.

    Parameters
    ----------
    log_factor
        Logarithm of each grid's factor, float64[n]; NaN where there is none.
    count
        As how many trips each counts, float64[n].
    wider
        Group of each grid, int64[n].
    weight
        Trips that a wider group's factor counts for.

    Returns
    -------
    factor
        float64[n].
    """
    known = np.nan_to_num(log_factor)
    of_group = np.bincount(wider, count * known) / (np.bincount(wider, count) + weight)
    shrunk: NDArray[np.float64] = np.exp(
        (count * known + weight * of_group[wider]) / (count + weight)
    )
    return shrunk


def _model(trips: Trips, table_s: NDArray[np.float64]) -> ArrivalModel:
    """Model of arrivals on given seconds."""
    few = np.arange(0, len(trips), max(1, -(-len(trips) // MOST_FITTED)))
    trips, table_s = trips.take(few), table_s[few]
    return fit(
        completed(
            mode=trips.mode,
            dispatched_s=trips.dispatched_s,
            arrived_s=trips.arrived_s,
            travel_time_s=np.maximum(table_s, 1.0),
        )
    )


def _left_over(trips: Trips, fitted: RoadFit, community: NDArray[np.int64]) -> NDArray[np.float64]:
    """Driving time over that of the model, by grid; a long drive counts for its length."""
    model, hour = fitted.model, hours_of_week(trips.dispatched_s)
    drive_s = fitted.table_s(trips) * model.pace[trips.mode, hour]
    taken_s = trips.arrived_s - trips.dispatched_s
    ratio = np.maximum(taken_s - model.turn_out_s[trips.mode], 0.0) / drive_s
    n_grids = len(fitted.ground)
    left, count = grouped_quantiles(trips.grid, ratio, drive_s, n_groups=n_grids, levels=[0.5])
    log_left = np.log(np.clip(left[:, 0], LEAST, MOST))
    return shrunk_factors(log_left, count, community, PACE_WEIGHT)


def _settled(ground: NDArray[np.float64], grid: NDArray[np.int64]) -> NDArray[np.float64]:
    """Ground of mean one over the trips: what all have in common is pace."""
    mean = np.log(ground)[grid].mean()
    settled: NDArray[np.float64] = np.clip(ground / np.exp(mean), LEAST, MOST)
    return settled
