"""Lineup: some crews of a city and their officers as columns, and what keeps each from going."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts
from geo.road.kernel import kernel

STALE_AFTER_S = 1200.0
"""A position older than twenty minutes is not counted on."""

_OFF_DUTY_STATUS = STATUSES.index(DutyStatus.OFF_DUTY)
_BUSY_STATUS = STATUSES.index(DutyStatus.BUSY)
_OFF_DUTY = OBSTACLES.index(Obstacle.OFF_DUTY)
_OFF_SHIFT = OBSTACLES.index(Obstacle.OFF_SHIFT)
_RESTING = OBSTACLES.index(Obstacle.RESTING)
_ENGAGED = OBSTACLES.index(Obstacle.ENGAGED)
_BUSY = OBSTACLES.index(Obstacle.BUSY)
_NO_POSITION = OBSTACLES.index(Obstacle.NO_POSITION)
_STALE_POSITION = OBSTACLES.index(Obstacle.STALE_POSITION)
_OFF_ROAD = OBSTACLES.index(Obstacle.OFF_ROAD)


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
    """What stops each officer first, 0 for nothing."""
    duty, obstacle = whereabouts.duty, np.empty(len(officers), dtype=np.uint8)
    first_obstacle_of_each(
        officers,
        whereabouts.status,
        whereabouts.joins.lon_lat,
        duty.shift_from_s,
        duty.shift_to_s,
        duty.rest_until_s,
        duty.engaged_from_s,
        duty.engaged_to_s,
        duty.job_until_s,
        age_s,
        now_s,
        stale_after_s,
        obstacle,
    )
    return obstacle


@kernel
def first_obstacle_of_each(  # noqa: PLR0913, PLR0917 -- a row of hurdles, columns apart
    officers: NDArray[np.int64],
    status: NDArray[np.uint8],
    lon_lat: NDArray[np.float64],
    shift_from_s: NDArray[np.float64],
    shift_to_s: NDArray[np.float64],
    rest_until_s: NDArray[np.float64],
    engaged_from_s: NDArray[np.float64],
    engaged_to_s: NDArray[np.float64],
    job_until_s: NDArray[np.float64],
    age_s: NDArray[np.float64],
    now_s: float,
    stale_after_s: float,
    obstacle: NDArray[np.uint8],
) -> None:
    """
    Name what keeps each officer from being sent anywhere: the first hurdle of all.

    Parameters
    ----------
    officers
        Rows of officers, int64[n].
    status
        Positions in `STATUSES`, uint8[n_officers].
    lon_lat
        Where each joins the roads, float64[n_officers, 2]; NaN off every road.
    shift_from_s, shift_to_s, rest_until_s, engaged_from_s, engaged_to_s, job_until_s
        See `dispatch.duty_columns.DutyColumns`; comparisons with NaN are never true.
    age_s
        Age of the position of each, float64[n]; NaN without one.
    now_s
        The present, seconds since 1970.
    stale_after_s
        Positions older than this are not counted on.
    obstacle
        Receives positions in `OBSTACLES`, uint8[n].
    """
    for place in range(len(officers)):
        row = officers[place]
        if status[row] == _OFF_DUTY_STATUS:
            obstacle[place] = _OFF_DUTY
        elif now_s < shift_from_s[row] or now_s >= shift_to_s[row]:
            obstacle[place] = _OFF_SHIFT
        elif now_s < rest_until_s[row]:
            obstacle[place] = _RESTING
        elif engaged_from_s[row] <= now_s < engaged_to_s[row]:
            obstacle[place] = _ENGAGED
        elif status[row] == _BUSY_STATUS or not np.isnan(job_until_s[row]):
            obstacle[place] = _BUSY
        elif np.isnan(age_s[place]):
            obstacle[place] = _NO_POSITION
        elif age_s[place] > stale_after_s:
            obstacle[place] = _STALE_POSITION
        elif np.isnan(lon_lat[row, 0]):
            obstacle[place] = _OFF_ROAD
        else:
            obstacle[place] = 0
