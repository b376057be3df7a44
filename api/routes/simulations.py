"""Simulated years of zone plans: asked for, run beside the service, and kept."""

from __future__ import annotations

from fastapi import APIRouter

from api.idempotency import EffectDep
from api.own_ground import require_whole_city
from api.paging import CutDep, newest
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
    ask_simulation,
    cancel_simulation,
    get_simulation,
    list_simulations,
    read_result,
)
from geo.errors import Conflict

router = APIRouter(prefix="/api/v1/simulations", tags=["plans"])

PLAYBACK = "playback"
"""Part of a result that has an address of its own, for it is long."""


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
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda before, limit: list_simulations(session, before=before, limit=limit),
            lambda one: one.id,
            cut,
        )
    return Page(items=[SimulationOut.of(one) for one in rows], next=following)


@router.get("/{number}")
def read(number: str, service: ServiceDep, person: SeePlansDep) -> WholeSimulationOut:
    """How far a simulation is, and what came of it."""
    require_whole_city(person, service.city)
    with not_there(), service.store.reading() as session:
        simulation = get_simulation(session, number)
        result = read_result(session, number)
    shown = SimulationOut.of(simulation).model_dump()
    told = None if result is None else {k: v for k, v in result.items() if k != PLAYBACK}
    return WholeSimulationOut(**shown, result=told)


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
    require_whole_city(person, service.city)
    with not_there(), effect.begin() as session:
        now = service.clock()
        return effect.commit(
            SimulationOut.of(cancel_simulation(session, number, now=now, by=person.name))
        )
