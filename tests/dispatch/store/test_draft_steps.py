"""Steps of a draft: edits make versions, a second person reviews, what is done with stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from shapely import box
from spec.layer_table import layer

from dispatch.layer.check import check_file
from dispatch.layer.edit import RowEdit, with_other_row, with_row
from dispatch.store.draft_steps import drop_draft, edit_draft, review_draft
from dispatch.store.engine import Store
from dispatch.store.layer_drafts import (
    DraftState,
    LayerDraft,
    add_draft,
    get_draft,
    note_published,
    read_draft_rows,
)
from dispatch.store.ledger import audit_head
from geo.errors import Conflict, Outdated, UnknownName

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def load(session, names=("老城", "侨港")) -> LayerDraft:
    columns = {"code": ["Z1", "Z2"], "name": list(names)}
    checked = check_file(layer("zones", columns, [box(0, 0, 100, 100), box(100, 0, 200, 100)]))
    return add_draft(session, checked, source="测绘院", against="v1", now=NOW, by="gis-1")


def edit(session, draft: LayerDraft, *, by="gis-1", version=None, **cells: str):
    rows = read_draft_rows(session, draft.id)
    rows = with_other_row(rows, 1, RowEdit(cells, partly=True, keeps_shape=True))
    return edit_draft(
        session, draft.id, check_file(rows), version=version or draft.version, against="v2",
        edit={"did": "update", "feature": 1}, now=NOW, by=by,
    )  # fmt: skip


def review(session, draft: LayerDraft, *, by="gis-2", version=None):
    return review_draft(session, draft.id, version=version, remark="可以发布", now=NOW, by=by)


def test_an_edit_is_the_next_version_with_its_rows_findings_and_audit(empty_store: Store):
    with empty_store.session() as session:
        draft = load(session)
        links = audit_head(session).seq
        edited = edit(session, draft, name="侨港", by="gis-2")
        session.commit()
        assert audit_head(session).seq == links + 1
    with empty_store.reading() as session:
        assert get_draft(session, draft.id) == edited
        assert read_draft_rows(session, draft.id).cells["name"] == ["侨港", "侨港"]
    assert (edited.version, edited.hands, edited.warnings) == (2, ("gis-1", "gis-2"), 1)
    assert (draft.version, draft.hands, draft.warnings) == (1, ("gis-1",), 0)
    assert (edited.loaded_by, edited.against) == ("gis-1", "v2")


def test_who_edits_last_stands_last(empty_file: Store):
    with empty_file.session() as session:
        draft = load(session)
        draft = edit(session, draft, by="gis-2", name="甲")
        assert edit(session, draft, by="gis-1", name="乙").hands == ("gis-2", "gis-1")


def test_an_edit_of_an_earlier_version_changes_nothing(empty_store: Store):
    with empty_store.session() as session:
        draft = load(session)
        edited = edit(session, draft, name="甲")
        links = audit_head(session).seq
        assert edit(session, draft, version=1, name="乙") is None
        assert get_draft(session, draft.id) == edited
        assert audit_head(session).seq == links


def test_of_two_who_edit_one_version_at_once_one_is_told_that_it_is_over(empty_store: Store):
    with empty_store.session() as session:
        draft = load(session)
        session.commit()
    together = Barrier(2)

    def edited(by: str) -> LayerDraft | None:
        with empty_store.reading() as session:
            rows = read_draft_rows(session, draft.id)
        checked = check_file(with_row(rows, RowEdit({"code": by, "name": by})))
        together.wait()
        with empty_store.session() as session:
            made = edit_draft(
                session, draft.id, checked, version=1, against=None, edit={}, now=NOW, by=by
            )
            session.commit()
        return made

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(edited, ["gis-2", "gis-3"]))
    assert sum(one is None for one in made) == 1
    (winner,) = (one for one in made if one is not None)
    with empty_store.reading() as session:
        assert read_draft_rows(session, draft.id).cells["code"] == ["Z1", "Z2", winner.hands[-1]]


def test_a_second_person_reviews_and_an_edit_takes_it_back(empty_store: Store):
    with empty_store.session() as session:
        draft = load(session)
        reviewed = review(session, draft)
        assert reviewed.state is DraftState.REVIEWED
        assert (reviewed.review.by, reviewed.review.remark) == ("gis-2", "可以发布")
        edited = edit(session, reviewed, by="gis-3", name="甲")
        assert (edited.state, edited.review) == (DraftState.DRAFT, None)


def test_whoever_had_a_hand_in_a_draft_does_not_review_it(empty_file: Store):
    with empty_file.session() as session:
        draft = edit(session, load(session), by="gis-2", name="甲")
        for by in ("gis-1", "gis-2"):
            with pytest.raises(Conflict, match=f"{by} has loaded or edited the layer draft L"):
                review(session, draft, by=by)
        assert review(session, draft, by="gis-3").review.by == "gis-3"


def test_what_was_edited_since_it_was_read_is_not_reviewed(empty_file: Store):
    with empty_file.session() as session:
        draft = edit(session, load(session), name="甲")
        with pytest.raises(Outdated, match="was edited since it was read"):
            review(session, draft, version=1)
        assert review(session, draft, version=2).state is DraftState.REVIEWED


def test_what_errors_stand_against_is_not_reviewed(empty_file: Store):
    with empty_file.session() as session:
        draft = edit(session, load(session), code="Z2")
        assert draft.errors == 1
        with pytest.raises(Conflict, match=r"1 error\(s\) stand against the layer draft"):
            review(session, draft)


@pytest.mark.parametrize("end", ["published", "dropped"])
def test_what_was_published_or_dropped_stays_as_it_is(empty_store: Store, end):
    with empty_store.session() as session:
        draft = load(session)
        rows = check_file(read_draft_rows(session, draft.id))
        if end == "published":
            note_published(session, [draft.id])
        else:
            drop_draft(session, draft.id, now=NOW, by="gis-1")
        with pytest.raises(Conflict, match=f"was {end} and stays as it is; load a new one"):
            edit_draft(
                session, draft.id, rows, version=1, against=None, edit={}, now=NOW, by="gis-1"
            )
        with pytest.raises(Conflict, match=f"was {end}"):
            review(session, draft)


def test_dropping_what_was_published_is_refused_aloud(empty_file: Store):
    with empty_file.session() as session:
        draft = load(session)
        note_published(session, [draft.id])
        with pytest.raises(Conflict, match="was published and stays"):
            drop_draft(session, draft.id, now=NOW, by="gis-1")
        assert len(read_draft_rows(session, draft.id)) == 2


def test_a_reviewed_draft_can_be_dropped(empty_file: Store):
    with empty_file.session() as session:
        draft = review(session, load(session))
        assert drop_draft(session, draft.id, now=NOW, by="gis-1").state is DraftState.DROPPED


def test_a_draft_that_is_not_there_is_named(empty_file: Store):
    with empty_file.session() as session, pytest.raises(UnknownName, match="no layer draft 'L9'"):
        review_draft(session, "L9", version=None, remark="", now=NOW, by="gis-1")
