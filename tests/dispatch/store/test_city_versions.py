"""Versions of a city: a set of drafts becomes one, none is edited, and going back is one step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import numpy as np
import pytest
from shapely import Point
from spec.city_drafts import (
    NOW,
    WESTERN,
    in_metres,
    load,
    officers,
    publish,
    second_brigade,
    two_zones,
)
from spec.city_files import STREET
from spec.layer_table import BEIHAI, layer

from dispatch import desk
from dispatch.assignment import ArrivalClock, Assignment, Decision, Departure, Outcome, Picked
from dispatch.atlas import draw_up, publish_drafts
from dispatch.choice import ProposalKind
from dispatch.demand_point import lay_out_demand
from dispatch.incident import Incident
from dispatch.store.assignments import add_assignment, release_assignment
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.city_versions import (
    CITY_TABLES,
    Publishing,
    get_version,
    go_back,
    list_versions,
    put_table,
)
from dispatch.store.closures import list_closures
from dispatch.store.engine import Store
from dispatch.store.layer_drafts import DraftState, get_draft
from dispatch.store.positions import read_positions
from dispatch.store.table_content import read_content, take_content
from dispatch.unit import DutyStatus
from dispatch.whereabouts import locate_officers
from geo.errors import BadValue, Conflict, FlawedData, UnknownName
from geo.position import Positions


def zones_of(store):
    return {zone.code: zone.brigade for zone in read_city(store).zones}


def test_every_table_of_the_city_comes_out_and_goes_back_as_it_was(store: Store):
    before = read_city(store).version
    with store.session() as session:
        contents = {name: take_content(session, table) for name, table in CITY_TABLES.items()}
        for name, content in contents.items():
            put_table(session, name, list(read_content(CITY_TABLES[name], content)))
        session.commit()
    with store.reading() as session:
        again = {name: take_content(session, table) for name, table in CITY_TABLES.items()}
    assert again == contents
    assert read_city(store).version == before


def test_a_set_that_belongs_together_is_published_as_one_version(store: Store):
    before = read_city(store).version
    version = publish(store, two_zones(), second_brigade())
    assert (version.number, version.why, version.published_by) == (2, "重新划分", "demo-gis")
    assert zones_of(store) == {"Z1": "B1", "Z2": "B2"}
    city = read_city(store)
    assert city.version != before
    assert {grid.code: grid.zone for grid in city.grids} == {"G1": "Z1", "G2": "Z2"}
    assert city.units["B2"].name == "二大队"
    assert city.units["K1"].lon_lat is not None  # the file says nothing of it
    with store.reading() as session:
        assert [one.number for one in list_versions(session)] == [2, 1]
        first = get_version(session, 1)
        assert first.published_by == "system"
        assert {get_draft(session, number).state for number in version.drafts} == {
            DraftState.PUBLISHED
        }


def test_points_of_demand_are_part_of_a_version(store: Store):
    loaded = read_city(store).version
    places = [Point(BEIHAI.to_xy(np.array([[lon, 0.0]]))[0]) for lon in (109.05, 109.2, 108.0)]
    demand = layer("demand", {"id": ["1", "2", "3"], "weight": ["5", "15", "7"]}, places)
    publish(store, demand)
    city = read_city(store)
    assert [(one.id, one.weight) for one in city.demand] == [("1", 5), ("2", 15), ("3", 7)]
    ground = lay_out_demand(city)
    assert (ground.weighting.code, ground.demand.weight.tolist()) == ("stated_demand", [5, 15])
    assert city.version != loaded
    with store.session() as session:
        go_back(session, None, Publishing(NOW, "demo-gis"))
        session.commit()
    assert read_city(store).version == loaded


def test_a_gazetteer_is_published_and_taken_back_and_what_the_file_is_silent_on_stays(store: Store):
    names = {"code": ["P1", "P3"], "name": ["中心小学", "侨港市场"]}
    published = publish(store, layer("places", names, [Point(10, 20), Point(30, 40)]))
    assert [(one.code, one.name, one.also) for one in read_city(store).places] == [
        ("P1", "中心小学", ("一小", "河边小学")),
        ("P3", "侨港市场", ()),
    ]
    with store.session() as session:
        back = go_back(session, None, Publishing(NOW, "demo-gis"))
        session.commit()
    assert back.contents["places"] != published.contents["places"]
    assert [one.code for one in read_city(store).places] == ["P1", "P2"]


def closures(**columns: list[str]):
    starts = ["2026-11-22T03:00:00Z", "2026-12-01 08:00", "2025-01-01 08:00"]
    ends = ["", "2026-12-02 20:00", "2025-02-01 08:00"]
    rows = {"id": ["1", "2", "3"], "starts": starts, "ends": ends, "reason": ["施工"] * 3}
    return layer("closures", rows | columns, [in_metres(WESTERN)] * 3)


def test_closures_are_entered_with_a_set_once_and_stay_when_it_goes(store: Store):
    publish(store, closures())
    with store.reading() as session:
        entered = list_closures(session)
    assert [one.created_by for one in entered] == ["demo-gis"] * 2, "one is over"
    assert [one.closure.starts.day for one in entered] == [1, 22]
    publish(store, closures())
    with store.session() as session:
        assert list_closures(session) == entered, "they are entered already"
        go_back(session, 1, Publishing(NOW, "demo-gis"))
        assert list_closures(session) == entered
        assert len(list_versions(session)) == 4


def test_a_closure_of_ways_that_no_road_has_is_refused(embedded: Store):
    rows = layer("closures", {"id": ["1"], "starts": ["2026-12-01 08:00"], "ways": ["777"]})
    with pytest.raises(FlawedData) as refused:
        publish(embedded, rows)
    assert {one.code for one in refused.value.findings} == {"closure_no_way"}
    with embedded.reading() as session:
        assert list_closures(session) == []


def test_a_closure_is_not_changed_by_a_layer(embedded: Store):
    publish(embedded, closures())
    with embedded.reading() as session:
        number = list_closures(session)[0].closure.id
    with pytest.raises(FlawedData) as refused:
        publish(embedded, closures(id=["1", number, "3"], ends=["", "2026-12-03 20:00", ""]))
    assert [one.code for one in refused.value.findings if one.severity == "error"] == [
        "closure_is_other"
    ]


def test_who_is_missing_from_a_list_of_officers_leaves_and_comes_back_when_named_again(store):
    loaded = read_city(store)
    publish(store, officers("001", "003", "004", certified="是是否"))
    city = read_city(store)
    assert {one.id: one.certified for one in city.officers} == {
        "001": True,
        "003": True,
        "004": False,
    }
    assert city.officers[0].phone == loaded.officers[0].phone, "the file says nothing of it"
    with store.reading() as session:
        assert read_statuses(session) == {
            "001": DutyStatus.AVAILABLE,
            "003": DutyStatus.OFF_DUTY,
            "004": DutyStatus.OFF_DUTY,
        }
        assert "002" in read_positions(session).fixes, "nobody is erased"
    publish(store, officers("001", "002", "003"))
    with store.session() as session:
        assert read_statuses(session)["002"] is DutyStatus.OFF_DUTY
        go_back(session, 1, Publishing(NOW, "demo-gis"))
        session.commit()
    assert read_city(store).version == loaded.version


def test_officers_leave_together_with_their_rosters(store: Store):
    roster = {"id": ["1"], "officer": ["003"], "days": ["mon-fri"]}
    hours = {"starts": ["08:30"], "ends": ["17:30"]}
    publish(store, layer("rosters", roster | hours))
    with pytest.raises(FlawedData) as refused:
        publish(store, officers("001", "002"))
    assert [one.layer for one in refused.value.findings if one.severity == "error"] == [
        "rosters.csv"
    ]
    publish(
        store,
        officers("001", "002", "005"),
        layer("rosters", roster | hours | {"officer": ["005"]}),
    )
    assert [one.id for one in read_city(store).officers] == ["001", "002", "005"]


def test_whoever_is_bound_to_an_incident_does_not_leave(store: Store):
    publish(store, officers("001", "003"))
    with pytest.raises(Conflict, match="Officer 002 has left the city's roster"):
        bound(store, "002")
    publish(store, officers("001", "002", "003"))
    number = bound(store, "002")
    with pytest.raises(FlawedData) as refused:
        publish(store, officers("001", "003"))
    assert {one.code for one in refused.value.findings} == {"officer_at_work"}
    with (
        store.session() as session,
        pytest.raises(Conflict, match=f"Officer 002 is bound by assignment {number}"),
    ):
        go_back(session, 2, Publishing(NOW, "demo-gis"))
    assert len(read_city(store).officers) == 3
    with store.session() as session:
        over = NOW + timedelta(minutes=5)
        release_assignment(session, number, now=over, by="demo-dispatcher", outcome=Outcome.DONE)
        session.commit()
    publish(store, officers("001", "003"))
    assert len(read_city(store).officers) == 2


def bound(store: Store, officer: str) -> str:
    """Send an officer to the incident that the city begins with."""
    where = locate_officers(read_city(store), Positions())
    made = desk.draw_up(Incident(STREET.lon_lat["x"], ("H1",), NOW), where, now=NOW)
    picked = Picked(ProposalKind.GRID, "K1", (officer,), Departure.OVERRIDE, None, None)
    decision, clock = Decision(NOW, "demo-dispatcher"), ArrivalClock(NOW, NOW, 900.0)
    told = (picked, decision, clock, NOW + timedelta(hours=1), "nearest", "single_domain", ("H1",))
    with store.session() as session:
        number, _ = desk.keep(session, made)
        sent = add_assignment(session, Assignment("20261119-000001", number, *told))
        session.commit()
    return str(sent.id)


def test_half_of_a_set_is_refused_whole_with_what_stands_against_it(store: Store):
    with pytest.raises(FlawedData) as refused:
        publish(store, two_zones())
    assert "unknown_reference" in {one.code for one in refused.value.findings}
    assert zones_of(store) == {"Z1": "B1"}
    with store.reading() as session:
        assert list_versions(session) == []


def test_what_others_refer_to_is_not_published_away(store: Store):
    columns = {"code": ["B1"], "name": ["一大队"], "kind": ["网格大队"]}
    with pytest.raises(FlawedData) as refused:
        publish(store, layer("units", columns))
    assert "officers.csv" in {one.layer for one in refused.value.findings}


def test_going_back_is_one_step_and_a_version_of_its_own(store: Store):
    loaded = read_city(store).version
    published = publish(store, two_zones(), second_brigade())
    after = read_city(store).version
    with store.session() as session:
        back = go_back(session, None, Publishing(NOW, "demo-gis", "有误"))
        session.commit()
    assert (back.number, back.back_to) == (3, 1)
    assert read_city(store).version == loaded
    with store.session() as session:
        again = go_back(session, published.number, Publishing(NOW, "demo-gis"))
        session.commit()
        assert again.contents == published.contents
        assert get_version(session, published.number) == published
    assert read_city(store).version == after


def test_what_is_not_there_is_no_version_to_go_back_to(store: Store):
    with store.session() as session:
        with pytest.raises(UnknownName, match="no version to go back to"):
            go_back(session, None, Publishing(NOW, "demo-gis"))
        with pytest.raises(UnknownName, match="no version 9"):
            go_back(session, 9, Publishing(NOW, "demo-gis"))


def test_sets_that_make_no_version_are_refused_in_words(embedded: Store):
    city = read_city(embedded)
    with embedded.session() as session:
        zones = load(session, two_zones())
        for numbers, sentence in (
            ((), "Name the drafts"),
            ((zones, zones), "Two of these drafts are zones"),
        ):
            with pytest.raises(BadValue, match=sentence):
                publish_drafts(session, city, Publishing(NOW, "demo-gis", "", numbers))


def test_a_failure_on_the_way_publishes_nothing(embedded: Store):
    before = read_city(embedded)
    with embedded.session() as session:
        numbers = tuple(load(session, rows) for rows in (two_zones(), second_brigade()))
        publish_drafts(session, before, Publishing(NOW, "demo-gis", "", numbers))
        session.rollback()
    assert read_city(embedded).version == before.version


def test_what_was_drawn_up_before_is_published_unless_something_else_was_since(store: Store):
    city = read_city(store)
    with store.session() as session:
        numbers = tuple(load(session, rows) for rows in (two_zones(), second_brigade()))
        publishing = Publishing(NOW, "demo-gis", "", numbers)
        session.commit()
        drawn = draw_up(session, city, publishing)
        kept = publish_drafts(session, city, publishing, drawn)
        assert kept.checked is drawn.checked
        session.rollback()
    publish(store, officers("001", "002"))
    with store.session() as session:
        anew = publish_drafts(session, city, publishing, drawn)
        assert anew.checked is not drawn.checked
        session.commit()
    assert zones_of(store) == {"Z1": "B1", "Z2": "B2"}
    assert [one.id for one in read_city(store).officers] == ["001", "002"]


def test_readers_see_the_city_of_one_version_and_never_a_mixture(store: Store, count):
    """The zones of the one have brigades that the units of the other don't have."""
    loaded = read_city(store).version
    publish(store, two_zones(), second_brigade())
    whole, seen, done = {loaded, read_city(store).version}, set(), Event()

    def read_on() -> None:
        while not done.is_set():
            seen.add(read_city(store).version)

    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(read_on) for _ in range(2)]
        for _ in range(count(reduced=6, full=500, long=5000)):
            with store.session() as session:
                go_back(session, None, Publishing(NOW, "demo-gis"))
                session.commit()
        done.set()
        for one in reading:
            one.result()
    assert seen <= whole
