"""Positions: fixes come in from terminals and phones, and are read back."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
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
from dispatch.access import Act, Person
from dispatch.sight import officers_seen
from geo.errors import BadValue, GridDispatchError, UnknownName
from geo.position import Fix, FixResult

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
    results = await _take_in(fixes, officers_sent_for(person, service.city), service)
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
    given: Sequence[FixIn | FlawedFix], own: Container[str], service: Service
) -> list[FixResult | FixRefused]:
    """Have every fix judged; what cannot be read has its result without being passed on."""
    results: dict[int, FixResult | FixRefused] = {}
    sound: dict[int, Fix] = {}
    for row, fix in enumerate(given):
        try:
            sound[row] = _known(fix_of(fix), service, own)
        except GridDispatchError as error:
            results[row] = FixRefused.of(fix, error)
    if sound:
        judged = await asyncio.wrap_future(service.intake.offer(list(sound.values())))
        results.update(zip(sound, judged, strict=True))
    return [results[row] for row in range(len(given))]


def _known(fix: Fix, service: Service, own: Container[str]) -> Fix:
    """Refuse a fix of somebody whom the city does not know, or for whom somebody else sends."""
    if fix.officer not in service.city.roster.officer_row:
        raise UnknownName(f"There is no officer {fix.officer!r} in this city.")
    if fix.officer not in own:
        raise Forbidden(f"The position of officer {fix.officer} is not yours to send.")
    return fix
