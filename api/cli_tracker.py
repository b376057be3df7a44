"""`grid-dispatch tracker`: terminals, who carries them, how sources speak, and what was refused."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.cli_jt808 import jt808
from api.http_door import Door, address, open_door
from api.instant import read_instant
from api.place_table import decode_text
from api.schemas_tracker import MOST_STATED
from api.store_option import EXIT_NO, JsonOption, StoreOption, TokenOption
from geo.errors import BadValue, MissingColumn, UnreadableFile
from geo.tracker.report import SpeedUnit
from geo.tracker.source import Protocol

app = typer.Typer(
    help="Position terminals: who carries which, how they speak, a gateway for JT/T 808.",
    no_args_is_help=True,
)
app.command("jt808")(jt808)

DeviceArgument = Annotated[
    str, typer.Argument(metavar="DEVICE", help="What the device calls itself.")
]
SourceOption = Annotated[
    str, typer.Option("--source", metavar="CODE", help="Source that the device speaks by.")
]
SinceOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="From when on, ISO 8601; now without.")
]
COLUMNS = ("source", "device", "officer", "since", "until")
"""Of the file of devices; the last two may be empty."""

ADMIN = "admin"

Row = dict[str, Any]


@app.command("devices")
def devices(
    *,
    terms: Annotated[
        bool, typer.Option("--terms", help="Who carried them from when until when, instead.")
    ] = False,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List devices and who carries them now."""
    with open_door(store, token=token) as door:
        rows = door.ask_all("devices/terms" if terms else "devices")
    columns = COLUMNS if terms else COLUMNS[:-1]
    _show(rows, (*columns, "by"), as_json=as_json)


@app.command("give")
def give(
    device: DeviceArgument,
    officer: Annotated[str, typer.Argument(metavar="OFFICER", help="Who carries it.")],
    *,
    source: SourceOption,
    since: SinceOption = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Until when; then nobody carries it.")
    ] = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a device to an officer; whoever had it before has it no longer."""
    row = {"device": device, "officer": officer, "source": source}
    _give([row | {"since": since, "until": until}], token, store, as_json=as_json)


@app.command("take")
def take(
    device: DeviceArgument,
    *,
    source: SourceOption,
    since: SinceOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a device back: nobody carries it from then on."""
    row = {"device": device, "officer": None, "source": source}
    _give([row | {"since": since, "until": None}], token, store, as_json=as_json)


@app.command("import")
def import_devices(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV as `tracker export` writes.")],
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take over who carries what from a CSV file, all of it or nothing; twice is once."""
    _give(_read_file(file), token, store, as_json=as_json)


@app.command("export")
def export_devices(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="CSV file to write.")],
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write who carried which device from when until when as a CSV file."""
    with open_door(store, token=token) as door:
        rows = door.ask_all("devices/terms")
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    out.write_text(text.getvalue(), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps({"file": str(out), "terms": len(rows)}))
    else:
        typer.echo(f"{out}: {len(rows)} terms")


@app.command("sources")
def sources(
    *, token: TokenOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """List sources of positions: datum, clock and unit of each."""
    with open_door(store, token=token, role=ADMIN) as door:
        rows = door.ask("GET", "position-sources")["items"]
    _show(rows, tuple(rows[0]), as_json=as_json)


@app.command("source")
def source_verb(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Name of the source.")],
    *,
    protocol: Annotated[
        Protocol | None, typer.Option(help="Language that it speaks; needed for a new one.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="Datum: wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")
    ] = None,
    clock_ahead_s: Annotated[
        float | None, typer.Option("--clock-ahead-s", help="Its clock runs ahead by so much.")
    ] = None,
    utc_offset_s: Annotated[
        float | None, typer.Option("--utc-offset-s", help="Of times that say no offset.")
    ] = None,
    speed_unit: Annotated[
        SpeedUnit | None, typer.Option(help="Of speeds whose message says none.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Account whose keys stand for it; empty for none.")
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Take it out instead.")] = False,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enter a source of positions, change one, or take one out."""
    said = {"protocol": protocol, "crs": crs, "clock_ahead_s": clock_ahead_s}
    said |= {"utc_offset_s": utc_offset_s, "speed_unit": speed_unit, "account": account}
    body = {name: value or None for name, value in said.items() if value is not None}
    body |= {name: value for name, value in said.items() if value == 0.0}
    with open_door(store, token=token, role=ADMIN) as door:
        path = address("position-sources", code)
        if drop:
            door.ask("DELETE", path)
            typer.echo(json.dumps({"dropped": code}) if as_json else f"{code} is taken out.")
            return
        row = door.ask("PUT", path, body)
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        _show([row], tuple(row), as_json=False)


@app.command("refused")
def refused(
    *, token: TokenOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> int:
    """List what came in of positions and could not be used, and why; exit 1: there is something."""
    with open_door(store, token=token) as door:
        rows = door.ask_all("positions/refused")
    shown = [row | {"reason": row["reason"] if as_json else row["reason"]["en"]} for row in rows]
    columns = ("source", "device", "officer", "count", "last_at", "reason")
    _show(shown, columns, as_json=as_json)
    return EXIT_NO if rows else 0


def _give(rows: list[Row], token: str | None, store: str | None, *, as_json: bool) -> None:
    """State who carries what, and say how the devices stand."""
    for row in rows:
        for end in ("since", "until"):
            row[end] = read_instant(row[end]).isoformat() if row[end] else None
    if not rows:
        raise BadValue("There is no device to give.")
    with open_door(store, token=token) as door:
        answer = _ask(door, rows)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo(f"{answer['stated']} statements were new.")
    _show(answer["devices"], (*COLUMNS[:-1], "by"), as_json=False)


def _ask(door: Door, rows: list[Row]) -> Row:
    """Ask for all at once, so that all or none is stated."""
    if len(rows) > MOST_STATED:
        raise BadValue(f"A file has {MOST_STATED} rows at most, not {len(rows)}; cut it in parts.")
    answer: Row = door.ask("POST", "devices", rows)
    return answer


def _read_file(file: Path) -> list[Row]:
    """Read a file of devices."""
    reader = csv.DictReader(io.StringIO(decode_text(file), newline=""), strict=True)
    missing = [name for name in COLUMNS[:4] if name not in (reader.fieldnames or ())]
    if missing:
        raise MissingColumn(f"{file} has no column {missing[0]!r}; it takes {', '.join(COLUMNS)}.")
    try:
        rows = [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in reader]
    except csv.Error as error:
        raise UnreadableFile(f"{file} is no CSV that can be read: {error}.") from error
    return [row | {"officer": row["officer"] or None} for row in rows]


def _show(rows: list[Row], columns: tuple[str, ...], *, as_json: bool) -> None:
    """Print rows."""
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(*(column.replace("_", " ") for column in columns))
    for row in rows:
        table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
    Console().print(table)
