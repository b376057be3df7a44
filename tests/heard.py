"""What open pages hear of a service in this process."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from api.live import Stream


class Hearing(Sequence):
    """
    Everything of one kind that goes out to open pages, in order; it grows while one looks.

    Parameters
    ----------
    heard
        Name and data of every event.
    kind
        Name of those that count.
    read
        What is read of their data.
    """

    def __init__(self, heard: list, kind: str, read: Callable = lambda data: data) -> None:
        self._heard, self._kind, self._read = heard, kind, read

    def __len__(self) -> int:
        return len(self._now())

    def __getitem__(self, row) -> object:
        return self._now()[row]

    def __iter__(self) -> Iterator:
        return iter(self._now())

    def __repr__(self) -> str:
        return repr(self._now())

    def clear(self) -> None:
        self._heard.clear()

    def wait_until(self, enough: Callable[[list], bool]) -> list:
        """Wait until enough has been heard, and answer all of it."""
        patience = time.monotonic() + 10
        while not enough(now := self._now()):
            assert time.monotonic() < patience, now
            time.sleep(0.02)
        return now

    def _now(self) -> list:
        return [self._read(data) for kind, data in list(self._heard) if kind == self._kind]


@pytest.fixture
def heard(monkeypatch) -> list[tuple[str, object]]:
    """Name and data of everything that goes out to open pages, in order."""
    events: list[tuple[str, object]] = []
    publish, publish_told = Stream.publish, Stream.publish_told

    def of_the_moment(stream, event, data) -> None:
        events.append((event, data))
        publish(stream, event, data)

    def of_the_store(stream, told) -> None:
        events.append((told.kind, json.loads(told.payload)))
        publish_told(stream, told)

    monkeypatch.setattr(Stream, "publish", of_the_moment)
    monkeypatch.setattr(Stream, "publish_told", of_the_store)
    return events
