"""Findings of drafts, worked out when they are asked for, and kept for those who page on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from dispatch.layer.check import CheckedLayer

MOST_KEPT = 4
"""Whoever looks at a draft pages through its findings; few drafts are looked at together."""


@dataclass(slots=True)
class DraftChecks:
    """The drafts that were looked at last."""

    _kept: OrderedDict[tuple[str, int, str], CheckedLayer] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(
        self,
        draft: str,
        version: int,
        city_version: str,
        check: Callable[[], CheckedLayer],
        *,
        anew: bool,
    ) -> CheckedLayer:
        """
        Give what is found of a draft.

        Parameters
        ----------
        draft, version
            Its number, and its version, whose rows never change.
        city_version
            Version of the city that it is held against.
        check
            Checks it.
        anew
            Whether it is checked in any case: closures and who is at work count, too, and no
            version names them.

        Returns
        -------
        checked
            The draft with its findings.
        """
        key = (draft, version, city_version)
        with self._lock:
            if key in self._kept and not anew:
                self._kept.move_to_end(key)
                return self._kept[key]
        checked = check()  # two who ask at once both check; that is no harm
        with self._lock:
            self._kept[key] = checked
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return checked
