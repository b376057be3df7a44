"""`grid-dispatch suggest`: who should go, and why."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api.batch_report import show_assignment, show_whole
from api.http_door import Door, open_door
from api.instant import read_instant
from api.schemas_batch import BatchOut
from api.schemas_suggestion import SuggestionOut
from api.store_option import EXIT_NO, JsonOption, NowOption, StoreOption, TokenOption
from api.suggest_batch import Question, read_batch, read_question
from api.suggest_report import Names, show
from dispatch.choice import ProposalKind
from dispatch.matter import CaseScale
from geo.errors import BadInput, OutsideNetwork

Answer = dict[str, Any]
"""A suggestion as the door gives it."""


def suggest_verb(
    *,
    at: Annotated[str | None, typer.Option(metavar="LON,LAT", help="Where it is.")] = None,
    matter: Annotated[str, typer.Option(metavar="CODE[,CODE]", help="What it is about.")] = "",
    batch: Annotated[
        Path | None, typer.Option(help="CSV id,lon,lat,matters with ; between codes.")
    ] = None,
    now: NowOption = None,
    policy: Annotated[
        str | None, typer.Option(help="Name of the ranking; that of the command room without.")
    ] = None,
    crs: Annotated[str, typer.Option(help="wgs84, EPSG:n, gcj02 or bd09.")] = "wgs84",
    visit: Annotated[
        bool, typer.Option("--visit", help="A planned visit, one crew for all.")
    ] = False,
    scale: Annotated[
        CaseScale | None, typer.Option(help="How grave it is; the matter says without.")
    ] = None,
    asked_by: Annotated[
        str | None, typer.Option(metavar="AREA", help="Command room that may have to whistle.")
    ] = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Rank the crews that could go, with reasons; exit 1: for some place there is none."""
    if (at is None) == (batch is None):
        raise BadInput("Say where: either --at LON,LAT or --batch FILE.")
    if batch is not None:
        questions = read_batch(batch, crs=crs)
    else:
        questions = [read_question(at or "", matter, crs=crs)]
    of_case = {"kind": "visit" if visit else "report", "scale": scale}
    instant = {} if now is None else {"at": read_instant(now).isoformat()}
    more = of_case | instant | {"policy": policy, "asked_by": asked_by}
    with open_door(store, token=token, now=now, timed=True) as door:
        door.ask("GET", "coverage")  # counted before it is read, whenever the beat comes
        answers = [_ask(door, question, more) for question in questions]
        together = [] if batch is None else _together(door, questions, of_case, instant)
        if as_json:
            _print(questions, answers, together)
        else:
            _show_all(questions, answers, together, Names(door))
    return 0 if all(map(_sends_somebody, answers)) else EXIT_NO


def _ask(door: Door, question: Question, more: Answer) -> Answer:
    """Ask for one place; in a batch the row is named if it can't be answered."""
    try:
        answer: Answer = door.ask("POST", "suggestions", question.asked() | more)
    except OutsideNetwork as error:
        row = "" if question.id is None else f"Row {question.id}: "
        raise OutsideNetwork(f"{row}{error}") from error
    return answer


def _together(
    door: Door, questions: list[Question], of_case: Answer, instant: Answer
) -> list[Answer]:
    """Assign crews to all rows of a batch; rows are told apart by their number."""
    rows = [
        question.asked() | of_case | {"id": f"{row:08d}"} for row, question in enumerate(questions)
    ]
    made = door.ask("POST", "suggestions/batch", {"incidents": rows} | instant)
    whole = {name: made[name] for name in BatchOut.model_fields if name in made}
    return [
        {"assigned": row["assigned"], "one_by_one": row["one_by_one"]} | whole
        for row in made["incidents"]
    ]


def _sends_somebody(answer: Answer) -> bool:
    """Whether a crew is proposed; a drone alone is nobody."""
    return any(one["kind"] != ProposalKind.FIRST_LOOK for one in answer["proposals"])


def _print(questions: list[Question], answers: list[Answer], together: list[Answer]) -> None:
    """Print the answers as JSON; those of a batch with who goes for all together."""
    rows = [
        answer | {"id": question.id, "suggestion": answer["id"], "batch": batch}
        for question, answer, batch in zip(questions, answers, together, strict=False)
    ]
    shown = rows if together else answers[0]
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))


def _show_all(
    questions: list[Question], answers: list[Answer], together: list[Answer], names: Names
) -> None:
    """Print the answers as tables."""
    console = Console()
    batches = [BatchOut.model_validate(batch) for batch in together]
    for row, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        show(SuggestionOut.model_validate(answer), names, console, title=question.id)
        console.print(f"Kept as {answer['id']}", style="dim", highlight=False)
        if batches:
            show_assignment(batches[row], console)
        console.print()
    for batch in batches[:1]:
        show_whole(batch, console)
