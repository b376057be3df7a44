"""`grid-dispatch plan propose`: zones for a city, or for a bare graph."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.answer_file import answer_file, write_json
from api.interrupt import Begun, Enough, ends_early
from api.plan_graph_file import read_graph, read_travel
from api.plan_options import AtOption, DemandOption, HistoryOption, PerYearOption
from api.progress import progress_bar
from api.spread import DaskOption, Place, WorkersOption, spread_at
from api.store_option import EXIT_NO, JsonOption, StoreOption
from dispatch.planning.rezoning_answer import GraphZones, zones_of_graph
from dispatch.planning.rezoning_problem import plain_problem
from dispatch.planning.rezoning_search import Watch
from geo.errors import BadValue

SEARCH_SHARE, BOUND_SHARE = 0.8, 0.87
"""
Shares of `--seconds`, counted from the start of the program, at which a machine too slow for the
effort ends the search, and the bound; the way out takes the rest.
"""


class Objective(StrEnum):
    """What zones of a bare graph are to have least of."""

    CUT_EDGES = "cut-edges"
    TRAVEL = "travel"


def propose(
    context: typer.Context,
    *,
    graph: Annotated[
        Path | None, typer.Option(help='JSON: {"nodes": [{"id", "weight"}…], "edges": [[i, j]…]}.')
    ] = None,
    zones: Annotated[int | None, typer.Option("-k", "--zones", help="How many zones.")] = None,
    balance: Annotated[
        float, typer.Option(help="Share of the mean by which a zone's load may differ from it.")
    ] = 0.05,
    objective: Annotated[
        Objective, typer.Option(help="What to have least of.")
    ] = Objective.CUT_EDGES,
    matrix: Annotated[
        Path | None,
        typer.Option(
            help="CSV from_id,to_id,travel_time_s or square .npy, for --objective travel."
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="Effort for a graph; about so long at most.")
    ] = 10.0,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal plans.")] = 1,
    move_at_most: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Such as 5%: what may change its zone.")
    ] = None,
    of_incidents: Annotated[
        bool, typer.Option("--of-incidents", help="That share is of incidents, not of grids.")
    ] = False,
    never_split: Annotated[
        list[str] | None, typer.Option(metavar="TOWN", help="Township that stays in one zone.")
    ] = None,
    lock: Annotated[
        Path | None,
        typer.Option(help="CSV rule,code,with: stay GRID, zone ZONE, together or apart of two."),
    ] = None,
    store: StoreOption = None,
    at: AtOption = None,
    demand: DemandOption = None,
    history: HistoryOption = None,
    per_year: PerYearOption = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV of a graph's plan, or folder for those of a city.")
    ] = None,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    as_json: JsonOption = False,
) -> int:
    """Propose zones of a city, or of a graph, with a bound, or say why there are none."""
    if graph is None and (zones is not None or matrix is not None):
        raise BadValue("-k and --matrix go with --graph; the zones of a city are its own.")
    if graph is not None:
        if zones is None:
            raise BadValue("--graph needs -k: how many zones?")
        _refuse(zones, balance, seconds)
        place = Place(workers, dask)
        task = GraphTask(graph, zones, balance, objective, matrix, seconds, seed, place)
        return _propose_graph(task, out, _begun_s(context), as_json=as_json)
    from api.plan_propose_city import CityAsk, propose_city  # noqa: PLC0415 -- a city: takes seconds

    asked = CityAsk(
        balance, move_at_most, of_incidents, tuple(never_split or ()), lock,
        store, at, demand, history, per_year, seed, Place(workers, dask),
    )  # fmt: skip
    return propose_city(asked, out, as_json=as_json)


@dataclass(frozen=True, slots=True)
class GraphTask:
    """What is asked of a bare graph."""

    graph: Path
    zones: int
    balance: float
    objective: Objective
    matrix: Path | None
    seconds: float
    seed: int
    place: Place


def _propose_graph(task: GraphTask, out: Path | None, begun_s: float, *, as_json: bool) -> int:
    """Propose zones of a bare graph."""
    if (task.objective is Objective.TRAVEL) != (task.matrix is not None):
        raise BadValue("--objective travel needs --matrix, and cut edges have no use for one.")
    with (
        ends_early(task.seconds * SEARCH_SHARE, since_s=begun_s, ahead=True) as enough,
        spread_at(task.place, stop=enough) as spread,
        progress_bar() as report,
    ):
        told = read_graph(task.graph)
        travel_s = None if task.matrix is None else read_travel(task.matrix, told.names)
        problem = plain_problem(told, task.zones, task.balance, travel_s)
        # Here `map`, so that the search can be asked to end between blocks.
        workers = map if task.place.here else spread
        watch = Watch(enough, lambda share: report("searching", share), workers)
        bound_ends = Enough(task.seconds * BOUND_SHARE, since_s=begun_s)
        answer = zones_of_graph(
            problem,
            seconds=task.seconds,
            seed=task.seed,
            watch=watch,
            late=lambda: enough.interrupted or bound_ends(),
        )
    if out is not None and answer.zone_of is not None:
        _write(out, told.names, answer)
    if as_json:
        write_json(_facts(answer, task.seed, enough), None)
    else:
        _say(answer, task.objective, enough)
    return 0 if answer.feasible else EXIT_NO


def _begun_s(context: typer.Context) -> float:
    """When the program was called; now, where it was not the program that called."""
    begun = context.find_object(Begun)
    return time.monotonic() if begun is None else begun.monotonic_s


def _refuse(zones: int, balance: float, seconds: float) -> None:
    """Refuse numbers that make no sense."""
    if zones < 1:
        raise BadValue(f"-k is {zones}; there is one zone or more.")
    if not 0 <= balance < 1:
        raise BadValue(f"--balance is {balance:g}; it is a share of the mean, from 0 to below 1.")
    if not 0 < seconds <= 86_400:
        raise BadValue(f"--seconds is {seconds:g}; give more than 0 and a day at most.")


def _facts(answer: GraphZones, seed: int, enough: Enough) -> dict[str, Any]:
    """The answer as the contract has it, and what else is worth knowing."""
    return {
        "zone_of": None if answer.zone_of is None else answer.zone_of.tolist(),
        "objective": answer.objective,
        "bound": answer.bound,
        "bound_holds_for": answer.bound_holds_for.en,
        "max_deviation": answer.deviation,
        "feasible": answer.feasible,
        "why_not": " ".join(reason.en for reason in answer.why_not) or None,
        "why_not_zh": "".join(reason.zh for reason in answer.why_not) or None,
        "proven_infeasible": answer.proven_impossible,
        "seed": seed,
        "blocks": answer.blocks,
        "stopped": _stopped(answer, enough),
    }


def _stopped(answer: GraphZones, enough: Enough) -> str | None:
    """What ended the search before its effort was used up."""
    if not answer.stopped:
        return None
    return "interrupted" if enough.interrupted else "time"


def _say(answer: GraphZones, objective: Objective, enough: Enough) -> None:
    """Put the answer on the screen."""
    if answer.zone_of is not None and answer.objective is not None:
        unit = "cut edges" if objective is Objective.CUT_EDGES else "load × s of travel"
        bound = "" if answer.bound is None else f", no plan has less than {answer.bound:g}"
        typer.echo(f"{answer.objective:g} {unit}{bound}")
        typer.echo(f"largest deviation from the mean: {answer.deviation:.3%}")
        typer.echo(answer.bound_holds_for.en)
        for zone in range(int(answer.zone_of.max()) + 1):
            typer.echo(f"zone {zone}: {int((answer.zone_of == zone).sum())} nodes")
    for reason in answer.why_not:
        typer.echo(reason.en)
    why = _stopped(answer, enough)
    if why is not None:
        typer.echo(
            f"Ended early ({why}): this is the best so far, and the seed alone does not repeat it."
        )


def _write(out: Path, names: tuple[str, ...], answer: GraphZones) -> None:
    """Write the plan."""
    assert answer.zone_of is not None
    with answer_file(out) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["grid", "zone"])
        table.writerows(zip(names, answer.zone_of.tolist(), strict=True))
