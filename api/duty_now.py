"""Duty now: rosters, calendars, jobs, statuses and flights of a store, kept at the present."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from dispatch.duty import DrawnDuty, DutyBook, draw_up_duty
from dispatch.live import LiveWhereabouts
from dispatch.store.cities import read_statuses
from dispatch.store.duty import duty_revision, read_duty
from dispatch.store.engine import Store
from dispatch.store.flights import read_drones


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
            statuses = read_statuses(session)
            drones = read_drones(session, self._live.present.city.drones, now=now)
        self._live.set_drones(drones)
        before = self._live.present.statuses()
        changed = {
            officer: status for officer, status in statuses.items() if before.get(officer) != status
        }
        if changed:
            self._live.set_status(changed)
        self._revision, self._drawn = revision, None
        return sorted(changed)

    def _runs_out(self, now: datetime) -> bool:
        """Whether duty as it was drawn up does not hold now."""
        if self._drawn is None or self._drawn_at is None:
            return True
        return not self._drawn_at <= now < self._drawn.until
