"""`grid-dispatch contact`: how people, units and command rooms are reached."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import csv
import io
import json
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.http_door import address, open_door
from api.place_table import decode_text
from api.store_option import JsonOption, StoreOption, TokenOption
from dispatch.contact import Language
from geo.errors import BadValue, UnreadableFile

app = typer.Typer(
    help="Contacts: how people, units and command rooms are reached.", no_args_is_help=True
)

PersonArgument = Annotated[
    str,
    typer.Argument(metavar="PERSON", help="officer:ID, account:NAME, unit:, area: or body:NAME."),
]

ADMIN, DISPATCHER = "admin", "dispatcher"
COLUMNS = ("person", "channel", "address", "language")


@app.command("list")
def list_contacts(
    *, token: TokenOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """List contacts of your areas, with their addresses in stars."""
    with open_door(store, token=token, role=ADMIN) as door:
        rows = door.ask_all("contacts")
    _show(rows, rows, as_json=as_json)


@app.command("show")
def show(
    person: PersonArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how somebody is reached, in full; the look is on record."""
    with open_door(store, token=token, role=DISPATCHER) as door:
        shown = door.ask("GET", address("contacts", person))
    _show(shown, [shown], as_json=as_json)


@app.command("set")
def set_contact(
    person: PersonArgument,
    ways: Annotated[
        list[str], typer.Argument(metavar="CHANNEL=ADDRESS...", help="In the order to be tried.")
    ],
    *,
    language: Annotated[Language, typer.Option(help="In which words.")] = Language.ZH,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how somebody is reached, instead of what was said before."""
    pairs = [way.partition("=") for way in ways]
    if not all(equals for _, equals, _ in pairs):
        raise BadValue("Write each way as CHANNEL=ADDRESS, such as sms=13800000000.")
    named = [{"channel": channel, "address": where} for channel, _, where in pairs]
    body = {"ways": named, "language": language}
    with open_door(store, token=token, role=ADMIN) as door:
        entered = door.ask("PUT", address("contacts", person), body)
    _show(entered, [entered], as_json=as_json)


@app.command("forget")
def forget(
    person: PersonArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget how somebody is reached."""
    with open_door(store, token=token, role=ADMIN) as door:
        gone = door.ask("DELETE", address("contacts", person))
    _show(gone, [], as_json=as_json)


@app.command("load")
def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8 or GB 18030.")],
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enter contacts of a CSV: person,channel,address and perhaps language, a way in each row."""
    people = _read(file)
    with open_door(store, token=token, role=ADMIN) as door:
        entered = [
            door.ask("PUT", address("contacts", person), body) for person, body in people.items()
        ]
    _show(entered, entered, as_json=as_json)


def _read(file: Path) -> dict[str, object]:
    """Bodies to be put, by person; ways in the order of the rows."""
    try:
        rows = list(csv.DictReader(io.StringIO(decode_text(file), newline="")))
    except csv.Error as error:
        raise UnreadableFile(f"{file} is no CSV that can be read: {error}.") from error
    for number, row in enumerate(rows, start=2):
        if not all(row.get(name) for name in COLUMNS[:3]):
            raise BadValue(f"Row {number} of {file.name} needs {', '.join(COLUMNS[:3])}.")
    rows.sort(key=lambda row: row["person"])
    return {
        person: {
            "ways": [{"channel": row["channel"], "address": row["address"]} for row in of_person],
            "language": of_person[0].get("language") or Language.ZH,
        }
        for person, of_person in (
            (person, list(group)) for person, group in groupby(rows, lambda row: row["person"])
        )
    }


def _show(said: Any, rows: list[Any], *, as_json: bool) -> None:  # noqa: ANN401 -- whatever JSON says
    """Print contacts."""
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    table = Table("person", "language", "reached by")
    for row in rows:
        ways = ", ".join(f"{way['channel']} {way['address']}" for way in row["ways"])
        table.add_row(row["person"], row["language"], ways)
    Console().print(table)
