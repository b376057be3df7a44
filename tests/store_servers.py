"""
Stores for tests: files, and databases on a temporary PostgreSQL server of this run.

The server is an own cluster in a folder of its own, so that a test may stop and kill it; it is
durable as in production, and quick because the folder lies in memory where there is such a place.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import Store, open_store
from tests.free_port import free_port

PACKAGES = "PostgreSQL with PostGIS (Debian packages postgresql and postgresql-postgis)"
KINDS = ("embedded", "postgresql")
EMBEDDED_FIRST = ("embedded", pytest.param("postgresql", marks=pytest.mark.verify))
"""Embedded in `make test`, of each kind in turn in `make verify`."""

TEMPLATE = "with_postgis"
STARTS_WITHIN_S = 180


class TemporaryServer:
    """
    A PostgreSQL cluster of our own, on a port of this machine only.

    Parameters
    ----------
    programs
        Folder with initdb and postgres.
    """

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        memory = Path("/dev/shm")  # noqa: S108 -- only our own folder in it
        place = memory if os.access(memory, os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="grid-dispatch-postgresql-", dir=place))
        self._as_somebody = self._owner()
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._holding: dict[Path, str] = {}
        self._tables = ""
        command = ["initdb", "-D", "data", "-U", "dispatch", "-A", "trust", "-E", "UTF8", "-N"]
        self._run(*command, "--locale=C.UTF-8")
        self.start()
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        self.execute("CREATE EXTENSION postgis", database=TEMPLATE)

    def start(self, *settings: str) -> None:
        """Start it, with settings such as ``fsync=off``, and wait until it answers."""
        options = [f"-cport={self.port}", "-clisten_addresses=127.0.0.1", "-cmax_connections=200"]
        options += [
            f"-cunix_socket_directories={self.folder}",
            *(f"-c{setting}" for setting in settings),
        ]
        program = [str(self._programs / "postgres"), "-D", "data", *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self._as_somebody, *program], cwd=self.folder, stdout=log, stderr=log
            )
        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < until, "PostgreSQL does not start"
                time.sleep(0.05)
            else:
                return

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT at once and in order, SIGKILL as a power cut would."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(timeout=STARTS_WITHIN_S)

    def remove(self) -> None:
        """End it for good."""
        if self.process is not None and self.process.poll() is None:
            self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://dispatch@127.0.0.1:{self.port}/{database}"

    def quiet_url(self, database: str) -> str:
        """The address of a database without any network: by a socket in the folder."""
        return f"postgresql://dispatch@/{database}?host={self.folder}&port={self.port}"

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run a statement outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type] -- tests' own statements

    def make_database(self, *, template: str = TEMPLATE) -> str:
        """Make a database, with PostGIS unless told otherwise; answers its name."""
        name = f"d{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def database_with(self, city: Path) -> str:
        """Make a database with a city, which is loaded once and copied from then on; its name."""
        if city not in self._holding:
            name = self.make_database()
            with closing(open_store(self.url(name), create=True)) as store:
                load_city(city, store)
            self._holding[city] = name
        return self.make_database(template=self._holding[city])

    def empty_store(self) -> str:
        """Make a database with the tables of a store and nothing in them; its name."""
        if not self._tables:
            self._tables = self.make_database()
            open_store(self.url(self._tables), create=True).close()
        return self.make_database(template=self._tables)

    def drop_database(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _owner(self) -> list[str]:
        """PostgreSQL refuses to run as root; whoever runs it ends it with the tests."""
        follow = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() != 0:
            return follow
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            user = pwd.getpwnam("nobody")
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        return [*follow, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_somebody, str(self._programs / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def server_programs() -> Path | None:
    """Find the folder with the programs of the newest PostgreSQL that has PostGIS."""
    share = sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    for control in reversed(share):
        folder = Path("/usr/lib/postgresql") / control.parts[-3] / "bin"
        if (folder / "initdb").is_file():
            return folder
    return None


def load_city(folder: Path, store: Store) -> None:
    """Load a city folder; the roads of a store on a server come to lie beside the folder."""
    roads = folder.parent / "roads-of-the-server" if store.path is None else None
    with store.session() as session:
        load_city_folder(folder, session, keep_roads_in=roads)
        session.commit()


@pytest.fixture(scope="session")
def _server() -> Iterator[TemporaryServer | None]:
    """Start the server of this process, if the machine has what it takes."""
    programs = server_programs()
    if programs is None:
        yield None
        return
    server = TemporaryServer(programs)
    yield server
    server.remove()


@pytest.fixture
def postgresql(
    request: pytest.FixtureRequest, leave_out: Callable[[str], NoReturn]
) -> TemporaryServer:
    """The server of this process; without one the test fails under CI and is left out elsewhere."""
    server: TemporaryServer | None = request.getfixturevalue("_server")
    if server is None and os.environ.get("CI") == "true":
        pytest.fail(f"This machine lacks {PACKAGES}; .ci/debian installs it.")
    if server is None:
        leave_out(PACKAGES)
    if server.process is None or server.process.poll() is not None:
        server.start()  # a test that ended it has failed; the next ones shall not
    return server


@pytest.fixture
def database(postgresql: TemporaryServer) -> Iterator[str]:
    """Address of an empty database with PostGIS."""
    name = postgresql.make_database()
    yield postgresql.url(name)
    with suppress(psycopg.OperationalError):  # a test may have ended the server
        postgresql.drop_database(name)


@pytest.fixture(params=KINDS)
def new_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a store that does not exist yet, of each kind in turn."""
    if request.param == "embedded":
        return f"sqlite:///{tmp_path / 'store.gpkg'}"
    return str(request.getfixturevalue("database"))


@pytest.fixture(scope="session")
def tables_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded store with nothing in it, to be copied: making its tables takes a while."""
    path = tmp_path_factory.mktemp("tables") / "store.gpkg"
    open_store(f"sqlite:///{path}", create=True).close()
    return path


@pytest.fixture(params=KINDS)
def empty_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a store with nothing in it, of each kind in turn."""
    if request.param == "embedded":
        path = shutil.copy(request.getfixturevalue("tables_alone"), tmp_path / "store.gpkg")
        yield f"sqlite:///{path}"
        return
    server: TemporaryServer = request.getfixturevalue("postgresql")
    name = server.empty_store()
    yield server.url(name)
    with suppress(psycopg.OperationalError):  # a test may have ended the server
        server.drop_database(name)


@pytest.fixture
def town_on_server(town_store: Path, postgresql: TemporaryServer) -> Iterator[str]:
    """Address of a store on PostgreSQL with the town of a test module, the test's own."""
    name = postgresql.database_with(town_store.parent / "city")
    yield postgresql.url(name)
    with suppress(psycopg.OperationalError):  # a test may have ended the server
        postgresql.drop_database(name)


@pytest.fixture(params=EMBEDDED_FIRST)
def town_url(request: pytest.FixtureRequest, town_store: Path, tmp_path: Path) -> str:
    """
    Address of a store with the town of a test module, the test's own.

    Of each kind in turn in `make verify`, embedded in `make test`; ``each_town_url`` always is.
    """
    return _town_in(request, town_store, tmp_path)


@pytest.fixture(params=KINDS)
def each_town_url(request: pytest.FixtureRequest, town_store: Path, tmp_path: Path) -> str:
    """Address of a store with the town of a test module, of each kind in turn."""
    return _town_in(request, town_store, tmp_path)


def _town_in(request: pytest.FixtureRequest, town_store: Path, folder: Path) -> str:
    if request.param == "embedded":
        from spec.served_town import copy_town  # noqa: PLC0415 -- benchmarks have no towns

        return f"sqlite:///{copy_town(town_store, folder)}"
    return str(request.getfixturevalue("town_on_server"))
