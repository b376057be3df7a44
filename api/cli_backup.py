"""`grid-dispatch store backup`, `restore`, `verify` and `upgrade`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.clock import system_clock
from api.lock_file import hold_store
from api.settings import home_folder, store_url
from api.store_option import EXIT_NO, StoreOption
from dispatch.store.audit import find_break
from dispatch.store.backup import (
    back_up,
    bring_back,
    find_damage,
    read_tally,
    take_tally,
    use_roads,
)
from dispatch.store.engine import Store, open_store

BackupArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the backup.")]


def register(app: typer.Typer) -> None:
    """
    Add the verbs to a group.

    Parameters
    ----------
    app
        The group.
    """
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("verify")(verify)
    app.command("upgrade")(upgrade)


def backup(folder: BackupArgument, *, store: StoreOption = None) -> None:
    """Write a store and its road networks into a new folder, while the store goes on being used."""
    with closing(open_store(store_url(store))) as opened:
        held = back_up(opened, folder.absolute())
        typer.echo(
            f"{folder} holds {opened.name}: {sum(held.rows.values())} rows, the audit up to entry "
            f"{held.audit.seq}, and the road networks."
        )


def restore(
    folder: BackupArgument,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Even if the store holds a city already.")
    ] = False,
    store: StoreOption = None,
) -> int:
    """Bring a store back from its backup, and verify it; exit 1: something is missing."""
    url = store_url(store)
    with (
        hold_store(url, now=system_clock()),
        closing(bring_back(folder.absolute(), url, replace=replace)) as opened,
    ):
        roads = None if opened.path is not None else home_folder() / "roads"
        with opened.session() as session:
            use_roads(session, folder.absolute(), keep_roads_in=roads)
            session.commit()
        return _report(opened, folder)


def verify(
    *,
    against: Annotated[
        Path | None,
        typer.Option("--backup", metavar="FOLDER", help="Compare every table with this backup."),
    ] = None,
    store: StoreOption = None,
) -> int:
    """Look whether a store is sound and its audit unbroken; exit 1: what isn't."""
    with closing(open_store(store_url(store))) as opened:
        return _report(opened, against)


def upgrade(*, store: StoreOption = None) -> None:
    """Give a store that an earlier version has made the tables of this one; back it up before."""
    url = store_url(store)
    with (
        hold_store(url, now=system_clock()),
        closing(open_store(url, bring_up=True)) as opened,
    ):
        typer.echo(f"{opened.name} has the tables of this version.")


def _report(store: Store, backup: Path | None) -> int:
    """Say all that is wrong with a store."""
    with store.reading() as session:
        now, damage = take_tally(session), find_damage(session)
        broken = find_break(session)
    wrong = [] if damage is None else [f"The file is damaged: {damage}."]
    if broken is not None:
        wrong.append(f"The audit is broken at entry {broken.seq}: {broken.why.en}")
    if backup is not None:
        wrong += read_tally(backup).differences(now)
    for sentence in wrong:
        typer.echo(sentence)
    if wrong:
        return EXIT_NO
    rows, seq = sum(now.rows.values()), now.audit.seq
    typer.echo(f"{store.name} is sound: {rows} rows, the audit unbroken up to entry {seq}.")
    return 0
