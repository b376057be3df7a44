"""A city is written into the store: whole from a folder, or founded by its first areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from shapely import Point
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from dispatch.sight import filed_under
from dispatch.store import geopackage, tables
from dispatch.store.cities import ROADS, holds_city
from dispatch.store.city_contents import CityContents
from dispatch.store.duty import write_duty
from dispatch.store.incidents import add_incident
from dispatch.store.positions import write_positions
from dispatch.store.run_cards import write_run_cards
from geo.area import Area, chains_of
from geo.place_index import PlaceIndex
from geo.road.road_class import Mode

LAYERS = (
    tables.AREAS,
    tables.ZONES,
    tables.GRIDS,
    tables.BACKDROP,
    tables.PARTNERS,
    tables.NO_FLY,
    tables.PLACES,
)
"""Tables of shapes, whose extents a GeoPackage notes."""

POINTS: Final[Mapping[str, str]] = MappingProxyType(
    {tables.UNITS.name: "base", tables.DEMAND.name: "place", tables.PLACES.name: "place"}
)
"""Columns that hold where a value lies, as a point, by table."""


def write_city(session: Session, contents: CityContents, roads: Mapping[Mode, Path]) -> None:
    """
    Write a city into an empty store.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    contents
        Contents without findings.
    roads
        Where the network of each mode lies: relative to an embedded store, else absolute.
    """
    about = contents.about
    assert about is not None  # contents without a name have a finding
    meta = {
        "code": about.code,
        "name": about.name,
        "name_en": about.name_en,
        "lon": repr(about.lon_lat[0]),
        "lat": repr(about.lon_lat[1]),
        "invented": str(int(about.invented)),
        "as_of": about.as_of.isoformat(),
    } | {f"{ROADS}{mode}": path.as_posix() for mode, path in roads.items()}
    _insert(session, tables.META, [{"name": name, "value": text} for name, text in meta.items()])
    for table, values in (
        (tables.AREAS, contents.areas),
        (tables.ZONES, contents.zones),
        (tables.GRIDS, contents.grids),
        (tables.BACKDROP, contents.backdrop),
        (tables.DOMAINS, contents.domains),
        (tables.MATTERS, contents.matters),
        (tables.AUTHORITY, contents.authority),
        (tables.PARTNERS, contents.partners),
        (tables.NO_FLY, contents.no_fly),
        (tables.PLACES, contents.places),
        (tables.UNITS, contents.units),
    ):
        _insert(session, table, [columns_of(table, value) for value in values])
    _write_officers(session, contents)
    _write_speeds(session, contents)
    write_run_cards(session, contents.run_cards)
    write_duty(session, contents.duty)
    _write_incidents(session, contents)
    for table in LAYERS:
        geopackage.note_extent(session.connection(), table)


def _write_officers(session: Session, contents: CityContents) -> None:
    """Write officers, what they do, and where they are."""
    rows = [
        columns_of(tables.OFFICERS, row.officer) | {"status": row.status, "listed": True}
        for row in contents.officers
    ]
    _insert(session, tables.OFFICERS, rows)
    write_positions(session, [row.fix for row in contents.officers if row.fix is not None])


def _write_speeds(session: Session, contents: CityContents) -> None:
    """Write stated and measured speeds."""
    for table, lines in (
        (tables.HOURLY_SPEEDS, contents.hourly_speeds),
        (tables.MEASURED_SPEEDS, contents.measured_speeds),
    ):
        names = [column.name for column in table.c if column.name != "fid"]
        _insert(session, table, [{name: line[name] for name in names} for line in lines])


def _write_incidents(session: Session, contents: CityContents) -> None:
    """Write incidents, filed under the areas in which they lie."""
    index, chains = PlaceIndex(contents.areas, (), ()), chains_of(contents.areas)
    for incident in contents.incidents:
        areas = filed_under(index.locate(incident.lon_lat), chains)
        add_incident(session, incident, filed_under=areas)


def found_city(session: Session, areas: Sequence[Area], *, now: datetime) -> bool:
    """
    Name the city of a store that has none, after the area that lies in no other.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    areas
        Areas that are published.
    now
        The present, with offset.

    Returns
    -------
    founded
        Whether it has just been named.
    """
    roots = sorted((area for area in areas if area.parent is None), key=lambda area: area.code)
    if not roots or holds_city(session):
        return False
    city = roots[0]
    middle = city.polygon.representative_point()
    named = {"code": city.code, "name": city.name, "name_en": city.name_en or city.name}
    placed = {"lon": repr(middle.x), "lat": repr(middle.y)}
    meta = named | placed | {"invented": "0", "as_of": now.isoformat()}
    _insert(session, tables.META, [{"name": name, "value": text} for name, text in meta.items()])
    return True


def columns_of(table: Table, value: object) -> dict[str, Any]:
    """
    Write a value as columns of a table.

    Parameters
    ----------
    table
        The table.
    value
        Its attributes are called as columns are.

    Returns
    -------
    columns
        Those of its attributes that are columns of the table, and its place as a point.
    """
    names = [column.name for column in table.c]
    columns = {name: getattr(value, name) for name in names if hasattr(value, name)}
    if table.name in POINTS:
        lon_lat = getattr(value, "lon_lat", None)
        columns[POINTS[table.name]] = None if lon_lat is None else Point(lon_lat)
    return columns


def _insert(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Write rows, if there are any."""
    if rows:
        session.execute(insert(table), rows)
