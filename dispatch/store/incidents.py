"""Incidents in the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from shapely import Point
from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from dispatch.incident import Incident, IncidentKind, Reporter
from dispatch.incident_state import State
from dispatch.matter import CaseScale
from dispatch.power import local_date
from dispatch.sight import Sight
from dispatch.store.numbered import newest_first, row_before, row_of
from dispatch.store.seen import file_incident, incidents_seen
from dispatch.store.tables import INCIDENTS
from dispatch.store.upsert import next_fid, on_server

MOST_LISTED = 100
"""Incidents on one page of a list, unless told otherwise."""


_MOVED = (
    update(INCIDENTS)
    .where(INCIDENTS.c.id == bindparam("number"), INCIDENTS.c.state == bindparam("before"))
    .values(
        state=bindparam("after"),
        resumes_to=bindparam("resumes"),
        version=INCIDENTS.c.version + 1,
    )
    .returning(INCIDENTS)
)


def add_incident(session: Session, incident: Incident, *, filed_under: Iterable[str]) -> Incident:
    """
    Record an incident.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incident
        The incident; without an id it is given the next number of its day.
    filed_under
        Codes of the areas in whose lists it shows; with none it shows in the whole city's alone.

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
        resumes_to=incident.resumes_to,
        version=incident.version,
        case_number=incident.case_number,
        reporter_name=reporter.name if reporter else None,
        reporter_phone=reporter.phone if reporter else None,
        scale=incident.scale,
        filings=incident.filings,
        place=Point(incident.lon_lat),
    )
    session.execute(row)
    file_incident(session, fid, filed_under)
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
    return incident_of_row(row_of(session, INCIDENTS, number, "incident"))


def get_incidents(session: Session, numbers: Iterable[str]) -> dict[str, Incident]:
    """
    Look several incidents up at once.

    Parameters
    ----------
    session
        A session.
    numbers
        Their ids.

    Returns
    -------
    incidents
        By id, in the order in which they were asked for.

    Raises
    ------
    UnknownName
        One of them is not there.
    """
    wanted = tuple(numbers)
    rows = session.execute(select(INCIDENTS).where(INCIDENTS.c.id.in_(wanted)))
    found = {row.id: incident_of_row(row) for row in rows}
    return {number: found.get(number) or get_incident(session, number) for number in wanted}


def lock_incidents(session: Session, *numbers: str) -> None:
    """
    Keep everybody else from moving some incidents until this piece of work ends.

    Parameters
    ----------
    session
        A session that may write; in an embedded store it is the only one anyway.
    *numbers
        Their ids; they are locked in one order, so that nobody waits for one another.
    """
    if not on_server(session):
        return
    query = select(INCIDENTS.c.fid).where(INCIDENTS.c.id.in_(numbers)).order_by(INCIDENTS.c.fid)
    session.execute(query.with_for_update()).all()


def move_incident(
    session: Session, number: str, before: State, after: State, resumes_to: State | None
) -> Incident | None:
    """
    Change the state of an incident, if it is still what it was.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    before
        The state that it has to be in.
    after
        The state that follows.
    resumes_to
        Where it goes on once it is resumed, or None.

    Returns
    -------
    moved
        As it stands then; None if it was not in that state, and nothing is changed.
    """
    move = {"number": number, "before": before, "after": after, "resumes": resumes_to}
    row = session.execute(_MOVED, move).one_or_none()
    return None if row is None else incident_of_row(row)


def rewrite_incident(session: Session, incident: Incident, *, filed_under: Iterable[str]) -> bool:
    """
    Correct an incident, if nobody has changed it meanwhile.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    incident
        As it should be, with the version that it was made from.
    filed_under
        Codes of the areas in whose lists it shows from now on.

    Returns
    -------
    rewritten
        Whether it was of that version; else nothing is changed.
    """
    same = (INCIDENTS.c.id == incident.id, INCIDENTS.c.version == incident.version)
    change = (
        update(INCIDENTS)
        .where(*same)
        .values(
            matters=incident.matters,
            text=incident.text,
            scale=incident.scale,
            case_number=incident.case_number,
            place=Point(incident.lon_lat),
            version=incident.version + 1,
        )
    )
    fid: int | None = session.execute(change.returning(INCIDENTS.c.fid)).scalar()
    if fid is not None:
        file_incident(session, fid, filed_under)
    return fid is not None


def list_incidents(
    session: Session,
    *,
    states: Collection[State] = (),
    sight: Sight | None = None,
    before: str | None = None,
    limit: int | None = MOST_LISTED,
) -> list[Incident]:
    """
    List incidents, the newest record first.

    Parameters
    ----------
    session
        A session.
    states
        Only those that are in one of these states; empty for all.
    sight
        Only those within it; None for the whole city.
    before
        Id of the last incident of the page before, or None for the first page.
    limit
        How many at most; None for all.

    Returns
    -------
    incidents
        One page.

    Raises
    ------
    UnknownName
        There is no incident ``before``.
    """
    query = newest_first(session, INCIDENTS, "incident", before=before, limit=limit)
    if states:
        query = query.where(INCIDENTS.c.state.in_(states))
    if sight is not None:
        last = row_before(session, INCIDENTS, "incident", before)
        seen = incidents_seen(sight, states, before=last, limit=limit)
        query = query.where(INCIDENTS.c.fid.in_(seen))
    return [incident_of_row(row) for row in session.execute(query)]


def incident_of_row(row: Row[Any]) -> Incident:
    """
    Read an incident.

    Parameters
    ----------
    row
        All columns of one.

    Returns
    -------
    incident
        The incident.
    """
    known = row.reporter_name is not None or row.reporter_phone is not None
    return Incident(
        lon_lat=(row.place.x, row.place.y),
        matters=row.matters,
        reported_at=row.reported_at,
        kind=IncidentKind(row.kind),
        text=row.text,
        id=row.id,
        state=State(row.state),
        reporter=Reporter(row.reporter_name or "", row.reporter_phone or "") if known else None,
        scale=None if row.scale is None else CaseScale(row.scale),
        filings=row.filings,
        case_number=row.case_number,
        resumes_to=None if row.resumes_to is None else State(row.resumes_to),
        version=row.version,
    )
