"""Tables of features that are laid out once for each version of what they show, and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from geo.feature_table import FeatureTable

MOST_KEPT = 24
"""Names whose tables are kept, those asked for last: the city's layers, and some drafts."""


MOST_FEATURES = 2_000_000
"""Features of all tables that are kept, but for the one that was laid out last."""


@dataclass(slots=True)
class _Shelf:
    """The table of one name, laid out by one thread at a time."""

    lock: Lock = field(default_factory=Lock)
    table: FeatureTable | None = None

    def __len__(self) -> int:
        """How many features it holds."""
        return 0 if self.table is None else len(self.table)


@dataclass(slots=True)
class KeptTables:
    """The newest table of each name; the one before goes when another version is asked for."""

    _shelves: OrderedDict[str, _Shelf] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, name: str, version: str, lay_out: Callable[[], FeatureTable]) -> FeatureTable:
        """
        Give a table.

        Parameters
        ----------
        name
            Of what.
        version
            Version of what it shows.
        lay_out
            Lays it out, with this version, unless that was done.

        Returns
        -------
        table
            Of that version.
        """
        with self._lock:
            shelf = self._shelves.setdefault(name, _Shelf())
            self._shelves.move_to_end(name)
            while len(self._shelves) > MOST_KEPT:
                self._shelves.popitem(last=False)
        with shelf.lock:
            if shelf.table is None or shelf.table.version != version:
                shelf.table = lay_out()
                self._make_room(name)
            return shelf.table

    def _make_room(self, fresh: str) -> None:
        """Let tables go that were asked for the longest ago, if a large one has come."""
        with self._lock:
            held = sum(map(len, self._shelves.values()))
            for name, shelf in list(self._shelves.items()):
                if held <= MOST_FEATURES:
                    return
                if name != fresh:
                    held -= len(shelf)
                    del self._shelves[name]
