"""
Hour scores: what each zone of a plan has and covers in each hour of the week.

Three coverages are never mixed up.  *Potential* asks where bases, roads and zones are: whether the
brigade that is responsible for a grid reaches it from its bases within the zone's arrival target,
as if a crew were always there; *any brigade* likewise from the nearest base of all.  *Available*
multiplies by the chance that one of the responsible crews who would be in time is on duty and
free, see `dispatch.planning.crew_free`.  *Experienced* coverage only a simulation or history can
tell, and nothing here computes it.

Every zone is scored from its own grids in their order, whichever other hours and zones are scored
beside it: the week in one piece, hour by hour on several machines, or only the zones that an edit
touched give the same bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.crew_free import one_is_free
from dispatch.planning.incident_history import YEAR_S
from dispatch.planning.plan_ground import PlanGround
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue
from geo.road.frozen import freeze
from geo.road.week import HOURS_OF_WEEK

COLUMNS: Final = (
    "incidents", "in_time", "any_in_time", "unreachable", "travel", "busy", "people_in_time",
    "area_in_time", "available",
)  # fmt: skip
"""
Figures of a zone in an hour of the week, a year's sum: incidents; those of them at grids that are
potentially in time, in time from any base, and without a road; seconds of travel to those with a
road; seconds that crews are kept busy; people and square metres potentially in time; incidents
that are expected to find a crew in time free.
"""

(INCIDENTS, IN_TIME, ANY_IN_TIME, UNREACHABLE, TRAVEL, BUSY, PEOPLE, AREA, AVAILABLE) = range(
    len(COLUMNS)
)

HOUR_OF_YEAR_S: Final = YEAR_S / HOURS_OF_WEEK
"""Seconds of a year that lie in one hour of the week."""


@dataclass(frozen=True, slots=True, eq=False)
class HourScores:
    """
    Figures of the zones of a plan by hour of the week.

    Attributes
    ----------
    hours
        Hours of the week, ascending, int64[n_hours].
    table
        float64[n_columns, n_hours, n_zones + 1], columns as in `COLUMNS`; the last zone is
        that of grids in no zone.
    """

    hours: NDArray[np.int64]
    table: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class PlanTask:
    """
    Some hours of the week of one plan: one task, whoever does it and in whatever order.

    Attributes
    ----------
    ground
        Those hours; see `dispatch.planning.plan_ground.PlanGround.part`.
    plan
        The plan.
    """

    ground: PlanGround
    plan: ZonePlan


def evaluate_task(task: PlanTask) -> HourScores:
    """
    Score the zones of a plan in some hours of the week.

    Parameters
    ----------
    task
        What to score; it and the answer can be sent to other processes.

    Returns
    -------
    scores
        To be put together with those of the other hours by `join_hours`.
    """
    ground, plan = task.ground, task.plan
    rows, targets = ground.rows_of(plan), ground.targets_of(plan)
    table = np.zeros((len(COLUMNS), len(ground.hours), len(rows)))
    for zone in range(len(rows)):
        score_zone(ground, table, zone, members_of(plan, zone), (rows, targets))
    score_availability(ground, table, plan, rows, range(len(rows)))
    return HourScores(ground.hours, table)


def members_of(plan: ZonePlan, zone: int) -> NDArray[np.int64]:
    """
    List the grids of a zone.

    Parameters
    ----------
    plan
        The plan.
    zone
        Position of the zone; the number of zones for the grids in none.

    Returns
    -------
    members
        Rows of grids, ascending, int64[m].
    """
    wanted = zone if zone < len(plan.zones) else -1
    return np.flatnonzero(plan.zone_of == wanted)


def score_zone(
    ground: PlanGround,
    table: NDArray[np.float64],
    zone: int,
    members: NDArray[np.int64],
    by_zone: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """
    Write all figures of one zone but those of availability.

    Parameters
    ----------
    ground
        What is evaluated on.
    table
        As of `HourScores`, to be written.
    zone
        Position of the zone in the plan.
    members
        Its grids.
    by_zone
        Row in the ground and arrival target of each zone of the plan.
    """
    row, target_s = int(by_zone[0][zone]), int(by_zone[1][zone])
    often = np.take(ground.per_year, members, axis=1)
    travel_s = np.take(ground.travel_s[:, row], members, axis=1)
    reached, in_time = travel_s != UNREACHABLE_S, travel_s <= target_s
    any_in_time = np.take(ground.any_travel_s, members, axis=1) <= target_s
    served = row < len(ground.zones)
    drive_s = np.where(reached, travel_s, 0).astype(np.float64)
    kept_s = drive_s + ground.on_scene_s[members]
    people = np.nan_to_num(ground.population[members])
    area_m2 = ground.graph.area_m2[members]

    def summed(of_stage: NDArray[np.float64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        total: NDArray[np.float64] = (often * of_stage[ground.stage_of]).sum(axis=1)
        return total

    column = table[:, :, zone]
    column[INCIDENTS] = often.sum(axis=1)
    column[IN_TIME], column[ANY_IN_TIME] = summed(in_time), summed(any_in_time)
    column[UNREACHABLE] = summed(~reached) if served else 0.0
    column[TRAVEL], column[BUSY] = summed(drive_s), summed(kept_s)
    column[PEOPLE] = (people * in_time).sum(axis=1)[ground.stage_of]
    column[AREA] = (area_m2 * in_time).sum(axis=1)[ground.stage_of]


def score_availability(
    ground: PlanGround,
    table: NDArray[np.float64],
    plan: ZonePlan,
    rows: NDArray[np.int64],
    zones: Iterable[int],
) -> None:
    """
    Write how many incidents find a crew in time free, once all zones of their brigades are scored.

    Parameters
    ----------
    ground
        What is evaluated on.
    table
        As of `HourScores`; its column ``busy`` is read, ``available`` is written.
    plan
        The plan.
    rows
        Row of each of its zones in the ground.
    zones
        Positions of the zones to write.
    """
    pools = ground.pool[rows]
    for zone in zones:
        row = int(rows[zone])
        if row == len(ground.zones):
            table[AVAILABLE, :, zone] = 0.0
            continue
        members = members_of(plan, zone)
        # zones of one brigade in the order of their codes, so that sums are always the same
        busy_s = table[BUSY][:, np.flatnonzero(pools == pools[zone])].sum(axis=1)
        chance = _chances(ground, row, members, busy_s / HOUR_OF_YEAR_S)
        often = np.take(ground.per_year, members, axis=1)
        table[AVAILABLE, :, zone] = (often * chance).sum(axis=1)


def _chances(
    ground: PlanGround, row: int, members: NDArray[np.int64], load: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Chance that a crew in time is free by hour and grid, float64[n_hours, m]."""
    in_time = np.take(ground.crews_in_time[:, row], members, axis=1)
    crews = ground.crews[ground.stage_of, row]
    chance = np.empty((len(load), len(members)))
    for count in np.unique(crews).tolist():
        hours = np.flatnonzero(crews == count)
        free = one_is_free(load[hours], count)
        chance[hours] = np.take_along_axis(free, in_time[ground.stage_of[hours]], axis=1)
    return chance


def join_hours(parts: Iterable[HourScores]) -> HourScores:
    """
    Put the scores of parts of the week together.

    Parameters
    ----------
    parts
        Scores of one plan in any order; no hour stands in two of them.

    Returns
    -------
    scores
        In the order of the hours, so that the order of the parts does not matter.

    Raises
    ------
    BadValue
        There is no part, or an hour stands twice.
    """
    given = list(parts)
    if not given:
        raise BadValue("There is no part of the week to put together.")
    hours = np.concatenate([part.hours for part in given])
    if len(set(hours.tolist())) < len(hours):
        raise BadValue("An hour of the week stands in two parts.")
    order = np.argsort(hours, kind="stable")
    table = np.concatenate([part.table for part in given], axis=1)[:, order]
    return HourScores(hours[order], np.ascontiguousarray(table))
