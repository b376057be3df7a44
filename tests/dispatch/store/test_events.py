"""Live events in the store: numbered in the order of commits, kept, dropped, and rung for."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from dispatch.store import ledger
from dispatch.store.doorbell import Doorbell
from dispatch.store.engine import Store, open_store
from dispatch.store.events import drop_events, numbers_kept, read_told

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_a_reader_that_goes_on_from_the_last_number_misses_nothing(empty_store, count):
    """
    Whoever sees a number has seen all lower ones that will ever be there.

    Seen to fail on PostgreSQL with `take_turn` taken out of `tell`: a transaction that commits
    late has a number below one that was read before.
    """
    writers, each = 4, count(reduced=25, full=250)
    done = threading.Event()

    def write(writer: int) -> None:
        for number in range(each):
            with empty_store.session() as session:
                ledger.tell(session, "incident", [writer, number], now=NOW)
                time.sleep(0.001 * (writer % 2))
                session.commit()

    def read() -> list[int]:
        seen: list[int] = []
        while True:
            last = done.is_set()
            with empty_store.reading() as session:
                after = seen[-1] if seen else 0
                batch = [told.number for told in read_told(session, after=after, limit=7)]
            seen += batch
            if last and not batch:
                return seen

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(read)
        list(pool.map(write, range(writers)))
        done.set()
        seen = reader.result()
    assert len(seen) == writers * each


def test_what_is_undone_was_never_told(empty_store):
    with empty_store.session() as session:
        ledger.tell(session, "incident", 1, now=NOW)
    assert told(empty_store) == []


def test_old_events_go_and_the_newest_stays_to_count_from(empty_store):
    for hour in range(5):
        tell(empty_store, hour, at=NOW + timedelta(hours=hour))
    asked = {"now": NOW + timedelta(days=9), "by": "li"}
    with empty_store.session() as session:
        assert drop_events(session, before=NOW + timedelta(hours=2), **asked) == 2
        assert drop_events(session, before=NOW + timedelta(days=9), **asked) == 2
        session.commit()
    with empty_store.reading() as session:
        oldest, newest = numbers_kept(session)
    assert oldest == newest > 4
    tell(empty_store, 5, at=NOW)
    assert [one.payload for one in told(empty_store)] == ["4", "5"]


def test_the_bell_rings_for_what_another_process_tells(empty_store):
    other = open_store(empty_store.url)
    bell = Doorbell(empty_store)
    bell.wait(0.01)
    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        waiting = pool.submit(bell.wait, 30)
        tell(other, 1, at=NOW)
        waiting.result()
        assert time.monotonic() - began < 10
    bell.hang_up()
    other.close()


def test_the_bell_is_hung_up_anew_after_the_server_was_away(postgresql, database):
    store = open_store(database, create=True)
    bell = Doorbell(store)
    bell.wait(0.01)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    postgresql.execute(cut)
    failed = False
    try:
        bell.wait(5)
    except Exception as error:  # noqa: BLE001 -- whichever the driver raises for a lost connection
        failed = "terminat" in str(error) or "closed" in str(error)
    assert failed
    with ThreadPoolExecutor(1) as pool:
        bell.wait(0.01)
        waiting = pool.submit(bell.wait, 30)
        tell(store, 1, at=NOW)
        waiting.result(20)
    bell.hang_up()
    store.close()


def tell(store: Store, payload: object, *, at: datetime) -> None:
    with store.session() as session:
        ledger.tell(session, "incident", payload, now=at)
        session.commit()


def told(store: Store) -> list:
    with store.reading() as session:
        return read_told(session, after=0, limit=100)
