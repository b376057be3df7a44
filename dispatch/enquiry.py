"""
Enquiry: the officers of a city asked about one place, and no more of them than matter.

A city of thousands of crews proposes eight.  Only those are judged by the roads that the engine
finds soonest; of all others it is known that they would not be there before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Candidates, Need, candidates
from dispatch.lineup import Lineup, line_up
from dispatch.marks import CERTIFIED, FREE
from dispatch.whereabouts import NEVER_MS, Whereabouts
from geo.road.eligible import Wanted
from geo.road.road_class import Mode
from geo.road.snap import Joins

FIRST_ASKED = 3
"""Officers asked for each crew at first; four times as many whenever they do not suffice."""

Eligible = NDArray[np.bool_] | Wanted | None


@dataclass(frozen=True, slots=True, eq=False)
class Soonest:
    """
    The crews that are complete first at a place.

    Attributes
    ----------
    candidates
        Crews that were judged; the first to be complete are among them.
    exhausted
        Whether every crew that can come was judged.
    """

    candidates: Candidates
    exhausted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Enquiry:
    """
    Who could come to one place?

    Attributes
    ----------
    whereabouts
        Where the officers are.
    destination
        The place as it joins the roads of each mode.
    now
        The present, with offset.
    stale_after_s
        Positions older than this are not counted on.
    """

    whereabouts: Whereabouts
    destination: Mapping[Mode, Joins]
    now: datetime
    stale_after_s: float

    def line_up(self, crews: NDArray[np.int64]) -> Lineup:
        """
        Look at some crews without asking for their ways.

        Parameters
        ----------
        crews
            Rows of crews, ascending, int64[n].

        Returns
        -------
        lineup
            Their officers, and what keeps them from being sent anywhere.
        """
        return line_up(self.whereabouts, crews, now=self.now, stale_after_s=self.stale_after_s)

    def judge(self, crews: NDArray[np.int64], need: Need) -> Candidates:
        """
        Judge some crews by the ways of all their officers.

        Parameters
        ----------
        crews
            Rows of crews, ascending, int64[n].
        need
            What a crew must bring.

        Returns
        -------
        candidates
            Arrival or obstacle of each.
        """
        lineup = self.line_up(crews)
        travel_ms = self.whereabouts.travel_ms(self.destination, lineup.officers)
        return candidates(lineup, travel_ms, need)

    def state_of(self, crews: NDArray[np.int64], need: Need) -> NDArray[np.uint8]:
        """
        Say what keeps crews from being sent anywhere.

        Parameters
        ----------
        crews
            Rows of crews, ascending, int64[n].
        need
            What a crew must bring.

        Returns
        -------
        obstacles
            Positions in `OBSTACLES`, uint8[n]; 0 for nothing.
        """
        lineup = self.line_up(crews)
        at_the_place = np.zeros(len(lineup.officers), dtype=np.int64)
        return candidates(lineup, at_the_place, need).obstacle

    def able_of(self, lineup: Lineup) -> NDArray[np.bool_]:
        """
        Mark the officers of a lineup who count and can be sent.

        Parameters
        ----------
        lineup
            Some crews.

        Returns
        -------
        eligible
            bool[n_officers] of the city.
        """
        eligible = np.zeros(len(self.whereabouts.status), dtype=np.bool_)
        eligible[lineup.officers[lineup.obstacle == 0]] = True
        return eligible & self.whereabouts.city.roster.certified

    def marked(self, mark: str) -> Wanted | None:
        """
        Ask for officers who are free and count, by the mark of those who command them.

        Parameters
        ----------
        mark
            See `dispatch.marks.Marks`.

        Returns
        -------
        wanted
            None if nobody can have it.
        """
        return self.whereabouts.city.marks.wanted(all_of=(FREE, CERTIFIED, mark))

    def soonest(
        self, eligible: Eligible, need: Need, *, k: int, by_ms: float = 0, within_ms: int = NEVER_MS
    ) -> Soonest:
        """
        Judge so many crews that the first to be complete are among them.

        Parameters
        ----------
        eligible
            Whose ways are asked: officers as an array or by their marks; None for nobody.
        need
            What a crew must bring.
        k
            How many crews are wanted.
        by_ms
            Besides, all crews are wanted that are complete by then.
        within_ms
            Crews that are complete later are of no interest.

        Returns
        -------
        soonest
            Holds the k crews that are complete first, and all by then, or all there are.
        """
        asked = FIRST_ASKED * k
        while True:
            found = self._nearest(eligible, asked, within_ms)
            judged = self.judge(self._crews_of(np.array(found, dtype=np.int64)), need)
            if len(found) < asked:
                return Soonest(judged, exhausted=True)
            # Whoever completes a crew by then has been found: nobody else is sooner.
            last_ms = found[-1][0]
            certain = np.count_nonzero(judged.able & (judged.arrival_ms < last_ms))
            if certain >= k and last_ms > by_ms:
                return Soonest(judged, exhausted=False)
            asked *= 4

    def nearer(self, than_ms: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """
        Find the crews of which anybody, free or not, is nearer than a time.

        Parameters
        ----------
        than_ms
            Travel time.

        Returns
        -------
        crews, nearest_ms
            Their rows, ascending, and the travel time of the nearest officer, int64[n] each.
        """
        roster = self.whereabouts.city.roster
        nearest_ms = np.full(len(roster.crews), NEVER_MS)
        if than_ms > 0:
            travel_ms = self.whereabouts.within_ms(self.destination, than_ms - 1)
            found = np.flatnonzero(travel_ms < NEVER_MS)
            np.minimum.at(nearest_ms, roster.crew_of[found], travel_ms[found])
        crews = np.flatnonzero(nearest_ms < NEVER_MS)
        return crews, nearest_ms[crews]

    def _nearest(self, eligible: Eligible, k: int, within_ms: int) -> list[tuple[int, int]]:
        """Milliseconds and rows of the officers found first."""
        if eligible is None:
            return []
        within_s = None if within_ms == NEVER_MS else within_ms / 1000
        return self.whereabouts.nearest_officers(
            self.destination, k=k, wanted=eligible, within_s=within_s
        )

    def _crews_of(self, found: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of the crews of officers who were found, ascending."""
        roster = self.whereabouts.city.roster
        among = np.zeros(len(roster.crews), dtype=np.bool_)
        among[roster.crew_of[found.reshape(-1, 2)[:, 1]]] = True
        return np.flatnonzero(among)
