"""
TravelTimes: the one door to travel times, and the implementation that answers on roads.

Its twin in `geo.road.straight_line` answers by air when there is no road engine, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.network import RoadNetwork
from geo.road.port import NEVER_MS, arrivals, departures, direct_ms
from geo.road.reach import ReachBand, reach_bands
from geo.road.route import Route, trace
from geo.road.search import FAR_MS, settle
from geo.road.snap import FARTHEST_M, Joins, Snapper
from geo.road.tree import Tree, ends_at, measure, tree_from
from geo.road.turn_graph import turn_graph

UNREACHABLE_MS = -1
"""Travel time in a matrix where no road leads."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    A unit and when it would arrive.

    Attributes
    ----------
    unit
        Row of the unit in the question.
    travel_time_ms
        Milliseconds from the unit's place to the incident, walks included.
    """

    unit: int
    travel_time_ms: int


class TravelTimes(Protocol):
    """What dispatch asks of travel times; times are whole milliseconds."""

    @property
    def version(self) -> str:
        """Name of the weights that every answer comes from."""

    @property
    def degraded(self) -> str | None:
        """Why answers are not by road, or None when they are."""

    def join(self, lon_lat: NDArray[np.float64]) -> Joins:
        """
        Join places to the roads.

        Parameters
        ----------
        lon_lat
            Places, float64[n, 2], WGS-84 degrees.

        Returns
        -------
        joins
            One per place.

        Raises
        ------
        OutsideNetwork
            Places lie too far from every road.
        """

    def nearest(
        self,
        units: Joins,
        incident: Joins,
        *,
        k: int,
        within_s: float | None = None,
        eligible: NDArray[np.bool_] | None = None,
    ) -> list[Arrival]:
        """
        Rank the units that reach an incident first.

        Parameters
        ----------
        units
            Where the units are.
        incident
            The one place they go to.
        k
            How many at most.
        within_s
            Leave out units that take longer.
        eligible
            Which units may go, bool[n_units]; all by default.

        Returns
        -------
        arrivals
            By travel time, then by row; unreachable units are absent.
        """

    def matrix(
        self, origins: Joins, destinations: Joins, *, within_s: float | None = None
    ) -> NDArray[np.int64]:
        """
        Give the travel times from every origin to every destination.

        Parameters
        ----------
        origins, destinations
            The places.
        within_s
            Look no farther than this.

        Returns
        -------
        travel_time_ms
            int64[n_origins, n_destinations]; ``UNREACHABLE_MS`` where no road leads, or none
            within the time.
        """

    def reach(self, origin: Joins, within_s: Sequence[float]) -> list[ReachBand]:
        """
        Show what is reached from one place within some times.

        Parameters
        ----------
        origin
            The one place.
        within_s
            Seconds, above 0.

        Returns
        -------
        bands
            One per time, in ascending order, each holding those before it.
        """

    def route(
        self, origin: Joins, destination: Joins, *, within_s: float | None = None
    ) -> Route | None:
        """
        Lead from one place to another by the fastest way.

        Parameters
        ----------
        origin, destination
            One place each.
        within_s
            Look no farther than this; who knows the travel time already saves the search
            beyond it.

        Returns
        -------
        route
            None where no road leads, or none within the time.
        """


class NetworkTravelTimes:
    """
    Travel times on a road network, turn rules obeyed, both ends priced at their offsets.

    Parameters
    ----------
    network
        The roads.
    farthest_m
        Places farther than this from every road are refused.

    Notes
    -----
    Every method searches from one end with a binary heap and finishes the other end's
    places from the labels: exact, and linear in the number of junctions within the limit.
    """

    degraded: str | None = None

    def __init__(self, network: RoadNetwork, *, farthest_m: float = FARTHEST_M) -> None:
        self.network = network
        self._farthest_m = farthest_m
        self._graph = turn_graph(network)
        self._onward_ms = self._graph.onward.price(network.edge_ms)
        self._back_ms = self._graph.back.price(network.edge_ms)

    @property
    def version(self) -> str:
        """Name of the weights: the network's content."""
        return self.network.version

    @cached_property
    def _snapper(self) -> Snapper:
        """Spatial index, built when the first place is joined."""
        return Snapper(self.network)

    def join(self, lon_lat: NDArray[np.float64]) -> Joins:
        """Join places to the nearest junction or street; see `TravelTimes.join`."""
        return self._snapper.join(lon_lat, farthest_m=self._farthest_m)

    def nearest(
        self,
        units: Joins,
        incident: Joins,
        *,
        k: int,
        within_s: float | None = None,
        eligible: NDArray[np.bool_] | None = None,
    ) -> list[Arrival]:
        """Rank the units that reach an incident first; see `TravelTimes.nearest`."""
        rows = np.arange(len(units)) if eligible is None else np.flatnonzero(eligible)
        limit_ms = int(NEVER_MS) - 1 if within_s is None else int(within_s * 1000)
        time_ms = self._times_to(incident, units.take(rows), limit_ms)
        ranked = np.lexsort((rows, time_ms))[: max(k, 0)]
        return [
            Arrival(int(rows[row]), int(time_ms[row])) for row in ranked if time_ms[row] <= limit_ms
        ]

    def matrix(
        self, origins: Joins, destinations: Joins, *, within_s: float | None = None
    ) -> NDArray[np.int64]:
        """Give all times, one search per place of the shorter side; see `TravelTimes.matrix`."""
        limit_ms = int(NEVER_MS) - 1 if within_s is None else round(within_s * 1000)
        table = np.empty((len(origins), len(destinations)), dtype=np.int64)
        if len(destinations) <= len(origins):
            for column in range(len(destinations)):
                one = destinations.take(slice(column, column + 1))
                table[:, column] = self._times_to(one, origins, limit_ms)
        else:
            for row in range(len(origins)):
                tree = self._tree(origins.take(slice(row, row + 1)), limit_ms=limit_ms)
                table[row] = ends_at(tree, destinations).time_ms
        return np.where(table <= limit_ms, table, UNREACHABLE_MS)

    def matrix_row(
        self, origin: Joins, destinations: Joins
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """
        Travel times and lengths of the fastest ways from one place to many.

        Parameters
        ----------
        origin
            The one place.
        destinations
            The places.

        Returns
        -------
        travel_time_ms, length_m
            int64[n] with ``UNREACHABLE_MS`` where no road leads, and float64[n], NaN there;
            metres on the road, as `route` drives them.
        """
        time_ms, length_m = measure(self._tree(origin), destinations)
        return np.where(time_ms < NEVER_MS, time_ms, UNREACHABLE_MS), length_m

    def reach(self, origin: Joins, within_s: Sequence[float]) -> list[ReachBand]:
        """Show what is reached from one place within some times; see `TravelTimes.reach`."""
        if not within_s or not min(within_s) > 0:
            raise BadValue("Reach needs one or more times above 0 seconds.")
        tree = self._tree(origin, limit_ms=int(max(within_s) * 1000))
        return reach_bands(tree, sorted(set(within_s)))

    def route(
        self, origin: Joins, destination: Joins, *, within_s: float | None = None
    ) -> Route | None:
        """Lead from one place to another by the fastest way; see `TravelTimes.route`."""
        if within_s is None:
            return trace(self._tree(origin), destination)
        limit_ms = round(within_s * 1000)
        route = trace(self._tree(origin, limit_ms=limit_ms), destination)
        return route if route is not None and route.travel_time_ms <= limit_ms else None

    def _tree(self, origin: Joins, *, limit_ms: int = int(FAR_MS)) -> Tree:
        """Search onward from a place."""
        return tree_from(origin, self.network, self._graph, self._onward_ms, limit_ms)

    def _times_to(self, destination: Joins, origins: Joins, limit_ms: int) -> NDArray[np.int64]:
        """Search backward from a place and finish all origins; `NEVER_MS` or more: no way."""
        seed, seed_ms, _ = arrivals(destination, self.network, self._graph).of(0)
        back = self._graph.back
        label_ms, _, _ = settle(back.first, back.to, self._back_ms, seed, seed_ms, limit_ms)
        ports = departures(origins, self.network, self._graph)
        direct = direct_ms(origins, destination, self.network)
        return np.minimum(ports.best_ms(label_ms), direct)
