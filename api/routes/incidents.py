"""Incidents: what is reported, and what is planned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import Session

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.paging import CutDep, newest
from api.schemas import Page, lon_lat_wgs84
from api.schemas_suggestion import IncidentOut, IncidentReport
from api.schemas_transition import CorrectionAsk
from api.service import ServiceDep
from api.telling import show_incident, show_incidents, tell_correction, tell_incident
from api.version import VersionDep
from dispatch import correcting, desk
from dispatch.access import Act, Person
from dispatch.incident import Incident, Reporter
from dispatch.incident_state import State
from dispatch.sight import sight_of
from dispatch.store.incidents import get_incident, list_incidents, lock_incidents
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

ReportIncidentDep = Annotated[Person, Depends(may(Act.REPORT_INCIDENT))]
SeeIncidentsDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS))]
ReadIncidentDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS, Thing.INCIDENT))]
MoveIncidentDep = Annotated[Person, Depends(may(Act.MOVE_INCIDENT, Thing.INCIDENT))]


@router.post("", status_code=201)
def report(
    reported: IncidentReport, effect: EffectDep, service: ServiceDep, person: ReportIncidentDep
) -> IncidentOut:
    """Take in a report or a planned visit; every open page hears of it."""
    reporter = reported.reporter
    incident = Incident(
        lon_lat=lon_lat_wgs84(reported.lon_lat, reported.crs),
        matters=tuple(reported.matters),
        reported_at=service.clock(),
        kind=reported.kind,
        text=reported.text,
        reporter=Reporter(reporter.name, reporter.phone) if reporter else None,
        scale=reported.scale,
        filings=tuple(given.filing() for given in reported.filings),
    )
    with effect.begin() as session:
        kept = desk.receive(session, incident, service.city, by=person.name)
        told = tell_incident(session, kept, service.city, now=incident.reported_at)
        out = tagged(told, effect.response)
        return effect.commit(out, location=f"/api/v1/incidents/{out.id}")


@router.get("")
def list_all(
    service: ServiceDep,
    cut: CutDep,
    person: SeeIncidentsDep,
    state: Annotated[list[State] | None, Query(description="Only in one of these states.")] = None,
) -> Page[IncidentOut]:
    """Incidents, the newest first."""
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda before, limit: list_incidents(
                session, states=state or (), sight=sight, before=before, limit=limit
            ),
            lambda row: str(row.id),
            cut,
        )
        shown = show_incidents(session, rows)
    return Page(items=shown, next=following)


@router.get("/{number}")
def read(number: str, response: Response, service: ServiceDep, _: ReadIncidentDep) -> IncidentOut:
    """Read one incident; its ETag is what a correction has to send back."""
    with service.store.reading() as session:
        return tagged(show_incident(session, must_exist(session, number)), response)


@router.patch("/{number}")
def correct(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    number: str,
    asked: CorrectionAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: MoveIncidentDep,
    version: VersionDep,
) -> IncidentOut:
    """
    Put an incident right: its place, matters and text until somebody is sent to it.

    The ETag that was read goes along as `If-Match`; if somebody has changed the incident since,
    nothing is done (412).  Old and new stand in the timeline.
    """
    now = service.clock()
    with effect.begin() as session:
        before = must_exist(session, number)
        corrected = correcting.correct(
            session,
            number,
            asked.correction(),
            service.city,
            version=version,
            by=person.name,
            now=now,
        )
        told = tell_correction(session, before, corrected, service.city, now=now)
        return effect.commit(tagged(told, effect.response))


def tagged(out: IncidentOut, response: Response) -> IncidentOut:
    """
    Put the ETag of an incident on its answer.

    Parameters
    ----------
    out
        The incident.
    response
        Its answer.

    Returns
    -------
    out
        The same.
    """
    response.headers["etag"] = f'"{out.version}"'
    return out


def must_exist(session: Session, number: str, *, locked: bool = False) -> Incident:
    """
    Find the incident of an address.

    Parameters
    ----------
    session
        A session.
    number
        Its id, as the address names it.
    locked
        Whether nobody else may move it until the session ends.

    Returns
    -------
    incident
        The incident.

    Raises
    ------
    NotFound
        There is none.
    """
    if locked:
        lock_incidents(session, number)
    try:
        return get_incident(session, number)
    except UnknownName as error:
        raise NotFound(str(error)) from error
