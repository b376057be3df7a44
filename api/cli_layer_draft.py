"""`grid-dispatch layer load …`: drafts of layers, and versions of the city that they become."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from api.answer_file import write_json
from api.http_door import address, open_door
from api.layer_coverage import coverage_lines
from api.layer_options import (
    CrsOption,
    FileArgument,
    KindOption,
    LayerOption,
    MapOption,
    SevenOption,
)
from api.layer_reading import as_one_file
from api.progress import progress_bar
from api.store_option import EXIT_NO, ByOption, JsonOption, StoreOption, TokenOption
from geo.errors import FlawedData

DraftArgument = Annotated[str, typer.Argument(help="Number of the draft.")]
WhyOption = Annotated[str, typer.Option(help="Why, in your words; kept with the version.")]


def checklist(
    *, store: StoreOption = None, token: TokenOption = None, as_json: JsonOption = False
) -> int:
    """Say what one's own city takes: what is missing, drafted or published, and what comes next."""
    with open_door(store, token=token, role="gis") as door:
        told = door.ask("GET", "city/checklist")
    if as_json:
        write_json(told, None)
        return 0
    for part in told["parts"]:
        step = "" if part["next"] is None else f"  {part['next']['en']}"
        typer.echo(f"{part['kind']:<10}{part['state']:<10}{part['count']:>8}{step}")
    return 0


def load(
    file: FileArgument,
    kind: KindOption,
    *,
    crs: CrsOption = None,
    seven: SevenOption = None,
    column: MapOption = None,
    layer: LayerOption = None,
    source: Annotated[
        str | None, typer.Option(help="Whom it comes from: its next file is read the same way.")
    ] = None,
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Load a layer as a draft, whatever is wrong with it, and print its number."""
    said = {"crs": crs, "seven": seven, "layer": layer, "source": source}
    fields: dict[str, str | list[str]] = {name: text for name, text in said.items() if text}
    fields |= {"kind": kind, "map": column or []}
    with (
        TemporaryDirectory(prefix="grid-dispatch-send-") as folder,
        open_door(store, token=token, role="gis", by=by) as door,
    ):
        draft = door.send_file("layers", fields, as_one_file(file, Path(folder)))
    _print_draft(draft, as_json=as_json)
    return 0 if draft["may_be_published"] else EXIT_NO


def drafts(
    *, store: StoreOption = None, token: TokenOption = None, as_json: JsonOption = False
) -> int:
    """List the drafts of layers, the newest first."""
    with open_door(store, token=token, role="gis") as door:
        shown = door.ask_all("layers")
    if as_json:
        write_json({"drafts": shown}, None)
        return 0
    for draft in shown:
        _print_draft(draft, as_json=False)
    return 0


def findings(
    draft: DraftArgument,
    *,
    store: StoreOption = None,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print what is wrong with a draft, and coverage before and after, against the city now."""
    with progress_bar() as progress, open_door(store, token=token, role="gis") as door:
        progress("checking", 0.0)
        report = door.ask("GET", address("layers", draft, "report"))
    if as_json:
        write_json(report, None)
    else:
        for one in report["findings"]:
            about = one["feature"] or ""
            typer.echo(f"{one['severity']} {one['code']} {about}: {one['message']['en']}")
        for line in coverage_lines(report["coverage"]) if report["coverage"] else ():
            typer.echo(line)
    return 0 if report["may_be_published"] else EXIT_NO


def fix(
    draft: DraftArgument,
    *,
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take every plain fix of a draft, its datum first; what is left only a person can mend."""
    with progress_bar() as progress, open_door(store, token=token, role="gis", by=by) as door:
        progress("mending", 0.0)
        shown = door.ask("POST", address("layers", draft, "fixes"))
    _print_draft(shown, as_json=as_json)
    return 0 if shown["may_be_published"] else EXIT_NO


def review(
    draft: DraftArgument,
    *,
    remark: Annotated[str, typer.Option(help="What you say of it; kept with it.")] = "",
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Say that a draft is fit to be published; whoever loaded or edited it can't."""
    with open_door(store, token=token, role="gis", by=by) as door:
        shown = door.ask("POST", address("layers", draft, "review"), {"remark": remark})
    _print_draft(shown, as_json=as_json)
    return 0


def drop(
    draft: DraftArgument,
    *,
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Drop a draft: its rows go, its record stays."""
    with open_door(store, token=token, role="gis", by=by) as door:
        _print_draft(door.ask("DELETE", address("layers", draft)), as_json=as_json)
    return 0


def publish(
    draft: Annotated[list[str], typer.Argument(help="Numbers of drafts that belong together.")],
    *,
    why: WhyOption = "",
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When; ISO 8601 with offset; at once without."),
    ] = None,
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Publish drafts together as one version of the city, unless an error stands against one."""
    body = {"drafts": draft, "why": why} | ({} if at is None else {"at": at})
    try:
        with open_door(store, token=token, role="gis", by=by) as door:
            path = "city/versions" if at is None else "city/versions/planned"
            version = door.ask("POST", path, body)
    except FlawedData as error:
        typer.echo(f"{error} See: grid-dispatch layer findings DRAFT.", err=True)
        return EXIT_NO
    if at is None or as_json:
        _print_version(version, as_json=as_json)
    else:
        typer.echo(f"{version['id']} {version['state']}: {version['due_at']}")
    return 0


def rollback(
    *,
    to: Annotated[
        int | None, typer.Option(min=1, help="Version to go back to; the one before without.")
    ] = None,
    why: WhyOption = "",
    store: StoreOption = None,
    token: TokenOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> int:
    """Go back to an earlier version of the city, in one step."""
    with open_door(store, token=token, role="gis", by=by) as door:
        version = door.ask("POST", "city/versions/rollback", {"to": to, "why": why})
    _print_version(version, as_json=as_json)
    return 0


def versions(
    *, store: StoreOption = None, token: TokenOption = None, as_json: JsonOption = False
) -> int:
    """List the versions of the city, the newest first: when, who, why."""
    with open_door(store, token=token, role="gis") as door:
        shown = door.ask_all("city/versions")
    if as_json:
        write_json({"versions": shown}, None)
        return 0
    for version in shown:
        _print_version(version, as_json=False)
    return 0


def _print_draft(draft: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a draft on one line."""
    if as_json:
        write_json(draft, None)
        return
    counts = ", ".join(f"{count} {severity}(s)" for severity, count in draft["counts"].items())
    typer.echo(
        f"{draft['id']} {draft['state']}: {draft['rows']} {draft['kind']} of {draft['file']} from "
        f"{draft['source']}, {counts}"
    )


def _print_version(version: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a version on one line."""
    if as_json:
        write_json(version, None)
        return
    back = f", back to {version['back_to']}" if version["back_to"] else ""
    of = f" of {', '.join(version['drafts'])}" if version["drafts"] else ""
    typer.echo(
        f"{version['number']}: {version['published_at']} {version['published_by']}{of}{back} "
        f"{version['why']}".rstrip()
    )
