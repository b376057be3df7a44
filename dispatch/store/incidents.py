"""Incidents in the store."""

from __future__ import annotations

from typing import Any

from shapely import Point
from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from dispatch.incident import Incident, IncidentKind, Reporter
from dispatch.matter import CaseScale
from dispatch.power import local_date
from dispatch.store.tables import INCIDENTS
from dispatch.store.upsert import next_fid
from geo.errors import UnknownName

MOST_LISTED = 100
"""Incidents on one page of a list, unless told otherwise."""


def add_incident(session: Session, incident: Incident) -> Incident:
    """
    Record an incident.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incident
        The incident; without an id it is given the next number of its day.

    Returns
    -------
    incident
        As the store has it.
    """
    reporter = incident.reporter
    fid = next_fid(session, INCIDENTS)
    number = incident.id or f"{local_date(incident.reported_at):%Y%m%d}-{fid:06d}"
    row = insert(INCIDENTS).values(
        fid=fid,
        id=number,
        kind=incident.kind,
        matters=incident.matters,
        text=incident.text,
        reported_at=incident.reported_at,
        state=incident.state,
        reporter_name=reporter.name if reporter else None,
        reporter_phone=reporter.phone if reporter else None,
        scale=incident.scale,
        filings=incident.filings,
        place=Point(incident.lon_lat),
    )
    session.execute(row)
    return get_incident(session, number)


def get_incident(session: Session, number: str) -> Incident:
    """
    Look up an incident.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    incident
        The incident.

    Raises
    ------
    UnknownName
        There is none with this id.
    """
    row = session.execute(select(INCIDENTS).where(INCIDENTS.c.id == number)).one_or_none()
    if row is None:
        raise UnknownName(f"There is no incident {number!r}.")
    return _incident(row)


def list_incidents(
    session: Session, *, before: str | None = None, limit: int = MOST_LISTED
) -> list[Incident]:
    """
    List incidents, the newest record first.

    Parameters
    ----------
    session
        A session.
    before
        Id of the last incident of the page before, or None for the first page.
    limit
        How many at most.

    Returns
    -------
    incidents
        One page.

    Raises
    ------
    UnknownName
        There is no incident ``before``.
    """
    query = select(INCIDENTS).order_by(INCIDENTS.c.fid.desc()).limit(limit)
    if before is not None:
        fid = session.scalar(select(INCIDENTS.c.fid).where(INCIDENTS.c.id == before))
        if fid is None:
            raise UnknownName(f"There is no incident {before!r} to go on from.")
        query = query.where(INCIDENTS.c.fid < fid)
    return [_incident(row) for row in session.execute(query)]


def _incident(row: Row[Any]) -> Incident:
    known = row.reporter_name is not None or row.reporter_phone is not None
    return Incident(
        lon_lat=(row.place.x, row.place.y),
        matters=row.matters,
        reported_at=row.reported_at,
        kind=IncidentKind(row.kind),
        text=row.text,
        id=row.id,
        state=row.state,
        reporter=Reporter(row.reporter_name or "", row.reporter_phone or "") if known else None,
        scale=None if row.scale is None else CaseScale(row.scale),
        filings=row.filings,
    )
