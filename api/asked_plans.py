"""Plans and simulations that `plan evaluate` is asked about: files, and numbers in a store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.cli_plan_draft import ROLE
from api.http_door import address, open_door
from api.plan_question import PUBLISHED
from dispatch.planning.experienced import Experienced, experienced_of
from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.zone_plan import ZonePlan, read_plan
from geo.errors import BadValue, UnreadableFile

NUMBER = re.compile(r"[PS]\d{8}-\d{6}")
"""Numbers of plans and of simulations."""

NamedPlans = list[tuple[str, ZonePlan]]


@dataclass(frozen=True, slots=True)
class AskedPlans:
    """
    What was asked about, with what a store says of the numbers in it.

    Attributes
    ----------
    plans
        Files and numbers, in the order in which they were given.
    simulated
        Files and numbers of simulations.
    answers
        What the door of the store says of each number.
    """

    plans: tuple[str, ...]
    simulated: tuple[str, ...]
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def named(self, setting: PlanSetting) -> NamedPlans:
        """
        Read the plans, and put the published plan before them.

        Parameters
        ----------
        setting
            The city.

        Returns
        -------
        plans
            The published plan, then each by its number or the name of its file; two of one name
            are told apart by their folders.

        Raises
        ------
        UnreadableFile, MissingColumn, FlawedData
            A file is no plan over the grids of the city.
        BadValue
            A plan of the store is over other grids.
        """
        stems = [plan if plan in self.answers else Path(plan).stem for plan in self.plans]
        names = [
            stem if stems.count(stem) == 1 and stem != PUBLISHED else plan
            for stem, plan in zip(stems, self.plans, strict=True)
        ]
        read = [self._plan(plan, setting) for plan in self.plans]
        return [(PUBLISHED, setting.published), *zip(names, read, strict=True)]

    def experienced(self, plans: NamedPlans) -> list[Experienced]:
        """
        Read what simulations found of some plans.

        Parameters
        ----------
        plans
            Names and plans.

        Returns
        -------
        experienced
            What each simulation says of those of its plans that are here.

        Raises
        ------
        UnreadableFile, BadValue
            A file is no answer of `plan simulate`, a simulation is not done, or none of its plans
            is here.
        """
        digests = {plan.digest for _, plan in plans}
        found = []
        for name in self.simulated:
            of_plans = [one for one in _reports(self._result(name)) if one.plan in digests]
            if not of_plans:
                raise BadValue(
                    f"The simulation {name} is of no plan that is evaluated here: a plan that was "
                    "edited since is another one. Simulate it as it is now."
                )
            found += of_plans
        return found

    def _plan(self, plan: str, setting: PlanSetting) -> ZonePlan:
        """A plan of the store, or of a file."""
        if plan not in self.answers:
            return read_plan(Path(plan), setting.graph)
        zone_of, codes = self.answers[plan]["zone_of"], setting.graph.codes
        if set(zone_of) != set(codes):
            raise BadValue(
                f"The plan {plan} was drawn over other unit grids than are published now; rebase "
                "it, or begin it anew."
            )
        return ZonePlan.of(codes, [zone_of[code] for code in codes])

    def _result(self, name: str) -> Mapping[str, Any]:
        """What a simulation found."""
        if name not in self.answers:
            return _json(Path(name))
        answer = self.answers[name]
        if answer["result"] is None:
            raise BadValue(f"The simulation {name} is {answer['state']}; it has no figures yet.")
        result: Mapping[str, Any] = answer["result"]
        return result


def ask_plans(
    plans: Sequence[str], simulated: Sequence[str], store: str | None, token: str | None
) -> AskedPlans:
    """
    Ask the door of a store for the numbers among what was asked about.

    Parameters
    ----------
    plans
        Files, and numbers of plans.
    simulated
        Files, and numbers of simulations.
    store
        URL of the store, or None for the usual one.
    token
        Opens the door of a server that holds it.

    Returns
    -------
    asked
        The door is not opened where files alone are asked about.

    Raises
    ------
    UnknownName
        There is no such plan or simulation.
    BadValue
        The number of a simulation stands where a plan belongs, or the other way round.
    """
    _refuse_other(plans, "S", "a simulation, and belongs behind --simulated")
    _refuse_other(simulated, "P", "a plan, and belongs before the options")
    numbers = [one for one in dict.fromkeys((*plans, *simulated)) if NUMBER.fullmatch(one)]
    answers = {}
    if numbers:
        with open_door(store, token=token, role=ROLE) as door:
            for number in numbers:
                kind = "plans" if number.startswith("P") else "simulations"
                answers[number] = door.ask("GET", address(kind, number))
    return AskedPlans(tuple(plans), tuple(simulated), answers)


def _refuse_other(given: Sequence[str], letter: str, what: str) -> None:
    """Refuse a number of the other kind."""
    for one in given:
        if NUMBER.fullmatch(one) and one.startswith(letter):
            raise BadValue(f"{one} is the number of {what}.")


def _reports(answer: Mapping[str, Any]) -> Iterator[Experienced]:
    """What was found of the plan, and of the one that it was held against."""
    for report in (answer, answer.get("against")):
        if report is not None:
            yield experienced_of(report, str(report.get("plan_digest")))


def _json(path: Path) -> Mapping[str, Any]:
    """The answer of `plan simulate --json` in a file."""
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"The simulation {path} can't be read as JSON: {error}.") from error
    if not isinstance(answer, dict):
        raise BadValue(f"{path} is no answer of plan simulate --json.")
    return answer
