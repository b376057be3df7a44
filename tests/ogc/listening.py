"""A served town that listens on a port of this machine, for clients that want a real connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from free_port import free_port
from spec.served_town import MovedClock

from api.app import create_app
from api.settings import Settings

WITHIN_S = 120.0


@contextmanager
def listening(url: str) -> Iterator[str]:
    """Serve a store by its address until the block ends; gives the address of the server."""
    port = free_port()
    app = create_app(Settings(store=url), clock=MovedClock())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = Thread(target=server.run, name="listening")
    thread.start()
    try:
        until = time.monotonic() + WITHIN_S
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < until
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(WITHIN_S)
        assert not thread.is_alive()
