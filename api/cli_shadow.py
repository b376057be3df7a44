"""`grid-dispatch report shadow`: what another policy would have meant, read from a store."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.instant import read_instant
from api.schemas_shadow import FirstOut, MeansOut, ShadowReportOut
from api.settings import Settings, store_url
from api.shadow_run import MOST_ASKED, run_shadow
from api.store_option import StoreOption
from dispatch.policy import policy_named
from dispatch.policy_file import known_policies
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store


def shadow_verb(
    *,
    policy: Annotated[str, typer.Option(help="Name of the policy to run beside the live one.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From this instant on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Before this instant.")
    ] = None,
    most: Annotated[
        int, typer.Option(min=1, help="How many suggestions are asked again, the newest.")
    ] = MOST_ASKED,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """Ask earlier suggestions again under another policy, and say where they differ."""
    shadow = policy_named(policy, known_policies(Settings().policies))
    start, end = (None if text is None else read_instant(text) for text in (since, until))
    with closing(open_store(store_url(store))) as opened:
        city = read_city(opened)
        with opened.reading() as session:
            made = run_shadow(session, city, shadow, since=start, until=end, most=most)
    if as_json:
        typer.echo(json.dumps(made.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        _show(made, Console())
    return 0


def _show(made: ShadowReportOut, console: Console) -> None:
    """Print a report for people."""
    live = ", ".join(f"{name} ({count})" for name, count in made.live_policies.items()) or "none"
    lines = [
        f"{made.asked} of {made.in_period} suggestions asked again by {made.policy}; live: {live}",
        f"Other officers first: {made.differ}; sooner {made.sooner}, later {made.later}",
        f"In time: {made.in_time_live.hits} live, {made.in_time_shadow.hits} shadow",
        f"Mutual aid: {made.aid_live} live, {made.aid_shadow} shadow",
        *(f"Could not be asked again: {count}, {code}" for code, count in made.gone.items()),
    ]
    if made.not_weighed:
        lines.append(f"Ranked by time for want of a figure: {made.not_weighed}")
    for name, means in (
        ("Seconds until the first crew is there", made.eta_s),
        ("Chance to be in time", made.p_in_target),
        ("Share of demand left uncovered", made.coverage_price),
    ):
        lines += _means(name, means)
    for line in lines:
        console.print(line, highlight=False)
    if made.differences:
        console.print(_differences(made))


def _means(name: str, means: MeansOut) -> list[str]:
    """Write a figure under both policies, if any question has it."""
    if means.live is None or means.shadow is None:
        return []
    return [f"{name}: {means.live:.4g} live, {means.shadow:.4g} shadow"]


def _differences(made: ShadowReportOut) -> Table:
    """List where they differ."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Suggestion", "Zone", "Live", "Shadow", "Seconds later"):
        table.add_column(column)
    for pair in made.differences:
        extra = "—" if pair.extra_s is None else f"{pair.extra_s:+.0f}"
        who = (_unit(pair.live), _unit(pair.shadow))
        table.add_row(pair.suggestion or "—", pair.zone or "—", *who, extra)
    return table


def _unit(first: FirstOut | None) -> str:
    """Whom a policy sends first."""
    return "nobody" if first is None else first.unit
