"""
Plan ground: what plans over a city are evaluated on, as arrays alone.

It knows no road engine and no store, so it can be sent to another process, whole or a few hours
of the week of it.  Hours in which roads and crews on duty are the same are one stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.grid_graph import GridGraph
from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.road_week import Period
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.zone import ARRIVAL_TARGET_S


@dataclass(frozen=True, slots=True, eq=False)
class PlanGround:
    """
    What plans are evaluated on.

    Zones stand for the crews that work for them.  The last row of every array by zone is that of
    no crews at all: of grids in no zone, and of zones that no brigade is responsible for.

    Attributes
    ----------
    graph
        Unit grids and their neighbours, n of them.
    zones
        Codes of the zones that crews work for.
    pool
        Which brigade works for each, int64[n_zones + 1]; zones of one brigade share its crews.
    target_s
        Arrival target of each, int64[n_zones + 1].
    targets
        Arrival targets of all zones of the city by code, those without crews too.
    hours
        Hours of the week, ascending, int64[n_hours]: all 168, or those of a part.
    stage_of
        Stage of each of them, int64[n_hours].
    periods
        Hours of the week in which roads take the same times.
    per_year
        Incidents a year, float64[n_hours, n].
    travel_s
        Seconds from the zone's base that is first there, uint16[n_stages, n_zones + 1, n];
        `UNREACHABLE_S` where no road leads.
    any_travel_s
        Seconds from the first of all bases, uint16[n_stages, n].
    crews_in_time
        Crews on duty who would be in time from their bases, int32[n_stages, n_zones + 1, n].
    crews
        Crews on duty, int64[n_stages, n_zones + 1].
    on_scene_s
        Seconds that a crew is at the scene, float64[n].
    crew_size
        Officers at a scene.
    population
        People, float64[n]; NaN where that is not known.
    outline_m
        Length of the outline, float64[n].
    """

    graph: GridGraph
    zones: tuple[str, ...]
    pool: NDArray[np.int64]
    target_s: NDArray[np.int64]
    targets: Mapping[str, int]
    hours: NDArray[np.int64]
    stage_of: NDArray[np.int64]
    periods: tuple[Period, ...]
    per_year: NDArray[np.float64]
    travel_s: NDArray[np.uint16]
    any_travel_s: NDArray[np.uint16]
    crews_in_time: NDArray[np.int32]
    crews: NDArray[np.int64]
    on_scene_s: NDArray[np.float64]
    crew_size: float
    population: NDArray[np.float64]
    outline_m: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)

    def part(self, hours: Sequence[int]) -> PlanGround:
        """
        Take some hours of the week.

        Parameters
        ----------
        hours
            Hours of the week, each once.

        Returns
        -------
        ground
            With the stages of those hours alone.

        Raises
        ------
        BadValue
            An hour is not in this ground.
        """
        rows = np.flatnonzero(np.isin(self.hours, hours))
        if len(rows) != len(set(hours)):
            raise BadValue("An hour was asked for that this part of the week does not have.")
        stages, stage_of = np.unique(self.stage_of[rows], return_inverse=True)
        return replace(
            self,
            hours=self.hours[rows],
            stage_of=stage_of.astype(np.int64),
            per_year=self.per_year[rows],
            travel_s=self.travel_s[stages],
            any_travel_s=self.any_travel_s[stages],
            crews_in_time=self.crews_in_time[stages],
            crews=self.crews[stages],
        )

    def rows_of(self, plan: ZonePlan) -> NDArray[np.int64]:
        """
        Find the crews of the zones of a plan.

        Parameters
        ----------
        plan
            A plan over the same grids.

        Returns
        -------
        rows
            Row of each of its zones here, int64[n_plan_zones + 1]; that of no crews for a zone
            that is new, and at the end for grids in no zone.

        Raises
        ------
        BadValue
            The plan is over other grids.
        """
        if plan.grids != self.graph.codes:
            raise BadValue("The plan is over other unit grids than those of the city.")
        nobody = len(self.zones)
        row_of = {code: row for row, code in enumerate(self.zones)}
        return np.array([*(row_of.get(code, nobody) for code in plan.zones), nobody])

    def targets_of(self, plan: ZonePlan) -> NDArray[np.int64]:
        """
        List the arrival targets of the zones of a plan.

        Parameters
        ----------
        plan
            A plan.

        Returns
        -------
        target_s
            Seconds, int64[n_plan_zones + 1]; the usual fifteen minutes for zones that are new,
            and at the end for grids in no zone.
        """
        given = [self.targets.get(code, ARRIVAL_TARGET_S) for code in plan.zones]
        return np.array([*given, ARRIVAL_TARGET_S], dtype=np.int64)


def plan_ground(setting: PlanSetting) -> PlanGround:
    """
    Lay out what plans over a city are evaluated on.

    Parameters
    ----------
    setting
        The city.

    Returns
    -------
    ground
        Of the whole week.
    """
    crews, table = setting.crews, setting.travel
    zones = tuple(sorted(zone for zone in crews.brigade_of if len(crews.of_zone(zone))))
    brigades = sorted({crews.brigade_of[zone] for zone in zones})
    target_s = np.array([*map(setting.target_of, zones), ARRIVAL_TARGET_S], dtype=np.int64)
    stages, stage_of = _stages(table.period_of, crews.on_duty)
    shape = (len(stages), len(zones) + 1, len(setting.graph))
    travel_s = np.full(shape, UNREACHABLE_S, dtype=np.uint16)
    in_time = np.zeros(shape, dtype=np.int32)
    on_duty = np.zeros(shape[:2], dtype=np.int64)
    for row, zone in enumerate(zones):
        own = crews.of_zone(zone)
        from_base_s = table.travel_s[:, crews.site[own]]
        reached = from_base_s <= target_s[row]
        for stage, hour in enumerate(stages):
            period, there = table.period_of[hour], crews.on_duty[hour, own]
            travel_s[stage, row] = from_base_s[period].min(axis=0)
            in_time[stage, row] = reached[period][there].sum(axis=0)
            on_duty[stage, row] = there.sum()
    return PlanGround(
        graph=setting.graph,
        zones=zones,
        pool=np.array([*(brigades.index(crews.brigade_of[zone]) for zone in zones), len(brigades)]),
        target_s=target_s,
        targets=dict(setting.target_s),
        hours=np.arange(len(stage_of)),
        stage_of=stage_of,
        periods=table.periods,
        per_year=setting.demand.per_year,
        travel_s=travel_s,
        any_travel_s=travel_s.min(axis=1),
        crews_in_time=in_time,
        crews=on_duty,
        on_scene_s=setting.demand.on_scene_s,
        crew_size=setting.demand.crew_size,
        population=setting.population,
        outline_m=setting.outline_m,
    )


def _stages(
    period_of: NDArray[np.int64], on_duty: NDArray[np.bool_]
) -> tuple[list[int], NDArray[np.int64]]:
    """First hour of each stage, and the stage of each hour."""
    known: dict[tuple[int, bytes], int] = {}
    firsts: list[int] = []
    stage_of = np.empty(len(period_of), dtype=np.int64)
    for hour, period in enumerate(period_of.tolist()):
        mark = (period, on_duty[hour].tobytes())
        if mark not in known:
            known[mark] = len(known)
            firsts.append(hour)
        stage_of[hour] = known[mark]
    return firsts, stage_of
