"""A suggestion is made again from what the store keeps, whatever has happened since."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rows_by_hand import without_guard
from shapely import box
from spec.city_files import STREET
from sqlalchemy import delete, select, update

from api.weights_in_force import WeightsInForce
from dispatch import desk
from dispatch.arrival_chance import prior
from dispatch.city import City
from dispatch.incident import Incident, Reporter
from dispatch.replay import Replay, ask_why_not, reopen, replay
from dispatch.store.arrival_models import put_in_force
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.closures import add_closure
from dispatch.store.engine import Store
from dispatch.store.positions import read_positions
from dispatch.store.suggestions import prune_tracks
from dispatch.store.tables import FROZEN, SUGGESTIONS, WEIGHTS
from dispatch.unit import DutyStatus
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.errors import UnknownName
from geo.position import Fix
from geo.road.closure import Closure
from geo.road.extent import Extent
from geo.road.road_class import Mode

NOW = datetime(2026, 11, 20, 2, 0, 30, 123_456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
PLACE = STREET.lon_lat["x"]


@pytest.fixture
def officers(store: Store) -> Whereabouts:
    city = read_city(store)
    with store.reading() as session:
        found = locate_officers(city, read_positions(session), read_statuses(session))
    return found.with_status({"002": DutyStatus.AVAILABLE})


def ask(store: Store, officers: Whereabouts, *, now: datetime = NOW) -> str:
    reporter = Reporter("李四", "13912345678")
    incident = Incident(PLACE, ("H1",), NOW, reporter=reporter, text="李四报")
    with store.session() as session:
        number, _ = desk.keep(session, desk.draw_up(incident, officers, now=now))
        session.commit()
    return number


def again(store: Store, city: City, number: str) -> Replay:
    with store.reading() as session:
        return replay(reopen(session, number, city))


def test_it_is_the_same_after_everybody_has_moved_on(store, officers):
    number = ask(store, officers)
    fixes = [Fix(officer, STREET.lon_lat["3"], LATER) for officer in ("001", "002")]
    moved, _ = officers.moved(fixes, now=LATER)
    other = ask(store, moved.with_status({"001": DutyStatus.BUSY}), now=LATER)
    assert other != number
    for each in (number, other):
        assert again(store, officers.city, each) == Replay(each, same=True)


def test_weights_of_then_are_rebuilt_and_those_of_now_stay_in_force(store, officers):
    city = officers.city
    weights = WeightsInForce(store, city)
    west = Extent(polygon=box(*STREET.lon_lat["1"], *STREET.lon_lat["2"]).buffer(1e-4))
    slow = Closure("", west, NOW, ends=LATER, speed_factor=0.25)
    with store.session() as session:
        add_closure(session, slow, now=NOW, by="test")
        session.commit()
    weights.read_again(NOW)
    during, slowed = ask(store, officers), city.weight_version
    weights.apply(LATER)
    after, base = ask(store, officers, now=LATER), city.weight_version
    assert slowed != base
    for number in (during, after):
        assert again(store, city, number).same
    assert city.weight_version == base


def test_the_model_of_arrivals_of_then_is_asked(store, officers):
    number = ask(store, officers)
    newer = replace(prior(), drift=0.5)
    with store.session() as session:
        put_in_force(session, newer)
        session.commit()
    now = read_city(store)
    assert now.arrival_model.version == newer.version != officers.city.arrival_model.version
    assert again(store, now, number).same


def test_nothing_that_a_person_said_is_kept_with_it(store, officers):
    number = ask(store, officers)
    with store.reading() as session:
        (row,) = session.execute(select(SUGGESTIONS).where(SUGGESTIONS.c.id == number))
    assert "李四" not in f"{row.question}{row.record}"
    assert "13912345678" not in f"{row.question}{row.record}"


def test_tracks_go_when_their_time_is_over_and_those_still_needed_stay(store, officers):
    early = ask(store, officers)
    late = ask(store, officers.with_status({"003": DutyStatus.AVAILABLE}), now=LATER)
    with store.session() as session:
        assert prune_tracks(session, before=LATER) == 2, "statuses of then, and their contents"
        session.commit()
    assert again(store, officers.city, late).same
    gone = again(store, officers.city, early)
    assert (gone.same, gone.gone.code) == (False, "track_gone")
    with store.session() as session:
        assert prune_tracks(session, before=LATER + timedelta(days=1)) > 0
        assert session.execute(select(FROZEN)).all() == []


def test_why_not_answers_from_the_record_when_the_track_is_gone(store, officers):
    number = ask(store, officers)
    with store.session() as session:
        prune_tracks(session, before=LATER)
        reopened = reopen(session, number, officers.city)
    codes = [remark.code for remark in ask_why_not(reopened, "SQ").reasons]
    assert codes == ["track_gone"]
    named = ask_why_not(reopened, "K1").reasons[0].code
    assert named != "track_gone"


def test_another_version_of_the_city_is_refused_in_one_sentence(store, officers):
    number = ask(store, officers)
    changed = replace(officers.city, officers=officers.city.officers[:-1])
    outcome = again(store, changed, number)
    assert outcome.gone.code == "other_city"
    assert officers.city.version in outcome.gone.en
    assert changed.version in outcome.gone.en


def test_weights_that_nobody_numbered_are_said_to_be_gone(store, officers):
    city = officers.city
    number = ask(store, officers)
    with store.session() as session:
        session.execute(delete(WEIGHTS))
        record = session.scalar(select(SUGGESTIONS.c.record).where(SUGGESTIONS.c.id == number))
        car = city.travel_times[Mode.CAR].version
        for version in (f"{car}+7", "other"):
            changed = record.replace(f"car={car}", f"car={version}")
            without_guard(session, "suggestions")
            session.execute(update(SUGGESTIONS).values(record=changed))
            outcome = replay(reopen(session, number, city))
            assert (outcome.same, outcome.gone.code) == (False, "roads_gone")
            assert repr(version) in outcome.gone.en


def test_a_record_that_was_changed_differs_and_it_says_where(store, officers):
    number = ask(store, officers)
    with store.session() as session:
        record = session.scalar(select(SUGGESTIONS.c.record).where(SUGGESTIONS.c.id == number))
        changed = record.replace('"arrival_target_s":900', '"arrival_target_s":60')
        without_guard(session, "suggestions")
        session.execute(update(SUGGESTIONS).values(record=changed))
        session.commit()
    (difference,) = again(store, officers.city, number).differences
    assert difference.where == "arrival_target_s"
    assert (float(difference.then), float(difference.again)) == (60.0, 900.0)


def test_a_suggestion_that_nobody_made_is_not_known(store, officers):
    with store.reading() as session, pytest.raises(UnknownName, match="no suggestion 'X'"):
        reopen(session, "X", officers.city)
