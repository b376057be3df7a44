"""Work of zones on file: reports by the hour, and the ways to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from api.place_table import read_rows
from dispatch.planning.plan_demand import ON_SCENE_S
from dispatch.planning.staffing_city import equal_ways
from dispatch.planning.staffing_task import ZoneWork
from geo.errors import BadValue, MissingColumn, UnknownName
from geo.road.week import HOURS_OF_WEEK

Row = Mapping[str, str]


def read_works(load: Path, travel: Path | None, target_s: float) -> list[ZoneWork]:
    """
    Read the work of zones.

    Parameters
    ----------
    load
        CSV ``zone,hour,per_h`` and, if it is known, ``on_scene_s``; hours that are missing have
        no reports.
    travel
        CSV ``zone,travel_time_s`` and, if they differ, ``weight``.
    target_s
        Arrival target of all.

    Returns
    -------
    works
        By code of the zone.

    Raises
    ------
    MissingColumn, UnknownName, BadValue
        What is wrong with them.
    """
    if travel is None:
        raise BadValue("--load needs --travel: CSV zone,travel_time_s,weight.")
    rows = _rows(load, ("zone", "hour", "per_h"))
    ways = _rows(travel, ("zone", "travel_time_s"))
    zones = sorted({row["zone"] for row in rows})
    unknown = sorted({row["zone"] for row in ways} - set(zones))
    if unknown:
        raise UnknownName(f"{travel} has zone {unknown[0]}, and {load} has not.")
    return [
        _work(
            zone,
            (load, [row for row in rows if row["zone"] == zone]),
            (travel, [row for row in ways if row["zone"] == zone]),
            target_s,
        )
        for zone in zones
    ]


def _work(
    zone: str, load: tuple[Path, list[Row]], travel: tuple[Path, list[Row]], target_s: float
) -> ZoneWork:
    """Work of one zone from its rows."""
    per_h, on_scene_s = np.zeros(HOURS_OF_WEEK), np.full(HOURS_OF_WEEK, ON_SCENE_S)
    for row in load[1]:
        hour = _number(load[0], row, "hour")
        if hour % 1 or hour >= HOURS_OF_WEEK:
            raise BadValue(f"{load[0]}: {row['hour']!r} is no hour of the week; give 0 to 167.")
        per_h[int(hour)] += _number(load[0], row, "per_h")
        if row.get("on_scene_s"):
            on_scene_s[int(hour)] = _number(load[0], row, "on_scene_s")
    if not travel[1]:
        raise BadValue(f"{travel[0]} has no row of zone {zone}; give one or more.")
    times = np.array([_number(travel[0], row, "travel_time_s", none=np.inf) for row in travel[1]])
    weight = np.array([_number(travel[0], row, "weight", none=1.0) for row in travel[1]])
    if weight.sum() <= 0:
        raise BadValue(f"{travel[0]}: no way of zone {zone} weighs anything.")
    ways = equal_ways(times, weight)
    return ZoneWork(zone, target_s, per_h, on_scene_s, np.tile(ways, (HOURS_OF_WEEK, 1)))


def _rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Rows of a file that has some columns."""
    rows: list[Row] = list(read_rows(path))
    missing = [name for name in columns if name not in rows[0]]
    if missing:
        raise MissingColumn(f"{path} has no column {' and '.join(missing)}.")
    return rows


def _number(path: Path, row: Row, column: str, *, none: float | None = None) -> float:
    """A number from 0 on; what an empty cell stands for, if anything."""
    text = row.get(column, "")
    if not text and none is not None:
        return none
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or value < 0:
        raise BadValue(f"{path}: the {column} {text!r} of {row['zone']} is no number from 0 on.")
    return value
