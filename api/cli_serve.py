"""`grid-dispatch serve`: the city of a store, pages and HTTP."""

from __future__ import annotations

from contextlib import closing
from socket import socket
from typing import Annotated

import typer

from api.app import PatrolMaker, create_app, start_service
from api.clock import system_clock
from api.lock_file import StoreLock, hold_store
from api.progress import progress_bar
from api.serving import address_of, listen_on, serve_app
from api.settings import Settings, store_url
from api.store_option import StoreOption
from geo.errors import BadValue

HostOption = Annotated[str, typer.Option(help="Address of this machine to listen on.")]
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def serve(
    *,
    store: StoreOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
) -> None:
    """Serve the city of a store, pages and HTTP."""
    if workers > 1:
        raise BadValue(
            f"An embedded store has one server process, not {workers}: leave --workers out."
        )
    url = store_url(store)
    with (
        hold_store(url, now=system_clock(), address=address_of(host, port)) as lock,
        closing(listen_on(host, port)) as listener,
    ):
        serve_store(url, listener, lock)


def serve_store(
    url: str, listener: socket, lock: StoreLock, patrol: PatrolMaker | None = None
) -> None:
    """
    Read the city of a store while somebody waits, then serve it until a stop.

    Parameters
    ----------
    url
        Address of the store.
    listener
        Where to listen.
    lock
        The hold on the store; it is told which city is served.
    patrol
        Moves the officers of a demo city, or None.
    """
    settings = Settings().model_copy(update={"store": url})
    with progress_bar() as report:
        report("opening the city", 0.1)
        service = start_service(settings, system_clock)
    lock.name_city(service.city.name, demo=service.city.invented)
    serve_app(create_app(settings, patrol=patrol, started=service), listener)
