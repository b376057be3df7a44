"""Township split: which townships a plan divides between zones, and by how long a border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dispatch.planning.grid_graph import NO_TOWNSHIP, GridGraph
from dispatch.planning.zone_plan import NO_ZONE, ZonePlan


@dataclass(frozen=True, slots=True)
class TownshipPart:
    """
    What a zone has of a township.

    Attributes
    ----------
    zone
        Code of the zone; None for grids in no zone.
    grids
        Unit grids.
    area_m2
        Square metres.
    share
        Share of the township's ground.
    """

    zone: str | None
    grids: int
    area_m2: float
    share: float


@dataclass(frozen=True, slots=True)
class TownshipSplit:
    """
    A township in more than one zone.

    Attributes
    ----------
    township
        Its code.
    parts
        By zone, the largest first.
    border_m
        Metres of border between zones inside the township.
    """

    township: str
    parts: tuple[TownshipPart, ...]
    border_m: float


def township_splits(graph: GridGraph, plan: ZonePlan) -> tuple[TownshipSplit, ...]:
    """
    Find the townships that a plan divides.

    Parameters
    ----------
    graph
        Unit grids and the townships in which they lie.
    plan
        The plan.

    Returns
    -------
    splits
        By code of the township; those in one zone are left out.
    """
    zones = len(plan.zones) + 1
    known = graph.township != NO_TOWNSHIP
    key = graph.township[known].astype(np.int64) * zones + plan.zone_of[known] + 1
    size = len(graph.townships) * zones
    grids = np.bincount(key, minlength=size).reshape(-1, zones)
    area_m2 = np.bincount(key, graph.area_m2[known], minlength=size).reshape(-1, zones)
    border_m = _borders_m(graph, plan)
    return tuple(
        TownshipSplit(
            graph.townships[at], _parts(plan, grids[at], area_m2[at]), float(border_m[at])
        )
        for at in np.flatnonzero((grids > 0).sum(axis=1) > 1).tolist()
    )


def border_in_townships_m(graph: GridGraph, plan: ZonePlan) -> float:
    """
    Measure the borders of zones that run through townships.

    Parameters
    ----------
    graph
        Unit grids and the townships in which they lie.
    plan
        The plan.

    Returns
    -------
    border_m
        Metres, each border once.
    """
    return float(_borders_m(graph, plan).sum())


def _borders_m(graph: GridGraph, plan: ZonePlan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Metres of border between zones inside each township."""
    inside = graph.township[graph.source] == graph.township[graph.neighbour]
    inside &= graph.township[graph.source] != NO_TOWNSHIP
    inside &= plan.zone_of[graph.source] != plan.zone_of[graph.neighbour]
    township = graph.township[graph.source[inside]]
    twice = np.bincount(township, graph.border_m[inside], minlength=len(graph.townships))
    return twice.astype(np.float64) / 2


def _parts(
    plan: ZonePlan,
    grids: np.ndarray[tuple[int], np.dtype[np.int64]],
    area_m2: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> tuple[TownshipPart, ...]:
    """What each zone has of one township."""
    order = np.lexsort([np.arange(len(grids)), -area_m2])
    return tuple(
        TownshipPart(
            plan.zones[at - 1] if at - 1 != NO_ZONE else None,
            int(grids[at]),
            float(area_m2[at]),
            float(area_m2[at] / area_m2.sum()),
        )
        for at in order.tolist()
        if grids[at]
    )
