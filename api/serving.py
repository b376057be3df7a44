"""Runs the HTTP server on this machine."""

from __future__ import annotations

import logging
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI
from rich.logging import RichHandler

from api.service import Service
from api.settings import require_loopback
from geo.errors import BadValue

logger = logging.getLogger(__name__)

DRAIN_S = 3
"""Requests that are under way have this long to end after a stop is asked for."""


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
        Other machines could reach the address, or somebody else has the port.
    """
    require_loopback(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise BadValue(
            f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
        ) from error
    return listener


def address_of(host: str, port: int) -> str:
    """
    Write the address under which a server is asked.

    Parameters
    ----------
    host, port
        Where it listens.

    Returns
    -------
    address
        As a URL.
    """
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve_app(app: FastAPI, listener: socket.socket) -> None:
    """
    Serve until somebody stops it.

    Parameters
    ----------
    app
        The application.
    listener
        Where it listens.
    """
    handler = RichHandler(show_path=False, rich_tracebacks=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    logger.info("Open %s in a browser; Ctrl+C stops.", address_of(*listener.getsockname()[:2]))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, timeout_graceful_shutdown=DRAIN_S
    )
    _Server(config, app).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that hangs up its live streams before it waits for requests to end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop listening to anybody."""
        service = getattr(self._app.state, "service", None)
        if isinstance(service, Service):
            service.hang_up()
        super().handle_exit(sig, frame)
