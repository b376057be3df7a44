"""`grid-dispatch policies`: which rankings are known, whether a file of one's own is sound."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.http_door import address, open_door
from api.schemas_policy import PoliciesOut, PolicyOut
from api.settings import Settings
from api.store_option import ByOption, JsonOption, StoreOption, TokenOption
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from geo.errors import BadInput


def policies_verb(
    *,
    file: Annotated[
        Path | None, typer.Option(help="TOML file to check; the one that is set without.")
    ] = None,
    centre: Annotated[
        str | None, typer.Option(metavar="AREA", help="Command room that chooses.")
    ] = None,
    use: Annotated[
        str | None, typer.Option(metavar="NAME", help="What it chooses; '' for the area above's.")
    ] = None,
    by: ByOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """List the policies that are known, check a file of them, or choose one for a command room."""
    settings = Settings()
    known = known_policies(file or settings.policies)
    if (centre is None) != (use is None):
        raise BadInput("Say who chooses and what: --centre AREA --use NAME.")
    chosen: Mapping[str, str] = {}
    if centre is not None and use is not None:
        if use:
            policy_named(use, known)
        with open_door(store, token=token, by=by) as door:
            shown = door.ask("PUT", address("policies", "centres", centre), {"policy": use or None})
        chosen = shown["centres"]
    listed = PoliciesOut(
        items=[PolicyOut.of(policy) for policy in known.values()],
        default=settings.policy,
        centres=dict(chosen),
    )
    if as_json:
        typer.echo(json.dumps(listed.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        _show(listed)
    return 0


def _show(shown: PoliciesOut) -> None:
    """Print the policies as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Name", "名称", "Title", "Reach", "Ranked by", "Version"):
        table.add_column(column)
    for policy in shown.items:
        default = " (default)" if policy.name == shown.default else ""
        table.add_row(
            policy.name + default,
            policy.title_zh,
            policy.title_en,
            policy.reach,
            policy.rank_by,
            policy.version,
        )
    console = Console()
    console.print(table)
    for area, name in shown.centres.items():
        console.print(f"{area} works by {name}", highlight=False)
