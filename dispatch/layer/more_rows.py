"""Rows of layers that a city folder has no file for, and the values that they become."""

from __future__ import annotations

import math

from dispatch.base import Base
from dispatch.place_entry import StatedDemand
from dispatch.store.cells import lon_lat_of, read_instant
from dispatch.store.city_rows import Source
from dispatch.store.column import split_codes
from dispatch.store.table_file import POLYGON, Row, polygon_of
from geo.area import Area, Tier
from geo.road.closure import Closure
from geo.road.extent import Direction, Extent
from geo.road.road_class import Mode


def _boundary(row: Row) -> Area:
    return Area(row["code"], row["name"], Tier.CITY, None, polygon_of(row), row["name_en"])


def _base(row: Row) -> Base:
    units = split_codes(row["units"])
    return Base(row["code"], row["name"], lon_lat_of(row), units, row["name_en"])


def _demand(row: Row) -> StatedDemand:
    weight = float(row["weight"])
    if not (weight >= 0 and math.isfinite(weight)):
        raise ValueError(f"weight is {row['weight']}, not a number of 0 or more")
    return StatedDemand(row["id"], lon_lat_of(row), weight)


def _closure(row: Row) -> Closure:
    ways = tuple(int(way) for way in split_codes(row["ways"]))
    drawn = row.get(POLYGON) is not None
    factor, cap_kph = (float(row[name]) if row[name] else None for name in SLOWNESS)
    return Closure(
        id=row["id"],
        extent=Extent(
            polygon=polygon_of(row) if drawn else None,
            ways=ways,
            direction=Direction(row["direction"]) if row["direction"] else None,
        ),
        starts=read_instant(row["starts"]),
        ends=read_instant(row["ends"]) if row["ends"] else None,
        modes=tuple(Mode(mode) for mode in split_codes(row["modes"])),
        speed_factor=factor,
        speed_cap_mps=None if cap_kph is None else cap_kph / 3.6,
        reason=row["reason"],
    )


def _road(row: Row) -> Row:
    """A road as it is written: what it becomes depends on those about it (`street_findings`)."""
    return row


SLOWNESS = ("speed_factor", "speed_cap_kph")

BOUNDARY = Source("boundary.gpkg", "code name", _boundary, optional="name_en")
BASES = Source("bases.csv", "code name", _base, optional="name_en units")
DEMAND = Source("demand.csv", "id weight", _demand, key="id")
CLOSURES = Source(
    "closures.gpkg",
    "id starts",
    _closure,
    key="id",
    optional=" ".join(("ends", "reason", "modes", "ways", "direction", *SLOWNESS)),
)
ROADS = Source(
    "roads.gpkg",
    "class",
    _road,
    key="id",
    optional="id name speed direction layer bridge tunnel",
)
