"""Figures of a proposal, and the price of each boundary: minutes a year per grid moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.rezoning_city import CityLoads
from dispatch.planning.rezoning_kernel import stays_whole
from dispatch.planning.rezoning_problem import RezoningProblem, stock_of
from dispatch.planning.zone_plan import NO_ZONE


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """
    What a proposal does.

    Attributes
    ----------
    cost_min
        Minutes a year: travel and everything that is weighed against it.
    travel_min
        Minutes of travel a year.
    mean_travel_min
        Of an incident.
    max_deviation
        Largest deviation of a zone's officer-hours from the mean, as a share of it.
    moved_grids, moved_incidents
        Shares in other zones than today.
    grids_moved
        How many unit grids that are.
    border_km
        Border between zones.
    split_townships
        Townships that lie in two zones or more.
    """

    cost_min: float
    travel_min: float
    mean_travel_min: float
    max_deviation: float
    moved_grids: float
    moved_incidents: float
    grids_moved: int
    border_km: float
    split_townships: int

    def merits(self) -> tuple[float, ...]:
        """
        List what proposals are compared by.

        Returns
        -------
        merits
            The less, the better each.
        """
        return (
            self.travel_min,
            self.max_deviation,
            self.moved_grids,
            self.border_km,
            float(self.split_townships),
        )


@dataclass(frozen=True, slots=True)
class BoundaryPrice:
    """
    What it costs to move the boundary of two zones by one grid.

    Attributes
    ----------
    gives, takes
        Codes of the zones: a grid goes from the first to the second.
    grids
        Grids at the boundary that could go without tearing the first zone.
    mean_min
        Minutes of travel a year that a grid of them adds in the mean; less than 0 is saved.
    best_grid, best_min
        The grid that adds the least or saves the most, and how much.
    best_officer_h
        Officer-hours a year that it takes along.
    """

    gives: str
    takes: str
    grids: int
    mean_min: float
    best_grid: str
    best_min: float
    best_officer_h: float


def figures_of(
    loads: CityLoads, problem: RezoningProblem, zone_of: NDArray[np.int32]
) -> OptionFigures:
    """
    Add up what a proposal does.

    Parameters
    ----------
    loads
        Of the city.
    problem
        Over all of its grids.
    zone_of
        The proposal, int32[n].

    Returns
    -------
    figures
        Beside those of today.
    """
    stock = stock_of(problem, zone_of)
    graph, today, grid = loads.graph, loads.today.zone_of, np.arange(len(zone_of))
    moved = (zone_of != today) & (today != NO_ZONE)
    travel_min = float(loads.travel_min[zone_of, grid].sum())
    incidents = float(loads.incidents.sum())
    source = graph.source
    crosses = (zone_of[source] != zone_of[graph.neighbour]) & (source < graph.neighbour)
    pairs = np.unique(np.stack([graph.township, zone_of], axis=1)[graph.township >= 0], axis=0)
    split = int((np.bincount(pairs[:, 0]) > 1).sum()) if len(pairs) else 0
    return OptionFigures(
        cost_min=stock.cost,
        travel_min=travel_min,
        mean_travel_min=travel_min / incidents if incidents > 0 else 0.0,
        max_deviation=stock.deviation,
        moved_grids=float(moved.mean()),
        moved_incidents=float(loads.incidents[moved].sum()) / incidents if incidents > 0 else 0.0,
        grids_moved=int(moved.sum()),
        border_km=float(graph.border_m[crosses].sum()) / 1000.0,
        split_townships=split,
    )


def boundary_prices(
    loads: CityLoads, problem: RezoningProblem, zone_of: NDArray[np.int32]
) -> tuple[BoundaryPrice, ...]:
    """
    Price every boundary, in both directions.

    Parameters
    ----------
    loads
        Of the city.
    problem
        Over all of its grids; locked grids stay.
    zone_of
        A plan, int32[n].

    Returns
    -------
    prices
        For each pair of neighbouring zones between which a grid could go, by their codes.
    """
    zones = loads.today.zones
    may = _movable(problem, zone_of)
    found: dict[tuple[int, int], list[int]] = {}
    for grid in np.flatnonzero(may).tolist():
        around = problem.neighbour[problem.first[grid] : problem.first[grid + 1]]
        for takes in sorted({int(zone) for zone in zone_of[around]} - {int(zone_of[grid])}):
            if problem.allowed[takes, grid]:
                found.setdefault((int(zone_of[grid]), takes), []).append(grid)
    prices = []
    for (gives, takes), grids in sorted(found.items()):
        added = loads.travel_min[takes, grids] - loads.travel_min[gives, grids]
        best = int(np.argmin(added))
        prices.append(
            BoundaryPrice(
                gives=zones[gives],
                takes=zones[takes],
                grids=len(grids),
                mean_min=float(added.mean()),
                best_grid=problem.names[grids[best]],
                best_min=float(added[best]),
                best_officer_h=float(loads.officer_h[takes, grids[best]]),
            )
        )
    return tuple(prices)


def _movable(problem: RezoningProblem, zone_of: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Grids at a boundary without which their zone hangs together as before, bool[n]."""
    at_border = np.zeros(len(zone_of), dtype=np.bool_)
    at_border[problem.tail[zone_of[problem.tail] != zone_of[problem.neighbour]]] = True
    n = len(zone_of)
    plan = np.array(zone_of, dtype=np.int32)
    seen, queue = np.zeros(n, dtype=np.int64), np.empty(n, dtype=np.int32)
    for stamp, grid in enumerate(np.flatnonzero(at_border).tolist(), start=1):
        at_border[grid] = stays_whole(
            grid, problem.first, problem.neighbour, plan, seen, stamp, queue
        )
    return at_border
