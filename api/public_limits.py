"""
Limits of what the public may ask: per address and in all, in each window of time.

A window begins with the first request in it.  What counts is kept in memory, and no longer than its
window; a process counts for itself.  Addresses of IPv6 count by their first 64 bits, of which one
subscriber has all others.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock
from types import MappingProxyType

from api.errors import Overloaded

MOST_ADDRESSES = 50_000
"""Addresses that are counted at a time; where more ask, they are held to what all may ask."""


class Kind(StrEnum):
    """What the public asks."""

    LOOK = "look"
    REPORT = "report"
    PHOTO = "photo"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Limit:
    """
    How often something may be asked.

    Attributes
    ----------
    of_one
        By one address in a window.
    in_all
        By all of them.
    window_s
        Seconds.
    """

    of_one: int
    in_all: int
    window_s: float


STANDARD: Mapping[Kind, Limit] = MappingProxyType(
    {
        Kind.LOOK: Limit(of_one=900, in_all=30_000, window_s=60),
        Kind.REPORT: Limit(of_one=20, in_all=1_200, window_s=600),
        Kind.PHOTO: Limit(of_one=60, in_all=3_000, window_s=600),
        Kind.GUESS: Limit(of_one=10, in_all=600, window_s=600),
    }
)
"""Tiles of the map are looks; many phones of one network come from one address."""


class TooOften(Overloaded):
    """
    The public asks too often.

    Parameters
    ----------
    wait_s
        Seconds until one may ask again.
    """

    code = "too_often"

    def __init__(self, wait_s: float) -> None:
        self.retry_after_s = max(1, math.ceil(wait_s))
        super().__init__(f"Too much was asked from here; come again in {self.retry_after_s} s.")


@dataclass(slots=True)
class _Window:
    """How often something was asked since a window began."""

    began: datetime
    asked: int = 0


@dataclass(slots=True, eq=False)
class PublicLimits:
    """
    Counts what the public asks of one process.

    Attributes
    ----------
    limits
        How often each may be asked.
    """

    limits: Mapping[Kind, Limit] = field(default_factory=lambda: STANDARD)
    _windows: dict[tuple[Kind, str], _Window] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def count(self, kind: Kind, host: str, now: datetime) -> None:
        """
        Count one request.

        Parameters
        ----------
        kind
            What is asked.
        host
            From which address.
        now
            The present, with offset.

        Raises
        ------
        TooOften
            This address, or all of them, have asked as often as they may; it is not counted.
        """
        self._take(kind, host, now, take=1)

    def check(self, kind: Kind, host: str, now: datetime) -> None:
        """
        Refuse whoever has asked as often as they may, without counting.

        Parameters
        ----------
        kind
            What is asked.
        host
            From which address.
        now
            The present, with offset.

        Raises
        ------
        TooOften
            As `count` says.
        """
        self._take(kind, host, now, take=0)

    def _take(self, kind: Kind, host: str, now: datetime, *, take: int) -> None:
        """Count for the address and for all, both or neither."""
        limit = self.limits[kind]
        with self._lock:
            if len(self._windows) > MOST_ADDRESSES:
                self._drop_old(now)
            crowded = len(self._windows) > MOST_ADDRESSES
            one = self._window(kind, "" if crowded else subscriber(host), now, limit)
            everybody = self._window(kind, "", now, limit)
            of_one = limit.in_all if one is everybody else limit.of_one
            for window, most in ((one, of_one), (everybody, limit.in_all)):
                if window.asked >= most:
                    raise TooOften(limit.window_s - _age_s(window, now))
            one.asked += take
            everybody.asked += take if one is not everybody else 0

    def _window(self, kind: Kind, who: str, now: datetime, limit: Limit) -> _Window:
        """The window that runs, or a new one; a clock that was put back begins a new one, too."""
        window = self._windows.get((kind, who))
        if window is None or not 0 <= _age_s(window, now) < limit.window_s:
            window = self._windows[kind, who] = _Window(now)
        return window

    def _drop_old(self, now: datetime) -> None:
        """Forget windows that are over."""
        self._windows = {
            (kind, who): window
            for (kind, who), window in self._windows.items()
            if _age_s(window, now) < self.limits[kind].window_s
        }


def subscriber(host: str) -> str:
    """
    Tell who counts as one.

    Parameters
    ----------
    host
        An address.

    Returns
    -------
    subscriber
        The address; of IPv6 the network of its first 64 bits.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host or "nowhere"
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((address, 64), strict=False))


def _age_s(window: _Window, now: datetime) -> float:
    """Seconds since a window began."""
    return (now - window.began).total_seconds()
