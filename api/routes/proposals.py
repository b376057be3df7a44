"""Proposals of zones: asked for, searched beside the service, and kept; each may become a draft."""

from __future__ import annotations

from fastapi import APIRouter

from api.idempotency import EffectDep
from api.own_ground import require_whole_city
from api.paging import CutDep, newest
from api.routes.plans import DrawPlansDep, SeePlansDep, not_there
from api.schemas import Page
from api.schemas_simulation import ProposalIn, SimulationOut, WholeSimulationOut
from api.service import ServiceDep
from dispatch.planning_desk import read_drawing
from dispatch.store.simulations import (
    JobKind,
    ask_simulation,
    cancel_simulation,
    get_simulation,
    list_simulations,
    read_result,
)

router = APIRouter(prefix="/api/v1/proposals", tags=["plans"])

KIND = JobKind.PROPOSAL


@router.post("", status_code=202)
def ask(
    given: ProposalIn, effect: EffectDep, service: ServiceDep, person: DrawPlansDep
) -> SimulationOut:
    """Ask for proposals; they are searched beside the service, in turn with simulations."""
    require_whole_city(person, service.city)
    effect.replay()
    digest = service.planning.ground(service.city).published.plan.digest
    with not_there(), effect.begin() as session:
        if given.plan is not None:
            read_drawing(session, given.plan)
        asked = given.model_dump(mode="json", exclude={"plan"})
        now = service.clock()
        made = ask_simulation(
            session, given.plan, digest, asked, now=now, by=person.name, kind=KIND
        )
        shown = SimulationOut.of(made)
        return effect.commit(shown, location=f"/api/v1/proposals/{made.id}")


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: SeePlansDep) -> Page[SimulationOut]:
    """Searches for proposals, the newest first, without their results."""
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda before, limit: list_simulations(session, before=before, limit=limit, kind=KIND),
            lambda one: one.id,
            cut,
        )
    return Page(items=[SimulationOut.of(one) for one in rows], next=following)


@router.get("/{number}")
def read(number: str, service: ServiceDep, person: SeePlansDep) -> WholeSimulationOut:
    """How far a search is; then what each proposal moves and costs, or why there is none."""
    require_whole_city(person, service.city)
    with not_there(), service.store.reading() as session:
        search = get_simulation(session, number, KIND)
        result = read_result(session, number)
    shown = SimulationOut.of(search).model_dump()
    return WholeSimulationOut(**shown, result=None if result is None else dict(result))


@router.delete("/{number}")
def cancel(
    number: str, effect: EffectDep, service: ServiceDep, person: DrawPlansDep
) -> SimulationOut:
    """Cancel a search; what it has found by then is lost."""
    require_whole_city(person, service.city)
    with not_there(), effect.begin() as session:
        now = service.clock()
        return effect.commit(
            SimulationOut.of(cancel_simulation(session, number, now=now, by=person.name, kind=KIND))
        )
