"""What every store promises, in a file and on a server."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch import desk
from dispatch.incident import Incident, IncidentKind, Reporter
from dispatch.live import LiveWhereabouts
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.engine import Store, open_store
from dispatch.store.incidents import add_incident, get_incident, list_incidents
from dispatch.store.positions import read_positions, write_positions
from dispatch.store.suggestions import from_text, get_suggestion, to_text
from dispatch.unit import DutyStatus
from dispatch.whereabouts import locate_officers
from geo.errors import BadValue, UnknownName
from geo.position import Fix

NOW = datetime(2026, 11, 20, 2, 0, 30, 123_456, tzinfo=UTC)
HERE = (109.1, 0.0)


def test_services_never_commit(store: Store):
    with store.session() as session:
        add_incident(session, Incident(HERE, ("H1",), NOW), filed_under=())
    with store.reading() as session:
        assert len(list_incidents(session)) == 1, "only the one of the folder"


def test_many_threads_write_one_after_the_other(store: Store):
    errors: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(5):
                with store.session() as session:
                    list_incidents(session, limit=1)
                    add_incident(session, Incident(HERE, (), NOW), filed_under=())
                    session.commit()
        except Exception as error:  # noqa: BLE001 -- whatever it is, the test shows it
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with store.reading() as session:
        numbers = [incident.id for incident in list_incidents(session)]
    assert len(set(numbers)) == 41


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://localhost", "give sqlite:///FILE or postgresql://USER@HOST/DATABASE"),
        (
            "mysql://somebody:secret@localhost/city",
            r"somebody:\*\*\*@localhost.*give sqlite:///FILE",
        ),
        ("sqlite://", "give sqlite:///FILE"),
        ("city.gpkg", "give sqlite:///FILE"),
    ],
)
def test_another_kind_of_address_is_refused_in_one_sentence(url, sentence):
    with pytest.raises(BadValue, match=sentence):
        open_store(url)


def test_an_incident_survives_the_store(store: Store):
    reporter = Reporter("李四", "13900000000")
    incident = Incident(HERE, ("H1",), NOW, IncidentKind.VISIT, "有人占道", reporter=reporter)
    with store.session() as session:
        added = add_incident(session, incident, filed_under=())
        session.commit()
    assert added.id == "20261120-000002"
    to_the_millisecond = NOW.replace(microsecond=123_000)
    assert added == replace(incident, id=added.id, reported_at=to_the_millisecond)
    with store.reading() as session:
        assert get_incident(session, added.id) == added
        with pytest.raises(UnknownName, match="no incident 'X'"):
            get_incident(session, "X")


def test_lists_go_on_from_the_last_incident_of_the_page_before(store: Store):
    with store.session() as session:
        for _ in range(4):
            add_incident(session, Incident(HERE, (), NOW), filed_under=())
        session.commit()
        pages = [list_incidents(session, limit=2)]
        while len(pages[-1]) == 2:
            pages.append(list_incidents(session, before=pages[-1][-1].id, limit=2))
        numbers = [incident.id for page in pages for incident in page]
        assert numbers == [f"20261120-{n:06}" for n in (5, 4, 3, 2)] + ["20261119-000001"]
        with pytest.raises(UnknownName, match="to go on from"):
            list_incidents(session, before="X")


def test_positions_after_a_restart_are_those_before(store: Store):
    fix = Fix("001", (109.2, 0.05), NOW.replace(microsecond=5000), 8.0, 3.5, 270.0, by_hand=True)
    older = replace(fix, lon_lat=HERE, time=fix.time - timedelta(seconds=5))
    with store.session() as session:
        write_positions(session, [fix, older])
        write_positions(session, [older])
        write_positions(session, [])
        session.commit()
    with store.reading() as session:
        assert read_positions(session).fixes["001"] == fix


def live(store: Store) -> LiveWhereabouts:
    with store.reading() as session:
        city = read_city(store)
        return LiveWhereabouts(
            locate_officers(city, read_positions(session), read_statuses(session))
        )


def test_the_desk_takes_an_incident_in_suggests_and_keeps_the_answer(store: Store):
    officers = live(store)
    officers.set_status({"002": DutyStatus.AVAILABLE})
    with store.session() as session:
        incident = desk.receive(
            session, Incident(HERE, ("H1",), NOW), officers.present.city, by="li"
        )
        number, suggestion = desk.keep(session, desk.draw_up(incident, officers.present, now=NOW))
        session.commit()
    assert suggestion.incident == incident.id
    with store.reading() as session:
        kept = get_suggestion(session, number)
        assert kept == suggestion
        assert to_text(kept) == to_text(suggestion)
        assert from_text(to_text(suggestion)) == suggestion
        with pytest.raises(UnknownName, match="no suggestion 'X'"):
            get_suggestion(session, "X")


def test_the_same_suggestion_is_kept_once(store: Store):
    officers = live(store).present
    question = Incident(HERE, ("H1",), NOW)
    with store.session() as session:
        first, _ = desk.keep(session, desk.draw_up(question, officers, now=NOW))
        second, _ = desk.keep(session, desk.draw_up(question, officers, now=NOW))
        later, _ = desk.keep(
            session, desk.draw_up(question, officers, now=NOW + timedelta(seconds=1))
        )
    assert first == second != later


def test_the_desk_refuses_what_it_does_not_know_and_writes_nothing(store: Store):
    city = read_city(store)
    with store.session() as session:
        with pytest.raises(UnknownName):
            desk.receive(session, Incident(HERE, ("H9",), NOW), city, by="li")
        with pytest.raises(BadValue):
            desk.receive(session, Incident((500, 0), ("H1",), NOW), city, by="li")
        assert len(list_incidents(session)) == 1


def test_no_personal_data_of_the_reporter_enters_a_suggestion(store: Store):
    question = Incident(HERE, ("H1",), NOW, reporter=Reporter("李四", "13912345678"), text="李四报")
    with store.session() as session:
        _, suggestion = desk.keep(session, desk.draw_up(question, live(store).present, now=NOW))
    assert "13912345678" not in to_text(suggestion)
    assert "李四" not in to_text(suggestion)
