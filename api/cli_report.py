"""`grid-dispatch report`: what people made of suggestions, and whether forecasts came true."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli_automation import automation_report_verb
from api.cli_bulletin import HELP, drawing_verb, kept, recompute_verb
from api.cli_calibration import calibration_verb
from api.cli_shadow import shadow_verb
from api.instant import read_instant
from api.schemas_report import OverrideReportOut, ProportionOut, RatesOut
from api.schemas_suggestion import as_json as plain_json
from api.settings import Settings, demo_store_url
from api.store_option import StoreOption
from dispatch.override_rate import override_report
from dispatch.report_rules import BulletinKind
from dispatch.store.assignments import all_assignments
from dispatch.store.engine import open_store

app = typer.Typer(help="Reports.")
for kind in BulletinKind:
    app.command(str(kind), help=HELP[kind])(drawing_verb(kind))
app.command("kept")(kept)
app.command("recompute")(recompute_verb)
app.command("shadow")(shadow_verb)
app.command("calibration")(calibration_verb)
app.command("automation")(automation_report_verb)


@app.callback()
def choose() -> None:
    """Choose a report."""


@app.command("overrides")
def overrides(
    *,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From this instant on, with offset.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Before this instant, with offset.")
    ] = None,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """Tell how often decisions departed from suggestions, by rule, policy, matter and reason."""
    start, end = (None if text is None else read_instant(text) for text in (since, until))
    url = store or Settings().store or demo_store_url()
    with closing(open_store(url)) as opened, opened.reading() as session:
        decided = all_assignments(session, since=start, until=end)
    answer = OverrideReportOut.of(override_report(decided), start, end)
    if as_json:
        typer.echo(json.dumps(plain_json(answer), ensure_ascii=False, indent=2))
    else:
        _show(answer, Console())
    return 0


def _show(answer: OverrideReportOut, console: Console) -> None:
    """Print a report for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "", "Not the first", "Override"):
        table.add_column(column)
    groups = {
        "routing": answer.by_routing,
        "policy": answer.by_policy,
        "matter": answer.by_matter,
        "kind": answer.by_kind,
        "run card": answer.by_run_card,
    }
    _row(table, "all", "", answer.total)
    for name, rates in groups.items():
        for code, rate in rates.items():
            _row(table, name, code, rate)
    console.print(table)
    for row in answer.reasons:
        console.print(f"{row.reason or 'no reason'}: {_share(row.share)}", highlight=False)
    console.print(f"Decided by a rule: {answer.by_rule}", highlight=False)


def _row(table: Table, name: str, code: str, rates: RatesOut) -> None:
    """Add one group."""
    table.add_row(name, code, _share(rates.not_first), _share(rates.overridden))


def _share(share: ProportionOut) -> str:
    """Write a share with its counts and interval."""
    if share.share is None or share.interval is None:
        return f"{share.hits} of {share.of}"
    low, high = share.interval
    return f"{share.hits} of {share.of}, {share.share:.0%} ({low:.0%}–{high:.0%})"
