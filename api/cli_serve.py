"""`grid-dispatch serve`: the city of a store, pages and HTTP."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path
from socket import socket
from typing import Annotated

import typer

from api.access_from_outside import require_safe_host, tls_files
from api.app import create_app
from api.beats import PatrolMaker
from api.clock import system_clock
from api.lock_file import StoreLock, hold_store, lock_path
from api.progress import progress_bar
from api.serving import address_of, listen_on, serve_app, start_log
from api.settings import Settings, store_url
from api.starting import start_service
from api.store_option import StoreOption
from api.worker import start_worker
from api.workers import Supervisor
from dispatch.store.engine import open_store
from geo.errors import BadValue

logger = logging.getLogger(__name__)

HostOption = Annotated[str, typer.Option(help="Address of this machine to listen on.")]
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def serve(
    *,
    store: StoreOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    workers: Annotated[
        int, typer.Option(min=1, help="Server processes; several need PostgreSQL.")
    ] = 1,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Certificate with which TLS is spoken.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key.")] = None,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS[,…]", help="Proxies that are believed who the caller is."),
    ] = None,
) -> None:
    """Serve the city of a store, pages and HTTP; a store that is named and not there is made."""
    url = store_url(store)
    if workers > 1 and lock_path(url) is not None:
        raise BadValue(
            f"An embedded store has one server process, not {workers}: leave --workers out, or "
            "serve a store on PostgreSQL."
        )
    given = {"tls_cert": tls_cert, "tls_key": tls_key, "proxies": proxy}
    said = {name: value for name, value in given.items() if value is not None}
    settings = Settings().model_copy(update={"store": url, **said})
    require_safe_host(host, settings, invented=False)
    address = address_of(host, port, tls=tls_files(settings) is not None)
    with (
        hold_store(url, now=system_clock(), address=address) as lock,
        closing(listen_on(host, port)) as listener,
    ):
        if store or Settings().store:
            open_store(url, create=True).close()  # an empty one has a checklist
        if workers > 1:
            _serve_by_many(settings, listener, workers)
        else:
            serve_store(settings, listener, lock)


def serve_store(
    settings: Settings, listener: socket, lock: StoreLock, patrol: PatrolMaker | None = None
) -> None:
    """
    Read the city of a store while somebody waits, then serve it until a stop.

    Parameters
    ----------
    settings
        What the operator set, and which store.
    listener
        Where to listen.
    lock
        The hold on the store; it is told which city is served.
    patrol
        Moves the officers of a demo city, or None.
    """
    with progress_bar() as report:
        report("opening the city", 0.1)
        service = start_service(settings, system_clock)
    host, port = listener.getsockname()[:2]
    require_safe_host(host, settings, invented=service.city.invented)
    lock.name_city(service.city.name, demo=service.city.invented)
    start_log(settings.log_format)
    tls = settings.tls_cert is not None
    logger.info("Open %s in a browser; Ctrl+C stops.", address_of(host, port, tls=tls))
    serve_app(create_app(settings, patrol=patrol, started=service), listener, settings)


def _serve_by_many(settings: Settings, listener: socket, workers: int) -> None:
    """Let several processes serve; this one only watches them."""
    start_log(settings.log_format)
    listener.listen()
    host, port = listener.getsockname()[:2]
    tls = settings.tls_cert is not None
    logger.info("%d processes serve %s", workers, address_of(host, port, tls=tls))
    Supervisor(lambda: start_worker(settings, listener), workers).run()
