"""Closures and slow zones: streets that nobody drives through for a time, or only slowly."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.own_ground import require_streets
from api.paging import CutDep
from api.schemas import Page
from api.schemas_closure import ClosureIn, ClosureOut
from api.service import Service, ServiceDep
from api.telling import tell_closure
from dispatch.access import Act, Person
from dispatch.store.closures import (
    ClosureRecord,
    add_closure,
    get_closure,
    lift_closure,
    list_closures,
)
from geo.errors import BadValue, UnknownName

router = APIRouter(prefix="/api/v1/closures", tags=["closures"])

CloseStreetsDep = Annotated[Person, Depends(may(Act.CLOSE_STREETS))]
SeeClosuresDep = Annotated[Person, Depends(may(Act.SEE_CLOSURES))]


@router.post("", status_code=201)
def enter(
    given: ClosureIn, effect: EffectDep, service: ServiceDep, person: CloseStreetsDep
) -> ClosureOut:
    """Enter a closure or slow zone; if it is in force, travel times have changed by the answer."""
    now = service.clock()
    closure = service.weights.tied(given.closure(now=now))
    counts = service.weights.edge_counts(closure.extent, closure.modes)
    if closure.extent.ways and not any(counts.values()):
        raise UnknownName(f"The roads have no way {closure.extent.ways[0]} for these modes.")
    if closure.until is not None and closure.until <= now:
        raise BadValue("A closure that is over already closes nothing: let it end later.")
    require_streets(person, service.city, closure.extent.polygon)
    with effect.begin() as session:
        record = add_closure(session, closure, now=now, by=person.name)
        shown = ClosureOut.of(record, counts, now=now)
        tell_closure(session, shown, now=now)
        effect.commit(shown, location=f"/api/v1/closures/{record.closure.id}")
    service.change_weights()
    return shown


@router.get("")
def list_all(
    service: ServiceDep,
    cut: CutDep,
    _: SeeClosuresDep,
    *,
    over: Annotated[bool, Query(description="Show those that are over, too.")] = True,
) -> Page[ClosureOut]:
    """Closures and slow zones, the newest record first."""
    now = None if over else service.clock()
    with service.store.reading() as session:
        rows = list_closures(
            session, before=cut.cursor or None, limit=cut.limit + 1, not_over_at=now
        )
    shown = [_shown(record, service) for record in rows[: cut.limit]]
    return Page(items=shown, next=shown[-1].id if len(rows) > cut.limit else None)


@router.get("/{number}")
def read(number: str, service: ServiceDep, _: SeeClosuresDep) -> ClosureOut:
    """Read one closure, over or not."""
    try:
        with service.store.reading() as session:
            return _shown(get_closure(session, number), service)
    except UnknownName as error:
        raise NotFound(str(error)) from error


@router.delete("/{number}")
def lift(
    number: str, effect: EffectDep, service: ServiceDep, person: CloseStreetsDep
) -> ClosureOut:
    """Lift a closure now; its record stays, and one that is over stays as it is."""
    try:
        with effect.begin() as session:
            now = service.clock()
            record = lift_closure(session, number, now=now, by=person.name)
            require_streets(person, service.city, record.closure.extent.polygon)
            shown = _shown(record, service)
            tell_closure(session, shown, now=now)
            effect.commit(shown)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    service.change_weights()
    return shown


def _shown(record: ClosureRecord, service: Service) -> ClosureOut:
    """Show a closure as it stands now."""
    closure = record.closure
    counts = service.weights.edge_counts(closure.extent, closure.modes)
    return ClosureOut.of(record, counts, now=service.clock())
