"""Proposals of zones: asked for, searched beside the service, and kept; each may become a draft."""

from __future__ import annotations

from fastapi import APIRouter

from api.idempotency import EffectDep
from api.kept_jobs import cancel_kept, list_kept, read_kept
from api.own_ground import require_whole_city
from api.paging import CutDep
from api.routes.plans import DrawPlansDep, SeePlansDep, not_there
from api.schemas import Page
from api.schemas_simulation import ProposalIn, SimulationOut, WholeSimulationOut
from api.service import ServiceDep
from dispatch.planning_desk import read_drawing
from dispatch.store.simulations import JobKind, ask_simulation

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
    return list_kept(KIND, service, cut, person)


@router.get("/{number}")
def read(number: str, service: ServiceDep, person: SeePlansDep) -> WholeSimulationOut:
    """How far a search is; then what each proposal moves and costs, or why there is none."""
    with not_there():
        return read_kept(KIND, number, service, person)


@router.delete("/{number}")
def cancel(
    number: str, effect: EffectDep, service: ServiceDep, person: DrawPlansDep
) -> SimulationOut:
    """Cancel a search; what it has found by then is lost."""
    with not_there():
        return cancel_kept(KIND, number, effect, service, person)
