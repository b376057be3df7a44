"""Weights that change under a running engine: by themselves, in part or whole, named."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.edge_expanded import Tables, plain_matrix_ms
from shapely import box
from spec.made_networks import network_of, networks
from spec.town import town

from geo.errors import Unavailable
from geo.road import changing_weights, footprint
from geo.road.changing_weights import ChangingWeights, CountedStates, spread
from geo.road.closure import Closure
from geo.road.customise import NEVER
from geo.road.extent import Extent
from geo.road.footprint import Footprints
from geo.road.hourly_speed import HourlyRule, hourly_speeds
from geo.road.layered_weights import WeightLayers, WeightState, edge_ms_at
from geo.road.measured_speed import MeasuredSpeed
from geo.road.metric import weigh
from geo.road.road_class import Mode
from geo.road.straight_line import StraightLineTravelTimes
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes

EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # Monday morning in China
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

RIVER = town("""
    1---a---b---2
        |   |
        c ~ d
        |   |
        e---f
""")
BRIDGE = Extent(
    polygon=box(*RIVER.places("ab").min(axis=0), *RIVER.places("ab").max(axis=0)).buffer(1e-6)
)


def minutes(times, way: str) -> float | None:
    """Minutes from the one junction to the other: "12"."""
    start, end = (times.join(RIVER.places(name)) for name in way)
    ms = times.matrix(start, end)[0, 0]
    return None if ms == UNREACHABLE_MS else ms / 60_000


def test_a_bridge_closed_from_eight_to_ten_changes_travel_times_and_comes_back_by_itself():
    times = NetworkTravelTimes(RIVER.network())
    bridge = Closure("bridge", BRIDGE, starts=EIGHT, ends=EIGHT + 2 * HOUR)
    weights = ChangingWeights(times, WeightLayers(closures=(bridge,)))
    seen = []
    for step in range(-2, 10):
        changed = weights.apply(EIGHT + step * 15 * MINUTE)
        seen.append((step * 15, minutes(times, "12"), changed))
    assert [(at, took) for at, took, _ in seen] == [
        (at, 7 if 0 <= at < 120 else 3) for at in range(-30, 150, 15)
    ]
    assert [at for at, _, changed in seen if changed] == [0, 120]


def test_a_version_names_the_network_and_the_state():
    network = RIVER.network()
    times = NetworkTravelTimes(network)
    works = Closure("works", BRIDGE, starts=EIGHT, ends=EIGHT + HOUR, speed_factor=0.5)
    flood = Closure("flood", BRIDGE, starts=EIGHT + HOUR, ends=EIGHT + 3 * HOUR)
    again = Closure("again", BRIDGE, starts=EIGHT + 2 * HOUR, ends=EIGHT + 4 * HOUR)
    weights = ChangingWeights(times, WeightLayers(closures=(works, flood, again)))
    versions = []
    for hours in range(-1, 5):
        weights.apply(EIGHT + hours * HOUR)
        versions.append(times.version.removeprefix(network.version))
    assert versions == ["", "+1", "+2", "+2", "+2", ""], "the same weights, the same version"


def test_nothing_is_built_when_nothing_changes(monkeypatch):
    built = []
    for name in ("weigh", "reweigh"):
        monkeypatch.setattr(changing_weights, name, lambda *_a, **_k: built.append(1))
    times = NetworkTravelTimes(RIVER.network())
    before = times.metric
    elsewhere = Closure("far", Extent(polygon=box(10, 10, 11, 11)), starts=EIGHT)
    on_foot = Closure("foot", BRIDGE, starts=EIGHT, modes=(Mode.FOOT,))
    weights = ChangingWeights(times, WeightLayers(closures=(elsewhere, on_foot)))
    assert not any(weights.apply(EIGHT + hours * HOUR) for hours in range(-1, 3))
    assert times.metric is before
    assert not built


@pytest.mark.parametrize(("share", "how"), [(0.0, "weigh"), (1.1, "reweigh")])
def test_few_edges_are_repaired_and_many_weighed_anew(share, how, monkeypatch):
    asked = []
    for name in ("weigh", "reweigh"):
        real = getattr(changing_weights, name)
        monkeypatch.setattr(
            changing_weights,
            name,
            lambda *given, name=name, real=real, **more: asked.append(name) or real(*given, **more),
        )
    monkeypatch.setattr(changing_weights, "WHOLE_FROM_SHARE", share)
    times = NetworkTravelTimes(RIVER.network())
    weights = ChangingWeights(times, WeightLayers(closures=(Closure("c", BRIDGE, EIGHT),)))
    assert weights.apply(EIGHT)
    assert asked == [how]
    assert minutes(times, "12") == 7


def test_a_pinned_view_keeps_the_weights_that_it_was_taken_with():
    times = NetworkTravelTimes(RIVER.network())
    before = times.pinned()
    ChangingWeights(times, WeightLayers(closures=(Closure("c", BRIDGE, EIGHT),))).apply(EIGHT)
    after = times.pinned()
    assert (minutes(before, "12"), minutes(after, "12"), minutes(times, "12")) == (3, 7, 7)
    assert before.version != after.version == times.version
    assert before.roads is after.roads
    assert before.snapper is after.snapper


def test_by_air_a_pinned_view_is_the_engine_itself():
    times = StraightLineTravelTimes(speed_mps=10, why="to compare")
    assert times.pinned() is times


def test_weights_are_built_again_from_the_record_of_their_state():
    times = NetworkTravelTimes(RIVER.network())
    rush = HourlyRule((Mode.CAR,), tuple(range(22)), frozenset({8}), 0.5)
    slow = MeasuredSpeed(Extent(ways=(1,)), (Mode.CAR,), speed_mps=1)
    layers = WeightLayers(
        hourly_speeds([rush]), (slow,), (Closure("c", BRIDGE, EIGHT, EIGHT + HOUR),)
    )
    weights = ChangingWeights(times, layers)
    weights.apply(EIGHT)
    state, metric = weights.state, times.metric
    table = weights.footprints.measured(layers.measured).digest
    assert state == WeightState(
        times.network.version, layers.hourly.digest, 8, (table, "0"), ("c",)
    )
    weights.apply(EIGHT + 5 * HOUR)
    again = weights.rebuild(state, metric.version)
    assert_same_weights(again, metric)
    assert minutes(times.under(again), "12") != minutes(times, "12")
    assert times.under(again).version == metric.version


def test_a_failure_changes_nothing_and_the_next_call_makes_up_for_it():
    times = NetworkTravelTimes(RIVER.network())
    number = CountedStates()
    fails = iter([True, False])

    def numbering(state: WeightState) -> int:
        if next(fails):
            raise Unavailable("The store is busy.")
        return number(state)

    weights = ChangingWeights(times, number=numbering)
    with pytest.raises(Unavailable):
        weights.apply(EIGHT, layers=WeightLayers(closures=(Closure("c", BRIDGE, EIGHT),)))
    assert minutes(times, "12") == 3
    assert weights.apply(EIGHT)
    assert minutes(times, "12") == 7


def test_layers_that_are_taken_away_leave_no_trace():
    times = NetworkTravelTimes(RIVER.network())
    weights = ChangingWeights(times)
    jam = MeasuredSpeed(Extent(ways=(1,)), (Mode.CAR,), speed_mps=1)
    weights.apply(
        EIGHT, layers=WeightLayers(measured=(jam,), closures=(Closure("c", BRIDGE, EIGHT),))
    )
    assert weights.apply(EIGHT, layers=WeightLayers())
    assert_same_weights(times.metric, NetworkTravelTimes(RIVER.network()).metric)
    assert times.version == times.network.version


def test_of_measurements_in_another_order_the_last_counts_again():
    times = NetworkTravelTimes(RIVER.network())
    jam, free = (MeasuredSpeed(Extent(ways=(1,)), (Mode.CAR,), speed_mps=mps) for mps in (1, 30))
    weights = ChangingWeights(times)
    for lines in ((jam, free), (free, jam), (jam, free, jam), (jam, jam, free)):
        weights.apply(EIGHT, layers=WeightLayers(measured=lines))
        edge_ms = edge_ms_at(times.network, WeightLayers(measured=lines[-1:]), EIGHT)
        np.testing.assert_array_equal(times.metric.edge_ms, edge_ms)


def test_where_nothing_is_laid_over_the_base_any_more_the_version_has_no_number():
    times = NetworkTravelTimes(RIVER.network())
    bridge = Closure("bridge", BRIDGE, starts=EIGHT, ends=EIGHT + HOUR)
    idle = Closure("idle", BRIDGE, EIGHT, EIGHT + 2 * HOUR, speed_cap_mps=50)  # nobody is faster
    weights = ChangingWeights(times, WeightLayers(closures=(bridge, idle)))
    versions = []
    for hours in range(3):
        assert weights.apply(EIGHT + hours * HOUR)
        versions.append(times.version.removeprefix(times.network.version))
    assert versions == ["+1", "+2", ""]
    assert times.metric.closed is None


def test_tens_of_thousands_of_measurements_cost_nothing_between_two_changes(monkeypatch):
    network = lattice(100)
    looked, found = [], []
    real_state, real_find = changing_weights.state_at, Footprints._find
    monkeypatch.setattr(
        changing_weights, "state_at", lambda *given: looked.append(1) or real_state(*given)
    )
    monkeypatch.setattr(Footprints, "_find", lambda *given: found.append(1) or real_find(*given))
    lines = tuple(
        MeasuredSpeed(
            Extent(ways=(street,)),
            (Mode.CAR,),
            speed_mps=1 + part + street % 7,
            hours=frozenset({8 + part}),
        )
        for part in range(2)
        for street in range(network.n_streets)
    )
    assert len(lines) > 30_000
    times = NetworkTravelTimes(network)
    ends = EIGHT + 90 * MINUTE
    closures = (Closure("c", Extent(ways=(3,)), EIGHT, ends),)
    weights = ChangingWeights(times, WeightLayers(measured=lines, closures=closures))
    steps = range(-10, 130)
    changed = [step for step in steps if weights.apply(EIGHT + step * MINUTE)]
    assert changed == [0, 60, 90, 120]
    assert len(looked) == 1 + len(changed), "once at first, then as often as anything changed"
    assert len(found) == network.n_streets + 1, "every street once, whatever the lines"
    assert sum(map(len, weights.state.measured)) < 20, "the state does not list the lines"
    assert weights.apply(EIGHT), "a clock that is set back is obeyed"


def test_more_closures_than_passing_footprints_are_all_kept(monkeypatch):
    monkeypatch.setattr(footprint, "MOST_PASSING", 4)
    network = lattice(6)
    times = NetworkTravelTimes(network)
    closures = tuple(Closure(str(way), Extent(ways=(way,)), EIGHT) for way in range(20))
    weights = ChangingWeights(times, WeightLayers(closures=closures))
    weights.apply(EIGHT)
    found = []
    real = Footprints._find
    monkeypatch.setattr(Footprints, "_find", lambda *given: found.append(1) or real(*given))
    for way in range(20, 40):
        weights.footprints.of(Extent(ways=(way,)))
    assert len(found) == 20
    for closure in closures:
        weights.footprints.of(closure.extent)
    assert len(found) == 20
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda way: weights.footprints.of(Extent(ways=(way % 60,))), range(500)))


def assert_same_weights(one, other) -> None:
    np.testing.assert_array_equal(one.edge_ms, other.edge_ms)
    np.testing.assert_array_equal(one.onward_ms, other.onward_ms)
    np.testing.assert_array_equal(one.back_ms, other.back_ms)
    np.testing.assert_array_equal(one.slots.up_ms, other.slots.up_ms)
    np.testing.assert_array_equal(one.slots.down_ms, other.slots.down_ms)


@st.composite
def layer_sets(draw: st.DrawFn, network, name: str) -> WeightLayers:
    """Closures, slow zones, measurements and hours, over random streets and times."""
    instants = st.integers(0, 6).map(lambda hours: EIGHT + hours * HOUR)
    ways = st.sets(st.integers(0, network.n_streets), min_size=1, max_size=3).map(tuple)
    lon, lat = st.floats(108.985, 109.01), st.floats(-0.015, 0.01)
    polygons = st.tuples(lon, lat, st.floats(1e-4, 0.02)).map(
        lambda drawn: box(drawn[0], drawn[1], drawn[0] + drawn[2], drawn[1] + drawn[2])
    )
    extents = st.one_of(
        ways.map(lambda drawn: Extent(ways=drawn)),
        polygons.map(lambda drawn: Extent(polygon=drawn)),
    )
    slows = st.one_of(
        st.just({}),
        st.sampled_from([0.1, 0.5, 2 / 3]).map(lambda factor: {"speed_factor": factor}),
        st.sampled_from([0.5, 3.0]).map(lambda cap: {"speed_cap_mps": cap}),
    )
    closures = []
    for row in range(draw(st.integers(0, 4))):
        starts = draw(instants)
        ends = draw(st.one_of(st.none(), st.integers(1, 4).map(lambda n, at=starts: at + n * HOUR)))
        closures.append(Closure(f"{name}{row}", draw(extents), starts, ends, **draw(slows)))
    measured = [
        MeasuredSpeed(Extent(ways=draw(ways)), (Mode.CAR,), speed_mps=mps, hours=hours)
        for mps, hours in draw(
            st.lists(
                st.tuples(
                    st.sampled_from([0.3, 7.0]),
                    st.one_of(st.none(), st.frozensets(st.integers(8, 14))),
                ),
                max_size=2,
            )
        )
    ]
    rules = [
        HourlyRule((Mode.CAR,), (0,), frozenset({hour}), factor)
        for hour, factor in draw(
            st.lists(st.tuples(st.integers(8, 14), st.sampled_from([0.5, 0.9, 1.0])), max_size=3)
        )
    ]
    return WeightLayers(hourly_speeds(rules), tuple(measured), tuple(closures))


@given(st.data())
def test_after_any_sequence_of_instants_and_layers_the_weights_are_those_of_a_fresh_start(data):
    network = data.draw(networks(most_nodes=6, most_streets=8))
    if not network.n_edges:
        return
    times = NetworkTravelTimes(network)
    weights = ChangingWeights(times)
    share = data.draw(st.sampled_from([0.0, 0.3, 1.1]))
    named: dict[str, np.ndarray] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changing_weights, "WHOLE_FROM_SHARE", share)
        for name in data.draw(st.sampled_from(["a", "ab"])):
            layers = data.draw(layer_sets(network, name))
            for hours in data.draw(st.lists(st.integers(-1, 7), min_size=1, max_size=4)):
                if data.draw(st.booleans()):
                    layers = replace(layers, measured=layers.measured[::-1])
                weights.apply(EIGHT + hours * HOUR, layers=layers)
                edge_ms = edge_ms_at(network, layers, EIGHT + hours * HOUR)
                assert_same_weights(times.metric, weigh(times.roads, edge_ms, version="fresh"))
                known = named.setdefault(times.version, edge_ms)
                np.testing.assert_array_equal(known, edge_ms)


class Answer(NamedTuple):
    version: str
    start: int
    end: int
    matrix_ms: int
    route_ms: int
    nearest_ms: int


def lattice(side: int):
    """A square of streets that take 60 to 119 s."""
    rows = []
    for node in range(side * side):
        seconds = 60 + node * 7 % 60
        if node % side < side - 1:
            rows.append((node, node + 1, seconds * 1000, seconds * 1000))
        if node // side < side - 1:
            rows.append((node, node + side, seconds * 1000, (seconds + 3) * 1000))
    return network_of(rows, side * side)


def read_on(times, stop: threading.Event, seed: int) -> list[Answer]:
    """Ask random questions of a pinned engine, one at least, until told to stop."""
    draw, answers = np.random.default_rng(seed), []
    joins = times.join(times.network.node_lon_lat)
    fleet = times.fleet(joins)
    while not answers or not stop.is_set():
        start, end = draw.integers(0, len(joins), 2).tolist()
        engine = times.pinned()
        one, other = joins.take([start]), joins.take([end])
        only = np.arange(len(joins)) == start
        route = engine.route(one, other)
        nearest = engine.nearest(fleet, other, k=1, eligible=only)
        answers.append(
            Answer(
                engine.version,
                start,
                end,
                matrix_ms=int(engine.matrix(one, other)[0, 0]),
                route_ms=route.travel_time_ms if route else -1,
                nearest_ms=nearest[0].travel_time_ms,
            )
        )
    return answers


def check_answers(network, edge_ms, answers: list[Answer]) -> None:
    """Compare answers of one version with plain Dijkstra on its weights."""
    way = edge_ms < NEVER
    tail, head = (ends[way].astype(np.int64) for ends in (network.edge_tail, network.edge_head))
    tables = Tables(network.n_nodes, tail, head, edge_ms[way].astype(np.int64), {})
    wanted = plain_matrix_ms(tables, range(network.n_nodes))
    wrong = [one for one in answers if set(one[3:]) != {wanted[one.start, one.end]}]
    assert not wrong


def test_readers_and_a_writer_run_together_and_no_answer_mixes_two_versions(count):
    network = lattice(12)
    times = NetworkTravelTimes(network)
    streets = range(0, network.n_streets, 5)
    closures = [
        Closure(
            f"{row}",
            Extent(ways=(street,)),
            starts=EIGHT + row * MINUTE,
            ends=EIGHT + (row + 4) * MINUTE,
            speed_factor=None if row % 3 == 0 else 0.4,
        )
        for row, street in enumerate(streets)
    ]
    rush = HourlyRule((Mode.CAR,), (0,), frozenset({9}), 0.7)
    weights = ChangingWeights(times, WeightLayers(hourly_speeds([rush]), (), tuple(closures)))
    weights_of = {times.version: times.metric.edge_ms}
    stop = threading.Event()
    stop.set()
    read_on(times, stop, 0)  # kernels compile before the clock runs
    stop.clear()
    ends = time.monotonic() + count(reduced=2, full=60)
    with ThreadPoolExecutor(max_workers=3) as readers:
        reading = [readers.submit(read_on, times, stop, seed) for seed in range(3)]
        steps = itertools.cycle(range(len(closures) + 6))
        while time.monotonic() < ends and not any(one.done() for one in reading):
            weights.apply(EIGHT + next(steps) * MINUTE)
            weights_of.setdefault(times.version, times.metric.edge_ms)
            time.sleep(0.005)
        stop.set()
    of_version: dict[str, list[Answer]] = {}
    for answer in itertools.chain.from_iterable(one.result() for one in reading):
        of_version.setdefault(answer.version, []).append(answer)
    assert len(of_version) > 3
    for version, answers in of_version.items():
        check_answers(network, weights_of[version], answers)


def test_two_writers_take_turns():
    times = NetworkTravelTimes(RIVER.network())
    inside, most = [], []

    def number(_state: WeightState) -> int:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return 1

    closures = [WeightLayers(closures=(Closure(str(n), BRIDGE, EIGHT),)) for n in range(2)]
    weights = ChangingWeights(times, number=number)
    threads = [
        threading.Thread(target=lambda row=row: weights.apply(EIGHT, layers=closures[row % 2]))
        for row in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
    assert minutes(times, "12") == 7


def test_streets_next_to_each_other_are_less_spread_than_as_many_scattered_ones():
    network = lattice(40)
    roads = NetworkTravelTimes(network).roads
    together = np.flatnonzero(network.edge_tail < 120)
    apart = np.arange(0, network.n_edges, network.n_edges // len(together))
    assert 0 < 2 * spread(roads, together) < spread(roads, apart) <= 1
    assert spread(roads, np.arange(network.n_edges)) == 1
    assert spread(roads, np.zeros(0, dtype=np.int64)) == 0
