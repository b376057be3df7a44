"""`grid-dispatch layer …`: layers that GIS staff hand in."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.answer_file import write_json
from api.cli_layer_draft import (
    checklist,
    drafts,
    drop,
    findings,
    fix,
    load,
    publish,
    review,
    rollback,
    versions,
)
from api.cli_layer_export import export
from api.clock import system_clock
from api.layer_coverage import coverage_lines
from api.layer_file import WrittenLayer, write_layer_file
from api.layer_kinds import kind_out, kind_page
from api.layer_options import (
    CrsOption,
    FileArgument,
    KindOption,
    LayerOption,
    MapOption,
    SevenOption,
)
from api.layer_reading import read_layer_file
from api.name_pairs import read_pairs
from api.progress import progress_bar
from api.schemas_layer import LayerReportOut
from api.settings import Settings
from api.store_option import EXIT_NO, JsonOption
from dispatch.atlas import read_published
from dispatch.layer.check import check_against, check_file
from dispatch.layer.coverage_change import coverage_change
from dispatch.layer.kind import Kind, KindName
from dispatch.layer.kinds import KINDS
from dispatch.layer.mend import mend
from dispatch.layer.published import Published
from dispatch.layer.rows import LayerRows, SaidOfLayer, read_rows
from dispatch.store.engine import open_store
from geo.datum import SevenParameters
from geo.finding import Finding
from geo.layer_place import SaidOfPlace

MOST_SHOWN = 200
"""Findings that the screen shows; `--json` has all."""

app = typer.Typer(help="Layers: check, load, publish, go back.", no_args_is_help=True)

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        help="City to hold it against; $GRID_DISPATCH_STORE, or none, without it.",
    ),
]


@app.command("check")
def check(
    file: FileArgument,
    kind: KindOption,
    *,
    crs: CrsOption = None,
    seven: SevenOption = None,
    column: MapOption = None,
    layer: LayerOption = None,
    fix_to: Annotated[
        Path | None,
        typer.Option(help="Write the layer with every plain fix taken, as .gpkg or another."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check a layer: every finding at once, with its place and how it would be mended."""
    with progress_bar() as report:
        report("reading", 0.0)
        rows = _read(file, KINDS[kind], _said(crs, seven, column or []), layer)
        published = _published(store or Settings().store)
        check_rows = (
            check_file if published is None else partial(check_against, published=published)
        )
        report("checking", 0.0)
        checked = check_rows(rows)
        report("coverage", 0.0)
        coverage = coverage_change(checked, published)
        if fix_to is not None:
            report("mending", 0.0)
            mended = mend(checked, check_rows)
            write_layer_file([WrittenLayer.of(mended.checked.rows)], fix_to)
    against = None if published is None else published.city.version
    answer = LayerReportOut.of(checked, against, coverage)
    if as_json:
        write_json(answer.model_dump(mode="json", by_alias=True), None)
    else:
        _show(answer, checked.findings)
    if fix_to is not None and not as_json:
        left, crs = len(mended.checked.findings), mended.checked.rows.crs.name
        read = "" if crs == rows.crs.name else f", read as {crs}"
        typer.echo(f"{fix_to}: {len(mended.taken)} fixed{read}, {left} finding(s) left")
    return 0 if checked.may_be_published else EXIT_NO


@app.command("kinds")
def kinds(
    kind: Annotated[KindName | None, typer.Argument(help="One of them; all without.")] = None,
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="As tables of a page.")] = False,
    as_json: JsonOption = False,
) -> int:
    """List the kinds of layer, and what the columns of each mean."""
    shown = list(KINDS.values()) if kind is None else [KINDS[kind]]
    if as_json:
        write_json({"kinds": [kind_out(one) for one in shown]}, None)
    elif markdown:
        typer.echo("\n\n".join(map(kind_page, shown)))
    else:
        for one in shown:
            _show_kind(one)
    return 0


def _published(store: str | None) -> Published | None:
    """The city of a store, or None: then a layer is checked by itself."""
    if store is None:
        return None
    with closing(open_store(store)) as opened:
        return read_published(opened, now=system_clock())


def _said(crs: str | None, seven: str | None, pairs: Sequence[str]) -> SaidOfLayer:
    """What the options say of a file."""
    parameters = None if seven is None else SevenParameters.parse(seven)
    return SaidOfLayer(columns=read_pairs(pairs), place=SaidOfPlace(crs, parameters))


def _read(file: Path, kind: Kind, said: SaidOfLayer, layer: str | None) -> LayerRows:
    """Read a file as a layer of a kind."""
    table, note = read_layer_file(file, layer=layer)
    return read_rows(kind, file.name, table, note, said)


def _show(answer: LayerReportOut, findings: Sequence[Finding]) -> None:
    """Print what was read and what was found."""
    console = Console()
    head = f"{answer.file}: {answer.rows} {answer.kind}, read as {answer.crs}"
    console.print(head, highlight=False, markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Column", "From", "Found", "Such as"):
        table.add_column(heading)
    for column in answer.columns:
        table.add_row(column.column, column.theirs, column.found, ", ".join(column.sample))
    console.print(table, highlight=False, markup=False)
    if answer.unused:
        console.print(f"not used: {', '.join(answer.unused)}", highlight=False, markup=False)
    for finding in findings[:MOST_SHOWN]:
        console.print(_line(finding), highlight=False, markup=False, soft_wrap=True)
    if len(findings) > MOST_SHOWN:
        console.print(f"… and {len(findings) - MOST_SHOWN} more", highlight=False)
    if answer.difference is not None:
        _show_difference(answer, console)
    if answer.coverage is not None:
        for line in coverage_lines(answer.coverage.model_dump(mode="json")):
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    counts = ", ".join(f"{count} {severity}(s)" for severity, count in answer.counts.items())
    console.print(f"{counts}: {'sound' if answer.may_be_published else 'not to be published'}")


def _show_difference(answer: LayerReportOut, console: Console) -> None:
    """Print what would be other than it is published."""
    told = answer.difference
    assert told is not None
    console.print(
        f"against {answer.against}: {len(told.added)} added, {len(told.removed)} removed, "
        f"{len(told.moved)} moved, {len(told.altered)} attribute(s) changed, "
        f"{len(answer.rezoned)} open incident(s) in another zone",
        highlight=False,
        soft_wrap=True,
    )


def _line(finding: Finding) -> str:
    """A finding on one line."""
    where = "" if finding.lon_lat is None else f" at {finding.lon_lat[0]},{finding.lon_lat[1]}"
    fix = " [fix]" if finding.remedy else ""
    about = "" if finding.feature is None else f" {finding.feature}"
    return f"{finding.severity} {finding.code}{about}{where}: {finding.message.en}{fix}"


def _show_kind(kind: Kind) -> None:
    """Print one kind."""
    console = Console()
    console.print(f"{kind.name}  {kind.zh} · {kind.en}", highlight=False, markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Column", "", "", "How", "Also called"):
        table.add_column(heading)
    for column in kind.columns:
        needed = f"{column.name} *" if column.needed else column.name
        table.add_row(needed, column.zh, column.en, column.reading, column.called)
    console.print(table, highlight=False, markup=False)


DRAFT_VERBS = (
    checklist, load, drafts, findings, fix, review, drop, publish, rollback, versions, export
)  # fmt: skip
for verb in DRAFT_VERBS:
    app.command(verb.__name__)(verb)
