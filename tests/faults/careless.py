"""Guards taken out of a server process, so that tests can be seen to miss them."""

from __future__ import annotations

import psycopg
from sqlalchemy import Engine, event

from dispatch.store import embedded, server


def never_sync_files() -> None:
    """Leave it to the kernel when a file reaches the disk."""
    embedded.PRAGMAS = ("journal_mode = WAL", "synchronous = OFF", "foreign_keys = ON")


def confirm_before_sync() -> None:
    """Let PostgreSQL confirm what it will sync a moment later, and don't refuse it for that."""

    def loosen(connection: psycopg.Connection, _: object) -> None:
        connection.autocommit = True
        connection.execute("SET synchronous_commit = off")
        connection.autocommit = False

    server.DURABLE = ()
    event.listen(Engine, "connect", loosen)
