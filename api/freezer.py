"""Freezing on from what was frozen last, so that a suggestion freezes only what has changed."""

from __future__ import annotations

from threading import Lock

import numpy as np

from dispatch.frozen import Freezing, Frozen, freeze
from dispatch.whereabouts import Whereabouts


class Freezer:
    """Keeps the present as frozen last, and the snapshot that coverage was counted from."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: list[tuple[Whereabouts, Freezing]] = []

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
            for known, freezing in self._last:
                if known is whereabouts:
                    return freezing.frozen
            before = max(self._last, key=lambda one: _likeness(one[0], whereabouts), default=None)
            made = freeze(whereabouts, None if before is None else before[1])
            self._last = [(whereabouts, made), *(one for one in self._last if one is not before)][
                :2
            ]
            return made.frozen


def _likeness(known: Whereabouts, whereabouts: Whereabouts) -> int:
    """How many officers have not moved from one snapshot to the other; -1 for another city."""
    if known.city.roster is not whereabouts.city.roster:
        return -1
    return int(np.count_nonzero(known.fix_time_s == whereabouts.fix_time_s))
