"""
The engine on real road networks: every kind of question equals the slow oracle, exactly.

Each network is asked with its own weights and with random ones, before and after a chain of
random partial updates; `make verify` asks 10,000 questions of each kind from 200 places after
200 updates, `make test` a twentieth of that.  The oracle is `oracle.slow_roads`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pytest
import shapely
from oracle.slow_roads import CLOSED_MS, NO_WAY, SlowRoads, SlowTimes, price_ms, slow_roads
from spec.city_questions import (
    Ints,
    random_changes,
    random_eligible,
    random_places,
    random_rules,
    random_weights,
)
from spec.each_method import BUDGETS, answered_by

from fixtures.demo_city import write_demo_city
from fixtures.preset import Preset
from geo.road.coverage import Demand, cover
from geo.road.eligible import Wanted
from geo.road.fleet import Fleet
from geo.road.metric import RoadGraph, reweigh, weigh
from geo.road.network import RoadNetwork, assemble, with_turn_rules
from geo.road.prepared import prepare
from geo.road.read_network import read_streets
from geo.road.road_class import Mode
from geo.road.snap import METRES_PER_DEGREE, Joins
from geo.road.storage import load_network
from geo.road.travel_time import Arrival, NetworkTravelTimes

DEMO = "demo city"


@dataclass(frozen=True)
class Roads:
    """A network to ask about: its file, and how many turn rules of how many edges it is given."""

    file: str
    rules: int = 0
    longest: int = 2
    most_sources: int = 200


CASES = list(product(("own weights", "random weights"), ("at first", "after updates")))
SLOTS_PER_STATE = 12
"""New York and Beijing need 5 and 8; with the order's rank the wrong way round, hundreds."""

UNITS = 2_000
"""Two or three at each place, so that rows decide."""


class Asked:
    """One network under one set of weights, asked from a few of its places."""

    def __init__(self, slow: SlowRoads, times: NetworkTravelTimes, edge_ms: Ints) -> None:
        self.slow, self.times, self.edge_ms = slow, times, edge_ms
        self.network = times.network
        self.rng = np.random.default_rng(7)
        self.places = random_places(self.network, 800, self.rng)

    def search(self, n_sources: int) -> Asked:
        """Ask the oracle once for all."""
        self.oracle = SlowTimes(self.slow, self.places, self.edge_ms)
        inside = self.oracle.inside()
        weight = np.where(inside, 20.0, 1.0) / np.where(inside, 20.0, 1.0).sum()
        self.sources = self.rng.choice(len(self.places), n_sources, replace=False, p=weight)
        self.from_ms = self.oracle.from_place(self.sources)
        self.to_ms = self.oracle.to_place(self.sources)
        return self

    def place(self, row: int) -> Joins:
        return self.places.take(slice(row, row + 1))

    @cached_property
    def limits_s(self) -> list[float | None]:
        """Time limits that let pass all units, or few, some, half or most of them."""
        reached = self.to_ms[self.to_ms >= 0] / 1000
        return [None, *np.quantile(reached, [0.01, 0.1, 0.5, 0.9]).tolist()]


@pytest.fixture(scope="class")
def kept():
    """What was built for a network, and for its weights and stage."""
    return {}


@pytest.fixture(scope="class", params=CASES, ids=", ".join)
def case(request):
    return request.param


@pytest.fixture
def asked(*, request, case, kept, need_roads_data, tmp_path, count):
    roads, (weights, stage) = request.cls.roads, case
    if "built" not in kept:
        path = None if roads.file == DEMO else need_roads_data(roads.file)
        network = demo_network(tmp_path, count) if path is None else read_network(path)
        rules = random_rules(network, roads.rules, roads.longest, np.random.default_rng(1))
        if rules:
            network = with_turn_rules(network, rules)
        kept["built"] = prepare(network), slow_roads(network)
    if kept.get("case") != case:
        asked = weighed(*kept["built"], weights)
        if stage == "after updates":
            update(asked, count(reduced=10, full=200))
        n_sources = min(count(reduced=10, full=200), roads.most_sources)
        kept |= {"case": case, "asked": asked.search(n_sources)}
    return kept["asked"]


def demo_network(folder, count) -> RoadNetwork:
    nodes = count(reduced=2_000, full=10_000)
    write_demo_city(folder / "city", preset=Preset.SMALL, nodes=nodes, seed=1)
    return load_network(folder / "city" / "network-car")


def read_network(path) -> RoadNetwork:
    return assemble(read_streets(path, mode=Mode.CAR), mode=Mode.CAR)


def weighed(roads: RoadGraph, slow: SlowRoads, weights: str) -> Asked:
    times = NetworkTravelTimes(roads.network, roads=roads)
    edge_ms = roads.network.edge_ms.copy()
    if weights == "random weights":
        edge_ms = random_weights(len(edge_ms), np.random.default_rng(2))
        times.swap(weigh(roads, edge_ms, version=weights))
    return Asked(slow, times, edge_ms)


def update(asked: Asked, count: int) -> None:
    """Change weights again and again, each time from those in force."""
    roads, rng = asked.times.roads, np.random.default_rng(3)
    changes = random_changes(asked.network, asked.edge_ms.copy(), asked.edge_ms, count, rng)
    for number, (edges, fresh_ms) in enumerate(changes):
        metric = reweigh(roads, asked.times.metric, edges, fresh_ms, version=f"update {number}")
        asked.times.swap(metric)
        assert asked.times.version == f"update {number}"
    whole = weigh(roads, asked.edge_ms, version="whole")
    for name in ("edge_ms", "onward_ms", "back_ms"):
        np.testing.assert_array_equal(getattr(asked.times.metric, name), getattr(whole, name))
    for name in ("up_ms", "down_ms"):
        found = getattr(asked.times.metric.slots, name)
        np.testing.assert_array_equal(found, getattr(whole.slots, name))


def who_may_go(
    fleet: Fleet, eligible: np.ndarray, rng: np.random.Generator
) -> np.ndarray | Wanted | None:
    """The same units, told by a column, by bits they have or have not, or not at all."""
    if eligible.all():
        return None
    marks = rng.integers(0, 2**63, len(eligible), dtype=np.uint64)
    one, other = (np.uint64(1) << np.uint64(bit) for bit in rng.choice(63, 2, replace=False))
    way = rng.integers(4)
    if way == 0:
        fleet.mark(np.arange(len(eligible)), np.where(eligible, marks | one, marks & ~one))
        return Wanted(all_of=int(one))
    if way == 1:
        fleet.mark(np.arange(len(eligible)), np.where(eligible, marks & ~one, marks | one))
        return Wanted(none_of=int(one))
    if way == 2:
        marks = np.where(eligible, marks | rng.choice([one, other]), marks & ~(one | other))
        fleet.mark(np.arange(len(eligible)), marks)
        return Wanted(any_of=int(one | other))
    return eligible


def ranked(arrivals: list[Arrival]) -> list[tuple[int, int]]:
    return [(arrival.travel_time_ms, arrival.unit) for arrival in arrivals]


def first_units(ms: Ints, eligible: np.ndarray, question: dict) -> list[tuple[int, int]]:
    """The k first of those that may go and can, by time, then by row."""
    may = eligible & (ms != NO_WAY)
    if question["within_s"] is not None:
        may &= ms <= round(question["within_s"] * 1000)
    units = np.flatnonzero(may)
    units = units[np.argsort(ms[units], kind="stable")][: question["k"]]
    return list(zip(ms[units].tolist(), units.tolist(), strict=True))


def on_the_road(network: RoadNetwork, place: Joins) -> np.ndarray:
    """Where a place joins its road."""
    if place.node[0] >= 0:
        return network.node_lon_lat[place.node[0]]
    points = network.point[slice(*network.first_point[place.street[0] :][:2])]
    squeeze = np.array([np.cos(np.radians(points[0, 1])), 1.0])
    line = shapely.LineString(points * squeeze)
    at = shapely.line_interpolate_point(line, place.along[0], normalized=True)
    return shapely.get_coordinates(at)[0] / squeeze


def away_m(one: np.ndarray, other: np.ndarray) -> float:
    squeeze = np.array([np.cos(np.radians(one[1])), 1.0])
    return float(np.hypot(*((one - other) * squeeze))) * METRES_PER_DEGREE


def stretches(
    asked: Asked, place: Joins, begun_ms: np.ndarray, limit_ms: int
) -> tuple[Ints, np.ndarray]:
    """Edges driven on within a time, and the share of each at which it is over."""
    rows = [(edge, 0.0, begun_ms[edge]) for edge in np.flatnonzero(begun_ms <= limit_ms)]
    if place.street[0] >= 0 and place.walk_ms[0] <= limit_ms:
        for backward, edge in enumerate(asked.network.street_edges[place.street[0]]):
            if edge >= 0 and asked.edge_ms[edge] < CLOSED_MS:
                along = place.along[0]
                rows.append((edge, 1 - along if backward else along, place.walk_ms[0]))
    rows.sort(key=lambda row: (row[0], -row[1]))
    edges, begin, enter_ms = np.array(rows, dtype=float).reshape(-1, 3).T
    whole_ms = asked.edge_ms[edges.astype(int)]
    driven_ms = limit_ms - enter_ms
    is_whole = whole_ms - np.rint(whole_ms * begin) <= driven_ms
    share = np.minimum(begin + driven_ms / np.maximum(whole_ms, 1), 1.0)
    end = np.where(is_whole, 1.0, share)
    return edges[end > begin].astype(int), end[end > begin]


class EveryQuestion:
    """What each network is asked; a class for each, so that they spread over processes."""

    roads: Roads

    def test_the_hierarchy_has_few_slots(self, asked):
        roads = asked.times.roads
        assert roads.hierarchy.n_slots < SLOTS_PER_STATE * roads.graph.n_states

    def test_the_nearest_units_are_the_oracles_as_they_move(self, asked, count):
        rng = np.random.default_rng(4)
        at = rng.integers(0, len(asked.places), UNITS)
        fleet = asked.times.fleet(asked.places.take(at))
        found_any = 0
        for number in range(count(reduced=500, full=10_000)):
            if number % 20 == 19:
                moved = rng.choice(UNITS, int(rng.integers(1, 100)), replace=False)
                at[moved] = rng.integers(0, len(asked.places), len(moved))
                fleet.move(moved, asked.places.take(at[moved]))
            row, eligible = int(rng.integers(len(asked.sources))), random_eligible(UNITS, rng)
            question = {
                "k": int(rng.choice([1, 2, 8, 30, UNITS + 1], p=[0.2, 0.2, 0.4, 0.15, 0.05])),
                "within_s": asked.limits_s[rng.integers(len(asked.limits_s))],
                "eligible": who_may_go(fleet, eligible, rng),
            }
            incident = asked.place(asked.sources[row])
            expected = first_units(asked.to_ms[row, at], eligible, question)
            assert ranked(asked.times.nearest(fleet, incident, **question)) == expected
            found_any += bool(expected)
            for method in BUDGETS if number % 10 == 0 else ():
                with answered_by(method):
                    alone = asked.times.nearest(fleet, incident, **question)
                assert ranked(alone) == expected, method
        assert found_any > 50

    def test_matrices_of_every_shape_are_the_oracles(self, asked, count):
        rng, n_asked = np.random.default_rng(5), count(reduced=500, full=10_000)
        n_sources = len(asked.sources)
        for _ in range(n_asked // 100):
            row, others = int(rng.integers(n_sources)), rng.integers(0, len(asked.places), 100)
            one, many = asked.place(asked.sources[row]), asked.places.take(others)
            np.testing.assert_array_equal(
                asked.times.matrix(one, many)[0], asked.from_ms[row, others]
            )
            np.testing.assert_array_equal(
                asked.times.matrix(many, one)[:, 0], asked.to_ms[row, others]
            )
        rows = rng.integers(0, n_sources, min(n_asked // 50, 100))
        others = rng.integers(0, len(asked.places), 500)
        some, many = asked.places.take(asked.sources[rows]), asked.places.take(others)
        np.testing.assert_array_equal(
            asked.times.matrix(some, many), asked.from_ms[rows][:, others]
        )
        np.testing.assert_array_equal(
            asked.times.matrix(many, some), asked.to_ms[rows][:, others].T
        )

    def test_one_search_to_many_places_is_the_oracles(self, asked, count):
        for row, source in enumerate(asked.sources[: count(reduced=5, full=25)]):
            found_ms, length_m = asked.times.matrix_row(asked.place(source), asked.places)
            np.testing.assert_array_equal(found_ms, asked.from_ms[row])
            np.testing.assert_array_equal(np.isnan(length_m), found_ms == NO_WAY)

    def test_routes_drive_the_oracles_times_and_obey_the_rules(self, asked, count):
        rng = np.random.default_rng(6)
        found = 0
        for _ in range(count(reduced=500, full=10_000)):
            row, goal = int(rng.integers(len(asked.sources))), int(rng.integers(len(asked.places)))
            start, end = asked.place(asked.sources[row]), asked.place(goal)
            route = asked.times.route(start, end)
            if route is None:
                assert asked.from_ms[row, goal] == NO_WAY
                continue
            found += 1
            edges = route.edges.tolist()
            assert route.travel_time_ms == asked.from_ms[row, goal]
            assert price_ms(asked.slow, asked.edge_ms, start, end, edges) == route.travel_time_ms
            if found % 10 == 0:
                assert away_m(route.lon_lat[0], on_the_road(asked.network, start)) < 0.01
                assert away_m(route.lon_lat[-1], on_the_road(asked.network, end)) < 0.01
        assert found > 50

    def test_each_place_is_served_by_the_oracles_first_base(self, asked, count):
        rng = np.random.default_rng(8)
        for n_bases in (1, 2, 9) * count(reduced=1, full=5):
            bases = rng.choice(len(asked.sources), n_bases, replace=False)
            partition = asked.times.partition(asked.places.take(asked.sources[bases]))
            ms = np.where(asked.from_ms[bases] == NO_WAY, CLOSED_MS, asked.from_ms[bases])
            first_ms = ms.min(axis=0)
            reached = first_ms < CLOSED_MS
            served = partition.serve(asked.places)
            np.testing.assert_array_equal(served.base, np.where(reached, ms.argmin(axis=0), NO_WAY))
            np.testing.assert_array_equal(
                served.travel_time_ms, np.where(reached, first_ms, NO_WAY)
            )
            at = np.flatnonzero(asked.places.node >= 0)
            node = asked.places.node[at]
            np.testing.assert_array_equal(partition.nodes.base[node], served.base[at])
            np.testing.assert_array_equal(
                partition.nodes.travel_time_ms[node], served.travel_time_ms[at]
            )
            weight = rng.uniform(0, 9, len(asked.places))
            within_s = float(np.median(first_ms)) / 1000
            coverage = cover(partition, Demand(asked.places, weight), within_s=within_s)
            in_time = reached & (first_ms <= within_s * 1000)
            np.testing.assert_array_equal(coverage.in_time, in_time)
            assert coverage.share == pytest.approx(weight[in_time].sum() / weight.sum())
            assert coverage.unreachable_weight == pytest.approx(weight[~reached].sum())

    def test_stretches_within_reach_are_the_oracles(self, asked, count):
        limits_s = [0.001, 60.0, min(900.0, np.quantile(asked.to_ms, 0.2) / 1000 + 1)]
        joined = np.flatnonzero(
            asked.places.node[asked.sources] + asked.places.street[asked.sources] > -2
        )
        for source in asked.sources[joined[: count(reduced=5, full=50)]]:
            place = asked.place(source)
            begun_ms = asked.oracle.entered_ms(int(source))
            for band in asked.times.reach(place, limits_s):
                edges, end = stretches(asked, place, begun_ms, round(band.within_s * 1000))
                found = band.stretches
                order = np.lexsort((-found.begin, found.edge))
                np.testing.assert_array_equal(found.edge[order], edges)
                np.testing.assert_allclose(found.end[order], end, rtol=0, atol=1e-12)
                assert band.polygon.is_valid


class TestHelsinki(EveryQuestion):
    roads = Roads("helsinki.osm.pbf")


class TestLiechtenstein(EveryQuestion):
    roads = Roads("liechtenstein.osm.pbf")


class TestDemoCity(EveryQuestion):
    roads = Roads(DEMO)


class TestBeijing(EveryQuestion):
    roads = Roads("beijing-ways.gpkg")


class TestBeijingWithRules(EveryQuestion):
    roads = Roads("beijing-ways.gpkg", rules=500, longest=3)


class TestNewYork(EveryQuestion):
    roads = Roads("new-york.npz")


@pytest.mark.verify
class TestNewYorkWithRules(EveryQuestion):
    roads = Roads("new-york.npz", rules=2_000, most_sources=20)
