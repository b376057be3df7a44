"""
Lengths of fastest ways: a hierarchy whose weights are time and metres in one number.

A weight holds milliseconds above and millimetres below, so that adding and comparing numbers
adds both and compares time first: of equally fast ways the shortest is measured.  A way of more
than 4,294 km would spill over into its time.  No fastest way that takes less than that length at
the speed of the fastest street can be so long; the others are asked of the router, one by one.
"""

# ruff: noqa: PLR0913, PLR0917 -- a kernel is one loop over plain arrays

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.frozen import freeze
from geo.road.kernel import kernel
from geo.road.matrix import close
from geo.road.metric import Metric, RoadGraph
from geo.road.network import RoadNetwork
from geo.road.port import Ports, arrivals, departures, direct_ms
from geo.road.route import fastest_route
from geo.road.snap import Joins
from geo.road.workspace import Workspace

LENGTH_BITS = 32
"""Millimetres stand in this many bits, milliseconds above them."""

LONGEST_MM = (1 << LENGTH_BITS) - 1

NO_WAY = np.int64(NEVER) << LENGTH_BITS
"""A weight that leads nowhere, and two of them still do not wrap."""

UNSEEN = np.int64(np.iinfo(np.int64).max)
"""Label of a state that no climb has come to."""

LANES = 8
"""Origins answered in one sweep; int64 lanes of one cache line."""


@dataclass(frozen=True, slots=True, eq=False)
class LengthMetric:
    """
    Weights of one version with the metres that go with them.

    Attributes
    ----------
    roads, metric
        The roads and their weights.
    up, down
        Time and length of each slot of the hierarchy from its lower to its higher end and
        back, int64[n_slots] each.
    certain_ms
        No way that takes less can have spilled over.
    """

    roads: RoadGraph
    metric: Metric
    up: NDArray[np.int64]
    down: NDArray[np.int64]
    certain_ms: float

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)

    def rows(
        self, origins: Joins, destinations: Joins
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """
        Compute times and lengths from some places to others, a few origins at a time.

        Parameters
        ----------
        origins, destinations
            The places.

        Returns
        -------
        time_ms, length_m
            For the next `LANES` origins at most, in order: milliseconds, `NEVER` or more
            where no road leads, int64[n, n_destinations]; metres on the road without walks,
            NaN there, float64[n, n_destinations].
        """
        roads, tree = self.roads, self.roads.hierarchy
        network, edge_ms, closed = roads.network, self.metric.edge_ms, self.metric.closed
        near = departures(origins, network, roads.graph, edge_ms, closed)
        far = arrivals(destinations, network, roads.graph, edge_ms, closed)
        near_weight = _port_weights(near, origins, network, ahead=True)
        far_weight = _port_weights(far, destinations, network, ahead=False)
        seed, goal = tree.rank[near.state], tree.rank[far.state]
        slot = np.arange(tree.n_slots, dtype=np.int32)
        slot.flags.writeable = False  # as all weights are, or the kernel is compiled once more
        row, first, up, slot = close(tree.first, tree.up, slot, goal)
        weight, goal_row = self.down[slot], row[goal]
        label = np.full(roads.graph.n_states, UNSEEN)
        for start in range(0, len(origins), LANES):
            some = slice(start, min(start + LANES, len(origins)))
            lanes = np.full((len(first) - 1, LANES), NO_WAY)
            for lane in range(some.stop - start):
                ports = slice(near.first[start + lane], near.first[start + lane + 1])
                seeds = seed[ports], near_weight[ports]
                climb_lane(tree.first, tree.up, self.up, *seeds, label, row, lanes, lane)
            sweep_lanes(first, up, weight, lanes)
            found = finish_lanes(far.first, goal_row, far_weight, lanes)[: some.stop - start]
            self._along_streets(origins.take(some), destinations, found)
            time_ms, length_m = found >> LENGTH_BITS, (found & LONGEST_MM) / 1000
            self._spilled(origins.take(some), destinations, time_ms, length_m)
            yield time_ms, np.where(time_ms < NEVER, length_m, np.nan)

    def _spilled(
        self,
        origins: Joins,
        destinations: Joins,
        time_ms: NDArray[np.int64],
        length_m: NDArray[np.float64],
    ) -> None:
        """Ask the router for the ways that may be too long to be told, in place."""
        untold = np.argwhere((time_ms > self.certain_ms) & (time_ms < NEVER)).tolist()
        room = Workspace(self.roads.graph.n_states if untold else 0)
        for row, column in untold:
            ends = origins.take(slice(row, row + 1)), destinations.take(slice(column, column + 1))
            way = fastest_route(self.roads, self.metric, *ends, room)
            time_ms[row, column] = NEVER if way is None else way.travel_time_ms
            length_m[row, column] = np.nan if way is None else way.length_m

    def _along_streets(self, origins: Joins, destinations: Joins, found: NDArray[np.int64]) -> None:
        """Count the ways that pass no junction in, in place."""
        network, closed = self.roads.network, self.metric.closed
        beside = np.isin(destinations.street, origins.street[origins.street >= 0])
        if closed is not None:
            beside |= closed.locked(destinations, onward=False)
        rows = np.flatnonzero(beside)
        near = destinations.take(rows)
        for row in range(len(origins) if len(rows) else 0):
            one = origins.take(slice(row, row + 1))
            ms = direct_ms(one, near, network, self.metric.edge_ms, closed)
            driven_ms = direct_ms(one, near, network, self.metric.edge_ms)
            share = np.abs(near.along - one.along)
            metres = np.where(driven_ms <= ms, share * network.street_length_m[near.street], 0.0)
            straight = (ms << LENGTH_BITS) | _millimetres(metres)
            found[row, rows] = np.minimum(found[row, rows], straight)


def measure_lengths(roads: RoadGraph, metric: Metric) -> LengthMetric:
    """
    Weigh all slots with time and length.

    Parameters
    ----------
    roads, metric
        The roads and their weights.

    Returns
    -------
    lengths
        To be asked for any matrix; takes a few times as long as `geo.road.metric.weigh`.
    """
    network, tree = roads.network, roads.hierarchy
    edge = roads.graph.onward.edge
    length = _millimetres(network.street_length_m[network.edge_ref[edge] >> 1])
    weight = (metric.onward_ms.astype(np.int64) << LENGTH_BITS) | length
    up, down = np.full(tree.n_slots, NO_WAY), np.full(tree.n_slots, NO_WAY)
    measure_slots(tree.first, tree.up, tree.slot_of_arc, weight, up, down)
    return LengthMetric(roads, metric, up, down, _certain_ms(network, metric.edge_ms))


def _certain_ms(network: RoadNetwork, edge_ms: NDArray[np.int32]) -> float:
    """Time within which nobody drives so far that it cannot be told."""
    length = _millimetres(network.street_length_m)[network.edge_street]
    open_ = edge_ms < NEVER
    timeless = open_ & (edge_ms == 0)
    driven = open_ & ~timeless
    fastest = np.max(length[driven] / edge_ms[driven], initial=0.0)
    left = LONGEST_MM - float(length[timeless].sum()) - 2.0 * float(length.max(initial=0))
    return float(left / fastest if fastest > 0 else np.inf * np.sign(left))


def _millimetres(metres: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole millimetres."""
    return np.rint(metres * 1000).astype(np.int64)


def _port_weights(
    ports: Ports, joins: Joins, network: RoadNetwork, *, ahead: bool
) -> NDArray[np.int64]:
    """Time and length between places and the states by which they are left or reached."""
    driven = np.flatnonzero(ports.edge >= 0)
    place = np.repeat(np.arange(len(joins)), np.diff(ports.first))[driven]
    ref, along = network.edge_ref[ports.edge[driven]], joins.along[place]
    share = np.where((ref & 1 == 1) == ahead, along, 1.0 - along)
    weight = ports.ms.astype(np.int64) << LENGTH_BITS
    weight[driven] |= _millimetres(share * network.street_length_m[ref >> 1])
    return weight


@kernel
def measure_slots(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    slot_of_arc: NDArray[np.int32],
    arc: NDArray[np.int64],
    up_weight: NDArray[np.int64],
    down_weight: NDArray[np.int64],
) -> None:
    """
    Customise a hierarchy with time and length, see `geo.road.customise.relax_triangles`.

    Parameters
    ----------
    first, up, slot_of_arc
        Of the hierarchy.
    arc
        Time and length of each arc.
    up_weight, down_weight
        Filled with `NO_WAY` on entry, customised on return.
    """
    for row in range(len(slot_of_arc)):
        reference = slot_of_arc[row]
        if reference >= 0:
            slot = reference >> 1
            if reference & 1:
                down_weight[slot] = min(down_weight[slot], arc[row])
            else:
                up_weight[slot] = min(up_weight[slot], arc[row])
    for v in range(len(first) - 1):
        end = first[v + 1]
        for left in range(first[v], end):
            to_v, from_v = down_weight[left], up_weight[left]
            slot = first[up[left]]
            for right in range(left + 1, end):
                high = up[right]
                while up[slot] != high:
                    slot += 1
                up_weight[slot] = min(up_weight[slot], to_v + up_weight[right])
                down_weight[slot] = min(down_weight[slot], down_weight[right] + from_v)


@kernel
def climb_lane(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    up_weight: NDArray[np.int64],
    seed: NDArray[np.uint32],
    seed_weight: NDArray[np.int64],
    label: NDArray[np.int64],
    row: NDArray[np.int32],
    lanes: NDArray[np.int64],
    lane: int,
) -> None:
    """
    Climb from the seeds of one origin and put the labels that matter into its lane.

    Parameters
    ----------
    first, up, up_weight
        Slots by state, and their weights upward.
    seed, seed_weight
        Ranks, and time and length up to each.
    label
        `UNSEEN` everywhere, on entry and on return, int64[n_states].
    row
        Row of each rank among those that the destinations need, -1 for others.
    lanes, lane
        Where to.
    """
    order = np.empty(1024, dtype=np.uint32)
    count = 0
    for start in seed:
        v = start
        while label[v] == UNSEEN:
            label[v] = NO_WAY
            if count == len(order):
                order = np.concatenate((order, np.empty_like(order)))
            order[count] = v
            count += 1
            if first[v] < first[v + 1]:
                v = up[first[v]]
    for place in range(len(seed)):
        label[seed[place]] = min(label[seed[place]], seed_weight[place])
    for v in np.sort(order[:count]):
        if row[v] >= 0:
            lanes[row[v], lane] = label[v]
        for slot in range(first[v], first[v + 1]):
            high = up[slot]
            label[high] = min(label[high], label[v] + up_weight[slot])
        label[v] = UNSEEN


@kernel
def sweep_lanes(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    weight: NDArray[np.int64],
    lanes: NDArray[np.int64],
) -> None:
    """
    Finish all rows from the highest down, in place, see `geo.road.matrix.sweep_down`.

    Parameters
    ----------
    first, up, weight
        Slots of all ancestors.
    lanes
        Labels of the climbs on entry, of the fastest ways on return.
    """
    for row in range(len(first) - 1):
        for slot in range(first[row], first[row + 1]):
            high, step = up[slot], weight[slot]
            for lane in range(LANES):
                lanes[row, lane] = min(lanes[row, lane], lanes[high, lane] + step)


@kernel
def finish_lanes(
    first: NDArray[np.int64],
    row: NDArray[np.int32],
    port_weight: NDArray[np.int64],
    lanes: NDArray[np.int64],
) -> NDArray[np.int64]:
    """
    Choose the best port of every destination.

    Parameters
    ----------
    first, row, port_weight
        Ports by destination, their rows among the ancestors, and time and length of each.
    lanes
        Labels of all rows.

    Returns
    -------
    found
        Time and length, `NO_WAY` or more where no road leads, int64[LANES, n_destinations].
    """
    found = np.full((LANES, len(first) - 1), NO_WAY)
    for place in range(len(first) - 1):
        for port in range(first[place], first[place + 1]):
            for lane in range(LANES):
                reached = lanes[row[port], lane] + port_weight[port]
                found[lane, place] = min(found[lane, place], reached)
    return found
