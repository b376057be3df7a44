"""Footprints: the edges of one network that an extent covers, found once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import UnknownName
from geo.road.extent import Direction, Extent
from geo.road.frozen import freeze
from geo.road.measured_speed import MeasuredSpeed
from geo.road.measured_table import MeasuredTable
from geo.road.network import RoadNetwork
from geo.road.snap import Snapper

MOST_PASSING = 4096
"""Footprints kept of extents that nothing holds on to; the oldest go first."""


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """
    Edges that an extent covers.

    Attributes
    ----------
    edges
        Ascending, int32[n].
    share
        Which share of each lies inside, float64[n]; 1 where the extent names the edge.
    """

    edges: NDArray[np.int32]
    share: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)


class Footprints:
    """
    Finds the edges of a network that extents cover.

    Parameters
    ----------
    network
        The roads.
    snapper
        Gives the spatial index of these roads; one is built here where none is given.
    """

    def __init__(self, network: RoadNetwork, snapper: Callable[[], Snapper] | None = None) -> None:
        self.network = network
        self._snapper = snapper
        self._held: frozenset[Extent] = frozenset()
        self._kept: dict[Extent, Footprint] = {}
        self._table: tuple[tuple[MeasuredSpeed, ...], MeasuredTable] | None = None
        self._lock = Lock()

    def of(self, extent: Extent) -> Footprint:
        """
        Give the footprint of an extent.

        Parameters
        ----------
        extent
            Which streets.

        Returns
        -------
        footprint
            Without edges where this network has none of them, or not all of those that are
            named one by one, because they belong to another network.
        """
        known = self._kept.get(extent)
        if known is None:
            known = self._find(extent)
            with self._lock:
                self._kept[extent] = known
                self._shed()
        return known

    def hold(self, extents: Iterable[Extent]) -> None:
        """
        Keep the footprints of some extents until others are to be held.

        Parameters
        ----------
        extents
            Which streets.
        """
        with self._lock:
            self._held = frozenset(extents)
            self._shed()

    def require(self, extent: Extent) -> None:
        """
        Refuse edges that this network does not have.

        Parameters
        ----------
        extent
            Which streets.

        Raises
        ------
        UnknownName
            An edge is not in this network.
        """
        wrong = [edge for edge in extent.edges if not 0 <= edge < self.network.n_edges]
        if wrong and self.network.n_edges:
            raise UnknownName(
                f"Edge {wrong[0]} is not in the {self.network.mode} network, whose edges are "
                f"0…{self.network.n_edges - 1}."
            )
        if wrong:
            raise UnknownName(f"The {self.network.mode} network has no edges at all.")

    def measured(self, lines: tuple[MeasuredSpeed, ...]) -> MeasuredTable:
        """
        Find the edges of all measurements, once.

        Parameters
        ----------
        lines
            The measurements.

        Returns
        -------
        table
            Kept while the same lines are asked for.
        """
        known = self._table
        if known is None or known[0] is not lines:
            find = self._find
            table = MeasuredTable(
                lines, self.network.mode, self.edge_length_m, lambda extent: find(extent).edges
            )
            self._table = known = (lines, table)
        return known[1]

    @cached_property
    def edge_length_m(self) -> NDArray[np.float64]:
        """Metres of every edge, float64[n_edges]."""
        return self.network.street_length_m[self.network.edge_street]

    @cached_property
    def edge_class(self) -> NDArray[np.uint8]:
        """Class code of every edge, uint8[n_edges]."""
        return self.network.street_class[self.network.edge_street]

    def _shed(self) -> None:
        """Let the older half of the footprints go that nothing holds on to, if they are many."""
        if len(self._kept) <= len(self._held) + MOST_PASSING:
            return
        passing = [extent for extent in self._kept if extent not in self._held]
        for extent in passing[: len(passing) // 2]:
            del self._kept[extent]

    def _find(self, extent: Extent) -> Footprint:
        """Look for an extent in whichever way it names its streets."""
        if extent.polygon is not None:
            return self._inside(extent.polygon)
        edges = self._named(extent) if extent.edges else self._of_ways(extent)
        return Footprint(edges, np.ones(len(edges)))

    def _inside(self, polygon: BaseGeometry) -> Footprint:
        """Edges in a polygon."""
        if not self.network.n_edges:
            return Footprint(np.zeros(0, dtype=np.int32), np.zeros(0))
        street, share = self._index.inside(polygon)
        edge = self.network.street_edges[street].ravel()
        share = np.repeat(share, 2)
        order = np.argsort(edge, kind="stable")
        order = order[edge[order] >= 0]
        return Footprint(edge[order], share[order])

    def _named(self, extent: Extent) -> NDArray[np.int32]:
        """Edges by their ids; none if they belong to another network."""
        foreign = extent.network not in {None, self.network.version}
        if foreign or not all(0 <= edge < self.network.n_edges for edge in extent.edges):
            return np.zeros(0, dtype=np.int32)
        return np.array(sorted(set(extent.edges)), dtype=np.int32)

    def _of_ways(self, extent: Extent) -> NDArray[np.int32]:
        """Edges of the streets that the source knows by some ids."""
        way, streets = self._by_way
        start, end = (np.searchsorted(way, extent.ways, side=side) for side in ("left", "right"))
        street = np.concatenate([streets[a:b] for a, b in zip(start, end, strict=True)])
        columns = {None: [0, 1], Direction.FORWARD: [0], Direction.BACKWARD: [1]}
        edge = self.network.street_edges[street][:, columns[extent.direction]]
        return np.unique(edge[edge >= 0]).astype(np.int32)

    @cached_property
    def _by_way(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ways in ascending order, and the street of each row."""
        order = np.argsort(self.network.street_way_id, kind="stable")
        return self.network.street_way_id[order], order

    @cached_property
    def _index(self) -> Snapper:
        """Spatial index of the streets."""
        return Snapper(self.network) if self._snapper is None else self._snapper()
