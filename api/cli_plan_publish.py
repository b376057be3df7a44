"""`grid-dispatch plan publish` and `plan rollback`: a zone plan into force, and back."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.answer_file import write_json
from api.cli_plan_draft import ROLE, begin_plan
from api.http_door import address, open_door
from api.progress import progress_bar
from api.store_option import EXIT_NO, ByOption, JsonOption, StoreOption, TokenOption
from dispatch.planning.base_moved import BaseMoved, GateShut
from geo.errors import BadInput, FlawedData

WhyOption = Annotated[str, typer.Option(help="Why, in your words; kept with the version.")]


def publish(
    plan: Annotated[
        str,
        typer.Argument(metavar="PLAN", help="Number of a plan, or a CSV file with grid,zone."),
    ],
    *,
    why: WhyOption = "",
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When; ISO 8601 with offset; at once without."),
    ] = None,
    override_by: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who answers for a plan that does not pass the gate."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why they do; kept in the audit.")] = None,
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Publish a zone plan as a version of the city; exit 1: it is not published, and why.

    The gate holds the lower confidence limit of the worst zone's share in time, from the newest
    simulation of the plan, against GRID_DISPATCH_PLAN_GATE.
    """
    if (override_by is None) != (reason is None):
        raise BadInput("An override takes both: --override-by NAME and --reason TEXT.")
    body: dict[str, Any] = {"why": why}
    body |= {} if at is None else {"at": at}
    body |= {} if override_by is None else {"override": {"by": override_by, "reason": reason}}
    try:
        with progress_bar() as progress, open_door(store, token=token, role=ROLE, by=by) as door:
            progress("publishing", 0.0)
            number = plan
            if plan.lower().endswith(".csv"):
                number = begin_plan(door, Path(plan).stem, plan)["id"]
            shown = door.ask("POST", address("plans", number, "publications"), body)
    except (GateShut, BaseMoved, FlawedData) as error:
        typer.echo(str(error), err=True)
        return EXIT_NO
    _print(shown, as_json=as_json)
    return 0


def rollback(
    *,
    why: WhyOption = "",
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take the plan that is published back, in one step."""
    with open_door(store, token=token, role=ROLE, by=by) as door:
        version = door.ask("POST", "plans/rollback", {"why": why})
    if as_json:
        write_json(version, None)
    else:
        typer.echo(f"version {version['number']}: as version {version['back_to']} was")
    return 0


def _print(shown: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what became of a plan."""
    if as_json:
        write_json(shown, None)
        return
    plan, version, waiting = shown["plan"], shown["published"], shown["planned"]
    if version is not None:
        typer.echo(f"{plan['id']} is version {version['number']} of the city")
    else:
        typer.echo(f"{plan['id']} waits for {waiting['due_at']}")
    typer.echo(shown["gate"]["en"])
    if plan["override"]:
        typer.echo(f"{plan['override']['by']} answers for it: {plan['override']['reason']}")
