"""Case intervals: how long cases take, counted for Prometheus as their steps come on record."""

from __future__ import annotations

from api.metrics import Figures
from api.service import Service
from dispatch.store.intervals import intervals_after, latest_step


class CaseIntervals:
    """
    Counts the intervals that have ended since the last beat, by whatever door or process.

    Parameters
    ----------
    service
        The service.
    figures
        Where they are counted.
    """

    def __init__(self, service: Service, figures: Figures) -> None:
        self._service = service
        self._figures = figures
        with service.store.reading() as session:
            self._looked_at = latest_step(session)

    def beat(self) -> None:
        """Count what is new."""
        with self._service.store.reading() as session:
            self._looked_at, ended = intervals_after(session, self._looked_at)
        for interval in ended:
            self._figures.interval(interval.name, interval.took_s)
