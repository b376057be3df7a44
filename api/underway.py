"""Requests that are in hand, so that none with an idempotency key is begun twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from api.errors import InFlight


class Underway:
    """Keyed requests that this process has in hand."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: set[str] = set()

    @property
    def held(self) -> int:
        """Number of requests in hand."""
        return len(self._requests)

    @contextmanager
    def only_one(self, request: str) -> Iterator[None]:
        """
        Hold a request until it is answered.

        Parameters
        ----------
        request
            Its digest.

        Raises
        ------
        InFlight
            Another thread has it in hand.
        """
        with self._lock:
            if request in self._requests:
                raise InFlight
            self._requests.add(request)
        try:
            yield
        finally:
            with self._lock:
                self._requests.discard(request)
