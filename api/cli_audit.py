"""`grid-dispatch audit`: whether the record is as it was written, and a head to keep elsewhere."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.answer_file import write_json
from api.schemas_audit import AuditVerdictOut, HeadOut
from api.schemas_suggestion import as_json as plain_json
from api.settings import Settings, demo_store_url
from api.store_option import EXIT_NO, JsonOption, StoreOption
from dispatch.store.audit import find_break
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger import audit_head

app = typer.Typer(help="The audit chain: verify it, keep its head elsewhere.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Verify the audit chain, or keep its head elsewhere."""


@app.command("verify")
def verify(
    *,
    head: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A head that `audit head` wrote: finds a cut tail too."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """
    Look whether every entry of the audit is as it was written; exit 1: the first that isn't.

    Edits, deletions and entries put in are found from the chain alone.  That its tail was
    cut off, or that all of it was written anew, is found with a head that was kept elsewhere.
    """
    anchor = None if head is None else HeadOut.read(head)
    with closing(_opened(store)) as opened, opened.reading() as session:
        found, last = find_break(session, anchor), audit_head(session)
    answer = AuditVerdictOut.of(found, last, anchored=anchor is not None)
    if as_json:
        typer.echo(json.dumps(plain_json(answer), ensure_ascii=False))
    elif answer.why is not None:
        typer.echo(f"Broken at entry {answer.first_broken}: {answer.why.en}")
    else:
        typer.echo(f"The audit holds: {last.seq} entries, head {last.hash}.")
    return 0 if answer.holds else EXIT_NO


@app.command("head")
def head_verb(
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it; the screen without.")
    ] = None,
    store: StoreOption = None,
) -> int:
    """Write where the audit ends now, as JSON, to be kept where nobody who serves can write."""
    with closing(_opened(store)) as opened, opened.reading() as session:
        last = audit_head(session)
    write_json(HeadOut.of(last).model_dump(mode="json"), out)
    return 0


def _opened(store: str | None) -> Store:
    """Open the store that is meant."""
    return open_store(store or Settings().store or demo_store_url())
