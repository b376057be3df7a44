"""What is said of a zone plan before it is published: its evaluation, and its handover list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from api.cli_plan_evaluate import read_hours_of_day
from api.own_ground import require_whole_city
from api.plan_document import write_document
from api.plan_handover import handover_json, write_handover
from api.plan_scorecard import Scorecard
from api.planning_now import Measure
from api.routes.plans import SeePlansDep, not_there
from api.service import Service, ServiceDep
from dispatch.access import Person
from dispatch.incident_state import ENDED
from dispatch.planning.evaluated_plan import evaluate_plans
from dispatch.planning.handover import HandoverFacts, HandoverList, handover_list
from dispatch.planning.plan_diff import plan_diff
from dispatch.planning.plan_travel import mean_travel_s
from dispatch.planning_desk import Drawing, read_drawing
from dispatch.store.incidents import list_incidents
from dispatch.store.zone_plan_steps import attach_evaluation, read_evaluation
from dispatch.store.zone_plans import Hand

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])

TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get("/{number}/evaluation", response_model=None)
def evaluation(  # noqa: PLR0913, PLR0917 -- what the framework hands to the door
    number: str,
    service: ServiceDep,
    person: SeePlansDep,
    hours: Annotated[
        str, Query(max_length=80, description="Hours of the day whose missed grids are listed.")
    ] = "8,18,2",
    day: Annotated[str, Query(max_length=8, description="Day of the week of those hours.")] = "wed",
    form: Annotated[Literal["json", "pdf", "xlsx"], Query(alias="format")] = "json",
) -> Response:
    """
    What a plan would do, beside the one that is published; kept with it until it is edited.

    The first time takes some seconds, for travel times are taken of the whole week.
    """
    require_whole_city(person, service.city)
    wanted = read_hours_of_day(hours, day)
    usual = (hours, day, form) == ("8,18,2", "wed", "json")
    with not_there(), service.store.reading() as session:
        drawing = read_drawing(session, number)
        kept = read_evaluation(session, number) if usual else None
    if kept is not None:
        return JSONResponse(dict(kept))
    measure = _measure(service)
    named = [("published", measure.setting.published), (drawing.plan.name, drawing.content.plan)]
    evaluated = evaluate_plans(measure.ground, measure.setting.published, named, wanted)
    card = Scorecard(measure.setting, measure.ground, evaluated, service.clock())
    if form != "json":
        return _file(form, number, lambda path: write_document(path, card.document()))
    told = card.as_json()
    if usual and drawing.plan.is_open:
        _attach(service, drawing, told, person)
    return JSONResponse(told)


@router.get("/{number}/handover", response_model=None)
def handover(
    number: str,
    service: ServiceDep,
    person: SeePlansDep,
    form: Annotated[Literal["json", "pdf", "xlsx", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Each unit grid that changes hands: who loses and gains it, open incidents, minutes a year."""
    require_whole_city(person, service.city)
    with not_there(), service.store.reading() as session:
        drawing = read_drawing(session, number)
    listed = _handed_over(service, drawing, person)
    if form == "json":
        return JSONResponse(handover_json(listed))
    return _file(form, number, lambda path: write_handover(path, listed))


def _measure(service: Service) -> Measure:
    return service.planning.measure(service.city, service.store.url)


def _attach(service: Service, drawing: Drawing, told: dict[str, Any], person: Person) -> None:
    """Keep an evaluation with the plan, unless it was edited meanwhile."""
    hand = Hand(service.clock(), person.name, drawing.plan.version)
    with service.store.session() as session:
        if attach_evaluation(session, drawing.plan.id, told, hand):
            session.commit()


def _handed_over(service: Service, drawing: Drawing, person: Person) -> HandoverList:
    """What changes hands between the plan that is published and another."""
    measure, city = _measure(service), service.city
    plans = (measure.setting.published, drawing.content.plan)
    facts = HandoverFacts(
        {zone.code: zone.brigade for zone in city.zones if zone.brigade is not None},
        _open_incidents(service),
        measure.ground.per_year.sum(axis=0),
        mean_travel_s(measure.ground, plans[0]),
        mean_travel_s(measure.ground, plan_diff(*plans).later),
    )
    return handover_list(
        measure.setting.graph,
        plans,
        facts,
        prepared_by=person.name,
        prepared_at=service.clock(),
    )


def _open_incidents(service: Service) -> dict[str, tuple[str, ...]]:
    """Ids of open incidents by code of the unit grid that they lie in."""
    with service.store.reading() as session:
        found = [one for one in list_incidents(session, limit=None) if one.state not in ENDED]
    placed: dict[str, list[str]] = {}
    for incident in found:
        grid = service.city.place_index.locate(incident.lon_lat).grid
        if grid is not None:
            placed.setdefault(grid.code, []).append(str(incident.id))
    return {code: tuple(ids) for code, ids in placed.items()}


def _file(form: str, number: str, write: Callable[[Path], None]) -> Response:
    """Answer with a file as a program writes it."""
    with TemporaryDirectory(prefix="grid-dispatch-plan-") as folder:
        path = Path(folder) / f"{number}.{form}"
        write(path)
        content = path.read_bytes()
    named = {"content-disposition": f'attachment; filename="{number}.{form}"'}
    return Response(content, media_type=TYPES[form], headers=named)
