"""`grid-dispatch replay` and `why-not`: earlier suggestions, asked of a store without a server."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console

from api.schemas_replay import ReplayOut, WhyNotOut
from api.schemas_suggestion import as_json as plain_json
from api.settings import store_url
from api.store_option import EXIT_NO, StoreOption
from dispatch.replay import Reopened, ask_why_not, reopen, replay
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store

SuggestionArgument = Annotated[
    str, typer.Argument(metavar="SUGGESTION", help="Id of an earlier suggestion.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def replay_verb(
    suggestion: SuggestionArgument, *, store: StoreOption = None, as_json: JsonOption = False
) -> int:
    """Make an earlier suggestion again; exit 1: it differs, or what it was made from is gone."""
    replayed = replay(_reopen(store, suggestion))
    if as_json:
        _print_json(ReplayOut.of(replayed))
    elif replayed.same:
        typer.echo("The same bytes.")
    elif replayed.gone is not None:
        typer.echo(f"{replayed.gone.zh} {replayed.gone.en}")
    else:
        for difference in replayed.differences:
            typer.echo(f"{difference.where}: {difference.then} is now {difference.again}")
    return 0 if replayed.same else EXIT_NO


def why_not_verb(
    suggestion: SuggestionArgument,
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Code of a unit, or officer's id.")],
    *,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Say why an officer or unit was not proposed, or at which rank."""
    answer = ask_why_not(_reopen(store, suggestion), unit)
    if as_json:
        _print_json(WhyNotOut.of(suggestion, answer))
        return 0
    console = Console()
    for remark in answer.reasons:
        console.print(f"{remark.zh} {remark.en}", highlight=False, markup=False)
    return 0


def _reopen(store: str | None, number: str) -> Reopened:
    """Put the world of an earlier suggestion together, of the store that keeps it."""
    with closing(open_store(store_url(store))) as opened:
        city = read_city(opened)
        with opened.reading() as session:
            return reopen(session, number, city)


def _print_json(model: ReplayOut | WhyNotOut) -> None:
    """Print an answer as JSON."""
    typer.echo(json.dumps(plain_json(model), ensure_ascii=False, indent=2))
