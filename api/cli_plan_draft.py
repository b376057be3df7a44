"""`grid-dispatch plan draft …`: zone plans that are drawn in a store."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.answer_file import write_json
from api.http_door import Door, address, open_door
from api.store_option import ByOption, JsonOption, StoreOption, TokenOption
from geo.errors import BadValue, UnreadableFile

app = typer.Typer(help="Zone plans that are drawn: begin, list, show, rebase, drop.")

ROLE = "planner"

PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="Number of the plan.")]


@app.command("begin")
def begin(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    *,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="published, a CSV file with grid,zone, or the number of another plan.",
        ),
    ] = "published",
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Begin a plan, and print its number."""
    with open_door(store, token=token, role=ROLE, by=by) as door:
        plan = begin_plan(door, name, source)
    _print_plan(plan, as_json=as_json)
    return 0


@app.command("list")
def list_plans(
    *, store: StoreOption = None, token: TokenOption = None, as_json: JsonOption = False
) -> int:
    """List the plans, the newest first."""
    with open_door(store, token=token, role=ROLE) as door:
        plans = door.ask_all("plans")
    if as_json:
        write_json({"plans": plans}, None)
        return 0
    for plan in plans:
        _print_plan(plan, as_json=False)
    return 0


@app.command("show")
def show(
    plan: PlanArgument,
    *,
    out: Annotated[
        Path | None, typer.Option(help="CSV file for grid,zone; nothing is written without.")
    ] = None,
    store: StoreOption = None,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show a plan, what it moves, and what the gate says; write it as a CSV file."""
    with open_door(store, token=token, role=ROLE) as door:
        told = door.ask("GET", address("plans", plan))
        gate = door.ask("GET", address("plans", plan, "gate"))
    if out is not None:
        rows = "".join(f"{grid},{zone or ''}\n" for grid, zone in told["zone_of"].items())
        out.write_text(f"grid,zone\n{rows}", encoding="utf-8")
    if as_json:
        write_json(told | {"gate_now": gate}, None)
        return 0
    _print_plan(told, as_json=False)
    for grid, (was, is_now) in told["moved"].items():
        typer.echo(f"  {grid}: {was or 'no zone'} → {is_now or 'no zone'}")
    typer.echo(gate["en"])
    return 0


@app.command("rebase")
def rebase(
    plan: PlanArgument,
    *,
    keep: Annotated[
        str | None,
        typer.Option(
            metavar="WHOSE", help="mine or theirs, for unit grids that both put elsewhere."
        ),
    ] = None,
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Put a plan on the one that was published since it was begun, and name what clashes."""
    with open_door(store, token=token, role=ROLE, by=by) as door:
        told = door.ask("POST", address("plans", plan, "rebase"), {"keep": keep})
    _print_plan(told, as_json=as_json)
    if not as_json:
        for finding in told["findings"]:
            typer.echo(f"{finding['severity']} {finding['code']}: {finding['message']['en']}")
    return 0


@app.command("drop")
def drop(
    plan: PlanArgument,
    *,
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Close a plan that will not be published; it stays for the record."""
    with open_door(store, token=token, role=ROLE, by=by) as door:
        _print_plan(door.ask("DELETE", address("plans", plan)), as_json=as_json)
    return 0


def begin_plan(door: Door, name: str, source: str) -> dict[str, Any]:
    """
    Begin a plan.

    Parameters
    ----------
    door
        To be asked.
    name
        What it is called.
    source
        ``published``, the path of a CSV file, or the number of another plan.

    Returns
    -------
    plan
        As the door tells it.

    Raises
    ------
    BadValue
        The source is none of these.
    UnreadableFile
        The file is not there, or is no text.
    """
    body: dict[str, Any] = {"name": name}
    if source == "published":
        body |= {"from": "published"}
    elif source.lower().endswith(".csv"):
        body |= {"from": "csv", "csv": _text(Path(source))}
    elif source[:1] == "P":
        body |= {"from": "plan", "plan": source}
    else:
        raise BadValue(f"{source!r} is neither published, a CSV file, nor the number of a plan.")
    told: dict[str, Any] = door.ask("POST", "plans", body)
    return told


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path} cannot be read as a table of a plan: {error}.") from error


def _print_plan(plan: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a plan on one line."""
    if as_json:
        write_json(plan, None)
        return
    moved = f", {len(plan['moved'])} unit grid(s) moved" if "moved" in plan else ""
    typer.echo(
        f"{plan['id']} {plan['state']}: {plan['name']}, version {plan['version']} by "
        f"{plan['changed_by']}{moved}"
    )
