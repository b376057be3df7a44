"""The door of the public: a report without an account, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, File, Header, Query, Request, Response, UploadFile
from sqlalchemy.orm import Session

from api.auth import host, require_own_page
from api.errors import NotFound
from api.idempotency import PublicEffectDep
from api.layers import LayerKind
from api.photo import MOST_BYTES, read_photo
from api.place_table import read_place
from api.public_limits import Kind, PublicLimits
from api.routes.maps import TILE_TYPE, published_layer, road_tile
from api.schemas import Crs, Text, lon_lat_wgs84
from api.schemas_public import (
    MOST_MATTERS,
    FoundMatterOut,
    FoundMattersOut,
    NearbyListOut,
    NearbyOut,
    PublicCityOut,
    PublicPhotoOut,
    PublicPlacesOut,
    PublicProgressOut,
    PublicReceiptOut,
    PublicReportIn,
)
from api.schemas_timeline import ProgressOut
from api.schemas_transition import RatingAsk
from api.service import Service, ServiceDep
from api.telling import tell_incident, tell_moves
from dispatch import next_step
from dispatch.assignment_terms import standard_terms
from dispatch.attachment import Purpose
from dispatch.city import City
from dispatch.incident_state import State
from dispatch.matter_search import search_of
from dispatch.place_words import words_of
from dispatch.public_report import PUBLIC, hand_in, nearby, open_receipt
from dispatch.receipt import Receipt
from dispatch.store.attachments import attach, list_attachments
from dispatch.store.incident_record import read_progress
from dispatch.store.incidents import get_incident
from dispatch.store.transitions import transitions_of
from geo.errors import Conflict, UnknownName

router = APIRouter(prefix="/api/v1/public", tags=["public"])

MOST_PLACES = 8
LONGEST_QUESTION = 120
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Anybody:
    """
    Dependency of a route that needs no account: it counts who asks, by address.

    Attributes
    ----------
    kind
        As what it is counted.
    """

    kind: Kind

    def __call__(self, request: Request, service: ServiceDep) -> PublicLimits:
        """
        Let anybody in who has not asked too often.

        Parameters
        ----------
        request
            The request.
        service
            The service.

        Returns
        -------
        limits
            For what is counted later.

        Raises
        ------
        NotFound
            The operator has closed this door.
        TooOften
            Too much was asked from this address, or by everybody.
        Forbidden
            A page of somebody else's would report in the name of whoever reads it.
        """
        if not service.settings.public_reports:
            raise NotFound("Reports without an account are not taken here: call the hotline.")
        require_own_page(request)
        limits: PublicLimits = request.app.state.public_limits
        limits.count(self.kind, host(request), service.clock())
        return limits


LooksDep = Annotated[PublicLimits, Depends(Anybody(Kind.LOOK))]
ReportsDep = Annotated[PublicLimits, Depends(Anybody(Kind.REPORT))]
PhotosDep = Annotated[PublicLimits, Depends(Anybody(Kind.PHOTO))]
SecretDep = Annotated[
    Text,
    Header(
        alias="Receipt-Secret",
        max_length=64,
        description="The receipt's; it stands in no address, so in no log.",
    ),
]


@router.get("/city")
def read_city(service: ServiceDep, _: LooksDep) -> PublicCityOut:
    """What the city is called, what time it is there, and where its map begins and ends."""
    city = service.city
    version = service.tiles.version if service.tiles else ""
    return PublicCityOut(
        name=city.name,
        name_en=city.name_en,
        invented=city.invented,
        now=service.clock(),
        bounds=list(service.layers.bounds),
        tiles=f"{router.prefix}/tiles/{{z}}/{{x}}/{{y}}.mvt?v={version}",
        backdrop=f"{router.prefix}/backdrop",
    )


@router.get(
    "/backdrop",
    responses={200: {"content": {"application/geo+json": {}}}},
    response_class=Response,
)
def read_backdrop(request: Request, service: ServiceDep, _: LooksDep) -> Response:
    """Sea, rivers and parks, for the map."""
    return published_layer(LayerKind.BACKDROP, request, service)


@router.get(
    "/tiles/{zoom}/{column}/{row}.mvt",
    responses={200: {"content": {TILE_TYPE: {}}}, 204: {"description": "No roads here."}},
    response_class=Response,
)
def read_tile(
    zoom: int, column: int, row: int, request: Request, service: ServiceDep, _: LooksDep
) -> Response:
    """A vector tile of roads, for the map."""
    return road_tile((zoom, column, row), request, service)


@router.get("/places")
def search_places(
    service: ServiceDep,
    _: LooksDep,
    q: Annotated[Text, Query(max_length=LONGEST_QUESTION, examples=["中心小学"])],
    near: Annotated[Text | None, Query(max_length=80, description="lon,lat in `crs`.")] = None,
    crs: Crs = "wgs84",
) -> PublicPlacesOut:
    """Places that may be meant by a name or an address; no more than names and where they are."""
    lon_lat = None
    if near is not None:
        lon, lat = read_place(near, crs=crs)[0].tolist()
        lon_lat = (lon, lat)
    if not words_of(q):
        return PublicPlacesOut(items=[])
    found = service.city.gazetteer.search(q, near=lon_lat, limit=MOST_PLACES)
    return PublicPlacesOut.of(found, service.city)


@router.get("/matters")
def search_matters(
    service: ServiceDep,
    _: LooksDep,
    q: Annotated[Text, Query(max_length=LONGEST_TEXT, examples=["楼下烧烤店油烟很大"])],
) -> FoundMattersOut:
    """Matters that may be meant by what somebody wrote, each with the words it was found by."""
    found = search_of(service.city).find(q)
    return FoundMattersOut(items=[FoundMatterOut.of(one, service.city) for one in found])


@router.get("/nearby")
def list_nearby(
    service: ServiceDep,
    _: LooksDep,
    lon: Annotated[float, Query(allow_inf_nan=False, examples=[109.1689])],
    lat: Annotated[float, Query(allow_inf_nan=False, examples=[21.4627])],
    matter: Annotated[list[Text] | None, Query(max_length=MOST_MATTERS)] = None,
    crs: Crs = "wgs84",
) -> NearbyListOut:
    """Reports nearby that may be of the same thing: kind, distance and age, and nothing else."""
    place = lon_lat_wgs84((lon, lat), crs)
    with service.store.reading() as session:
        found = nearby(
            session, service.city, lon_lat=place, matters=matter or (), now=service.clock()
        )
    return NearbyListOut(items=[NearbyOut.of(one, service.city) for one in found])


@router.post("/reports", status_code=201)
def report(
    given: PublicReportIn, effect: PublicEffectDep, service: ServiceDep, _: ReportsDep
) -> PublicReceiptOut:
    """
    Take in a report of somebody without an account, and give its receipt.

    Name and phone are kept only if they are given.  With `joins` it is one more of a report that
    `nearby` has shown: that incident stays as it is, and the receipt follows it.
    """
    now = service.clock()
    with effect.begin() as session:
        receipt, incident = hand_in(session, given.report(), service.city, now=now)
        tell_incident(session, incident, service.city, now=now)
        out = PublicReceiptOut(receipt=receipt.number, reported_at=now, joined=receipt.joined)
        return effect.commit(out, location=f"{router.prefix}/reports/{receipt.number}")


@router.get("/reports/{receipt}")
def follow(
    receipt: str, request: Request, service: ServiceDep, limits: LooksDep, secret: SecretDep
) -> PublicProgressOut:
    """Tell how far a report is, to whoever has its receipt's number and secret."""
    with service.store.reading() as session:
        held = _opened(session, receipt, secret, request, limits)
        return _progress(session, held, service.city)


@router.post("/reports/{receipt}/photos", status_code=201)
def add_photo(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    receipt: str,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, 4 MB at most.")],
    request: Request,
    effect: PublicEffectDep,
    service: ServiceDep,
    limits: PhotosDep,
    secret: SecretDep,
) -> PublicPhotoOut:
    """Add a photo to a report; where and by which device it was taken is not kept."""
    with service.store.reading() as session:
        _opened(session, receipt, secret, request, limits)
    photo = read_photo(file.file.read(MOST_BYTES + 1))
    now = service.clock()
    with effect.begin() as session:
        held = _opened(session, receipt, secret, request, limits)
        attach(
            session,
            photo,
            incident=held.incident,
            purpose=Purpose.REPORT,
            by=PUBLIC,
            now=now,
            receipt=held.number,
        )
        out = PublicPhotoOut(
            width_px=photo.width_px,
            height_px=photo.height_px,
            size_bytes=len(photo.content),
            photos=_photos(session, held),
        )
        return effect.commit(out)


@router.post("/reports/{receipt}/rating")
def rate(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    receipt: str,
    asked: RatingAsk,
    request: Request,
    effect: PublicEffectDep,
    service: ServiceDep,
    limits: ReportsDep,
    secret: SecretDep,
) -> PublicProgressOut:
    """Rate how a closed report was dealt with, 1 to 5: whoever reported it, not who joined."""
    now = service.clock()
    with effect.begin() as session:
        held = _opened(session, receipt, secret, request, limits)
        if held.joined:
            raise Conflict("Whoever reported it first rates it; this receipt joined later.")
        moved = next_step.move(
            session,
            held.incident,
            asked.wanted(),
            service.live.present,
            by=PUBLIC,
            now=now,
            terms=standard_terms(),
        )
        incidents = (*moved.others, moved.incident)
        tell_moves(session, moved.assignments, service.city, now=now, incidents=incidents)
        return effect.commit(_progress(session, held, service.city))


def _opened(
    session: Session, number: str, secret: str, request: Request, limits: PublicLimits
) -> Receipt:
    """The receipt, or a refusal that is counted: nobody tries secrets one after the other."""
    service: Service = request.app.state.service
    asked: tuple[Kind, str, datetime] = (Kind.GUESS, host(request), service.clock())
    limits.check(*asked)
    try:
        return open_receipt(session, number, secret)
    except UnknownName as error:
        limits.count(*asked)
        raise NotFound(str(error)) from error


def _photos(session: Session, held: Receipt) -> int:
    """How many photos came with a receipt."""
    return sum(one.receipt == held.number for one in list_attachments(session, held.incident))


def _progress(session: Session, held: Receipt, city: City) -> PublicProgressOut:
    """What a receipt tells."""
    incident = get_incident(session, held.incident)
    rated = [one.step.rating for one in transitions_of(session, held.incident)]
    known = [city.matters[code] for code in incident.matters if code in city.matters]
    return PublicProgressOut(
        receipt=held.number,
        reported_at=held.made_at,
        joined=held.joined,
        state=incident.state,
        matters=[one.name for one in known],
        matters_en=[one.name_en for one in known],
        photos=_photos(session, held),
        may_rate=incident.state == State.CLOSED and not held.joined,
        rating=next((one for one in reversed(rated) if one is not None), None),
        steps=[ProgressOut.of(one) for one in read_progress(session, held.incident)],
    )
