"""Incidents: what is reported, and what is planned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.paging import CutDep
from api.schemas import Page, lon_lat_wgs84
from api.schemas_suggestion import IncidentOut, IncidentReport, as_json
from api.service import ServiceDep
from dispatch import desk
from dispatch.access import Act, Person
from dispatch.incident import Incident, Reporter
from dispatch.store.incidents import get_incident, list_incidents
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

ReportIncidentDep = Annotated[Person, Depends(may(Act.REPORT_INCIDENT))]
SeeIncidentsDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS))]


@router.post("", status_code=201)
def report(
    reported: IncidentReport, effect: EffectDep, service: ServiceDep, _: ReportIncidentDep
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
        kept = desk.receive(session, incident, service.city)
        out = effect.commit(IncidentOut.of(kept), location=f"/api/v1/incidents/{kept.id}")
    service.announce("incident", as_json(out))
    return out


@router.get("")
def list_open(service: ServiceDep, cut: CutDep, _: SeeIncidentsDep) -> Page[IncidentOut]:
    """Incidents, the newest first."""
    with service.store.reading() as session:
        rows = list_incidents(session, before=cut.cursor or None, limit=cut.limit + 1)
    shown = [IncidentOut.of(incident) for incident in rows[: cut.limit]]
    return Page(items=shown, next=shown[-1].id if len(rows) > cut.limit else None)


@router.get("/{number}")
def read(number: str, service: ServiceDep, _: SeeIncidentsDep) -> IncidentOut:
    """Read one incident."""
    try:
        with service.store.reading() as session:
            return IncidentOut.of(get_incident(session, number))
    except UnknownName as error:
        raise NotFound(str(error)) from error
