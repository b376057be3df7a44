"""The 12345 hotline: work orders from files, and by its live feed."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile

from api.access import may
from api.description import PROBLEM
from api.errors import Malformed
from api.hotline_rows import Rows, read_rows, rows_of
from api.hotline_signature import require_signature
from api.idempotency import Effect, EffectDep, PublicEffectDep
from api.layer_upload import uploaded
from api.schemas_hotline import HotlineMappingOut, OrdersTakenOut
from api.service import Service, ServiceDep, service_of
from api.telling import tell_incident
from dispatch.access import Act, Person
from dispatch.hotline import OrdersRead, read_orders
from dispatch.hotline_file import STANDARD, known_mappings, mapping_named
from dispatch.hotline_intake import take_orders
from geo.errors import BadInput, FlawedData
from geo.finding import Severity

router = APIRouter(tags=["hotline"])

FEED = "hotline:feed"
"""In whose name the feed's orders are on record; no account can be called so."""

SuperviseDep = Annotated[Person, Depends(may(Act.SUPERVISE))]


@router.get("/api/v1/hotline/mappings")
def list_mappings(service: ServiceDep, _: SuperviseDep) -> list[HotlineMappingOut]:
    """What hotlines call the columns of their orders, as far as that is known here."""
    known = known_mappings(service.settings.hotline)
    return [HotlineMappingOut.of(one) for one in known.values()]


@router.post("/api/v1/hotline/orders", status_code=201)
def load_orders(  # noqa: PLR0913 -- the parts of the form
    *,
    file: Annotated[UploadFile, File(description="CSV, XLSX or JSON.")],
    effect: EffectDep,
    service: ServiceDep,
    person: SuperviseDep,
    mapping: Annotated[str, Form(max_length=64)] = STANDARD,
    check: Annotated[bool, Form(description="Say what would be found; nothing is kept.")] = False,
) -> OrdersTakenOut:
    """
    Take in the work orders of a file, all of them or none.

    Every finding is told at once (422).  An order that came in before, by file or by feed, is known
    by its number.
    """
    with uploaded(file) as path:
        rows = read_rows(path)
        if not rows:
            raise BadInput(f"{path.name} holds no order.")
        read = _read(service, rows, mapping, path.name)
    if check:
        return OrdersTakenOut.of(read, {}, set())
    return _take(effect, service, read, by=person.name)


async def signed_rows(request: Request) -> Rows:
    """
    Read a message of the feed, if the hotline has signed it.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    rows
        Its orders.

    Raises
    ------
    Malformed
        It is no JSON.
    """
    service, body = service_of(request), await request.body()
    require_signature(request.headers, body, service.settings, service.clock())
    try:
        return rows_of(json.loads(body))
    except ValueError as error:
        raise Malformed("The message is no JSON.") from error


@router.post("/intake/hotline", responses={404: {"description": "No feed is set up", **PROBLEM}})
def take_feed(
    rows: Annotated[Rows, Depends(signed_rows)],
    effect: PublicEffectDep,
    service: ServiceDep,
    mapping: Annotated[str, Query(max_length=64)] = STANDARD,
) -> OrdersTakenOut:
    """
    Take in orders that the hotline sends as they come, signed with the shared secret.

    What is sent again is known by its number, so a sender that got no answer sends the same again.
    """
    read = _read(service, rows, mapping, "message")
    return _take(effect, service, read, by=FEED)


def _read(service: Service, rows: Rows, mapping: str, where: str) -> OrdersRead:
    """Read orders, or refuse them with everything that is wrong."""
    known = mapping_named(mapping, known_mappings(service.settings.hotline))
    read = read_orders(rows, known, service.city, where=where)
    wrong = [one for one in read.findings if one.severity is Severity.ERROR]
    if wrong:
        said = f"{where} has {len(wrong)} finding(s); none of its {len(rows)} orders was taken in."
        raise FlawedData(said, read.findings)
    return read


def _take(effect: Effect, service: Service, read: OrdersRead, *, by: str) -> OrdersTakenOut:
    """Keep those that are new, in one transaction, and tell what became of each."""
    now = service.clock()
    with effect.begin() as session:
        known, new = take_orders(session, read.orders, service.city, by=by, now=now)
        for incident in new:
            tell_incident(session, incident, service.city, now=now)
        fresh = [one.number for one in read.orders if one.number not in known]
        numbers = dict(zip(fresh, (str(one.id) for one in new), strict=True))
        return effect.commit(OrdersTakenOut.of(read, known | numbers, set(known)))
