"""Inserting that means the same on every store: what is there already, and the next number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

Insert = sqlite.Insert | postgresql.Insert


def insert_into(session: Session, table: Table) -> Insert:
    """
    Begin an insert that knows what to do about rows that are there already.

    Parameters
    ----------
    session
        A session; its store says how the statement is written.
    table
        The table.

    Returns
    -------
    insert
        With ``on_conflict_do_nothing``, ``on_conflict_do_update`` and ``excluded``.
    """
    return postgresql.insert(table) if on_server(session) else sqlite.insert(table)


def insert_or_ignore(session: Session, table: Table, row: Mapping[str, Any]) -> int | None:
    """
    Insert a row unless an index says that it may not be there.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    table
        The table.
    row
        Values by column.

    Returns
    -------
    fid
        Key of the new row, or None if another one is in its way.
    """
    fid: int | None = session.execute(unless_there(session, table, "fid"), dict(row)).scalar()
    return fid


def unless_there(session: Session, table: Table, *returned: str) -> Executable:
    """
    Begin an insert of rows that leaves out those which an index says may not be there.

    Parameters
    ----------
    session
        A session; its store decides how it is said.
    table
        The table.
    *returned
        Names of the columns that are given back of those that were written.

    Returns
    -------
    statement
        To be executed with one row or several.
    """
    return _unless_there(table, returned, server=on_server(session))


@cache
def _unless_there(table: Table, returned: tuple[str, ...], *, server: bool) -> Executable:
    """The statement of `unless_there`, which takes longer to write than to run."""
    fresh = postgresql.insert(table) if server else sqlite.insert(table)
    return fresh.on_conflict_do_nothing().returning(*(table.c[name] for name in returned))


def upsert(session: Session, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """
    Insert rows, each in the place of the one with the same key.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    table
        The table.
    key
        Name of a unique column.
    rows
        Values by column, the same columns in each.
    """
    if not rows:
        return
    fresh = insert_into(session, table)
    change = {name: fresh.excluded[name] for name in rows[0] if name != key}
    session.execute(
        fresh.on_conflict_do_update(index_elements=[table.c[key]], set_=change),
        [dict(row) for row in rows],
    )


def next_fid(session: Session, table: Table) -> int:
    """
    Draw the next key of a table, before the row that will have it is written.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    table
        The table.

    Returns
    -------
    fid
        Never given before; on a server never again either, whatever becomes of the row.
    """
    if on_server(session):
        sequence = func.pg_get_serial_sequence(table.name, "fid")
        return int(session.execute(select(func.nextval(sequence))).scalar_one())
    drawn = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    return int(session.scalar(drawn, {"name": table.name}) or 0) + 1


def on_server(session: Session) -> bool:
    """
    Tell which kind of store a session is of.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    on_server
        Whether it is on PostgreSQL, where others may write at the same time.
    """
    return session.get_bind().dialect.name == "postgresql"
