"""Duty state: what one officer's duty is now, in words and instants, for whoever asks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from dispatch.lineup import officer_obstacles
from dispatch.obstacle import OBSTACLES, Obstacle
from dispatch.reason import of_officer
from dispatch.unit import DutyStatus, Officer
from dispatch.whereabouts import STATUSES, Whereabouts
from geo.errors import UnknownName
from geo.remark import Remark

OF_DUTY = (
    Obstacle.OFF_DUTY,
    Obstacle.OFF_SHIFT,
    Obstacle.RESTING,
    Obstacle.ENGAGED,
    Obstacle.BUSY,
)
"""Obstacles that are a matter of duty, not of where an officer is."""


@dataclass(frozen=True, slots=True)
class DutyState:
    """
    One officer's duty.

    Attributes
    ----------
    officer
        The officer.
    status
        As signed on.
    obstacle
        What keeps him or her from being sent, as far as duty goes; None for nothing.
    rostered
        Whether any roster says when he or she is on shift; else that is always.
    shift_from, shift_to
        The shift that runs, or the next; None without one.
    rest_until
        End of a rest that is prescribed now, or None.
    engaged_from, engaged_to
        The calendar entry that runs, or the next; None without one or where it is open.
    job_until
        Expected end of the job in hand, or None.
    work_s
        Seconds of work in this shift.
    """

    officer: Officer
    status: DutyStatus
    obstacle: Remark | None
    rostered: bool
    shift_from: datetime | None
    shift_to: datetime | None
    rest_until: datetime | None
    engaged_from: datetime | None
    engaged_to: datetime | None
    job_until: datetime | None
    work_s: float

    @property
    def may_be_sent(self) -> bool:
        """Whether nothing about duty keeps the officer."""
        return self.obstacle is None


def duty_states(
    whereabouts: Whereabouts, officers: Iterable[str] | None = None, *, now: datetime
) -> tuple[DutyState, ...]:
    """
    Say what the duty of some officers is.

    Parameters
    ----------
    whereabouts
        Where the officers of the city are, with duty drawn up.
    officers
        Ids of officers, or None for all.
    now
        The present, with offset.

    Returns
    -------
    states
        In the order given, else by id.

    Raises
    ------
    UnknownName
        There is no such officer.
    """
    row_of = whereabouts.city.roster.officer_row
    wanted = list(row_of) if officers is None else list(officers)
    for officer in wanted:
        if officer not in row_of:
            raise UnknownName(f"There is no officer {officer!r}.")
    obstacles = officer_obstacles(whereabouts, now=now)
    return tuple(_state(whereabouts, row_of[one], int(obstacles[row_of[one]])) for one in wanted)


def _state(whereabouts: Whereabouts, row: int, stopped: int) -> DutyState:
    """Duty of the officer of one row."""
    duty, obstacle = whereabouts.duty, OBSTACLES[stopped]
    rostered = not np.isnan(duty.shift_from_s[row])
    return DutyState(
        officer=whereabouts.city.roster.officers[row],
        status=STATUSES[whereabouts.status[row]],
        obstacle=None if obstacle not in OF_DUTY else of_officer(obstacle),
        rostered=bool(rostered),
        shift_from=_instant(duty.shift_from_s[row]),
        shift_to=_instant(duty.shift_to_s[row]),
        rest_until=_instant(duty.rest_until_s[row]),
        engaged_from=_instant(duty.engaged_from_s[row]),
        engaged_to=_instant(duty.engaged_to_s[row]),
        job_until=_instant(duty.job_until_s[row]),
        work_s=float(duty.work_s[row]),
    )


def _instant(seconds: float) -> datetime | None:
    """Seconds since 1970 as an instant in UTC, or None where there is none."""
    return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None
