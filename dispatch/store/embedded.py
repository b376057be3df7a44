"""The embedded store: one SQLite file that is a GeoPackage, read while it is written."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from dispatch.store import geopackage
from dispatch.store.append_only import ONLY_ADDED, only_add
from dispatch.store.server import index_shape
from dispatch.store.spatial_index import index_layer, teach_functions
from dispatch.store.writer_queue import WritersInTurn
from geo.errors import UnreadableFile

log = logging.getLogger(__name__)

SAFE_SQLITE = (3, 51, 3)
"""Older ones can damage a write-ahead log that is reset while another process reads."""

LOCK_TIMEOUT_S = 5
"""How long a writer waits for another process, which has the file locked."""

QUEUE_TIMEOUT_S = 15
"""How long a writer waits for those of this process, each of whom may find the file locked."""

POOL_SIZE, MORE_AT_PEAKS = 20, 20
"""Connections kept open, and opened beyond that for a while: one for each thread that asks."""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
)
"""
What makes a commit survive a power cut, on every connection; and triggers that see a row go which
another one replaces.
"""


def connect_file(path: Path, *, create: bool) -> Engine:
    """
    Make ready to connect to a file.

    Parameters
    ----------
    path
        The file.
    create
        Whether there may be no file yet.

    Returns
    -------
    engine
        Nothing has been read so far.

    Raises
    ------
    UnreadableFile
        There is no file, or no folder to make one in.
    """
    if not path.is_file() and not create:
        raise UnreadableFile(
            f"There is no store at {path}; make one with "
            f"`grid-dispatch demo --store sqlite:///{path}`."
        )
    if not path.parent.is_dir():
        raise UnreadableFile(
            f"There is no folder {path.parent} to keep {path.name} in; make it first."
        )
    _mind_the_version()
    return _connect(path, _begin_reading, QueuePool, POOL_SIZE, MORE_AT_PEAKS)


def connect_writer(path: Path) -> Engine:
    """
    Make ready to write to a file: over one connection, for which writers of the process queue.

    SQLite would let them try again and again with ever longer pauses, in which nobody writes.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    engine
        Nothing has been read so far.
    """
    return _connect(path, _begin_writing, WritersInTurn, 1, 0)


@cache
def _mind_the_version() -> None:
    """Warn once in a process of an SQLite that is too old to be trusted in every case."""
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        log.warning("SQLite %s is older than 3.51.3; back up often.", sqlite3.sqlite_version)


def begin_file(connection: Connection, path: Path) -> bool:
    """
    Find out whether a file is a store already, and make an empty one a GeoPackage.

    Parameters
    ----------
    connection
        To the file, in a transaction that may write.
    path
        The file.

    Returns
    -------
    fresh
        Whether it has no tables of ours yet.

    Raises
    ------
    UnreadableFile
        It is the database of another program.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        geopackage.begin(connection)
        return True
    application = connection.execute(text("PRAGMA application_id")).scalar_one()
    if application != geopackage.APPLICATION_ID or "meta" not in tables:
        raise UnreadableFile(f"{path} is a database, but not a store of grid-dispatch.")
    return False


def list_table(connection: Connection, table: Table) -> None:
    """
    Index and guard a fresh table as it was declared, and list it in the contents of a GeoPackage.

    Migrations call it after each table that they make.

    Parameters
    ----------
    connection
        To the store, in a transaction that may write.
    table
        The table.
    """
    embedded = connection.dialect.name == "sqlite"
    if embedded:
        geopackage.register(connection, table)
    index = index_layer if embedded else index_shape
    for column in table.c:
        if hasattr(column.type, "kind"):
            index(connection, table.name, column.name)
    if ONLY_ADDED in table.info:
        only_add(connection, table.name, table.info[ONLY_ADDED])


def _connect(
    path: Path, begin: Callable[[Connection], None], pool: type[QueuePool], size: int, more: int
) -> Engine:
    """Make ready to connect to a file with so many connections, and more at peaks."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        hide_parameters=True,  # an error never repeats what somebody reported
        poolclass=pool,
        pool_size=size,
        max_overflow=more,
        pool_timeout=QUEUE_TIMEOUT_S,
        connect_args={"timeout": LOCK_TIMEOUT_S},
    )
    event.listen(engine, "connect", _make_durable)
    event.listen(engine, "begin", begin)
    return engine


def _make_durable(connection: sqlite3.Connection, _: object) -> None:
    """Set up a connection so that what is committed survives a power cut."""
    connection.isolation_level = None  # sqlite3 would begin by itself, and never before DDL
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    teach_functions(connection)


def _begin_reading(connection: Connection) -> None:
    """Begin a transaction that sees one state of the file."""
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Begin a transaction that takes its turn at once instead of failing half-way."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
