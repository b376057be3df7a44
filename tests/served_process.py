"""The verb `serve` as a process of its own, to be asked, signalled and killed."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

READY_S = 120.0
STOPS_S = 30.0
CLOSES_S = 5.0
"""A process that stops takes no more connections by then, on a busy machine, too."""

UNENCRYPTED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP on this machine: reading everybody's certificates for each request takes 30 ms."""


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ready(self) -> bool:
        """Whether it says that it is ready; False too where nobody answers."""
        try:
            asked = httpx2.get(
                f"{self.address}/readyz", trust_env=False, timeout=READY_S, verify=UNENCRYPTED
            )
        except httpx2.TransportError:
            return False
        return asked.status_code == 200

    def somebody_is_ready(self) -> bool:
        """Whether one of its processes is; one that has just been told to stop may answer first."""
        until = time.monotonic() + CLOSES_S
        while not self.ready():
            if time.monotonic() > until:
                return False
        return True

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_S
        while not self.ready():
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < until, self.log.read_text("utf-8")
            time.sleep(0.1)


@contextmanager
def serving(url: str, folder: Path, *more: str) -> Iterator[Served]:
    """Serve a store until the block ends; it must then stop with exit code 0."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()"]
    command += ["serve", "--store", url, "--port", str(port), *more]
    log = folder / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    served = Served(f"http://127.0.0.1:{port}", process, log)
    try:
        served.wait_until_ready()
        yield served
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=STOPS_S)
    assert process.returncode == 0, log.read_text("utf-8")
