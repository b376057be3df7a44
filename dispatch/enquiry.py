"""
Enquiry: the officers of a city asked about one place, and no more of them than matter.

A city of thousands of crews proposes eight.  The unit that has the case is looked at whole; of
all others only those are that the road engine finds soonest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Candidates, Need, candidates
from dispatch.lineup import line_up
from dispatch.marks import CERTIFIED, FREE
from dispatch.whereabouts import NEVER_MS, Whereabouts
from geo.road.road_class import Mode
from geo.road.snap import Joins

FIRST_ASKED = 64
"""So many officers are asked for at first, and four times as many whenever they do not suffice."""


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
        lineup = line_up(self.whereabouts, crews, now=self.now, stale_after_s=self.stale_after_s)
        travel_ms = self.whereabouts.travel_ms(self.destination, lineup.officers)
        return candidates(lineup, travel_ms, need)

    def judge_by_state(self, crews: NDArray[np.int64], need: Need) -> Candidates:
        """
        Judge some crews as if they all stood at the place.

        Parameters
        ----------
        crews
            Rows of crews, ascending, int64[n].
        need
            What a crew must bring.

        Returns
        -------
        candidates
            Obstacles of those that could not go anywhere.
        """
        lineup = line_up(self.whereabouts, crews, now=self.now, stale_after_s=self.stale_after_s)
        return candidates(lineup, np.zeros(len(lineup.officers), dtype=np.int64), need)

    def soonest(
        self, mark: str, need: Need, *, k: int, within_ms: int, also: NDArray[np.int64]
    ) -> Candidates:
        """
        Judge so many crews that the first to be complete are among them.

        Parameters
        ----------
        mark
            What the officers asked for are marked with, see `dispatch.marks.Marks`.
        need
            What a crew must bring.
        k
            How many crews are wanted.
        within_ms
            Crews that are complete later are of no interest; `NEVER_MS` for no limit.
        also
            Rows of crews that are judged beside them, ascending.

        Returns
        -------
        candidates
            Holds the k crews of that mark that are complete first within the limit, or all
            there are; and others.
        """
        wanted = self.whereabouts.city.marks.wanted(all_of=(FREE, CERTIFIED, mark))
        crew_of, asked = self.whereabouts.city.roster.crew_of, FIRST_ASKED
        while True:
            found = (
                self.whereabouts.nearest_officers(
                    self.destination, k=asked, wanted=wanted, within_s=_seconds(within_ms)
                )
                if wanted is not None
                else []
            )
            rows = np.array([row for _, row in found], dtype=np.int64)
            judged = self.judge(np.union1d(crew_of[rows], also), need)
            if len(found) < asked:
                return judged
            # Whoever completes a crew by then has been found: nobody unasked is sooner.
            certain = judged.able & (judged.arrival_ms < found[-1][0])
            if np.count_nonzero(certain & ~np.isin(judged.lineup.crews, also)) >= k:
                return judged
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
        if than_ms <= 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        everyone = len(self.whereabouts.status)
        found = self.whereabouts.nearest_officers(
            self.destination, k=everyone, within_s=_seconds(than_ms - 1)
        )
        ms_and_row = np.array(found, dtype=np.int64).reshape(-1, 2)
        crew = self.whereabouts.city.roster.crew_of[ms_and_row[:, 1]].astype(np.int64)
        crews, first = np.unique(crew, return_index=True)  # found in the order of their times
        return crews, ms_and_row[first, 0]


def _seconds(ms: int) -> float | None:
    """A limit in seconds; none where there is none."""
    return None if ms == NEVER_MS else ms / 1000
