"""`grid-dispatch plan simulate`: a year on a plan, event by event, or a bare queue for checking."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer

from api.answer_file import answer_file, write_json
from api.interrupt import ends_early
from api.plan_options import AtOption, DemandOption, HistoryOption, PerYearOption
from api.plan_question import PUBLISHED, PlanQuestion
from api.plan_world import AskedWorlds, WorldQuestion, read_worlds
from api.progress import Report, progress_bar
from api.spread import DaskOption, Place, Spread, WorkersOption, spread_at
from api.store_option import JsonOption, StoreOption
from dispatch.planning.simulation.bare_queue import BareQueue, simulate_queue
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate as simulate_run
from dispatch.planning.simulation.paired import compare
from dispatch.planning.simulation.playback import lines
from dispatch.planning.simulation.runs import RunTallies, Years
from dispatch.planning.simulation.tally import put_together
from dispatch.planning.simulation.year_report import cells, report_year
from geo.errors import BadValue

ASSUMPTIONS = (
    "Crews stay whole: officers of several crews are never brought together.",
    "Crews answer from unit grids and bases, by the travel time between a place inside each.",
    "The arrival target counts from the report; what a desk does before a dispatch takes no time.",
    "Intervals are at 95 %, weeks drawn again; a year is 52 weeks.",
)
"""What holds for every figure, said in the answer."""

MOST_YEARS, MOST_RUNS = 20, 10_000

QUEUE_ARRIVALS = 1_000_000
"""Arrivals of a bare queue, all runs together: fewer know little of a line that is nearly full."""


def simulate(
    *,
    plan: Annotated[
        str, typer.Option(metavar="PLAN.csv|published", help="CSV grid,zone, or the plan in force.")
    ] = PUBLISHED,
    against: Annotated[
        str | None,
        typer.Option(metavar="PLAN.csv|published", help="Plan to set beside it, run by run."),
    ] = None,
    years: Annotated[int, typer.Option(help="Years of 52 weeks in each run.")] = 1,
    seed: Annotated[int, typer.Option(help="Source of chance: same seed, same bytes.")] = 1,
    runs: Annotated[int, typer.Option(help="How many runs.")] = 1,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    policy: Annotated[str, typer.Option(help="What ranks crews.")] = "nearest",
    scenario: Annotated[
        Path | None, typer.Option(help="TOML: demand, speed, service, events, closures, joint.")
    ] = None,
    queue: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help='Bare M/M/c: {"servers":3,"arrival_per_h":4,"service_min":30}.'
        ),
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="Events of the first run to write, JSON lines.")
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(help="CSV to write: share by zone, hour, domain and priority."),
    ] = None,
    store: StoreOption = None,
    at: AtOption = None,
    demand: DemandOption = None,
    history: HistoryOption = None,
    per_year: PerYearOption = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate years on a plan with the decisions of live dispatch, or a queue to check it by."""
    _check(years, runs)
    place = Place(workers, dask)
    if queue is not None:
        _answer_queue(queue, years=years, seed=seed, runs=runs, as_json=as_json)
        return
    asked = WorldQuestion(
        PlanQuestion(store, at, demand, history, per_year), plan, against, policy, years, scenario
    )
    with (
        ends_early() as enough,
        spread_at(place, stop=enough) as spread,
        progress_bar() as report,
    ):
        worlds = read_worlds(asked, report)
        tallies = _run(worlds, seed, runs, spread, report)
        if log is not None:
            report("events", 0.0)
            _write_log(worlds, seed, log)
        answer = _answer(worlds, asked, tallies, seed=seed, runs=runs)
    if table is not None:
        _write_cells(worlds, tallies, table)
    if as_json:
        write_json(answer, None)
    else:
        for line in _said(answer):
            typer.echo(line)


def _check(years: int, runs: int) -> None:
    """Refuse counts out of range before anything is read."""
    for name, value, most in (("years", years, MOST_YEARS), ("runs", runs, MOST_RUNS)):
        if not 1 <= value <= most:
            raise BadValue(f"--{name} is {value}; give 1 to {most}.")


def _run(
    worlds: AskedWorlds, seed: int, runs: int, spread: Spread, report: Report
) -> list[RunTallies]:
    """Run, until all is done or somebody has enough."""
    years = Years(worlds.worlds, seed)
    tallies = list(spread(years, range(runs), lambda share: report("simulating", share)))
    if len(tallies) < runs:
        typer.echo(f"Stopped after {len(tallies)} of {runs} runs; figures are of those.", err=True)
    return tallies


def _answer(
    worlds: AskedWorlds, asked: WorldQuestion, tallies: list[RunTallies], *, seed: int, runs: int
) -> dict[str, Any]:
    """Figures of the plan, of the one it is held against, and their differences."""
    counted = [put_together(part) for part in zip(*tallies, strict=True)]
    first, *others = worlds.worlds
    answer = {
        "plan": worlds.names[0],
        "plan_digest": worlds.plans[0].digest,
        "seed": seed,
        "years": asked.years,
        "runs": len(tallies),
        "runs_asked": runs,
        "policy": asked.policy,
        "inputs": first.digest,
        "replay": dict(worlds.replay),
        **report_year(first, counted[0], seed=seed),
    }
    for name, plan, world, tally in zip(
        worlds.names[1:], worlds.plans[1:], others, counted[1:], strict=True
    ):
        answer["against"] = {
            "plan": name,
            "plan_digest": plan.digest,
            "inputs": world.digest,
            **report_year(world, tally, seed=seed),
        }
        answer["difference"] = compare(first, counted[0], world, tally, seed=seed)
    return {**answer, "assumptions": list(ASSUMPTIONS)}


def _write_log(worlds: AskedWorlds, seed: int, path: Path) -> None:
    """Write the events of the first run of the plan."""
    world = worlds.worlds[0]
    outcome = simulate_run(world, draw_incidents(world.reports, seed=seed))
    with answer_file(path) as file:
        for line in lines(outcome, worlds.start):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _write_cells(worlds: AskedWorlds, tallies: list[RunTallies], path: Path) -> None:
    """Write shares by zone, hour, domain and priority."""
    rows = cells(worlds.worlds[0], put_together([one[0] for one in tallies]))
    with answer_file(path) as file:
        file.write(",".join(rows[0]) + "\n" if rows else "")
        for row in rows:
            file.write(",".join(map(str, row.values())) + "\n")


def _answer_queue(text: str, *, years: int, seed: int, runs: int, as_json: bool) -> None:
    """Run a bare queue."""
    queue = read_queue(text)
    answer = simulate_queue(
        queue, weeks=52 * years, seed=seed, runs=runs, fewest_arrivals=QUEUE_ARRIVALS
    )
    figures = {
        name: _plain(asdict(part) if not isinstance(part, float) else part)
        for name, part in (
            ("p_wait", answer.p_wait),
            ("mean_wait_s", answer.mean_wait_s),
            ("mean_service_s", answer.mean_service_s),
            ("utilisation", answer.utilisation),
            ("load", answer.load),
        )
    }
    weeks = {name: getattr(answer, name) for name in ("weeks", "warm_up_weeks", "block_weeks")}
    counted = {"seed": seed, "runs": runs, **weeks}
    if as_json:
        write_json({"queue": asdict(queue), **counted, **figures}, None)
        return
    for name in ("p_wait", "mean_wait_s"):
        part = figures[name]
        typer.echo(f"{name} {part['value']:.4f} ({part['low']:.4f} to {part['high']:.4f})")


def read_queue(text: str) -> BareQueue:
    """
    Read a queue as JSON.

    Parameters
    ----------
    text
        ``{"servers": c, "arrival_per_h": λ, "service_min": m}``.

    Returns
    -------
    queue
        The queue.

    Raises
    ------
    BadValue
        It is no such JSON, or a figure is out of range.
    """
    names = ("servers", "arrival_per_h", "service_min")
    try:
        given = json.loads(text)
    except ValueError as error:
        raise BadValue(f"--queue is no JSON: {error}.") from error
    if not isinstance(given, dict) or set(given) != set(names):
        raise BadValue(f"--queue is an object with {', '.join(names)}, and nothing else.")
    wrong = [
        name
        for name, value in given.items()
        if isinstance(value, bool)
        or not isinstance(value, int | float)
        or (name == "servers" and not isinstance(value, int))
    ]
    if wrong:
        raise BadValue(f"{wrong[0]} of --queue is {given[wrong[0]]!r}; it is a number.")
    return BareQueue(given["servers"], float(given["arrival_per_h"]), float(given["service_min"]))


def _plain(value: Any) -> Any:  # noqa: ANN401 -- numbers, and objects of them
    """Numbers for JSON, which knows no NaN."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return None if isinstance(value, float) and isnan(value) else value


def _said(answer: dict[str, Any]) -> Iterator[str]:
    """What is printed without --json."""
    yield answer["replay"]["en"]
    share, p90 = answer["in_time"], answer["response"]["p90_s"]
    yield (
        f"{answer['plan']}: {answer['incidents']} incidents in {answer['runs']} run(s) of "
        f"{answer['years']} year(s), seed {answer['seed']}, inputs {answer['inputs'][:12]}"
    )
    yield f"in time      {_percent(share)}"
    yield f"90 % within  {p90['value']} s ({p90['low']} to {p90['high']})"
    for row in answer["by_zone"]:
        yield f"  {row['name'] or 'no zone':8} {row['incidents']:8} {_percent(row['in_time'])}"
    unserved = answer["unserved"]
    yield (
        f"waiting at the end {unserved['waiting']}, nobody can ever go to "
        f"{unserved['nobody_ever']}, crews called off {answer['called_off']}"
    )
    if "difference" in answer:
        part = answer["difference"]["in_time"]
        yield f"against {answer['against']['plan']}: {_percent(part)} in time"


def _percent(part: dict[str, Any]) -> str:
    """A share with its limits."""
    low, high = part["low"], part["high"]
    limits = "" if low is None or high is None else f" ({low:.2%} to {high:.2%})"
    return f"{part['value']:.2%}{limits}"
