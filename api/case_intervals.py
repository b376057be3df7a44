"""Case intervals: how long cases take, counted for Prometheus as their steps come on record."""

from __future__ import annotations

from collections import deque

from api.metrics import Figures
from api.service import Service
from dispatch.store.intervals import intervals_of, latest_step, steps_after

BEATS_LATE = 24
"""
Steps are numbered before they are committed, so that one may come on record after others with
larger numbers.  Two minutes later, at a beat every five seconds, none does: a request has ended.
"""


class CaseIntervals:
    """
    Counts the intervals that have ended since it began, by whatever door or process.

    Each process counts all of them, so that whichever is asked answers for the whole service.

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
            latest = latest_step(session)
        self._counted: set[int] = set()
        self._reached = deque([latest], maxlen=BEATS_LATE)

    def beat(self) -> None:
        """Count what is new."""
        settled = self._reached[0]
        with self._service.store.reading() as session:
            new = [step for step in steps_after(session, settled) if step not in self._counted]
            ended = intervals_of(session, new)
        for interval in ended:
            self._figures.interval(interval.name, interval.took_s)
        self._reached.append(max([self._reached[-1], *new]))
        self._counted = {step for step in (*self._counted, *new) if step > self._reached[0]}
