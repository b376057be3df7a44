"""`grid-dispatch plan evaluate`: what plans would do, side by side with the one in force."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.answer_file import answer_file, write_json
from api.asked_plans import ask_plans
from api.clock import system_clock
from api.plan_document import write_document
from api.plan_options import AtOption, DemandOption, HistoryOption, PerYearOption
from api.plan_question import PlanQuestion
from api.plan_scorecard import Scorecard
from api.progress import progress_bar
from api.spread import DaskOption, Place, WorkersOption, spread_at
from api.store_option import EXIT_NO, JsonOption, StoreOption, TokenOption
from dispatch.planning.evaluated_plan import evaluate_plans
from dispatch.planning.plan_ground import plan_ground
from geo.errors import BadValue
from geo.road.week import DAYS


def evaluate(
    plans: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PLAN]…",
            help="CSV grid,zone, or the number of a plan in the store; the published plan without.",
        ),
    ] = None,
    *,
    simulated: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SIMULATION",
            help="Experienced coverage: answer of plan simulate --json, or a simulation's number.",
        ),
    ] = None,
    store: StoreOption = None,
    token: TokenOption = None,
    hours: Annotated[
        str, typer.Option(metavar="H,H…", help="Hours of the day whose missed grids are listed.")
    ] = "8,18,2",
    day: Annotated[str, typer.Option(help="Day of the week of those hours, mon to sun.")] = "wed",
    demand: DemandOption = None,
    history: HistoryOption = None,
    per_year: PerYearOption = None,
    at: AtOption = None,
    as_json: JsonOption = False,
    pdf: Annotated[Path | None, typer.Option(help="Scorecard to write, .pdf.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Scorecard to write, .xlsx.")] = None,
    picture: Annotated[
        Path | None, typer.Option("--map", help="Map of zones and missed grids to write, .svg.")
    ] = None,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
) -> int:
    """Tell coverage, work, travel and shape of plans, beside the plan in force."""
    wanted = read_hours_of_day(hours, day)
    _require_ending(pdf, ".pdf")
    _require_ending(xlsx, ".xlsx")
    _require_ending(picture, ".svg")
    place = Place(workers, dask)
    with spread_at(place) as spread, progress_bar() as report:
        asked = ask_plans(plans or [], simulated or [], store, token)
        question = PlanQuestion(store, at, demand, history, per_year)
        setting = question.setting(report)
        read = asked.named(setting)
        found = asked.experienced(read)
        report("evaluating", 0.0)
        ground = plan_ground(setting)
        apart = None if place.here else spread
        evaluated = evaluate_plans(ground, setting.published, read, wanted, found, workers=apart)
        card = Scorecard(setting, ground, evaluated, system_clock())
        report("writing", 0.0)
        for path in (pdf, xlsx):
            if path is not None:
                write_document(path, card.document())
        if picture is not None:
            with answer_file(picture) as file:
                file.write(card.picture())
    if as_json:
        write_json(card.as_json(), None)
    else:
        for line in card.lines():
            typer.echo(line)
    judged = evaluated[1:] or evaluated
    return EXIT_NO if any(one.breaks_a_rule for one in judged) else 0


def read_hours_of_day(hours: str, day: str) -> list[int]:
    """
    Read hours of a day as people write them.

    Parameters
    ----------
    hours
        ``8,18,2``.
    day
        ``mon`` to ``sun``.

    Returns
    -------
    hours
        Hours of the week, in the order given.

    Raises
    ------
    BadValue
        A word is no hour or no day.
    """
    if day.lower() not in DAYS:
        raise BadValue(f"{day!r} is no day of the week; they are {', '.join(DAYS)}.")
    words = [word.strip() for word in hours.split(",") if word.strip()]
    wrong = [word for word in words if not (word.isdigit() and int(word) < 24)]
    if wrong:
        raise BadValue(f"{wrong[0]!r} is no hour of the day; write 0 to 23, such as 8,18,2.")
    return [DAYS.index(day.lower()) * 24 + int(word) for word in words]


def _require_ending(path: Path | None, ending: str) -> None:
    """Refuse a file whose name promises something else, before anything is computed."""
    if path is not None and path.suffix.lower() != ending:
        raise BadValue(f"{path} does not end in {ending}, which is what is written there.")
