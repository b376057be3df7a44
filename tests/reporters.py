"""Clients of a server that is stopped, killed or replaced meanwhile."""

from __future__ import annotations

import threading
import time
from typing import Self

import httpx2
from spec.served_town import RIVER

AS_DISPATCHER = {"authorization": "Bearer demo-dispatcher"}


class Reporters:
    """Clients that report one incident after the other, and remember what was acknowledged."""

    def __init__(self, address: str, *, keeps: bool, count: int = 2) -> None:
        self.acknowledged: list[str] = []
        self.failed: list[str] = []
        self._address, self._keeps = address, keeps
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._report) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 60
        while len(self.acknowledged) < count:
            assert time.monotonic() < until, self.failed
            time.sleep(0.02)

    def _report(self) -> None:
        body = {"lon_lat": RIVER.lon_lat["x"], "matters": ["H1"]}
        headers = AS_DISPATCHER | ({} if self._keeps else {"connection": "close"})
        with httpx2.Client(
            base_url=self._address, headers=headers, timeout=60, trust_env=False
        ) as client:
            while not self._enough.wait(0.02):
                try:
                    answer = client.post("/api/v1/incidents", json=body)
                except httpx2.TransportError as error:
                    self.failed.append(f"{type(error).__name__}: {error}")
                    if isinstance(error, httpx2.ConnectError):
                        return
                else:
                    if answer.status_code == 201:
                        self.acknowledged.append(answer.json()["id"])
                    else:
                        self.failed.append(answer.text)
