"""Building a world: a city, its duty and roads, a calibrated stream of reports, and a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import MODES
from dispatch.city import City
from dispatch.duty import DutyBook
from dispatch.planning.plan_setting import PlanSetting, SettingChoice, kept_table
from dispatch.planning.road_week import monday
from dispatch.planning.season_fit import seasons_of
from dispatch.planning.simulation.force import base_places, grids_of_bases, muster_crews
from dispatch.planning.simulation.reports import reports_of, simulated_days
from dispatch.planning.simulation.verdicts import tabulate_verdicts
from dispatch.planning.simulation.world import (
    NOBODY,
    UNREACHABLE_S,
    Roads,
    Rules,
    World,
    Zoning,
)
from dispatch.planning.travel_table import Sites
from dispatch.planning.zone_plan import ZonePlan
from dispatch.policy import Policy
from geo.errors import BadValue
from geo.road.layered_weights import WeightState
from geo.road.week import HOURS_OF_WEEK
from geo.zone import ARRIVAL_TARGET_S

Told = Callable[[float], None]
"""Called with the share that is done, 0…1."""


@dataclass(frozen=True, slots=True, eq=False)
class CityInput:
    """
    What a city brings to a simulation.

    Attributes
    ----------
    setting
        The city with its grids, roads, demand and past incidents.
    book
        Rosters, calendars and rest rules.
    choice
        Instant as of which lists, cards and rosters are read; where travel tables are kept; and
        who is told how far they are.
    """

    setting: PlanSetting
    book: DutyBook
    choice: SettingChoice


def build_world(
    given: CityInput,
    policy: Policy,
    *,
    years: int = 1,
    rules: Rules | None = None,
    told: Told | None = None,
) -> World:
    """
    Build the world of the published plan.

    Parameters
    ----------
    given
        The city with its roads and rosters.
    policy
        What ranks crews.
    years
        How many years of 52 weeks are simulated; the first day is the Monday of the week as of
        which the city is read; months and special days go by past incidents, see
        `dispatch.planning.season_fit`.
    rules
        How dispatch goes on; by default as `Rules` says.
    told
        Told how far the tabulation of verdicts is.

    Returns
    -------
    world
        For `dispatch.planning.simulation.loop.simulate`; another plan on it is `World.under`
        with `zoning_of`.
    """
    setting, now = given.setting, given.choice.at
    city, graph = setting.city, setting.graph
    first, special = monday(now).date(), given.book.special_days
    seasons = seasons_of(setting.history, {one.date: one.working for one in special})
    days = simulated_days(first, years, special if seasons.moved else ())
    reports = seasons.over(reports_of(city, setting.demand, setting.history, days=days), first)
    verdicts = tabulate_verdicts(city, reports.types, graph.lon_lat, now=now, told=told)
    base_grid = grids_of_bases(city, graph.codes, graph.lon_lat)
    return World(
        grids=graph.codes,
        reports=reports,
        roads=build_roads(given),
        crews=muster_crews(city, verdicts.needs, base_grid, now=now, book=given.book),
        cases=verdicts.cases,
        zoning=zoning_of(city, setting.published),
        policy=policy,
        rules=rules or Rules(),
    )


def build_roads(given: CityInput) -> Roads:
    """
    Ask the roads for all times between unit grids and from bases.

    Parameters
    ----------
    given
        The city with its roads.

    Returns
    -------
    roads
        One table for each mode and each set of weights of its roads.

    Raises
    ------
    BadValue
        The city has no crews.
    """
    setting = given.setting
    city, graph, week = setting.city, setting.graph, setting.week
    bases = base_places(city, graph.lon_lat)
    n_grids = len(graph.codes)
    tables: list[NDArray[np.uint16]] = []
    table_of = np.zeros((len(MODES), HOURS_OF_WEEK), dtype=np.int32)
    for mode in (mode for mode in MODES if mode in city.roster.mode_rows):
        of_mode = np.flatnonzero(city.crew_modes == MODES.index(mode))
        places = np.concatenate([graph.lon_lat, bases[of_mode]])
        codes = (*graph.codes, *(f"base {row}" for row in of_mode.tolist()))
        sites = Sites(codes, (mode,) * len(codes), places)
        asked = kept_table(city, week, sites, graph, given.choice).travel_s
        states = week.states[mode]
        number: dict[WeightState, int] = {}
        for period, state in enumerate(states):
            if state not in number:
                number[state] = len(tables)
                table = np.full((n_grids, n_grids + len(bases)), UNREACHABLE_S, dtype=np.uint16)
                table[:, :n_grids] = asked[period, :n_grids].T
                table[:, n_grids + of_mode] = asked[period, n_grids:].T
                tables.append(table)
        of_period = np.array([number[state] for state in states], dtype=np.int32)
        table_of[MODES.index(mode)] = of_period[week.period_of]
    if not tables:
        raise BadValue(f"{city.name_en} has no crews that travel; load units and officers.")
    return Roads(np.stack(tables), table_of, city.arrival_model)


def zoning_of(city: City, plan: ZonePlan) -> Zoning:
    """
    Read a plan as the loop does.

    Parameters
    ----------
    city
        The city, whose zones name their brigades and targets.
    plan
        The plan; a zone that the city does not know has no brigade, and the usual target.

    Returns
    -------
    zoning
        In the order of the plan.
    """
    zones = {zone.code: zone for zone in city.zones}
    row_of = {code: row for row, code in enumerate(city.roster.brigades)}
    known = [zones.get(code) for code in plan.zones]
    return Zoning(
        zones=plan.zones,
        zone_of=plan.zone_of,
        brigade_of=np.array(
            [row_of.get(zone.brigade or "", NOBODY) if zone else NOBODY for zone in known],
            dtype=np.int32,
        ),
        target_s=np.array(
            [zone.arrival_target_s if zone else ARRIVAL_TARGET_S for zone in known],
            dtype=np.int32,
        ),
    )
