"""Runs the HTTP server on this machine."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.access_from_outside import tls_files
from api.logs import LogFormat, log_handler
from api.service import Service
from api.settings import Settings
from geo.errors import BadValue

logger = logging.getLogger(__name__)

LAME_S = 1.0
"""Open connections are answered for so long after a stop is asked for, and asked to close."""

DRAIN_S = 5
"""Requests that are still under way have so long to end."""

STOPPED_S = 9.0
"""A process that was told to stop has ended by then, whatever its threads still do."""

RARELY = (50_000, 20, 100)
"""Allocations between rounds of the garbage collector, then rounds of each age: thousands of fixes
a second end without it, and every round stops all threads."""

TURN_S = 0.0005
"""A thread that computes gives way so soon: whoever answers many gives up its turn all the time."""

LOOK_S = 0.05

UNREAD_S = 60.0
"""A connection whose other end takes nothing for so long is given up, with all that waits for it:
a page that sleeps comes back and resumes."""


def listen_on(host: str, port: int) -> socket.socket:
    """
    Take a port, before anything slow begins.

    Parameters
    ----------
    host, port
        An address of this machine.

    Returns
    -------
    listener
        For `serve_app`; the caller closes it.

    Raises
    ------
    BadValue
        Somebody else has the port, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * UNREAD_S))
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise BadValue(
            f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
        ) from error
    return listener


def address_of(host: str, port: int, *, tls: bool = False) -> str:
    """
    Write the address under which a server is asked.

    Parameters
    ----------
    host, port
        Where it listens.
    tls
        Whether it speaks TLS itself.

    Returns
    -------
    address
        As a URL.
    """
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def serve_app(app: FastAPI, listener: socket.socket, settings: Settings) -> None:
    """
    Serve until somebody stops it; a stop leaves no request unanswered.

    Parameters
    ----------
    app
        The application.
    listener
        Where it listens.
    settings
        How TLS is spoken, and which proxies are believed.
    """
    files = tls_files(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_S,
        ssl_certfile=None if files is None else files[0],
        ssl_keyfile=None if files is None else files[1],
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies.replace(" ", "") or None,
    )
    sys.setswitchinterval(TURN_S)
    DrainingServer(config, app).run(sockets=[listener])


def start_log(log_format: LogFormat = LogFormat.TEXT, *, beside: bool = False) -> None:
    """
    Write the log of a server to the terminal.

    Parameters
    ----------
    log_format
        How its lines look; a line for each request is for collectors.
    beside
        Whether it goes to the error output, because the output itself is the answer.
    """
    logging.basicConfig(level=logging.INFO, handlers=[log_handler(log_format, beside=beside)])
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # addresses may hold a secret
    if log_format is LogFormat.TEXT:
        logging.getLogger("api.requests").setLevel(logging.WARNING)


class DrainingServer(uvicorn.Server):
    """
    A server that ends in three steps: unready, then drained, then stopped.

    When it is told to stop it says at once that it is not ready, takes no new connections, and
    hangs up its live streams.  For `LAME_S` it answers on open connections, asking each
    to close; then idle ones are closed, and requests under way have `DRAIN_S` to end.

    Parameters
    ----------
    config
        Of the server.
    app
        The application, made by `create_app`.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self._watchdog: threading.Timer | None = None
        self._settling: asyncio.Task[None] | None = None

    @property
    def _service(self) -> Service | None:
        """The service, once it has been put together."""
        service = getattr(self._app.state, "service", None)
        return service if isinstance(service, Service) else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and settle down once all is built."""
        await super().startup(sockets)
        self._settling = asyncio.create_task(self._settle())

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a termination that was asked for is no failure, an interruption ends as one."""
        if self._watchdog is None:
            self._watchdog = threading.Timer(STOPPED_S, _end_at_once)
            self._watchdog.daemon = True  # threads that compute are none: the end waits for them
            self._watchdog.start()
        if (service := self._service) is not None:
            service.hang_up()
        super().handle_exit(sig, frame)
        if sig == signal.SIGTERM:
            self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let open connections notice before they are closed."""
        for server in self.servers:
            server.close()
        deadline = time.monotonic() + LAME_S
        while self.server_state.connections and time.monotonic() < deadline:  # noqa: ASYNC110 -- uvicorn tells nobody when a connection ends
            await asyncio.sleep(LOOK_S)
        await super().shutdown(sockets)

    async def _settle(self) -> None:
        """Leave the garbage collector little to do: what is built stays, and cycles are rare."""
        while (service := self._service) is None or not service.warm:
            if self.should_exit:
                return
            await asyncio.sleep(LOOK_S)
        gc.freeze()
        gc.set_threshold(*RARELY)


def _end_at_once() -> None:
    """End a process whose threads do not; what it has acknowledged is in the store."""
    logger.warning("Not all requests have ended in %g s; the process ends without them.", STOPPED_S)
    logging.shutdown()
    os._exit(0)
