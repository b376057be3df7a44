"""
Small roads with everything that goes wrong, as weights change and units move at random.

Hypothesis draws the steps: closing, slowing and opening edges one after the other, weights
up to where sums would wrap, units that move, vanish and are marked anew.  Whatever came
before, every kind of question equals the slow oracle.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from numpy.typing import NDArray
from oracle.edge_expanded import slow_matrix_ms, tables_of
from oracle.slow_roads import CLOSED_MS, NO_WAY, Ints, SlowTimes, price_ms, slow_roads
from spec.city_questions import random_places, random_rules
from spec.each_method import METHODS, answered_by
from spec.made_networks import network_of, networks

from geo.road.eligible import Wanted
from geo.road.fleet import Fleet
from geo.road.metric import reweigh, weigh
from geo.road.network import RoadNetwork, with_turn_rules
from geo.road.snap import Joins, join_nodes
from geo.road.streets import TurnRule
from geo.road.travel_time import NetworkTravelTimes

PRICES = st.one_of(
    st.integers(0, 50),
    st.integers(0, 5),
    st.sampled_from([0, 20, 300]),
    st.integers(CLOSED_MS // 2 - 2, CLOSED_MS // 2 + 2),  # two of these may just close a way
    st.integers(CLOSED_MS - 3, CLOSED_MS + 1),
    st.sampled_from([2**31 - 1, 2**31, 2**32 + 5, 2**40]),
)
MARKS = st.sampled_from([0, 1, 2, 3, 2**62, 2**63 - 1])
UNITS, PLACES = 6, 7


@st.composite
def joins(draw: st.DrawFn, network: RoadNetwork, count: int) -> Joins:
    """Places at junctions, on streets with or without a walk, some twice; the last is nowhere."""
    streets = np.unique(network.edge_street).tolist()
    junction = st.tuples(st.integers(0, network.n_nodes - 1), st.just(-1), st.just(0.0), st.just(0))
    share = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1))
    street = st.tuples(st.just(-1), st.sampled_from(streets), share, st.sampled_from([0, 7]))
    kinds = st.one_of(junction, street) if streets else junction
    rows = draw(st.lists(kinds, min_size=count - 1, max_size=count - 1))
    node, on, along, walk_ms = np.array([*rows, (-1, -1, 0.0, 0)], dtype=float).T
    return Joins(
        np.zeros((count, 2)),
        node.astype(np.int32),
        on.astype(np.int32),
        along.copy(),
        walk_ms * 0.0014,
        walk_ms.astype(np.int64),
    )


def one(places: Joins, row: int) -> Joins:
    return places.take(slice(row, row + 1))


def may_go(marks: NDArray[np.uint64], wanted: Wanted) -> list[bool]:
    return [
        mark & wanted.all_of == wanted.all_of
        and (wanted.any_of == 0 or mark & wanted.any_of != 0)
        and mark & wanted.none_of == 0
        for mark in marks.tolist()
    ]


@st.composite
def tangles(draw: st.DrawFn) -> RoadNetwork:
    """Twice as many streets as junctions: whatever changes, there are ways around it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n_nodes = int(rng.integers(6, 16))
    ends = rng.integers(0, n_nodes, (2 * n_nodes, 2))
    ms = np.where(rng.random((2 * n_nodes, 2)) < 0.1, -1, rng.integers(0, 50, (2 * n_nodes, 2)))
    network = network_of(np.hstack([ends, ms]).tolist(), n_nodes)
    return with_turn_rules(network, random_rules(network, int(rng.integers(5)), 4, rng))


class Engine(RuleBasedStateMachine):
    """An engine whose weights and units change, beside an oracle that starts afresh each time."""

    @initialize(data=st.data())
    def open(self, data):
        network = data.draw(st.one_of(networks(), tangles()))
        rules = [
            TurnRule(rule.refs, data.draw(st.one_of(st.just(rule.cost_ms), PRICES)))
            for rule in network.turn_rules()
        ]
        self.network = with_turn_rules(network, rules)
        self.edge_ms = network.edge_ms.copy()
        self.slow = slow_roads(self.network)
        self.times = NetworkTravelTimes(self.network)
        self.places = data.draw(joins(self.network, PLACES))
        self.at = np.arange(UNITS) % PLACES
        self.marks = np.zeros(UNITS, np.uint64)
        self.fleet = self.times.fleet(self.places.take(self.at))
        self.asked_afresh()

    def asked_afresh(self):
        self.expected_ms = SlowTimes(self.slow, self.places, self.edge_ms).from_place(range(PLACES))

    @rule(data=st.data(), as_they_were=st.booleans())
    def some_edges_change(self, data, as_they_were):
        n_edges = self.network.n_edges
        rows = st.lists(st.integers(0, n_edges - 1), min_size=1, max_size=5, unique=True)
        edges = np.array(data.draw(rows) if n_edges else [], np.int64)
        drawn = self.network.edge_ms[edges] if as_they_were else [data.draw(PRICES) for _ in edges]
        self.edge_ms[edges] = drawn
        roads, old = self.times.roads, self.times.metric
        self.times.swap(reweigh(roads, old, edges, self.edge_ms[edges], version="part"))
        self.asked_afresh()

    @rule(data=st.data())
    def every_edge_changes(self, data):
        self.edge_ms[:] = [data.draw(PRICES) for _ in range(self.network.n_edges)]
        self.times.swap(weigh(self.times.roads, self.edge_ms, version="whole"))
        self.asked_afresh()

    @rule(units=st.sets(st.integers(0, UNITS - 1)), shift=st.integers(0, PLACES - 1))
    def units_move(self, units, shift):
        rows = np.array(sorted(units), np.int64)
        self.at[rows] = (self.at[rows] + shift * (rows + 1)) % PLACES
        self.fleet.move(rows, self.places.take(self.at[rows]))

    @rule(units=st.sets(st.integers(0, UNITS - 1)), mark=MARKS)
    def units_are_marked(self, units, mark):
        rows = np.array(sorted(units), np.int64)
        self.marks[rows] = mark
        self.fleet.mark(rows, self.marks[rows])

    @rule(
        incident=st.integers(0, PLACES - 1),
        k=st.integers(0, UNITS + 2),
        limit_ms=st.one_of(st.none(), PRICES),
        wanted=st.builds(Wanted, MARKS, MARKS, MARKS),
        told=st.sampled_from(["bits", "column", "nobody is left out"]),
    )
    def nearest(self, incident, k, limit_ms, wanted, told):
        if told == "nobody is left out":
            wanted = Wanted()
        able = may_go(self.marks, wanted)
        eligible = {"bits": wanted, "column": np.array(able)}.get(told)
        within_s = None if limit_ms is None else limit_ms / 1000
        ms = self.expected_ms[self.at, incident].tolist()
        expected = sorted(
            (ms[unit], unit)
            for unit in range(UNITS)
            if able[unit] and ms[unit] != NO_WAY and (limit_ms is None or ms[unit] <= limit_ms)
        )[:k]
        for method in METHODS:
            with answered_by(method):
                arrivals = self.times.nearest(
                    self.fleet,
                    one(self.places, incident),
                    k=k,
                    within_s=within_s,
                    eligible=eligible,
                )
            found = [(arrival.travel_time_ms, arrival.unit) for arrival in arrivals]
            assert found == expected, method

    @rule(origin=st.integers(0, PLACES - 1))
    def one_to_many(self, origin):
        start = one(self.places, origin)
        found_ms, length_m = self.times.matrix_row(start, self.places)
        np.testing.assert_array_equal(found_ms, self.expected_ms[origin])
        np.testing.assert_array_equal(np.isnan(length_m), found_ms == NO_WAY)
        np.testing.assert_array_equal(
            self.times.matrix(start, self.places)[0], self.expected_ms[origin]
        )
        np.testing.assert_array_equal(
            self.times.matrix(self.places, start)[:, 0], self.expected_ms[:, origin]
        )

    @rule(origin=st.integers(0, PLACES - 1), destination=st.integers(0, PLACES - 1))
    def route(self, origin, destination):
        start, end = one(self.places, origin), one(self.places, destination)
        route = self.times.route(start, end)
        expected_ms = self.expected_ms[origin, destination]
        if route is None:
            assert expected_ms == NO_WAY
            return
        edges = route.edges.tolist()
        assert route.travel_time_ms == expected_ms
        assert price_ms(self.slow, self.edge_ms, start, end, edges) == expected_ms

    @rule(bases=st.lists(st.integers(0, PLACES - 1), max_size=4))
    def partition(self, bases):
        served = self.times.partition(self.places.take(bases)).serve(self.places)
        ways = [
            min(
                (
                    (ms[place], base)
                    for base, ms in enumerate(self.expected_ms[bases].tolist())
                    if ms[place] != NO_WAY
                ),
                default=(NO_WAY, NO_WAY),
            )
            for place in range(PLACES)
        ]
        found = zip(served.travel_time_ms.tolist(), served.base.tolist(), strict=True)
        assert list(found) == ways

    @invariant()
    def weights_are_those_of_a_fresh_start(self):
        fresh, found = weigh(self.times.roads, self.edge_ms, version="fresh"), self.times.metric
        np.testing.assert_array_equal(found.slots.up_ms, fresh.slots.up_ms)
        np.testing.assert_array_equal(found.slots.down_ms, fresh.slots.down_ms)

    @invariant()
    def the_matrix_is_the_oracles(self):
        np.testing.assert_array_equal(self.times.matrix(self.places, self.places), self.expected_ms)


TestEngine = Engine.TestCase
TestEngine.settings = settings(stateful_step_count=15)


def test_nobody_reaches_a_street_that_with_the_walk_takes_more_than_twelve_days():
    network = network_of([(0, 1, 5, -1), (2, 3, 5, -1)], 4)
    times = NetworkTravelTimes(network)
    times.swap(weigh(times.roads, np.array([5, CLOSED_MS - 1]), version="slow"))
    start = join_nodes(network, np.array([0]))
    house = replace(start, node=start.node - 1, street=start.street + 2)
    house = replace(house, along=np.ones(1), walk_ms=np.array([7]))
    assert times.partition(start).serve(house).travel_time_ms.tolist() == [NO_WAY]
    assert times.matrix(start, house).tolist() == [[NO_WAY]]
    assert times.nearest(start, house, k=1) == []
    assert times.route(start, house) is None


@given(networks(most_nodes=5, most_streets=9))
def test_the_oracle_for_places_agrees_with_the_one_for_exported_tables(network):
    junctions = np.arange(network.n_nodes)
    slow = SlowTimes(slow_roads(network), join_nodes(network, junctions), network.edge_ms)
    expected = slow_matrix_ms(tables_of(network), junctions.tolist())
    expected = np.where(np.isfinite(expected), expected, NO_WAY)
    np.testing.assert_array_equal(slow.from_place(junctions), expected)
    np.testing.assert_array_equal(slow.to_place(junctions), expected.T)


@pytest.fixture(scope="module")
def crowd():
    """An engine on 400 junctions with turn rules, and 60 places."""
    rng = np.random.default_rng(11)
    rows = [(int(a), int(b), int(ms), int(ms)) for a, b, ms in rng.integers(0, 400, (1_000, 3))]
    network = network_of(rows, 400)
    network = with_turn_rules(network, random_rules(network, 40, 3, rng))
    return NetworkTravelTimes(network), random_places(network, 60, rng)


def questions(
    times: NetworkTravelTimes, fleet: Fleet, places: Joins, row: int
) -> list[Callable[[], object]]:
    """One of every kind about a place; the answers can be compared."""
    place, other = one(places, row), one(places, row + 1)

    def way() -> object:
        route = times.route(place, other)
        return route and (route.travel_time_ms, route.edges.tolist())

    return [
        lambda: times.nearest(fleet, place, k=8, eligible=Wanted(any_of=1)),
        lambda: times.matrix(place, places).tolist(),
        lambda: times.matrix(places, place).tolist(),
        lambda: list(times.matrix_row(place, places)[0]),
        way,
        lambda: [band.edges.tolist() for band in times.reach(place, [0.2, 1.0])],
    ]


def asked_of(times: NetworkTravelTimes, fleet: Fleet, places: Joins) -> list[object]:
    return [ask() for row in range(0, 59, 7) for ask in questions(times, fleet, places, row)]


@pytest.mark.parametrize("method", METHODS)
def test_a_workspace_whose_stamps_run_out_begins_anew(method, crowd):
    times, places = crowd
    fleet = times.fleet(places)
    fleet.mark(np.arange(len(places)), np.ones(len(places), np.uint64))
    with answered_by(method):
        expected = [ask() for ask in questions(times, fleet, places, 0)]
        for kind, left in product(range(len(expected)), range(4)):
            fresh = NetworkTravelTimes(times.network, roads=times.roads)
            questions(fresh, fleet, places, 7)[kind]()
            fresh._rooms.mine().stamp = np.iinfo(np.int32).max - left
            for _ in range(left + 2):
                assert questions(fresh, fleet, places, 0)[kind]() == expected[kind]


@pytest.mark.parametrize("method", METHODS)
def test_threads_that_ask_one_engine_get_the_answers_of_a_single_one(method, crowd, count):
    times, places = crowd
    rng, n_units = np.random.default_rng(12), 300
    asked_for = rng.random(n_units) < 0.3
    fleet = times.fleet(places.take(rng.integers(0, len(places), n_units)))
    fleet.mark(np.arange(n_units), np.where(asked_for, 1, 2).astype(np.uint64))
    with answered_by(method), ThreadPoolExecutor(4) as pool:
        for _ in range(count(reduced=4, full=60)):
            expected = asked_of(times, fleet, places)
            asking = [pool.submit(asked_of, times, fleet, places) for _ in range(4)]
            while not all(answers.done() for answers in asking):
                scatter(fleet, np.flatnonzero(~asked_for), places, rng)  # whom nobody asks for
            assert [answers.result() for answers in asking] == [expected] * 4
            scatter(fleet, np.flatnonzero(asked_for), places, rng)


def scatter(fleet: Fleet, units: Ints, places: Joins, rng: np.random.Generator) -> None:
    fleet.move(units, places.take(rng.integers(0, len(places), len(units))))
