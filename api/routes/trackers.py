"""
Intake of foreign terminals: Traccar, OsmAnd, OwnTracks, and what a gateway of JT/T 808 read.

Phones and servers send the oldest position again until they are answered 200, and nothing else
before it.  So a position that cannot be used is answered 200 as well, with what became of it; 4xx
is for who may not ask, and for what names no device.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from api.access import may
from api.errors import Malformed
from api.json_body import flaw_of
from api.schemas_position import FixResultsOut, results_json
from api.schemas_tracker import MOST_READINGS, ReadingIn
from api.service import Service, ServiceDep
from api.tracker_fixes import count_unreadable, take_reports
from dispatch.access import Act, Person
from dispatch.refused_fix import RefusedFix
from geo.errors import BadInput, BadValue
from geo.remark import Remark
from geo.tracker.osmand import read_fields, read_json
from geo.tracker.owntracks import OtherMessage, read_owntracks
from geo.tracker.report import Report, Unread
from geo.tracker.source import Protocol, Source
from geo.tracker.traccar import read_traccar

router = APIRouter(prefix="/intake", tags=["intake"])

SendPositionsDep = Annotated[Person, Depends(may(Act.SEND_POSITIONS))]

MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"

SAID = "x-position"
"""Header that says what became of a message of OwnTracks, which is answered a list of friends."""

KeyDep = Annotated[
    str | None,
    Query(
        max_length=128,
        description="A key for programs that can send no header; it is good for positions alone.",
    ),
]
_ANY_OBJECT: dict[str, Any] = {"schema": {"type": "object"}}


def _body(*kinds: str) -> dict[str, Any]:
    """Describe a body that is read here and by no schema: foreign programs have their own."""
    return {"requestBody": {"content": dict.fromkeys(kinds, _ANY_OBJECT)}}


def _fields(*names: str) -> dict[str, Any]:
    """Describe fields of an address; others are passed over."""
    said = {"in": "query", "schema": {"type": "string"}}
    return {"parameters": [{"name": name} | said for name in names]}


def _headers(*names: str) -> dict[str, Any]:
    """Describe headers that may be there."""
    said = {"in": "header", "schema": {"type": "string"}}
    return {"parameters": [{"name": name} | said for name in names]}


_LIMITS = ("X-Limit-U", "X-Limit-D")
_TRACCAR_NAMES = ("uniqueId", "fixTime", "latitude", "longitude", "speed", "course", "accuracy")
_OSMAND_NAMES = ("id", "timestamp", "lat", "lon", "speed", "bearing", "accuracy", "valid")


@router.post("/traccar", response_model=FixResultsOut, openapi_extra=_body("application/json"))
async def traccar(
    request: Request, service: ServiceDep, person: SendPositionsDep, key: KeyDep = None
) -> Response:
    """Take in a position that Traccar forwards with `forward.type=json`."""
    del key  # who asks is known by it already
    source = service.trackers.book.source_for(Protocol.TRACCAR, person.name)
    body = await request.body()
    return await _answered(lambda: (read_traccar(_sound(body)),), source, person, service)


@router.get("/traccar", response_model=FixResultsOut, openapi_extra=_fields(*_TRACCAR_NAMES))
async def traccar_by_address(
    request: Request, service: ServiceDep, person: SendPositionsDep, key: KeyDep = None
) -> Response:
    """Take in a position that Traccar forwards with `forward.type=url`, in its own names."""
    del key  # who asks is known by it already
    return await _by_fields(dict(request.query_params), Protocol.TRACCAR, person, service)


@router.get("/osmand", response_model=FixResultsOut, openapi_extra=_fields(*_OSMAND_NAMES))
async def osmand_by_address(
    request: Request, service: ServiceDep, person: SendPositionsDep, key: KeyDep = None
) -> Response:
    """Take in a position of OsmAnd or an older Traccar Client: `id`, `lat`, `lon`, `timestamp`."""
    del key  # who asks is known by it already
    return await _by_fields(dict(request.query_params), Protocol.OSMAND, person, service)


@router.get("/osmand/{key}", response_model=FixResultsOut, openapi_extra=_fields(*_OSMAND_NAMES))
async def osmand_by_keyed_address(
    key: str, request: Request, service: ServiceDep, person: SendPositionsDep
) -> Response:
    """The same, for programs that can put a key only before the question mark."""
    del key  # who asks is known by it already
    return await _by_fields(dict(request.query_params), Protocol.OSMAND, person, service)


@router.post("/osmand", response_model=FixResultsOut, openapi_extra=_body("application/json", FORM))
async def osmand(
    request: Request, service: ServiceDep, person: SendPositionsDep, key: KeyDep = None
) -> Response:
    """Take in positions of Traccar Client: JSON since version 9, named fields before."""
    del key  # who asks is known by it already
    return await _from_client(request, person, service)


@router.post(
    "/osmand/{key}", response_model=FixResultsOut, openapi_extra=_body("application/json", FORM)
)
async def osmand_keyed(
    key: str, request: Request, service: ServiceDep, person: SendPositionsDep
) -> Response:
    """The same, for programs that can put a key only into the address."""
    del key  # who asks is known by it already
    return await _from_client(request, person, service)


@router.post("/owntracks", openapi_extra=_body("application/json") | _headers(*_LIMITS))
async def owntracks(
    request: Request, response: Response, service: ServiceDep, person: SendPositionsDep
) -> list[dict[str, Any]]:
    """
    Take in a message of OwnTracks; the answer is the empty list of friends.

    The header `x-position` says what became of a location, or what else the message was.
    """
    source = service.trackers.book.source_for(Protocol.OWNTRACKS, person.name)
    body = await request.body()
    user, device = (request.headers.get(name) for name in _LIMITS)
    try:
        said = read_owntracks(_sound(body), user=user, device=device)
    except BadInput as error:
        count_unreadable(source, str(error), service)
        raise
    if isinstance(said, OtherMessage):
        _note_other(said, source, service)
        response.headers[SAID] = "no-location"
        return []
    [result] = await take_reports([said], source, person, service)
    response.headers[SAID] = result.remark.code
    return []


@router.post("/jt808", response_model=FixResultsOut)
async def jt808(
    given: Annotated[list[ReadingIn], Body(max_length=MOST_READINGS)],
    service: ServiceDep,
    person: SendPositionsDep,
) -> Response:
    """
    Take in what a gateway of JT/T 808 has read: times by the terminals' clocks, whatever those are.

    Every reading has a result of its own, in the order given.
    """
    source = service.trackers.book.source_for(Protocol.JT808, person.name)
    results = await take_reports([one.report() for one in given], source, person, service)
    return Response(results_json(results), media_type="application/json")


async def _by_fields(
    fields: Mapping[str, str], protocol: Protocol, person: Person, service: Service
) -> Response:
    """Take in one position of named fields."""
    source = service.trackers.book.source_for(protocol, person.name)
    return await _answered(lambda: (read_fields(fields),), source, person, service)


async def _from_client(request: Request, person: Person, service: Service) -> Response:
    """Take in what a phone posts, whatever it says that its body is."""
    body = await request.body()
    if body.lstrip()[:1] in (b"{", b"[") or _kind(request) == "application/json":
        source = service.trackers.book.source_for(Protocol.OSMAND, person.name)
        return await _answered(lambda: read_json(_sound(body)), source, person, service)
    try:
        sent = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise BadValue(f"A form has {MOST_FIELDS} fields at most.") from error
    return await _by_fields({**request.query_params, **sent}, Protocol.OSMAND, person, service)


def _kind(request: Request) -> str:
    """What a request says that its body is."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _answered(
    read: Callable[[], Sequence[Report | Unread]], source: Source, person: Person, service: Service
) -> Response:
    """Read a message, have it judged, and say what became of it."""
    try:
        reports = read()
    except BadInput as error:
        count_unreadable(source, str(error), service)
        raise
    results = await take_reports(reports, source, person, service)
    return Response(results_json(results), media_type="application/json")


def _sound(body: bytes) -> bytes:
    """Refuse JSON that no parser should see, whatever kind the sender says that it is."""
    flaw = flaw_of(body)
    if flaw is not None:
        raise Malformed(flaw)
    return body


def _note_other(said: OtherMessage, source: Source, service: Service) -> None:
    """Count a message that is no location: a phone that only sends these is not seen."""
    now = service.clock()
    remark = Remark(
        "no_location",
        f"报文类型为 {said.kind}，不含定位。",
        f"The message is of type `{said.kind}`, and no location.",
    )
    service.trackers.refuse([RefusedFix(source.code, said.device, remark, None, 1, now, now)])
