"""The store on a server: PostgreSQL and PostGIS, refused in one sentence if it would forget."""

from __future__ import annotations

from contextlib import closing, suppress

import pytest
from sqlalchemy import event, text
from store_servers import TemporaryServer

from dispatch.store.engine import open_store
from dispatch.store.ledger import CHAIN_LOCK, take_turn
from geo.errors import BadValue, Unavailable, UnreadableFile


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_a_server_that_may_forget_what_it_confirmed_is_refused(
    setting: str, postgresql: TemporaryServer, database: str
):
    postgresql.end()
    postgresql.start(f"{setting}=off")
    try:
        with pytest.raises(BadValue, match=rf"has {setting} off and may lose .* start again\.$"):
            open_store(database, create=True)
    finally:
        postgresql.end()
        postgresql.start()
    open_store(database, create=True).close()


def test_a_database_without_postgis_says_who_is_to_do_what(postgresql: TemporaryServer):
    plain = postgresql.make_database(template="template0")
    with pytest.raises(BadValue, match=r"has no PostGIS: run CREATE EXTENSION postgis in it"):
        open_store(postgresql.url(plain), create=True)
    postgresql.drop_database(plain)


def test_a_database_of_another_encoding_is_refused(postgresql: TemporaryServer):
    postgresql.execute("CREATE DATABASE latin ENCODING LATIN1 LOCALE 'C' TEMPLATE template0")
    with pytest.raises(BadValue, match=r"encoded in LATIN1.*make it with ENCODING 'UTF8'"):
        open_store(postgresql.url("latin"), create=True)
    postgresql.drop_database("latin")


def test_an_empty_database_is_no_store_unless_one_is_to_be_made(database: str):
    with pytest.raises(UnreadableFile, match=f"no store in {database}; make one with"):
        open_store(database)


def test_the_database_of_another_program_is_not_touched(postgresql: TemporaryServer, database: str):
    name = database.rpartition("/")[2]
    postgresql.execute("CREATE TABLE theirs (a integer)", database=name)
    with pytest.raises(UnreadableFile, match="but not a store of grid-dispatch"):
        open_store(database, create=True)


def test_a_server_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(Unavailable, match=r"me:\*\*\*@127.0.0.1:1/city does not answer"):
        open_store("postgresql://me:secret@127.0.0.1:1/city")


def test_a_connection_that_has_died_is_replaced(postgresql: TemporaryServer, database: str):
    store = open_store(database, create=True)
    with store.reading() as session:
        assert session.connection().dialect.name == "postgresql"
    postgresql.end()
    postgresql.start()
    with store.reading() as session:
        assert session.connection().closed is False
    store.close()


def test_the_turn_at_the_ledger_is_asked_for_once_and_again_after_it_was_given_back(database: str):
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock")
    with closing(open_store(database, create=True)) as store, store.session() as session:
        asked: list[str] = []

        @event.listens_for(store.engine, "before_cursor_execute")
        def note(*of: object) -> None:
            asked.append(str(of[2]))

        def turns() -> tuple[int, int]:
            holding = session.scalar(held, {"lock": CHAIN_LOCK})
            return sum("pg_advisory_xact_lock" in one for one in asked), int(holding or 0)

        take_turn(session)
        assert turns() == (1, 1), "the first thing that a session does"
        session.commit()
        with suppress(LookupError), session.begin_nested():
            take_turn(session)
            raise LookupError
        assert turns() == (2, 0)
        take_turn(session)
        take_turn(session)
        assert turns() == (3, 1)
        session.commit()
        assert turns() == (3, 0)
        take_turn(session)
        assert turns() == (4, 1)
