"""`grid-dispatch policies`: which rankings are known, whether a file of one's own is sound."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.clock import system_clock
from api.schemas_policy import PoliciesOut, PolicyOut
from api.settings import Settings, demo_store_url
from dispatch.policy import Policy, policy_named
from dispatch.policy_file import known_policies
from dispatch.store.centre_policies import choose_policy, read_centre_policies
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store
from geo.errors import BadInput, UnknownName


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
    store: Annotated[
        str | None,
        typer.Option("--store", metavar="URL", help="sqlite:///FILE; the demo's file without it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """List the policies that are known, check a file of them, or choose one for a command room."""
    settings = Settings()
    known = known_policies(file or settings.policies)
    if (centre is None) != (use is None):
        raise BadInput("Say who chooses and what: --centre AREA --use NAME.")
    chosen: Mapping[str, str] = {}
    if centre is not None and use is not None:
        chosen = _choose(store or settings.store or demo_store_url(), centre, use, known)
    shown = PoliciesOut(
        items=[PolicyOut.of(policy) for policy in known.values()],
        default=settings.policy,
        centres=dict(chosen),
    )
    if as_json:
        typer.echo(json.dumps(shown.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        _show(shown)
    return 0


def _choose(url: str, area: str, name: str, known: Mapping[str, Policy]) -> Mapping[str, str]:
    """Choose the policy of a command room; answers what all have chosen."""
    if name:
        policy_named(name, known)
    with closing(open_store(url)) as opened:
        city = read_city(opened)
        if area not in city.area_of:
            raise UnknownName(f"The city {city.name_en} has no area {area!r}.")
        with opened.session() as session:
            choose_policy(session, area, name or None, now=system_clock(), by="command line")
            session.commit()
            return read_centre_policies(session)


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
