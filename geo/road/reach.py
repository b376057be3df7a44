"""Reach: which stretches of road are driven within some time, and the ground around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon

from geo.road.frozen import freeze
from geo.road.ground import bounds, cells_over, paint, polygons, widen
from geo.road.metric import Metric, RoadGraph
from geo.road.network import RoadNetwork
from geo.road.port import departures
from geo.road.search import entered_edges, search_onward
from geo.road.snap import Joins
from geo.road.within import limit_ms
from geo.road.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """
    Edges, each driven from one share of it to another.

    Attributes
    ----------
    edge
        Edge ids, int32[n]; the origin's own may stand twice, driven from the origin and,
        by a way around, from its start.
    begin, end
        Shares of the edge in the direction of travel, float64[n]; 0 and 1 for a whole edge.
    """

    edge: NDArray[np.int32]
    begin: NDArray[np.float64]
    end: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)

    @property
    def whole(self) -> NDArray[np.int32]:
        """Edges driven from their start to their end, ascending, int32[n]."""
        return np.unique(self.edge[(self.begin == 0) & (self.end == 1)])


@dataclass(frozen=True, slots=True, eq=False)
class ReachBand:
    """
    What is reached within one time.

    Attributes
    ----------
    within_s
        Seconds.
    polygon
        Ground within about one cell (`geo.road.ground.CELL_M`) of a stretch reached, WGS-84
        degrees; valid, and holding the polygons of all shorter times.
    stretches
        What is driven, whole edges and parts of edges.
    """

    within_s: float
    polygon: MultiPolygon
    stretches: Stretches

    @property
    def edges(self) -> NDArray[np.int32]:
        """Edges driven from their start to their end within the time, ascending, int32[n]."""
        return self.stretches.whole


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """
    When the edges around one place are entered.

    Attributes
    ----------
    network
        The roads.
    edge_ms
        Milliseconds of every edge, int32[n_edges].
    origin
        The one place.
    edge, enter_ms, begin
        Edges, milliseconds from the place until each is entered, int32[n] each, and the
        share of the edge at which that is, float64[n]: 0 but on the origin's own street.
    """

    network: RoadNetwork
    edge_ms: NDArray[np.int32]
    origin: Joins
    edge: NDArray[np.int32]
    enter_ms: NDArray[np.int32]
    begin: NDArray[np.float64]

    def stretches(self, within_s: float) -> Stretches:
        """
        List what is driven within a time.

        Parameters
        ----------
        within_s
            Seconds, at most those searched for.

        Returns
        -------
        stretches
            An edge whose end is reached in the last millisecond is whole.
        """
        left_ms = limit_ms(within_s) - self.enter_ms.astype(np.int64)
        rows = np.flatnonzero(left_ms >= 0)
        edge, begin, left_ms = self.edge[rows], self.begin[rows], left_ms[rows]
        whole_ms = self.edge_ms[edge].astype(np.int64)
        to_end_ms = whole_ms - np.rint(whole_ms * begin).astype(np.int64)
        end = np.minimum(begin + left_ms / np.maximum(whole_ms, 1), 1.0)
        end = np.where(to_end_ms <= left_ms, 1.0, end)
        driven = end > begin
        return Stretches(edge[driven], begin[driven], end[driven])

    def bands(self, within_s: Sequence[float]) -> list[ReachBand]:
        """
        Draw the ground within some times.

        Parameters
        ----------
        within_s
            Seconds, ascending, at most those searched for.

        Returns
        -------
        bands
            One per time.
        """
        limits_ms = np.array([limit_ms(time_s) for time_s in within_s])
        network, start = self.network, _place(self.network, self.origin)
        cells = cells_over(
            *bounds(self.edge, network.edge_ref, network.first_point, network.point, start)
        )
        paint(
            self.edge,
            self.enter_ms,
            self.begin,
            limits_ms,
            network.edge_ref,
            self.edge_ms,
            network.first_point,
            network.point,
            cells.size,
            cells.corner,
            cells.band,
        )
        cells.mark(start, int(np.searchsorted(limits_ms, self.origin.walk_ms[0])))
        grounds = polygons(widen(cells), len(limits_ms))
        return [
            ReachBand(time_s, ground, self.stretches(time_s))
            for time_s, ground in zip(within_s, grounds, strict=True)
        ]


def reach_from(
    roads: RoadGraph, metric: Metric, origin: Joins, within_ms: int, room: Workspace
) -> Reach:
    """
    Search onward from a place.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    origin
        The one place.
    within_ms
        How far, in milliseconds, the walk to the road included.
    room
        The thread's workspace.

    Returns
    -------
    reach
        Every edge that is entered within the limit.
    """
    network, graph = roads.network, roads.graph
    onward, epoch = graph.onward, room.next_epoch()
    ports = departures(origin, network, graph, metric.edge_ms, metric.closed)
    count = search_onward(
        onward.first,
        onward.to,
        metric.onward_ms,
        ports.state.astype(np.uint32),
        ports.ms,
        within_ms,
        epoch,
        room.reached,
        room.order,
        room.stack,
        room.by.view(np.uint32),
    )
    edge, enter_ms = entered_edges(
        room.order[:count],
        within_ms,
        epoch,
        room.reached,
        room.stamp,
        room.done,
        graph.state_node,
        graph.first_memory,
        graph.memory,
        onward.first,
        onward.edge,
        onward.extra_ms,
        metric.onward_ms,
    )
    own = ports.edge[(ports.edge >= 0) & (origin.walk_ms[0] <= within_ms)]
    own_begin = np.where(network.edge_ref[own] & 1 == 0, origin.along[0], 1.0 - origin.along[0])
    return Reach(
        network,
        metric.edge_ms,
        origin,
        np.concatenate([own, edge]),
        np.concatenate([np.full(len(own), origin.walk_ms[0], dtype=np.int32), enter_ms]),
        np.concatenate([own_begin, np.zeros(len(edge))]),
    )


def _place(network: RoadNetwork, origin: Joins) -> NDArray[np.float64]:
    """Point of the road that a place joins, float64[2]."""
    if origin.node[0] >= 0:
        lon, lat = network.node_lon_lat[origin.node[0]]
        return np.array([lon, lat])  # not a read-only view: kernels are compiled for one kind
    street = origin.street[0]
    points = network.point[network.first_point[street] : network.first_point[street + 1]]
    step = np.diff(points, axis=0) * [np.cos(np.radians(points[0, 1])), 1.0]
    at = np.concatenate([[0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))])
    lon, lat = (np.interp(origin.along[0] * at[-1], at, column) for column in points.T)
    return np.array([lon, lat])
