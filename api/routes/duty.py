"""Duty: who can be sent now, and signing on and off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import may
from api.errors import NotFound
from api.named_thing import Thing
from api.own_ground import require_own_officer
from api.paging import CutDep, page
from api.schemas import Page
from api.schemas_duty import DutyAsk, DutyOut
from api.service import ServiceDep
from api.telling import tell_sign_on
from dispatch.access import Act, Person
from dispatch.duty_state import duty_states
from dispatch.sight import officers_seen
from dispatch.sign_on import sign_off, sign_on
from dispatch.store.duty import signed_by_hand
from geo.errors import BadValue

router = APIRouter(prefix="/api/v1", tags=["duty"])

SeeDutyDep = Annotated[Person, Depends(may(Act.SEE_DUTY))]
SeeOfficerDep = Annotated[Person, Depends(may(Act.SEE_DUTY, Thing.OFFICER))]
SignDutyDep = Annotated[Person, Depends(may(Act.SIGN_DUTY, Thing.OFFICER))]


@router.get("/duty")
def list_duty(
    service: ServiceDep,
    cut: CutDep,
    person: SeeDutyDep,
    *,
    free: Annotated[bool, Query(description="Only those whom duty lets be sent.")] = False,
) -> Page[DutyOut]:
    """Everybody's duty now, by officer."""
    states = duty_states(service.live.present, now=service.clock())
    seen = officers_seen(person, service.city)
    shown = [
        state for state in states if (state.may_be_sent or not free) and state.officer.id in seen
    ]
    rows, following = page(shown, lambda state: state.officer.id, cut)
    with service.store.reading() as session:
        by_hand = signed_by_hand(session)
    items = [DutyOut.of(row, signed_by=by_hand.get(row.officer.id)) for row in rows]
    return Page(items=items, next=following)


@router.get("/officers/{officer}/duty")
def read_duty(officer: str, service: ServiceDep, _: SeeOfficerDep) -> DutyOut:
    """One officer's duty now."""
    return _duty(officer, service)


@router.put("/officers/{officer}/duty")
def change_duty(officer: str, asked: DutyAsk, service: ServiceDep, person: SignDutyDep) -> DutyOut:
    """
    Sign an officer on or off.

    Signing on does not undo roster, rest or calendar: the answer says what still keeps the
    officer.  `until` adds an extra shift from now on.
    """
    _duty(officer, service)
    require_own_officer(person, officer)
    if asked.until is not None and not asked.on:
        raise BadValue("An extra shift is for signing on; leave `until` out to sign off.")
    now, by_hand = service.clock(), person.officer != officer
    with service.store.session() as session:
        if asked.on:
            sign_on(session, officer, now=now, by=person.name, by_hand=by_hand, until=asked.until)
        else:
            sign_off(session, officer, now=now, by=person.name, by_hand=by_hand)
        tell_sign_on(session, officer, service.city, on=asked.on, until=asked.until, now=now)
        session.commit()
    service.keep_duty()
    return _duty(officer, service)


def _duty(officer: str, service: ServiceDep) -> DutyOut:
    """Duty of an officer, or say that there is none."""
    if officer not in service.live.present.city.roster.officer_row:
        raise NotFound(f"There is no officer {officer!r} in this city.")
    (state,) = duty_states(service.live.present, [officer], now=service.clock())
    with service.store.reading() as session:
        by_hand = signed_by_hand(session, officer)
    return DutyOut.of(state, signed_by=by_hand.get(officer))
