"""
Tables taken out of the store and put back, byte for byte: how versions of a city are kept.

A content is the rows of one table in their order, without the keys that only the store needs and
without what changes by the hour.
Equal rows are equal bytes, so a table that a version shares with another is kept once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Column, Date, Table, delete, insert, select
from sqlalchemy.orm import Session

from dispatch.store import geopackage
from dispatch.store.column import SEPARATOR, Codes, Shape, split_codes

KEY: Final = "fid"
"""Key of the store, which no content has."""

LISTED: Final = "listed"
"""Whether a row that can't be erased is published; the content has those rows alone."""

NO_CONTENT: Final = frozenset({KEY, LISTED, "status"})
"""Columns that no content has: those, and what officers are doing at the moment."""

Read = Callable[[Any], Any]


def take_content(session: Session, table: Table) -> bytes:
    """
    Take the rows of a table.

    Parameters
    ----------
    session
        A session.
    table
        Columns of texts, numbers, yes and no, days, codes and shapes.

    Returns
    -------
    content
        Bytes that `read_content` reads.
    """
    columns = _columns(table)
    query = select(*columns).order_by(table.c[KEY])
    if LISTED in table.c:
        query = query.where(table.c[LISTED])
    rows = session.execute(query)
    plain = [[_plain(value) for value in row] for row in rows]
    said = {"columns": [column.name for column in columns], "rows": plain}
    return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())


def read_content(table: Table, content: bytes) -> list[dict[str, Any]]:
    """
    Read the rows that were taken from a table.

    Parameters
    ----------
    table
        The table.
    content
        What `take_content` took.

    Returns
    -------
    rows
        Values by column, of the columns that the table has now.
    """
    said = json.loads(zlib.decompress(content))
    reads = {column.name: _reader(column) for column in _columns(table)}
    names = [name for name in said["columns"] if name in reads]
    at = [said["columns"].index(name) for name in names]
    return [
        {name: reads[name](row[place]) for name, place in zip(names, at, strict=True)}
        for row in said["rows"]
    ]


def put_rows(session: Session, table: Table, rows: list[Mapping[str, Any]] | list[Any]) -> None:
    """
    Put rows in the place of those that a table has.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    table
        The table.
    rows
        Values by column.
    """
    session.execute(delete(table))
    if rows:
        session.execute(insert(table), rows)
    if any(isinstance(column.type, Shape) for column in table.c):
        geopackage.note_extent(session.connection(), table)


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name not in NO_CONTENT]


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, BaseGeometry):
        return shapely.to_wkb(shapely.force_2d(value), hex=True, byte_order=1)
    if isinstance(value, tuple):
        return SEPARATOR.join(value)
    return value.isoformat() if isinstance(value, date) else value


def _reader(column: Column[Any]) -> Read:
    """How a value of a column is read from what JSON has."""
    if isinstance(column.type, Shape):
        return lambda said: None if said is None else shapely.from_wkb(said)
    if isinstance(column.type, Codes):
        return lambda said: None if said is None else split_codes(said)
    if isinstance(column.type, Date):
        return lambda said: None if said is None else date.fromisoformat(said)
    return lambda said: said
