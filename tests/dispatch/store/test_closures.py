"""Closures and states of weights in the store: nothing is erased, numbers never change."""

import csv
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from shapely import MultiPolygon, box
from store_servers import load_city

from dispatch.store.cities import read_city
from dispatch.store.closures import (
    add_closure,
    closures_at,
    get_closure,
    lift_closure,
    list_closures,
)
from dispatch.store.engine import open_store
from dispatch.store.weights import layers_of, number_of, read_speed_layers, state_named
from geo.errors import FlawedData, UnknownName
from geo.road import hourly_speed, measured_speed
from geo.road.changing_weights import ChangingWeights
from geo.road.closure import Closure
from geo.road.extent import Direction, Extent
from geo.road.layered_weights import WeightLayers, WeightState, edge_ms_at
from geo.road.road_class import Mode

NOW = datetime(2026, 11, 20, 2, 0, 30, 123_000, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARK = MultiPolygon([box(109.1, 0.0, 109.2, 0.1), box(109.3, 0.0, 109.4, 0.1)])

KINDS = {
    "polygon": Closure("", Extent(polygon=PARK), NOW, NOW + HOUR, reason="马拉松"),
    "open end": Closure("", Extent(polygon=PARK), NOW, modes=(Mode.CAR, Mode.EBIKE)),
    "slow": Closure("", Extent(ways=(7, 9)), NOW, NOW + HOUR, speed_factor=1 / 3),
    "cap": Closure(
        "", Extent(ways=(7,), direction=Direction.BACKWARD), NOW, speed_cap_mps=20 / 3.6
    ),
    "edges": Closure("", Extent(edges=(1, 2)), NOW, modes=(Mode.FOOT,)),
    "edges of a network": Closure(
        "", Extent(edges=(1, 2), network="9f2c51aa03bd"), NOW, modes=(Mode.FOOT,)
    ),
}


def kept(store, *closures: Closure) -> list[str]:
    with store.session() as session:
        numbers = [add_closure(session, one, now=NOW, by="gis").closure.id for one in closures]
        session.commit()
    return numbers


@pytest.mark.parametrize("kind", KINDS)
def test_a_closure_is_read_back_as_it_was_written(store, kind):
    (number,) = kept(store, KINDS[kind])
    store.close()
    with closing(open_store(store.url)) as again, again.reading() as session:
        record = get_closure(session, number)
    given = KINDS[kind]
    assert record.closure == Closure(
        number, given.extent, given.starts, given.ends, given.modes, given.speed_factor,
        given.speed_cap_mps, given.reason,
    )  # fmt: skip
    assert (record.created_at, record.created_by, record.lifted_by) == (NOW, "gis", None)


def test_lifting_leaves_the_record_and_is_done_once(store):
    (number,) = kept(store, KINDS["polygon"])
    with store.session() as session:
        lifted = lift_closure(session, number, now=NOW + HOUR / 2, by="anna")
        again = lift_closure(session, number, now=NOW + HOUR / 2 + HOUR / 4, by="bert")
        session.commit()
    assert lifted == again
    assert (lifted.closure.lifted_at, lifted.lifted_by) == (NOW + HOUR / 2, "anna")
    assert lifted.closure.ends == NOW + HOUR


def test_a_closure_that_is_over_cannot_be_lifted_any_more(store):
    (number,) = kept(store, KINDS["polygon"])
    with store.session() as session:
        record = lift_closure(session, number, now=NOW + HOUR, by="anna")
    assert record.lifted_by is None


def test_an_unknown_closure_is_named(store):
    with store.session() as session:
        for ask in (
            lambda: get_closure(session, "C0"),
            lambda: lift_closure(session, "C0", now=NOW, by="anna"),
            lambda: list_closures(session, before="C0"),
        ):
            with pytest.raises(UnknownName, match="'C0'"):
                ask()


def test_closures_are_listed_newest_first_and_those_over_can_be_left_out(store):
    numbers = kept(store, KINDS["polygon"], KINDS["open end"], KINDS["slow"])
    with store.session() as session:
        lift_closure(session, numbers[1], now=NOW + HOUR / 2, by="anna")
        session.commit()

        def ids(**more: object) -> list[str]:
            return [record.closure.id for record in list_closures(session, **more)]

        assert ids() == numbers[::-1]
        assert ids(limit=1) == numbers[2:]
        assert ids(before=numbers[2], limit=1) == [numbers[1]]
        assert ids(not_over_at=NOW + HOUR / 2) == [numbers[2], numbers[0]]
        assert [one.id for one in closures_at(session, NOW)] == numbers
        assert closures_at(session, NOW + HOUR) == ()


def test_equal_states_have_one_number_for_ever(store):
    one = WeightState("net", "abc", 8, ("m",), ("C1", "C2"))
    other = WeightState("net", closures=("C1",))
    with store.session() as session:
        first = number_of(session, one, now=NOW)
        second = number_of(session, other, now=NOW)
        session.commit()
    store.close()
    with closing(open_store(store.url)) as again, again.session() as session:
        assert number_of(session, one, now=NOW + HOUR) == first < second
        assert number_of(session, other, now=NOW + HOUR) == second
        assert state_named(session, f"net+{first}") == one
        assert state_named(session, f"net+{second}") == other
        assert state_named(session, "net") == WeightState("net")
        for wrong in ("net+99", "other+1", "net+x"):
            with pytest.raises(UnknownName, match="weights"):
                state_named(session, wrong)


def test_weights_are_built_again_from_the_number_that_an_answer_named(store):
    city = read_city(store)
    times = city.travel_times[Mode.CAR]
    network = times.network
    kept(
        store, Closure("", Extent(polygon=box(109, -1, 110, 1)), NOW, NOW + HOUR, speed_factor=0.5)
    )

    def number(state: WeightState) -> int:
        with store.session() as session:
            found = number_of(session, state, now=NOW)
            session.commit()
        return found

    with store.reading() as session:
        layers = WeightLayers(closures=closures_at(session, NOW))
    weights = ChangingWeights(times, layers, number=number)
    assert weights.apply(NOW)
    named, metric = times.version, times.metric
    assert not np.array_equal(metric.edge_ms, network.edge_ms)
    weights.apply(NOW + HOUR)
    with store.reading() as session:
        state = state_named(session, named)
        again = ChangingWeights(times, layers_of(session, state)).rebuild(state, named)
    np.testing.assert_array_equal(again.edge_ms, metric.edge_ms)
    assert again.version == metric.version


def write_speeds(folder, name, columns, *lines: tuple[str, ...]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *lines])


def test_a_city_folder_may_bring_hourly_and_measured_speeds(city_folder, empty_store):
    hours = ("car", "", "mon-fri", "7-9", "0.5")
    write_speeds(city_folder, "hourly_speeds.csv", hourly_speed.COLUMNS, hours)
    jam = ("car", "", "0", "", "", "600", "", "", "", "")
    write_speeds(city_folder, "measured_speeds.csv", measured_speed.COLUMNS, jam)
    load_city(city_folder, empty_store)
    with empty_store.reading() as session:
        layers = read_speed_layers(session)
    network = read_city(empty_store).travel_times[Mode.CAR].network
    rush = datetime(2026, 11, 20, 8, 30, tzinfo=UTC) - 8 * HOUR
    slow, usual = (edge_ms_at(network, layers, at) for at in (rush, rush + 5 * HOUR))
    assert slow[0] == usual[0] == 600_000
    np.testing.assert_array_equal(slow[1:], 2 * network.edge_ms[1:])
    np.testing.assert_array_equal(usual[1:], network.edge_ms[1:])


def test_speeds_that_cannot_be_used_are_findings(city_folder, empty_store):
    write_speeds(
        city_folder, "hourly_speeds.csv", hourly_speed.COLUMNS, ("boat", "", "", "", "0.5")
    )
    lines = [
        ("car", "", "100000", "", "36", "", "", "", "", ""),
        ("car", "123456789", "", "", "36", "", "", "", "", ""),
    ]
    write_speeds(city_folder, "measured_speeds.csv", measured_speed.COLUMNS, *lines)
    with pytest.raises(FlawedData) as caught:
        load_city(city_folder, empty_store)
    found = [(finding.layer, finding.message.code) for finding in caught.value.findings]
    assert found == [
        ("hourly_speeds.csv", "bad_value"),
        ("measured_speeds.csv", "unknown_reference"),
        ("measured_speeds.csv", "unknown_reference"),
    ]
