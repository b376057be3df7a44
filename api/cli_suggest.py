"""`grid-dispatch suggest`: who should go, asked of a store without a server."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.batch_report import show_assignment, show_whole
from api.clock import system_clock
from api.instant import read_instant
from api.policy_in_store import policy_in_store
from api.schemas_batch import BatchOut
from api.schemas_suggestion import SuggestionOut
from api.settings import store_url
from api.store_option import EXIT_NO, StoreOption
from api.suggest_batch import Question, read_batch, read_question
from api.suggest_report import show
from api.weights_in_force import WeightsInForce
from dispatch.city_batch import assign_city
from dispatch.city_coverage import CityCoverage, survey_city
from dispatch.demand_point import lay_out_demand
from dispatch.duty import draw_up_duty
from dispatch.frozen import freeze
from dispatch.incident import Incident, IncidentKind
from dispatch.lineup import STALE_AFTER_S
from dispatch.matter import CaseScale
from dispatch.question import Counted, ask
from dispatch.question import Question as Asked
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.duty import read_duty
from dispatch.store.engine import open_store
from dispatch.store.flights import read_drones
from dispatch.store.positions import read_positions
from dispatch.store.suggestions import save_suggestion
from dispatch.suggestion import Suggestion
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.errors import BadInput, OutsideNetwork


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
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """Rank the crews that could go, with reasons; exit 1: for some place there is none."""
    if (at is None) == (batch is None):
        raise BadInput("Say where: either --at LON,LAT or --batch FILE.")
    whereabouts, instant = read_whereabouts(store, now)
    city = whereabouts.city
    if batch is not None:
        questions = read_batch(batch, crs=crs, city=city)
    else:
        questions = [read_question(at or "", matter, crs=crs, city=city)]
    kind = IncidentKind.VISIT if visit else IncidentKind.REPORT
    by = policy_in_store(store, city, named=policy, asked_by=asked_by)
    incidents = [
        Incident(question.lon_lat, question.matters, instant, kind, scale=scale)
        for question in questions
    ]
    covered = survey_city(lay_out_demand(city), whereabouts, now=instant)
    asked = [
        Asked(incident, instant, by, asked_by=asked_by, counted=Counted.of(covered))
        for incident in incidents
    ]
    answers = [
        _answer(question, one, whereabouts, covered)
        for question, one in zip(questions, asked, strict=True)
    ]
    numbers = _keep(store, asked, answers, whereabouts)
    together = _together(incidents, whereabouts, instant) if batch is not None else None
    _print(questions, numbers, answers, whereabouts, plain=not as_json, together=together)
    return 0 if all(answer.crew_proposals for answer in answers) else EXIT_NO


def read_whereabouts(store: str | None, now: str | None) -> tuple[Whereabouts, datetime]:
    """
    Read the city of a store, where its officers are, and the roads as they are at an instant.

    Parameters
    ----------
    store
        URL of the store, or None for the one that is set, else the demo's.
    now
        The instant asked for, or None for the present.

    Returns
    -------
    whereabouts
        Where everybody is.
    instant
        The present; for a demo city that stands still, the instant of its last fix.
    """
    opened = open_store(store_url(store))
    try:
        city = read_city(opened)
        with opened.reading() as session:
            positions, statuses = read_positions(session), read_statuses(session)
        whereabouts = locate_officers(city, positions, statuses)
        instant = _instant(now, whereabouts)
        WeightsInForce(opened, city).read_again(instant)
        with opened.reading() as session:
            book = read_duty(session, now=instant)
            drones = read_drones(session, city.drones, now=instant)
    finally:
        opened.close()
    duty = draw_up_duty(book, city.roster, now=instant)
    return whereabouts.with_duty(duty.columns).with_drones(drones), instant


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
    question: Question, asked: Asked, whereabouts: Whereabouts, covered: CityCoverage
) -> Suggestion:
    """Ask for one place; in a batch the row is named if it can't be answered."""
    try:
        return ask(asked, whereabouts, covered)
    except OutsideNetwork as error:
        row = "" if question.id is None else f"Row {question.id}: "
        raise OutsideNetwork(f"{row}{error}") from error


def _keep(
    store: str | None, asked: list[Asked], answers: list[Suggestion], whereabouts: Whereabouts
) -> list[str]:
    """Keep the answers, so that they can be made again and asked about; gives their ids."""
    snapshot = freeze(whereabouts).frozen
    with closing(open_store(store_url(store))) as opened, opened.session() as session:
        numbers = [
            save_suggestion(session, answer, question, snapshot, snapshot)
            for question, answer in zip(asked, answers, strict=True)
        ]
        session.commit()
    return numbers


def _together(
    incidents: list[Incident], whereabouts: Whereabouts, instant: datetime
) -> list[BatchOut]:
    """Assign crews to all rows of a batch; rows are told apart by their number."""
    numbered = [replace(incident, id=f"{row:08d}") for row, incident in enumerate(incidents)]
    made = assign_city(numbered, whereabouts, now=instant)
    return [BatchOut.of(incident.id or "", made) for incident in numbered]


def _print(
    questions: list[Question],
    numbers: list[str],
    answers: list[Suggestion],
    whereabouts: Whereabouts,
    *,
    plain: bool,
    together: list[BatchOut] | None,
) -> None:
    """Print the answers as tables or as JSON; those of a batch with who goes for all together."""
    if plain:
        _show_all(questions, numbers, answers, whereabouts, together or [])
        return
    if together is None:
        shown = SuggestionOut.of(numbers[0], answers[0]).model_dump(mode="json")
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    rows = [
        SuggestionOut.of(question.id, answer).model_dump(mode="json")
        | {"suggestion": number, "batch": batch.model_dump(mode="json")}
        for question, number, answer, batch in zip(
            questions, numbers, answers, together, strict=True
        )
    ]
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))


def _show_all(
    questions: list[Question],
    numbers: list[str],
    answers: list[Suggestion],
    whereabouts: Whereabouts,
    together: list[BatchOut],
) -> None:
    """Print the answers as tables."""
    console = Console()
    rows = zip_longest(questions, numbers, answers, together)
    for question, number, answer, batch in rows:
        show(answer, whereabouts.city, console, title=question.id)
        console.print(f"Kept as {number}", style="dim", highlight=False)
        if batch is not None:
            show_assignment(batch, console)
        console.print()
    for batch in together[:1]:
        show_whole(batch, console)
