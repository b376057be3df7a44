"""
The outbox: a message is one sender's at a time, is sent again after a kill, and ends in one way.

Every test runs on an embedded store and on PostgreSQL.  Seen to fail with the guard taken out:
without ``due_at <= now`` a message that is out is taken out again by the next sender; without
``tries`` in `settle` a sender that was away too long gives up what another has in hand.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, select
from store_servers import KINDS

from dispatch.bulletin import Scope
from dispatch.notify import MessageState
from dispatch.report_rules import BulletinKind
from dispatch.sight import Sight
from dispatch.store import ledger
from dispatch.store.bulletins import Bulletin, add_bulletin
from dispatch.store.engine import Store, open_store
from dispatch.store.ledger_tables import OUTBOX
from dispatch.store.outbox import (
    Outbox,
    drop_message,
    get_message,
    give_up,
    list_messages,
    mark_sent,
    put_off,
    read_outbox,
    send_again,
    take_out,
)
from dispatch.store.retention import Kept, forget
from geo.errors import Conflict, UnknownName
from geo.remark import Remark

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SAID = Remark("deadline_missed", "超时", "Late.")
LEASE_S = 60
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
KEPT = Kept(tracks_d=30, reporters_d=90, snapshots_d=366, events_d=7, audit_d=366)


@pytest.fixture(scope="module")
def stores():
    """Stores by kind, each made when it is first asked for; nothing here needs a city."""
    made: dict[str, Store] = {}
    yield made
    for store in made.values():
        store.close()


@pytest.fixture(params=KINDS)
def store(request, stores, tmp_path_factory):
    """A store of each kind in turn, which every test leaves empty."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
    if request.param not in stores and request.param == "postgresql":
        stores[request.param] = open_store(server.url(server.make_database()), create=True)
    elif request.param not in stores:
        file = tmp_path_factory.mktemp("outbox") / "store.gpkg"
        stores[request.param] = open_store(f"sqlite:///{file}", create=True)
    return stores[request.param]


@pytest.fixture
def session(store):
    """What is done in it is undone."""
    with store.session() as session:
        yield session


def post(session, *keys: str, at=NOW):
    for key in keys:
        ledger.post(session, now=at, to="K1", said=SAID, dedupe_key=key, about="E1")


def out(session, *, now=NOW, limit=10):
    return take_out(session, now=now, lease_s=LEASE_S, limit=limit)


def one_out(session, *, now=NOW):
    (message,) = out(session, now=now)
    return message


def dead(session, key="a"):
    """A message that was given up."""
    post(session, key)
    message = one_out(session)
    assert give_up(session, message, now=NOW, failure="no")
    return message


def test_what_is_out_is_nobody_elses_until_the_lease_is_over(session):
    post(session, "a")
    first = one_out(session)
    assert (first.dedupe_key, first.to, first.said, first.tries) == ("a", "K1", SAID, 1)
    assert out(session) == []
    assert out(session, now=NOW + (LEASE_S - 1) * SECOND) == []
    again = one_out(session, now=NOW + LEASE_S * SECOND)
    assert (again.number, again.dedupe_key, again.tries) == (first.number, "a", 2)


def test_the_longest_due_comes_first_and_no_more_than_asked_for(session):
    post(session, "late", at=NOW - SECOND)
    post(session, "later", "latest")
    post(session, "early", at=NOW - 2 * SECOND)
    post(session, "not-yet", at=NOW + SECOND)
    keys = [[one.dedupe_key for one in out(session, limit=2)] for _ in range(3)]
    assert [sorted(some) for some in keys] == [["early", "late"], ["later", "latest"], []]


def test_what_is_sent_stays_sent(session):
    post(session, "a")
    message = one_out(session)
    mark_sent(session, message, now=NOW + SECOND)
    kept = get_message(session, message.number)
    assert (kept.state, kept.sent_at, kept.due_at) == (MessageState.SENT, NOW + SECOND, None)
    assert out(session, now=NOW + timedelta(days=1)) == []
    assert not put_off(session, message, until=NOW, failure="late")
    assert not give_up(session, message, now=NOW, failure="late")
    with pytest.raises(Conflict, match="is sent, not dead"):
        send_again(session, message.number, now=NOW)
    post(session, "a")
    assert read_outbox(session) == Outbox(), "what is posted anew under its key is not sent again"


def test_what_is_put_off_comes_again_then_and_says_why(session):
    post(session, "a")
    assert put_off(session, one_out(session), until=NOW + 5 * SECOND, failure="HTTP 503")
    assert out(session, now=NOW + 4 * SECOND) == []
    again = one_out(session, now=NOW + 5 * SECOND)
    assert (again.tries, again.failure) == (2, "HTTP 503")


def test_a_sender_that_was_away_too_long_only_says_that_it_was_taken(session):
    post(session, "a", "b")
    slow = {one.dedupe_key: one for one in out(session)}
    quick = {one.dedupe_key: one for one in out(session, now=NOW + LEASE_S * SECOND)}
    assert slow.keys() == quick.keys() == {"a", "b"}
    assert not put_off(session, slow["a"], until=NOW, failure="slow")
    assert not give_up(session, slow["a"], now=NOW, failure="slow")
    mark_sent(session, slow["b"], now=NOW)
    assert get_message(session, slow["a"].number) == quick["a"]
    assert not give_up(session, quick["b"], now=NOW, failure="it has been taken")
    assert get_message(session, slow["b"].number).state == MessageState.SENT


def test_a_dead_letter_waits_for_somebody_to_send_it_again(session):
    message = dead(session)
    assert out(session, now=NOW + timedelta(days=9)) == []
    assert read_outbox(session) == Outbox(dead=1)
    revived = send_again(session, message.number, now=NOW + SECOND)
    assert (revived.state, revived.tries, revived.failure) == (MessageState.WAITING, 0, "no")
    assert read_outbox(session) == Outbox(1, NOW, NOW + SECOND)
    again = one_out(session, now=NOW + SECOND)
    assert (again.dedupe_key, again.tries) == ("a", 1)
    with pytest.raises(Conflict, match="is waiting, not dead"):
        send_again(session, message.number, now=NOW)


def test_a_dead_letter_can_be_dropped_and_nothing_else(session):
    message = dead(session)
    post(session, "b")
    waiting = one_out(session)
    assert drop_message(session, message.number).dedupe_key == "a"
    with pytest.raises(UnknownName, match=f"no message {message.number}"):
        drop_message(session, message.number)
    with pytest.raises(Conflict, match="is waiting"):
        drop_message(session, waiting.number)
    assert get_message(session, waiting.number) == waiting


def test_messages_are_listed_by_state_the_newest_first(session):
    gone = dead(session, "dead")
    post(session, "sent")
    mark_sent(session, one_out(session), now=NOW)
    post(session, "w1", "w2")

    def keys(**only: object) -> list[str]:
        return [one.dedupe_key for one in list_messages(session, limit=9, **only)]

    assert keys() == ["w2", "w1", "sent", "dead"]
    assert {state: keys(state=state) for state in MessageState} == {
        MessageState.WAITING: ["w2", "w1"],
        MessageState.SENT: ["sent"],
        MessageState.DEAD: ["dead"],
        MessageState.PASSED_ON: [],
        MessageState.TO_CALL: [],
    }
    assert keys(before=gone.number + 2) == ["sent", "dead"]
    assert (keys(about="E1"), keys(about="E2")) == (keys(), [])


def test_what_was_sent_long_ago_is_forgotten_and_what_was_not_is_kept(session):
    long_ago = NOW - timedelta(days=30)
    post(session, "waits", "dead", "old", "new", at=long_ago)
    by_key = {one.dedupe_key: one for one in out(session, now=long_ago)}
    give_up(session, by_key["dead"], now=long_ago, failure="no")
    mark_sent(session, by_key["old"], now=long_ago)
    mark_sent(session, by_key["new"], now=NOW)
    assert forget(session, KEPT, now=NOW, by="test").messages == 1
    assert set(session.scalars(select(OUTBOX.c.dedupe_key))) == {"waits", "dead", "new"}


def test_many_senders_take_every_message_out_once(store, count):
    messages, senders = count(reduced=60, full=3_000), 6
    with store.session() as session:
        post(session, *(f"m{number}" for number in range(messages)))
        session.commit()
    together = Barrier(senders)

    def send_all(_: int) -> list[str]:
        sent = []
        together.wait()
        while True:
            with store.session() as session:
                taken = out(session, limit=3)
                session.commit()
            if not taken:
                return sent
            for message in taken:
                with store.session() as session:
                    mark_sent(session, message, now=NOW)
                    session.commit()
                sent.append(message.dedupe_key)

    with ThreadPoolExecutor(senders) as pool:
        sent = Counter(key for some in pool.map(send_all, range(senders)) for key in some)
    assert sent == Counter({f"m{number}": 1 for number in range(messages)})
    with store.session() as session:
        assert read_outbox(session) == Outbox()
        session.execute(delete(OUTBOX))
        session.commit()


def test_who_sees_a_district_sees_word_of_the_reports_of_its_towns(store):
    with store.session() as session:
        for area in ("D", "T", "O"):
            scope = Scope(BulletinKind.WEEKLY, area, NOW - 8 * DAY, NOW - DAY)
            kept = add_bulletin(session, Bulletin("", scope, NOW, 1, NOW, "li", "digest"), "{}")
            ledger.post(session, now=NOW, to=area, said=SAID, dedupe_key=area, about=kept.id)
        sight = Sight(frozenset({"D"}), frozenset(), frozenset({"D", "T"}))
        seen = {one.to for one in list_messages(session, sight=sight, limit=9)}
        session.rollback()
    assert seen == {"D", "T"}
