"""`grid-dispatch plan handover`: what brigades hand over to each other under another plan."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from contextlib import suppress
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from api.answer_file import write_json
from api.clock import system_clock
from api.instant import read_instant
from api.plan_city import GridsOption, PlanCity, open_incidents, read_plan_city
from api.plan_handover import handover_json, write_handover
from api.plan_options import AtOption, DemandOption, HistoryOption, PerYearOption
from api.plan_question import PlanQuestion
from api.progress import progress_bar
from api.store_option import JsonOption, NowOption, StoreOption
from dispatch.planning.handover import HandoverFacts, handover_list
from dispatch.planning.plan_diff import plan_diff
from dispatch.planning.plan_ground import plan_ground
from dispatch.planning.plan_travel import mean_travel_s
from dispatch.planning.zone_plan import ZonePlan

MOST_SHOWN = 30


def handover(
    plan: Annotated[Path, typer.Argument(metavar="PLAN.csv", help="CSV grid,zone to come.")],
    *,
    base: Annotated[
        Path | None, typer.Option("--base", help="CSV grid,zone in force; the published plan.")
    ] = None,
    out: Annotated[
        list[Path] | None, typer.Option("--out", help="List to write: .pdf, .xlsx or .csv.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who makes the list; your login name.")] = None,
    now: NowOption = None,
    travel: Annotated[
        bool, typer.Option("--travel/--no-travel", help="Reckon the minutes of travel a year.")
    ] = True,
    demand: DemandOption = None,
    history: HistoryOption = None,
    per_year: PerYearOption = None,
    at: AtOption = None,
    store: StoreOption = None,
    grids: GridsOption = None,
    as_json: JsonOption = False,
) -> None:
    """List each unit grid that changes hands: who loses and gains it, open incidents, minutes."""
    city = read_plan_city(store, grids)
    plans = city.plan(base), city.plan(plan)
    question = PlanQuestion(store, at, demand, history, per_year)
    listed = handover_list(
        city.ground.graph,
        plans,
        _facts(city, plans, question if travel and city.city is not None else None, store),
        prepared_by=by or _login_name(),
        prepared_at=system_clock() if now is None else read_instant(now),
    )
    for path in out or []:
        write_handover(path, listed)
    if as_json:
        write_json(handover_json(listed), None)
        return
    for pair in listed.sums[:MOST_SHOWN]:
        minutes = pair.minutes_per_year
        said = "" if minutes is None else f", {minutes:+,.0f} minutes a year"
        typer.echo(
            f"{pair.loses or 'no zone'} → {pair.gains or 'no zone'}: {pair.grids} unit grid(s), "
            f"{pair.open_incidents} open incident(s){said}"
        )
    typer.echo(f"{len(listed.rows)} unit grid(s) change hands")
    for path in out or []:
        typer.echo(f"{path} is written")


def _facts(
    city: PlanCity,
    plans: tuple[ZonePlan, ZonePlan],
    question: PlanQuestion | None,
    store: str | None,
) -> HandoverFacts:
    """What a store knows of the grids besides the plans; nothing of a layer of grids alone."""
    if city.city is None:
        return HandoverFacts()
    incidents = open_incidents(store, city.city)
    if question is None:
        return HandoverFacts(city.brigades, incidents)
    with progress_bar() as report:
        ground = plan_ground(question.setting(report))
    before, later = plans[0], plan_diff(*plans).later
    return HandoverFacts(
        city.brigades,
        incidents,
        ground.per_year.sum(axis=0),
        mean_travel_s(ground, before),
        mean_travel_s(ground, later),
    )


def _login_name() -> str:
    """Who is at the terminal, as far as the machine knows."""
    with suppress(KeyError, OSError):  # a container may have no such user
        return getuser()
    return "command line"
