"""Drafts of layers in the store: kept whole, listed without their rows, dropped with a record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from shapely import box
from spec.layer_table import layer

from dispatch.layer.check import check_file
from dispatch.layer.column_map import Found
from dispatch.layer.kind import KindName
from dispatch.layer.rows import SaidOfLayer
from dispatch.store.draft_steps import drop_draft
from dispatch.store.engine import Store
from dispatch.store.layer_columns import saved_columns
from dispatch.store.layer_drafts import (
    DraftState,
    add_draft,
    get_draft,
    list_drafts,
    note_published,
    read_draft_rows,
)
from dispatch.store.ledger import audit_head
from geo.errors import Conflict, UnknownName

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def zones(columns=None, said=None):
    named = columns or {"编号": ["Z1", "Z2"], "名称": ["老城", "老城"]}
    return check_file(layer("zones", named, [box(0, 0, 100, 100), box(95, 0, 200, 100)], said))


def load(session, checked, source="测绘院"):
    return add_draft(session, checked, source=source, against="v1", now=NOW, by="demo-gis")


def test_a_draft_is_kept_with_its_rows_and_the_counts_of_its_findings(empty_store: Store):
    checked = zones()
    with empty_store.session() as session:
        draft = load(session, checked)
        session.commit()
    with empty_store.reading() as session:
        assert get_draft(session, draft.id) == draft
        rows = read_draft_rows(session, draft.id)
    assert (draft.id, draft.kind, draft.rows) == ("L20261122-000001", KindName.ZONES, 2)
    assert (draft.errors, draft.warnings, draft.against) == (0, 2, "v1")
    assert (draft.state, draft.loaded_at, draft.loaded_by) == (DraftState.DRAFT, NOW, "demo-gis")
    assert rows.cells == checked.rows.cells
    told = [(one.code, one.lon_lat) for one in checked.findings]
    assert [(one.code, one.lon_lat) for one in check_file(rows).findings] == told


def test_drafts_are_listed_page_by_page_the_newest_first(empty_file: Store):
    with empty_file.session() as session:
        numbers = [load(session, zones()).id for _ in range(3)]
        newest, middle = list_drafts(session, limit=2)
        assert [newest.id, middle.id] == [numbers[2], numbers[1]]
        assert [one.id for one in list_drafts(session, before=middle.id)] == [numbers[0]]
        with pytest.raises(UnknownName, match="no layer draft 'L1'"):
            list_drafts(session, before="L1")


def test_of_those_still_open_none_is_hidden_behind_drafts_that_are_done(empty_file: Store):
    with empty_file.session() as session:
        numbers = [load(session, zones()).id for _ in range(4)]
        note_published(session, [numbers[1]])
        for number in numbers[2:]:
            drop_draft(session, number, now=NOW, by="demo-gis")
        assert [one.id for one in list_drafts(session, still_open=True, limit=1)] == numbers[:1]


def test_a_dropped_draft_keeps_its_record_and_gives_up_its_rows(empty_store: Store):
    with empty_store.session() as session:
        number = load(session, zones()).id
        dropped = drop_draft(session, number, now=NOW, by="demo-gis")
        assert dropped.state is DraftState.DROPPED
        links = audit_head(session).seq
        assert drop_draft(session, number, now=NOW, by="demo-admin") == dropped
        assert audit_head(session).seq == links  # nothing happened the second time
        with pytest.raises(Conflict, match="was dropped by demo-gis; load it again"):
            read_draft_rows(session, number)


def test_a_draft_that_is_not_there_is_named(empty_file: Store):
    with empty_file.session() as session:
        for asked in (get_draft, read_draft_rows):
            with pytest.raises(UnknownName, match="no layer draft 'L9'"):
                asked(session, "L9")


def test_what_a_source_calls_our_columns_is_remembered_until_it_says_otherwise(empty_store: Store):
    columns = {"甲": ["Z1", "Z2"], "乙": ["老城", "侨港"]}
    said = SaidOfLayer(columns={"code": "甲", "name": "乙"})
    with empty_store.session() as session:
        load(session, zones(columns, said))
        saved = saved_columns(session, "测绘院", KindName.ZONES)
        assert saved == {"code": "甲", "name": "乙"}
        assert saved_columns(session, "测绘院", KindName.AREAS) == {}
        assert saved_columns(session, "街道办", KindName.ZONES) == {}
        again = zones(columns, SaidOfLayer(saved=saved))
        assert {one.found for one in again.rows.columns.mapped} == {Found.SAVED}
        load(session, zones())
        assert saved_columns(session, "测绘院", KindName.ZONES) == {"code": "编号", "name": "名称"}
