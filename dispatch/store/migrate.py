"""
Migrations: how an older store becomes one that this version uses.

Each step is a file in ``migrations/versions``, written for Alembic and run in the transaction of
whoever opens the store, so that a store is brought up whole or not at all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from geo.errors import UnreadableFile

FOLDER = Path(__file__).parent / "migrations"
"""Where the steps lie."""


def upgrade(connection: Connection) -> None:
    """
    Bring a store up to this version.

    Parameters
    ----------
    connection
        To the store, in a transaction that may write.
    """
    context = MigrationContext.configure(connection)
    known = ScriptDirectory(str(FOLDER))
    present = context.get_current_revision() or "base"
    with Operations.context(context):
        for step in reversed(list(known.iterate_revisions("heads", present))):
            step.module.upgrade()
            context.stamp(known, step.revision)


def is_older(connection: Connection, name: str) -> bool:
    """
    Tell whether a store has to be brought up.

    Parameters
    ----------
    connection
        To the store.
    name
        What the store is called in sentences.

    Returns
    -------
    older
        False if it is of this version.

    Raises
    ------
    UnreadableFile
        It is of a version that this one doesn't know.
    """
    return _present(connection, name) != newest_step()


def newest_step() -> str:
    """
    Name the step that stores of this version are at.

    Returns
    -------
    revision
        Another one as soon as any table is another.
    """
    return _steps(FOLDER)[0]


def _present(connection: Connection, name: str) -> str:
    """Which step a store is at, if it is one of ours."""
    present = MigrationContext.configure(connection).get_current_revision()
    if present is None or present not in _steps(FOLDER):
        raise UnreadableFile(
            f"{name} was made by a version of grid-dispatch that this one does not know "
            f"({present or 'unnamed'}): use a newer version, or make the store again."
        )
    return present


@cache
def _steps(folder: Path) -> tuple[str, ...]:
    """All steps, the newest first; read once, for a store is opened often."""
    return tuple(step.revision for step in ScriptDirectory(str(folder)).walk_revisions())
