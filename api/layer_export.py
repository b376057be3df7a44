"""Published layers written as files, of any version of the city, for the verb and the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from api.layer_file import WrittenLayer, write_layer_file
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.written_rows import (
    CLOSURE_COLUMNS,
    ROAD_COLUMNS,
    SHAPE,
    closure_rows,
    road_rows,
)
from dispatch.store.city_versions import CITY_TABLES, rows_of_version
from dispatch.store.closures import closures_at
from dispatch.store.column import SEPARATOR
from dispatch.store.table_content import NO_CONTENT
from dispatch.store.version_roads import published_networks
from geo.area import Tier
from geo.errors import BadValue

TABLES: Mapping[KindName, str] = {
    KindName.AREAS: "areas",
    KindName.BOUNDARY: "areas",
    KindName.ZONES: "zones",
    KindName.GRIDS: "grids",
    KindName.UNITS: "units",
    KindName.OFFICERS: "officers",
    KindName.MATTERS: "matters",
    KindName.AUTHORITY: "authority",
    KindName.NO_FLY: "no_fly",
    KindName.DEMAND: "demand",
    KindName.PLACES: "places",
    KindName.ROSTERS: "rosters",
    KindName.CALENDARS: "calendars",
}
"""Tables that kinds are exported from."""

PIECE: Final = 2_000
"""Rows that are held at a time."""

COLUMNS: Final = {
    KindName.ROADS: (*ROAD_COLUMNS, SHAPE),
    KindName.CLOSURES: (*CLOSURE_COLUMNS, SHAPE),
}
"""Columns of kinds that no table of the city holds."""

SHAPES: Final = ("polygon", "base", "place", SHAPE)
"""Columns that hold shapes."""

UNSAID: Final = NO_CONTENT | {"phone"}
"""Columns that no file has; one handed in without them leaves them as they are published."""


def write_published(  # noqa: PLR0913 -- what is written, of which version, where and how
    session: Session, kind: KindName, version: int | None, out: Path, crs: str, *, now: datetime
) -> int:
    """
    Write a published layer as a file.

    Parameters
    ----------
    session
        A session.
    kind
        Which layer.
    version
        Version of the city; None for the published one.
    out
        The file, which appears whole; its ending says the format.
    crs
        System to write.
    now
        The present: closures that are over by then are left out.

    Returns
    -------
    count
        Rows that were written.

    Raises
    ------
    BadValue
        Nothing of this kind is kept by itself, or not in versions.
    UnknownName
        There is no such version.
    UnreadableFile
        The road networks of the version are gone.
    BadInput, UnknownCrs
        As of `write_layer_file`.
    """
    if kind is KindName.CLOSURES:
        rows = _closures(session, version, now)
    elif kind is KindName.ROADS:
        rows = road_rows(published_networks(session, version))
    elif kind in TABLES:
        rows = rows_of_version(session, TABLES[kind], version)
    else:
        known = ", ".join((*TABLES, KindName.ROADS))
        raise BadValue(f"The city keeps no versions of {kind}; of {known} it does.")
    if kind is KindName.BOUNDARY:
        rows = (row for row in rows if row["tier"] == Tier.CITY)
    about = {"city_version": str(version or "published"), "kind": str(kind)}
    return write_layer_file(pieces(kind, rows, about), out, crs)


def pieces(
    kind: KindName, rows: Iterator[Mapping[str, Any]], about: Mapping[str, str]
) -> Iterator[WrittenLayer]:
    """
    Lay published rows out to be written.

    Parameters
    ----------
    kind
        Which layer.
    rows
        Values by column.
    about
        What is said of the whole.

    Yields
    ------
    piece
        Of a layer of the kind as it is handed in; one without rows, if there are none.
    """
    there = COLUMNS.get(kind) or [
        column.name for column in CITY_TABLES[TABLES[kind]].c if column.name not in UNSAID
    ]
    names = [name for name in there if name not in SHAPES]
    shape = next((name for name in there if name in SHAPES), None)
    for held in _at_a_time(rows):
        columns = {name: [_text(row[name]) for row in held] for name in names}
        shapes = np.full(len(held), None, dtype=object)
        if shape is not None:
            shapes[:] = [row[shape] for row in held]
        yield WrittenLayer(str(kind), columns, KINDS[kind].dimension, shapes, about)


def _closures(session: Session, version: int | None, now: datetime) -> Iterator[dict[str, Any]]:
    """Closures that are not over; they are no part of a version."""
    if version is not None:
        raise BadValue(
            "Closures are no part of a version of the city: leave the version out for those in "
            "force or to come."
        )
    return closure_rows(closures_at(session, now))


def _at_a_time(rows: Iterator[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Rows in pieces; an empty one, if there are none."""
    yield list(islice(rows, PIECE))
    while held := list(islice(rows, PIECE)):
        yield held


def _text(value: object) -> str:
    """A value as a layer has it."""
    assert not isinstance(value, BaseGeometry)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return SEPARATOR.join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)
