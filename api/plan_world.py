"""The worlds that `plan simulate` is asked for: a city under one plan or two, in a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from api.clock import system_clock
from api.instant import read_instant
from api.plan_gate import GateQuestion, kept_gate, told_of
from api.plan_question import PUBLISHED, PlanQuestion, tables_folder
from api.progress import Report
from api.settings import store_url
from dispatch.planning.plan_setting import PlanSetting, SettingChoice
from dispatch.planning.road_week import monday
from dispatch.planning.simulation.build import CityInput, build_world, zoning_of
from dispatch.planning.simulation.scenario import Scenario, read_scenario, under_scenario
from dispatch.planning.simulation.world import World
from dispatch.planning.zone_plan import ZonePlan, read_plan
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from dispatch.store.duty import read_duty
from dispatch.store.engine import open_store
from geo.errors import UnreadableFile


@dataclass(frozen=True, slots=True)
class WorldQuestion:
    """
    What is to be simulated.

    Attributes
    ----------
    question
        Store, instant and demand.
    plan, against
        ``published`` or a file of a plan; the second None for no comparison.
    policy
        Name of the ranking.
    years
        Years of 52 weeks in each run.
    scenario
        File of what is otherwise, or None.
    """

    question: PlanQuestion
    plan: str
    against: str | None
    policy: str
    years: int
    scenario: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class AskedWorlds:
    """
    Worlds that are ready to be run.

    Attributes
    ----------
    names
        What each plan is called.
    plans
        The plans.
    worlds
        One for each, which share everything but the plan.
    start
        When the simulated time begins.
    replay
        Whether the simulator reproduces what is on record, see `api.plan_gate.told_of`.
    """

    names: tuple[str, ...]
    plans: tuple[ZonePlan, ...]
    worlds: tuple[World, ...]
    start: datetime
    replay: Mapping[str, Any]


def read_worlds(asked: WorldQuestion, report: Report) -> AskedWorlds:
    """
    Build the worlds.

    Parameters
    ----------
    asked
        What is to be simulated.
    report
        Told how far it is.

    Returns
    -------
    worlds
        The plan, and the one that it is held against.

    Raises
    ------
    UnreadableFile
        The store, a plan or the scenario can't be read.
    UnknownName
        There is no such policy.
    BadValue
        An option is out of range.
    """
    policy = policy_named(asked.policy, known_policies(None))
    scenario = Scenario() if asked.scenario is None else _scenario(asked.scenario)
    setting = asked.question.setting(report)
    given = city_input(asked.question, setting, report)
    world = build_world(
        given, policy, years=asked.years, told=lambda share: report("verdicts", share)
    )
    world = under_scenario(world, scenario)
    names = (asked.plan, *([] if asked.against is None else [asked.against]))
    plans = tuple(_plan(name, setting) for name in names)
    worlds = tuple(world.under(zoning_of(setting.city, plan)) for plan in plans)
    with closing(open_store(store_url(asked.question.store))) as store:
        gate = GateQuestion(history=asked.question.history)
        replay = told_of(kept_gate(store, setting.city, gate))
    return AskedWorlds(names, plans, worlds, monday(given.choice.at), replay)


def city_input(question: PlanQuestion, setting: PlanSetting, report: Report) -> CityInput:
    """
    Read what a city brings to a simulation beside its setting.

    Parameters
    ----------
    question
        Store and instant.
    setting
        What the question was answered with.
    report
        Told how far travel times are.

    Returns
    -------
    given
        For `build_world`.
    """
    at = system_clock() if question.at is None else read_instant(question.at)
    with closing(open_store(store_url(question.store))) as store:
        with store.reading() as session:
            book = read_duty(session, now=at)
        choice = SettingChoice(
            at=at,
            cache=tables_folder(store),
            told=lambda share: report("travel times between grids", share),
        )
    return CityInput(setting, book, choice)


def _plan(name: str, setting: PlanSetting) -> ZonePlan:
    """The published plan, or one from a file."""
    return setting.published if name == PUBLISHED else read_plan(Path(name), setting.graph)


def _scenario(path: Path) -> Scenario:
    """A scenario from a file."""
    try:
        return read_scenario(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"The scenario {path} can't be read: {error}.") from error
