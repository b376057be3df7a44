"""Reports as they are issued: the four, signed, appealed against, and held to the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.access import may
from api.bulletin_document import write_bulletin
from api.bulletin_reading import Paper
from api.errors import NotFound
from api.idempotency import EffectDep
from api.named_thing import Thing
from api.own_ground import require_above, require_area
from api.paging import CutDep, newest
from api.routes.indicators import case_out
from api.schemas import Page
from api.schemas_bulletin import (
    AppealAsk,
    AppealOut,
    BulletinAsk,
    BulletinOut,
    BulletinRecordOut,
    RecomputedOut,
    RulingAsk,
    SignBulletinAsk,
)
from api.schemas_indicator import CaseOut
from api.service import Service, ServiceDep
from dispatch.access import Act, Person, areas_seen
from dispatch.bulletin_appeal import Objection, appeal_against, check_objection, rule_on
from dispatch.bulletin_desk import (
    draw_up,
    issue_bulletin,
    open_figure,
    recompute,
    sign_bulletin,
)
from dispatch.bulletin_schedule import Wanted, scope_of
from dispatch.report_rules import BulletinKind
from dispatch.sight import sees_whole_city
from dispatch.store.appeals import get_appeal
from dispatch.store.bulletin_evidence import Sources
from dispatch.store.bulletins import get_bulletin, list_bulletins, read_content
from geo.errors import BadValue, Conflict, UnknownName

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

SeeReportsDep = Annotated[Person, Depends(may(Act.SEE_REPORTS))]
ReadReportDep = Annotated[Person, Depends(may(Act.SEE_REPORTS, Thing.BULLETIN))]
IssueReportDep = Annotated[Person, Depends(may(Act.ISSUE_REPORTS))]
AppealDep = Annotated[Person, Depends(may(Act.ISSUE_REPORTS, Thing.BULLETIN))]
SignReportDep = Annotated[Person, Depends(may(Act.SIGN_REPORTS, Thing.BULLETIN))]
RuleDep = Annotated[Person, Depends(may(Act.SIGN_REPORTS, Thing.APPEAL))]
Form = Annotated[
    Literal["json", "pdf", "xlsx"], Query(alias="format", description="As data, or on paper.")
]
Language = Annotated[Literal["zh", "en"], Query(alias="lang", description="Of the paper.")]

MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("")
def list_all(
    service: ServiceDep,
    person: SeeReportsDep,
    cut: CutDep,
    kind: Annotated[BulletinKind | None, Query(description="Of this kind only.")] = None,
    area: Annotated[str | None, Query(max_length=64, description="About this area only.")] = None,
) -> Page[BulletinOut]:
    """Reports about the areas that one sees, the newest first."""
    whole = sees_whole_city(person, service.city)
    seen = None if whole else areas_seen(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda before, limit: list_bulletins(
                session, kind=kind, area=area, areas=seen, before=before, limit=limit
            ),
            lambda one: one.id,
            cut,
        )
    return Page(items=[BulletinOut.of(one, service.city.area_of) for one in rows], next=following)


@router.post("", status_code=201)
def issue(
    asked: BulletinAsk, effect: EffectDep, service: ServiceDep, person: IssueReportDep
) -> BulletinRecordOut:
    """Draw a report up as of now, and issue it; a later issue of the same says what changed."""
    effect.replay()
    now, rules = service.clock(), service.report_rules
    area = _area(asked.area, service, person)
    wanted = Wanted(asked.day, asked.since, asked.until)
    scope = scope_of(rules.products[asked.kind], area, wanted, now=now)
    with service.store.reading() as session:
        drawn_up = draw_up(session, scope, rules, _sources(service, session), known_at=now)
    with effect.begin() as session:
        made = issue_bulletin(session, drawn_up, now=now, by=person.name)
        if made is None:
            raise Conflict("Somebody has issued this report at the same moment; look again.")
        shown = BulletinRecordOut.told(made, service.city.area_of, read_content(session, made.id))
        return effect.commit(shown, location=f"/api/v1/reports/{made.id}")


@router.get(
    "/{number}",
    response_model=BulletinRecordOut,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}},
)
def read(
    number: str,
    service: ServiceDep,
    _: ReadReportDep,
    form: Form = "json",
    language: Language = "zh",
) -> Response:
    """One report as it was issued, with signatures and appeals; or on paper, or as a workbook."""
    with _there(), service.store.reading() as session:
        bulletin, content = get_bulletin(session, number), read_content(session, number)
    if form == "json":
        told = BulletinRecordOut.told(bulletin, service.city.area_of, content)
        return JSONResponse(told.model_dump(mode="json"))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{number}.{form}"
        write_bulletin(path, Paper(content, bulletin), language)
        written = path.read_bytes()
    said = {"content-disposition": f'attachment; filename="{bulletin.id}.{form}"'}
    return Response(written, media_type=MEDIA[form], headers=said)


@router.get("/{number}/figures/{figure}/cases")
def open_to_cases(
    number: str,
    figure: Annotated[str, InPath(max_length=200)],
    service: ServiceDep,
    _: ReadReportDep,
    cut: CutDep,
) -> Page[CaseOut]:
    """The cases behind a figure, as known when the report was drawn up, the newest first."""
    with _there(), service.store.reading() as session:
        opened = open_figure(session, number, figure, _sources(service, session))
    first = cut.number or 0
    shown = opened.rows[first : first + cut.limit].tolist()
    following = first + len(shown)
    return Page(
        items=[case_out(opened.book, row, counts=bool(opened.hits[row])) for row in shown],
        next=str(following) if following < len(opened.rows) else None,
    )


@router.get("/{number}/recomputation")
def recomputed(number: str, service: ServiceDep, _: ReadReportDep) -> RecomputedOut:
    """Draw a report up again from the record, by the rules kept with it, and compare."""
    with _there(), service.store.reading() as session:
        return RecomputedOut.of(recompute(session, number, _sources(service, session)))


@router.post("/{number}/signatures", status_code=201)
def sign(
    number: str,
    asked: SignBulletinAsk,
    effect: EffectDep,
    service: ServiceDep,
    person: SignReportDep,
) -> BulletinOut:
    """Sign a report: who, when, and the digest of what was read."""
    with _there(), effect.begin() as session:
        signed = sign_bulletin(
            session, number, asked.digest, note=asked.note, now=service.clock(), by=person.name
        )
        return effect.commit(BulletinOut.of(signed, service.city.area_of))


@router.post("/{number}/appeals", status_code=201)
def appeal(
    number: str, asked: AppealAsk, effect: EffectDep, service: ServiceDep, person: AppealDep
) -> AppealOut:
    """Object to a figure, or to a case behind it."""
    against = Objection(number, asked.figure, asked.incident, asked.reason)
    effect.replay()
    with _there(), service.store.reading() as session:
        check_objection(session, against, _sources(service, session))
    with _there(), effect.begin() as session:
        made = appeal_against(session, against, now=service.clock(), by=person.name)
        return effect.commit(AppealOut.of(made))


@router.post("/appeals/{number}/ruling", status_code=201)
def decide(
    number: str, asked: RulingAsk, effect: EffectDep, service: ServiceDep, person: RuleDep
) -> AppealOut:
    """
    Decide on an appeal, as a leader of the area above or of the whole city.

    Upheld, the case counts toward the figure nowhere any more, from the next issue on.
    """
    with _there(), effect.begin() as session:
        against = get_bulletin(session, get_appeal(session, number).bulletin)
        require_above(person, service.city, against.scope.area)
        ruled = rule_on(
            session, number, upheld=asked.upheld, reason=asked.reason, now=service.clock(),
            by=person.name,
        )  # fmt: skip
        return effect.commit(AppealOut.of(ruled))


def _sources(service: Service, session: Session) -> Sources:
    """The city, and what it brought along."""
    return Sources(service.city, lambda city: service.case_books.past_books(city, session))


def _area(asked: str | None, service: Service, person: Person) -> str:
    """The area that a report is about: the one that is named, or one's own."""
    city = service.city
    if asked is not None:
        require_area(person, city, asked)
        return asked
    own = city.roots if sees_whole_city(person, city) else person.areas & set(city.area_of)
    if len(own) != 1:
        raise BadValue("Name the area that the report is about.")
    return next(iter(own))


@contextmanager
def _there() -> Iterator[None]:
    """What an address names and is not there is not found."""
    try:
        yield
    except UnknownName as error:
        raise NotFound(str(error)) from error
