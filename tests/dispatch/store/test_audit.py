"""
Guarantee G11: an edit, a deletion, a swap or a cut of the audit in the store is found and named.

Seen to fail with the guard taken out: with `first_break` answering None no edit, deletion, swap or
cut is found.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from rows_by_hand import without_guard
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from dispatch.audit_chain import START
from dispatch.store import ledger
from dispatch.store.audit import drop_links, find_break, list_links, read_chain
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger_tables import AUDIT
from geo.errors import BadValue

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LINKS = 12


@pytest.fixture
def store(tmp_path) -> Store:
    """A store whose audit has a dozen links, one an hour."""
    opened = open_store(f"sqlite:///{tmp_path / 'audit.gpkg'}", create=True)
    with opened.session() as session:
        for number in range(LINKS):
            add_one(session, NOW + timedelta(hours=number), about=f"E{number + 1}")
        session.commit()
    return opened


def test_an_untouched_audit_holds_and_its_head_is_that_of_the_last_link(store):
    with store.reading() as session:
        head = ledger.audit_head(session)
        assert find_break(session, head) is None
        assert head.seq == LINKS
        assert find_break(session, START) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"by": "somebody-else"},
        {"act": "released"},
        {"about": "E99"},
        {"detail": '{"rank":2}'},
        {"detail": None},
        {"at": NOW},
        {"hash": "f" * 64},
        {"previous": "f" * 64},
    ],
)
def test_an_edit_is_found_where_it_is(store, changed):
    tamper(store, update(AUDIT).where(AUDIT.c.seq == 5).values(changed))
    assert broken(store) == (5, "audit_edited")


@pytest.mark.parametrize("gone", [1, 2, 7, LINKS - 1])
def test_a_deletion_is_found_where_it_is(store, gone):
    tamper(store, delete(AUDIT).where(AUDIT.c.seq == gone))
    assert broken(store) == (gone, "audit_missing")


def test_two_links_that_change_places_are_found(store):
    for old, new in ((3, 99), (4, 3), (99, 4)):
        tamper(store, update(AUDIT).where(AUDIT.c.seq == old).values(seq=new))
    assert broken(store) == (3, "audit_edited")


@pytest.mark.parametrize("left", [0, 1, LINKS - 1])
def test_a_cut_tail_is_found_with_a_head_that_was_kept(store, left):
    with store.reading() as session:
        kept = ledger.audit_head(session)
    tamper(store, delete(AUDIT).where(AUDIT.c.seq > left))
    assert broken(store) is None
    assert broken(store, kept) == (left + 1, "audit_cut")


def test_a_tail_written_anew_after_a_cut_is_found_with_a_head_that_was_kept(store):
    with store.reading() as session:
        kept = ledger.audit_head(session)
    tamper(store, delete(AUDIT).where(AUDIT.c.seq > LINKS - 2))
    for number in range(4):
        record_one(store, NOW + timedelta(days=1), about=f"F{number}")
    assert broken(store) is None
    assert broken(store, kept) == (LINKS, "audit_written_anew")


def test_what_no_link_can_hold_is_named_and_does_not_stop_the_verifier(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'audit.gpkg'}", create=True)
    for _ in range(3):
        record_one(store, NOW, about="E1")
    tamper(store, text("UPDATE audit SET at = 'yesterday' WHERE seq = 2"))
    assert broken(store) == (2, "audit_unreadable")


def test_many_writers_at_once_leave_one_chain(store, count):
    writers, each = 8, count(reduced=10, full=100)

    def write(number: int) -> None:
        for _ in range(each):
            record_one(store, NOW, about=f"E{number}")

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    assert broken(store) is None
    with store.reading() as session:
        assert [link.seq for link in read_chain(session)] == list(
            range(1, LINKS + writers * each + 1)
        )


def test_the_list_runs_from_the_newest_and_by_whom(store):
    with store.reading() as session:
        newest = list_links(session, limit=3)
        older = list_links(session, before=newest[-1].seq, limit=2)
        assert [link.seq for link in (*newest, *older)] == [12, 11, 10, 9, 8]
        assert [link.about for link in list_links(session, limit=9, about="E4")] == ["E4"]
        assert list_links(session, limit=9, by="nobody") == []


def test_what_is_old_enough_goes_and_the_chain_still_holds(store):
    later = NOW + timedelta(days=400)
    assert drop(store, before=NOW + timedelta(hours=5), now=later) == 5
    assert broken(store) is None
    assert drop(store, before=NOW + timedelta(hours=8), now=later) == 3
    assert broken(store) is None
    tamper(store, delete(AUDIT).where(AUDIT.c.seq == 9))
    assert broken(store) == (9, "audit_missing")


def test_what_a_wrong_clock_has_dated_too_early_takes_no_younger_entry_with_it(store):
    record_one(store, NOW - timedelta(days=400), about="dated-too-early")
    assert drop(store, before=NOW, now=NOW + timedelta(days=183)) == 0
    later = NOW + timedelta(days=400)
    assert drop(store, before=NOW + timedelta(days=1), now=later) == LINKS + 1
    assert broken(store) is None


def test_nothing_goes_before_half_a_year_is_over(store):
    with pytest.raises(BadValue, match="183 days"):
        drop(store, before=NOW, now=NOW + timedelta(days=182))
    assert drop(store, before=NOW, now=NOW + timedelta(days=183)) == 0


def record_one(store: Store, now: datetime, *, about: str) -> None:
    with store.session() as session:
        add_one(session, now, about=about)
        session.commit()


def add_one(session: Session, now: datetime, *, about: str) -> None:
    by, detail = "demo-dispatcher", {"rank": 1}
    ledger.record(session, now=now, by=by, act="dispatch", about=about, detail=detail)


def tamper(store: Store, change) -> None:
    """Change the table by hand, as whoever has the file or the password can."""
    with store.session() as session:
        without_guard(session, "audit")
        session.execute(change)
        session.commit()


def broken(store: Store, anchor=None) -> tuple[int, str] | None:
    with store.reading() as session:
        found = find_break(session, anchor)
    return None if found is None else (found.seq, found.why.code)


def drop(store: Store, *, before: datetime, now: datetime) -> int:
    with store.session() as session:
        dropped = drop_links(session, before=before, now=now, by="system")
        session.commit()
    return dropped
