"""
Rest: hours between shifts, a limit to the work in one shift, and a break after a long job.

A shift is over when its last piece and the last job begun in it are.  Whoever is always on
shift has the days of the calendar for shifts, which end without a rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.duty_days import Span
from dispatch.duty_job import Job
from dispatch.duty_shift import Shift
from geo.errors import BadValue

HOUR_S = 3600.0

MOST_REST_S = 72 * HOUR_S
"""No rule asks for more; shifts further back are not looked at."""


@dataclass(frozen=True, slots=True)
class RestRule:
    """
    How much rest officers of a unit must have.

    Attributes
    ----------
    unit
        Code of the brigade or squad, or None for all that have no rule of their own.
    between_shifts_s
        From the end of one shift to work in another; 0 for none.
    most_work_s
        Work on jobs in one shift, after which the rest of the shift is rest.
    long_job_s, break_s
        A job of this length is followed by a break of that one.
    """

    unit: str | None = None
    between_shifts_s: float = 11 * HOUR_S
    most_work_s: float = 8 * HOUR_S
    long_job_s: float = 4 * HOUR_S
    break_s: float = HOUR_S / 2

    def __post_init__(self) -> None:
        """Refuse times that no rule can mean."""
        for name in ("between_shifts_s", "break_s"):
            if not 0 <= getattr(self, name) <= MOST_REST_S:
                raise BadValue(f"{name} is {getattr(self, name):g}, not 0 to {MOST_REST_S:g} s.")
        for name in ("most_work_s", "long_job_s"):
            if not getattr(self, name) > 0:
                raise BadValue(f"{name} is {getattr(self, name):g}, not more than 0 s.")


def work_in(shift: Span, jobs: Sequence[Job], *, now_s: float, done_only: bool = False) -> float:
    """
    Add up the work of one shift.

    Parameters
    ----------
    shift
        From and to.
    jobs
        Jobs of one officer.
    now_s
        The present, seconds since 1970.
    done_only
        Leave out the job in hand.

    Returns
    -------
    work_s
        Seconds on jobs that were begun in it by now.
    """
    return sum(
        job.work_s(now_s)
        for job in jobs
        if shift[0] <= job.started_at.timestamp() < shift[1]
        and (job.done(now_s) or (job.in_hand(now_s) and not done_only))
    )


def rest_until_s(
    shifts: Sequence[Shift], running: Span | None, jobs: Sequence[Job], rule: RestRule, now_s: float
) -> float:
    """
    Say until when an officer has to rest.

    Parameters
    ----------
    shifts
        His or her shifts of the last days; later ones ask for no rest yet.
    running
        The shift that runs, from its first start to its last end; None off shift.
    jobs
        His or her jobs.
    rule
        The rule.
    now_s
        The present, seconds since 1970.

    Returns
    -------
    rest_until_s
        Seconds since 1970; NaN without a rest to take now.
    """
    over = (_over_s(shift, jobs, now_s) for shift in shifts)
    ends = [end + rule.between_shifts_s for end in over if end <= now_s]
    ends += [
        job.ended_at.timestamp() + rule.break_s
        for job in jobs
        if job.ended_at and job.done(now_s) and job.work_s(now_s) >= rule.long_job_s
    ]
    if running and work_in(running, jobs, now_s=now_s, done_only=True) >= rule.most_work_s:
        ends.append(running[1])
    latest = max(ends, default=-math.inf)
    return latest if latest > now_s else math.nan


def _over_s(shift: Shift, jobs: Sequence[Job], now_s: float) -> float:
    """When a shift and the jobs begun in it are over; inf while one of them is in hand."""
    start, end = shift.span
    begun = [job for job in jobs if start <= job.started_at.timestamp() < end]
    if not begun:
        return end
    if any(job.in_hand(now_s) for job in begun):
        return math.inf
    done = [job.ended_at.timestamp() for job in begun if job.ended_at and job.done(now_s)]
    return max([end, *done])
