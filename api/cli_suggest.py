"""`grid-dispatch suggest`: who should go, asked of a store without a server."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.clock import system_clock
from api.instant import read_instant
from api.schemas_suggestion import SuggestionOut, as_json
from api.settings import Settings, demo_store_url
from api.suggest_batch import Question, read_batch, read_question
from api.suggest_report import show
from api.weights_in_force import WeightsInForce
from dispatch.candidate import STALE_AFTER_S
from dispatch.incident import Incident, IncidentKind
from dispatch.matter import CaseScale
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.engine import open_store
from dispatch.store.positions import read_positions
from dispatch.suggestion import Suggestion, suggest
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.errors import BadInput, OutsideNetwork

EXIT_NO = 1
"""Done, and the answer is no."""

StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="sqlite:///FILE; the demo's file without it."),
]


def suggest_verb(
    *,
    at: Annotated[str | None, typer.Option(metavar="LON,LAT", help="Where it is.")] = None,
    matter: Annotated[str, typer.Option(metavar="CODE[,CODE]", help="What it is about.")] = "",
    batch: Annotated[
        Path | None, typer.Option(help="CSV id,lon,lat,matters with ; between codes.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="ISO 8601 with offset; the present without.")
    ] = None,
    policy: Annotated[str, typer.Option(help="Name of the ranking.")] = "nearest",
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
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """Rank the crews that could go, with reasons; exit 1: for some place there is none."""
    if (at is None) == (batch is None):
        raise BadInput("Say where: either --at LON,LAT or --batch FILE.")
    whereabouts, instant = _whereabouts(store, now)
    city = whereabouts.city
    if batch is not None:
        questions = read_batch(batch, crs=crs, city=city)
    else:
        questions = [read_question(at or "", matter, crs=crs, city=city)]
    kind = IncidentKind.VISIT if visit else IncidentKind.REPORT
    ask = partial(suggest, whereabouts=whereabouts, now=instant, policy=policy, asked_by=asked_by)
    answers = [
        _answer(
            question,
            Incident(question.lon_lat, question.matters, instant, kind, scale=scale),
            ask,
        )
        for question in questions
    ]
    _print(questions, answers, whereabouts, plain=not as_json, many=batch is not None)
    return 0 if all(answer.proposals for answer in answers) else EXIT_NO


def _whereabouts(store: str | None, now: str | None) -> tuple[Whereabouts, datetime]:
    """Read the city of a store, where its officers are, and the roads as they are at an instant."""
    opened = open_store(store or Settings().store or demo_store_url())
    try:
        city = read_city(opened)
        with opened.reading() as session:
            positions, statuses = read_positions(session), read_statuses(session)
        whereabouts = locate_officers(city, positions, statuses)
        instant = _instant(now, whereabouts)
        WeightsInForce(opened, city).read_again(instant)
    finally:
        opened.close()
    return whereabouts, instant


def _instant(now: str | None, whereabouts: Whereabouts) -> datetime:
    """The instant asked for; for a demo city that stands still, that of its last fix."""
    if now is not None:
        return read_instant(now)
    present = system_clock()
    fixes = whereabouts.positions.fixes.values()
    last = max((fix.time for fix in fixes), default=present)
    if whereabouts.city.invented and present - last > timedelta(seconds=STALE_AFTER_S):
        typer.echo(
            f"The demo city stands still: answering for {last.astimezone(UTC).isoformat()}, "
            "its last position; --now asks for another time.",
            err=True,
        )
        return last
    return present


def _answer(
    question: Question, incident: Incident, ask: Callable[[Incident], Suggestion]
) -> Suggestion:
    """Ask for one place; in a batch the row is named if it can't be answered."""
    try:
        return ask(incident)
    except OutsideNetwork as error:
        row = "" if question.id is None else f"Row {question.id}: "
        raise OutsideNetwork(f"{row}{error}") from error


def _print(
    questions: list[Question],
    answers: list[Suggestion],
    whereabouts: Whereabouts,
    *,
    plain: bool,
    many: bool,
) -> None:
    """Print the answers as tables or as JSON."""
    if plain:
        console = Console()
        for question, answer in zip(questions, answers, strict=True):
            show(answer, whereabouts.city, console, title=question.id)
            console.print()
        return
    shown = [
        as_json(SuggestionOut.of(question.id, answer))
        for question, answer in zip(questions, answers, strict=True)
    ]
    typer.echo(json.dumps(shown if many else shown[0], ensure_ascii=False, indent=2))
