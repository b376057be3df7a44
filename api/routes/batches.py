"""Batches: who goes where for many incidents together."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.own_ground import require_place
from api.schemas import lon_lat_wgs84
from api.schemas_batch import BatchAsk, BatchesOut, BatchIncidentIn
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from dispatch.city_batch import assign_city
from dispatch.incident import Incident
from dispatch.store.incidents import get_incident

router = APIRouter(prefix="/api/v1/suggestions/batch", tags=["many at once"])

SuggestDep = Annotated[Person, Depends(may(Act.SUGGEST))]


@router.post("")
def suggest_together(asked: BatchAsk, service: ServiceDep, person: SuggestDep) -> BatchesOut:
    """
    Say who goes to which of several incidents, so that it is the best for all together.

    Standing crews are assigned, proven to be the best; what stays open is filled with officers
    brought together, which is a heuristic.  Nobody is sent by asking, and nothing is kept.
    """
    now = asked.at or service.clock()
    whereabouts = service.live.present.pinned()
    incidents = [_incident(row, asked.crs, service, now) for row in asked.incidents]
    for incident in incidents:
        require_place(person, service.city, incident.lon_lat)
    return BatchesOut.of(
        incidents, assign_city(incidents, whereabouts, now=now), whereabouts.city, now
    )


def _incident(row: BatchIncidentIn, crs: str, service: Service, now: datetime) -> Incident:
    """Read an incident from its row, or from the record where the row has its id alone."""
    if row.lon_lat is None:
        with service.store.reading() as session:
            return get_incident(session, row.id)
    for code in row.matters:
        service.city.matter(code)
    return Incident(
        lon_lat=lon_lat_wgs84(row.lon_lat, crs),
        matters=tuple(row.matters),
        reported_at=row.reported_at or now,
        kind=row.kind,
        scale=row.scale,
        id=row.id,
    )
