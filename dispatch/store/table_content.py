"""
Tables taken out of the store and put back, byte for byte: how versions of a city are kept.

A content is the rows of one table in their order, a line each, so that whoever reads it needs room
for a row and not for all; without the keys that only the store needs, and without what changes by
the hour.
Equal rows are equal bytes, so a table that a version shares with another is kept once.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
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

AT_A_TIME: Final = 1_000
"""Rows that are asked of the database at a time."""

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
    asked = select(*columns).order_by(table.c[KEY]).execution_options(yield_per=AT_A_TIME)
    if LISTED in table.c:
        asked = asked.where(table.c[LISTED])
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as lines:
        lines.write(_line([column.name for column in columns]))
        for row in session.execute(asked):
            lines.write(_line([_plain(value) for value in row]))
    return packed.getvalue()


def read_content(table: Table, content: bytes) -> Iterator[dict[str, Any]]:
    """
    Read the rows that were taken from a table, one after the other.

    Parameters
    ----------
    table
        The table.
    content
        What `take_content` took.

    Yields
    ------
    row
        Values by column, of the columns that the table has now.
    """
    reads = {column.name: _reader(column) for column in _columns(table)}
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as lines:
        names = json.loads(next(lines))
        for line in lines:
            named = zip(names, json.loads(line), strict=True)
            yield {name: reads[name](value) for name, value in named if name in reads}


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


def _line(values: Sequence[object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


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
