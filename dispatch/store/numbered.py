"""Rows with a number of their own: looked up by it, and read page by page, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Row, Select, Table, select
from sqlalchemy.orm import Session

from geo.errors import UnknownName


def row_of(
    session: Session,
    table: Table,
    number: str | int,
    what: str,
    columns: Sequence[Column[Any]] | None = None,
) -> Row[Any]:
    """
    Look up a row.

    Parameters
    ----------
    session
        A session.
    table
        The table.
    number
        Its id; an integer where rows have no other name than their place in the table.
    what
        What sentences call it.
    columns
        Those that are read, where others are large; None reads all.

    Returns
    -------
    row
        Its columns.

    Raises
    ------
    UnknownName
        There is none.
    """
    named = table.c.fid if isinstance(number, int) else table.c.id
    read = select(table) if columns is None else select(*columns)
    row = session.execute(read.where(named == number)).one_or_none()
    if row is None:
        raise UnknownName(f"There is no {what} {number!r}.")
    return row


def newest_first(
    session: Session, table: Table, what: str, *, before: str | int | None, limit: int | None
) -> Select[Any]:
    """
    Begin the query of one page of a list, the newest first.

    Parameters
    ----------
    session
        A session.
    table
        The table.
    what
        What sentences call a row.
    before
        Number of the last row of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    query
        Conditions may be added to it.

    Raises
    ------
    UnknownName
        There is no row ``before``; one that is known by its place in the table may be gone.
    """
    query = select(table).order_by(table.c.fid.desc()).limit(limit)
    last = row_before(session, table, what, before)
    return query if last is None else query.where(table.c.fid < last)


def row_before(session: Session, table: Table, what: str, before: str | int | None) -> int | None:
    """
    Find the row after which a page goes on.

    Parameters
    ----------
    session
        A session.
    table
        The table.
    what
        What sentences call a row.
    before
        Number of the last row of the page before, or None for the first page.

    Returns
    -------
    fid
        Its key, or None for the first page.

    Raises
    ------
    UnknownName
        There is no such row; one that is known by its place in the table may be gone.
    """
    if before is None or isinstance(before, int):
        return before
    fid: int | None = session.scalar(select(table.c.fid).where(table.c.id == before))
    if fid is None:
        raise UnknownName(f"There is no {what} {before!r} to go on from.")
    return fid
