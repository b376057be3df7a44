"""Plan shape: how compact zones are, in how many pieces, and which townships they divide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from dispatch.planning.grid_graph import GridGraph
from dispatch.planning.zone_plan import ZonePlan
from geo.road.frozen import freeze


@dataclass(frozen=True, slots=True, eq=False)
class PlanShape:
    """
    The shape of the zones of a plan, in their order.

    Attributes
    ----------
    grids
        Unit grids of each, int64[n_zones].
    area_m2
        Square metres, float64[n_zones].
    perimeter_m
        Length of its outline, holes too, float64[n_zones].
    compactness
        Polsby and Popper's 4π · area / perimeter², float64[n_zones]: 1 of a circle, 0.79 of a
        square; NaN of a zone without a grid.
    pieces
        Connected parts, int64[n_zones]: 1 as it should be, 0 without a grid.
    border_m
        Length of all borders between two zones.
    divided
        Codes of the townships that lie in two or more zones, or in one in part only.

    References
    ----------
    Polsby, Popper (1991), The third criterion: compactness as a procedural safeguard against
    partisan gerrymandering.
    """

    grids: NDArray[np.int64]
    area_m2: NDArray[np.float64]
    perimeter_m: NDArray[np.float64]
    compactness: NDArray[np.float64]
    pieces: NDArray[np.int64]
    border_m: float
    divided: tuple[str, ...]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def in_one_piece(self) -> bool:
        """Whether every zone that has a grid is connected."""
        return bool((self.pieces <= 1).all())


def plan_shape(graph: GridGraph, outline_m: NDArray[np.float64], plan: ZonePlan) -> PlanShape:
    """
    Measure the shape of a plan.

    Parameters
    ----------
    graph
        Unit grids and their neighbours.
    outline_m
        Length of the outline of each grid, float64[n].
    plan
        The plan.

    Returns
    -------
    shape
        A zone's outline is that of its grids without the borders between them, each of which
        two grids count.
    """
    n_zones, zone_of = len(plan.zones), plan.zone_of
    inside = zone_of >= 0
    own, of_source = zone_of[inside], zone_of[graph.source]
    of_neighbour = zone_of[graph.neighbour]
    within = (of_source == of_neighbour) & (of_source >= 0)
    between = (of_source != of_neighbour) & (of_source >= 0) & (of_neighbour >= 0)
    area_m2 = _summed(own, graph.area_m2[inside], n_zones)
    inner_m = _summed(of_source[within], graph.border_m[within], n_zones)
    perimeter_m = _summed(own, outline_m[inside], n_zones) - inner_m
    round_m2 = np.where(perimeter_m > 0, perimeter_m, np.nan) ** 2
    return PlanShape(
        grids=np.bincount(own, minlength=n_zones).astype(np.int64),
        area_m2=area_m2,
        perimeter_m=perimeter_m,
        compactness=4 * np.pi * area_m2 / round_m2,
        pieces=_pieces(graph, zone_of, within, n_zones),
        border_m=float(graph.border_m[between].sum() / 2),
        divided=_divided(graph, zone_of),
    )


def _summed(
    zone: NDArray[np.int32], value: NDArray[np.float64], n_zones: int
) -> NDArray[np.float64]:
    """Sum of values by zone, float64[n_zones]."""
    return np.bincount(zone, value, minlength=n_zones).astype(np.float64)


def _pieces(
    graph: GridGraph, zone_of: NDArray[np.int32], within: NDArray[np.bool_], n_zones: int
) -> NDArray[np.int64]:
    """Connected parts of each zone, int64[n_zones]."""
    n_grids = len(graph)
    ends = graph.source[within], graph.neighbour[within]
    inner = csr_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(n_grids, n_grids))
    _, label = connected_components(inner, directed=False)
    _, first = np.unique(label, return_index=True)
    zone = zone_of[first]
    return np.bincount(zone[zone >= 0], minlength=n_zones).astype(np.int64)


def _divided(graph: GridGraph, zone_of: NDArray[np.int32]) -> tuple[str, ...]:
    """Townships that are not wholly in one zone."""
    known = graph.township >= 0
    pairs = np.unique(np.stack([graph.township[known], zone_of[known]]), axis=1)
    zones = np.bincount(pairs[0], minlength=len(graph.townships))
    return tuple(graph.townships[at] for at in np.flatnonzero(zones > 1).tolist())
