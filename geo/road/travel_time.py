"""
TravelTimes: the one door to travel times, and the implementation that answers on roads.

Its twin in `geo.road.straight_line` answers by air when there is no road engine, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.errors import BadValue
from geo.road.all_within import times_within
from geo.road.customise import NEVER
from geo.road.eligible import ANYBODY, ON_ROAD, Wanted
from geo.road.engine_failure import or_engine_failed
from geo.road.fleet import Fleet
from geo.road.lengths import LengthMetric, measure_lengths
from geo.road.matrix import full_matrix
from geo.road.metric import Metric, RoadGraph, weigh
from geo.road.nearest import Question, nearest_units
from geo.road.nearest_inside import with_units_inside
from geo.road.network import RoadNetwork
from geo.road.partition import Partition, divide
from geo.road.prepared import prepare, prepare_in
from geo.road.reach import ReachBand, reach_from
from geo.road.route import Route, fastest_route
from geo.road.snap import FARTHEST_M, Joins, Snapper
from geo.road.storage import load_network
from geo.road.within import limit_ms, reach_times_s
from geo.road.workspace import Workspace, Workspaces

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

    def pinned(self) -> TravelTimes:
        """
        Give a view on the weights now in force, whatever comes into force later.

        Returns
        -------
        times
            All of its answers come from one version, which it names.
        """

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

    def matrix(self, origins: Joins, destinations: Joins) -> NDArray[np.int64]:
        """
        Give the travel times from every origin to every destination.

        Parameters
        ----------
        origins, destinations
            The places.

        Returns
        -------
        travel_time_ms
            int64[n_origins, n_destinations]; ``UNREACHABLE_MS`` where no road leads.
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

    def route(self, origin: Joins, destination: Joins) -> Route | None:
        """
        Lead from one place to another by the fastest way.

        Parameters
        ----------
        origin, destination
            One place each.

        Returns
        -------
        route
            None where no road leads.
        """


class NetworkTravelTimes:
    """
    Travel times on a road network, turn rules obeyed, both ends priced at their offsets.

    Parameters
    ----------
    network
        The roads.
    roads
        The same roads made ready for search; built here where it is not given, which takes
        seconds on a large network (see `geo.road.prepared`).
    farthest_m
        Places farther than this from every road are refused.

    Notes
    -----
    Every answer is exact.  `nearest` chooses between a search and the hierarchy, see
    `geo.road.nearest`; `reach` searches; all else asks the hierarchy.  What goes wrong unforeseen
    leaves the engine as `geo.road.engine_failure.EngineFailed`.
    """

    degraded: str | None = None

    def __init__(
        self,
        network: RoadNetwork,
        *,
        roads: RoadGraph | None = None,
        farthest_m: float = FARTHEST_M,
    ) -> None:
        self.network = network
        self._farthest_m = farthest_m
        self._roads = prepare(network) if roads is None else roads
        self._metric = weigh(self._roads, network.edge_ms, version=network.version)
        self._rooms = Workspaces(self._roads.graph.n_states)
        self._lengths: LengthMetric | None = None

    @property
    def version(self) -> str:
        """Name of the weights in force."""
        return self._metric.version

    @property
    def metric(self) -> Metric:
        """The weights in force; a question takes them once and keeps them to its end."""
        return self._metric

    def swap(self, metric: Metric) -> None:
        """
        Put other weights in force, whole.

        Parameters
        ----------
        metric
            Weights of the same roads; questions under way end with those they began with.
        """
        self._metric = metric

    def pinned(self) -> NetworkTravelTimes:
        """Give a view on the weights now in force; see `TravelTimes.pinned`."""
        return self.under(self._metric)

    def under(self, metric: Metric) -> NetworkTravelTimes:
        """
        Give a view on other weights of the same roads.

        Parameters
        ----------
        metric
            The weights.

        Returns
        -------
        times
            Shares roads, spatial index and workspaces; what is swapped here does not touch it.
        """
        view = copy(self)
        view.snapper = self.snapper  # built once, not by every view
        view.swap(metric)
        return view

    @property
    def roads(self) -> RoadGraph:
        """The roads made ready for search."""
        return self._roads

    @property
    def room(self) -> Workspace:
        """The calling thread's workspace, for kernels that are asked past this door."""
        return self._rooms.mine()

    @cached_property
    def snapper(self) -> Snapper:
        """Spatial index, built when the first place is joined."""
        return Snapper(self.network)

    @or_engine_failed
    def join(self, lon_lat: NDArray[np.float64]) -> Joins:
        """Join places to the nearest junction or street; see `TravelTimes.join`."""
        return self.snapper.join(lon_lat, farthest_m=self._farthest_m)

    @or_engine_failed
    def fleet(self, units: Joins) -> Fleet:
        """
        Hang units on the roads, to be moved and asked for again and again.

        Parameters
        ----------
        units
            Where they are; those that join nothing are nowhere.

        Returns
        -------
        fleet
            One row per unit.
        """
        fleet = Fleet(self.network, self._roads.graph, len(units))
        fleet.move(np.arange(len(units)), units)
        return fleet

    @or_engine_failed
    def nearest(
        self,
        units: Joins | Fleet,
        incident: Joins,
        *,
        k: int,
        within_s: float | None = None,
        eligible: NDArray[np.bool_] | Wanted | None = None,
    ) -> list[Arrival]:
        """Rank the units that reach an incident first; see `TravelTimes.nearest`."""
        fleet = units if isinstance(units, Fleet) else self.fleet(units)
        within_ms = limit_ms(within_s)
        wanted, bits = _who(fleet, eligible)
        with fleet.held():
            question = Question(
                self._roads, self._metric, fleet.hung, incident, k, within_ms, wanted, bits
            )
            ranked = nearest_units(question, self._rooms.mine())
            ranked = with_units_inside(question, ranked, self._rooms.mine())
        return [Arrival(unit, ms) for ms, unit in ranked]

    @or_engine_failed
    def times_within(self, fleet: Fleet, incident: Joins, *, within_ms: int) -> NDArray[np.int64]:
        """
        Time every unit of a fleet that is within a time of an incident.

        Parameters
        ----------
        fleet
            Where the units are.
        incident
            The one place they go to.
        within_ms
            Units that take longer are not looked for.

        Returns
        -------
        time_ms
            int64[n_units]; `UNREACHABLE_MS` where a unit takes longer, or no road leads.
        """
        with fleet.held():
            time_ms = times_within(
                self._roads, self._metric, fleet.hung, incident, within_ms, self._rooms.mine()
            )
        return np.where(time_ms < NEVER, time_ms, UNREACHABLE_MS)

    @or_engine_failed
    def matrix(self, origins: Joins, destinations: Joins) -> NDArray[np.int64]:
        """Give all travel times by the hierarchy; see `TravelTimes.matrix`."""
        time_ms = full_matrix(self._roads, self._metric, origins, destinations, self._rooms.mine())
        return np.where(time_ms < NEVER, time_ms, UNREACHABLE_MS)

    def matrix_rows(
        self, origins: Joins, destinations: Joins
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """
        Give travel times and lengths of the fastest ways, a few origins at a time.

        Parameters
        ----------
        origins, destinations
            The places.

        Returns
        -------
        travel_time_ms, length_m
            For the next few origins, in order: int64[n, n_destinations] with
            ``UNREACHABLE_MS`` where no road leads, and float64[n, n_destinations], NaN
            there; metres on the road.  Of equally fast ways the shortest is measured, and
            `route` may drive another.
        """
        known, metric = self._lengths, self._metric
        if known is None or known.metric is not metric:
            self._lengths = known = measure_lengths(self._roads, metric)
        for time_ms, length_m in known.rows(origins, destinations):
            yield np.where(time_ms < NEVER, time_ms, UNREACHABLE_MS), length_m

    @or_engine_failed
    def matrix_row(
        self, origin: Joins, destinations: Joins
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """
        Give travel times and lengths of the fastest ways from one place to many.

        Parameters
        ----------
        origin
            The one place.
        destinations
            The places.

        Returns
        -------
        travel_time_ms, length_m
            int64[n] and float64[n], see `matrix_rows`.
        """
        ((time_ms, length_m),) = self.matrix_rows(origin, destinations)
        return time_ms[0], length_m[0]

    @or_engine_failed
    def reach(self, origin: Joins, within_s: Sequence[float]) -> list[ReachBand]:
        """Show what is reached from one place within some times; see `TravelTimes.reach`."""
        times_s = reach_times_s(within_s)
        within_ms = limit_ms(times_s[-1])
        reach = reach_from(self._roads, self._metric, origin, within_ms, self._rooms.mine())
        return reach.bands(times_s)

    @or_engine_failed
    def partition(self, bases: Joins) -> Partition:
        """
        Divide the roads among some bases: each place to the one that is there first.

        Parameters
        ----------
        bases
            Where crews drive from, in their order of precedence.

        Returns
        -------
        partition
            Who serves each junction; asked for, any other place.
        """
        return divide(self._roads, self._metric, bases)

    @or_engine_failed
    def route(self, origin: Joins, destination: Joins) -> Route | None:
        """Lead from one place to another by the fastest way; see `TravelTimes.route`."""
        return fastest_route(self._roads, self._metric, origin, destination, self._rooms.mine())


def _who(
    fleet: Fleet, eligible: NDArray[np.bool_] | Wanted | None
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Masks and marks that say which units of a fleet may go: none that hangs nowhere."""
    if eligible is None or isinstance(eligible, Wanted):
        wanted = eligible or ANYBODY
        masks = replace(wanted, all_of=wanted.all_of | ON_ROAD).masks()
        return masks, fleet.hung.bits
    if len(eligible) != len(fleet):
        raise BadValue(
            f"Say of all {len(fleet)} units whether they may go, not of {len(eligible)}."
        )
    bits = np.where(eligible, fleet.hung.bits, np.uint64(0))
    return Wanted(all_of=ON_ROAD).masks(), bits


def open_travel_times(folder: Path) -> NetworkTravelTimes:
    """
    Open the engine on a network folder.

    Parameters
    ----------
    folder
        A folder that `geo.road.storage.save_network` wrote.

    Returns
    -------
    times
        Its arrays are mapped from disk; order and topology are built at the first opening
        and stored there.

    Raises
    ------
    UnreadableFile
        The folder holds no network.
    """
    network = load_network(folder)
    return NetworkTravelTimes(network, roads=prepare_in(network, folder))
