"""Rows changed by hand, past the guards that the store keeps them with."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.store.append_only import triggers_of


def without_guard(session: Session, table: str) -> None:
    """Drop what guards a table, as whoever has the file or owns the tables can."""
    dialect = session.get_bind().dialect.name
    where = "" if dialect == "sqlite" else f" ON {table}"
    for trigger in triggers_of(table, dialect):
        session.execute(text(f"DROP TRIGGER IF EXISTS {trigger}{where}"))
