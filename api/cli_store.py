"""`grid-dispatch store`: what a store keeps, and for how long."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated

import typer

from api.instant import read_instant
from api.settings import Settings, demo_store_url
from api.store_option import StoreOption
from dispatch.store.engine import open_store
from dispatch.store.suggestions import prune_tracks

app = typer.Typer(help="Care of a store.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Care of a store."""


@app.command("prune")
def prune(
    *,
    before: Annotated[
        str, typer.Option(metavar="TIME", help="ISO 8601 with offset: end of what may go.")
    ],
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """
    Drop where everybody was when older suggestions were made.

    Answers and questions stay; they can no longer be made again, and say so.
    """
    instant = read_instant(before)
    url = store or Settings().store or demo_store_url()
    with closing(open_store(url)) as opened, opened.session() as session:
        dropped = prune_tracks(session, before=instant)
        session.commit()
    said = {"before": instant.isoformat(), "parts_dropped": dropped}
    typer.echo(json.dumps(said) if as_json else f"Dropped {dropped} parts of snapshots.")
    return 0
