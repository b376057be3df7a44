"""`grid-dispatch incident`: an incident reported, a crew sent, and its record, without a server."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from getpass import getuser
from typing import Annotated

import typer
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.cli_suggest import read_whereabouts
from api.schemas_assignment import AssignmentOut
from api.schemas_suggestion import IncidentOut, SuggestionOut
from api.schemas_suggestion import as_json as plain_json
from api.schemas_timeline import EntryOut
from api.schemas_whistle import WhistleRecordOut
from api.settings import Settings, demo_store_url
from api.store_option import StoreOption
from api.suggest_batch import read_question
from api.whistle_watch import show_call
from dispatch import desk, follow_up, whistle_desk
from dispatch.assignment import Decision, Outcome
from dispatch.assignment_terms import standard_terms
from dispatch.choice import ProposalKind
from dispatch.escalation import Answer, Says
from dispatch.incident import Incident
from dispatch.picking import Pick
from dispatch.store.engine import open_store
from dispatch.store.incident_record import read_timeline
from dispatch.store.whistles import get_call
from dispatch.whereabouts import Whereabouts

app = typer.Typer(help="Incidents: report, send a crew, and what became of it.")

NowOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="ISO 8601 with offset; the present without.")
]
ByOption = Annotated[str | None, typer.Option(help="Who decides; your login name without.")]
NumberArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number.")]
SentArgument = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Its number.")]
WhistleArgument = Annotated[str, typer.Argument(metavar="WHISTLE", help="Its number.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@dataclass(frozen=True, slots=True)
class _Open:
    """A store that is open, and the city in it."""

    session: Session
    whereabouts: Whereabouts
    now: datetime


@contextmanager
def _opened(store: str | None, now: str | None) -> Iterator[_Open]:
    """Open a store for writing; what is done in it is kept at the end."""
    whereabouts, instant = read_whereabouts(store, now)
    url = store or Settings().store or demo_store_url()
    with closing(open_store(url)) as opened, opened.session() as session:
        yield _Open(session, whereabouts, instant)
        session.commit()


@app.command("report")
def report(
    *,
    at: Annotated[str, typer.Option(metavar="LON,LAT", help="Where it is.")],
    matter: Annotated[str, typer.Option(metavar="CODE[,CODE]", help="What it is about.")] = "",
    text: Annotated[str, typer.Option(help="What was said.")] = "",
    crs: Annotated[str, typer.Option(help="wgs84, EPSG:n, gcj02 or bd09.")] = "wgs84",
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take an incident in."""
    with _opened(store, now) as place:
        city = place.whereabouts.city
        asked = read_question(at, matter, crs=crs, city=city)
        incident = Incident(asked.lon_lat, asked.matters, place.now, text=text)
        kept = desk.receive(place.session, incident, city)
    return _say(IncidentOut.of(kept), f"Incident {kept.id}", as_json=as_json)


@app.command("suggest")
def suggest(
    incident: NumberArgument,
    *,
    policy: Annotated[str, typer.Option(help="Name of the ranking.")] = "nearest",
    asked_by: Annotated[
        str | None, typer.Option(metavar="AREA", help="Command room that may have to whistle.")
    ] = None,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Rank the crews that could go to an incident on record, and keep the answer."""
    with _opened(store, now) as place:
        number, made = follow_up.suggest_for(
            place.session,
            incident,
            place.whereabouts,
            now=place.now,
            policy=policy,
            asked_by=asked_by,
        )
    first = made.proposals[0].unit if made.proposals else "nobody"
    sentence = f"Suggestion {number}: {first} first, of {len(made.proposals)}"
    return _say(SuggestionOut.of(number, made), sentence, as_json=as_json)


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
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Send a crew: a proposal, or somebody else with a reason."""
    officers = tuple(one.strip() for one in crew.split(",") if one.strip())
    with _opened(store, now) as place:
        made = follow_up.dispatch(
            place.session,
            suggestion,
            Pick(rank, unit, officers, kind),
            place.whereabouts,
            decision=Decision(place.now, by or getuser(), reason=reason, note=note),
            terms=standard_terms(),
            incident=incident,
            reinforces=reinforces,
        )
    sentence = f"Assignment {made.id}: {made.picked.unit} sent, {made.picked.departure}"
    return _say(AssignmentOut.of(made), sentence, as_json=as_json)


@app.command("arrive")
def arrive(
    assignment: SentArgument,
    *,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Note that the crew is complete at the place; its clock stops."""
    with _opened(store, now) as place:
        made = follow_up.arrive(place.session, assignment, now=place.now)
    return _say(AssignmentOut.of(made), f"{made.picked.unit} is there", as_json=as_json)


@app.command("release")
def release(
    assignment: SentArgument,
    *,
    outcome: Annotated[Outcome, typer.Option(help="How it ended.")] = Outcome.DONE,
    by: ByOption = None,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Set the crew of an assignment free."""
    with _opened(store, now) as place:
        made = follow_up.release(
            place.session, assignment, now=place.now, by=by or getuser(), outcome=outcome
        )
    return _say(AssignmentOut.of(made), f"{made.picked.unit} is free", as_json=as_json)


@app.command("whistle")
def whistle(
    incident: NumberArgument,
    *,
    area: Annotated[str, typer.Option(help="Area whose command room calls.")],
    by: ByOption = None,
    now: NowOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Whistle for everybody whom an incident needs and the area does not command."""
    with _opened(store, now) as place:
        call = whistle_desk.blow(
            place.session,
            incident,
            place.whereabouts.city,
            by=area,
            raised_by=by or getuser(),
            now=place.now,
        )
        shown = show_call(place.session, call, place.now)
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
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Answer a whistle."""
    says = Says.REFUSES if refuses else Says.COMES
    with _opened(store, now) as place:
        given = Answer(party, says, place.now, by or getuser(), note)
        call = whistle_desk.answer(place.session, whistle, given)
        shown = show_call(place.session, call, place.now)
    return _say(shown, _of_whistle(shown), as_json=as_json)


@app.command("escalate")
def escalate(
    *, now: NowOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> int:
    """Take up every whistle that was refused or not answered; a running service does it itself."""
    with _opened(store, now) as place:
        news = whistle_desk.escalate(place.session, place.whereabouts.city, now=place.now)
        numbers = dict.fromkeys(str(call.id) for call, _ in news)
        shown = [
            show_call(place.session, get_call(place.session, number), place.now)
            for number in numbers
        ]
    sentences = [_of_whistle(one) for one in shown] or ["Nothing to take up"]
    return _say_all(shown, sentences, as_json=as_json)


@app.command("show")
def show(
    incident: NumberArgument, *, store: StoreOption = None, as_json: JsonOption = False
) -> int:
    """Tell what happened to an incident: suggested, decided by whom, with what reason."""
    url = store or Settings().store or demo_store_url()
    with closing(open_store(url)) as opened, opened.reading() as session:
        entries = [EntryOut.of(entry) for entry in read_timeline(session, incident)]
    sentences = [
        f"{entry.at.isoformat(timespec='seconds')} {entry.by or '—'} [{entry.about}] "
        f"{entry.said.zh} {entry.said.en}"
        + "".join(f"\n    {why.zh} {why.en}" for why in entry.because)
        for entry in entries
    ]
    return _say_all(entries, sentences, as_json=as_json)


def _of_whistle(shown: WhistleRecordOut) -> str:
    """A whistle in one line."""
    called = ", ".join([*shown.units, *shown.bodies])
    gone = "".join(f"; gone to {step.to}" for step in shown.escalations)
    by = shown.answer_by.isoformat(timespec="seconds")
    return f"Whistle {shown.id} for {called}: {shown.state}, answer by {by}{gone}"


def _say(answer: BaseModel, sentence: str, *, as_json: bool) -> int:
    """Print one answer."""
    typer.echo(
        json.dumps(plain_json(answer), ensure_ascii=False, indent=2) if as_json else sentence
    )
    return 0


def _say_all(answers: Sequence[BaseModel], sentences: list[str], *, as_json: bool) -> int:
    """Print a list."""
    if as_json:
        plain = [plain_json(answer) for answer in answers]
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(sentences))
    return 0
