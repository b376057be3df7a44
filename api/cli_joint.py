"""`grid-dispatch joint`: many officers to several sites, and what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.http_door import open_door
from api.schemas_joint import JointAsk, JointOut
from api.schemas_suggestion import as_json as plain_json
from api.store_option import EXIT_NO, JsonOption, NowOption, StoreOption, TokenOption
from geo.errors import BadValue, UnreadableFile


def joint_verb(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON with arrive_by and sites.")],
    *,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Plan a joint operation; exit 1: it can't be done in time, and what is missing is said."""
    operation = _read(file)
    operation.operation()
    with open_door(store, token=token, now=now) as door:
        answer = JointOut.model_validate(
            door.ask("POST", "joint-operations", operation.model_dump(mode="json"))
        )
    if as_json:
        typer.echo(json.dumps(plain_json(answer), ensure_ascii=False, indent=2))
    else:
        _show(answer, Console())
    return 0 if answer.feasible else EXIT_NO


def _read(path: Path) -> JointAsk:
    """Read what is asked for; the first thing that is wrong with it is named."""
    try:
        return JointAsk.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            raise UnreadableFile(f"{path} is not JSON: {first['msg']}.") from error
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise BadValue(f"{path}, {where}: {first['msg']}.") from error


def _show(answer: JointOut, console: Console) -> None:
    """Print a plan for people: parties, what is missing, and what is left of the zones."""
    console.print("Feasible" if answer.feasible else "Not feasible in time", style="bold")
    if answer.last_arrival_at is not None:
        at = answer.last_arrival_at.isoformat(timespec="seconds")
        console.print(f"Last arrival {_minutes(answer.last_arrival_s)}, at {at}", highlight=False)
    for short in answer.shortages:
        console.print(f"{short.reason.zh} {short.reason.en}", style="yellow", highlight=False)
    if answer.parties:
        console.print(_parties(answer))
    console.print(_zones(answer))
    kept = ", ".join(f"{why.replace('_', ' ')} {n}" for why, n in answer.left_out.items())
    console.print(f"{answer.available} may go; left out: {kept or 'nobody'}", highlight=False)


def _parties(answer: JointOut) -> Table:
    """Who goes where."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Site", "Officer", "Crew", "For", "ETA"):
        table.add_column(column)
    for party in answer.parties:
        for who in party.officers:
            table.add_row(party.site, who.officer, who.unit, who.skill or "", _minutes(who.eta_s))
    return table


def _zones(answer: JointOut) -> Table:
    """What is left of every zone."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Zone", "Before", "After", "Keep"):
        table.add_column(column)
    for zone in answer.zones:
        table.add_row(zone.zone, str(zone.before), str(zone.after), str(zone.keep))
    return table


def _minutes(seconds: float | None) -> str:
    """Seconds as minutes and seconds."""
    minutes, rest = divmod(round(seconds or 0.0), 60)
    return f"{minutes}:{rest:02d}"
