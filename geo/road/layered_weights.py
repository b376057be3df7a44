"""
Layered weights: what every edge takes at an instant, laid up from base to closure.

The base is what the network says, at the speed of the hour; a measurement takes its place;
a slow zone makes it longer in proportion to the share that lies inside; a closure ends it.
Of several slow zones on one edge the one that costs most counts, so their order does not
matter; of several measurements the last.  Every edge is rounded once, to whole milliseconds.
Weights in force at an instant price whole trips: nobody's arrival is looked ahead to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.road.closure import Closure
from geo.road.customise import NEVER
from geo.road.footprint import Footprints
from geo.road.hourly_speed import ALWAYS_ALIKE, HourlySpeeds
from geo.road.measured_speed import MeasuredSpeed
from geo.road.network import LONGEST_EDGE_MS, RoadNetwork
from geo.road.week import hour_of_week, next_hour


@dataclass(frozen=True, slots=True)
class WeightLayers:
    """
    Everything that is laid over the base weights, in force or not.

    Attributes
    ----------
    hourly
        Speeds by hour of the week.
    measured
        Measured speeds; a later one outranks those before it.
    closures
        Closures and slow zones, in any order.
    """

    hourly: HourlySpeeds = ALWAYS_ALIKE
    measured: tuple[MeasuredSpeed, ...] = ()
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True, slots=True)
class WeightState:
    """
    What makes the weights of one network: equal states, equal weights.

    Attributes
    ----------
    network
        Version of the roads.
    hourly, hour
        Digest of the table of hourly speeds, and the first hour of the week with the speeds
        in force; both None where all are at the base speed.
    measured
        Digest of all measurements that touch these roads, in their order, and the numbers of
        the calendars in force, see `geo.road.measured_table`; empty where none is.
    closures
        Ids of the closures in force that touch these roads, sorted.
    """

    network: str
    hourly: str | None = None
    hour: int | None = None
    measured: tuple[str, ...] = ()
    closures: tuple[str, ...] = ()

    @property
    def is_base(self) -> bool:
        """Whether nothing at all is laid over the base."""
        return self.hour is None and not self.measured and not self.closures


def state_at(layers: WeightLayers, footprints: Footprints, now: datetime) -> WeightState:
    """
    Tell which layers are in force on one network.

    Parameters
    ----------
    layers
        All layers.
    footprints
        Of the roads.
    now
        The instant, with offset.

    Returns
    -------
    state
        Layers that touch none of these roads are left out.
    """
    network = footprints.network
    hour = layers.hourly.same_hour(network.mode, hour_of_week(now))
    closures = [
        closure.id
        for closure in layers.closures
        if closure.concerns(network.mode)
        and closure.in_force(now)
        and len(footprints.of(closure.extent).edges)
    ]
    return WeightState(
        network=network.version,
        hourly=None if hour is None else layers.hourly.digest,
        hour=hour,
        measured=footprints.measured(layers.measured).in_force(now),
        closures=tuple(sorted(closures)),
    )


def next_change(layers: WeightLayers, footprints: Footprints, now: datetime) -> datetime | None:
    """
    Tell until when the same layers stay in force on one network.

    Parameters
    ----------
    layers
        All layers.
    footprints
        Of the roads.
    now
        The instant, with offset.

    Returns
    -------
    change
        The next instant at which the state may be another; None for ever.
    """
    instants = [footprints.measured(layers.measured).next_change(now)]
    instants += [at for closure in layers.closures for at in (closure.starts, closure.until)]
    if layers.hourly.varies(footprints.network.mode):
        instants.append(next_hour(now))
    return min((at for at in instants if at is not None and at > now), default=None)


def price_edges(
    layers: WeightLayers,
    footprints: Footprints,
    state: WeightState,
    edges: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """
    Price edges under the layers that a state names.

    Parameters
    ----------
    layers
        Where the named layers are found.
    footprints
        Of the roads.
    state
        Which layers are in force.
    edges
        Which edges, ascending, int32[n]; all by default.

    Returns
    -------
    edge_ms
        Whole milliseconds, int32[n]; `NEVER` where closed.
    """
    network, rows = footprints.network, slice(None) if edges is None else edges
    length_m = footprints.edge_length_m
    ms = network.edge_ms[rows].astype(np.float64)
    if state.hour is not None:
        speed_factor = layers.hourly.of(network.mode, state.hour)
        ms /= speed_factor[footprints.edge_class[rows]]
    if state.measured:
        measured, measured_ms = footprints.measured(layers.measured).priced(state.measured)
        place, part = _placed(measured, edges)
        ms[place] = measured_ms[part]
    slowest_ms, closed = np.zeros(len(ms)), [np.zeros(0, dtype=np.int32)]
    named = set(state.closures)
    for closure in (one for one in layers.closures if one.id in named):
        found = footprints.of(closure.extent)
        if closure.closes:
            closed.append(found.edges)
            continue
        place, part = _placed(found.edges, edges)
        own_m = length_m[found.edges[part]]
        extra_ms = closure.extra_ms(ms[place], own_m, found.share[part])
        slowest_ms[place] = np.maximum(slowest_ms[place], extra_ms)
    whole_ms = np.minimum(np.rint(ms + slowest_ms), LONGEST_EDGE_MS).astype(np.int32)
    whole_ms[_placed(np.concatenate(closed), edges)[0]] = NEVER
    return whole_ms


def edge_ms_at(network: RoadNetwork, layers: WeightLayers, now: datetime) -> NDArray[np.int32]:
    """
    Price all edges of a network at an instant.

    Parameters
    ----------
    network
        The roads.
    layers
        What is laid over them.
    now
        The instant, with offset.

    Returns
    -------
    edge_ms
        Whole milliseconds, int32[n_edges]; `NEVER` where closed.
    """
    footprints = Footprints(network)
    return price_edges(layers, footprints, state_at(layers, footprints, now))


def touched_edges(
    layers: WeightLayers, footprints: Footprints, before: WeightState, after: WeightState
) -> NDArray[np.int32] | None:
    """
    List the edges whose layers differ between two states.

    Parameters
    ----------
    layers
        Where the closures of both are found.
    footprints
        Of the roads.
    before, after
        The states.

    Returns
    -------
    edges
        Ascending, int32[n]; None for all, because the hour or the measurements differ or a
        closure is gone.
    """
    if replace(before, closures=()) != replace(after, closures=()):
        return None
    closures = set(before.closures) ^ set(after.closures)
    extents = {one.id: one.extent for one in layers.closures if one.id in closures}
    if len(extents) < len(closures):
        return None
    parts = [footprints.of(extent).edges for extent in extents.values()]
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int32), *parts]))


def _placed(
    found: NDArray[np.int32], edges: NDArray[np.int32] | None
) -> tuple[NDArray[np.integer], NDArray[np.integer] | slice]:
    """Where the edges that were found stand among some edges, and which of them do."""
    if edges is None:
        return found, slice(None)
    place = np.searchsorted(edges, found)
    part = np.flatnonzero(np.append(edges, -1)[place] == found)
    return place[part], part
