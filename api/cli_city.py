"""`grid-dispatch serve`, `demo` and `suggest`: the city's verbs."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.app import PatrolMaker, create_app, start_service
from api.clock import system_clock
from api.progress import progress_bar
from api.schemas_suggestion import SuggestionOut, as_json
from api.serving import serve_app
from api.settings import Settings, demo_store_url, home_folder, remember_demo, require_loopback
from api.suggest_batch import Question, read_batch, read_question
from api.suggest_report import show
from dispatch.candidate import STALE_AFTER_S
from dispatch.incident import Incident
from dispatch.store.cities import holds_city, read_city, read_statuses
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import open_store
from dispatch.store.positions import read_positions
from dispatch.store.standstill import resume
from dispatch.suggestion import Suggestion, suggest
from dispatch.whereabouts import Whereabouts, locate_officers
from fixtures.demo_city import cached_demo_city
from fixtures.preset import Preset
from geo.errors import BadInput, BadValue, OutsideNetwork

EXIT_NO = 1
"""Done, and the answer is no."""

StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="sqlite:///FILE; the demo's file without it."),
]
HostOption = Annotated[str, typer.Option(help="Address of this machine to listen on.")]
PortOption = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]


def register(app: typer.Typer) -> None:
    """
    Add the verbs to the command line.

    Parameters
    ----------
    app
        The root of the command line.
    """
    app.command("demo")(demo)
    app.command("serve")(serve)
    app.command("suggest")(suggest_verb)


def demo(
    *,
    preset: Annotated[Preset, typer.Option(help="How large the city is.")] = Preset.STANDARD,
    officers: Annotated[int | None, typer.Option(help="Other number of officers.")] = None,
    nodes: Annotated[int | None, typer.Option(help="Other number of road nodes.")] = None,
    years: Annotated[int, typer.Option(min=1, help="Years of history.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city.")] = 1,
    store: StoreOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only make the store.")] = False,
) -> None:
    """Generate an invented city, load it and serve it."""
    require_loopback(host)
    with progress_bar() as report:
        folder = cached_demo_city(
            home_folder(),
            preset=preset,
            officers=officers,
            nodes=nodes,
            years=years,
            seed=seed,
            progress=lambda _, share: report("generating the city", share),
        )
        url = store or Settings().store or f"sqlite:///{folder}.gpkg"
        report("loading the city", 0.0)
        _load(folder, url)
        report("loading the city", 1.0)
    remember_demo(url)
    if no_serve:
        typer.echo(f"The demo city (invented) is in {url}")
    else:
        _serve(_settings(url, host, port))


def _load(folder: Path, url: str) -> None:
    """Load a city into its store unless it is there, and let it go on where it stopped."""
    opened = open_store(url, create=True)
    try:
        with opened.reading() as session:
            loaded = holds_city(session)
        if not loaded:
            load_city_folder(folder, opened)
        elif not read_city(opened).invented:
            raise BadValue(f"The store {url} holds a real city: give the demo a store of its own.")
        with opened.session() as session:
            resume(session, now=system_clock())
            session.commit()
    finally:
        opened.close()


def serve(
    *,
    store: StoreOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
) -> None:
    """Serve the city of a store, pages and HTTP."""
    if workers > 1:
        raise BadValue(
            f"An embedded store has one server process, not {workers}: leave --workers out."
        )
    _serve(_settings(store, host, port))


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
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """Rank the crews that could go, with reasons; exit 1: for some place there is none."""
    if (at is None) == (batch is None):
        raise BadInput("Say where: either --at LON,LAT or --batch FILE.")
    whereabouts = _whereabouts(store)
    city = whereabouts.city
    if batch is not None:
        questions = read_batch(batch, crs=crs, city=city)
    else:
        questions = [read_question(at or "", matter, crs=crs, city=city)]
    instant = _instant(now, whereabouts)
    answers = [_answer(question, whereabouts, instant, policy) for question in questions]
    _print(questions, answers, whereabouts, plain=not as_json, many=batch is not None)
    return 0 if all(answer.proposals for answer in answers) else EXIT_NO


def _settings(store: str | None, host: str, port: int) -> Settings:
    """Settings from the environment, outranked by the options."""
    require_loopback(host)
    settings = Settings(host=host, port=port)
    return settings.model_copy(update={"store": store or settings.store or demo_store_url()})


def _serve(settings: Settings, patrol: PatrolMaker | None = None) -> None:
    """Read the city while somebody waits, then serve it."""
    with progress_bar() as report:
        report("opening the city", 0.1)
        service = start_service(settings, system_clock)
    app = create_app(settings, patrol=patrol, started=service)
    serve_app(app, host=settings.host, port=settings.port)


def _whereabouts(store: str | None) -> Whereabouts:
    """Read the city of a store, and where its officers are."""
    opened = open_store(store or Settings().store or demo_store_url())
    try:
        city = read_city(opened)
        with opened.reading() as session:
            positions, statuses = read_positions(session), read_statuses(session)
    finally:
        opened.close()
    return locate_officers(city, positions, statuses)


def _instant(now: str | None, whereabouts: Whereabouts) -> datetime:
    """The instant asked for; for a demo city that stands still, that of its last fix."""
    if now is not None:
        return _parsed(now)
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


def _parsed(text: str) -> datetime:
    """Read an instant, or say how to write one."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadValue(
            f"{text!r} is not a time; write ISO 8601 such as 2026-11-22T09:30:00+08:00."
        ) from error
    if instant.tzinfo is None:
        raise BadValue(f"The time {text} has no offset from UTC; add one such as +08:00.")
    return instant


def _answer(question: Question, whereabouts: Whereabouts, now: datetime, policy: str) -> Suggestion:
    """Ask for one place; in a batch the row is named if it can't be answered."""
    incident = Incident(question.lon_lat, question.matters, now)
    try:
        return suggest(incident, whereabouts, now=now, policy=policy)
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
