"""`grid-dispatch message`: dead letters, calls to make, channels and a test."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.http_door import address, open_door
from api.store_option import EXIT_NO, JsonOption, StoreOption, TokenOption
from dispatch.contact import Language
from dispatch.notify import MessageState

app = typer.Typer(
    help="Messages to people: dead letters, calls to make, channels, a test.", no_args_is_help=True
)

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the message.")]

ADMIN, DISPATCHER = "admin", "dispatcher"
MOST = "1000"
"""Rows that are shown, the newest first."""


@app.command("list")
def list_messages(
    *,
    state: Annotated[MessageState, typer.Option(help="In this state only.")] = MessageState.DEAD,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List messages, dead letters unless --state says otherwise."""
    with open_door(store, token=token, role=ADMIN) as door:
        rows = door.ask("GET", "messages", query={"state": state, "limit": MOST})["items"]
    if as_json:
        _say(rows)
        return
    table = Table("number", "state", "to", "channel", "about", "says", "tries", "failure")
    for row in rows:
        said = row["said"]["code"]
        about = (row["to"], row["channel"] or "", row["about"], said, str(row["tries"]))
        table.add_row(str(row["id"]), row["state"], *about, row["failure"] or "")
    Console().print(table)


@app.command("resend")
def resend(
    number: NumberArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a dead letter be tried again, under its key."""
    with open_door(store, token=token, role=ADMIN) as door:
        again = door.ask("POST", f"messages/{number}/resend")
    _say(again) if as_json else typer.echo(f"Message {number} to {again['to']} is tried again.")


@app.command("drop")
def drop(
    number: NumberArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop a dead letter that nobody needs any more."""
    with open_door(store, token=token, role=ADMIN) as door:
        gone = door.ask("DELETE", f"messages/{number}")
    _say(gone) if as_json else typer.echo(f"Message {number} to {gone['to']} is dropped.")


@app.command("calls")
def calls(
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", help="One, with the number in full.")
    ] = None,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List whom to tell by phone, because nothing else has reached them."""
    with open_door(store, token=token, role=DISPATCHER) as door:
        rows = door.ask_all("calls") if number is None else [door.ask("GET", f"calls/{number}")]
    if as_json:
        _say(rows if number is None else rows[0])
        return
    table = Table("number", "person", "phone", "incident", "calls", "tell them")
    for row in rows:
        about = (row["person"], row["phone"] or "not known", row["about"], str(row["calls"]))
        table.add_row(str(row["id"]), *about, row["text"])
    Console().print(table)


@app.command("called")
def called(
    number: NumberArgument,
    *,
    missed: Annotated[bool, typer.Option("--missed", help="They were not reached.")] = False,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tick somebody off the list of calls."""
    with open_door(store, token=token, role=DISPATCHER) as door:
        noted = door.ask("POST", f"calls/{number}/done", {"reached": not missed})
    stays = "stays on the list" if missed else "has been told"
    _say(noted) if as_json else typer.echo(f"{noted['person']} {stays}.")


@app.command("channels")
def channels(
    *, token: TokenOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """List the channels and how they do."""
    with open_door(store, token=token, role=ADMIN) as door:
        rows = door.ask("GET", "channels")
    if as_json:
        _say(rows)
        return
    columns = ("waiting", "sent", "passed_on", "dead")
    table = Table("channel", "kind", *columns, "last failure")
    for row in rows:
        counts = (str(row[name]) for name in columns)
        table.add_row(row["name"], row["kind"], *counts, row["last_failure"] or "")
    Console().print(table)


@app.command("test")
def try_channel(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Name of the channel.")],
    to: Annotated[str, typer.Argument(metavar="ADDRESS", help="Number, mail address or name.")],
    *,
    language: Annotated[Language, typer.Option(help="In which words.")] = Language.ZH,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Send a test by a channel; exits 1 if it is not taken."""
    body = {"address": to, "language": language}
    with open_door(store, token=token, role=ADMIN) as door:
        became = door.ask("POST", address("channels", channel, "test"), body)
    if as_json:
        _say(became)
    else:
        typer.echo("It was taken." if became["taken"] else f"It was not taken: {became['failure']}")
    return 0 if became["taken"] else EXIT_NO


def _say(said: Any) -> None:  # noqa: ANN401 -- whatever JSON says
    """Print what JSON says."""
    typer.echo(json.dumps(said, ensure_ascii=False))
