"""Own job: what one officer is bound to now, who else goes there, and the way from a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from dispatch.assignment import Assignment
from dispatch.city import City
from dispatch.incident import Incident
from dispatch.joining import join_or_leave_out
from dispatch.store.assignments import assignment_of, list_assignments
from dispatch.store.incidents import get_incident
from geo.road.road_class import Mode
from geo.road.route import Route


@dataclass(frozen=True, slots=True)
class Job:
    """
    What an officer is sent to.

    Attributes
    ----------
    assignment
        With whom, for what, by which clock.
    incident
        Where, and what.
    others
        Other crews that are bound for the same incident.
    """

    assignment: Assignment
    incident: Incident
    others: tuple[Assignment, ...]


def job_of(session: Session, officer: str) -> Job | None:
    """
    Find the job of an officer.

    Parameters
    ----------
    session
        A session.
    officer
        Id of the officer.

    Returns
    -------
    job
        None while he or she is free.
    """
    own = assignment_of(session, officer)
    if own is None:
        return None
    sent = list_assignments(session, incident=own.incident, bound=True, limit=None)
    others = tuple(one for one in sent if one.id != own.id)
    return Job(own, get_incident(session, own.incident), others)


def mode_of(city: City, officer: str) -> Mode:
    """
    Tell how an officer travels.

    Parameters
    ----------
    city
        The city.
    officer
        Id of an officer.

    Returns
    -------
    mode
        That of the crew; on foot for whoever belongs to none.
    """
    roster = city.roster
    row = roster.officer_row.get(officer)
    mode = None if row is None else roster.crews[int(roster.crew_of[row])].mode
    return mode or Mode.FOOT


def way_to(
    city: City, mode: Mode, origin: tuple[float, float], place: tuple[float, float]
) -> Route | None:
    """
    Find the fastest way between two places.

    Parameters
    ----------
    city
        The city, with its roads as they are now.
    mode
        How one travels.
    origin, place
        From where and to where, WGS-84 degrees.

    Returns
    -------
    route
        None where no road is near one of them, or no way leads there.
    """
    times = city.travel_times[mode].pinned()
    ends = [join_or_leave_out(times, np.array([end]))[0][1] for end in (origin, place)]
    if any(np.isnan(end.lon_lat).any() for end in ends):
        return None
    return times.route(ends[0], ends[1])
