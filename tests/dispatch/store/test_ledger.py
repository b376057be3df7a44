"""What a use case leaves in its transaction: a link, an event, a message, or nothing at all."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from dispatch.audit_chain import START
from dispatch.store import ledger
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger_tables import EVENTS, OUTBOX
from geo.remark import Remark

NOW = datetime(2026, 11, 20, 2, 0, 0, 123_456, tzinfo=UTC)
SAID = Remark("overdue", "超时。", "Overdue.")


def test_links_are_numbered_without_a_gap_and_what_is_undone_leaves_none(tmp_path):
    store = empty_store(tmp_path)
    assert written(store, commit=True) == 1
    assert written(store, commit=False) == 2
    assert written(store, commit=True) == 2
    with store.reading() as session:
        head = ledger.audit_head(session)
    assert (head.seq, len(head.hash)) == (2, 64)
    assert head.at == NOW.replace(microsecond=123_000)


def test_the_head_of_an_empty_chain_is_its_start(tmp_path):
    with empty_store(tmp_path).reading() as session:
        assert ledger.audit_head(session) == START


def test_an_event_is_kept_with_its_number(tmp_path):
    store = empty_store(tmp_path)
    with store.session() as session:
        first = ledger.tell(session, "incident", {"id": "E1", "text": "占道"}, now=NOW)
        second = ledger.tell(session, "beat", [1], now=NOW, areas=("330206", "330206002"))
        session.commit()
    assert second > first
    with store.reading() as session:
        rows = session.execute(select(EVENTS).order_by(EVENTS.c.fid)).all()
    assert [row.payload for row in rows] == ['{"id":"E1","text":"占道"}', "[1]"]
    assert rows[1].areas == ("330206", "330206002")


def test_what_is_posted_twice_under_one_key_is_one_message(tmp_path):
    store = empty_store(tmp_path)
    for key in ("a", "a", "b"):
        with store.session() as session:
            ledger.post(session, now=NOW, to="officer:O1", said=SAID, dedupe_key=key, about="E1")
            session.commit()
    with store.reading() as session:
        rows = session.execute(select(OUTBOX).order_by(OUTBOX.c.fid)).all()
    assert [(row.dedupe_key, row.said, row.tries) for row in rows] == [
        ("a", (SAID,), 0),
        ("b", (SAID,), 0),
    ]


def empty_store(folder) -> Store:
    return open_store(f"sqlite:///{folder / 'ledger.gpkg'}", create=True)


def written(store: Store, *, commit: bool) -> int:
    with store.session() as session:
        seq = ledger.record(session, now=NOW, by="demo-gis", act="lift", about="C1")
        if commit:
            session.commit()
    return seq
