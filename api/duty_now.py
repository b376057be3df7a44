"""Duty now: rosters, calendars, jobs, statuses and flights of a store, kept at the present."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from threading import Lock

import numpy as np

from dispatch.duty import DrawnDuty, DutyBook, draw_up_duty
from dispatch.live import LiveWhereabouts
from dispatch.store.cities import read_not_free
from dispatch.store.duty import duty_revision, read_duty
from dispatch.store.engine import Store
from dispatch.store.flights import read_drones
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts


class DutyNow:
    """
    Draws duty up anew when it has run out, and reads it again when somebody changed it.

    Parameters
    ----------
    store
        Where rosters, calendars, jobs and statuses are.
    live
        Where everybody is; it is told.
    """

    def __init__(self, store: Store, live: LiveWhereabouts) -> None:
        self._store = store
        self._live = live
        self._lock = Lock()
        self._revision = -1
        self._book = DutyBook()
        self._drawn_at: datetime | None = None
        self._drawn: DrawnDuty | None = None

    def apply(self, now: datetime) -> list[str]:
        """
        Put in force what holds now.

        Parameters
        ----------
        now
            The present.

        Returns
        -------
        changed
            Ids of the officers whose status has changed.
        """
        with self._lock:
            changed = self._read(now)
            if self._runs_out(now):
                roster = self._live.present.city.roster
                self._drawn, self._drawn_at = draw_up_duty(self._book, roster, now=now), now
                self._live.set_duty(self._drawn.columns)
            return changed

    def _read(self, now: datetime) -> list[str]:
        """Read the store if anything there has changed."""
        with self._store.reading() as session:
            revision = duty_revision(session)
            if revision == self._revision:
                return []
            self._book = read_duty(session, now=now)
            not_free = read_not_free(session)
            drones = read_drones(session, self._live.present.city.drones, now=now)
        self._live.set_drones(drones)
        changed = _changed(self._live.present, not_free)
        if changed:
            self._live.set_status(changed)
        self._revision, self._drawn = revision, None
        return sorted(changed)

    def _runs_out(self, now: datetime) -> bool:
        """Whether duty as it was drawn up does not hold now."""
        if self._drawn is None or self._drawn_at is None:
            return True
        return not self._drawn_at <= now < self._drawn.until


def _changed(
    present: Whereabouts, not_free: Mapping[str, DutyStatus | None]
) -> dict[str, DutyStatus]:
    """Those whose status is another than in the present snapshot, compared as arrays."""
    roster = present.city.roster
    status = np.full_like(present.status, STATUSES.index(DutyStatus.AVAILABLE))
    for officer, known in not_free.items():
        row = roster.officer_row.get(officer)
        if row is not None:  # of whom is not listed nothing is known: he or she stays as is
            status[row] = present.status[row] if known is None else STATUSES.index(known)
    rows = np.flatnonzero(status != present.status).tolist()
    return {roster.officers[row].id: STATUSES[status[row]] for row in rows}
