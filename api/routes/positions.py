"""Positions: fixes come in from terminals and phones, and are read back."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from api.access import may
from api.errors import Forbidden
from api.own_ground import officers_sent_for
from api.paging import CutDep, page
from api.schemas import Page
from api.schemas_position import (
    FixIn,
    FixRefused,
    FixResultsOut,
    FlawedFix,
    ListedFix,
    PositionOut,
    fix_of,
    positions_of,
    results_json,
)
from api.service import Service, ServiceDep
from api.tracker_fixes import Whose, count_refused, whose
from dispatch.access import Act, Person
from dispatch.refused_fix import unknown_device
from dispatch.sight import officers_seen
from geo.errors import BadValue, GridDispatchError, UnknownName
from geo.position import Fix, FixResult
from geo.tracker.source import Protocol, Source, true_time

router = APIRouter(prefix="/api/v1/positions", tags=["positions"])

SendPositionsDep = Annotated[Person, Depends(may(Act.SEND_POSITIONS))]
SeePositionsDep = Annotated[Person, Depends(may(Act.SEE_POSITIONS))]

MOST_FIXES = 5000

REFUSALS = {kind.code: kind for kind in (BadValue, UnknownName, Forbidden)}
"""What a single fix is refused as."""


@router.post("", response_model=FixResultsOut)
async def take_in(
    given: Annotated[FixIn | list[ListedFix], Body()],
    service: ServiceDep,
    person: SendPositionsDep,
) -> Response:
    """
    Take in one fix or a list.

    In a list every fix has a result of its own, even one that cannot be read; a single fix that
    cannot be used is refused.  The answer comes once all are judged.
    """
    fixes = given if isinstance(given, list) else [given]
    if len(fixes) > MOST_FIXES:
        raise BadValue(f"Send {MOST_FIXES} fixes at a time or fewer, not {len(fixes)}.")
    results = await _take_in(fixes, person, service)
    if not isinstance(given, list) and results[0].remark.code in REFUSALS:
        raise REFUSALS[results[0].remark.code](results[0].remark.en)
    return Response(results_json(results), media_type="application/json")


@router.get("")
def list_positions(service: ServiceDep, cut: CutDep, person: SeePositionsDep) -> Page[PositionOut]:
    """Where everybody is now, by officer."""
    whereabouts = service.live.present
    seen = officers_seen(person, whereabouts.city) & whereabouts.positions.fixes.keys()
    rows, following = page(sorted(seen), str, cut)
    return Page(items=positions_of(whereabouts, list(rows)), next=following)


async def _take_in(
    given: Sequence[FixIn | FlawedFix], person: Person, service: Service
) -> list[FixResult | FixRefused]:
    """Have every fix judged; what cannot be read has its result without being passed on."""
    own, source = officers_sent_for(person, service.city), _source(person, service)
    results: dict[int, FixResult | FixRefused] = {}
    sound: dict[int, Fix] = {}
    carried = [_whose(fix, source, service) for fix in given]
    for row, (fix, found) in enumerate(zip(given, carried, strict=True)):
        try:
            sound[row] = _known(_resolved(fix_of(fix), found, source), service, own)
        except GridDispatchError as error:
            results[row] = FixRefused.of(fix, error)
    if sound:
        judged = await asyncio.wrap_future(service.intake.offer(list(sound.values())))
        results.update(zip(sound, judged, strict=True))
    told = [results[row] for row in range(len(given))]
    count_refused(told, carried, service)
    return told


def _source(person: Person, service: Service) -> Source:
    """The source that a gateway of our own API is."""
    return service.trackers.book.source_for(Protocol.NATIVE, person.name)


def _whose(given: FixIn | FlawedFix, source: Source, service: Service) -> Whose:
    """Whose a fix is, by its officer or by who carried the device when it was taken."""
    if not isinstance(given, FixIn):
        return Whose((source.code, ""), None)
    if given.device is None or given.officer is not None:
        return Whose((source.code, given.officer or ""), given.officer)
    time = true_time(given.time, source, now=given.time)
    return whose(source, given.device, time, service)


def _resolved(fix: Fix, found: Whose, source: Source) -> Fix:
    """Put the officer in the place of the device, and the clock of the source right."""
    if found.officer is None:
        raise UnknownName(unknown_device(*found.key).en)
    if found.officer == fix.officer and not source.clock_ahead_s:
        return fix
    return replace(fix, officer=found.officer, time=true_time(fix.time, source, now=fix.time))


def _known(fix: Fix, service: Service, own: Container[str]) -> Fix:
    """Refuse a fix of somebody whom the city does not know, or for whom somebody else sends."""
    if fix.officer not in service.city.roster.officer_row:
        raise UnknownName(f"There is no officer {fix.officer!r} in this city.")
    if fix.officer not in own:
        raise Forbidden(f"The position of officer {fix.officer} is not yours to send.")
    return fix
