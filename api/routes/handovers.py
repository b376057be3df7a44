"""Shift handovers: what one shift leaves to the next, signed by both."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.access import may
from api.auth import host
from api.demo_people import DEMO_PASSWORD, demo_person
from api.errors import Forbidden, NotFound, SignInFailed
from api.idempotency import EffectDep
from api.named_thing import Thing, sees_handover
from api.paging import CutDep
from api.plan_document import write_document
from api.schemas import Instant, Page
from api.schemas_handover import (
    HandoverAsk,
    HandoverOut,
    HandoverRecordOut,
    SheetOut,
    SignatureAsk,
)
from api.service import Service, ServiceDep
from api.shift_sheet import SHIFT, document_of, sheet_of
from api.sign_in import recognise
from dispatch.access import Act, Person, acts_of, areas_seen
from dispatch.store.accounts import end_try
from dispatch.store.handovers import (
    Handover,
    add_handover,
    get_handover,
    list_handovers,
    take_over,
)
from geo.errors import BadValue, UnknownName

router = APIRouter(prefix="/api/v1/handovers", tags=["handovers"])

SeeReportsDep = Annotated[Person, Depends(may(Act.SEE_REPORTS))]
ReadHandoverDep = Annotated[Person, Depends(may(Act.SEE_REPORTS, Thing.HANDOVER))]
DispatchDep = Annotated[Person, Depends(may(Act.DISPATCH_CREW))]
DispatchHandoverDep = Annotated[Person, Depends(may(Act.DISPATCH_CREW, Thing.HANDOVER))]


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: SeeReportsDep) -> Page[HandoverOut]:
    """Handovers of one's own areas, the newest first."""
    with service.store.reading() as session:
        rows = list_handovers(session, before=cut.cursor or None, limit=cut.limit + 1)
    shown = rows[: cut.limit]
    seen = [HandoverOut.of(one) for one in shown if sees_handover(one, person, service.city)]
    return Page(items=seen, next=shown[-1].id if len(rows) > cut.limit else None)


@router.get("/present")
def present(
    service: ServiceDep,
    person: DispatchDep,
    *,
    since: Annotated[Instant | None, Query(description="Beginning of the shift.")] = None,
) -> SheetOut:
    """What would be handed over if it were signed now."""
    with service.store.reading() as session:
        return _sheet(session, since, service, person)


@router.post("", status_code=201)
def hand_over(
    asked: HandoverAsk, effect: EffectDep, service: ServiceDep, person: DispatchDep
) -> HandoverRecordOut:
    """
    Sign one's shift off: what stands open at this moment is kept as it is, with the notes.

    Somebody else then takes over (`/signature`).
    """
    with effect.begin() as session:
        sheet = _sheet(session, asked.since, service, person)
        made = Handover(
            since=sheet.since,
            at=sheet.at,
            by=person.name,
            areas=tuple(sorted(person.areas & areas_seen(person, service.city))),
            notes=asked.notes,
            sheet=sheet.model_dump_json(),
        )
        kept = add_handover(session, made)
        shown = HandoverRecordOut.of(kept)
        return effect.commit(shown, location=f"/api/v1/handovers/{kept.id}")


@router.get("/{number}", response_model=HandoverRecordOut)
def read(
    number: str,
    service: ServiceDep,
    _: ReadHandoverDep,
    form: Annotated[Literal["json", "pdf"], Query(alias="format")] = "json",
) -> Response:
    """Read one handover as it was signed, or print it."""
    try:
        with service.store.reading() as session:
            shown = HandoverRecordOut.of(get_handover(session, number))
    except UnknownName as error:
        raise NotFound(str(error)) from error
    if form == "json":
        return JSONResponse(shown.model_dump(mode="json"))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{number}.pdf"
        write_document(path, document_of(shown, service.city))
        content = path.read_bytes()
    said = {"content-disposition": f'inline; filename="handover-{shown.id}.pdf"'}
    return Response(content, media_type="application/pdf", headers=said)


@router.post("/{number}/signature")
def sign(
    number: str,
    asked: SignatureAsk,
    request: Request,
    service: ServiceDep,
    _: DispatchHandoverDep,
) -> HandoverRecordOut:
    """
    Take a shift over: whoever comes signs by name, password and code, beside whoever leaves.

    No session begins by it.
    """
    now = service.clock()
    coming = _recognised(asked, request, service, now)
    try:
        with service.store.session() as session:
            handover = get_handover(session, number)
            _require_able(coming, handover, service)
            taken = take_over(session, number, now=now, by=coming.name)
            session.commit()
    except UnknownName as error:
        raise NotFound(str(error)) from error
    return HandoverRecordOut.of(taken)


def _recognised(asked: SignatureAsk, request: Request, service: Service, now: datetime) -> Person:
    """Whoever comes; a wrong password counts as it does where one signs in."""
    demo = demo_person(asked.name, service.city, host=host(request))
    if demo is not None and asked.password == DEMO_PASSWORD:
        return demo
    account, step = recognise(service.store, asked.name, asked.password, asked.code, now=now)
    with service.store.session() as session:
        if not end_try(session, account.name, totp_step=step):
            raise SignInFailed
        session.commit()
    return account.person()


def _require_able(coming: Person, handover: Handover, service: Service) -> None:
    """Refuse whoever could not do the work that they take over."""
    able = Act.DISPATCH_CREW in acts_of(coming)
    if not able or not sees_handover(handover, coming, service.city):
        raise Forbidden(
            f"{coming.name} may not take this shift over: it takes a dispatcher of its areas."
        )


def _sheet(session: Session, since: datetime | None, service: Service, person: Person) -> SheetOut:
    """What stands open now, as far as a person sees."""
    if not areas_seen(person, service.city):
        raise Forbidden(f"{person.name} belongs to no area of this city: there is no shift.")
    now = service.clock()
    begun = since or _last(session, service, person) or now - SHIFT
    if begun > now:
        raise BadValue(f"A shift that begins at {begun.isoformat()} has not begun yet.")
    return sheet_of(session, person, service.city, since=begun, now=now)


def _last(session: Session, service: Service, person: Person) -> datetime | None:
    """When the last shift in just these areas was handed over."""
    areas = tuple(sorted(person.areas & areas_seen(person, service.city)))
    rows = list_handovers(session)
    return next((one.at for one in rows if one.areas == areas), None)
