"""Engines that are servers: started on loopback, asked over one connection, always ended."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.peer.asking import TooSlowError

PATIENCE_S = 30.0
"""A question that takes longer is given up."""


class Server:
    """
    A program that answers JSON over HTTP; it runs while the block does.

    Parameters
    ----------
    command
        Gives the command line for a port.
    log
        Receives what the program prints.
    """

    def __init__(self, command: Callable[[int], list[str]], log: Path) -> None:
        self._command, self._log = command, log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.stop()

    def start(self) -> None:
        """Start the program on a free port of this machine, unless it runs."""
        if self._process is not None:
            return
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        with self._log.open("w", encoding="utf-8") as file:
            command = self._command(self.port)
            self._process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
        self._wait()
        self._http = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def stop(self) -> None:
        """End the program."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def post(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        """Ask; a question that takes too long is given up, and so is the program."""
        body = json.dumps(question).encode()
        try:
            self._http.request("POST", path, body, {"Content-Type": "application/json"})
            answer = self._http.getresponse()
            found: dict[str, Any] = json.loads(answer.read())
        except TimeoutError:
            self._http.close()
            self.stop()
            raise TooSlowError(f"> {PATIENCE_S:.0f} s") from None
        if answer.status != 200:
            raise RuntimeError(f"The engine refused: {str(found)[:300]}")
        return found

    def _wait(self) -> None:
        for _ in range(1200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise TimeoutError(f"The program did not start; see {self._log}.")
