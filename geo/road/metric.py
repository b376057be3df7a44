"""Metric: one version of all weights of a graph, immutable and swapped whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.road.closed_street import ClosedStreets
from geo.road.customise import NEVER, SlotWeights, customise
from geo.road.frozen import freeze
from geo.road.hierarchy import Hierarchy
from geo.road.network import RoadNetwork
from geo.road.repair import recustomise
from geo.road.turn_graph import TurnGraph


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """
    Roads made ready for search: what weights never change.

    Attributes
    ----------
    network
        The roads.
    graph
        States and arcs that obey its turn rules.
    hierarchy
        Order and topology over those states.
    """

    network: RoadNetwork
    graph: TurnGraph
    hierarchy: Hierarchy


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """
    Weights of one version; every answer comes from one metric and names it.

    Attributes
    ----------
    version
        Its name.
    edge_ms
        Milliseconds of every edge, int32[n_edges]; `NEVER` where it is closed.
    onward_ms, back_ms
        Milliseconds of the arcs along and against travel, int32[n_arcs].
    slots
        Weights of the hierarchy.
    closed
        Closed streets whose places are reached on foot; None where none are, or where they
        are not reached at all.
    """

    version: str
    edge_ms: NDArray[np.int32]
    onward_ms: NDArray[np.int32]
    back_ms: NDArray[np.int32]
    slots: SlotWeights
    closed: ClosedStreets | None = None

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        freeze(self)


def weigh(roads: RoadGraph, edge_ms: NDArray[np.integer], *, version: str) -> Metric:
    """
    Price all arcs and slots.

    Parameters
    ----------
    roads
        What is searched.
    edge_ms
        Milliseconds of every edge, int[n_edges]; `NEVER` or more closes it.
    version
        Name of the weights.

    Returns
    -------
    metric
        Ready for queries.
    """
    capped = np.minimum(edge_ms, NEVER).astype(np.int32)
    onward_ms = _priced(roads.graph.onward.price(capped))
    back_ms = np.empty_like(onward_ms)
    back_ms[roads.graph.back_row] = onward_ms
    return Metric(version, capped, onward_ms, back_ms, customise(roads.hierarchy, onward_ms))


def reweigh(
    roads: RoadGraph,
    old: Metric,
    edges: NDArray[np.integer],
    edge_ms: NDArray[np.integer],
    *,
    version: str,
) -> Metric:
    """
    Price anew only what a few changed edges reach.

    Parameters
    ----------
    roads
        What is searched.
    old
        Weights before the change; queries may go on against them.
    edges
        Edges that change, int[n].
    edge_ms
        Their milliseconds, int[n].
    version
        Name of the new weights.

    Returns
    -------
    metric
        Equal to that of `weigh`: like it without `closed`, which whoever closes streets adds.
    """
    capped = old.edge_ms.copy()
    capped[edges] = np.minimum(edge_ms, NEVER)
    onward, arc = roads.graph.onward, roads.graph.arcs_over(edges)
    onward_ms, back_ms = old.onward_ms.copy(), old.back_ms.copy()
    onward_ms[arc] = _priced(capped[onward.edge[arc]] + onward.extra_ms[arc])
    back_ms[roads.graph.back_row[arc]] = onward_ms[arc]
    slots = recustomise(roads.hierarchy, old.slots, onward_ms, arc)
    return Metric(version, capped, onward_ms, back_ms, slots)


def _priced(ms: NDArray[np.int64]) -> NDArray[np.int32]:
    """Cap at `NEVER`, so that sums in int32 cannot wrap."""
    return np.minimum(ms, NEVER).astype(np.int32)
