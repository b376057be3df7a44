"""An older store is brought up whole, when told to; the steps lead to the tables as declared."""

from __future__ import annotations

import ast
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from dispatch.store import migrate
from dispatch.store.declare import METADATA
from dispatch.store.engine import Store, open_store
from dispatch.store.first_revision import FILE, first_revision
from dispatch.store.server import GIST
from geo.errors import UnreadableFile

SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "{first}"

def upgrade():
    op.add_column("areas", sa.Column("twinned_with", sa.Text()))
    {more}
"""


def test_the_first_step_is_written_from_the_tables_as_they_are():
    written = ast.dump(ast.parse(FILE.read_text(encoding="utf-8")))
    assert written == ast.dump(ast.parse(first_revision())), "run `make migration`"


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether a thing in a database is declared: not PostGIS's own, nor its indexes of shapes."""
    return name in METADATA.tables if kind == "table" else not str(name).endswith(GIST)


def test_on_a_server_every_shape_has_a_spatial_index(database: str):
    shapes = {
        f"{table.name}_{column.name}{GIST}"
        for table in METADATA.tables.values()
        for column in table.c
        if hasattr(column.type, "kind")
    }
    indexes = text("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%USING gist%'")
    with closing(open_store(database, create=True)) as store, store.reading() as session:
        assert set(session.scalars(indexes)) == shapes != set()


def test_the_steps_make_the_tables_that_are_declared_on_a_server(database: str):
    with closing(open_store(database, create=True)) as store, store.engine.connect() as connection:
        ours = {"include_name": is_ours}
        context = MigrationContext.configure(connection, opts=ours | {"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def lines(rows) -> list[tuple[str, list[str]]]:
    """Definitions by name; in which order the columns and constraints stand says nothing."""
    return sorted(
        (row.name, sorted(line.strip(" ,\t") for line in (row.sql or "").splitlines()))
        for row in rows
    )


def test_the_steps_make_the_tables_that_are_declared_in_a_file(empty_file: Store, tmp_path: Path):
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.sqlite'}")
    METADATA.create_all(declared)
    master = text("SELECT name, sql FROM sqlite_master WHERE tbl_name = :of AND type != 'trigger'")
    with empty_file.engine.connect() as made, declared.connect() as meant:
        for of in METADATA.tables:
            assert lines(made.execute(master, {"of": of})) == lines(
                meant.execute(master, {"of": of})
            )
    declared.dispose()


@pytest.fixture
def second_step(monkeypatch, tmp_path):
    """A newer version of the program: `second_step()` adds a step after the first."""

    def add(more: str = "pass") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        first = next(line for line in FILE.read_text().splitlines() if line[:8] == "revision")
        source = SECOND.format(first=first.split('"')[1], more=more)
        (folder / "versions" / "r0002.py").write_text(source)
        monkeypatch.setattr(migrate, "FOLDER", folder)

    return add


def columns(store: Store) -> set[str]:
    return {column["name"] for column in inspect(store.engine).get_columns("areas")}


def test_an_older_store_is_brought_up_when_told_and_refused_before(store: Store, second_step):
    store.close()
    second_step()
    with pytest.raises(UnreadableFile, match=r"earlier version.*`grid-dispatch store upgrade`"):
        open_store(store.url)
    assert "twinned_with" not in columns(store)
    for _ in range(2):  # the second time there is nothing left to do
        with closing(open_store(store.url, bring_up=True)) as newer:
            assert "twinned_with" in columns(newer)
    open_store(store.url).close()


def test_a_step_that_fails_leaves_the_store_as_it_was(store: Store, second_step):
    store.close()
    second_step(more="op.execute('no SQL at all')")
    with pytest.raises(Exception, match=r"no SQL at all|syntax error"):
        open_store(store.url, bring_up=True)
    assert "twinned_with" not in columns(store)
    store.close()


def test_a_store_of_an_unknown_version_is_refused(store: Store):
    with store.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.commit()
    store.close()
    with pytest.raises(UnreadableFile, match=r"does not know \(9999\): use a newer version"):
        open_store(store.url, bring_up=True)
