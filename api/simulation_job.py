"""One simulation in a process of its own: reads the store, runs, and says how far it is."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Sequence
from contextlib import closing
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy.orm import Session

from api.plan_gate import kept_gate, told_of
from api.plan_question import PUBLISHED, PlanQuestion, tables_folder
from api.proposal_job import search_proposals
from api.settings import Settings
from api.simulation_playback import playback_of
from dispatch.planning.plan_setting import PlanSetting, SettingChoice
from dispatch.planning.road_week import monday
from dispatch.planning.simulation.build import CityInput, build_world, zoning_of
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.paired import compare
from dispatch.planning.simulation.runs import Years
from dispatch.planning.simulation.scenario import read_scenario, under_scenario
from dispatch.planning.simulation.tally import put_together
from dispatch.planning.simulation.world import World
from dispatch.planning.simulation.year_report import report_year
from dispatch.planning.zone_plan import ZonePlan
from dispatch.planning_desk import read_drawing
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from dispatch.store.duty import read_duty
from dispatch.store.engine import open_store
from dispatch.store.simulations import JobKind, Simulation, get_simulation
from geo.errors import GridDispatchError

logger = logging.getLogger(__name__)

READING = 0.1
"""Share of the whole that reading the city is said to be."""


def run_job(url: str, number: str, line: Connection) -> None:
    """
    Run a simulation or a search for proposals; say over a line how far it is and what came of it.

    Parameters
    ----------
    url
        URL of the store, which is only read.
    number
        Number of the simulation, or of the search.
    line
        Takes ``("progress", (share, left_s))``, then ``("result", told)`` or ``("said", why)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the service's to hear
    run = _proposals if JobKind.of(number) is JobKind.PROPOSAL else _result
    try:
        line.send(("result", run(url, number, line)))
    except GridDispatchError as error:
        line.send(("said", str(error).partition("\n")[0]))
    finally:
        line.close()


def _proposals(url: str, number: str, line: Connection) -> dict[str, Any]:
    """Proposals of zones."""
    with closing(open_store(url)) as store, store.reading() as session:
        search = get_simulation(session, number, JobKind.PROPOSAL)
    return search_proposals(
        url, search, lambda share, left_s: line.send(("progress", (share, left_s)))
    )


def _result(url: str, number: str, line: Connection) -> dict[str, Any]:
    """Figures of a plan, of the one it is held against, and their differences."""

    def told(_: str, share: float) -> None:
        line.send(("progress", (READING * share, None)))

    with closing(open_store(url)) as store, store.reading() as session:
        simulation = get_simulation(session, number)
        asked, at = simulation.asked, simulation.made_at  # so that it says the same once more
        book = read_duty(session, now=at)
        cache = tables_folder(store)
    setting = PlanQuestion(url, at.isoformat()).setting(told)
    with closing(open_store(url)) as store, store.reading() as session:
        plans = [_plan(session, simulation.plan, setting)]
        if asked["against"] is not None:
            plans.append(_plan(session, asked["against"], setting))
        replay = told_of(kept_gate(store, setting.city))
    choice = SettingChoice(at=at, cache=cache, told=lambda share: told("", share))
    policy = policy_named(asked["policy"], known_policies(Settings().policies))
    world = build_world(
        CityInput(setting, book, choice),
        policy,
        years=asked["years"],
        told=lambda share: told("", share),
    )
    world = under_scenario(world, read_scenario(asked["scenario"]))
    worlds = [world.under(zoning_of(setting.city, plan)) for plan in plans]
    answer = _run(plans, worlds, simulation, line)
    answer["replay"] = replay
    first = simulate(worlds[0], draw_incidents(worlds[0].reports, seed=asked["seed"]))
    answer["playback"] = playback_of(first, setting.city, setting.graph.lon_lat, monday(at))
    return answer


def _plan(session: Session, number: str | None, setting: PlanSetting) -> ZonePlan:
    """A plan, or the one that is published."""
    if number in {None, PUBLISHED}:
        return setting.published
    return read_drawing(session, str(number)).content.plan


def _run(
    plans: Sequence[ZonePlan], worlds: Sequence[World], simulation: Simulation, line: Connection
) -> dict[str, Any]:
    """Run after run, with the time that is left."""
    seed, runs = simulation.asked["seed"], simulation.asked["runs"]
    begun, tallies = time.monotonic(), []
    years = Years(worlds, seed)
    for run in range(runs):
        tallies.append(years(run))
        spent_s, done = time.monotonic() - begun, len(tallies) / runs
        share, left_s = READING + (1 - READING) * done, spent_s / done - spent_s
        line.send(("progress", (share, left_s)))
    counted = [put_together(part) for part in zip(*tallies, strict=True)]
    told = report_year(worlds[0], counted[0], seed=seed)
    answer = {
        "plan": simulation.plan or PUBLISHED,
        "plan_digest": plans[0].digest,
        "inputs": worlds[0].digest,
        **told,
        "zones": _zones(told),
    }
    for plan, world, tally in zip(plans[1:], worlds[1:], counted[1:], strict=True):
        answer["against"] = {"plan_digest": plan.digest, **report_year(world, tally, seed=seed)}
        answer["difference"] = compare(worlds[0], counted[0], world, tally, seed=seed)
    return answer


def _zones(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Shares in time of zones with their limits, as the gate of publishing reads them."""
    return [
        {
            "zone": row["name"],
            "share": row["in_time"]["value"],
            # Where too little is known for a limit, nothing is sure.
            "lower": 0.0 if row["in_time"]["low"] is None else row["in_time"]["low"],
            "upper": 1.0 if row["in_time"]["high"] is None else row["in_time"]["high"],
        }
        for row in told["by_zone"]
        if row["name"]
    ]
