"""Rows put in and changed by hand, past the guards that the store keeps them with."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from dispatch.store.append_only import triggers_of
from dispatch.store.column import Codes, Instant, Remarks

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def without_guard(session: Session, table: str) -> None:
    """Drop what guards a table, as whoever has the file or owns the tables can."""
    dialect = session.get_bind().dialect.name
    where = "" if dialect == "sqlite" else f" ON {table}"
    for trigger in triggers_of(table, dialect):
        session.execute(text(f"DROP TRIGGER IF EXISTS {trigger}{where}"))


def a_row(table: Table, **given: object) -> dict[str, object]:
    """Any values that a table takes, and those that are given; what may be missing is."""
    row: dict[str, object] = {}
    for column in table.c:
        if column.nullable or column.name == "fid":
            continue
        if isinstance(column.type, Instant):
            row[column.name] = NOW
        elif isinstance(column.type, Codes | Remarks):
            row[column.name] = ()
        else:
            kind = column.type.python_type
            row[column.name] = kind(1) if kind in {int, float, bool} else "x"
    return row | given
