"""
Lists of a part of the city: SQL picks the rows that the rule of sight lets somebody see.

Seen to fail with the guard taken out: without the crews that are bound, without the units that are
called, and with a correction that leaves an incident where it was filed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rows_by_hand import NOW, a_row
from spec.served_town import RIVER
from spec.sibling_towns import EAST_JUNCTION, WEST_JUNCTION, write_sibling_towns
from sqlalchemy import insert
from sqlalchemy.orm import Session

from api.named_thing import sees_assignment, sees_call, sees_incident, sees_message
from dispatch.access import Person, Role, sees
from dispatch.assignment import Departure
from dispatch.choice import ProposalKind
from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.deadline_plan import DeadlineState
from dispatch.desk import receive
from dispatch.incident import Incident
from dispatch.incident_state import State
from dispatch.sight import areas_of_place, filed_under, sees_place, sees_whole_city, sight_of
from dispatch.store.assignments import list_assignments
from dispatch.store.cities import read_city
from dispatch.store.deadlines import DEADLINES, list_deadlines
from dispatch.store.engine import Store, open_store
from dispatch.store.incidents import (
    add_incident,
    get_incident,
    list_incidents,
    move_incident,
    rewrite_incident,
)
from dispatch.store.ledger import post
from dispatch.store.order_tables import ASSIGNMENTS, WHISTLES
from dispatch.store.outbox import list_messages
from dispatch.store.tables import SUGGESTIONS
from dispatch.store.whistles import list_calls
from dispatch.work_calendar import Counts
from geo.area import Tier
from geo.remark import Remark

SAID = Remark("x", "x", "x")
OUTSIDE = (100.0, 10.0)
PLACES = {
    "west": RIVER.lon_lat[WEST_JUNCTION],
    "east": RIVER.lon_lat[EAST_JUNCTION],
    "out": OUTSIDE,
}
UNITS = ("KW", "KE", "KF", "KS", "BW", "BE", "SQ")
PEOPLE = [
    Person("p", frozenset({Role.DISPATCHER}), frozenset(areas))
    for areas in (["C"], ["TW"], ["TE"], ["TW", "TE"], ["C", "TW"], ["nowhere"], [])
]


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_sibling_towns(tmp_path_factory.mktemp("towns"))


@pytest.fixture(params=["embedded", "postgresql"])
def towns(request, town_store) -> Iterator[Store]:
    """A store of each kind; nothing that a test does in it is committed."""
    server = request.param == "postgresql"
    url = request.getfixturevalue("town_on_server") if server else f"sqlite:///{town_store}"
    with closing(open_store(url)) as store:
        yield store


@st.composite
def cases(draw) -> dict[str, Any]:
    """An incident, where it is corrected to, and who was sent and called."""
    somewhere = st.sampled_from(sorted(PLACES))
    return {
        "at": draw(somewhere),
        "corrected": draw(st.none() | somewhere),
        "state": draw(st.sampled_from([State.REPORTED, State.ACCEPTED])),
        "sent": draw(st.lists(st.tuples(st.sampled_from(UNITS), st.booleans()), max_size=2)),
        "called": draw(st.none() | st.lists(st.sampled_from(UNITS), max_size=2, unique=True)),
    }


def put(session: Session, city: City, case: dict[str, Any]) -> None:
    """An incident with everything that is listed of one."""
    number = str(receive(session, Incident(PLACES[case["at"]], (), NOW), city, by="li").id)
    move_incident(session, number, State.REPORTED, case["state"], None)
    if case["corrected"] is not None:
        correct(session, city, number, PLACES[case["corrected"]])
    asked = {"incident": number, "suggestion": "S"}
    for order, (unit, released) in enumerate(case["sent"]):
        row = a_row(ASSIGNMENTS, id=f"A-{number}-{order}", **asked, unit=unit, reinforces=True)
        row |= {"kind": next(iter(ProposalKind)), "departure": next(iter(Departure))}
        row["released_at"] = NOW if released else None
        session.execute(insert(ASSIGNMENTS).values(row))
    if case["called"] is not None:
        row = a_row(WHISTLES, id=f"W-{number}", incident=number, said=(SAID, SAID))
        row |= {"units": tuple(case["called"]), "bodies": ("水务局",)}
        session.execute(insert(WHISTLES).values(row))
    row = a_row(DEADLINES, incident=number, kind=ClockKind.HANDLE, plan="[]", amount=1)
    row |= {"counts": next(iter(Counts)), "state": next(iter(DeadlineState))}
    session.execute(insert(DEADLINES).values(row))
    post(session, now=NOW, to="C", said=SAID, dedupe_key=number, about=number)


def correct(session: Session, city: City, number: str, lon_lat: tuple[float, float]) -> None:
    meant = get_incident(session, number)
    corrected = Incident(lon_lat, (), NOW, id=number, version=meant.version)
    areas = filed_under(city.place_index.locate(lon_lat), city.chains)
    assert rewrite_incident(session, corrected, filed_under=areas)


LISTS: dict[str, tuple[Callable[..., list[Any]], Callable[..., bool], Callable[[Any], Any]]] = {
    "incidents": (list_incidents, sees_incident, lambda row: row.id),
    "assignments": (list_assignments, sees_assignment, lambda row: row.id),
    "whistles": (list_calls, sees_call, lambda row: row.id),
    "deadlines": (
        list_deadlines,
        lambda session, row, *who: sees_incident(
            session, get_incident(session, row.incident), *who
        ),
        lambda row: row.id,
    ),
    "messages": (list_messages, sees_message, lambda row: row.number),
}
"""What is listed, the rule for one row, and what a row is called."""


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_shows_what_the_rule_of_sight_lets_see_page_by_page(towns, listed, count):
    city = read_city(towns, or_by_air=True)
    read, sees, key = LISTS[listed]

    @settings(
        max_examples=count(reduced=12, full=200),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(cases(), min_size=1, max_size=7), st.lists(cases(), max_size=2), st.data())
    def holds(before, meanwhile, data) -> None:
        person = data.draw(st.sampled_from(PEOPLE))
        with towns.session() as session:
            session.execute(insert(SUGGESTIONS).values(a_row(SUGGESTIONS, id="S")))
            for case in before:
                put(session, city, case)
            whole = read(session, limit=1000)
            expected = [key(row) for row in whole if sees(session, row, person, city)]
            shown: list[Any] = []
            last, limit, late = None, data.draw(st.integers(1, 3)), iter(meanwhile)
            while page := read(session, sight=sight_of(person, city), before=last, limit=limit):
                shown += map(key, page)
                last = shown[-1]
                for case in late:  # what comes in between two pages is on neither
                    put(session, city, case)
            assert shown == expected

    holds()


def test_incidents_in_some_states_are_as_many_as_are_asked_for(towns):
    city = read_city(towns, or_by_air=True)
    west = sight_of(PEOPLE[1], city)
    with towns.session() as session:
        for number in range(12):
            put_state = State.ACCEPTED if number % 3 else State.REPORTED
            incident = Incident(PLACES["west"], (), NOW)
            kept = receive(session, incident, city, by="li")
            move_incident(session, str(kept.id), State.REPORTED, put_state, None)
        found = list_incidents(session, states=[State.REPORTED], sight=west, limit=3)
    assert [row.state for row in found] == [State.REPORTED] * 3


def test_a_place_is_filed_under_the_areas_whose_people_see_it(town_store):
    with closing(open_store(f"sqlite:///{town_store}")) as store:
        city = read_city(store, or_by_air=True)
    for lon_lat in PLACES.values():
        areas = filed_under(city.place_index.locate(lon_lat), city.chains)
        for person in PEOPLE:
            assert sees_place(person, city, lon_lat) == bool(person.areas & areas)
            assert (sight_of(person, city) is None) == sees_whole_city(person, city)


def test_what_lies_in_two_areas_at_once_is_filed_under_all_that_is_above_either(town_store):
    """Seen to fail with the areas alone that hold the place."""
    with closing(open_store(f"sqlite:///{town_store}")) as store:
        towns = read_city(store, or_by_air=True)
    east = next(area for area in towns.areas if area.code == "TE")
    claimed = replace(east, code="TEx", tier=Tier.COMMUNITY, parent="TE")
    city = replace(towns, areas=(*towns.areas, claimed))
    place = replace(city.place_index.locate(PLACES["west"]), overlapping=(claimed,))
    areas = filed_under(place, city.chains)
    assert areas == {"C", "TW", "TE", "TEx"}
    for person in PEOPLE:
        assert sees(person, city, areas_of_place(place, city)) == bool(person.areas & areas)


def steps_of_a_page(session: Session, city: City) -> int:
    """How much work one page of 50 is, in hundreds of steps of SQLite's machine."""
    connection = session.connection().connection.driver_connection
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    connection.set_progress_handler(step, 100)
    assert len(list_incidents(session, sight=sight_of(PEOPLE[1], city), limit=50)) == 50
    connection.set_progress_handler(None, 0)
    return steps


def test_a_page_is_no_more_work_however_much_is_on_record(town_store):
    """Seen to fail with the guard taken out: without a limit to the keys of each area."""
    with closing(open_store(f"sqlite:///{town_store}")) as store, store.session() as session:
        city = read_city(store, or_by_air=True)
        west, east = (
            sorted(filed_under(city.place_index.locate(PLACES[side]), city.chains))
            for side in ("west", "east")
        )
        for _ in range(60):
            add_incident(session, Incident(PLACES["west"], (), NOW), filed_under=west)
        few = steps_of_a_page(session, city)
        for side in [west, east] * 300:
            add_incident(session, Incident(PLACES["east"], (), NOW), filed_under=side)
        assert steps_of_a_page(session, city) <= few + few // 4
