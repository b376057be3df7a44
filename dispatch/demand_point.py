"""
Points of demand: where a city has to expect incidents, and how many.

A point is a place inside each unit grid.  It weighs what is stated of places in the grid, if the
city has a layer of demand, and then is the one of those that is nearest to their centre of
gravity.  Otherwise it weighs as many people as live there; where the city does not know that of
every grid, each grid weighs the same.  A city without unit grids has one point for each zone.
Rates of incidents are not known here, so one incident an hour in the whole city is spread by
weight: an hour's incidents then are shares of demand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.coverage import Demand
from dispatch.destination import join_places
from dispatch.place_entry import StatedDemand
from geo.remark import Remark
from geo.road.frozen import freeze
from geo.road.road_class import Mode
from geo.road.snap import Joins
from geo.zone import ARRIVAL_TARGET_S, UnitGrid, Zone

BY_DEMAND = Remark(
    "stated_demand", "按需求点图层加权。", "Weighted by the published points of demand."
)
BY_PEOPLE = Remark("people", "按单元网格人口加权。", "Weighted by the people of each unit grid.")
BY_GRID = Remark("unit_grids", "每个单元网格权重相同。", "Each unit grid weighs the same.")
BY_ZONE = Remark(
    "zones",
    "无单元网格，每个责任区权重相同。",
    "There are no unit grids: each zone weighs the same.",
)


@dataclass(frozen=True, slots=True, eq=False)
class DemandPoints:
    """
    Points of demand of a city.

    Attributes
    ----------
    demand
        The points, their zones and weights.
    lon_lat
        Where they are, float64[n_points, 2].
    target_s
        Arrival target of each, float64[n_points].
    weighting
        What they are weighted by.
    """

    demand: Demand
    lon_lat: NDArray[np.float64]
    target_s: NDArray[np.float64]
    weighting: Remark

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Ground(DemandPoints):
    """
    Points of demand of a city, joined to its roads.

    Attributes
    ----------
    demand, lon_lat, target_s, weighting
        As of `DemandPoints`.
    joins
        The points on the roads of each mode.
    """

    joins: Mapping[Mode, Joins]


def lay_out_demand(city: City) -> Ground:
    """
    Lay out the demand of a city.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    ground
        A point in each unit grid, or in each zone where there are no grids.
    """
    placed = points_of_demand(city.grids, city.zones, city.demand)
    joins = join_places(city, placed.lon_lat)
    return Ground(placed.demand, placed.lon_lat, placed.target_s, placed.weighting, joins)


def points_of_demand(
    grids: Sequence[UnitGrid], zones: Sequence[Zone], stated: Sequence[StatedDemand]
) -> DemandPoints:
    """
    Find the points of demand of a city, whatever its roads are.

    Parameters
    ----------
    grids, zones
        Its unit grids and zones.
    stated
        Places at which demand is stated, if there are any.

    Returns
    -------
    points
        One in each unit grid, or in each zone where there are no grids.
    """
    parts: list[UnitGrid | Zone] = sorted(grids or zones, key=lambda part: part.code)
    zone_of = [part.zone if isinstance(part, UnitGrid) else part.code for part in parts]
    zone_codes = tuple(sorted(zone.code for zone in zones))
    row_of = {code: row for row, code in enumerate(zone_codes)}
    target_of = {zone.code: zone.arrival_target_s for zone in zones}
    shapes = np.array([part.polygon for part in parts], dtype=object)
    lon_lat = shapely.get_coordinates(shapely.point_on_surface(shapes)).reshape(-1, 2)
    weight, weighting = _weights(parts)
    if stated:
        weight, weighting = _stated(stated, shapes, lon_lat), BY_DEMAND
    return DemandPoints(
        demand=Demand(
            points=tuple(part.code for part in parts),
            zones=zone_codes,
            zone=np.array([row_of.get(code or "", -1) for code in zone_of], dtype=np.int64),
            weight=weight,
            incidents_per_h=weight / (weight.sum() or 1.0),
        ),
        lon_lat=lon_lat,
        target_s=np.array(
            [target_of.get(code or "", ARRIVAL_TARGET_S) for code in zone_of], dtype=np.float64
        ),
        weighting=weighting,
    )


def cell_of(demand: Sequence[StatedDemand], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """
    Find where stated demand lies.

    Parameters
    ----------
    demand
        Places.
    shapes
        Polygons of unit grids or zones, WGS-84, object[n].

    Returns
    -------
    cell
        Position of the polygon that each lies in, the first where borders meet, int64[n]; -1 in
        none.
    """
    places = shapely.points(np.array([one.lon_lat for one in demand]).reshape(-1, 2))
    found = np.full(len(demand), -1, dtype=np.int64)
    place, cell = shapely.STRtree(shapes).query(places, predicate="intersects")
    order = np.lexsort((-cell, place))  # the first is written last
    found[place[order]] = cell[order]
    return found


def _stated(
    demand: Sequence[StatedDemand], shapes: NDArray[np.object_], lon_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weigh each part by what is stated in it, and move its point to where that is."""
    ordered = sorted(demand, key=lambda one: one.id)
    cell = cell_of(ordered, shapes)
    inside, weight = cell >= 0, np.array([one.weight for one in ordered])
    of, there = cell[inside], np.array([one.lon_lat for one in ordered])[inside]
    total = np.bincount(of, weight[inside], len(shapes)).astype(np.float64)
    moments = [np.bincount(of, weight[inside] * axis, len(shapes)) for axis in there.T]
    middle = np.stack(moments, axis=1) / np.maximum(total, np.finfo(float).tiny)[:, np.newaxis]
    apart = np.hypot(*(there - middle[of]).T)  # degrees: this only picks one of a grid's places
    nearest = np.lexsort((apart, of))
    first = nearest[np.unique(of[nearest], return_index=True)[1]]
    first = first[total[of[first]] > 0]
    lon_lat[of[first]] = there[first]
    return total


def _weights(parts: list[UnitGrid | Zone]) -> tuple[NDArray[np.float64], Remark]:
    """What each point weighs, and by what that is."""
    people = [part.population for part in parts if isinstance(part, UnitGrid)]
    known = [count for count in people if count is not None]
    if people and len(known) == len(people) and sum(known) > 0:
        return np.array(known, dtype=np.float64), BY_PEOPLE
    return np.ones(len(parts)), BY_GRID if people else BY_ZONE
