"""Trackers now: who carries which device, in memory, and what was refused since the last save."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from dispatch.device_book import DeviceBook, DeviceKey
from dispatch.refused_fix import UNKNOWN_DEVICE, RefusedFix
from dispatch.store.devices import read_device_book
from dispatch.store.engine import Store
from dispatch.store.refused_fixes import add_refused
from geo.remark import Remark

MOST_ROWS = 5_000
"""Devices and reasons that are told apart between two saves; the others are counted together."""

TOO_MANY = Remark(
    "too_many_devices",
    "未采用的终端过多，其余合并计数。",
    "More devices were refused than are told apart; the others are counted together.",
)


class TrackersNow:
    """
    Knows devices and sources without asking the store, and counts what cannot be used.

    Parameters
    ----------
    store
        Where both are kept.
    most_rows
        Devices and reasons that are told apart between two saves.
    """

    def __init__(self, store: Store, *, most_rows: int = MOST_ROWS) -> None:
        self._store = store
        self._most_rows = most_rows
        self._refused: dict[tuple[str, str, str], RefusedFix] = {}
        self._lock = Lock()
        self.book = DeviceBook()

    def read_again(self) -> None:
        """Take over what was stated since, by this process or another."""
        with self._store.reading() as session:
            self.book = read_device_book(session)

    def refuse(self, refused: Iterable[RefusedFix]) -> None:
        """
        Count what cannot be used.

        Parameters
        ----------
        refused
            Some of it.
        """
        with self._lock:
            for one in refused:
                self._count(one)

    def forget_unknown(self, devices: Iterable[DeviceKey]) -> None:
        """
        Drop what was said of devices while nobody carried them.

        Parameters
        ----------
        devices
            Those that somebody carries now.
        """
        with self._lock:
            for device in devices:
                self._refused.pop((*device, UNKNOWN_DEVICE), None)

    @property
    def pending(self) -> list[RefusedFix]:
        """What the store does not have yet."""
        with self._lock:
            return list(self._refused.values())

    def save(self) -> None:
        """Write what was refused since the last time; what cannot be written is kept."""
        with self._lock:
            taken, self._refused = self._refused, {}
        if not taken:
            return
        try:
            with self._store.session() as session:
                add_refused(session, taken.values())
                session.commit()
        except BaseException:
            self.refuse(taken.values())
            raise

    def _count(self, one: RefusedFix) -> None:
        """Count one, with those of the same device and reason."""
        if one.key not in self._refused and len(self._refused) >= self._most_rows:
            one = RefusedFix(one.source, "", TOO_MANY, None, one.count, one.first_at, one.last_at)
        known = self._refused.get(one.key)
        self._refused[one.key] = one if known is None else known.joined(one)
