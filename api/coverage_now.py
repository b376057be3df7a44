"""Coverage as it is now, counted on from what it was, on a beat of its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock

from dispatch.city_coverage import CityCoverage, survey_city
from dispatch.demand_point import Ground, lay_out_demand
from dispatch.seen_coverage import share_seen
from dispatch.whereabouts import Whereabouts

REST = 9.0
"""After each count its beat rests this many times as long: a tenth of one core at the most."""


class CoverageNow:
    """Keeps the last count, so that the next looks only at crews that have changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ground: tuple[tuple[str, ...], Ground] | None = None
        self._last: CityCoverage | None = None
        self._rests_until_s = 0.0
        self._told: Mapping[frozenset[str], float] = {}

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
            places = city.version, *city.road_versions
            if self._ground is None or self._ground[0] != places:
                self._ground = places, lay_out_demand(city)
            ground = self._ground[1]
            self._last = survey_city(ground, whereabouts, now=now, before=self._last)
            return self._last

    def keep(self, whereabouts: Whereabouts, *, now: datetime) -> CityCoverage | None:
        """
        Count what is covered, unless counting would take too much of the machine.

        Parameters
        ----------
        whereabouts
            Where the officers are.
        now
            The present.

        Returns
        -------
        covered
            As of now; None while the beat rests.
        """
        began_s = time.perf_counter()
        if began_s < self._rests_until_s:
            return None
        covered = self.read(whereabouts, now=now)
        ended_s = time.perf_counter()
        self._rests_until_s = ended_s + REST * (ended_s - began_s)
        return covered

    def latest(self, whereabouts: Whereabouts) -> CityCoverage | None:
        """
        Give the last count without waiting for another.

        Parameters
        ----------
        whereabouts
            Where the officers are.

        Returns
        -------
        covered
            As of its own instant; None before the first count, and where the last is of
            another version of the city or of the weights of its roads.
        """
        last, city = self._last, whereabouts.city
        if last is None or last.basis[:2] != (city.version, city.weight_version):
            return None
        return last

    def news(
        self, covered: CityCoverage, sights: Iterable[frozenset[str]]
    ) -> dict[frozenset[str], float]:
        """
        Find whom a count is news to; call it from the beat alone.

        Parameters
        ----------
        covered
            What is covered.
        sights
            The different sets of areas that those see who listen.

        Returns
        -------
        news
            The share of their own ground, for those for whom it is not what they were told last.
        """
        before = self._told
        self._told = {areas: share_seen(covered, areas) for areas in sights}
        return {areas: share for areas, share in self._told.items() if before.get(areas) != share}


def coverage_said(covered: CityCoverage, share: float) -> dict[str, str | float]:
    """
    What an event says of coverage to those who see ground of which a share is covered.

    Parameters
    ----------
    covered
        What is covered, and when it was counted.
    share
        From 0 to 1.

    Returns
    -------
    said
        Instant and share.
    """
    return {"now": covered.now.isoformat(), "share": round(share, 6)}
