"""Freezing on from what was frozen last, so that a suggestion freezes only what has changed."""

from __future__ import annotations

from threading import Lock

from dispatch.frozen import Freezing, Frozen, freeze
from dispatch.whereabouts import Whereabouts


class Freezer:
    """Keeps the present as frozen last, and the snapshot that coverage was counted from."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: list[Freezing] = []

    def __call__(self, whereabouts: Whereabouts) -> Frozen:
        """
        Freeze a snapshot.

        Parameters
        ----------
        whereabouts
            Where everybody is, or was a moment ago.

        Returns
        -------
        frozen
            The bytes.
        """
        with self._lock:
            alike = [one for one in self._last if one.positions is whereabouts.positions]
            before = next(iter(alike or self._last), None)
            made = freeze(whereabouts, before)
            self._last = [made, *(one for one in self._last if one is not before)][:2]
            return made.frozen
