"""`grid-dispatch duty`: signing on and off, and who can be sent now."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.http_door import address, open_door
from api.instant import read_instant
from api.store_option import EXIT_NO, ByOption, JsonOption, NowOption, StoreOption, TokenOption

app = typer.Typer(help="Who is on duty: sign on, sign off, list.", no_args_is_help=True)

OfficerArgument = Annotated[str, typer.Argument(metavar="OFFICER", help="Service number.")]

Answer = dict[str, Any]
"""What the door says of one officer's duty."""


@app.command("on")
def duty_on(
    officer: OfficerArgument,
    *,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="End of an extra shift that begins now."),
    ] = None,
    now: NowOption = None,
    by: ByOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Sign an officer on; exit 1: signed on, but roster, rest or calendar still keep him or her."""
    end = None if until is None else read_instant(until).isoformat()
    with open_door(store, token=token, now=now, by=by) as door:
        state = door.ask("PUT", address("officers", officer, "duty"), {"on": True, "until": end})
    _show([state], as_json=as_json)
    return 0 if state["may_be_sent"] else EXIT_NO


@app.command("off")
def duty_off(
    officer: OfficerArgument,
    *,
    now: NowOption = None,
    by: ByOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Sign an officer off, who is then not sent anywhere."""
    with open_door(store, token=token, now=now, by=by) as door:
        state = door.ask("PUT", address("officers", officer, "duty"), {"on": False})
    _show([state], as_json=as_json)
    return 0


@app.command("list")
def duty_list(
    *,
    free: Annotated[bool, typer.Option("--free", help="Only those who can be sent.")] = False,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """List who can be sent as far as duty goes, and what keeps the others; exit 1: nobody can."""
    with open_door(store, token=token, now=now) as door:
        states = door.ask_all("duty")
    shown = [state for state in states if state["may_be_sent"] or not free]
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        _show(shown, as_json=False)
    return 0 if any(state["may_be_sent"] for state in states) else EXIT_NO


def _show(states: list[Answer], *, as_json: bool) -> None:
    """Print the duty of some officers; one alone is an object in JSON."""
    if as_json:
        typer.echo(json.dumps(states[0], ensure_ascii=False, indent=2))
        return
    table = Table("officer", "crew", "status", "kept by", "shift", "rest until", "job until")
    for state in states:
        table.add_row(
            state["officer"],
            state["crew"],
            state["status"],
            "" if state["obstacle"] is None else state["obstacle"]["en"],
            _span(state),
            _clock(state["rest_until"]),
            _clock(state["job_until"]),
        )
    Console().print(table)


def _span(state: Answer) -> str:
    """Write a shift."""
    if not state["rostered"]:
        return "always"
    if state["shift_from"] is None or state["shift_to"] is None:
        return "none"
    return f"{_clock(state['shift_from'])} to {_clock(state['shift_to'])}"


def _clock(instant: str | None) -> str:
    """Write an instant by the city's clock."""
    return "" if instant is None else f"{datetime.fromisoformat(instant):%m-%d %H:%M}"
