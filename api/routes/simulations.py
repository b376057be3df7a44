"""Simulated years of zone plans: asked for, run beside the service, and kept."""

from __future__ import annotations

from fastapi import APIRouter

from api.idempotency import EffectDep
from api.kept_jobs import PLAYBACK, cancel_kept, list_kept, read_kept
from api.own_ground import require_whole_city
from api.paging import CutDep
from api.routes.plans import DrawPlansDep, SeePlansDep, not_there
from api.schemas import Page
from api.schemas_simulation import (
    PlaybackOut,
    SimulationIn,
    SimulationOut,
    WholeSimulationOut,
)
from api.service import ServiceDep
from dispatch.planning.simulation.scenario import read_scenario
from dispatch.planning_desk import read_drawing
from dispatch.policy import policy_named
from dispatch.store.simulations import (
    JobKind,
    ask_simulation,
    get_simulation,
    read_result,
)
from geo.errors import Conflict

router = APIRouter(prefix="/api/v1/simulations", tags=["plans"])

KIND = JobKind.SIMULATION


@router.post("", status_code=202)
def ask(
    given: SimulationIn, effect: EffectDep, service: ServiceDep, person: DrawPlansDep
) -> SimulationOut:
    """Ask for a plan to be simulated; it runs beside the service, one after the other."""
    require_whole_city(person, service.city)
    effect.replay()
    policy_named(given.policy, service.policies)
    read_scenario(given.scenario)
    published = service.planning.ground(service.city).published
    with not_there(), effect.begin() as session:
        digest = published.plan.digest
        if given.plan is not None:
            digest = read_drawing(session, given.plan).content.plan.digest
        if given.against not in {None, "published"}:
            read_drawing(session, str(given.against))
        asked = given.model_dump(mode="json", exclude={"plan"})
        now = service.clock()
        made = ask_simulation(session, given.plan, digest, asked, now=now, by=person.name)
        shown = SimulationOut.of(made)
        return effect.commit(shown, location=f"/api/v1/simulations/{made.id}")


@router.get("")
def list_all(service: ServiceDep, cut: CutDep, person: SeePlansDep) -> Page[SimulationOut]:
    """Simulations, the newest first, without their results."""
    return list_kept(KIND, service, cut, person)


@router.get("/{number}")
def read(number: str, service: ServiceDep, person: SeePlansDep) -> WholeSimulationOut:
    """How far a simulation is, and what came of it."""
    with not_there():
        return read_kept(KIND, number, service, person)


@router.get("/{number}/playback")
def playback(number: str, service: ServiceDep, person: SeePlansDep) -> PlaybackOut:
    """Read the first days of the first run of a simulation, event by event, with places."""
    require_whole_city(person, service.city)
    with not_there(), service.store.reading() as session:
        simulation = get_simulation(session, number)
        result = read_result(session, number)
    if result is None or PLAYBACK not in result:
        raise Conflict(
            f"The simulation {number} is {simulation.state} and has nothing to be played; simulate "
            "the plan anew."
        )
    return PlaybackOut.model_validate(result[PLAYBACK])


@router.delete("/{number}")
def cancel(
    number: str, effect: EffectDep, service: ServiceDep, person: DrawPlansDep
) -> SimulationOut:
    """Cancel a simulation; what it has done by then is lost."""
    with not_there():
        return cancel_kept(KIND, number, effect, service, person)
