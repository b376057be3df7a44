"""Photos of an incident, handed in with reports and results; and who else reported it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Path, Response, UploadFile

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.own_case import must_be_theirs
from api.photo import MOST_BYTES, read_photo
from api.routes.incidents import must_exist
from api.schemas_attachment import AttachmentOut, ReceiptOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.attachment import Purpose
from dispatch.store.assignments import all_assignments
from dispatch.store.attachments import attach, get_attachment, list_attachments, read_content
from dispatch.store.receipts import receipts_of
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/incidents/{number}", tags=["incidents"])

SeeIncidentsDep = Annotated[Person, Depends(may(Act.SEE_INCIDENTS, Thing.INCIDENT))]
MoveIncidentDep = Annotated[Person, Depends(may(Act.MOVE_INCIDENT, Thing.INCIDENT))]

LARGEST = 2**31 - 1


@router.post("/attachments", status_code=201)
def hand_in(
    number: str,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, 4 MB at most.")],
    effect: EffectDep,
    service: ServiceDep,
    person: MoveIncidentDep,
) -> AttachmentOut:
    """
    Hand in a photo of how it was dealt with.

    An officer hands in those of cases to which he or she was sent.  The photo is drawn anew:
    where and by which device it was taken stands in nothing that is kept.
    """
    photo = read_photo(file.file.read(MOST_BYTES + 1))
    now = service.clock()
    with effect.begin() as session:
        must_exist(session, number)
        must_be_theirs(person, all_assignments(session, incident=number))
        made = attach(
            session, photo, incident=number, purpose=Purpose.RESULT, by=person.name, now=now
        )
        where = f"/api/v1/incidents/{number}/attachments/{made.number}"
        return effect.commit(AttachmentOut.of(made), location=where)


@router.get("/attachments")
def list_all(number: str, service: ServiceDep, _: SeeIncidentsDep) -> list[AttachmentOut]:
    """Photos of an incident, the oldest first."""
    with service.store.reading() as session:
        must_exist(session, number)
        return [AttachmentOut.of(one) for one in list_attachments(session, number)]


@router.get(
    "/attachments/{attachment}",
    responses={200: {"content": {"image/jpeg": {}}}},
    response_class=Response,
)
def read(
    number: str,
    attachment: Annotated[int, Path(ge=1, le=LARGEST)],
    service: ServiceDep,
    _: MoveIncidentDep,
) -> Response:
    """Read a photo itself; it may show people, so it is for those who deal with the case."""
    try:
        with service.store.reading() as session:
            kind = get_attachment(session, number, attachment).media_type
            content = read_content(session, number, attachment)
    except UnknownName as error:
        raise NotFound(str(error)) from error
    headers = {
        "cache-control": "private, max-age=86400, immutable",
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=kind, headers=headers)


@router.get("/receipts")
def list_receipts(number: str, service: ServiceDep, _: SeeIncidentsDep) -> list[ReceiptOut]:
    """Receipts given to people without an account: how many reported it, and what they added."""
    with service.store.reading() as session:
        must_exist(session, number)
        return [ReceiptOut.of(one) for one in receipts_of(session, number)]
