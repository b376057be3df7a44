"""What fails for no fault of its own is tried again once; a busy store is no store that is down."""

from __future__ import annotations

import sqlite3

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from psycopg import errors as postgresql
from pydantic import BaseModel
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from api import errors
from api.second_try import SecondTry
from api.store_watch import StoreWatch


class Report(BaseModel):
    text: str


def failing(cause: Exception) -> OperationalError:
    return OperationalError("COMMIT", None, cause)


def of_file(code: int) -> sqlite3.OperationalError:
    """What SQLite raises, with a code of its own."""
    error = sqlite3.OperationalError("something of a file")
    error.sqlite_errorcode = code
    return error


GAVE_WAY = (
    postgresql.DeadlockDetected(),
    postgresql.SerializationFailure(),
    of_file(sqlite3.SQLITE_BUSY),
    of_file(sqlite3.SQLITE_BUSY_SNAPSHOT),
)
NAMED = ("deadlock", "serialization", "locked file", "another snapshot")
BUSY = (postgresql.LockNotAvailable(), postgresql.QueryCanceled())


class Watched:
    """As much of a service as the errors of a store ask for."""

    def __init__(self) -> None:
        self.store_watch = StoreWatch(None, lambda: 7)


@pytest.fixture
def door():
    """An application that raises what it is told to, one after the other, then echoes."""
    app = FastAPI()
    app.state.service, app.state.raising, app.state.asked = Watched(), [], []
    errors.install(app)

    @app.post("/echo")
    def echo(report: Report) -> Report:
        app.state.asked.append(report.text)
        if app.state.raising:
            raise app.state.raising.pop(0)
        return report

    app.add_middleware(SecondTry)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def say(door, *raising: Exception) -> Response:
    door.app.state.raising[:] = raising
    return door.post("/echo", json={"text": "垃圾"})


@pytest.mark.parametrize("cause", GAVE_WAY, ids=NAMED)
def test_what_gave_way_once_is_done_the_second_time_with_the_same_body(door, cause):
    answer = say(door, failing(cause))
    assert (answer.status_code, answer.json()) == (200, {"text": "垃圾"})
    assert door.app.state.asked == ["垃圾", "垃圾"]


@pytest.mark.parametrize("cause", GAVE_WAY, ids=NAMED)
def test_there_is_no_third_time(door, cause):
    answer = say(door, *[failing(cause)] * 5)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_busy")
    assert answer.headers["retry-after"] == "1"
    assert len(door.app.state.asked) == 2
    assert door.app.state.service.store_watch.down_since is None


@pytest.mark.parametrize(
    "error",
    [*map(failing, BUSY), NoConnection("QueuePool limit")],
    ids=["lock timeout", "statement timeout", "no connection"],
)
def test_a_busy_store_is_not_asked_twice_and_nothing_is_called_stale(door, error):
    answer = say(door, error)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_busy")
    assert answer.headers["retry-after"] == "1"
    assert len(door.app.state.asked) == 1
    assert door.app.state.service.store_watch.down_since is None


@pytest.mark.parametrize(
    "cause",
    [
        postgresql.AdminShutdown(),
        postgresql.OperationalError("the connection is lost"),
        of_file(sqlite3.SQLITE_FULL),
        of_file(sqlite3.SQLITE_IOERR_WRITE),
    ],
    ids=["shut down", "connection lost", "full disk", "failing disk"],
)
def test_a_store_that_is_gone_is_down_and_nobody_knows_what_came_of_it(door, cause):
    answer = say(door, failing(cause))
    assert (answer.status_code, answer.json()["code"]) == (503, "store_down")
    assert len(door.app.state.asked) == 1
    assert door.app.state.service.store_watch.down_since == 7


def test_a_value_that_no_column_holds_is_refused_in_a_sentence(door):
    answer = say(door, DataError("INSERT", None, postgresql.NumericValueOutOfRange()))
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_value")
    assert answer.json()["en"].endswith(".")
