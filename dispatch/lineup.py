"""Lineup: some crews of a city and their officers as columns, and what keeps each from going."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts

STALE_AFTER_S = 1200.0
"""A position older than twenty minutes is not counted on."""


@dataclass(frozen=True, slots=True, eq=False)
class Lineup:
    """
    Crews that a question looks at.

    Attributes
    ----------
    whereabouts
        Where their officers are.
    crews
        Rows of the crews in the roster, ascending, int64[n_crews].
    officers
        Rows of their officers, crew by crew and ascending within each, int64[n_officers].
    first
        Where the officers of each crew begin, int64[n_crews + 1].
    obstacle
        What keeps each officer from being sent anywhere, uint8[n_officers]; a position in
        `OBSTACLES`, 0 for nothing.
    age_s
        Age of each officer's position, float64[n_officers]; NaN without one.
    """

    whereabouts: Whereabouts
    crews: NDArray[np.int64]
    officers: NDArray[np.int64]
    first: NDArray[np.int64]
    obstacle: NDArray[np.uint8]
    age_s: NDArray[np.float64]

    def of(self, crew: int) -> slice:
        """
        Find the officers of a crew.

        Parameters
        ----------
        crew
            Its place in the lineup.

        Returns
        -------
        officers
            Their places in the lineup.
        """
        return slice(int(self.first[crew]), int(self.first[crew + 1]))


def line_up(
    whereabouts: Whereabouts,
    crews: NDArray[np.int64],
    *,
    now: datetime,
    stale_after_s: float = STALE_AFTER_S,
) -> Lineup:
    """
    Look at some crews.

    Parameters
    ----------
    whereabouts
        Where the officers are, and whether free.
    crews
        Rows of crews, ascending, int64[n].
    now
        The present, with offset.
    stale_after_s
        Positions older than this are not counted on.

    Returns
    -------
    lineup
        Their officers, and what keeps them.
    """
    roster = whereabouts.city.roster
    starts, sizes = roster.first[crews], np.diff(roster.first)[crews]
    first = np.concatenate([[0], np.cumsum(sizes)])
    officers = roster.by_crew[np.arange(first[-1]) + np.repeat(starts - first[:-1], sizes)]
    age_s = np.maximum(now.timestamp() - whereabouts.fix_time_s[officers], 0.0)
    obstacle = _obstacles(whereabouts, officers, age_s, now.timestamp(), stale_after_s)
    return Lineup(whereabouts, crews, officers, first, obstacle, age_s)


def officer_obstacles(
    whereabouts: Whereabouts, *, now: datetime, stale_after_s: float = STALE_AFTER_S
) -> NDArray[np.uint8]:
    """
    Say of each officer of the city what keeps him or her from being sent anywhere.

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
    everyone = np.arange(len(whereabouts.status))
    age_s = np.maximum(now.timestamp() - whereabouts.fix_time_s, 0.0)
    return _obstacles(whereabouts, everyone, age_s, now.timestamp(), stale_after_s)


def _obstacles(
    whereabouts: Whereabouts,
    officers: NDArray[np.int64],
    age_s: NDArray[np.float64],
    now_s: float,
    stale_after_s: float,
) -> NDArray[np.uint8]:
    """What stops each officer first, 0 for nothing; the last hurdle is set first."""
    status, duty = whereabouts.status[officers], whereabouts.duty.take(officers)
    busy = (status == STATUSES.index(DutyStatus.BUSY)) | ~duty.without_job()
    stopped = [
        (Obstacle.OFF_ROAD, ~whereabouts.on_road[officers]),
        (Obstacle.STALE_POSITION, age_s > stale_after_s),
        (Obstacle.NO_POSITION, np.isnan(age_s)),
        (Obstacle.BUSY, busy),
        (Obstacle.ENGAGED, ~duty.unengaged(now_s)),
        (Obstacle.RESTING, ~duty.rested(now_s)),
        (Obstacle.OFF_SHIFT, ~duty.on_shift(now_s)),
        (Obstacle.OFF_DUTY, status == STATUSES.index(DutyStatus.OFF_DUTY)),
    ]
    first = np.zeros(len(officers), dtype=np.uint8)
    for name, stops in stopped:
        first[stops] = OBSTACLES.index(name)
    return first
