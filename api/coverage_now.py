"""Coverage as it is now, counted on from what it was when it was last asked for."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from dispatch.city_coverage import CityCoverage, survey_city
from dispatch.demand_point import Ground, lay_out_demand
from dispatch.whereabouts import Whereabouts


class CoverageNow:
    """Keeps the last count, so that the next looks only at crews that have changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ground: tuple[str, Ground] | None = None
        self._last: CityCoverage | None = None

    def read(self, whereabouts: Whereabouts, *, now: datetime) -> CityCoverage:
        """
        Count what is covered.

        Parameters
        ----------
        whereabouts
            Where the officers are.
        now
            The present.

        Returns
        -------
        covered
            As of now.
        """
        with self._lock:
            city = whereabouts.city
            if self._ground is None or self._ground[0] != city.version:
                self._ground = city.version, lay_out_demand(city)
            ground = self._ground[1]
            self._last = survey_city(ground, whereabouts, now=now, before=self._last)
            return self._last
