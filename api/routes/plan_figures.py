"""Figures of a zone plan while it is drawn: of the draft, and of a grid that is being dragged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.own_ground import require_whole_city
from api.planning_now import Measure
from api.routes.plans import DrawPlansDep, SeePlansDep, not_there
from api.schemas_plan_figures import HourOfWeek, PlanFiguresOut, TrialIn, TwoPlansOut
from api.service import Service, ServiceDep
from dispatch.planning.zone_plan import ZonePlan
from dispatch.planning_desk import read_drawing

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])

PUBLISHED = "published"
"""Under what the plan in force is kept at hand; no draft has this number."""


@router.get("/{number}/figures")
def figures(
    number: str,
    service: ServiceDep,
    person: SeePlansDep,
    hour: Annotated[HourOfWeek | None, Query()] = None,
) -> TwoPlansOut:
    """
    Tell what each zone of a plan has to do and covers, beside the plan that is published.

    The first time takes some seconds, for travel times are taken of the whole week.
    """
    require_whole_city(person, service.city)
    plan = _plan(service, number)
    measure = service.planning.measure(service.city, service.store.url)
    return TwoPlansOut(
        plan=_told(service, measure, number, plan, hour),
        published=_told(service, measure, PUBLISHED, measure.setting.published, hour),
    )


@router.post("/{number}/figures")
def try_out(
    number: str, given: TrialIn, service: ServiceDep, person: DrawPlansDep
) -> PlanFiguresOut:
    """Tell what a plan would do if some unit grids were elsewhere; nothing is kept."""
    require_whole_city(person, service.city)
    plan = _plan(service, number).with_grids(given.zone_of)
    measure = service.planning.measure(service.city, service.store.url)
    return _told(service, measure, number, plan, given.hour)


def _plan(service: Service, number: str) -> ZonePlan:
    """What a draft says, or the plan in force."""
    with not_there(), service.store.reading() as session:
        return read_drawing(session, number).content.plan


def _told(
    service: Service, measure: Measure, number: str, plan: ZonePlan, hour: int | None
) -> PlanFiguresOut:
    """Figures of a plan."""
    score = service.planning.drags.score(measure.ground, number, plan)
    return PlanFiguresOut.of(measure.ground, score, hour)
