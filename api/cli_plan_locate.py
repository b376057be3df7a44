"""`grid-dispatch plan locate`: where bases should stand, on files or in a city."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from api.answer_file import write_json
from api.interrupt import Enough, ends_early
from api.location_ground import LocationGround, city_ground, file_ground
from api.plan_options import AtOption, DemandOption, HistoryOption, PerYearOption
from api.plan_question import PlanQuestion
from api.progress import progress_bar
from api.store_option import EXIT_NO, JsonOption, StoreOption
from dispatch.planning.location import locate as find_sites
from dispatch.planning.location_formulation import formulation
from dispatch.planning.location_task import LocationPlan, LocationRule, LocationTask, Problem
from geo.errors import BadValue

SHOWN = 40
"""Sites that the screen lists."""


def locate(
    *,
    problem: Annotated[Problem, typer.Option(help="What is asked.")] = Problem.P_MEDIAN,
    p: Annotated[int | None, typer.Option("-p", help="Sites to open; crews in mexclp.")] = None,
    matrix: Annotated[
        Path | None,
        typer.Option(
            help="Site → demand: CSV from_id,to_id,travel_time_s, empty where no road leads, or "
            "an array .npy of seconds, rows are sites, infinite where no road leads."
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="CSV id,weight of the demand; 1 each without.")
    ] = None,
    radius: Annotated[
        float | None, typer.Option(metavar="S", help="Covered within so many seconds.")
    ] = None,
    fixed: Annotated[
        str | None, typer.Option(help="Sites that stay open: A,B or a CSV with id.")
    ] = None,
    closable: Annotated[
        str | None, typer.Option(help="Sites open today that may be closed: A,B or a CSV with id.")
    ] = None,
    most_closed: Annotated[
        int | None, typer.Option(help="Of the closable, so many are closed at most.")
    ] = None,
    capacities: Annotated[
        Path | None, typer.Option(help="CSV id,capacity of sites, in the unit of weights.")
    ] = None,
    busy: Annotated[float, typer.Option(help="mexclp: share of time a crew is busy.")] = 0.3,
    first_share: Annotated[
        float | None,
        typer.Option(help="backup: what a first cover counts, 0.5 to 1; a must without."),
    ] = None,
    per_site: Annotated[
        int | None, typer.Option(help="mexclp: crews that a site may hold.")
    ] = None,
    store: StoreOption = None,
    sites: Annotated[
        Path | None,
        typer.Option(help="In a city: CSV id,lon,lat of candidates; all unit grids without."),
    ] = None,
    at: AtOption = None,
    demand: DemandOption = None,
    history: HistoryOption = None,
    per_year: PerYearOption = None,
    seconds: Annotated[float, typer.Option(help="The best found until then is given.")] = 60.0,
    explain: Annotated[bool, typer.Option("--explain", help="Write out the model.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Choose sites for bases, with a bound, or say why there are none."""
    if not 0 < seconds <= 86_400:
        raise BadValue(f"--seconds is {seconds:g}; give more than 0 and a day at most.")
    rule = LocationRule(
        problem=problem,
        p=p,
        radius_s=radius,
        most_closed=most_closed,
        busy_share=busy,
        first_share=first_share,
        most_at_site=per_site,
    )
    with progress_bar() as report:
        if matrix is not None:
            ground = file_ground(matrix, weights, capacities)
        else:
            if weights is not None or capacities is not None:
                raise BadValue("--weights and --capacities go with --matrix.")
            question = PlanQuestion(store, at, demand, history, per_year)
            ground = city_ground(question, sites, report, worst=problem is Problem.P_CENTER)
        task = ground.task(fixed, closable, by_hour=problem is not Problem.P_MEDIAN)
        began = time.perf_counter()
        with ends_early(seconds) as enough:
            plan = find_sites(task, rule, stop=enough, told=lambda share: report("locating", share))
        took = time.perf_counter() - began
    facts = _facts(ground, task, rule, plan, took) | {"stopped": _stopped(plan, enough)}
    if explain:
        facts["explain"] = formulation(task, rule)
    if as_json:
        write_json(facts, None)
    else:
        _say(facts)
    return EXIT_NO if plan.objective is None and plan.why_not is not None else 0


def _facts(
    ground: LocationGround,
    task: LocationTask,
    rule: LocationRule,
    plan: LocationPlan,
    took: float,
) -> dict[str, Any]:
    """The answer as the contract has it, and what else is worth knowing."""
    today = np.flatnonzero(task.closable)
    chosen = set(plan.open)
    return {
        "problem": str(rule.problem),
        "objective": plan.objective,
        "bound": plan.bound,
        "sites": ground.named(plan.open),
        "assignment": _assignment(ground, plan.site_of),
        "seconds": round(took, 3),
        "proven": plan.proven,
        "why_not": None if plan.why_not is None else plan.why_not.en,
        "why_not_zh": None if plan.why_not is None else plan.why_not.zh,
        "why_not_code": None if plan.why_not is None else plan.why_not.code,
        "closed": ground.named([row for row in today.tolist() if row not in chosen])
        if plan.open
        else [],
        "unreachable": list(ground.unreachable),
    }


def _assignment(ground: LocationGround, site_of: NDArray[np.int32]) -> dict[str, Any]:
    """Site of each demand point by its id; None where it has none."""
    names = ground.named(range(len(ground.sites)))
    rows = site_of[: len(ground.demand)].tolist()
    return {
        name: names[row] if row >= 0 else None
        for name, row in zip(ground.demand, rows, strict=True)
    }


def _stopped(plan: LocationPlan, enough: Enough) -> str | None:
    """What ended the search before it was through."""
    if not plan.stopped:
        return None
    return "interrupted" if enough.interrupted else "time"


def _say(facts: dict[str, Any]) -> None:
    """Put the answer on the screen."""
    if facts["objective"] is not None:
        how = "best there is" if facts["proven"] else "no plan is better than the bound"
        bound = "unknown" if facts["bound"] is None else f"{facts['bound']:g}"
        typer.echo(f"{facts['problem']}: {facts['objective']:g}, bound {bound}: {how}")
        shown = ", ".join(map(str, facts["sites"][:SHOWN]))
        more = len(facts["sites"]) - SHOWN
        typer.echo(f"{len(facts['sites'])} sites: {shown}" + f" and {more} more" * (more > 0))
        if facts["closed"]:
            typer.echo(f"closed: {', '.join(map(str, facts['closed']))}")
    elif facts["why_not"]:
        typer.echo(facts["why_not"])
    else:
        typer.echo("Nothing was found in the time given; allow more with --seconds.")
    if facts["unreachable"]:
        typer.echo(
            f"left out, for no road leads there from any site: {', '.join(facts['unreachable'])}"
        )
    if facts["stopped"]:
        typer.echo(f"Ended early ({facts['stopped']}): this is the best so far.")
    if "explain" in facts:
        typer.echo(facts["explain"])
    typer.echo(f"{facts['seconds']:.1f} s")
