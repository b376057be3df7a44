"""
Closed streets: how places on them are reached and left, though nobody drives through.

Whoever is on a closed street walks: along closed streets, in either direction, to a junction
where driving is allowed; whoever is sent there leaves the vehicle at such a junction and walks
in.  Two places within one closure are walked between.  So an incident behind the barrier has
an answer, late rather than early, and a closed bridge is still no way across.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.kernel import kernel
from geo.road.network import RoadNetwork
from geo.road.snap import Joins
from geo.road.speed import walk_time_ms

MOST_EXITS = 8
"""Ends of a closure that are tried from one junction inside it, the nearest on foot."""

Foothold = tuple[int, int]
"""A junction, and the milliseconds on foot from a place to it."""


@dataclass(frozen=True, slots=True, eq=False)
class FootWays:
    """
    Ways on foot between places on closed streets and junctions where driving is allowed.

    Attributes
    ----------
    place
        Row of the place, int64[n], ascending.
    node
        The junction, int32[n].
    ms
        Milliseconds on foot, the walk between place and street included, int64[n].
    """

    place: NDArray[np.int64]
    node: NDArray[np.int32]
    ms: NDArray[np.int64]


class ClosedStreets:
    """
    The streets that are closed under some weights.

    Parameters
    ----------
    network
        The roads.
    edge_ms
        Milliseconds of every edge, `NEVER` where closed.
    """

    def __init__(self, network: RoadNetwork, edge_ms: NDArray[np.int32]) -> None:
        self.network, self._edge_ms = network, edge_ms
        self._edges = np.flatnonzero(edge_ms >= NEVER)
        self._exits: dict[tuple[int, bool], list[Foothold]] = {}

    def locked(self, joins: Joins, *, onward: bool) -> NDArray[np.bool_]:
        """
        Tell which places cannot be left, or reached, but on foot.

        Parameters
        ----------
        joins
            The places.
        onward
            Whether they are to be left.

        Returns
        -------
        locked
            bool[n]: those on streets closed in every direction, and at junctions all of
            whose edges out, or in, are closed.
        """
        stuck = self._stuck_out if onward else self._stuck_in
        on_street = self._closed_street[joins.street] & (joins.street >= 0)
        locked: NDArray[np.bool_] = on_street | (stuck[joins.node] & (joins.node >= 0))
        return locked

    def ways(self, joins: Joins, *, onward: bool) -> FootWays:
        """
        List the ways on foot of the places that are locked.

        Parameters
        ----------
        joins
            The places.
        onward
            Whether they are to be left.

        Returns
        -------
        ways
            None for places that can be left, or reached, by driving.
        """
        found = [
            (row, node, ms)
            for row in np.flatnonzero(self.locked(joins, onward=onward)).tolist()
            for node, ms in self._from_place(joins, row, onward=onward)
        ]
        table = np.array(found, dtype=np.int64).reshape(-1, 3)
        return FootWays(table[:, 0], table[:, 1].astype(np.int32), table[:, 2])

    def direct_ms(self, origins: Joins, destinations: Joins) -> NDArray[np.int64]:
        """
        Time on foot between places that are both within closures.

        Parameters
        ----------
        origins, destinations
            Places, of the same number or one of them single.

        Returns
        -------
        direct_ms
            int64[n], walks to and from the street included; `NEVER` where one of them is
            not locked, or no closed street leads from the one to the other.
        """
        left = self.locked(origins, onward=True)
        reached = self.locked(destinations, onward=False)
        both = left & reached
        times = np.full(len(both), NEVER, dtype=np.int64)
        labels: dict[int, dict[int, int]] = {}
        for row in np.flatnonzero(both).tolist():
            start, end = (row if len(joins) > 1 else 0 for joins in (origins, destinations))
            if end not in labels:
                labels[end] = dict(self.settle(self.footholds(destinations, end)))
            times[row] = min(
                self.along_ms(origins, start, destinations, end),
                *(ms + labels[end].get(node, int(NEVER))
                  for node, ms in self.footholds(origins, start)),
            )  # fmt: skip
        return times

    def states_inside(
        self, state_after: NDArray[np.int32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """
        Say where units hang that cannot drive off.

        Parameters
        ----------
        state_after
            Of the searched graph.

        Returns
        -------
        state, edge
            State and edge of such ports, int32[n]; the edge is -1 at a junction.
        """
        edges, nodes = self._shut_edges, self._stuck_nodes
        state = np.concatenate([state_after[edges], nodes])
        return state, np.concatenate([edges, np.full(len(nodes), -1, dtype=np.int32)])

    @cached_property
    def _shut_edges(self) -> NDArray[np.int32]:
        """Edges of the streets that are closed in every direction."""
        edges = self.network.street_edges[self._closed_street].ravel()
        return edges[edges >= 0]

    @cached_property
    def _stuck_nodes(self) -> NDArray[np.int32]:
        """Junctions that cannot be driven away from."""
        return np.flatnonzero(self._stuck_out).astype(np.int32)

    @cached_property
    def _closed_street(self) -> NDArray[np.bool_]:
        """Which streets are closed in every direction that they have, bool[n_streets]."""
        streets = np.unique(self.network.edge_ref[self._edges] >> 1)
        edges = self.network.street_edges[streets]
        shut = (edges < 0) | (self._edge_ms[edges] >= NEVER)
        closed = np.zeros(self.network.n_streets, dtype=np.bool_)
        closed[streets] = shut.all(axis=1)
        return closed

    @cached_property
    def _stuck_out(self) -> NDArray[np.bool_]:
        """Which junctions have edges out, all of them closed, bool[n_nodes]."""
        return self._all_closed(self.network.edge_tail)

    @cached_property
    def _stuck_in(self) -> NDArray[np.bool_]:
        """Which junctions have edges in, all of them closed, bool[n_nodes]."""
        return self._all_closed(self.network.edge_head)

    def _all_closed(self, end_of_edge: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which junctions end some edges, all of them closed."""
        n_nodes = self.network.n_nodes
        closed = np.bincount(end_of_edge[self._edges], minlength=n_nodes)
        all_closed: NDArray[np.bool_] = (closed > 0) & (
            closed == np.bincount(end_of_edge, minlength=n_nodes)
        )
        return all_closed

    @cached_property
    def ends(self) -> dict[int, tuple[int, int]]:
        """Junctions at the first and the last point of each street with a closed direction."""
        network = self.network
        backward = network.edge_ref[self._edges] & 1 == 1
        tail, head = network.edge_tail[self._edges], network.edge_head[self._edges]
        first, last = np.where(backward, head, tail), np.where(backward, tail, head)
        streets = (network.edge_ref[self._edges] >> 1).tolist()
        ends = zip(first.tolist(), last.tolist(), strict=True)
        return dict(zip(streets, ends, strict=True))

    @cached_property
    def _footpaths(self) -> dict[int, list[tuple[int, int, int]]]:
        """From each junction: the junctions walked to, milliseconds, and the street."""
        streets = list(self.ends)
        times = walk_time_ms(self.network.street_length_m[streets]).tolist()
        paths: dict[int, list[tuple[int, int, int]]] = {}
        for street, ms in zip(streets, times, strict=True):
            first, last = self.ends[street]
            paths.setdefault(first, []).append((last, ms, street))
            paths.setdefault(last, []).append((first, ms, street))
        return paths

    def settle(
        self, starts: list[Foothold], by: dict[int, int] | None = None
    ) -> Iterator[Foothold]:
        """
        Walk outward over closed streets.

        Parameters
        ----------
        starts
            Where to begin, and after how many milliseconds.
        by
            Receives the street by which each junction was reached, if given.

        Returns
        -------
        footholds
            Junctions, the nearest first.
        """
        heap = [(ms, node) for node, ms in starts]
        label = {node: ms for ms, node in heap}
        heapq.heapify(heap)
        done: set[int] = set()
        while heap:
            ms, node = heapq.heappop(heap)
            if node in done:
                continue
            done.add(node)
            yield node, ms
            for other, step_ms, street in self._footpaths.get(node, ()):
                if ms + step_ms < label.get(other, int(NEVER)):
                    label[other] = ms + step_ms
                    if by is not None:
                        by[other] = street
                    heapq.heappush(heap, (ms + step_ms, other))

    def _from_place(self, joins: Joins, row: int, *, onward: bool) -> list[Foothold]:
        """Junctions by which a locked place is left or reached."""
        best: dict[int, int] = {}
        for end, end_ms in self.footholds(joins, row):
            for node, ms in self._from_junction(end, onward=onward):
                best[node] = min(best.get(node, int(NEVER)), end_ms + ms)
        return sorted(best.items())

    def _from_junction(self, node: int, *, onward: bool) -> list[Foothold]:
        """Junctions nearest on foot where driving is allowed; remembered."""
        known = self._exits.get((node, onward))
        if known is None:
            stuck = self._stuck_out if onward else self._stuck_in
            known = []
            for found in self.settle([(node, 0)]):
                if not stuck[found[0]]:
                    known.append(found)
                if len(known) == MOST_EXITS:
                    break
            self._exits[node, onward] = known
        return known

    def footholds(self, joins: Joins, row: int) -> list[Foothold]:
        """
        List the junctions that a place is next to.

        Parameters
        ----------
        joins, row
            The places, and which of them; its street has a closed direction.

        Returns
        -------
        footholds
            The ends of its street, or its junction, with the time on foot to each, the walk
            to the street included.
        """
        walk_ms, street = int(joins.walk_ms[row]), int(joins.street[row])
        if street < 0:
            return [(int(joins.node[row]), walk_ms)]
        first, last = self.ends[street]
        length_m, along = self.network.street_length_m[street], joins.along[row]
        part_ms = walk_time_ms(np.array([along, 1.0 - along]) * length_m).tolist()
        return [(first, walk_ms + part_ms[0]), (last, walk_ms + part_ms[1])]

    def along_ms(self, origins: Joins, start: int, destinations: Joins, end: int) -> int:
        """
        Time on foot along one and the same street.

        Parameters
        ----------
        origins, start, destinations, end
            The places, and which of them.

        Returns
        -------
        along_ms
            Both walks to the street included; `NEVER` where they do not share a street.
        """
        street = int(origins.street[start])
        if street < 0 or street != destinations.street[end]:
            return int(NEVER)
        apart = abs(float(origins.along[start] - destinations.along[end]))
        on_street = walk_time_ms(np.array([apart * self.network.street_length_m[street]]))
        return int(on_street[0] + origins.walk_ms[start] + destinations.walk_ms[end])


def closed_streets(network: RoadNetwork, edge_ms: NDArray[np.int32]) -> ClosedStreets | None:
    """
    Gather the streets that are closed.

    Parameters
    ----------
    network
        The roads.
    edge_ms
        Milliseconds of every edge, int32[n_edges]; `NEVER` where closed.

    Returns
    -------
    closed
        None where nothing is.
    """
    return ClosedStreets(network, edge_ms) if (edge_ms >= NEVER).any() else None


@kernel
def list_hanging(
    state: NDArray[np.int32],
    edge: NDArray[np.int32],
    head: NDArray[np.int32],
    after: NDArray[np.int32],
    port_edge: NDArray[np.int32],
) -> NDArray[np.int64]:
    """
    List the units that hang at some states by some edges.

    Parameters
    ----------
    state, edge
        See `ClosedStreets.states_inside`.
    head, after, port_edge
        See `geo.road.fleet.Hung`.

    Returns
    -------
    units
        Rows, int64[n]; a unit may be there twice.
    """
    units = np.empty(16, dtype=np.int64)
    count = 0
    for row in range(len(state)):
        port = head[state[row]]
        while port >= 0:
            if port_edge[port] == edge[row]:
                if count == len(units):
                    units = np.concatenate((units, np.empty_like(units)))
                units[count] = port >> 1
                count += 1
            port = after[port]
    return units[:count]
