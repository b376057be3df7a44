"""Rows with a number of their own: looked up by it, and read page by page, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, Table, bindparam, select
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
    by_fid = isinstance(number, int)
    if columns is None:
        read = _by_number(table, by_fid=by_fid)
    else:
        read = select(*columns).where(_named(table, by_fid=by_fid))
    row = session.execute(read, {"number": number}).one_or_none()
    if row is None:
        raise UnknownName(f"There is no {what} {number!r}.")
    return row


@cache
def _by_number(table: Table, *, by_fid: bool) -> Select[Any]:
    """The statement that looks a row up, which takes longer to write than to run."""
    return select(table).where(_named(table, by_fid=by_fid))


def _named(table: Table, *, by_fid: bool) -> ColumnElement[bool]:
    """Whether a row has the number that is asked for."""
    return (table.c.fid if by_fid else table.c.id) == bindparam("number")


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
