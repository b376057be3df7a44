"""Ctrl-C and a time limit as a question that long work asks: is it enough?"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


class Enough:
    """
    Says when long work is to end with the best it has.

    Parameters
    ----------
    seconds
        None for as long as it takes.
    since_s
        Reading of ``time.monotonic`` from which they count; None for now.
    ahead
        Whether to end as soon as one more pause between two asks, as long as the last one, would
        be over too late.
    """

    def __init__(
        self, seconds: float | None = None, *, since_s: float | None = None, ahead: bool = False
    ) -> None:
        self._asked = time.monotonic()
        since_s = self._asked if since_s is None else since_s
        self._until = None if seconds is None else since_s + seconds
        self._ahead = ahead
        self.interrupted = False

    def __call__(self) -> bool:
        """Tell whether to end."""
        before, self._asked = self._asked, time.monotonic()
        pause_s = self._asked - before if self._ahead else 0.0
        too_long = self._until is not None and self._asked + pause_s >= self._until
        return self.interrupted or too_long

    @property
    def late(self) -> bool:
        """Whether the time is over."""
        return self._until is not None and time.monotonic() >= self._until


@dataclass(frozen=True, slots=True)
class Begun:
    """
    When the program was called, for verbs whose time limit counts their start-up, too.

    Attributes
    ----------
    monotonic_s
        Reading of ``time.monotonic``.
    """

    monotonic_s: float


@contextmanager
def ends_early(
    seconds: float | None = None, *, since_s: float | None = None, ahead: bool = False
) -> Iterator[Enough]:
    """
    Let the first Ctrl-C end work with the best so far; the second breaks off.

    Parameters
    ----------
    seconds
        Time limit; None for none.
    since_s
        Reading of ``time.monotonic`` from which it counts; None for now.
    ahead
        As in `Enough`.

    Yields
    ------
    enough
        To be asked while the work goes on.
    """
    enough = Enough(seconds, since_s=since_s, ahead=ahead)

    def hear(_number: int, _frame: FrameType | None) -> None:
        if enough.interrupted:
            raise KeyboardInterrupt
        enough.interrupted = True

    if threading.current_thread() is not threading.main_thread():
        yield enough  # only the main thread hears signals
        return
    before = signal.signal(signal.SIGINT, hear)
    try:
        yield enough
    finally:
        signal.signal(signal.SIGINT, before)
