"""One process of several leads; another takes over once it is gone, however it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import text
from store_servers import TemporaryServer

from dispatch.store.engine import open_store
from dispatch.store.leader import LEADER_LOCK, Leadership


@pytest.fixture
def two(database: str):
    """What two processes know of one store."""
    with (
        closing(open_store(database, create=True)) as first,
        closing(open_store(database)) as second,
    ):
        both = Leadership(first), Leadership(second)
        yield both
        for one in both:
            one.resign()


def leading(both: tuple[Leadership, ...]) -> list[bool]:
    for one in both:
        one.look()
    return [one.leads for one in both]


def looked(one: Leadership) -> bool:
    one.look()
    return one.leads


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes true: a server notices a moment later that somebody is gone."""
    until = time.monotonic() + 30
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_the_first_who_looks_leads_and_stays(two):
    assert not any(one.leads for one in two)
    for _ in range(3):
        assert leading(two) == [True, False]


def test_whoever_resigns_leaves_it_to_the_other(two):
    assert leading(two) == [True, False]
    two[0].resign()
    assert leading(two[::-1]) == [True, False]
    assert leading(two) == [False, True]


def test_whoever_has_lost_the_connection_has_lost_the_lead(two, database: str):
    assert leading(two) == [True, False]
    with closing(open_store(database)) as store, store.session() as session:
        held = {"low": LEADER_LOCK & 0xFFFFFFFF}
        ended = session.scalar(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = :low"), held
        )
        assert ended is True
    assert soon(lambda: looked(two[0]) is False)
    assert soon(lambda: looked(two[1]) is True), "the server frees the lock when it has noticed"
    assert leading(two) == [False, True]


def test_nobody_leads_while_the_server_is_away(two, postgresql: TemporaryServer):
    assert leading(two) == [True, False]
    postgresql.end()
    assert leading(two) == [False, False]
    postgresql.start()
    assert sorted(leading(two)) == [False, True]


def test_the_one_process_of_an_embedded_store_leads(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'new.gpkg'}", create=True)) as store:
        alone = Leadership(store)
        alone.look()
        assert alone.leads
        alone.resign()
        assert not alone.leads
