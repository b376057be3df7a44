"""
Candidates: which crews could go, when each would be complete, and why each other one can't.

A crew is complete when the certified officers that the law asks for are there and hold the
needed skills between them; auxiliaries go along but count toward neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from dispatch.matter import MIN_CERTIFIED
from dispatch.roster import Roster
from dispatch.unit import DutyStatus
from dispatch.whereabouts import NEVER_MS, STATUSES, Whereabouts

STALE_AFTER_S = 1200.0
"""A position older than twenty minutes is not counted on."""

NOBODY = -1
"""Officer row where no officer completes the crew."""


class Obstacle(StrEnum):
    """Why a crew can't go; the first that applies, in this order."""

    TOO_FEW_CERTIFIED = "too_few_certified"
    LACKS_SKILL = "lacks_skill"
    OFF_DUTY = "off_duty"
    OFF_SHIFT = "off_shift"
    RESTING = "resting"
    ENGAGED = "engaged"
    BUSY = "busy"
    NO_POSITION = "no_position"
    STALE_POSITION = "stale_position"
    OFF_ROAD = "off_road"
    UNREACHABLE = "unreachable"


OBSTACLES: tuple[Obstacle | None, ...] = (None, *Obstacle)
"""Obstacles in a fixed order; arrays hold the position in this tuple, 0 for none."""


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
    """

    certified: int = MIN_CERTIFIED
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """
    Every crew of the city with regard to one place.

    Attributes
    ----------
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
    going
        Who goes if the crew goes, bool[n_officers].
    officer_obstacle
        Why each other officer does not, position in `OBSTACLES`, uint8[n_officers].
    travel_ms
        Travel time of each officer, int64[n_officers].
    age_s
        Age of each officer's position, float64[n_officers]; NaN without one.
    """

    arrival_ms: NDArray[np.int64]
    completing: NDArray[np.int64]
    first_ms: NDArray[np.int64]
    nearest_ms: NDArray[np.int64]
    obstacle: NDArray[np.uint8]
    going: NDArray[np.bool_]
    officer_obstacle: NDArray[np.uint8]
    travel_ms: NDArray[np.int64]
    age_s: NDArray[np.float64]

    def in_time(self, within_ms: NDArray[np.float64]) -> NDArray[np.bool_]:
        """
        Tell who meets a target.

        Parameters
        ----------
        within_ms
            Travel time with which each crew still meets it, float64[n_crews].

        Returns
        -------
        in_time
            Crews that can go and arrive by then, bool[n_crews].
        """
        timely: NDArray[np.bool_] = (self.obstacle == 0) & (self.arrival_ms <= within_ms)
        return timely

    def ranked(self, crews: NDArray[np.bool_]) -> NDArray[np.int64]:
        """
        Rank some crews by arrival; ties break by code.

        Parameters
        ----------
        crews
            Which crews, bool[n_crews].

        Returns
        -------
        rows
            Rows of those that can go, the earliest first.
        """
        rows = np.flatnonzero(crews & (self.obstacle == 0))
        return rows[np.argsort(self.arrival_ms[rows], kind="stable")]


def candidates(
    whereabouts: Whereabouts,
    travel_ms: NDArray[np.int64],
    need: Need,
    *,
    now: datetime,
    stale_after_s: float = STALE_AFTER_S,
) -> Candidates:
    """
    Judge every crew.

    Parameters
    ----------
    whereabouts
        Where the officers are, and whether free.
    travel_ms
        Their travel times to the place, int64[n_officers], `NEVER_MS` where no road leads.
    need
        What the crew must bring.
    now
        The present, with offset.
    stale_after_s
        Positions older than this are not counted on.

    Returns
    -------
    candidates
        Arrival or obstacle of each crew.
    """
    roster = whereabouts.city.roster
    age_s = np.maximum(now.timestamp() - whereabouts.fix_time_s, 0.0)
    hurdles = [
        *_hurdles(whereabouts, age_s, stale_after_s, now_s=now.timestamp()),
        (Obstacle.UNREACHABLE, travel_ms < NEVER_MS),
    ]
    officer_obstacle = _first_hurdle(hurdles)
    going = officer_obstacle == 0
    arrival_ms, completing = _complete(roster, going & roster.certified, travel_ms, need)
    first_ms, _ = _nth_of_crew(roster, going, travel_ms, 1)
    nearest_ms, _ = _nth_of_crew(roster, travel_ms < NEVER_MS, travel_ms, 1)
    return Candidates(
        arrival_ms=arrival_ms,
        completing=completing,
        first_ms=first_ms,
        nearest_ms=nearest_ms,
        obstacle=_obstacles(roster, hurdles, need),
        going=going,
        officer_obstacle=officer_obstacle,
        travel_ms=travel_ms,
        age_s=age_s,
    )


def officer_obstacles(
    whereabouts: Whereabouts, *, now: datetime, stale_after_s: float = STALE_AFTER_S
) -> NDArray[np.uint8]:
    """
    Say of each officer what keeps him or her from being sent anywhere.

    Parameters
    ----------
    whereabouts
        Where the officers are, and whether free.
    now
        The present, with offset.
    stale_after_s
        Positions older than this are not counted on.

    Returns
    -------
    obstacles
        Positions in `OBSTACLES`, uint8[n_officers]; 0 for nothing.
    """
    age_s = np.maximum(now.timestamp() - whereabouts.fix_time_s, 0.0)
    return _first_hurdle(_hurdles(whereabouts, age_s, stale_after_s, now_s=now.timestamp()))


def _hurdles(
    whereabouts: Whereabouts,
    age_s: NDArray[np.float64],
    stale_after_s: float,
    *,
    now_s: float,
) -> list[tuple[Obstacle, NDArray[np.bool_]]]:
    """What an officer must pass to be asked, in order, and who passes, bool[n_officers] each."""
    status, duty = whereabouts.status, whereabouts.duty
    return [
        (Obstacle.OFF_DUTY, status != STATUSES.index(DutyStatus.OFF_DUTY)),
        (Obstacle.OFF_SHIFT, duty.on_shift(now_s)),
        (Obstacle.RESTING, duty.rested(now_s)),
        (Obstacle.ENGAGED, duty.unengaged(now_s)),
        (Obstacle.BUSY, (status != STATUSES.index(DutyStatus.BUSY)) & duty.without_job()),
        (Obstacle.NO_POSITION, ~np.isnan(age_s)),
        (Obstacle.STALE_POSITION, age_s <= stale_after_s),
        (Obstacle.OFF_ROAD, whereabouts.on_road),
    ]


def _first_hurdle(hurdles: list[tuple[Obstacle, NDArray[np.bool_]]]) -> NDArray[np.uint8]:
    """What stops each officer first, 0 for nothing."""
    first = np.zeros(len(hurdles[0][1]), dtype=np.uint8)
    for name, passes in hurdles:
        first[(first == 0) & ~passes] = OBSTACLES.index(name)
    return first


def _obstacles(
    roster: Roster, hurdles: list[tuple[Obstacle, NDArray[np.bool_]]], need: Need
) -> NDArray[np.uint8]:
    """First obstacle of each crew: where those who are left no longer suffice."""
    left = roster.certified
    enough = _count(roster, left) >= need.certified
    skilled = _has_skills(roster, left, need)
    obstacle = np.where(enough, 0, OBSTACLES.index(Obstacle.TOO_FEW_CERTIFIED))
    obstacle[enough & ~skilled] = OBSTACLES.index(Obstacle.LACKS_SKILL)
    for name, passes in hurdles:
        left = left & passes
        suffice = (_count(roster, left) >= need.certified) & _has_skills(roster, left, need)
        obstacle[(obstacle == 0) & ~suffice] = OBSTACLES.index(name)
    return obstacle.astype(np.uint8)


def _complete(
    roster: Roster, counting: NDArray[np.bool_], travel_ms: NDArray[np.int64], need: Need
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Earliest time at which each crew has its number and its skills, and who completes it."""
    arrival_ms, completing = _nth_of_crew(roster, counting, travel_ms, need.certified)
    for skill in need.skills:
        holders = counting & _holders(roster, skill)
        skill_ms, holder = _nth_of_crew(roster, holders, travel_ms, 1)
        completing = np.where(skill_ms > arrival_ms, holder, completing)
        arrival_ms = np.maximum(arrival_ms, skill_ms)
    return arrival_ms, np.where(arrival_ms < NEVER_MS, completing, NOBODY)


def _nth_of_crew(
    roster: Roster, members: NDArray[np.bool_], travel_ms: NDArray[np.int64], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """N-th smallest travel time among some members of each crew, and whose it is."""
    rows = np.flatnonzero(members & (travel_ms < NEVER_MS))
    rows = rows[np.lexsort((travel_ms[rows], roster.crew_of[rows]))]
    crew = roster.crew_of[rows]
    first = np.searchsorted(crew, np.arange(len(roster.crews) + 1))
    enough = np.diff(first) >= n
    times = np.full(len(roster.crews), NEVER_MS)
    who = np.full(len(roster.crews), NOBODY, dtype=np.int64)
    who[enough] = rows[first[:-1][enough] + n - 1]
    times[enough] = travel_ms[who[enough]]
    return times, who


def _count(roster: Roster, members: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of some officers each crew has, int64[n_crews]."""
    counts: NDArray[np.int64] = np.bincount(
        roster.crew_of[members], minlength=len(roster.crews)
    ).astype(np.int64)
    return counts


def _has_skills(roster: Roster, members: NDArray[np.bool_], need: Need) -> NDArray[np.bool_]:
    """Which crews hold every needed skill among some officers, bool[n_crews]."""
    held = np.ones(len(roster.crews), dtype=np.bool_)
    for skill in need.skills:
        held &= _count(roster, members & _holders(roster, skill)) > 0
    return held


def _holders(roster: Roster, skill: str) -> NDArray[np.bool_]:
    """Who holds a skill, bool[n_officers]."""
    return roster.skilled.get(skill, np.zeros(len(roster.officers), dtype=np.bool_))
