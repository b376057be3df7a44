"""
What lies within sight, in words of SQL, so that every list has full pages.

Incidents are picked from those filed under each area, so that a page is no more work than its rows.
The other lists ask of each row, the newest first, whether it is seen: for a quiet part of a busy
city they read many rows to fill a page.

Who sees what is said by `dispatch.sight`; a test holds each of these against it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from dispatch.incident_state import State
from dispatch.sight import Sight
from dispatch.store.column import SEPARATOR
from dispatch.store.order_tables import ASSIGNMENTS, WHISTLES
from dispatch.store.tables import INCIDENT_AREAS, INCIDENTS, UNITS


def file_incident(session: Session, fid: int, areas: Iterable[str]) -> None:
    """
    File an incident under its areas, and under no others any more.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    fid
        Key of its row.
    areas
        Codes of the areas.
    """
    session.execute(delete(INCIDENT_AREAS).where(INCIDENT_AREAS.c.incident == fid))
    rows = [{"incident": fid, "area": area} for area in sorted(areas)]
    if rows:
        session.execute(insert(INCIDENT_AREAS), rows)


def incidents_seen(
    sight: Sight, states: Collection[State], *, before: int | None, limit: int | None
) -> CompoundSelect[Any] | Select[Any]:
    """
    Pick the newest incidents within sight.

    Parameters
    ----------
    sight
        How far somebody sees.
    states
        Only those in one of these states; empty for all.
    before
        Key of the row before which to begin, or None for the newest.
    limit
        How many are wanted; None for all.

    Returns
    -------
    keys
        Of the rows among which they are: at most so many for each area, and all to which a crew
        within sight is bound.
    """
    keys = [_filed(area, states, before, limit) for area in sorted(sight.areas)]
    return union_all(*keys, select(INCIDENTS.c.fid).where(crew_bound(sight, INCIDENTS.c.id)))


def place_seen(sight: Sight, incident: ColumnElement[str]) -> ColumnElement[bool]:
    """
    Ask whether the place of an incident is within sight.

    Parameters
    ----------
    sight
        How far somebody sees.
    incident
        Column with its id.

    Returns
    -------
    condition
        For a ``WHERE``.
    """
    filed = select(INCIDENTS.c.fid).join(
        INCIDENT_AREAS, INCIDENT_AREAS.c.incident == INCIDENTS.c.fid
    )
    ours = INCIDENT_AREAS.c.area.in_(sorted(sight.areas))
    return exists(filed.where(INCIDENTS.c.id == incident, ours))


def crew_bound(sight: Sight, incident: ColumnElement[str]) -> ColumnElement[bool]:
    """
    Ask whether a crew within sight is bound to an incident.

    Parameters
    ----------
    sight
        How far somebody sees.
    incident
        Column with its id.

    Returns
    -------
    condition
        For a ``WHERE``.
    """
    bound = select(ASSIGNMENTS.c.incident).where(
        ASSIGNMENTS.c.released_at.is_(None), ASSIGNMENTS.c.unit.in_(sorted(sight.units))
    )
    return incident.in_(bound)


def incident_seen(sight: Sight, incident: ColumnElement[str]) -> ColumnElement[bool]:
    """
    Ask whether an incident is within sight: its place is, or a crew bound to it.

    Parameters
    ----------
    sight
        How far somebody sees.
    incident
        Column with its id.

    Returns
    -------
    condition
        For a ``WHERE``.
    """
    return or_(place_seen(sight, incident), crew_bound(sight, incident))


def assignment_seen(sight: Sight) -> ColumnElement[bool]:
    """
    Ask whether an assignment is within sight: its crew is, or the place of its incident.

    Parameters
    ----------
    sight
        How far somebody sees.

    Returns
    -------
    condition
        For a ``WHERE``.
    """
    crew = ASSIGNMENTS.c.unit.in_(sorted(sight.units))
    return or_(crew, place_seen(sight, ASSIGNMENTS.c.incident))


def whistle_seen(sight: Sight) -> ColumnElement[bool]:
    """
    Ask whether a whistle is within sight: a unit that is called is, or the place of its incident.

    Parameters
    ----------
    sight
        How far somebody sees.

    Returns
    -------
    condition
        For a ``WHERE``.
    """
    end = literal(SEPARATOR)
    called = end + WHISTLES.c.units.cast(Text) + end + WHISTLES.c.bodies.cast(Text) + end
    without = func.replace(called, end + UNITS.c.code + end, "")
    ours = exists(
        select(UNITS.c.fid).where(UNITS.c.code.in_(sorted(sight.units)), without != called)
    )
    return or_(ours, place_seen(sight, WHISTLES.c.incident))


def _filed(
    area: str, states: Collection[State], before: int | None, limit: int | None
) -> Select[Any]:
    """Keys of the newest incidents that are filed under an area."""
    key = INCIDENT_AREAS.c.incident
    keys = select(key).where(INCIDENT_AREAS.c.area == area).order_by(key.desc()).limit(limit)
    if before is not None:
        keys = keys.where(key < before)
    if states:
        keys = keys.join(INCIDENTS, INCIDENTS.c.fid == key).where(INCIDENTS.c.state.in_(states))
    return select(keys.subquery())
