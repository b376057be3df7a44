"""
Backups: a folder with one state of a store, its road networks, and what must come back.

An embedded store is copied by SQLite's online backup, a database by ``pg_dump`` at an exported
snapshot; both go on being written meanwhile.  The tally in the folder is of the same state.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from dispatch.audit_chain import Head
from dispatch.store.cities import ROADS, holds_city
from dispatch.store.declare import METADATA
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger import audit_head
from dispatch.store.record import read_record, write_record
from dispatch.store.tables import META
from dispatch.store.version_roads import kept_roads
from geo.errors import Conflict, Unavailable, UnreadableFile

TALLY, ROADS_FOLDER = "tally.json", "roads"
FILE, DUMP = "store.gpkg", "store.pgdump"


@dataclass(frozen=True, slots=True)
class Tally:
    """
    What a store holds, counted.

    Attributes
    ----------
    rows
        How many rows each table has.
    audit
        Where the audit ends.
    """

    rows: Mapping[str, int]
    audit: Head

    def differences(self, now: Tally) -> tuple[str, ...]:
        """
        Compare with a store that should hold the same.

        Parameters
        ----------
        now
            What that one holds.

        Returns
        -------
        differences
            A sentence for each, none if all is there.
        """
        tables = sorted(self.rows.keys() | now.rows.keys())
        counts = [(name, self.rows.get(name, 0), now.rows.get(name, 0)) for name in tables]
        said = [f"{name} has {n} rows, not {was}." for name, was, n in counts if n != was]
        if self.audit != now.audit:
            said.append(f"The audit ends at entry {now.audit.seq}, not at {self.audit.seq}.")
        return tuple(said)


def take_tally(session: Session) -> Tally:
    """
    Count what a store holds.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    tally
        Of all tables.
    """
    rows = {
        name: int(session.execute(select(func.count()).select_from(table)).scalar_one())
        for name, table in sorted(METADATA.tables.items())
    }
    return Tally(rows, audit_head(session))


def back_up(store: Store, folder: Path) -> Tally:
    """
    Back up a store, whole or not at all, while it goes on being used.

    Parameters
    ----------
    store
        The store.
    folder
        A folder that is not there yet.

    Returns
    -------
    tally
        What the backup holds.

    Raises
    ------
    Conflict
        The folder is there already.
    Unavailable
        The programs of PostgreSQL are missing, or failed.
    """
    if folder.exists():
        raise Conflict(f"{folder} is there already: name a folder that is not.")
    unfinished = folder.with_name(f".{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        tally = _dump(store, unfinished) if store.path is None else _copy(store, unfinished)
        with store.reading() as session:
            for path in sorted({*_roads(session).values(), *kept_roads(session)}):
                shutil.copytree(path, unfinished / ROADS_FOLDER / path.name)
        (unfinished / TALLY).write_text(write_record(tally), encoding="utf-8")
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return tally


def read_tally(folder: Path) -> Tally:
    """
    Read what a backup holds.

    Parameters
    ----------
    folder
        The backup.

    Returns
    -------
    tally
        As it was counted when the backup was made.

    Raises
    ------
    UnreadableFile
        The folder is no backup.
    """
    try:
        return read_record(Tally, (folder / TALLY).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, UnreadableFile) as error:
        raise UnreadableFile(f"{folder} is no backup of a store: {error}.") from error


def bring_back(folder: Path, url: str, *, replace: bool = False) -> Store:
    """
    Bring a store back from its backup; the networks' places are told by `use_roads` afterwards.

    Parameters
    ----------
    folder
        The backup.
    url
        Address of the store: a file, or an empty database with PostGIS.
    replace
        Whether a store that holds a city may be overwritten.

    Returns
    -------
    store
        Open.

    Raises
    ------
    Conflict
        The store holds a city already.
    UnreadableFile
        The folder is no backup, or one of the other kind of store.
    Unavailable
        The programs of PostgreSQL are missing, or failed.
    """
    read_tally(folder)
    kept = FILE if make_url(url).get_backend_name() == "sqlite" else DUMP
    if not (folder / kept).is_file():
        raise UnreadableFile(
            f"The backup {folder} has no {kept}: embedded stores and those on a server are each "
            "restored from a backup of their own kind."
        )
    with closing(open_store(url, create=True)) as there, there.reading() as session:
        if not replace and holds_city(session):
            raise Conflict(
                f"The store {there.name} holds a city already: restore into a new one, or give "
                "`--replace` to lose what it holds."
            )
        path = there.path
    if path is None:
        _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction",
             str(folder / kept))  # fmt: skip
    else:
        fresh = path.with_name(f".{path.name}-restored")
        shutil.copyfile(folder / kept, fresh)
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        fresh.replace(path)
    return open_store(url, bring_up=True)  # the backup may be of an earlier version


def use_roads(session: Session, folder: Path, *, keep_roads_in: Path | None) -> None:
    """
    Copy the road networks of a backup to where a restored store finds them.

    Parameters
    ----------
    session
        A session of the restored store that may write; the caller commits.
    folder
        The backup.
    keep_roads_in
        Folder for them; without it beside the file of an embedded store.
    """
    address = session.get_bind().engine.url
    beside = Path("/") if keep_roads_in is not None else Path(str(address.database)).parent
    named = keep_roads_in or Path(f"{Path(str(address.database)).stem}-roads")
    for entry, path in _roads(session).items():
        place = named / path.name
        if not (beside / place).exists():
            shutil.copytree(folder / ROADS_FOLDER / path.name, beside / place)
        session.execute(update(META).where(META.c.name == entry).values(value=place.as_posix()))
    for kept in (folder / ROADS_FOLDER).iterdir():  # of earlier versions of the city, too
        if not (beside / named / kept.name).exists():
            shutil.copytree(kept, beside / named / kept.name)


def find_damage(session: Session) -> str | None:
    """
    Let the database look whether its own structure is sound.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    damage
        What SQLite finds wrong; None if nothing, and on a server, which watches itself.
    """
    if session.get_bind().dialect.name != "sqlite":
        return None
    found = session.connection().exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return None if found == ["ok"] else "; ".join(map(str, found))


def _roads(session: Session) -> dict[str, Path]:
    """Where the road networks lie, by the entry that says so."""
    database = session.get_bind().engine.url.database
    on_server = session.get_bind().dialect.name != "sqlite"
    beside = Path("/") if on_server else Path(str(database)).parent
    entries = select(META.c.name, META.c.value).where(META.c.name.startswith(ROADS))
    return {row.name: beside / row.value for row in session.execute(entries)}


def _copy(store: Store, folder: Path) -> Tally:
    """Copy an embedded store while it is used, and make sure that the copy is sound."""
    copy = sqlite3.connect(folder / FILE)
    with closing(store.engine.raw_connection()) as source, closing(copy):
        connection = source.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        connection.backup(copy)
    with closing(open_store(f"sqlite:///{folder / FILE}")) as copied, copied.reading() as session:
        damage = find_damage(session)
        if damage is not None:
            raise UnreadableFile(f"The store {store.name} is damaged: {damage}.")
        return take_tally(session)


def _dump(store: Store, folder: Path) -> Tally:
    """Dump a database in the state in which it is counted."""
    with store.reading() as session:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # it may take
        snapshot = session.execute(select(func.pg_export_snapshot())).scalar_one()
        tables = [f"--table={name}" for name in [*sorted(METADATA.tables), "alembic_version"]]
        what = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run("pg_dump", store.url, *what, *tables, f"--file={folder / DUMP}")
        return take_tally(session)


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a program of PostgreSQL; the password does not stand among its arguments."""
    path = shutil.which(program)
    if path is None:
        raise Unavailable(
            f"The program {program} is missing: install PostgreSQL's client programs (Debian "
            "package postgresql-client), of the server's version or newer."
        )
    address = make_url(url).set(drivername="postgresql")
    plain = address.set(password=None).render_as_string(hide_password=False)
    password = {} if address.password is None else {"PGPASSWORD": str(address.password)}
    done = subprocess.run(
        [path, f"--dbname={plain}", *arguments],
        env=os.environ | password,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Unavailable(f"{program} failed: {done.stderr.strip().splitlines()[-1]}.")
