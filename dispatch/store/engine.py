"""The store: opening an embedded file, durable and readable while it is written."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session

from dispatch.store import (  # noqa: F401 -- they declare tables
    centre_policies,
    deadlines,
    duty_tables,
    geopackage,
    ledger_tables,
    order_tables,
    run_cards,
)
from dispatch.store.declare import METADATA
from dispatch.store.tables import META
from geo.errors import BadValue, UnreadableFile

log = logging.getLogger(__name__)

SAFE_SQLITE = (3, 51, 3)
"""Older ones can damage a write-ahead log that is reset while another process reads."""

SCHEMA = "schema"
"""Name of the entry that tells which tables a store has."""

BUSY_TIMEOUT_S = 5
"""How long a writer waits for another."""


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """
    An open store; sessions are handed to services, and the door that asked commits.

    Attributes
    ----------
    engine
        Connections to the file.
    path
        The file.
    """

    engine: Engine
    path: Path

    def session(self) -> Session:
        """
        Begin a piece of work that may write; there is one writer at a time.

        Returns
        -------
        session
            To be used in a ``with`` block; what is not committed is undone.
        """
        return Session(self.engine.execution_options(writes=True))

    def reading(self) -> Session:
        """
        Begin a piece of work that only reads; it neither waits for a writer nor stops one.

        Returns
        -------
        session
            To be used in a ``with`` block; it sees one state of the store.
        """
        return Session(self.engine)

    def close(self) -> None:
        """Give up all connections."""
        self.engine.dispose()


def open_store(url: str, *, create: bool = False) -> Store:
    """
    Open a store.

    Parameters
    ----------
    url
        ``sqlite:///FILE``.
    create
        Make an empty store where there is no file.

    Returns
    -------
    store
        Ready for sessions.

    Raises
    ------
    BadValue
        The address is of another kind.
    UnreadableFile
        There is no such file, or it is not a store of ours.
    """
    address = _address(url)
    path = Path(str(address.database)).absolute()
    if not path.is_file() and not create:
        raise UnreadableFile(
            f"There is no store at {path}; make one with `grid-dispatch demo --store {url}`."
        )
    if not path.parent.is_dir():
        raise UnreadableFile(f"There is no folder {path.parent} to keep a store in.")
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        log.warning("SQLite %s is older than 3.51.3; back up often.", sqlite3.sqlite_version)
    engine = create_engine(
        address.set(database=str(path)), connect_args={"timeout": BUSY_TIMEOUT_S}
    )
    event.listen(engine, "connect", _make_durable)
    event.listen(engine, "begin", _begin)
    try:
        _prepare(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, path)


def file_of(session: Session) -> Path:
    """
    Name the file of a store.

    Parameters
    ----------
    session
        A session of it.

    Returns
    -------
    path
        The file.
    """
    return Path(str(session.get_bind().engine.url.database))


def _address(url: str) -> URL:
    """Read the address of a store, or say what this version takes."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise BadValue(f"{url!r} is no address of a store; give sqlite:///FILE.") from error
    if address.get_backend_name() == "postgresql":
        raise BadValue(
            "This version has the embedded store only; give sqlite:///FILE instead of PostgreSQL."
        )
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        raise BadValue(f"{url!r} is no address of a store; give sqlite:///FILE.")
    return address


def _make_durable(connection: sqlite3.Connection, _: object) -> None:
    """Set up a connection so that what is committed survives a power cut."""
    connection.isolation_level = None  # sqlite3 would begin by itself, and never before DDL
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Begin a transaction; a writer takes its turn at once instead of failing half-way."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare(engine: Engine, path: Path) -> None:
    """Make the tables of a new file, or make sure that an old one is ours."""
    try:
        with engine.execution_options(writes=True).begin() as connection:
            tables = inspect(connection).get_table_names()
            if not tables:
                geopackage.begin(connection)
                METADATA.create_all(connection)
                for table in METADATA.sorted_tables:
                    geopackage.register(connection, table)
                connection.execute(META.insert().values(name=SCHEMA, value=_schema()))
                return
            application = connection.execute(text("PRAGMA application_id")).scalar_one()
            if application != geopackage.APPLICATION_ID or META.name not in tables:
                raise UnreadableFile(f"{path} is a database, but not a store of grid-dispatch.")
            schema = connection.scalar(select(META.c.value).where(META.c.name == SCHEMA))
    except DatabaseError as error:
        raise UnreadableFile(f"{path} is not a store: {error.orig}.") from error
    if schema != _schema():
        raise UnreadableFile(f"{path} was made by another version; make it again.")


def _schema() -> str:
    """Digest of the tables and columns, so that no store of other ones is taken for ours."""
    columns = [f"{table}.{column.name}" for table in METADATA.sorted_tables for column in table.c]
    return hashlib.blake2b("\n".join(columns).encode(), digest_size=6).hexdigest()
