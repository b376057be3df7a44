"""
Potential coverage: which demand the grid crews of a city would reach in time from their bases.

There are three coverages, never to be mixed up.  This one asks only where bases, roads and demand
are: each crew of a grid brigade sets out from its base, complete and at once, by the travel
times of its roads.  Whom the city has free at some moment is `dispatch.city_coverage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.coverage import share_of
from dispatch.demand_point import DemandPoints
from dispatch.unit import Unit, UnitKind, commanding_brigade
from dispatch.whereabouts import NEVER_MS
from geo.remark import Remark
from geo.road.frozen import freeze
from geo.road.road_class import Mode
from geo.road.snap import FARTHEST_M, Joins
from geo.road.travel_time import NetworkTravelTimes, TravelTimes

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class BaseCoverage:
    """
    What a city would cover from its bases.

    Attributes
    ----------
    points
        The demand.
    travel_ms
        From the base that is first there, int64[n_points]; `NEVER_MS` where no road leads
        from any.
    crews
        Crews that a grid brigade commands.
    crews_counted
        Those among them that have a base, roads of their mode, and a road near the base.
    """

    points: DemandPoints
    travel_ms: NDArray[np.int64]
    crews: int
    crews_counted: int

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    @property
    def unreachable(self) -> NDArray[np.bool_]:
        """Points to which no road leads from any base, bool[n_points]."""
        nowhere: NDArray[np.bool_] = self.travel_ms == NEVER_MS
        return nowhere

    @property
    def in_time(self) -> NDArray[np.bool_]:
        """Points that are reached within their arrival target, bool[n_points]."""
        in_time: NDArray[np.bool_] = self.travel_ms <= np.floor(self.points.target_s * 1000)
        return in_time

    def share(self, of: NDArray[np.bool_]) -> float:
        """
        Say what share of the demand some points have.

        Parameters
        ----------
        of
            The points, bool[n_points].

        Returns
        -------
        share
            By weight; 1 where there is no weight.
        """
        return share_of(self.points.demand.weight, of)


def cover_from_bases(
    points: DemandPoints, units: Mapping[str, Unit], roads: Mapping[Mode, TravelTimes]
) -> BaseCoverage | Remark:
    """
    Tell what the grid crews of a city would cover from their bases.

    Parameters
    ----------
    points
        The demand.
    units
        Units by code; a crew without a base sets out from that of the unit above it.
    roads
        The engine of each mode, at the weights that are to count.

    Returns
    -------
    coverage
        Or, of a city that lacks what it takes, what that is.
    """
    if not points.demand.points:
        return NO_DEMAND
    crews = crews_of_grid_brigades(units)
    bases = _bases(crews, units)
    if not bases:
        return NO_BASES
    known = {mode: times for mode, times in roads.items() if isinstance(times, NetworkTravelTimes)}
    if known.keys().isdisjoint(bases):
        return NO_ROADS
    travel_ms, counted = np.full(len(points.lon_lat), NEVER_MS), 0
    for mode in sorted(known.keys() & bases.keys()):
        origins, _ = _joined(known[mode], bases[mode])
        places, rows = _joined(known[mode], points.lon_lat)
        counted += len(origins)
        served = known[mode].partition(origins).serve(places)
        own_ms = np.where(served.base >= 0, served.travel_time_ms, NEVER_MS)
        travel_ms[rows] = np.minimum(travel_ms[rows], own_ms)
    return BaseCoverage(points, travel_ms, len(crews), counted)


def base_modes(units: Mapping[str, Unit]) -> frozenset[Mode]:
    """
    Tell how the crews travel that potential coverage counts.

    Parameters
    ----------
    units
        Units by code.

    Returns
    -------
    modes
        Those whose roads it asks.
    """
    return frozenset(_bases(crews_of_grid_brigades(units), units))


def crews_of_grid_brigades(units: Mapping[str, Unit]) -> list[Unit]:
    """
    List the crews that a grid brigade commands: whatever happens, they secure it first.

    Parameters
    ----------
    units
        Units by code.

    Returns
    -------
    crews
        In the order of their codes.
    """
    crews = [unit for _, unit in sorted(units.items()) if unit.kind is UnitKind.CREW]
    brigades = [commanding_brigade(crew, units) for crew in crews]
    return [
        crew
        for crew, brigade in zip(crews, brigades, strict=True)
        if brigade is not None and units[brigade].kind is UnitKind.GRID_BRIGADE
    ]


def _bases(crews: list[Unit], units: Mapping[str, Unit]) -> dict[Mode, NDArray[np.float64]]:
    """Bases of crews by their mode, float64[n, 2], in the order of the crews."""
    of_mode: dict[Mode, list[LonLat]] = {}
    for crew in crews:
        base = base_of(crew, units)
        if base is not None and crew.mode is not None:
            of_mode.setdefault(crew.mode, []).append(base)
    return {mode: np.array(bases) for mode, bases in of_mode.items()}


def base_of(crew: Unit, units: Mapping[str, Unit]) -> LonLat | None:
    """
    Tell where a crew sets out from.

    Parameters
    ----------
    crew
        The crew.
    units
        Units by code.

    Returns
    -------
    lon_lat
        Its own base, or the nearest one up to its brigade; None where none of them has any.
    """
    above: Unit | None = crew
    while above is not None and above.lon_lat is None:
        # the brigade is above it, so this ends
        above = None if above.kind is UnitKind.GRID_BRIGADE else units.get(above.parent or "")
    return None if above is None else above.lon_lat


def _joined(
    engine: NetworkTravelTimes, lon_lat: NDArray[np.float64]
) -> tuple[Joins, NDArray[np.int64]]:
    """Places that are near a road, joined to it, and their rows."""
    joins = engine.snapper.join(lon_lat, farthest_m=np.inf)
    rows = np.flatnonzero(joins.distance_m <= FARTHEST_M)
    return joins.take(rows), rows


NO_DEMAND = Remark(
    "no_demand", "城市没有单元网格和责任区。", "The city has neither unit grids nor zones."
)
NO_BASES = Remark(
    "no_bases",
    "没有一个网格小组有驻地。",
    "No crew of a grid brigade has a base, nor has a unit above it.",
)
NO_ROADS = Remark(
    "no_roads",
    "网格小组出行方式的路网不存在或无法读取。",
    "There are no roads that can be read for any mode of the grid crews.",
)
