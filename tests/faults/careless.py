"""Guards taken out of a server process, so that tests can be seen to miss them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from dispatch.store import embedded, server
from geo.road import travel_time
from geo.road.snap import Snapper


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


def lose_the_roads(fuse: Path) -> None:
    """Let the road engines fail at whatever they are asked, for as long as a file is there."""

    def failing(answer: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*args: object, **named: object) -> object:
            if fuse.exists():
                raise ZeroDivisionError("a kernel of the road engine has failed")
            return answer(*args, **named)

        return ask

    for kernel in ("nearest_units", "full_matrix", "fastest_route", "times_within", "reach_from"):
        setattr(travel_time, kernel, failing(getattr(travel_time, kernel)))
    Snapper.join = failing(Snapper.join)  # type: ignore[method-assign] -- it joins, or fails
