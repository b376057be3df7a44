"""The drill (G10): what was backed up comes back, row for row and link for link."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rows_by_hand import without_guard
from sqlalchemy import text

from dispatch.store.audit import find_break
from dispatch.store.backup import back_up, bring_back, read_tally, take_tally, use_roads
from dispatch.store.cities import read_city
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger import record
from geo.errors import Conflict, Unavailable, UnreadableFile

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def restored(backup: Path, url: str, roads: Path, *, replace: bool = False) -> Store:
    store = bring_back(backup, url, replace=replace)
    with store.session() as session:
        use_roads(session, backup, keep_roads_in=roads if store.path is None else None)
        session.commit()
    return store


def with_audit(store: Store) -> None:
    with store.session() as session:
        for about in ("I1", "I2", "I3"):
            record(session, now=NOW, by="somebody", act="report_incident", about=about)
        session.commit()


def test_a_store_comes_back_with_every_row_its_audit_and_its_roads(store, elsewhere, tmp_path):
    with_audit(store)
    version = read_city(store).version
    held = back_up(store, tmp_path / "backup")
    assert held.rows["areas"] == 2
    assert held.audit.seq == 3
    with store.session() as session:  # what comes later is not in it
        record(session, now=NOW, by="somebody", act="report_incident", about="I4")
        session.commit()
    shutil.rmtree(tmp_path / "store-roads", ignore_errors=True)
    shutil.rmtree(tmp_path / "roads-of-the-server", ignore_errors=True)
    with closing(restored(tmp_path / "backup", elsewhere, tmp_path / "their-roads")) as back:
        with back.reading() as session:
            assert read_tally(tmp_path / "backup").differences(take_tally(session)) == ()
            assert find_break(session, held.audit) is None
        assert read_city(back).version == version


def test_what_is_missing_after_all_is_told(store, tmp_path):
    with_audit(store)
    held = back_up(store, tmp_path / "backup")
    with store.session() as session:
        session.execute(text("DELETE FROM backdrop"))
        without_guard(session, "audit")
        session.execute(text("DELETE FROM audit WHERE about = 'I3'"))
        found = held.differences(take_tally(session))
    assert found == (
        "audit has 2 rows, not 3.",
        "backdrop has 0 rows, not 1.",
        "The audit ends at entry 2, not at 3.",
    )


def test_a_store_that_holds_a_city_is_replaced_only_when_told(store, tmp_path):
    backup, roads = tmp_path / "backup", tmp_path / "their-roads"
    held = back_up(store, backup)
    with_audit(store)
    store.close()
    with pytest.raises(Conflict, match=r"holds a city already: .*give `--replace`"):
        bring_back(backup, store.url)
    back = restored(backup, store.url, roads, replace=True)
    with closing(back), back.reading() as session:
        assert held.differences(take_tally(session)) == ()


def test_a_backup_is_never_written_over_another(embedded: Store, tmp_path):
    back_up(embedded, tmp_path / "backup")
    with pytest.raises(Conflict, match="is there already"):
        back_up(embedded, tmp_path / "backup")


def test_a_folder_that_is_no_backup_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="no backup of a store"):
        bring_back(tmp_path, f"sqlite:///{tmp_path / 'new.gpkg'}")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_restored_into_its_own_kind(embedded: Store, tmp_path):
    back_up(embedded, tmp_path / "backup")
    with pytest.raises(UnreadableFile, match="a backup of their own kind"):
        bring_back(tmp_path / "backup", "postgresql://nobody@127.0.0.1:1/nothing")


def test_without_the_programs_of_postgresql_the_sentence_says_what_to_install(
    database: str, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    store = open_store(database, create=True)
    with closing(store), pytest.raises(Unavailable, match="package postgresql-client"):
        back_up(store, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    assert list(tmp_path.iterdir()) == []
