"""The service within this process, for a verb where no server holds the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from getpass import getuser

import httpx2
import typer

from api.app import create_app
from api.clock import system_clock
from api.settings import Settings
from api.starting import start_service
from dispatch.access import Person, Role
from dispatch.lineup import STALE_AFTER_S
from dispatch.store.engine import open_store
from dispatch.store.standstill import stands_still_at

ROLES = frozenset({Role.ADMIN, Role.DISPATCHER})
"""Whoever may write to the store's file may do all that its doors offer, audit apart."""


@contextmanager
def serve_oneself(
    url: str, *, now: datetime | None, by: str | None
) -> Iterator[httpx2.AsyncClient]:
    """
    Put the service together for one verb: no beats, no port, and a clock that stands still.

    Parameters
    ----------
    url
        Address of the store.
    now
        The instant asked for; None for the present, or for when the demo city stopped.
    by
        In whose name; None for the login name.

    Yields
    ------
    client
        Asks the application directly, the coverage of the instant counted when it is asked for.
    """
    instant = now or _present(url)
    settings = Settings().model_copy(update={"store": url})
    service = start_service(settings, lambda: instant)
    with closing(service.store):
        name = by or _login_name()
        app = create_app(
            settings,
            started=service,
            asker=lambda: Person(name, ROLES, service.city.roots),
        )
        app.state.service = service
        yield httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1", timeout=None
        )


def _present(url: str) -> datetime:
    """The present; for a demo city that stands still, the instant of its last fix."""
    present = system_clock()
    with closing(open_store(url)) as store, store.reading() as session:
        stopped = stands_still_at(session)
    if stopped is None or present - stopped <= timedelta(seconds=STALE_AFTER_S):
        return present
    typer.echo(
        f"The demo city stands still: answering for {stopped.astimezone(UTC).isoformat()}, "
        "its last position; --now asks for another time.",
        err=True,
    )
    return stopped


def _login_name() -> str:
    """Who is at the terminal, as far as the machine knows."""
    try:
        return getuser()
    except (KeyError, OSError):  # a container may have no such user
        return "command line"
