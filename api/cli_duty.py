"""`grid-dispatch duty`: signing on and off, and who can be sent now."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli_suggest import read_whereabouts
from api.instant import read_instant
from api.schemas_duty import DutyOut
from api.settings import Settings, demo_store_url
from api.store_option import EXIT_NO, StoreOption
from dispatch.duty_state import duty_states
from dispatch.sign_on import sign_off, sign_on
from dispatch.store.engine import open_store

BY = "command line"
"""Under which name the command line signs on."""

app = typer.Typer(help="Who is on duty: sign on, sign off, list.", no_args_is_help=True)

OfficerArgument = Annotated[str, typer.Argument(metavar="OFFICER", help="Service number.")]
NowOption = Annotated[
    str | None,
    typer.Option("--now", metavar="TIME", help="ISO 8601 with offset; the present without."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command("on")
def duty_on(
    officer: OfficerArgument,
    *,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="End of an extra shift that begins now."),
    ] = None,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Sign an officer on; exit 1: signed on, but roster, rest or calendar still keep him or her."""
    _, instant = read_whereabouts(store, now)
    with closing(open_store(_url(store))) as opened, opened.session() as session:
        end = None if until is None else read_instant(until)
        sign_on(session, officer, now=instant, by=BY, until=end)
        session.commit()
    state = _state(officer, store, instant)
    _show([state], as_json=as_json)
    return 0 if state.may_be_sent else EXIT_NO


@app.command("off")
def duty_off(
    officer: OfficerArgument,
    *,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Sign an officer off, who is then not sent anywhere."""
    _, instant = read_whereabouts(store, now)
    with closing(open_store(_url(store))) as opened, opened.session() as session:
        sign_off(session, officer, now=instant, by=BY)
        session.commit()
    _show([_state(officer, store, instant)], as_json=as_json)
    return 0


@app.command("list")
def duty_list(
    *,
    free: Annotated[bool, typer.Option("--free", help="Only those who can be sent.")] = False,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """List who can be sent as far as duty goes, and what keeps the others; exit 1: nobody can."""
    whereabouts, instant = read_whereabouts(store, now)
    states = [DutyOut.of(state) for state in duty_states(whereabouts, now=instant)]
    shown = [state for state in states if state.may_be_sent or not free]
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in shown], ensure_ascii=False))
    else:
        _show(shown, as_json=False)
    return 0 if any(state.may_be_sent for state in states) else EXIT_NO


def _state(officer: str, store: str | None, instant: datetime) -> DutyOut:
    """Duty of an officer as the store has it now."""
    whereabouts, _ = read_whereabouts(store, instant.isoformat())
    (state,) = duty_states(whereabouts, [officer], now=instant)
    return DutyOut.of(state)


def _show(states: list[DutyOut], *, as_json: bool) -> None:
    """Print the duty of some officers; one alone is an object in JSON."""
    if as_json:
        typer.echo(json.dumps(states[0].model_dump(mode="json"), ensure_ascii=False, indent=2))
        return
    table = Table("officer", "crew", "status", "kept by", "shift", "rest until", "job until")
    for state in states:
        table.add_row(
            state.officer,
            state.crew,
            state.status,
            "" if state.obstacle is None else state.obstacle.en,
            _span(state),
            _clock(state.rest_until),
            _clock(state.job_until),
        )
    Console().print(table)


def _span(state: DutyOut) -> str:
    """Write a shift."""
    if not state.rostered:
        return "always"
    if state.shift_from is None or state.shift_to is None:
        return "none"
    return f"{_clock(state.shift_from)} to {_clock(state.shift_to)}"


def _clock(instant: datetime | None) -> str:
    """Write an instant by the city's clock."""
    return "" if instant is None else f"{instant:%m-%d %H:%M}"


def _url(store: str | None) -> str:
    """URL of the store that is named, else the one that is set, else the demo's."""
    return store or Settings().store or demo_store_url()
