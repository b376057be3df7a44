"""
The first migration, written from the tables that the store declares.

`make migration` writes it anew while nothing has been released; from the first release on it stays
as it is, and every change of a table is a step of its own.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from textwrap import indent

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrateOperation, UpgradeOps
from sqlalchemy import create_engine

from dispatch.store import engine  # noqa: F401 -- declares every table
from dispatch.store.declare import METADATA
from dispatch.store.migrate import FOLDER

FILE = FOLDER / "versions" / "r0001_first.py"
"""Where it stands."""

OWN_TYPES = "dispatch.store.column"
"""Module of the column types that mean the same on every store."""

_PLAIN_TEXT = "sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')"
_ON_SERVER = re.compile(r"postgresql_where=sa\.text\('[^']*'\)")
_TRUTH = {" IS 0": " IS false", " IS 1": " IS true"}

_FIRST = '''"""
The tables of the first release.

Written by `make migration` from the tables that `dispatch.store` declares; while nothing has been
released it is written anew whenever they change.
"""

import sqlalchemy as sa
from alembic import op

from dispatch.store.append_only import OnlyAdded
from dispatch.store.column import {types}
from dispatch.store.declare import PLAIN_TEXT
from dispatch.store.embedded import list_table

revision = "{revision}"
down_revision = None


def upgrade() -> None:
    """Make every table, and list it in the contents of an embedded store."""
    store = op.get_bind()
{steps}'''


def first_revision() -> str:
    """
    Write the first step from the tables as they are declared.

    Returns
    -------
    source
        The file; equal tables give equal bytes.
    """
    with create_engine("sqlite://").connect() as empty:
        context = MigrationContext.configure(empty, opts={"target_metadata": METADATA})
        made = produce_migrations(context, METADATA).upgrade_ops
        assert made is not None
        steps = "".join(_rendered(step, context) for step in made.ops)
    types = sorted(set(re.findall(rf"{re.escape(OWN_TYPES)}\.(\w+)\(", steps)))
    digest = hashlib.blake2b(steps.encode(), digest_size=4).hexdigest()
    return _FIRST.format(
        types=", ".join(types),
        revision=f"0001_{digest}",
        steps=steps.replace(f"{OWN_TYPES}.", ""),
    )


def write_first_revision(file: Path = FILE) -> None:
    """
    Write it in the place of the one before.

    Parameters
    ----------
    file
        Where to.
    """
    file.write_text(first_revision(), encoding="utf-8")


def _rendered(step: MigrateOperation, context: MigrationContext) -> str:
    """Write one operation as source; a table that is made is listed at once."""
    source = render_python_code(UpgradeOps([step]), migration_context=context)
    lines = [line.strip() for line in source.splitlines()]
    source = "\n".join(line for line in lines if line[:1] != "#")
    source = source.replace(_PLAIN_TEXT, "PLAIN_TEXT")
    source = _ON_SERVER.sub(lambda found: _true_or_false(found[0]), source)
    if source.startswith("op.create_table("):
        source = f"list_table(store, {source})"
    return indent(source, "    ") + "\n"


def _true_or_false(condition: str) -> str:
    """Write a condition as a server knows it; an embedded store has numbers for truth."""
    for embedded, server in _TRUTH.items():
        condition = condition.replace(embedded, server)
    return condition


if __name__ == "__main__":
    write_first_revision()
