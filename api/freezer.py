"""Freezing on from what was frozen last, so that a suggestion freezes only what has changed."""

from __future__ import annotations

from threading import Lock

import numpy as np

from dispatch.frozen import Freezing, Frozen, freeze
from dispatch.whereabouts import Whereabouts

KEPT = 2
"""Snapshots that are asked for by turns: the present, and what coverage was counted from."""


class Freezer:
    """Keeps the snapshots that were asked for last, as frozen."""

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
            kept = [one for one in self._last if one[0] is whereabouts]
            if not kept:
                likest = max(
                    self._last, key=lambda one: _likeness(one[0], whereabouts), default=None
                )
                kept = [(whereabouts, freeze(whereabouts, None if likest is None else likest[1]))]
            self._last = [*kept, *(one for one in self._last if one is not kept[0])][:KEPT]
            return kept[0][1].frozen


def _likeness(known: Whereabouts, whereabouts: Whereabouts) -> int:
    """How many officers have not moved from one snapshot to the other; -1 for another city."""
    if known.city.roster is not whereabouts.city.roster:
        return -1
    return int(np.count_nonzero(known.fix_time_s == whereabouts.fix_time_s))
