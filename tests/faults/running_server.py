"""
A real ``grid-dispatch serve`` in a process of its own, which a test may kill and start again.

Processes are forked off one that has imported the program already: a start takes a fraction of
a second, so that hundreds of kills fit into a test.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from tests.free_port import free_port

START_S = 120
"""Two slow cores are shared with other tests."""

PATIENCE_S = 60
"""A server that says nothing for so long has failed, whatever it says later."""

IDLE_S = 2
"""The server hangs up on whoever is silent for longer than a few seconds; so we do before."""

PR_SET_PDEATHSIG = 1
"""Of Linux's prctl: the signal that a process gets when its parent ends."""

COME_AGAIN = {"overloaded", "store_busy"}
"""Codes of refusals after which the same request may be taken: many ask, and nothing is down."""

DISPATCHER = "demo-dispatcher"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers in small letters, and the body as JSON or text."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def good(self) -> bool:
        """Whether the service took it."""
        return 200 <= self.status < 300


class Caller:
    """One person at the door, on a connection that stays open."""

    def __init__(self, port: int, *, token: str | None = DISPATCHER) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._token = token
        self._last = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request; a body of bytes goes as it is, any other as JSON."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        head = {"content-type": "application/json"} if sent is not None else {}
        if self._token is not None:
            head["authorization"] = f"Bearer {self._token}"
        if time.monotonic() - self._last > IDLE_S:
            self._connection.close()
        self._connection.request(method, path, sent, head | (headers or {}))
        came = self._connection.getresponse()
        text = came.read()
        self._last = time.monotonic()
        named = {name.lower(): value for name, value in came.getheaders()}
        is_json = "json" in named.get("content-type", "")
        return Answer(came.status, named, json.loads(text) if is_json else text.decode())

    def get(self, path: str) -> Answer:
        """Read."""
        return self.ask("GET", path)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        """Write; a header is given as ``idempotency_key``."""
        return self.ask(
            "POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )

    def insist(self, path: str, body: object = None, **headers: str) -> Answer:
        """Write; where others keep the service busy, come again when it says."""
        while (answer := self.post(path, body, **headers)).status in {429, 503}:
            if answer.body["code"] not in COME_AGAIN:
                break
            time.sleep(int(answer.headers["retry-after"]))
        return answer


@dataclass(slots=True)
class RunningServer:
    """A server process on a store; ``weakened`` takes a guard out of the process first."""

    store: str
    log: Path
    port: int = field(default_factory=free_port)
    weakened: Callable[[], None] | None = None
    process: ForkServerProcess | None = None

    def start(self, *, warm: bool = False) -> None:
        """Start the process, and wait until it answers, or is ready to answer quickly."""
        self.process = forked().Process(
            target=serve,
            args=(self.store, self.port, str(self.log), self.weakened),
            daemon=True,  # a test that fails before it ends it doesn't keep the run from ending
        )
        self.process.start()
        self.wait_until("/readyz" if warm else "/healthz")

    def wait_until(self, path: str) -> None:
        """Wait until a path answers 200; a process that ends instead shows its log."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.alive, f"The server ended:\n{self.said()}"
            with suppress(OSError, HTTPException), Caller(self.port) as caller:
                if caller.get(path).status == 200:
                    return
            time.sleep(0.01)
        raise AssertionError(f"{path} did not answer 200 in {START_S} s:\n{self.said()}")

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.is_alive()

    @property
    def pid(self) -> int:
        """Number of the process."""
        assert self.process is not None
        assert self.process.pid is not None
        return self.process.pid

    def said(self) -> str:
        """All that the process has logged."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """Kill it at once (kill -9), wherever it is in its work."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self._end(signal.SIGTERM)

    def _end(self, with_signal: signal.Signals) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):  # it may have ended by itself a moment ago
            os.kill(self.pid, with_signal)
        self.process.join(PATIENCE_S)
        assert not self.process.is_alive(), f"It did not end:\n{self.said()}"
        self.process.close()
        self.process = None

    def caller(self, role: str | None = "dispatcher") -> Caller:
        """Somebody at the door with the demo token of a role, or without any."""
        return Caller(self.port, token=None if role is None else f"demo-{role}")


@contextmanager
def running(
    store: str,
    folder: Path,
    *,
    warm: bool = True,
    weakened: Callable[[], None] | None = None,
) -> Iterator[RunningServer]:
    """Run a server until the block ends."""
    server = RunningServer(store, folder / "server.log", weakened=weakened)
    try:
        server.start(warm=warm)
        yield server
    finally:
        server.kill()


def forked() -> ForkServerContext:
    """Make processes by forking one that has imported the program."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["faults.warmed"])
    with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):
        forkserver.ensure_running()
    return context


def end_with_parent() -> None:
    """
    End this process with the one that it was forked from, which ends with the tests.

    So a run of tests that is killed leaves nobody behind.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def serve(store: str, port: int, log: str, weakened: Callable[[], None] | None) -> None:
    """Be the server process; what it says goes into its log."""
    end_with_parent()
    os.setsid()
    said = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    from api.cli import run  # noqa: PLC0415 -- only this process runs the program

    if weakened is not None:
        weakened()
    sys.exit(run(["serve", "--store", store, "--port", str(port)]))
