"""The store watch: said once away, said once back, and believed only when something is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from spec.served_town import SEVEN
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, ProgrammingError

from api import errors, store_watch
from api.stale_reads import StaleReads
from api.store_watch import StoreWatch
from dispatch.store import embedded
from dispatch.store.engine import open_store
from dispatch.store.outage import TRACE
from dispatch.store.tables import META

AWAY = "The store does not take what is written"
BACK = "The store takes what is written again"
PERSONAL = "13812345678"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "LOCK_TIMEOUT_S", 0.05)
    store = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}", create=True)
    yield store
    store.close()


@pytest.fixture
def watch(store):
    return StoreWatch(store, lambda: SEVEN)


def of_file(code: int, words: str) -> sqlite3.DatabaseError:
    """What SQLite raises, with a code of its own."""
    error = sqlite3.DatabaseError(words)
    error.sqlite_errorcode = code
    return error


def full(*_: object, **__: object) -> None:
    """Write to a full disk."""
    cause = of_file(sqlite3.SQLITE_FULL, "database or disk is full")
    raise OperationalError(f"INSERT {PERSONAL}", {"phone": PERSONAL}, cause)


def fail(watch: StoreWatch, error: Exception) -> None:
    with watch.trying("The work"):
        raise error


def traces(store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(META.c.value).where(META.c.name == TRACE)))


def test_a_store_that_is_well_is_not_written_to(store, watch):
    with closing(sqlite3.connect(store.path)) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        watch.beat()
        assert other.execute("PRAGMA data_version").fetchone() == before
    assert (watch.down_since, traces(store)) == (None, [])


def test_one_that_lets_begin_and_takes_nothing_stays_down_until_it_takes_it(
    store, watch, monkeypatch, caplog
):
    """Seen to fail with a look that only begins to write: each says that the store is back."""
    with watch.trying("The work"):
        full()
    with monkeypatch.context() as disk:
        disk.setattr(store_watch, "leave_trace", full)
        for _ in range(3):
            watch.beat()
            assert watch.down_since == SEVEN
            fail(watch, of_driver(sqlite3.SQLITE_FULL))
    assert (caplog.text.count(AWAY), caplog.text.count(BACK)) == (1, 0)
    watch.beat()
    watch.beat()
    assert (watch.down_since, traces(store)) == (None, [SEVEN.isoformat()])
    assert (caplog.text.count(AWAY), caplog.text.count(BACK)) == (1, 1)
    assert "Traceback" not in caplog.text


def test_the_log_repeats_the_words_of_the_driver_and_nothing_that_was_written(watch, caplog):
    with watch.trying("The work"):
        full()
    (said,) = caplog.messages
    assert said == f"{AWAY} (database or disk is full); what is read may be stale."
    assert PERSONAL not in caplog.text


@pytest.mark.parametrize("down", [False, True])
def test_a_file_that_is_locked_is_neither_away_nor_back(store, watch, caplog, down):
    if down:
        fail(watch, of_driver(sqlite3.SQLITE_READONLY))
    before = watch.down_since
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        watch.beat()
    assert watch.down_since == before
    assert (caplog.text.count(AWAY), caplog.text.count(BACK)) == (int(down), 0)
    watch.beat()
    assert watch.down_since is None


def of_driver(code: int) -> DatabaseError:
    return DatabaseError("INSERT", None, of_file(code, "something of a file"))


@pytest.mark.parametrize(
    "code",
    [
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_READONLY_DBMOVED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT_INDEX,
        sqlite3.SQLITE_NOTADB,
    ],
)
def test_what_is_wrong_with_the_file_means_that_the_store_is_down(watch, code):
    fail(watch, of_driver(code))
    assert watch.down_since == SEVEN


@pytest.mark.parametrize(
    "error",
    [
        of_driver(sqlite3.SQLITE_ERROR),
        OperationalError("SELECT", None, of_file(sqlite3.SQLITE_ERROR, "no such column: x")),
        IntegrityError("INSERT", None, of_file(sqlite3.SQLITE_CONSTRAINT, "NOT NULL failed")),
        ProgrammingError("SELECT", None, psycopg.errors.UndefinedColumn("no such column")),
        ZeroDivisionError(),
    ],
    ids=["error", "column", "constraint", "column of a server", "no error of a store"],
)
def test_a_fault_of_the_program_is_told_with_its_traceback_and_the_store_is_not_down(
    watch, caplog, error
):
    fail(watch, error)
    assert watch.down_since is None
    assert caplog.messages == ["The work failed."]
    assert type(error).__name__ in caplog.text
    assert "Traceback" in caplog.text


def test_what_began_before_the_store_came_back_and_fails_only_then_is_no_news(watch, caplog):
    """Seen to fail with that left out: the store is away again for one beat."""
    with watch.trying("The work"):
        fail(watch, psycopg.OperationalError("the server closed the connection\nunexpectedly"))
        watch.beat()
        raise psycopg.OperationalError("the database system is starting up")
    assert watch.down_since is None
    assert (caplog.text.count(AWAY), caplog.text.count(BACK)) == (1, 1)
    fail(watch, psycopg.OperationalError("away once more"))
    assert watch.down_since == SEVEN


class Watched:
    """As much of a service as the door asks for."""

    def __init__(self, watch: StoreWatch) -> None:
        self.store_watch = watch


@pytest.fixture
def door(watch):
    app = FastAPI()
    app.state.service = Watched(watch)
    errors.install(app)

    @app.get("/late")
    def late() -> None:
        fail(watch, of_driver(sqlite3.SQLITE_IOERR))
        watch.beat()
        full()

    @app.get("/wrong")
    def wrong() -> None:
        raise of_driver(sqlite3.SQLITE_ERROR)

    @app.get("/full")
    def write() -> None:
        full()

    @app.get("/ogc/collections/closures/items")
    def features() -> JSONResponse:
        if watch.down_since is not None:
            full()
        headers = {"etag": '"1"'}
        return JSONResponse({"features": []}, headers=headers, media_type="application/geo+json")

    app.add_middleware(StaleReads)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_features_are_read_on_marked_and_without_an_etag(door, watch):
    path, programs = "/ogc/collections/closures/items", {"accept": "application/geo+json"}
    before = door.get(path, headers=programs)
    assert (before.headers["etag"], before.json()) == ('"1"', {"features": []})
    fail(watch, of_driver(sqlite3.SQLITE_IOERR))
    since = SEVEN.isoformat()
    stale = door.get(path, headers=programs)
    assert stale.json() == {"features": [], "stale": {"code": "store_down", "since": since}}
    assert (stale.headers["x-stale-since"], "etag" in stale.headers) == (since, False)
    assert stale.headers["content-type"] == "application/geo+json"
    assert door.get(path, headers={"accept": "text/html"}).status_code == 503


def test_so_is_a_request_that_came_in_before(door, watch, caplog):
    assert door.get("/late").status_code == 503
    assert watch.down_since is None
    assert door.get("/full").status_code == 503
    assert watch.down_since == SEVEN
    assert (caplog.text.count(AWAY), caplog.text.count(BACK)) == (2, 1)


def test_a_fault_of_the_program_is_no_outage_at_the_door_either(door, watch, caplog):
    answer = door.get("/wrong")
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert watch.down_since is None
    assert "Traceback" in caplog.text
