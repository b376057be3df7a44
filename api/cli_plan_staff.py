"""`grid-dispatch plan staff`: crews and shifts of each zone, and where more stop helping."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.answer_file import answer_file, write_json
from api.interrupt import ends_early
from api.plan_options import AtOption, DemandOption, HistoryOption, PerYearOption
from api.plan_question import PlanQuestion
from api.plan_world import city_input
from api.progress import Report, progress_bar
from api.staff_file import read_works
from api.store_option import EXIT_NO, JsonOption, StoreOption
from dispatch.planning import staffing_shift
from dispatch.planning.knee_plot import knee_svg
from dispatch.planning.simulation.build import build_world, zoning_of
from dispatch.planning.staffing import knee_curve, staff_zones
from dispatch.planning.staffing_city import zone_works
from dispatch.planning.staffing_settled import settle_staff
from dispatch.planning.staffing_task import Judged, StaffPlan, StaffRule, ZoneStaff, ZoneWork
from dispatch.planning.staffing_trial import queue_judge
from dispatch.planning.staffing_year import Trial, year_trial
from dispatch.planning.zone_plan import read_plan
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from geo.errors import BadValue

CURVE = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
"""Shares that are asked for to draw the knee."""


class JudgeName(StrEnum):
    """Who judges rosters in the end."""

    SIMULATION = "simulation"
    QUEUE = "queue"


JUDGED_BY = {
    JudgeName.QUEUE: (
        "A queue for each zone by itself: reports at random at the rate of the hour, each "
        "answered from the nearest base of its brigade; lower limits are those of 95 % intervals "
        "by weeks."
    ),
    JudgeName.SIMULATION: (
        "A simulated year of the whole city with these rosters, by which none of them was chosen: "
        "the decisions of live dispatch, breaks, rest and help across zones; what a squad has "
        "does not count. Beside it stands what a queue for each zone by itself says."
    ),
}


def staff(
    *,
    store: StoreOption = None,
    plan: Annotated[
        Path | None, typer.Option(help="CSV grid,zone; the published plan without.")
    ] = None,
    load: Annotated[
        Path | None,
        typer.Option(
            help="Without a store: CSV zone,hour,per_h,on_scene_s; hour 0 is Monday 0:00."
        ),
    ] = None,
    travel: Annotated[
        Path | None, typer.Option(help="With --load: CSV zone,travel_time_s,weight.")
    ] = None,
    target: Annotated[float, typer.Option(metavar="S", help="With --load: arrival target.")] = 900,
    share: Annotated[float, typer.Option(help="Share of reports that are met in time.")] = 0.95,
    crew_size: Annotated[int, typer.Option(help="Officers of a crew.")] = 2,
    starts: Annotated[
        str | None, typer.Option(help="Hours at which shifts may begin, such as 0,8,16.")
    ] = None,
    shifts: Annotated[str, typer.Option(help="Ways to work: hours x days in a row.")] = "8x5,12x3",
    at: AtOption = None,
    demand: DemandOption = None,
    history: HistoryOption = None,
    per_year: PerYearOption = None,
    weeks: Annotated[int, typer.Option(help="Weeks by which rosters are judged.")] = 104,
    judge: Annotated[
        JudgeName | None,
        typer.Option(help="Of a city the simulation, unless queue is said; of --load the queue."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Source of chance.")] = 1,
    curve: Annotated[bool, typer.Option("--curve", help="Also officers → share in time.")] = False,
    plot: Annotated[Path | None, typer.Option(help="SVG of that curve to write.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Write out the models.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Find crews and shifts for each zone, so that even the worst holds the share asked for."""
    if not 2 <= weeks <= 10_000:
        raise BadValue(f"--weeks is {weeks}; give 2 to 10000.")
    rule = StaffRule(share=share, crew_size=crew_size, shifts=_shifts(shifts), **_starts(starts))
    began = time.perf_counter()
    with progress_bar() as report, ends_early() as enough:
        if load is not None:
            if judge is JudgeName.SIMULATION:
                raise BadValue("A simulation needs a city; leave out --load, or judge by queue.")
            task = StaffTask(read_works(load, travel, target))
        else:
            question = PlanQuestion(store, at, demand, history, per_year)
            size = None if judge is JudgeName.QUEUE else crew_size
            task = read_task(question, plan, size, seed, report)
        works, trial = task.works, task.trial
        queue = queue_judge(works, seed=seed, weeks=weeks)
        staffed = by_queue = staff_zones(
            works, rule, queue, stop=enough, told=lambda done: report("staffing", done)
        )
        if trial is not None:
            staffed = settle_staff(
                works, rule, by_queue, trial, stop=enough, told=lambda done: report("years", done)
            )
        points = []
        if curve or plot is not None:
            points = knee_curve(
                works, rule, queue, CURVE, stop=enough, told=lambda done: report("curve", done)
            )
    knee = [{"asked": asked, "officers": one.officers, "share": one.share} for asked, one in points]
    if plot is not None:
        picture = knee_svg(
            [(one.officers, one.share) for _, one in points], asked=share, title="拐点 The knee"
        )
        with answer_file(plot) as file:
            file.write(picture)
    facts = _facts(staffed, queue(staffed.zones), share) | {
        "by_queue": {"officers": by_queue.officers, "share": by_queue.share},
        "attainable": {work.zone: work.attainable for work in works},
        "curve": knee,
        "judged_by": JUDGED_BY[JudgeName.QUEUE if trial is None else JudgeName.SIMULATION],
        "seed": seed,
        "weeks": weeks,
        "stopped": "interrupted" if enough.interrupted else None,
        "seconds": round(time.perf_counter() - began, 3),
    }
    if explain:
        facts["explain"] = (staffing_shift.__doc__ or "").strip()
    if as_json:
        write_json(facts, None)
    else:
        _say(facts)
    return 0 if facts["feasible"] else EXIT_NO


@dataclass(frozen=True, slots=True, eq=False)
class StaffTask:
    """
    What is to be staffed.

    Attributes
    ----------
    works
        What comes in from each zone.
    trial
        Simulated years of the city, or None for the queue alone.
    """

    works: Sequence[ZoneWork]
    trial: Trial | None = None


def read_task(
    question: PlanQuestion, plan: Path | None, crew_size: int | None, seed: int, report: Report
) -> StaffTask:
    """
    Read what is to be staffed of a city.

    Parameters
    ----------
    question
        Store, instant and demand.
    plan
        CSV ``grid,zone``, or None for the plan in force.
    crew_size
        Officers of a crew in simulated years; None for no simulation.
    seed
        Source of chance of those years.
    report
        Told how far it is.

    Returns
    -------
    task
        For `settle_staff`, or `staff_zones` alone.
    """
    setting = question.setting(report)
    drawn = setting.published if plan is None else read_plan(plan, setting.graph)
    works = zone_works(setting, drawn)
    if crew_size is None:
        return StaffTask(works)
    world = build_world(
        city_input(question, setting, report),
        policy_named("nearest", known_policies(None)),
        told=lambda done: report("verdicts", done),
    )
    world = world.under(zoning_of(setting.city, drawn))
    return StaffTask(works, year_trial(world, crew_size, seed=seed))


def _shifts(text: str) -> tuple[tuple[int, int], ...]:
    """Ways to work, such as 8x5,12x3."""
    try:
        pairs = [part.lower().split("x") for part in text.split(",")]
        return tuple((int(hours), int(days)) for hours, days in pairs)
    except ValueError as error:
        raise BadValue(f"--shifts {text!r} is none; write hours x days, such as 8x5.") from error


def _starts(text: str | None) -> dict[str, Any]:
    """Hours at which shifts begin, if they are given."""
    if text is None:
        return {}
    try:
        return {"starts": tuple(int(part) for part in text.split(","))}
    except ValueError as error:
        raise BadValue(f"--starts {text!r} is none; write hours, such as 0,8,16.") from error


def _facts(plan: StaffPlan, by_queue: Sequence[Judged], share: float) -> dict[str, Any]:
    """What was found, and what the queue says of it."""
    zones: Sequence[dict[str, Any]] = [
        _zone(zone, plan.crew_size)
        | {"share": judged.share, "low": judged.low}
        | {"queue": {"share": queue.share, "low": queue.low}}
        for zone, judged, queue in zip(plan.zones, plan.judged, by_queue, strict=True)
    ]
    return {
        "officers": plan.officers,
        "crews": sum(zone.crews for zone in plan.zones),
        "fewest_crews": sum(zone.fewest for zone in plan.zones),
        "share_asked": share,
        "share": plan.share,
        "worst_low": min((one.low for one in plan.judged), default=None),
        "feasible": not plan.why_not,
        "why_not": " ".join(reason.en for reason in plan.why_not) or None,
        "why_not_zh": "".join(reason.zh for reason in plan.why_not) or None,
        "rounds": plan.rounds,
        "zones": zones,
    }


def _zone(zone: ZoneStaff, crew_size: int) -> dict[str, Any]:
    """Crews of one zone."""
    return {
        "zone": zone.zone,
        "crews": zone.crews,
        "officers": zone.crews * crew_size,
        "fewest_crews": zone.fewest,
        "need": zone.need.tolist(),
        "on_duty": zone.on_duty.tolist(),
        "tours": [
            {
                "start": tour.start,
                "hours": tour.hours,
                "first_day": tour.first_day,
                "days": tour.days,
                "crews": tour.crews,
            }
            for tour in zone.tours
        ],
    }


def _say(facts: dict[str, Any]) -> None:
    """Put the answer on the screen."""
    typer.echo(
        f"{facts['officers']} officers in {facts['crews']} crews: {facts['share']:.2%} in time "
        f"(the queue alone takes {facts['by_queue']['officers']})"
    )
    for zone in facts["zones"]:
        on_duty = zone["on_duty"]
        typer.echo(
            f"{zone['zone']}: {zone['crews']} crews, {min(on_duty)} to {max(on_duty)} on duty, "
            f"{zone['share']:.2%} in time, lower limit {zone['low']:.2%}; by the queue "
            f"{zone['queue']['share']:.2%}"
        )
    for point in facts["curve"]:
        typer.echo(f"{point['officers']} officers: {point['share']:.2%}")
    if facts["why_not"]:
        typer.echo(facts["why_not"])
    if facts["stopped"]:
        typer.echo("Stopped: this is the best so far.")
    if "explain" in facts:
        typer.echo(facts["explain"])
    typer.echo(facts["judged_by"])
