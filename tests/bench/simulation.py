"""Simulated years of the demo's standard city: one, and two plans run by run."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from dispatch.planning.plan_setting import SettingChoice, read_plan_setting
from dispatch.planning.simulation.build import CityInput, build_world
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.runs import run_once
from dispatch.planning.simulation.tables import prepare
from dispatch.planning.simulation.tally import tally
from dispatch.planning.simulation.world import World
from dispatch.planning.simulation.year_report import report_year
from dispatch.policy_file import as_policy
from dispatch.store.city_folder import load_city_folder
from dispatch.store.duty import read_duty
from dispatch.store.engine import open_store
from dispatch.store.past_incidents import read_past_incidents
from fixtures.demo_city import AS_OF, Preset, cached_demo_city
from tests.bench._report import Report, figure, mark, table, with_goals
from tests.bench._roads import new_york
from tests.bench._yardstick import NOTE, QUIET_S_MS, Yardstick, share

YEAR_MS, PAIRS_MS = 1_000.0, 240_000.0
"""To be reached on a quiet machine: one year, and `PAIRS` paired runs on two cores."""

PAIRS, CORES, REPEATS = 200, 2, 5


@dataclass(frozen=True)
class Question:
    """What is timed: a name, milliseconds to reach on a quiet machine, and how often it counts."""

    name: str
    goal_ms: float | None
    times: float = 1.0


def measure(data: Path) -> Report:
    """Time years of the demo's standard city under its published plan and another one."""
    return measured(standard_world(), Yardstick(new_york(data)), repeats=REPEATS)


def standard_world(preset: Preset = Preset.STANDARD) -> World:
    """Build the world of a demo city with its rosters and its history."""
    folder = Path(mkdtemp(prefix="grid-dispatch-bench-"))
    with closing(open_store(f"sqlite:///{folder / 'city.gpkg'}", create=True)) as store:
        with store.session() as session:
            load_city_folder(cached_demo_city(folder, preset=preset), session)
            session.commit()
        with store.reading() as session:
            history, book = read_past_incidents(session), read_duty(session, now=AS_OF)
        choice = SettingChoice(AS_OF)
        setting = read_plan_setting(store, choice, history)
    return build_world(CityInput(setting, book, choice), as_policy("nearest"))


def measured(world: World, yardstick: Yardstick, *, repeats: int) -> Report:
    """Time all questions."""
    tables = prepare(world)
    other = prepare(world.under(replace(world.zoning, zone_of=np.roll(world.zoning.zone_of, 1))))
    incidents = draw_incidents(world.reports, seed=1)
    outcome = simulate(tables, incidents)
    counted = tally(outcome)
    pairs = Question(f"{PAIRS} paired runs on {CORES} cores", PAIRS_MS, PAIRS / CORES)
    asked = (
        (Question("draw the incidents of a year", None),
         lambda: draw_incidents(world.reports, seed=1)),
        (Question("run through them", None), lambda: simulate(tables, incidents)),
        (Question("count what happened", None), lambda: tally(outcome)),
        (Question("one simulated year", YEAR_MS), lambda: run_once([tables], seed=1, run=0)),
        (pairs, lambda: run_once([tables, other], seed=1, run=0)),
        (Question("intervals of a year", None), lambda: report_year(world, counted, seed=1)),
    )  # fmt: skip
    lines = []
    for question, ask in asked:
        timed = yardstick.beside(lambda _, ask=ask: ask(), lambda: None, repeats)
        quiet_ms = timed.of_s * QUIET_S_MS * question.times
        goal = question.goal_ms
        judged = ["", ""] if goal is None else [figure(goal), mark(good=quiet_ms <= goal)]
        times = timed.median_ms * question.times
        lines.append(
            [
                question.name,
                figure(times),
                share(timed.of_s * question.times),
                figure(quiet_ms),
                *judged,
            ]
        )
    states = np.bincount(outcome.state, minlength=5).tolist()
    lead = (
        f"{len(incidents):,} incidents in 52 weeks, {len(world.crews.codes)} crews, "
        f"{len(world.grids):,} unit grids, {len(world.reports.types)} types of incident in "
        f"{len(world.cases.unit)} cases; {states[0]:,} wait at the end, {states[3]:,} can never be "
        f"served, {len(outcome.calls):,} crews were called off. {NOTE}"
    )
    head = ["", "ms", "of S", "ms, quiet", "to reach", ""]
    return Report(f"{lead}\n\n{table(head, lines)}", with_goals(lines, title="simulation"))
