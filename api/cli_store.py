"""`grid-dispatch store`: what a store keeps, and for how long."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from api import cli_backup
from api.clock import system_clock
from api.instant import read_instant
from api.lock_file import hold_store
from api.retention import kept_by
from api.settings import Settings, demo_store_url, store_url
from api.store_option import StoreOption
from dispatch.store.engine import open_store
from dispatch.store.retention import forget
from dispatch.store.suggestions import prune_tracks

app = typer.Typer(help="Care of a store.", no_args_is_help=True)
cli_backup.register(app)


@app.callback()
def group() -> None:
    """Care of a store."""


@app.command("prune")
def prune(
    *,
    before: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="End of the snapshots that may go, with offset."),
    ] = None,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> int:
    """
    Forget what is older than the settings keep it; a server does so by itself once a day.

    Last places, reporters of cases that ended, live events, and where everybody was when older
    suggestions were made: answers and questions stay, can no longer be made again, and say so.
    With --before those snapshots alone.
    """
    if before is None:
        return _forget(store, as_json=as_json)
    instant = read_instant(before)
    url = store or Settings().store or demo_store_url()
    with closing(open_store(url)) as opened, opened.session() as session:
        dropped = prune_tracks(session, before=instant)
        session.commit()
    said = {"before": instant.isoformat(), "parts_dropped": dropped}
    typer.echo(json.dumps(said) if as_json else f"Dropped {dropped} parts of snapshots.")
    return 0


def _forget(store: str | None, *, as_json: bool) -> int:
    """Forget what the settings do not keep, and say how much it was."""
    url, now = store_url(store), system_clock()
    with (
        hold_store(url, now=now),
        closing(open_store(url)) as opened,
        opened.session() as session,
    ):
        forgotten = forget(session, kept_by(Settings()), now=now, by="command line")
        session.commit()
    said = asdict(forgotten)
    rows = ", ".join(f"{name} {count}" for name, count in said.items())
    typer.echo(json.dumps(said) if as_json else f"Forgotten: {rows}.")
    return 0
