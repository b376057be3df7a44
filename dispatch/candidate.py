"""
Candidates: which crews could go, when each would be complete, and why each other one can't.

A crew is complete when the certified officers that the law asks for are there and hold the
needed skills and equipment between them; auxiliaries go along but count toward nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.completion import complete_crews, first_obstacles
from dispatch.lineup import Lineup
from dispatch.matter import MIN_CERTIFIED
from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.roster import Roster
from dispatch.whereabouts import NEVER_MS


@dataclass(frozen=True, slots=True)
class Need:
    """
    What a crew must bring.

    Attributes
    ----------
    certified
        Certified officers.
    skills
        Skills that those officers must hold between them.
    equipment
        What they must have with them, on themselves or on the vehicle of their crew.
    """

    certified: int = MIN_CERTIFIED
    skills: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()

    @property
    def bits(self) -> int:
        """A bit for each skill, then for each piece of equipment; see `holdings`."""
        return (1 << len(self.skills) + len(self.equipment)) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """
    The crews of a lineup with regard to one place; crews and officers by their place in it.

    Attributes
    ----------
    lineup
        The crews and their officers.
    arrival_ms
        When each crew is complete at the place, int64[n_crews]; `NEVER_MS` if it can't be.
    completing
        Officer whose arrival completes it, int64[n_crews]; `NOBODY` if it can't be.
    first_ms
        When its first officer is there, int64[n_crews].
    nearest_ms
        Travel time of its nearest located officer, free or not, int64[n_crews].
    obstacle
        Position in `OBSTACLES`, uint8[n_crews].
    officer_obstacle
        Why each officer does not go if the crew goes, position in `OBSTACLES`,
        uint8[n_officers]; 0 for those who go.
    travel_ms
        Travel time of each officer, int64[n_officers].
    """

    lineup: Lineup
    arrival_ms: NDArray[np.int64]
    completing: NDArray[np.int64]
    first_ms: NDArray[np.int64]
    nearest_ms: NDArray[np.int64]
    obstacle: NDArray[np.uint8]
    officer_obstacle: NDArray[np.uint8]
    travel_ms: NDArray[np.int64]

    @property
    def able(self) -> NDArray[np.bool_]:
        """Which crews can go, bool[n_crews]."""
        able: NDArray[np.bool_] = self.obstacle == 0
        return able

    def in_time(self, within_ms: NDArray[np.float64]) -> NDArray[np.bool_]:
        """
        Tell who meets a target.

        Parameters
        ----------
        within_ms
            Travel time with which each crew of the city still meets it, float64[n].

        Returns
        -------
        in_time
            Crews that can go and arrive by then, bool[n_crews].
        """
        timely: NDArray[np.bool_] = self.able & (self.arrival_ms <= within_ms[self.lineup.crews])
        return timely

    def ranked(self, crews: NDArray[np.bool_]) -> NDArray[np.int64]:
        """
        Order crews by arrival, then by code.

        Parameters
        ----------
        crews
            Which crews, bool[n_crews].

        Returns
        -------
        places
            Places of those that can go, the earliest first.
        """
        places = np.flatnonzero(crews & self.able)
        return places[np.argsort(self.arrival_ms[places], kind="stable")]

    def going(self, crew: int) -> NDArray[np.int64]:
        """
        List who goes if a crew goes.

        Parameters
        ----------
        crew
            Its place.

        Returns
        -------
        officers
            Places of officers, the first to arrive first.
        """
        members = self.lineup.of(crew)
        going = members.start + np.flatnonzero(self.officer_obstacle[members] == 0)
        in_order: NDArray[np.int64] = going[np.argsort(self.travel_ms[going], kind="stable")]
        return in_order

    def oldest_s(self, crews: NDArray[np.int64]) -> NDArray[np.float64]:
        """
        Give the age of the oldest position among those who go.

        Parameters
        ----------
        crews
            Places of crews that can go, int64[n].

        Returns
        -------
        age_s
            float64[n].
        """
        age_s = np.where(self.officer_obstacle == 0, self.lineup.age_s, 0.0)
        # The 0 at the end keeps crews of nobody within the column.
        oldest = np.maximum.reduceat(np.append(age_s, 0.0), self.lineup.first[:-1])
        of_crews: NDArray[np.float64] = oldest[crews]
        return of_crews


def candidates(lineup: Lineup, travel_ms: NDArray[np.int64], need: Need) -> Candidates:
    """
    Judge the crews of a lineup.

    Parameters
    ----------
    lineup
        The crews and their officers.
    travel_ms
        Travel times of the officers to the place, int64[n_officers], `NEVER_MS` where no road
        leads.
    need
        What a crew must bring.

    Returns
    -------
    candidates
        Arrival or obstacle of each crew.
    """
    roster, n_crews = lineup.whereabouts.city.roster, len(lineup.crews)
    unreachable = (lineup.obstacle == 0) & (travel_ms == NEVER_MS)
    obstacle = np.where(unreachable, OBSTACLES.index(Obstacle.UNREACHABLE), lineup.obstacle)
    obstacle = obstacle.astype(np.uint8)
    certified = roster.certified[lineup.officers]
    holds = holdings(roster, lineup.officers, need)
    skills, needed = np.uint64((1 << len(need.skills)) - 1), np.uint64(need.bits)
    arrival_ms, completing, first_ms, nearest_ms = np.empty((4, n_crews), dtype=np.int64)
    complete_crews(
        lineup.first,
        travel_ms,
        obstacle,
        certified,
        holds,
        need.certified,
        needed,
        arrival_ms,
        completing,
        first_ms,
        nearest_ms,
    )
    of_crew = np.empty(n_crews, dtype=np.uint8)
    last = len(OBSTACLES) - 1
    first_obstacles(
        lineup.first, obstacle, certified, holds, need.certified, skills, needed, last, of_crew
    )
    return Candidates(
        lineup, arrival_ms, completing, first_ms, nearest_ms, of_crew, obstacle, travel_ms
    )


def holdings(roster: Roster, officers: NDArray[np.int64], need: Need) -> NDArray[np.uint64]:
    """
    Say what of a need each officer brings.

    Parameters
    ----------
    roster
        The officers of the city.
    officers
        Rows of officers, int64[n].
    need
        What a crew must bring.

    Returns
    -------
    holds
        A bit for each needed skill, then for each needed piece of equipment, uint64[n].
    """
    holds = np.zeros(len(officers), dtype=np.uint64)
    columns = [
        *(roster.skilled.get(skill) for skill in need.skills),
        *(roster.equipped.get(thing) for thing in need.equipment),
    ]
    for place, column in enumerate(columns):
        if column is not None:
            holds |= column[officers].astype(np.uint64) << np.uint64(place)
    return holds
