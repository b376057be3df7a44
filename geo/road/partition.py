"""Partition: which of some bases is first at every junction, and at any place, by road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.customise import NEVER
from geo.road.frozen import freeze
from geo.road.kernel import kernel
from geo.road.metric import Metric, RoadGraph
from geo.road.port import Ports, arrivals, departures, direct_ms
from geo.road.snap import Joins, join_nodes

BASE_BITS = 32
"""A label holds milliseconds above, and below them the row of the base in this many bits."""

NOBODY = np.int64(NEVER) << BASE_BITS
"""Label of what no base reaches, above all others."""

NO_BASE = -1
"""Row of the base, and milliseconds, where no road leads."""


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """
    The base that is first at each of some places.

    Attributes
    ----------
    base
        Its row, of several at once the lowest, int32[n]; `NO_BASE` where no road leads.
    travel_time_ms
        Milliseconds from it, the walks at both ends included, int64[n]; `NO_BASE` likewise.
    """

    base: NDArray[np.int32]
    travel_time_ms: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """
    The roads divided among bases, each place to the base that is there first.

    Attributes
    ----------
    roads, metric
        The roads and their weights.
    bases
        Where the bases are; crews drive from there.
    nodes
        Who serves each junction.
    label
        Milliseconds and base of each state of the searched graph, int64[n_states].
    """

    roads: RoadGraph
    metric: Metric
    bases: Joins
    nodes: Served
    label: NDArray[np.int64]

    def serve(self, places: Joins) -> Served:
        """
        Find who serves some places.

        Parameters
        ----------
        places
            Anywhere on the roads; on a street the ways in from both of its ends count, and
            the way along it from a base that stands there too.

        Returns
        -------
        served
            One row per place, equal to the smallest of a matrix from all bases.
        """
        return _served(_label_places(self.roads, self.metric, self.bases, self.label, places))


def divide(roads: RoadGraph, metric: Metric, bases: Joins) -> Partition:
    """
    Divide the roads among some bases, in one sweep over the hierarchy.

    Parameters
    ----------
    roads, metric
        The roads and their weights.
    bases
        Where the bases are, in their order of precedence.

    Returns
    -------
    partition
        Of all junctions, and of any place that is asked for.

    References
    ----------
    Delling, Goldberg, Nowatzyk, Werneck (2013), PHAST: hardware-accelerated shortest path
    trees; here with all bases in one sweep, the base being carried below the time.
    """
    network, graph, tree = roads.network, roads.graph, roads.hierarchy
    ports = departures(bases, network, graph, metric.edge_ms, metric.closed)
    by_rank = np.full(graph.n_states, NOBODY)
    np.minimum.at(by_rank, tree.rank[ports.state], _seeds(ports))
    climb_all(tree.first, tree.up, metric.slots.up_ms, by_rank)
    sweep_all(tree.first, tree.up, metric.slots.down_ms, by_rank)
    label = by_rank[tree.rank]
    at_node = label[: graph.n_nodes].copy()
    np.minimum.at(at_node, graph.state_node[graph.n_nodes :], label[graph.n_nodes :])
    if metric.closed is not None:
        every = join_nodes(network, np.arange(network.n_nodes))
        locked = np.flatnonzero(metric.closed.locked(every, onward=False))
        at_node[locked] = _label_places(roads, metric, bases, label, every.take(locked))
    return Partition(roads, metric, bases, _served(at_node), label)


def _seeds(ports: Ports) -> NDArray[np.int64]:
    """Labels with which the ports of the bases begin."""
    base = np.repeat(np.arange(len(ports.first) - 1), np.diff(ports.first))
    return (ports.ms.astype(np.int64) << BASE_BITS) | base


def _served(label: NDArray[np.int64]) -> Served:
    """Take labels apart."""
    reached = label < NOBODY
    base = np.where(reached, label & ((1 << BASE_BITS) - 1), NO_BASE).astype(np.int32)
    return Served(base, np.where(reached, label >> BASE_BITS, NO_BASE))


def _label_places(
    roads: RoadGraph, metric: Metric, bases: Joins, label: NDArray[np.int64], places: Joins
) -> NDArray[np.int64]:
    """Labels of places, from those of the states and along the bases' own streets."""
    network, closed = roads.network, metric.closed
    ports = arrivals(places, network, roads.graph, metric.edge_ms, closed)
    found = label_ports(ports.first, ports.state, ports.ms, label)
    beside = np.isin(places.street, bases.street[bases.street >= 0])
    if closed is not None:
        beside |= closed.locked(places, onward=False)
    rows = np.flatnonzero(beside)
    for base in range(len(bases) if len(rows) else 0):
        one, near = bases.take(slice(base, base + 1)), places.take(rows)
        straight_ms = direct_ms(one, near, network, metric.edge_ms, closed)
        found[rows] = np.minimum(found[rows], (straight_ms << BASE_BITS) | base)
    return found


@kernel
def climb_all(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    up_ms: NDArray[np.int32],
    label: NDArray[np.int64],
) -> None:
    """
    Carry labels upward from the lowest state to the highest, in place.

    Parameters
    ----------
    first, up, up_ms
        Slots of the hierarchy, and their weights upward.
    label
        Milliseconds and base of every rank, `NOBODY` where there is none, int64[n_states].
    """
    for row in range(len(label)):
        low = np.uint32(row)
        if label[low] >= NOBODY:
            continue
        for slot in range(first[low], first[low + 1]):
            high = up[slot]
            label[high] = min(label[high], label[low] + (np.int64(up_ms[slot]) << BASE_BITS))


@kernel
def sweep_all(
    first: NDArray[np.uint32],
    up: NDArray[np.uint32],
    down_ms: NDArray[np.int32],
    label: NDArray[np.int64],
) -> None:
    """
    Carry labels downward from the highest state to the lowest, in place.

    Parameters
    ----------
    first, up, down_ms
        Slots of the hierarchy, and their weights downward.
    label
        As `climb_all` left it.
    """
    for row in range(len(label) - 1, -1, -1):
        low = np.uint32(row)
        best = label[low]
        for slot in range(first[low], first[low + 1]):
            best = min(best, label[up[slot]] + (np.int64(down_ms[slot]) << BASE_BITS))
        label[low] = best


@kernel
def label_ports(
    first: NDArray[np.int64],
    state: NDArray[np.int32],
    ms: NDArray[np.int32],
    label: NDArray[np.int64],
) -> NDArray[np.int64]:
    """
    Finish the ways to places.

    Parameters
    ----------
    first, state, ms
        Arrivals by place, see `geo.road.port.Ports`.
    label
        Milliseconds and base of every state.

    Returns
    -------
    label
        Of every place, int64[n_places]; `NOBODY` or more where no road leads.
    """
    found = np.full(len(first) - 1, NOBODY)
    for place in range(len(found)):
        for port in range(first[place], first[place + 1]):
            reached = label[state[port]] + (np.int64(ms[port]) << BASE_BITS)
            found[place] = min(found[place], reached)
    return found
