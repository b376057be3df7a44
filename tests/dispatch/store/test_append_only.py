"""
What happened is only added to: the store refuses to change or erase a row of it.

Seen to fail with the guard taken out: with a `only_add` that makes nothing, every refusal below.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from rows_by_hand import a_row, without_guard
from sqlalchemy import (
    Table,
    UniqueConstraint,
    create_engine,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dispatch.audit_chain import DROPPED
from dispatch.store.append_only import ONLY_ADDED, triggers_of
from dispatch.store.audit import KEPT_DAYS, drop_links
from dispatch.store.backup import back_up, bring_back
from dispatch.store.declare import METADATA
from dispatch.store.engine import Store
from dispatch.store.events import drop_events
from dispatch.store.ledger import post, record, tell
from dispatch.store.ledger_tables import AUDIT, EVENTS, EVENTS_DROPPED, OUTBOX
from dispatch.store.transitions import TRANSITIONS
from geo.remark import Remark

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GUARDED = sorted(name for name, each in METADATA.tables.items() if ONLY_ADDED in each.info)
FOR_GOOD = [name for name in GUARDED if name not in {"audit", "events", "outbox"}]
OFFERED_AGAIN = {
    "appeal_rulings",
    "bulletin_signatures",
    "bulletins",
    "escalations",
    "handover_signatures",
    "outbox",
    "suggestions",
}
REFUSED = "is only added to: no row of it is changed or erased"


@pytest.fixture
def session(empty_store: Store):
    with empty_store.session() as session:
        yield session


def put(session: Session, table: Table) -> None:
    """A row, whatever other tables say of what it names; they are another test's."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(insert(table).values(a_row(table, fid=1)))
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SET LOCAL session_replication_role = origin"))


def refuses(session: Session, statement) -> None:
    with pytest.raises(IntegrityError, match=REFUSED), session.begin_nested():
        session.execute(statement)


def test_the_whole_record_is_guarded():
    assert GUARDED == [
        "appeal_rulings",
        "appeals",
        "audit",
        "bulletin_signatures",
        "bulletins",
        "deadline_steps",
        "device_handouts",
        "edits",
        "escalations",
        "events",
        "hand_offs",
        "handover_signatures",
        "handovers",
        "outbox",
        "second_thoughts",
        "suggestions",
        "transitions",
        "whistle_answers",
    ]


def test_no_row_is_changed_or_erased(session):
    for table in map(METADATA.tables.__getitem__, FOR_GOOD):
        put(session, table)
        column = next(each for each in table.c if each.name != "fid")
        refuses(session, update(table).values({column: column}))
        refuses(session, update(table).values(fid=7))
        refuses(session, delete(table))
        assert session.scalar(select(func.count()).select_from(table)) == 1


def test_no_table_is_emptied_out(session):
    for name in FOR_GOOD:
        put(session, METADATA.tables[name])
        if session.get_bind().dialect.name != "sqlite":
            refuses(session, text(f"TRUNCATE {name} CASCADE"))


def test_no_key_of_a_guarded_table_is_an_index_only():
    """What looks at what is inserted knows the keys that the tables were made with."""
    assert not [
        index.name for name in GUARDED for index in METADATA.tables[name].indexes if index.unique
    ]


def in_the_way(table: Table) -> Iterator[dict[str, object]]:
    """Rows that share one key each with the row that `put` puts, and as little else as may be."""
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    other = {str: "y", int: 2, float: 2.0}
    for key in (table.primary_key, *unique):
        same = set(key.columns.keys())
        row = a_row(table, fid=1)
        yield {
            name: held if name in same else other.get(type(held), held)
            for name, held in row.items()
        }


@pytest.mark.parametrize("verb", ["OR REPLACE", "OR IGNORE", "OR ABORT"])
def test_another_program_replaces_no_row_of_a_file(empty_file: Store, verb):
    """
    SQLite asks no trigger for the row that it replaces, unless the program has told it to.

    Seen to fail with the guard taken out: without the trigger that looks at what is inserted, all
    that is replaced.
    """
    program = create_engine(f"sqlite:///{empty_file.path}")
    with closing(program.connect()) as connection:
        assert connection.scalar(text("PRAGMA recursive_triggers")) == 0
        for table in map(METADATA.tables.__getitem__, GUARDED):
            connection.execute(insert(table).values(a_row(table, fid=1)))
            held = connection.execute(select(table)).all()
            for row in in_the_way(table):
                with suppress(IntegrityError):
                    connection.execute(insert(table).prefix_with(verb).values(row))
                assert connection.execute(select(table)).all() == held
    program.dispose()


def test_what_the_program_does_not_offer_again_is_refused_and_not_passed_over(empty_file: Store):
    with empty_file.session() as session:
        for name in GUARDED:
            table = METADATA.tables[name]
            put(session, table)
            if name not in OFFERED_AGAIN:
                refuses(session, insert(table).values(a_row(table, fid=1)))


def test_the_audit_loses_no_row_unless_its_last_entry_says_so(session):
    old = NOW - (KEPT_DAYS + 1) * DAY
    for hour in range(4):
        record(session, now=old + hour * HOUR, by="li", act="dispatch", about="E1")
    refuses(session, update(AUDIT).values(by="x"))
    refuses(session, delete(AUDIT).where(AUDIT.c.seq == 1))
    record(session, now=NOW, by="li", act=DROPPED, about="audit", detail={"seq": 2, "hash": "x"})
    refuses(session, delete(AUDIT).where(AUDIT.c.seq == 3))
    session.execute(delete(AUDIT).where(AUDIT.c.seq == 1))
    record(session, now=NOW, by="li", act="dispatch", about="E2")
    refuses(session, delete(AUDIT).where(AUDIT.c.seq == 2))


@pytest.mark.parametrize("spared", [timedelta(0), timedelta(milliseconds=1)])
def test_an_entry_younger_than_half_a_year_stays_whatever_the_last_one_says(session, spared):
    record(session, now=NOW - KEPT_DAYS * DAY - spared, by="li", act="dispatch", about="E1")
    record(session, now=NOW, by="li", act=DROPPED, about="audit", detail={"seq": 1, "hash": "x"})
    gone = delete(AUDIT).where(AUDIT.c.seq == 1)
    if spared:
        session.execute(gone)
    else:
        refuses(session, gone)


def test_live_events_go_only_while_the_audit_says_up_to_where(session):
    for hour in range(4):
        tell(session, "incident", hour, now=NOW + hour * HOUR)
    refuses(session, update(EVENTS).values(payload="x"))
    refuses(session, delete(EVENTS))
    later = NOW + DAY
    record(session, now=later, by="li", act=DROPPED, about="audit", detail={"seq": 9, "hash": "x"})
    refuses(session, delete(EVENTS))
    assert drop_events(session, before=NOW + 2 * HOUR, now=later, by="li") == 2
    refuses(session, delete(EVENTS))
    record(session, now=NOW, by="li", act=EVENTS_DROPPED, about="events", detail={"seq": 99})
    refuses(session, delete(EVENTS))  # those are younger than the entry


def test_a_message_keeps_its_words_and_goes_only_when_it_has_been_sent_or_given_up(session):
    for name in ("sent", "dead", "waits"):
        post(session, now=NOW, to="C", said=Remark("x", "x", "x"), dedupe_key=name, about="i")
    refuses(session, update(OUTBOX).values(addressee="D"))
    refuses(session, delete(OUTBOX))
    for name, column in (("sent", OUTBOX.c.sent_at), ("dead", OUTBOX.c.given_up_at)):
        session.execute(update(OUTBOX).where(OUTBOX.c.dedupe_key == name).values({column: NOW}))
        session.execute(delete(OUTBOX).where(OUTBOX.c.dedupe_key == name))
    refuses(session, delete(OUTBOX))


def guards(store: Store) -> set[str]:
    """The guards that a store has."""
    embedded = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'rtree%'"
    server = (
        "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid "
        "WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"
    )
    with store.reading() as session:
        return set(session.scalars(text(server if store.path is None else embedded)))


def test_a_restored_store_is_guarded_as_the_one_before(store, elsewhere, tmp_path):
    dialect = store.engine.dialect.name
    wanted = {trigger for name in GUARDED for trigger in triggers_of(name, dialect)}
    assert guards(store) == wanted
    back_up(store, tmp_path / "backup")
    with closing(bring_back(tmp_path / "backup", elsewhere)) as back:
        assert guards(back) == wanted
        with back.session() as session:
            put(session, TRANSITIONS)
            refuses(session, delete(TRANSITIONS))


def test_whoever_tampers_has_to_drop_the_guard_first(session):
    put(session, TRANSITIONS)
    without_guard(session, "transitions")
    session.execute(delete(TRANSITIONS))
    assert session.scalar(select(func.count()).select_from(TRANSITIONS)) == 0


def test_retention_takes_what_is_old_and_the_guard_lets_it(session):
    for days in (400, 300, 1):
        record(session, now=NOW - days * DAY, by="li", act="dispatch", about="E1")
    assert drop_links(session, before=NOW - 200 * DAY, now=NOW, by="retention") == 2
    assert list(session.scalars(select(AUDIT.c.act))) == ["dispatch", DROPPED]
