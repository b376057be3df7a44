"""Devices, sources and refused fixes in both stores: kept, read back, counted on, forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rows_by_hand import a_row
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dispatch.device_book import Handout, Term
from dispatch.refused_fix import RefusedFix, unknown_device
from dispatch.store.devices import add_handouts, drop_source, read_device_book, set_source
from dispatch.store.engine import Store
from dispatch.store.refused_fixes import add_refused, forget_unknown, read_refused
from dispatch.store.retention import Kept, forget
from dispatch.store.tables import OFFICERS
from geo.position import TELEPORT
from geo.tracker.report import SpeedUnit
from geo.tracker.source import Protocol, Source, standard_sources

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def session(empty_store: Store):
    with empty_store.session() as session:
        for number, officer in enumerate(("P1", "P2"), start=1):
            session.execute(insert(OFFICERS).values(a_row(OFFICERS, fid=number) | {"id": officer}))
        yield session


def handout(officer: str | None, hours: int, device: str = "7") -> Handout:
    return Handout("jt808", device, officer, NOW + hours * HOUR, "li", NOW)


def state(session: Session, *handouts: Handout) -> None:
    add_handouts(session, handouts, now=NOW, by="li")


def test_statements_are_read_back_in_the_order_of_their_instants(session):
    state(session, handout("P2", 4), handout("P1", 0))
    state(session, handout(None, 2))
    book = read_device_book(session)
    carriers = [
        book.officer_of(("jt808", "7"), NOW + hours * HOUR) for hours in (-1, 0, 1, 2, 4, 9)
    ]
    assert carriers == [None, "P1", "P1", None, "P2", "P2"]
    assert book.terms() == (
        Term("jt808", "7", "P1", NOW, NOW + 2 * HOUR, "li"),
        Term("jt808", "7", "P2", NOW + 4 * HOUR, None, "li"),
    )
    assert [term.holds(NOW + HOUR) for term in book.terms()] == [True, False]


def test_of_two_statements_for_one_instant_the_later_counts(session):
    state(session, handout("P1", 0))
    state(session, handout("P2", 0))
    book = read_device_book(session)
    assert book.officer_of(("jt808", "7"), NOW) == "P2"
    assert len(book.terms()) == 1


def test_a_source_takes_the_place_of_the_standard_one_until_it_is_taken_out(session):
    own = Source("jt808", Protocol.JT808, "gcj02", -1.5, 0, SpeedUnit.MPS, "fleet")
    set_source(session, own, now=NOW, by="li")
    set_source(session, Source("phones", Protocol.OSMAND, account="phones"), now=NOW, by="li")
    book = read_device_book(session)
    assert book.sources["jt808"] == own
    assert book.source_for(Protocol.OSMAND, "phones").code == "phones"
    assert book.source_for(Protocol.OSMAND, "li").code == "osmand"
    drop_source(session, "jt808", now=NOW, by="li")
    assert read_device_book(session).sources["jt808"] == standard_sources()["jt808"]


def refused(device: str, hours: int, count: int = 1) -> RefusedFix:
    at = NOW + hours * HOUR
    return RefusedFix("jt808", device, unknown_device("jt808", device), None, count, at, at)


def test_what_is_refused_is_counted_on_and_forgotten(session):
    quarantined = RefusedFix("jt808", "7", TELEPORT, "P1", 1, NOW, NOW, NOW, (109.1, 21.4))
    add_refused(session, [refused("7", 0, 2), refused("8", -48), quarantined])
    add_refused(session, [refused("7", 5, 3)])
    one, other, unknown = read_refused(session)
    assert one == quarantined
    assert (other.device, other.count) == ("7", 5)
    assert (other.first_at, other.last_at) == (NOW, NOW + 5 * HOUR)
    assert unknown.device == "8"
    assert refused("7", 0, 2).joined(refused("7", 5, 3)) == other
    assert refused("7", 5, 3).joined(refused("7", 0, 2)) == other
    forget_unknown(session, [("jt808", "7"), ("jt808", "9")])
    assert {row.remark.code for row in read_refused(session)} == {"teleport", "unknown_device"}
    kept = Kept(tracks_d=1, reporters_d=1, snapshots_d=1, events_d=1, audit_d=200)
    assert forget(session, kept, now=NOW, by="retention").refused == 1
    assert read_refused(session) == [quarantined]
