"""Automation: what is done by rule, where it is switched off, and what share that is."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.schemas import Instant
from api.schemas_automation import AutomationOut, AutomationReportOut, AutomationSwitchIn
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from dispatch.automation_share import automation_report
from dispatch.sight import sees_unit, sight_of
from dispatch.store.ledger import tell
from dispatch.store.verdicts import list_verdicts, read_switched_off, switch
from geo.errors import BadValue
from geo.zone import Zone

router = APIRouter(prefix="/api/v1", tags=["automation"])

USUAL_SPAN, LONGEST_SPAN = timedelta(days=30), timedelta(days=366)

SeeIncidentsDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS))]
SwitchDep = Annotated[Person, Depends(may(Act.DISPATCH_CREW))]
SeeReportsDep = Annotated[Person, Depends(may(Act.SEE_REPORTS))]


@router.get("/automation")
def read(service: ServiceDep, person: SeeIncidentsDep) -> AutomationOut:
    """List the rules by which reports are dispatched, and the zones that one sees."""
    with service.store.reading() as session:
        return _shown(session, service, person)


def seen_zone(
    zone: Annotated[str, Path(max_length=64)], service: ServiceDep, person: SwitchDep
) -> str:
    """
    Find the zone of an address.

    Parameters
    ----------
    zone
        Its code.
    service
        The service.
    person
        Who switches.

    Returns
    -------
    zone
        Its code.

    Raises
    ------
    NotFound
        There is none in the person's areas.
    """
    if zone not in {one.code for one in _zones_seen(service, person)}:
        raise NotFound(f"There is no zone {zone!r} in your areas.")
    return zone


ZoneDep = Annotated[str, Depends(seen_zone)]


@router.put("/automation/zones/{zone}")
def switch_zone(
    zone: ZoneDep,
    given: AutomationSwitchIn,
    effect: EffectDep,
    service: ServiceDep,
    person: SwitchDep,
) -> AutomationOut:
    """
    Switch everything that is done by rule in a zone on or off, in one call.

    Off, no report there is dispatched without a person, and no next proposal is sent after silence:
    it is offered.  What was sent already stays.
    """
    if zone not in {one.code for one in _zones_seen(service, person)}:
        raise NotFound(f"There is no zone {zone!r} in your areas.")
    now = service.clock()
    with effect.begin() as session:
        switch(session, zone, on=given.on, now=now, by=person.name, why=given.why)
        tell(session, "automation", {"zone": zone, "on": given.on}, now=now)
        return effect.commit(_shown(session, service, person))


@router.get("/reports/automation")
def report(
    service: ServiceDep,
    person: SeeReportsDep,
    *,
    since: Annotated[
        Instant | None, Query(description="From this instant on; else of thirty days.")
    ] = None,
    until: Annotated[Instant | None, Query(description="Before this instant; else to now.")] = None,
) -> AutomationReportOut:
    """
    Tell what share of reports was dispatched without a person, and why the others were not.

    The answer says of which time: of the last thirty days, unless another is asked for; 366 days at
    most.
    """
    last = until or service.clock()
    first = since or last - USUAL_SPAN
    if not timedelta(0) <= last - first <= LONGEST_SPAN:
        raise BadValue(f"The report is of at most {LONGEST_SPAN.days} days: since before until.")
    sight = sight_of(person, service.city)
    with service.store.reading() as session:
        verdicts = list_verdicts(session, since=first, until=until, sight=sight)
    return AutomationReportOut.of(automation_report(verdicts), first, last)


def _shown(session: Session, service: Service, person: Person) -> AutomationOut:
    """Show rules and switches as they are now."""
    return AutomationOut.of(
        service.automation,
        _zones_seen(service, person),
        read_switched_off(session),
        active=service.settings.automatic,
    )


def _zones_seen(service: Service, person: Person) -> list[Zone]:
    """Zones whose brigade works in an area that the person sees."""
    city = service.city
    zones = sorted(city.zones, key=lambda zone: zone.code)
    return [zone for zone in zones if sees_unit(person, city, zone.brigade or "")]
