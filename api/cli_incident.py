"""`grid-dispatch incident`: an incident reported, a crew sent, and its record."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli_incident_step import steps
from api.http_door import address, open_door
from api.place_table import read_place
from api.store_option import ByOption, JsonOption, NowOption, StoreOption, TokenOption
from dispatch.assignment import Outcome
from dispatch.choice import ProposalKind
from dispatch.escalation import Says
from geo.errors import UnreadableFile

app = typer.Typer(help="Incidents: report, send a crew, and what became of it.")
app.add_typer(steps)

NumberArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number.")]
SentArgument = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Its number.")]
WhistleArgument = Annotated[str, typer.Argument(metavar="WHISTLE", help="Its number.")]


@app.command("report")
def report(
    *,
    at: Annotated[str, typer.Option(metavar="LON,LAT", help="Where it is.")],
    matter: Annotated[str, typer.Option(metavar="CODE[,CODE]", help="What it is about.")] = "",
    text: Annotated[str, typer.Option(help="What was said.")] = "",
    crs: Annotated[str, typer.Option(help="wgs84, EPSG:n, gcj02 or bd09.")] = "wgs84",
    now: NowOption = None,
    by: ByOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take an incident in."""
    (lon_lat,) = read_place(at, crs=crs).tolist()
    told = {"lon_lat": lon_lat, "matters": _codes(matter), "text": text}
    with open_door(store, token=token, now=now, by=by) as door:
        kept = door.ask("POST", "incidents", told)
    return _say(kept, f"Incident {kept['id']}", as_json=as_json)


@app.command("import")
def import_orders(
    file: Annotated[
        Path, typer.Argument(help="Work orders of the 12345 hotline: CSV, XLSX or JSON.")
    ],
    *,
    mapping: Annotated[str, typer.Option(help="What the columns are called there.")] = "standard",
    check: Annotated[
        bool, typer.Option("--check", help="Say what would be found; nothing is kept.")
    ] = False,
    now: NowOption = None,
    by: ByOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take in work orders of the hotline, all of them or none; those known are passed over."""
    if not file.is_file():
        raise UnreadableFile(f"There is no file {file}.")
    fields = {"mapping": mapping, "check": str(check).lower()}
    with open_door(store, token=token, now=now, by=by) as door:
        taken = door.send_file("hotline/orders", fields, file)
    warned = [f"{one['order']}: {one['said']['en']}" for one in taken["findings"]]
    done = "Nothing is wrong" if check else f"{taken['new']} new, {taken['known']} known"
    return _say(taken, "\n".join([*warned, done]), as_json=as_json)


@app.command("suggest")
def suggest(
    incident: NumberArgument,
    *,
    policy: Annotated[str, typer.Option(help="Name of the ranking.")] = "nearest",
    asked_by: Annotated[
        str | None, typer.Option(metavar="AREA", help="Command room that may have to whistle.")
    ] = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Rank the crews that could go to an incident on record, and keep the answer."""
    asked = {"policy": policy, "asked_by": asked_by}
    with open_door(store, token=token, now=now) as door:
        made = door.ask("POST", address("incidents", incident, "suggestions"), asked)
    first = made["proposals"][0]["unit"] if made["proposals"] else "nobody"
    sentence = f"Suggestion {made['id']}: {first} first, of {len(made['proposals'])}"
    return _say(made, sentence, as_json=as_json)


@app.command("dispatch")
def dispatch(
    suggestion: Annotated[str, typer.Argument(metavar="SUGGESTION", help="Its number.")],
    *,
    rank: Annotated[int | None, typer.Option(min=1, help="Rank of a proposal.")] = None,
    unit: Annotated[str | None, typer.Option(help="A crew or drone, proposed or not.")] = None,
    crew: Annotated[str, typer.Option(metavar="ID[,ID]", help="Officers one by one.")] = "",
    kind: Annotated[ProposalKind | None, typer.Option(help="For what.")] = None,
    incident: Annotated[
        str | None, typer.Option(help="Where the suggestion was made for its place alone.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Code; an override needs one.")] = None,
    note: Annotated[str, typer.Option(help="Added to the reason in words.")] = "",
    reinforces: Annotated[
        bool, typer.Option("--reinforces", help="Beside others bound for the same.")
    ] = False,
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Send a crew: a proposal, or somebody else with a reason."""
    asked = {
        "suggestion": suggestion,
        "rank": rank,
        "unit": unit,
        "crew": _codes(crew),
        "kind": kind,
        "incident": incident,
        "reason": reason,
        "note": note,
        "reinforces": reinforces,
    }
    with open_door(store, token=token, now=now, by=by) as door:
        made = door.ask("POST", "assignments", asked)
    sentence = f"Assignment {made['id']}: {made['unit']} sent, {made['departure']}"
    return _say(made, sentence, as_json=as_json)


@app.command("arrive")
def arrive(
    assignment: SentArgument,
    *,
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Note that the crew is complete at the place; its clock stops."""
    with open_door(store, token=token, now=now, by=by) as door:
        made = door.ask("POST", address("assignments", assignment, "arrival"))
    return _say(made, f"{made['unit']} is there", as_json=as_json)


@app.command("release")
def release(
    assignment: SentArgument,
    *,
    outcome: Annotated[Outcome, typer.Option(help="How it ended.")] = Outcome.DONE,
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Set the crew of an assignment free."""
    with open_door(store, token=token, now=now, by=by) as door:
        made = door.ask("POST", address("assignments", assignment, "release"), {"outcome": outcome})
    return _say(made, f"{made['unit']} is free", as_json=as_json)


@app.command("whistle")
def whistle(
    incident: NumberArgument,
    *,
    area: Annotated[str, typer.Option(help="Area whose command room calls.")],
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Whistle for everybody whom an incident needs and the area does not command."""
    with open_door(store, token=token, now=now, by=by) as door:
        shown = door.ask("POST", "whistles", {"incident": incident, "by": area})
    return _say(shown, _of_whistle(shown), as_json=as_json)


@app.command("answer")
def answer(
    whistle: WhistleArgument,
    *,
    party: Annotated[str, typer.Option(help="A unit or body that is called.")],
    refuses: Annotated[bool, typer.Option("--refuses", help="It does not come.")] = False,
    note: Annotated[str, typer.Option(help="Added in words.")] = "",
    by: ByOption = None,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Answer a whistle."""
    given = {"party": party, "says": Says.REFUSES if refuses else Says.COMES, "note": note}
    with open_door(store, token=token, now=now, by=by) as door:
        shown = door.ask("POST", address("whistles", whistle, "answers"), given)
    return _say(shown, _of_whistle(shown), as_json=as_json)


@app.command("escalate")
def escalate(
    *,
    now: NowOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take up every whistle that was refused or not answered; a running service does it itself."""
    with open_door(store, token=token, now=now) as door:
        shown = door.ask("POST", "whistles/escalations")
    sentences = [_of_whistle(one) for one in shown] or ["Nothing to take up"]
    return _say_all(shown, sentences, as_json=as_json)


@app.command("show")
def show(
    incident: NumberArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Tell what happened to an incident: suggested, decided by whom, with what reason."""
    with open_door(store, token=token) as door:
        entries = door.ask("GET", address("incidents", incident, "timeline"))
    return _say_all(entries, [_of_entry(entry) for entry in entries], as_json=as_json)


@app.command("deadlines")
def deadlines(
    incident: NumberArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Say what is to be done by when, the oldest first."""
    with open_door(store, token=token) as door:
        query = {"incident": incident, "limit": "1000"}
        shown = door.ask("GET", "deadlines", query=query)["items"][::-1]
    return _say_all(shown, [_of_deadline(one) for one in shown], as_json=as_json)


def _codes(text: str) -> list[str]:
    """Split codes that are separated by commas."""
    return [code.strip() for code in text.split(",") if code.strip()]


def _of_entry(entry: dict[str, Any]) -> str:
    """An entry of the timeline, with its reasons below it."""
    at = datetime.fromisoformat(entry["at"]).isoformat(timespec="seconds")
    said = entry["said"]
    because = "".join(f"\n    {why['zh']} {why['en']}" for why in entry["because"])
    return f"{at} {entry['by'] or '—'} [{entry['about']}] {said['zh']} {said['en']}{because}"


def _of_deadline(shown: dict[str, Any]) -> str:
    """A deadline in one line."""
    due = datetime.fromisoformat(shown["due_at"]).isoformat(timespec="seconds")
    unit = f" ({shown['unit']})" if shown["unit"] else ""
    return f"{shown['kind']}{unit} by {due}: {shown['state']}, {shown['left_s']:.0f} s left"


def _of_whistle(shown: dict[str, Any]) -> str:
    """A whistle in one line."""
    called = ", ".join([*shown["units"], *shown["bodies"]])
    gone = "".join(f"; gone to {step['to']}" for step in shown["escalations"])
    by = datetime.fromisoformat(shown["answer_by"]).isoformat(timespec="seconds")
    return f"Whistle {shown['id']} for {called}: {shown['state']}, answer by {by}{gone}"


def _say(answer: object, sentence: str, *, as_json: bool) -> int:
    """Print one answer."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else sentence)
    return 0


def _say_all(answers: list[dict[str, Any]], sentences: list[str], *, as_json: bool) -> int:
    """Print a list."""
    return _say(answers, "\n".join(sentences), as_json=as_json)
