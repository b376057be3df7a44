"""A city is replayed: its records are put together, the simulator is told, and judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from dispatch.city import City
from dispatch.planning.grid_graph import grid_graph
from dispatch.planning.incident_history import IncidentHistory, on_grids
from dispatch.planning.plan_calibration import calibrate_plan
from dispatch.planning.plan_setting import SettingChoice, kept_table, road_engines
from dispatch.planning.recorded_force import record_force
from dispatch.planning.replay_gate import ReplayVerdict, judge_replay, split_weeks
from dispatch.planning.replay_world import PlanCalibration, Records, replay_ground
from dispatch.planning.road_week import road_week
from dispatch.planning.travel_table import Sites
from geo.errors import BadValue
from geo.road.layered_weights import WeightLayers

VERSION = "1"
"""Goes into the name of a verdict; another one whenever the gate judges otherwise."""

Told = Callable[[str, float], None]
"""Called with what is being done and the share that is done, 0…1."""


def records_of(
    city: City, layers: WeightLayers, history: IncidentHistory, choice: SettingChoice
) -> Records:
    """
    Put the records of a city together.

    Parameters
    ----------
    city
        The city.
    layers
        Hourly and measured speeds.
    history
        Its past incidents.
    choice
        Week of the measured speeds, where travel tables are kept, and who is told of them.

    Returns
    -------
    records
        With the travel times from the base of every crew on record.

    Raises
    ------
    BadValue
        Records name no crew, there are no unit grids, or no roads for a crew.
    """
    if not city.grids:
        raise BadValue(f"{city.name_en} has no unit grids, of which zones are made; load them.")
    graph = grid_graph(city.grids, city.areas)
    force = record_force(history, city.units)
    if not len(force):
        raise BadValue(
            f"No past incident of {city.name_en} names a crew whose base is known: the replay has "
            "nobody to send."
        )
    week = road_week(road_engines(city), layers, at=choice.at)
    sites = Sites(force.codes, force.modes, force.lon_lat)
    grids = sorted(city.grids, key=lambda grid: grid.code)
    return Records(
        ground=replay_ground(city),
        history=history,
        grid=on_grids(history, grids),
        force=force,
        table=kept_table(city, week, sites, graph, choice),
        matters=city.matters,
    )


def replay_city(
    records: Records, *, weeks: int | None = None, seed: int = 1, told: Told | None = None
) -> tuple[ReplayVerdict, PlanCalibration]:
    """
    Calibrate on the first weeks and judge by the last ones.

    Parameters
    ----------
    records
        What is on record.
    weeks
        How many weeks to judge by; None for three of ten.
    seed
        Source of chance.
    told
        Told how far the work is.

    Returns
    -------
    verdict, calibration
        Whether drafts may be judged, and by what.

    Raises
    ------
    BadValue
        There are too few weeks.
    """
    told = told or (lambda _label, _share: None)
    learnt, judged = split_weeks(records.history, weeks)
    calibration = calibrate_plan(
        records, learnt, seed=seed, told=lambda share: told("calibrating", share)
    )
    verdict = judge_replay(
        records, calibration, judged, seed=seed, told=lambda share: told("replaying", share)
    )
    return verdict, calibration


def verdict_name(city: City, history: str, *, weeks: int | None, seed: int) -> str:
    """
    Name the verdict on a city, before it is made.

    Parameters
    ----------
    city
        The city.
    history
        Name of its past incidents.
    weeks, seed
        As for `replay_city`.

    Returns
    -------
    name
        Another one for another city version, roads, past incidents or question.
    """
    words = (VERSION, city.version, city.weight_version, history, weeks, seed)
    return hashlib.blake2b(repr(words).encode(), digest_size=8).hexdigest()
