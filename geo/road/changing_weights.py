"""Changing weights: keeps an engine's weights those of the present, without rebuilding it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from geo.road.closed_street import closed_streets
from geo.road.footprint import Footprints
from geo.road.layered_weights import (
    WeightLayers,
    WeightState,
    next_change,
    price_edges,
    state_at,
    touched_edges,
)
from geo.road.metric import Metric, RoadGraph, reweigh, weigh
from geo.road.travel_time import NetworkTravelTimes

CELL_STATES = 32
"""States next to each other in the elimination order, which mostly are neighbours on the ground."""

WHOLE_FROM_SHARE = 0.15
"""When this share of all cells or more has changed, weighing everything is cheaper than repair."""

Numbering = Callable[[WeightState], int]
"""Numbers the states of weights: a rising number for each new one, the same for an equal one."""


class CountedStates:
    """Numbers states of weights in the order in which they are first seen."""

    def __init__(self) -> None:
        self._number: dict[WeightState, int] = {}
        self._lock = Lock()

    def __call__(self, state: WeightState) -> int:
        """
        Number a state.

        Parameters
        ----------
        state
            What makes the weights.

        Returns
        -------
        sequence
            From 1; the same for an equal state.
        """
        with self._lock:
            return self._number.setdefault(state, len(self._number) + 1)


class ChangingWeights:
    """
    Puts the weights of the present in force on an engine.

    Parameters
    ----------
    times
        The engine; questions go on against the weights that they began with.
    layers
        What is laid over its base weights.
    number
        Numbers the states; counts them from 1 unless a store keeps the numbers.

    Notes
    -----
    Nothing is built when nothing changes, and nothing even looked at before the next instant at
    which anything begins or ends.  When closures come or go, only the edges that they touch are
    priced; when the hour turns or measurements come or go, all are.  Those that differ are
    repaired in the hierarchy, unless they are many: then all is weighed anew.  What repair costs
    depends less on how many edges differ than on how far they are scattered: 5,000 together cost
    a tenth of weighing all, 5,000 at random twice as much.  So `spread` counts cells; repair
    costs about six times the share of all cells that hold a change (New York: between five and
    seven from 100 edges to 150,000, scattered or not; fifteen along one straight line), hence
    `WHOLE_FROM_SHARE`.
    New weights are built aside and swapped whole.  Writers take turns; readers never wait.

    A version is the version of the network, and after a plus sign the number of the state;
    without one, nothing is laid over the base.
    """

    def __init__(
        self,
        times: NetworkTravelTimes,
        layers: WeightLayers | None = None,
        *,
        number: Numbering | None = None,
    ) -> None:
        self.times = times
        self._layers = layers or WeightLayers()
        self._number = number or CountedStates()
        self._footprints = Footprints(times.network, lambda: times.snapper)
        self._state = WeightState(times.network.version)
        self._state_layers = self._layers
        self._quiet: tuple[datetime, datetime | None] | None = None
        self._lock = Lock()

    @property
    def state(self) -> WeightState:
        """What is in force."""
        return self._state

    @property
    def footprints(self) -> Footprints:
        """Which edges the layers touch."""
        return self._footprints

    def apply(self, now: datetime, *, layers: WeightLayers | None = None) -> bool:
        """
        Put in force what holds now.

        Parameters
        ----------
        now
            The present, with offset.
        layers
            Other layers from now on; those before by default.

        Returns
        -------
        changed
            Whether the version is another: any edge takes another time than before, or
            nothing is laid over the base any more.
        """
        with self._lock:
            layers = layers or self._layers
            if layers is self._layers and self._is_quiet(now):
                return False
            self._quiet, self._layers = None, layers
            self._footprints.hold(closure.extent for closure in layers.closures)
            state = state_at(layers, self._footprints, now)
            changed = state != self._state and self._change(state)
            self._state, self._state_layers = state, layers
            self._quiet = now, next_change(layers, self._footprints, now)
            return changed

    def rebuild(self, state: WeightState, version: str) -> Metric:
        """
        Build the weights of a state again, such as that of an earlier answer.

        Parameters
        ----------
        state
            Which layers were in force; they are still among the layers.
        version
            Its name.

        Returns
        -------
        metric
            Not in force; see `NetworkTravelTimes.under`.
        """
        edge_ms = price_edges(self._layers, self._footprints, state)
        return self._on_foot(weigh(self.times.roads, edge_ms, version=version))

    def _is_quiet(self, now: datetime) -> bool:
        """Whether nothing has begun or ended since all was last looked at."""
        if self._quiet is None:
            return False
        since, until = self._quiet
        return since <= now and (until is None or now < until)

    def _change(self, state: WeightState) -> bool:
        """Build and swap the weights of a new state, if they differ or lose their number."""
        old = self.times.metric
        either = _either(self._state_layers, self._layers)
        edges = touched_edges(either, self._footprints, self._state, state)
        edge_ms = price_edges(self._layers, self._footprints, state, edges)
        differs = edge_ms != (old.edge_ms if edges is None else old.edge_ms[edges])
        if not differs.any():
            bare = state.is_base and old.version != state.network
            if bare:
                self.times.swap(replace(old, version=state.network))
            return bare
        changed = np.flatnonzero(differs) if edges is None else edges[differs]
        self.times.swap(self._built(old, changed, edge_ms[differs], self._version(state)))
        return True

    def _built(
        self,
        old: Metric,
        edges: NDArray[np.integer],
        edge_ms: NDArray[np.int32],
        version: str,
    ) -> Metric:
        """Repair a few edges, or weigh all."""
        roads = self.times.roads
        if spread(roads, edges) < WHOLE_FROM_SHARE:
            return self._on_foot(reweigh(roads, old, edges, edge_ms, version=version))
        whole_ms = old.edge_ms.copy()
        whole_ms[edges] = edge_ms
        return self._on_foot(weigh(roads, whole_ms, version=version))

    def _on_foot(self, metric: Metric) -> Metric:
        """Let places on closed streets be reached on foot."""
        return replace(metric, closed=closed_streets(self.times.network, metric.edge_ms))

    def _version(self, state: WeightState) -> str:
        """Name the weights of a state."""
        return state.network if state.is_base else f"{state.network}+{self._number(state)}"


def spread(roads: RoadGraph, edges: NDArray[np.integer]) -> float:
    """
    Tell how far edges are scattered over a network.

    Parameters
    ----------
    roads
        The roads.
    edges
        Edge ids, int[n].

    Returns
    -------
    share
        Of all cells of `CELL_STATES` states, the share that one of the edges leaves from.
    """
    cell = roads.hierarchy.rank[roads.network.edge_tail[edges]] // CELL_STATES
    held = np.zeros(-(-roads.graph.n_states // CELL_STATES), dtype=np.bool_)
    held[cell] = True
    return float(held.mean())


def _either(known: WeightLayers, fresh: WeightLayers) -> WeightLayers:
    """Layers of two sets, so that closures which went are found, too."""
    if known is fresh:
        return fresh
    closures = {one.id: one for one in (*known.closures, *fresh.closures)}
    return replace(fresh, closures=tuple(closures.values()))
