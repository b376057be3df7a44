"""The store: opening an embedded file or a database on a server, the same to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.orm import Session

from dispatch.store import (  # noqa: F401 -- they declare tables
    account_tables,
    bulletin_tables,
    centre_policies,
    contacts,
    deadlines,
    devices,
    duty_tables,
    handovers,
    idempotency,
    intake_tables,
    layer_tables,
    ledger_tables,
    order_tables,
    past_incidents,
    position_deltas,
    refused_fixes,
    report_tables,
    run_cards,
    transitions,
    zone_plan_tables,
)
from dispatch.store.embedded import begin_file, connect_file, connect_writer
from dispatch.store.migrate import is_older, upgrade
from dispatch.store.server import begin_server, connect_server
from geo.errors import BadValue, Unavailable, UnreadableFile

ADDRESSES = "give sqlite:///FILE or postgresql://USER@HOST/DATABASE"


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """
    An open store; sessions are handed to services, and the door that asked commits.

    Attributes
    ----------
    engine
        Connections to the file or the database.
    writer
        Those of who writes: the one connection of an embedded store, for which writers queue;
        any on a server.
    path
        The file of an embedded store; None for a store on a server.
    """

    engine: Engine
    writer: Engine
    path: Path | None

    @property
    def name(self) -> str:
        """What sentences call the store: its file, or its address without the password."""
        return _name(self.engine.url)

    @property
    def url(self) -> str:
        """Its whole address, the password too: for other processes, never for sentences."""
        return self.engine.url.render_as_string(hide_password=False)

    def session(self) -> Session:
        """
        Begin a piece of work that may write; an embedded store has one writer at a time.

        Returns
        -------
        session
            To be used in a ``with`` block; what is not committed is undone.
        """
        return Session(self.writer)

    def reading(self) -> Session:
        """
        Begin a piece of work that only reads; it neither waits for a writer nor stops one.

        Returns
        -------
        session
            To be used in a ``with`` block; it sees one state of the store.
        """
        if self.path is not None:
            return Session(self.engine)
        one_state = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return Session(self.engine.execution_options(**one_state))

    def close(self) -> None:
        """Give up all connections."""
        self.writer.dispose()
        self.engine.dispose()


def open_store(url: str, *, create: bool = False, bring_up: bool = False) -> Store:
    """
    Open a store.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``.
    create
        Make an empty store where there is no file, or in a database without tables.
    bring_up
        Let a store that an earlier version has made have the tables of this one.

    Returns
    -------
    store
        Ready for sessions.

    Raises
    ------
    BadValue
        The address is of another kind, or its server may not be relied on.
    UnreadableFile
        There is no such file, or it is not a store of ours.
    Unavailable
        The server does not answer.
    """
    address = _address(url)
    path = _path(address)
    engine = connect_server(address) if path is None else connect_file(path, create=create)
    store = Store(engine, engine if path is None else connect_writer(path), path)
    try:
        _prepare(store, create=create, bring_up=bring_up)
    except BaseException:
        store.close()
        raise
    return store


def file_of(session: Session) -> Path | None:
    """
    Name the file of a store.

    Parameters
    ----------
    session
        A session of it.

    Returns
    -------
    path
        The file; None for a store on a server.
    """
    return _path(session.get_bind().engine.url)


def name_of(session: Session) -> str:
    """
    Tell what sentences call a store.

    Parameters
    ----------
    session
        A session of it.

    Returns
    -------
    name
        Its file, or its address without the password.
    """
    return _name(session.get_bind().engine.url)


def spoken_address(url: str) -> str:
    """
    Write the address of a store as it may be shown.

    Parameters
    ----------
    url
        The whole address.

    Returns
    -------
    address
        The same, with the password hidden if there is one.

    Raises
    ------
    BadValue
        It is no address of a store.
    """
    return _address(url).render_as_string(hide_password=True)


def _address(url: str) -> URL:
    """Read the address of a store, or say what addresses look like."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise BadValue(f"{url!r} is no address of a store; {ADDRESSES}.") from error
    kind, database = address.get_backend_name(), address.database
    embedded = kind == "sqlite" and database not in {None, "", ":memory:"}
    if not embedded and not (kind == "postgresql" and database):
        shown = address.render_as_string(hide_password=True)
        raise BadValue(f"{shown!r} is no address of a store; {ADDRESSES}.")
    return address


def _path(address: URL) -> Path | None:
    """The file that an address names, if it names one."""
    if address.get_backend_name() != "sqlite":
        return None
    return Path(str(address.database)).absolute()


def _name(address: URL) -> str:
    path = _path(address)
    if path is not None:
        return str(path)
    return address.set(drivername="postgresql").render_as_string(hide_password=True)


def _prepare(store: Store, *, create: bool, bring_up: bool) -> None:
    """Make the tables of a new store, or make sure that those of an old one are ours."""
    name, path = store.name, store.path
    try:
        with store.writer.begin() as connection:
            if path is None:
                fresh = begin_server(connection, name, create=create)
            else:
                fresh = begin_file(connection, path)
            older = not fresh and is_older(connection, name)
            if older and not bring_up:
                raise UnreadableFile(
                    f"{name} was made by an earlier version of grid-dispatch: back it up, then "
                    "bring it up with `grid-dispatch store upgrade`."
                )
            if fresh or older:
                upgrade(connection)
    except OperationalError as error:
        if path is None:
            said = str(error.orig).partition("\n")[0]
            raise Unavailable(f"The store {name} does not answer: {said}.") from error
        raise UnreadableFile(f"{name} is not a store: {error.orig}.") from error
    except DatabaseError as error:
        raise UnreadableFile(f"{name} is not a store: {error.orig}.") from error
