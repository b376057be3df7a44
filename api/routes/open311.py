"""Open311 GeoReport v2: services of the matter list, requests in and out, in JSON and XML."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.errors import NotFound
from api.idempotency import PublicEffectDep
from api.open311 import Format, MayByKey, Open311Route, instant, maybe_person, written
from api.public_limits import Kind
from api.routes.public import Anybody
from api.schemas import FARTHEST_LAT, FARTHEST_LON, Text
from api.schemas_open311 import (
    SAME_AS,
    Open311DefinitionOut,
    Open311DiscoveryOut,
    Open311EndpointOut,
    Open311PostedOut,
    Open311RequestOut,
    Open311ServiceOut,
    Open311TokenOut,
)
from api.service import Service, ServiceDep
from api.telling import tell_incident
from dispatch.access import Act, Person, acts_of
from dispatch.address import Ambiguous, find_address
from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.incident import Incident, Reporter
from dispatch.incident_state import ENDED, State
from dispatch.matter import Matter, MatterKind
from dispatch.origin import Origin, Source
from dispatch.report_intake import take_in
from dispatch.sight import sight_of
from dispatch.store.deadlines import list_deadlines
from dispatch.store.report_lists import (
    ReportFilter,
    first_told_by,
    last_steps,
    list_reports,
)
from geo.errors import BadInput, UnknownName

router = APIRouter(prefix="/open311/v2", tags=["open311"], route_class=Open311Route)
BOTH: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}, "text/xml": {}}}}

LONGEST_SPAN = timedelta(days=90)
MOST_REQUESTS = 1000
CHANGED = datetime(2026, 11, 23, tzinfo=UTC)
"""When what is offered here changed last."""

ReportDep = Annotated[Person, Depends(MayByKey(Act.REPORT_INCIDENT))]
MaybePersonDep = Annotated[Person | None, Depends(maybe_person)]
Said = Annotated[Text, Form(max_length=2000)]
Asked = Annotated[Text | None, Query(max_length=2000)]


def looks(request: Request, service: ServiceDep, person: MaybePersonDep) -> None:
    """
    Let holders of a key look, and anybody else where the operator lets people look without one.

    Parameters
    ----------
    request
        The request.
    service
        The service.
    person
        Whose key was sent, or None.

    Raises
    ------
    NotFound
        Nobody is known, and the door is closed to those.
    TooOften
        Too much was asked without a key from this address, or by everybody.
    """
    if person is None:
        Anybody(Kind.LOOK)(request, service)


LooksDep = Annotated[None, Depends(looks)]


@router.get("/discovery.{form}", responses=BOTH, response_class=Response)
def discover(form: Format, request: Request, _: LooksDep) -> Response:
    """Say where the interface is, and in which formats it answers."""
    found = Open311DiscoveryOut(
        changeset=CHANGED,
        contact="GET /api/v1/city",
        key_service="An administrator gives keys out: POST /api/v1/api-keys.",
        endpoints=[
            Open311EndpointOut(
                specification="http://wiki.open311.org/GeoReport_v2",
                url=f"{request.base_url}open311/v2",
                changeset=CHANGED,
                type="production",
                formats=["text/xml", "application/json"],
            )
        ],
    )
    return written("discovery", found, form)


@router.get("/services.{form}", responses=BOTH, response_class=Response)
def list_services(
    form: Format, service: ServiceDep, _: LooksDep, jurisdiction_id: Asked = None
) -> Response:
    """List the matters that may be reported."""
    city = _city(service, jurisdiction_id)
    matters = sorted(filter(_reportable, city.matters.values()), key=lambda one: one.code)
    return written("services", [Open311ServiceOut.of(one, city) for one in matters], form)


@router.get("/services/{code}.{form}", responses=BOTH, response_class=Response)
def define_service(
    code: str, form: Format, service: ServiceDep, _: LooksDep, jurisdiction_id: Asked = None
) -> Response:
    """Say what is asked of a report of a matter."""
    matter = _matter(_city(service, jurisdiction_id), code)
    return written("service_definition", Open311DefinitionOut.of(matter), form)


@router.post("/requests.{form}", status_code=201, responses=BOTH, response_class=Response)
def post_request(  # noqa: PLR0913 -- the parameters of the specification
    *,
    form: Format,
    effect: PublicEffectDep,
    service: ServiceDep,
    person: ReportDep,
    service_code: Said,
    jurisdiction_id: Said = "",
    lat: Annotated[float | None, Form(ge=-FARTHEST_LAT, le=FARTHEST_LAT)] = None,
    long: Annotated[float | None, Form(ge=-FARTHEST_LON, le=FARTHEST_LON)] = None,
    address_string: Said = "",
    address_id: Said = "",
    first_name: Said = "",
    last_name: Said = "",
    phone: Annotated[Text, Form(max_length=40)] = "",
    description: Annotated[Text, Form(max_length=4000)] = "",
    media_url: Said = "",
    same_as: Annotated[Text, Form(max_length=64, alias=f"attribute[{SAME_AS}]")] = "",
) -> Response:
    """
    Take a request in, by place or by address.

    An address by which several places may be meant is refused, and all of them are named: send the
    one that is meant as `address_id`.  `email`, `device_id` and `account_id` are not kept.
    """
    city = _city(service, jurisdiction_id or None)
    matter = _matter(city, service_code)
    lon_lat, code = _place(city, (long, lat), address_id, address_string)
    now = service.clock()
    name = _full_name(first_name, last_name)
    incident = Incident(
        lon_lat=lon_lat,
        matters=(matter.code,),
        reported_at=now,
        text=description,
        reporter=Reporter(name, phone) if name or phone else None,
    )
    origin = Origin(
        Source.OPEN311,
        address=address_string,
        address_code=code,
        media_url=_web_address(media_url),
    )
    with effect.begin() as session:
        taken = take_in(
            session, incident, origin, city, by=person.name, now=now, joins=same_as or None
        )
        tell_incident(session, taken.incident, city, now=now)
        posted = Open311PostedOut(
            service_request_id=str(taken.incident.id),
            service_notice="已收到，凭编号可查询进展。 Received; its number tells how far it is.",
            account_id=None,
        )
        return written("service_requests", effect.commit([posted]), form, status=effect.status)


@router.get("/requests.{form}", responses=BOTH, response_class=Response)
def list_requests(  # noqa: PLR0913 -- the parameters of the specification
    *,
    form: Format,
    service: ServiceDep,
    person: MaybePersonDep,
    _: LooksDep,
    jurisdiction_id: Asked = None,
    service_request_id: Asked = None,
    service_code: Asked = None,
    start_date: Asked = None,
    end_date: Asked = None,
    status: Asked = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=MOST_REQUESTS)] = MOST_REQUESTS,
) -> Response:
    """
    List requests, the newest first: of 90 days at most, and no more than a thousand.

    Without a key those that came in by Open311 are shown, roughly placed and without what was said;
    a reporter's key shows their own in full, those that theirs was one more of without what others
    said, a command room's all that it sees.
    """
    city = _city(service, jurisdiction_id)
    since, until = _span(start_date, end_date, service.clock())
    # Each code is looked for in every report: those that are no service here would only cost time.
    asked = _parts(service_code)
    matters = tuple(sorted({*asked} & city.matters.keys()))
    if asked and not matters:
        return written("service_requests", [], form)
    wanted = ReportFilter(
        numbers=_parts(service_request_id),
        matters=matters,
        since=since,
        until=until,
        states=_states(_parts(status)),
        limit=page_size,
        offset=(page - 1) * page_size,
    )
    return written("service_requests", _shown(service, city, person, wanted), form)


@router.get("/requests/{number}.{form}", responses=BOTH, response_class=Response)
def read_request(
    number: str,
    form: Format,
    service: ServiceDep,
    person: MaybePersonDep,
    _: LooksDep,
    jurisdiction_id: Asked = None,
) -> Response:
    """Tell how far one request is."""
    city = _city(service, jurisdiction_id)
    shown = _shown(service, city, person, ReportFilter(numbers=(number,), limit=1))
    if not shown:
        raise NotFound(f"There is no service_request_id {number!r} that you may see.")
    return written("service_requests", shown, form)


@router.get("/tokens/{token}.{form}", responses=BOTH, response_class=Response)
def read_token(
    token: str, form: Format, service: ServiceDep, person: MaybePersonDep, _: LooksDep
) -> Response:
    """Tell the request of a token: numbers are given at once, and are their own tokens."""
    shown = _shown(service, service.city, person, ReportFilter(numbers=(token,), limit=1))
    if not shown:
        raise NotFound(f"There is no token {token!r} that you may see.")
    told = Open311TokenOut(service_request_id=shown[0].service_request_id, token=token)
    return written("service_requests", [told], form)


def _shown(
    service: Service, city: City, person: Person | None, wanted: ReportFilter
) -> list[Open311RequestOut]:
    """Requests as far as somebody may see them."""
    acts = frozenset() if person is None else acts_of(person)
    sees_all, sees_own = Act.SEE_INCIDENTS in acts, Act.FOLLOW_REPORT in acts
    if person is not None and sees_all:
        wanted = wanted.within(sight_of(person, city))
    elif person is not None and sees_own:
        wanted = wanted.reported_by(person.name)
    else:
        wanted = wanted.come_by(Source.OPEN311)
    with service.store.reading() as session:
        found = list_reports(session, wanted)
        numbers = [str(incident.id) for incident, _ in found]
        steps = last_steps(session, numbers)
        own = set(numbers) if sees_all else set[str]()
        if person is not None and sees_own:
            own |= first_told_by(session, person.name, numbers)
        handled = list_deadlines(
            session, incidents=numbers, kind=ClockKind.HANDLE, running=True, limit=None
        )
    due = {one.incident: one.due_at for one in handled}
    return [
        Open311RequestOut.of(
            incident,
            origin,
            city,
            updated=steps.get(str(incident.id), incident.reported_at),
            expected=due.get(str(incident.id)),
            in_full=str(incident.id) in own,
        )
        for incident, origin in found
    ]


def _city(service: Service, jurisdiction: str | None) -> City:
    """The city that is served, if it is the one that is meant."""
    if jurisdiction not in {None, "", service.city.code}:
        raise UnknownName(
            f"jurisdiction_id {jurisdiction!r} was not found: this is {service.city.code}."
        )
    return service.city


def _reportable(matter: Matter) -> bool:
    """Whether anybody reports it; compulsory measures are nothing that happens."""
    return matter.kind == MatterKind.PENALTY


def _matter(city: City, code: str) -> Matter:
    """The matter of a service."""
    matter = city.matters.get(code)
    if matter is None or not _reportable(matter):
        raise UnknownName(f"service_code {code!r} was not found: GET services lists all.")
    return matter


def _place(
    city: City, given: tuple[float | None, float | None], code: str, address: str
) -> tuple[tuple[float, float], str]:
    """Where it is, and the place of the gazetteer that was meant, if one was."""
    lon, lat = given
    if lon is not None and lat is not None:
        return (lon, lat), ""
    if not (code or address):
        raise BadInput("Say where it is: lat and long, address_string, or address_id.")
    found = find_address(city.gazetteer, code or address)
    if isinstance(found, Ambiguous):
        raise BadInput(f"{found.said.zh} {found.said.en}")
    return found.lon_lat, found.code


def _full_name(first: str, last: str) -> str:
    """A name as it is written where it comes from."""
    between = " " if (first + last).isascii() else ""
    return f"{first}{between}{last}".strip() if between else f"{last}{first}".strip()


def _web_address(given: str) -> str:
    """Address of a picture, if it is one that a browser may be shown."""
    if given and not given.startswith(("http://", "https://")):
        raise BadInput("media_url has to begin with http:// or https://.")
    return given


def _parts(given: str | None) -> tuple[str, ...]:
    """Values that are separated by commas."""
    return tuple(part.strip() for part in (given or "").split(",") if part.strip())


def _states(words: tuple[str, ...]) -> tuple[State, ...]:
    """States that Open311's two words stand for."""
    if not set(words) <= {"open", "closed"}:
        raise BadInput("status is open, closed, or both with a comma between.")
    if len(set(words)) != 1:
        return ()
    return ENDED if words[0] == "closed" else tuple(one for one in State if one not in ENDED)


def _span(start: str | None, end: str | None, now: datetime) -> tuple[datetime, datetime]:
    """From when to when requests are listed: 90 days, unless less is asked for."""
    since, until = instant(start, "start_date"), instant(end, "end_date")
    if since is None:
        since = (until or now) - LONGEST_SPAN
    if until is None:
        until = min(since + LONGEST_SPAN, now + timedelta(seconds=1)) if start else now
        until = max(until, since)
    if until - since > LONGEST_SPAN:
        raise BadInput("start_date and end_date may lie 90 days apart at most.")
    return since, until
