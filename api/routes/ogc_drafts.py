"""OGC API – Features, part 4: features of layer drafts are created, replaced, changed, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.access import may
from api.errors import Malformed, NotFound, UnsupportedMedia
from api.idempotency import EffectDep
from api.ogc.collections import collection_of
from api.ogc.draft_collections import draft_of
from api.ogc.draft_edit import DraftEdit, keep_edit, one_feature
from api.ogc.edit_definition import MERGE_PATCH
from api.ogc.etag import feature_etag
from api.ogc.geojson import MEDIA_TYPE as GEOJSON
from api.ogc.geojson import write_feature
from api.ogc.links import JSON, Addresses, link
from api.ogc.query import read_crs
from api.own_ground import require_whole_city
from api.schemas_feature import FeatureIn, FeatureOut, FeaturePatch, shape_of
from api.schemas_layer import LayerDraftOut
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from dispatch.layer.edit import RowEdit, with_other_row, with_row, without_row
from dispatch.layer.rows import LayerRows
from dispatch.store.layer_drafts import LayerDraft
from geo.errors import BadValue
from geo.registry_crs import CRS84, CRS84_URI, RegistryCrs, systems_at

router = APIRouter(prefix="/ogc/collections/{name}/items", tags=["ogc"])

SeeCityDep = Annotated[Person, Depends(may(Act.SEE_CITY))]
LoadLayersDep = Annotated[Person, Depends(may(Act.LOAD_LAYERS))]

READ_ONLY: Final = "GET, OPTIONS"
"""What may be asked of a collection or a feature that nobody edits."""

IfMatch = Annotated[
    str | None,
    Header(
        max_length=1000,
        description="ETag of the feature as it was read; needed once somebody else edited last.",
    ),
]


class GeoJson(JSONResponse):
    """A feature."""

    media_type = GEOJSON


def _written_as(*media_types: str) -> Callable[[Request], None]:
    """Make a rule of what a body has to call itself."""

    def look(request: Request) -> None:
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not said:
            raise Malformed(f"Say what the body is: Content-Type: {media_types[0]}.")
        if said not in media_types:
            raise UnsupportedMedia(f"{said} is not taken here; {' and '.join(media_types)} are.")

    return look


def _content_crs(
    service: ServiceDep,
    content_crs: Annotated[
        str | None,
        Header(max_length=200, description="<URI> of the system of the body; CRS84 without."),
    ] = None,
) -> RegistryCrs:
    """The system in which the coordinates of a body are written."""
    if content_crs is None:
        return CRS84
    uri = content_crs.strip().removeprefix("<").removesuffix(">")
    return read_crs("Content-Crs", uri, systems_at(service.city.lon_lat[0]))


ContentCrsDep = Annotated[RegistryCrs, Depends(_content_crs)]
FEATURE: Final = [Depends(may(Act.LOAD_LAYERS)), Depends(_written_as(GEOJSON, JSON))]
PATCH: Final = [Depends(may(Act.LOAD_LAYERS)), Depends(_written_as(MERGE_PATCH))]
"""Who asks is looked at before what is sent."""

BODY: Final[dict[str, Any]] = {"response_class": GeoJson}


@router.options("")
def options_of_items(name: str, service: ServiceDep, person: SeeCityDep) -> Response:
    """Say what may be done with a collection."""
    if not _may_edit(service, person, name):
        return Response(headers={"allow": READ_ONLY})
    accepted = f"{GEOJSON}, {JSON}"
    return Response(headers={"allow": f"{READ_ONLY}, POST", "accept-post": accepted})


@router.options("/{feature:path}")
def options_of_item(name: str, feature: str, service: ServiceDep, person: SeeCityDep) -> Response:
    """Say what may be done with a feature."""
    if not _may_edit(service, person, name):
        return Response(headers={"allow": READ_ONLY})
    _number(feature)
    allowed = f"{READ_ONLY}, PUT, PATCH, DELETE"
    return Response(headers={"allow": allowed, "accept-patch": MERGE_PATCH})


@router.post("", status_code=201, dependencies=FEATURE, **BODY)
def create(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    name: str,
    given: Annotated[FeatureIn, Body(media_type=GEOJSON)],
    request: Request,
    effect: EffectDep,
    service: ServiceDep,
    person: LoadLayersDep,
    crs: ContentCrsDep,
) -> FeatureOut:
    """Add a feature to a draft; it is given an id of its own."""
    row = RowEdit(given.properties or {}, shape_of(given.geometry, crs))
    edit = DraftEdit(
        draft=_draft(service, person, name).id,
        did="create",
        feature=None,
        if_match=None,
        change=lambda rows: with_row(rows, row),
    )

    def told(_: LayerDraft, rows: LayerRows) -> FeatureOut:
        address = Addresses.of(request).feature(name, str(rows.last_number))
        effect.response.headers["location"] = address
        return _told(name, rows, rows.last_number, request, effect.response)

    return keep_edit(service, effect, person, edit, told)


@router.put("/{feature:path}", dependencies=FEATURE, **BODY)
def replace(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    name: str,
    feature: str,
    given: Annotated[FeatureIn, Body(media_type=GEOJSON)],
    request: Request,
    effect: EffectDep,
    service: ServiceDep,
    person: LoadLayersDep,
    crs: ContentCrsDep,
    if_match: IfMatch = None,
) -> FeatureOut:
    """Replace a feature of a draft; what is not named is empty afterwards, its id stays."""
    number = _number(feature)
    row = RowEdit(given.properties or {}, shape_of(given.geometry, crs))
    edit = DraftEdit(
        draft=_draft(service, person, name).id,
        did="replace",
        feature=number,
        if_match=if_match,
        change=lambda rows: with_other_row(rows, number, row),
    )
    return keep_edit(
        service,
        effect,
        person,
        edit,
        lambda _, rows: _told(name, rows, number, request, effect.response),
    )


@router.patch("/{feature:path}", dependencies=PATCH, **BODY)
def change(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    name: str,
    feature: str,
    given: Annotated[FeaturePatch, Body(media_type=MERGE_PATCH)],
    request: Request,
    effect: EffectDep,
    service: ServiceDep,
    person: LoadLayersDep,
    crs: ContentCrsDep,
    if_match: IfMatch = None,
) -> FeatureOut:
    """Change parts of a feature of a draft: null empties, what is not named stays."""
    number = _number(feature)
    if given.id is not None and str(given.id) != feature:
        raise BadValue(f"The id of feature {feature} stays as it is; leave it out.")
    row = RowEdit(
        given.properties,
        shape_of(given.geometry, crs),
        partly=True,
        keeps_shape="geometry" not in given.model_fields_set,
    )
    edit = DraftEdit(
        draft=_draft(service, person, name).id,
        did="update",
        feature=number,
        if_match=if_match,
        change=lambda rows: with_other_row(rows, number, row),
    )
    return keep_edit(
        service,
        effect,
        person,
        edit,
        lambda _, rows: _told(name, rows, number, request, effect.response),
    )


@router.delete("/{feature:path}")
def delete(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    name: str,
    feature: str,
    effect: EffectDep,
    service: ServiceDep,
    person: LoadLayersDep,
    if_match: IfMatch = None,
) -> LayerDraftOut:
    """Take a feature out of a draft; its id is never given again."""
    number = _number(feature)
    edit = DraftEdit(
        draft=_draft(service, person, name).id,
        did="delete",
        feature=number,
        if_match=if_match,
        change=lambda rows: without_row(rows, number),
    )
    return keep_edit(service, effect, person, edit, lambda draft, _: LayerDraftOut.of(draft))


def _may_edit(service: Service, person: Person, name: str) -> bool:
    """Whether a collection is a draft that a person may edit."""
    return collection_of(service, person, name).draft is not None  # others are offered none


def _draft(service: Service, person: Person, name: str) -> LayerDraft:
    """The draft that is to be edited; what is published is not edited in place."""
    require_whole_city(person, service.city)
    draft = draft_of(service, name)
    if draft is None:
        collection_of(service, person, name)
        raise HTTPException(
            405,
            f"{name} is published: load a draft and edit that.",
            headers={"allow": READ_ONLY},
        )
    return draft


def _number(feature: str) -> int:
    """Number of a feature of a draft."""
    if not (feature.isascii() and feature.isdigit() and len(feature) < 10 and feature[0] != "0"):
        raise NotFound(f"A draft has no feature {feature!r}; they are numbered from 1.")
    return int(feature)


def _told(
    name: str, rows: LayerRows, number: int, request: Request, response: Response
) -> FeatureOut:
    """A feature as it is kept, with the ETag that reading it would give."""
    addresses = Addresses.of(request)
    table = one_feature(rows, number)
    response.headers["etag"] = feature_etag(table, 0, "json", CRS84_URI)
    response.headers["content-crs"] = f"<{CRS84_URI}>"
    links = [
        link(addresses.feature(name, str(number)), "self", GEOJSON, name),
        link(addresses.collection(name), "collection", JSON, name),
    ]
    return FeatureOut.model_validate_json(write_feature(table, 0, CRS84, links))
