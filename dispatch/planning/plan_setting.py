"""Plan setting: everything of a city that a question of planning needs, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.planning.grid_graph import GridGraph, grid_graph, plane_of
from dispatch.planning.incident_history import IncidentHistory
from dispatch.planning.plan_demand import PlanDemand, plan_demand
from dispatch.planning.road_week import RoadWeek, road_week
from dispatch.planning.travel_table import (
    Sites,
    Told,
    TravelTable,
    table_digest,
    travel_table,
)
from dispatch.planning.travel_table_file import load_table, save_table
from dispatch.planning.zone_crews import ZoneCrews, zone_crews
from dispatch.planning.zone_plan import ZonePlan, published_plan
from dispatch.store.cities import read_city
from dispatch.store.duty import read_duty
from dispatch.store.engine import Store
from dispatch.store.weights import read_speed_layers
from geo.errors import BadValue, UnreadableFile
from geo.road.frozen import freeze
from geo.road.layered_weights import WeightLayers
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes
from geo.zone import ARRIVAL_TARGET_S


@dataclass(frozen=True, slots=True, eq=False)
class PlanSetting:
    """
    What a city has that every plan over it is judged by; rows are unit grids by code.

    Attributes
    ----------
    city
        The city under its published plan.
    graph
        Unit grids and their neighbours.
    published
        The plan in force.
    crews, sites
        Crews of grid brigades, and where they set out from.
    week
        The week on the roads; closures are not in it.
    travel
        Seconds from sites to unit grids.
    demand
        Expected incidents.
    target_s
        Arrival target of each published zone by its code; see `target_of`.
    population
        People who live in each grid, float64[n]; NaN where that is not known.
    outline_m
        Length of the outline of each grid, float64[n].
    history
        Past incidents, or None where the store keeps none.
    """

    city: City
    graph: GridGraph
    published: ZonePlan
    crews: ZoneCrews
    sites: Sites
    week: RoadWeek
    travel: TravelTable
    demand: PlanDemand
    target_s: Mapping[str, int]
    population: NDArray[np.float64]
    outline_m: NDArray[np.float64]
    history: IncidentHistory | None = None

    def __post_init__(self) -> None:
        """Make the arrays read-only; refuse parts that are of different grids."""
        freeze(self)
        object.__setattr__(self, "target_s", MappingProxyType(dict(self.target_s)))
        if not self.graph.codes == self.published.grids == self.demand.grids:
            raise BadValue("Graph, plan and demand of a setting must have the same unit grids.")

    def target_of(self, zone: str | None) -> int:
        """
        Tell the arrival target of a zone.

        Parameters
        ----------
        zone
            Its code, or None for grids in no zone.

        Returns
        -------
        target_s
            Seconds; the usual fifteen minutes of a zone that is not published yet.
        """
        return self.target_s.get(zone or "", ARRIVAL_TARGET_S)

    @property
    def engines(self) -> dict[Mode, NetworkTravelTimes]:
        """The road engine of each mode."""
        return road_engines(self.city)


@dataclass(frozen=True, slots=True)
class SettingChoice:
    """
    What may be chosen of a setting.

    Attributes
    ----------
    at
        An instant, with offset: measured speeds and rosters are those of its week.
    cache
        Folder in which travel tables are kept, or None.
    demand
        Demand that was stated, in the place of what history tells; or None.
    per_year
        Incidents a year in the whole city; None for as many as there were.
    told
        Told how far the travel table is.
    """

    at: datetime
    cache: Path | None = None
    demand: PlanDemand | None = None
    per_year: float | None = None
    told: Told | None = None


def read_plan_setting(
    store: Store,
    choice: SettingChoice,
    history: IncidentHistory | None = None,
    *,
    city: City | None = None,
) -> PlanSetting:
    """
    Read all that questions of planning need from a store.

    Parameters
    ----------
    store
        The store.
    choice
        What may be chosen.
    history
        Its past incidents, or None where it keeps none.
    city
        Its city, if that is read already.

    Returns
    -------
    setting
        Reading it a second time takes no travel times anew, as long as there is a cache.

    Raises
    ------
    UnreadableFile
        The store holds no city, or its roads are gone.
    BadValue
        It has no unit grids, no crews with a base, or nothing tells how many incidents there
        are.
    """
    city = city or read_city(store)
    with store.reading() as session:
        book, layers = read_duty(session, now=choice.at), read_speed_layers(session)
    crews, sites = zone_crews(city, book, at=choice.at)
    return plan_setting(city, layers, (crews, sites), choice, history)


def plan_setting(
    city: City,
    layers: WeightLayers,
    force: tuple[ZoneCrews, Sites],
    choice: SettingChoice,
    history: IncidentHistory | None = None,
) -> PlanSetting:
    """
    Draw up a setting of a city that is read already.

    Parameters
    ----------
    city
        The city.
    layers
        Hourly and measured speeds.
    force
        Crews, and the sites that they set out from.
    choice
        What may be chosen.
    history
        Past incidents, or None.

    Returns
    -------
    setting
        See `read_plan_setting`.

    Raises
    ------
    BadValue
        See `read_plan_setting`.
    """
    crews, sites = force
    if not crews.crews:
        raise BadValue(
            f"No crew of a grid brigade of {city.name_en} has a base on roads that it can use; "
            "load the layers units and bases first."
        )
    graph = grid_graph(city.grids, city.areas)
    week = road_week(road_engines(city), layers, at=choice.at)
    ordered = sorted(city.grids, key=lambda grid: grid.code)
    people = [np.nan if grid.population is None else grid.population for grid in ordered]
    return PlanSetting(
        city=city,
        graph=graph,
        published=published_plan(city, graph),
        crews=crews,
        sites=sites,
        week=week,
        travel=kept_table(city, week, sites, graph, choice),
        demand=choice.demand or plan_demand(city, history, per_year=choice.per_year),
        target_s={zone.code: zone.arrival_target_s for zone in city.zones},
        population=np.array(people, dtype=np.float64),
        outline_m=_outlines(np.array([grid.polygon for grid in ordered], dtype=object)),
        history=history,
    )


def kept_table(
    city: City, week: RoadWeek, sites: Sites, graph: GridGraph, choice: SettingChoice
) -> TravelTable:
    """
    Give a travel table to all unit grids, from the cache if it is there.

    Parameters
    ----------
    city
        The city.
    week
        Periods and weights.
    sites
        Where from.
    graph
        Unit grids.
    choice
        Cache, and who is told.

    Returns
    -------
    table
        A damaged one in the cache is made anew.
    """
    engines = road_engines(city)
    if choice.cache is None:
        return travel_table(engines, week, sites, graph.lon_lat, told=choice.told)
    folder = choice.cache / table_digest(week, sites, graph.lon_lat)
    try:
        return load_table(folder)
    except UnreadableFile:
        made = travel_table(engines, week, sites, graph.lon_lat, told=choice.told)
    save_table(made, folder)
    return made


def grid_table(setting: PlanSetting, mode: Mode, choice: SettingChoice) -> TravelTable:
    """
    Give the times from every unit grid to every other.

    Parameters
    ----------
    setting
        The setting.
    mode
        How one travels.
    choice
        Cache, and who is told.

    Returns
    -------
    table
        Sites are the unit grids; two bytes for each period and pair.
    """
    codes = setting.graph.codes
    sites = Sites(codes, (mode,) * len(codes), setting.graph.lon_lat)
    return kept_table(setting.city, setting.week, sites, setting.graph, choice)


def road_engines(city: City) -> dict[Mode, NetworkTravelTimes]:
    """
    List the engines of a city that know its roads.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    engines
        By mode; straight lines are left out.
    """
    return {
        mode: times
        for mode, times in sorted(city.travel_times.items())
        if isinstance(times, NetworkTravelTimes)
    }


def _outlines(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Length of the outline of each shape in metres, float64[n]."""
    outlines: NDArray[np.float64] = shapely.length(
        shapely.transform(shapes, plane_of(shapes).to_xy)
    )
    return outlines
