"""The store on a server: PostgreSQL with PostGIS, refused if it would lose what it confirms."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine, func, inspect, select, text
from sqlalchemy.engine import URL

from geo.errors import BadValue, UnreadableFile

DRIVER = "postgresql+psycopg"

POOL_SIZE, MORE_AT_PEAKS = 10, 20
"""Connections of one process: kept open, and opened beyond that for a while."""

WAIT_S = 5
"""How long to wait for a connection, free or new."""

SETTINGS = {
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "120s",
    "tcp_keepalives_idle": "4s",
    "tcp_keepalives_interval": "2s",
    "tcp_keepalives_count": "3",
}
"""
How long a piece of work may wait for another, ask for one thing, and hold others up; and how soon
the server notices that a machine has gone, with the locks that its processes held: in ten seconds.
"""

DEAD_AFTER_S = 15
"""A server that no longer takes what it is sent is given up after so long."""

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
"""Settings without which PostgreSQL confirms what a power cut takes back."""

GIST = "_gist"
"""How the names of spatial indexes end; an embedded store has R-trees in their place."""

OF_POSTGIS = {"spatial_ref_sys"}
"""Tables that an empty database has when PostGIS is in it."""

MAKING = 7_403_961
"""Number of the lock that whoever makes or changes tables holds."""


def connect_server(address: URL) -> Engine:
    """
    Make ready to connect to a database.

    Parameters
    ----------
    address
        Its address.

    Returns
    -------
    engine
        Nothing has been asked so far; connections that have died are replaced unnoticed.
    """
    return create_engine(
        address.set(drivername=DRIVER),
        hide_parameters=True,  # an error never repeats what somebody reported
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=MORE_AT_PEAKS,
        pool_timeout=WAIT_S,
        connect_args={
            "connect_timeout": WAIT_S,
            "tcp_user_timeout": DEAD_AFTER_S * 1000,
            "application_name": "grid-dispatch",
            "options": _options(address),
        },
    )


def index_shape(connection: Connection, table: str, column: str) -> None:
    """
    Index a geometry, for whoever opens the database with a program of maps.

    Parameters
    ----------
    connection
        To the database, in a transaction that may write.
    table, column
        Names of a fresh table and of its geometry; the index has both, and ``_gist``.
    """
    index = f"{table}_{column}{GIST}"
    connection.exec_driver_sql(f"CREATE INDEX {index} ON {table} USING gist ({column})")


def _options(address: URL) -> str:
    """Settings of every connection, before those that the address gives."""
    ours = " ".join(f"-c{name}={value}" for name, value in SETTINGS.items())
    given = address.query.get("options", "")
    return f"{ours} {given if isinstance(given, str) else ' '.join(given)}".rstrip()


def begin_server(connection: Connection, name: str, *, create: bool) -> bool:
    """
    Find out whether a database is a store already, or may become one.

    Parameters
    ----------
    connection
        To the database, in a transaction that may write; until it ends, nobody else makes tables.
    name
        What the store is called in sentences.
    create
        Whether it may be empty.

    Returns
    -------
    fresh
        Whether it has no tables of ours yet.

    Raises
    ------
    BadValue
        The server is set up so that it loses what it confirms, or has no PostGIS.
    UnreadableFile
        The database is empty, or that of another program.
    """
    _refuse_careless(connection, name)
    connection.execute(text("SET LOCAL lock_timeout = 0"))  # whoever makes tables takes a while
    connection.execute(select(func.pg_advisory_xact_lock(MAKING)))
    tables = set(inspect(connection).get_table_names()) - OF_POSTGIS
    if "meta" in tables:
        return False
    if tables:
        raise UnreadableFile(f"{name} is a database, but not a store of grid-dispatch.")
    if not create:
        raise UnreadableFile(
            f"There is no store in {name}; make one with `grid-dispatch demo --store {name}`."
        )
    return True


def _refuse_careless(connection: Connection, name: str) -> None:
    """Refuse a server that forgets, or one that knows no geometry."""
    asked = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
    rows = connection.execute(asked, {"names": [*DURABLE, "server_encoding"]})
    setting = {row.name: row.setting for row in rows}
    careless = [each for each in DURABLE if setting[each] == "off"]
    if careless:
        raise BadValue(
            f"The server of {name} has {' and '.join(careless)} off and may lose what it has "
            "confirmed: turn on what is off, and start again."
        )
    if setting["server_encoding"] != "UTF8":
        raise BadValue(
            f"The database {name} is encoded in {setting['server_encoding']}, which cannot hold "
            "every Chinese name: make it with ENCODING 'UTF8'."
        )
    found = text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
    if connection.scalar(found) is None:
        raise BadValue(
            f"The database {name} has no PostGIS: run CREATE EXTENSION postgis in it as its "
            "administrator, and start again."
        )
