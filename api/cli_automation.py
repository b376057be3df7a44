"""`grid-dispatch automation`: what is done by rule, and a switch for each zone."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from api.http_door import address, open_door
from api.store_option import ByOption, JsonOption, StoreOption, TokenOption
from geo.errors import BadInput


class Switch(StrEnum):
    """Which way a zone is switched."""

    ON = "on"
    OFF = "off"


def automation_verb(
    *,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="Zone to switch.")] = None,
    switch: Annotated[
        Switch | None, typer.Option(help="Whether rules are to decide there.")
    ] = None,
    why: Annotated[str, typer.Option(help="The reason, in words.")] = "",
    by: ByOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """List the rules by which reports are dispatched, or switch all of them on or off in a zone."""
    if (zone is None) != (switch is None):
        raise BadInput("Say which zone and which way: --zone ZONE --switch off.")
    with open_door(store, token=token, by=by) as door:
        if zone is None:
            shown = door.ask("GET", "automation")
        else:
            body = {"on": switch is Switch.ON, "why": why}
            shown = door.ask("PUT", address("automation", "zones", zone), body)
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        _show(shown)
    return 0


def automation_report_verb(
    *,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From this instant on, with offset.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Before this instant, with offset.")
    ] = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Tell what share of reports was dispatched without a person, and why the others were not."""
    query = {name: at for name, at in (("since", since), ("until", until)) if at is not None}
    with open_door(store, token=token) as door:
        told = door.ask("GET", "reports/automation", query=query)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return 0
    typer.echo(f"From {told['since']} to {told['until']}:")
    typer.echo(f"Dispatched by rule: {_share(told['dispatched'])}")
    for group in ("triage", "source", "zone"):
        for name, share in told[f"by_{group}"].items():
            typer.echo(f"  {group} {name}: {_share(share)}")
    for rule, count in told["by_rule"].items():
        typer.echo(f"  rule {rule}: {count}")
    for one in told["left"]:
        typer.echo(f"Left, {one['code']}: {one['count']}")
    return 0


def _show(shown: dict[str, Any]) -> None:
    """Print rules and switches."""
    if not shown["active"]:
        typer.echo("Nothing is dispatched by rule: GRID_DISPATCH_AUTOMATIC=true lets rules decide.")
    for rule in shown["rules"]:
        typer.echo(f"{rule['name']}: {rule['title_zh']} {rule['title_en']}")
    for one in shown["zones"]:
        off = f"off since {one['since']} by {one['by']}" if not one["on"] else "on"
        why = f" ({one['why']})" if one["why"] else ""
        typer.echo(f"{one['zone']}: {off}{why}")


def _share(share: dict[str, Any]) -> str:
    """Write a share with its counts."""
    if share["share"] is None:
        return "0 of 0"
    return f"{share['hits']} of {share['of']}, {share['share']:.0%}"
