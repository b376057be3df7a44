"""One of several server processes."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from socket import socket

from api.access_from_outside import require_safe_host
from api.app import create_app
from api.clock import system_clock
from api.service import Service
from api.serving import serve_app, start_log
from api.settings import Settings
from api.starting import start_service
from api.workers import Worker, follow_supervisor

LOOK_S = 0.1


def start_worker(settings: Settings, listener: socket) -> Worker:
    """
    Start a server process.

    Parameters
    ----------
    settings
        What the operator set, and which store.
    listener
        The socket that all of them share.

    Returns
    -------
    worker
        Says over its line when it is ready.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(settings, listener, theirs))
    process.start()
    theirs.close()
    return Worker(process, ours)


def _serve(settings: Settings, listener: socket, line: Connection) -> None:
    """Serve until the supervisor says stop, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the supervisor's to hear
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    follow_supervisor(line)
    start_log(settings.log_format)
    service = start_service(settings, system_clock)
    require_safe_host(listener.getsockname()[0], settings, invented=service.city.invented)
    threading.Thread(target=_say_ready, args=(service, line), daemon=True).start()
    serve_app(create_app(settings, started=service), listener, settings)
    logging.shutdown()
    os._exit(0)  # all is saved and closed; to take the interpreter down as well takes seconds


def _say_ready(service: Service, line: Connection) -> None:
    """Tell the supervisor once the first answer would be quick."""
    while not service.warm:
        time.sleep(LOOK_S)
    line.send("ready")
