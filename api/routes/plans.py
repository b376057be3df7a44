"""Zone plans that are drawn: begun, edited, undone, rebased, closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from api.access import may
from api.errors import NotFound
from api.idempotency import Effect, EffectDep
from api.own_ground import require_whole_city
from api.paging import CutDep, newest
from api.plan_sources import begun_from
from api.schemas import Page
from api.schemas_plan import PlanIn, PlanOut, RebasedOut, RebaseIn, WholePlanOut
from api.schemas_plan_edit import EditIn, EditOut
from api.service import ServiceDep
from api.version import MaybeVersionDep, VersionDep
from dispatch.access import Act, Person
from dispatch.plan_release import drop_drawing, rebase_drawing
from dispatch.planning.rebase_findings import rebase_findings
from dispatch.planning_desk import Drawing, begin_drawing, read_drawing, redo, redraw, replant, undo
from dispatch.store.zone_plan_steps import list_steps
from dispatch.store.zone_plans import DrawnPlan, Hand, get_open_plan, list_zone_plans
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])

SeePlansDep = Annotated[Person, Depends(may(Act.SEE_PLANS))]
DrawPlansDep = Annotated[Person, Depends(may(Act.DRAW_PLANS))]


@router.post("", status_code=201)
def begin(
    given: PlanIn, effect: EffectDep, service: ServiceDep, person: DrawPlansDep
) -> WholePlanOut:
    """Begin a plan: from the one that is published, another draft, or a table of unit grids."""
    require_whole_city(person, service.city)
    effect.replay()
    ground = service.planning.ground(service.city)
    with service.store.reading() as session:
        content = begun_from(given, ground, session)
    hand = Hand(service.clock(), person.name)
    with effect.begin() as session:
        plan = begin_drawing(session, given.name, content, ground.published, hand)
        shown = WholePlanOut.whole(Drawing(plan, content, ground.published))
        address = f"/api/v1/plans/{plan.id}"
        return effect.commit(shown, location=address, etag=f'"{plan.version}"')


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: SeePlansDep) -> Page[PlanOut]:
    """Plans, the newest first, those that were published or closed, too."""
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        plans, following = newest(
            lambda before, limit: list_zone_plans(session, before=before, limit=limit),
            lambda plan: plan.id,
            cut,
        )
    return Page(items=[PlanOut.of(plan) for plan in plans], next=following)


@router.get("/{number}")
def read(number: str, response: Response, service: ServiceDep, person: SeePlansDep) -> WholePlanOut:
    """Read one plan; its ETag is what an edit sends back, so that nobody edits in between."""
    require_whole_city(person, service.city)
    with not_there(), service.store.reading() as session:
        drawing = read_drawing(session, number)
    response.headers["etag"] = f'"{drawing.plan.version}"'
    return WholePlanOut.whole(drawing)


@router.get("/{number}/edits")
def list_edits(number: str, service: ServiceDep, person: SeePlansDep) -> Page[EditOut]:
    """Every edit of a plan, the first first; those after its `step` were undone."""
    require_whole_city(person, service.city)
    with not_there(), service.store.reading() as session:
        read_drawing(session, number)
        steps = list_steps(session, number)
    return Page(items=[EditOut.of(step) for step in steps], next=None)


@router.post("/{number}/edits")
def edit(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    number: str,
    given: EditIn,
    effect: EffectDep,
    service: ServiceDep,
    person: DrawPlansDep,
    version: VersionDep,
) -> WholePlanOut:
    """Edit a plan that was read (`If-Match`); 412 if somebody has edited it since."""
    require_whole_city(person, service.city)
    effect.replay()
    with not_there(), service.store.reading() as session:
        drawing = read_drawing(session, number, version=version)
        get_open_plan(session, number)
    ground = service.planning.ground(service.city).grids
    content = given.root.edit(drawing.content, ground)
    hand = Hand(service.clock(), person.name, version)
    with not_there(), effect.begin() as session:
        said = given.model_dump(mode="json", exclude_none=True)
        return _stepped(effect, session, redraw(session, drawing, content, said, hand))


@router.post("/{number}/undo")
def take_back(
    number: str,
    effect: EffectDep,
    service: ServiceDep,
    person: DrawPlansDep,
    version: MaybeVersionDep,
) -> WholePlanOut:
    """Take the last edit back."""
    require_whole_city(person, service.city)
    hand = Hand(service.clock(), person.name, version)
    with not_there(), effect.begin() as session:
        drawing = read_drawing(session, number, version=version)
        return _stepped(effect, session, undo(session, drawing, hand))


@router.post("/{number}/redo")
def do_again(
    number: str,
    effect: EffectDep,
    service: ServiceDep,
    person: DrawPlansDep,
    version: MaybeVersionDep,
) -> WholePlanOut:
    """Do an edit again that was taken back."""
    require_whole_city(person, service.city)
    hand = Hand(service.clock(), person.name, version)
    with not_there(), effect.begin() as session:
        drawing = read_drawing(session, number, version=version)
        return _stepped(effect, session, redo(session, drawing, hand))


@router.post("/{number}/rebase")
def rebase(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    number: str,
    given: RebaseIn,
    effect: EffectDep,
    service: ServiceDep,
    person: DrawPlansDep,
    version: MaybeVersionDep,
) -> RebasedOut:
    """
    Put a plan on what is published by now; 409 names the grids that both put elsewhere.

    `findings` names zones that one of the two plans dissolved and the other did not, and codes
    that both gave to a new zone.
    """
    require_whole_city(person, service.city)
    effect.replay()
    published = service.planning.ground(service.city).published
    with not_there(), service.store.reading() as session:
        drawing = read_drawing(session, number, version=version)
    content = rebase_drawing(drawing, published, keep=given.keep)
    findings = rebase_findings(drawing.base, drawing.content, published, content)
    hand = Hand(service.clock(), person.name, version)
    with not_there(), effect.begin() as session:
        plan = replant(session, drawing, content, published, hand)
        shown = RebasedOut.rebased(read_drawing(session, plan.id), findings)
        return effect.commit(shown, etag=f'"{plan.version}"')


@router.delete("/{number}")
def close(number: str, effect: EffectDep, service: ServiceDep, person: DrawPlansDep) -> PlanOut:
    """Close a plan that will not be published; it stays for the record."""
    require_whole_city(person, service.city)
    with not_there(), effect.begin() as session:
        closed = drop_drawing(session, number, Hand(service.clock(), person.name))
        return effect.commit(PlanOut.of(closed))


def _stepped(effect: Effect, session: Session, plan: DrawnPlan) -> WholePlanOut:
    """Answer with a plan as it is after a step."""
    shown = WholePlanOut.whole(read_drawing(session, plan.id))
    return effect.commit(shown, etag=f'"{plan.version}"')


@contextmanager
def not_there() -> Iterator[None]:
    """
    Answer 404 for a number that no plan has.

    Raises
    ------
    NotFound
        There is none.
    """
    try:
        yield
    except UnknownName as error:
        raise NotFound(str(error)) from error
