"""Findings of patrols, cameras and drones: reported by a program, with how sure it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import may
from api.idempotency import EffectDep
from api.photo import read_photo
from api.schemas import lon_lat_wgs84
from api.schemas_field_finding import FieldFindingIn, FieldFindingOut
from api.service import ServiceDep
from api.telling import tell_incident
from dispatch.access import Act, Person
from dispatch.address import require_address
from dispatch.attachment import Purpose
from dispatch.incident import Incident
from dispatch.origin import Origin
from dispatch.report_intake import take_in
from dispatch.store.attachments import attach

router = APIRouter(prefix="/api/v1/findings", tags=["incidents"])

ReportIncidentDep = Annotated[Person, Depends(may(Act.REPORT_INCIDENT))]


@router.post("", status_code=201)
def report(
    given: FieldFindingIn, effect: EffectDep, service: ServiceDep, person: ReportIncidentDep
) -> FieldFindingOut:
    """
    Take in what a patrol, a camera or a drone has found.

    What is sent again under the same `reference` is the same finding.  How sure the sender is goes
    with the incident: rules dispatch what is sure enough, a person looks at the rest.
    """
    photo = None if given.image is None else read_photo(given.image)
    city, now = service.city, service.clock()
    if given.lon_lat is None:
        entry = require_address(city.gazetteer, given.address)
        lon_lat, code = entry.lon_lat, entry.code
    else:
        lon_lat, code = lon_lat_wgs84(given.lon_lat, given.crs), ""
    incident = Incident(lon_lat, tuple(given.matters), now, text=given.text)
    origin = Origin(
        given.source,
        sender=person.name,
        reference=given.reference,
        confidence=given.confidence,
        address=given.address,
        address_code=code,
    )
    with effect.begin() as session:
        taken = take_in(session, incident, origin, city, by=person.name, now=now, joins=given.joins)
        number, kept = str(taken.incident.id), None
        if photo is not None and not taken.known:
            kept = attach(
                session, photo, incident=number, purpose=Purpose.REPORT, by=person.name, now=now
            )
        tell_incident(session, taken.incident, city, now=now)
        out = FieldFindingOut(
            incident=number,
            state=taken.incident.state,
            known=taken.known,
            joined=taken.joined,
            attachment=None if kept is None else kept.number,
        )
        return effect.commit(out, location=f"/api/v1/incidents/{number}")
