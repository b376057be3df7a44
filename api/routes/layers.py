"""Layers that are handed in: loaded as drafts, looked at, dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile

from api.access import may
from api.errors import NotFound
from api.idempotency import EffectDep
from api.layer_check import check_coverage, check_layer
from api.layer_reading import read_layer_file
from api.layer_upload import uploaded
from api.name_pairs import read_pairs
from api.own_ground import require_whole_city
from api.paging import CutDep, newest
from api.schemas import Page
from api.schemas_layer import FindingOut, LayerDraftOut, LayerReportOut, RemediesAsk, ReviewIn
from api.service import Service, ServiceDep
from api.version import MaybeVersionDep
from dispatch.access import Act, Person
from dispatch.layer.check import CheckedLayer
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.mend import mend
from dispatch.layer.rows import LayerRows, SaidOfLayer, read_rows
from dispatch.store.draft_steps import drop_draft, edit_draft, review_draft
from dispatch.store.layer_columns import saved_columns
from dispatch.store.layer_drafts import (
    LayerDraft,
    add_draft,
    get_draft,
    get_open_draft,
    list_drafts,
    read_draft_rows,
)
from geo.datum import SevenParameters
from geo.errors import Outdated, UnknownName
from geo.finding import Severity
from geo.layer_place import SaidOfPlace

router = APIRouter(prefix="/api/v1/layers", tags=["layers"])

LoadLayersDep = Annotated[Person, Depends(may(Act.LOAD_LAYERS))]
PublishLayersDep = Annotated[Person, Depends(may(Act.PUBLISH_LAYERS))]

ShortText = Annotated[str, Form(max_length=200)]
MaybeShortText = Annotated[str | None, Form(max_length=200)]
MaybeLongText = Annotated[str | None, Form(max_length=4000)]


@router.post("", status_code=201)
def load(  # noqa: PLR0913 -- the parts of the form
    *,
    kind: Annotated[KindName, Form(description="What its rows are.")],
    file: Annotated[UploadFile, File(description="A layer file, or a zip archive with one.")],
    effect: EffectDep,
    service: ServiceDep,
    person: LoadLayersDep,
    crs: MaybeLongText = None,
    seven: MaybeShortText = None,
    columns: Annotated[
        list[ShortText] | None, Form(alias="map", description="NAME=COLUMN, as often as needed.")
    ] = None,
    layer: MaybeShortText = None,
    source: Annotated[
        ShortText, Form(description="Whom it comes from: the next file is read the same way.")
    ] = "",
) -> LayerDraftOut:
    """Load a layer as a draft; what is found of it keeps it from being published, not from this."""
    require_whole_city(person, service.city)
    effect.replay()
    named = source or person.name
    with service.store.reading() as session:
        saved = saved_columns(session, named, kind)
    parameters = None if seven is None else SevenParameters.parse(seven)
    place = SaidOfPlace(crs or None, parameters)
    said = SaidOfLayer(columns=read_pairs(columns or []), saved=saved, place=place)
    with uploaded(file) as path:
        rows = _read(path, kind, layer, said)
    checked = check_layer(service, rows)
    with effect.begin() as session:
        draft = add_draft(
            session,
            checked,
            source=named,
            against=service.city.version,
            now=service.clock(),
            by=person.name,
        )
        shown = LayerDraftOut.of(draft)
        return effect.commit(shown, location=f"/api/v1/layers/{draft.id}")


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: LoadLayersDep) -> Page[LayerDraftOut]:
    """Drafts, the newest first, those that were dropped, too."""
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        drafts, following = newest(
            lambda before, limit: list_drafts(session, before=before, limit=limit),
            lambda draft: draft.id,
            cut,
        )
    return Page(items=[LayerDraftOut.of(draft) for draft in drafts], next=following)


@router.get("/{number}")
def read(
    number: str, response: Response, service: ServiceDep, person: LoadLayersDep
) -> LayerDraftOut:
    """Read one draft; its ETag is what a review may send back, so that nobody edits in between."""
    require_whole_city(person, service.city)
    draft = _draft(service, number)
    response.headers["etag"] = f'"{draft.version}"'
    return LayerDraftOut.of(draft)


@router.get("/{number}/findings")
def findings(
    number: str,
    service: ServiceDep,
    cut: CutDep,
    person: LoadLayersDep,
    severity: Annotated[Severity | None, Query(description="Of one severity only.")] = None,
) -> Page[FindingOut]:
    """What is wrong with a draft, held against the city as it is published now."""
    require_whole_city(person, service.city)
    start = cut.number or 0
    told = _checked(service, number, anew=not start).findings
    wanted = [one for one in told if severity in {None, one.severity}]
    shown = [FindingOut.of(one) for one in wanted[start : start + cut.limit]]
    more = start + cut.limit < len(wanted)
    return Page(items=shown, next=str(start + cut.limit) if more else None)


@router.get("/{number}/report")
def report(number: str, service: ServiceDep, person: LoadLayersDep) -> LayerReportOut:
    """All that is known of a draft: columns, findings, what would be other, and coverage then."""
    require_whole_city(person, service.city)
    checked = _checked(service, number, anew=True)
    coverage = check_coverage(service, checked)
    return LayerReportOut.of(checked, service.city.version, coverage)


@router.post("/{number}/review")
def review(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    number: str,
    given: ReviewIn,
    effect: EffectDep,
    service: ServiceDep,
    person: PublishLayersDep,
    version: MaybeVersionDep,
) -> LayerDraftOut:
    """
    Say that a draft is fit to be published; whoever loaded or edited it can't.

    With the ETag that was read as `If-Match`, a draft that was edited since is not reviewed (412).
    Any later edit takes the review back.
    """
    require_whole_city(person, service.city)
    with _not_there(), effect.begin() as session:
        draft = review_draft(
            session,
            number,
            version=version,
            remark=given.remark,
            now=service.clock(),
            by=person.name,
        )
        return effect.commit(LayerDraftOut.of(draft))


@router.post("/{number}/fixes")
def take_fixes(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    number: str,
    effect: EffectDep,
    service: ServiceDep,
    person: LoadLayersDep,
    version: MaybeVersionDep,
    given: RemediesAsk | None = None,
) -> LayerDraftOut:
    """
    Take every plain fix of a draft, its datum first; what is left only a person can mend.

    `only` names those that are taken, by code, feature and others as findings tell them; the datum
    comes first then, too, for the others are told as they would be in it.

    With the ETag that was read as `If-Match`, a draft that was edited since is left alone (412).
    """
    require_whole_city(person, service.city)
    effect.replay()
    with _not_there(), service.store.reading() as session:
        draft, rows = get_open_draft(session, number), read_draft_rows(session, number)
    wanted = None if given is None else given.wants()
    mended = mend(check_layer(service, rows), partial(check_layer, service), wanted)
    with effect.begin() as session:
        kept = edit_draft(
            session,
            number,
            mended.checked,
            version=draft.version if version is None else version,
            against=service.city.version,
            edit={"did": "mend", "fixes": len(mended.taken)},
            now=service.clock(),
            by=person.name,
        )
        if kept is None:
            raise Outdated(f"The layer draft {number} was edited since it was read: read it again.")
        return effect.commit(LayerDraftOut.of(kept))


@router.delete("/{number}")
def drop(
    number: str, effect: EffectDep, service: ServiceDep, person: LoadLayersDep
) -> LayerDraftOut:
    """Drop a draft: its rows go, its record stays."""
    require_whole_city(person, service.city)
    with _not_there(), effect.begin() as session:
        draft = drop_draft(session, number, now=service.clock(), by=person.name)
        return effect.commit(LayerDraftOut.of(draft))


def _read(path: FilePath, kind: KindName, layer: str | None, said: SaidOfLayer) -> LayerRows:
    """Read a file as a layer of a kind."""
    table, note = read_layer_file(path, layer=layer)
    return read_rows(KINDS[kind], path.name, table, note, said)


def _draft(service: Service, number: str) -> LayerDraft:
    with _not_there(), service.store.reading() as session:
        return get_draft(session, number)


def _checked(service: Service, number: str, *, anew: bool) -> CheckedLayer:
    """A draft with its findings, kept for whoever pages on through them."""
    with _not_there(), service.store.reading() as session:
        draft, rows = get_draft(session, number), read_draft_rows(session, number)
    city = " ".join((service.city.version, *service.city.road_versions))
    return service.draft_checks.of(
        number, draft.version, city, lambda: check_layer(service, rows), anew=anew
    )


@contextmanager
def _not_there() -> Iterator[None]:
    """Answer 404 for a number that no draft has."""
    try:
        yield
    except UnknownName as error:
        raise NotFound(str(error)) from error
