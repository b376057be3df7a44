"""The nearest units by both methods, as units hang, move and vanish; matrices in files."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.each_method import METHODS, answered_by
from spec.made_networks import network_of, networks
from spec.town import town

from geo.errors import BadValue
from geo.road.customise import NEVER
from geo.road.eligible import ON_ROAD, Wanted, count_eligible, list_eligible, may_go
from geo.road.fleet import Fleet
from geo.road.metric import reweigh, weigh
from geo.road.nearest import GAVE_UP, Best, Question, along_the_street, by_hierarchy, by_search
from geo.road.prepared import prepare
from geo.road.snap import Joins, join_nodes
from geo.road.speed import walk_time_ms
from geo.road.travel_time import UNREACHABLE_MS, NetworkTravelTimes
from geo.road.workspace import Workspace


@st.composite
def places(draw: st.DrawFn, network, *, most: int = 6, least: int = 0) -> Joins:
    """Joins at junctions, on streets, or nowhere at all."""
    streets = np.unique(network.edge_street).tolist()
    kinds = ["junction", "street", "nowhere"] if streets else ["junction", "nowhere"]
    rows = []
    for _ in range(draw(st.integers(least, most))):
        kind = draw(st.sampled_from(kinds))
        node = draw(st.integers(0, network.n_nodes - 1)) if kind == "junction" else -1
        street = draw(st.sampled_from(streets)) if kind == "street" else -1
        rows.append((node, street, draw(st.floats(0, 1)), draw(st.sampled_from([0.0, 9.0]))))
    node, street, along, away = np.array(rows, dtype=float).reshape(-1, 4).T
    walk_ms = np.where(street >= 0, walk_time_ms(away), 0)
    return Joins(
        np.zeros((len(rows), 2)),
        node.astype(np.int32),
        street.astype(np.int32),
        along.copy(),
        away.copy(),
        walk_ms.astype(np.int64),
    )


def masks(eligible):
    """Masks and marks that let the given units go."""
    return Wanted(all_of=1).masks(), eligible.astype(np.uint64)


def ask(question, method):
    """Who comes first, by one method."""
    wanted = min(question.k, count_eligible(question.bits, question.wanted, question.k))
    best = Best(np.empty(wanted, np.int64), np.empty(wanted, np.int32))
    count = along_the_street(question, best) if wanted else 0
    room = Workspace(question.roads.graph.n_states)
    if method == "search":
        count = by_search(question, best, count, 10**9, room)
    else:
        count = by_hierarchy(question, best, count, room)
    return list(zip(best.ms[:count].tolist(), best.unit[:count].tolist(), strict=True))


@given(st.data())
def test_search_and_hierarchy_give_the_sorted_matrix(data):
    network = data.draw(networks())
    roads = prepare(network)
    closed = data.draw(st.lists(st.integers(0, max(network.n_edges - 1, 0)), max_size=2))
    edge_ms = network.edge_ms.copy()
    if network.n_edges:
        edge_ms[closed] = NEVER
    metric = weigh(roads, edge_ms, version="a")
    units = data.draw(places(network))
    incident = data.draw(places(network, least=1, most=1))
    fleet = Fleet(network, roads.graph, len(units))
    fleet.move(np.arange(len(units)), units)
    eligible = np.array([data.draw(st.booleans()) for _ in range(len(units))], dtype=bool)
    limit_ms = data.draw(st.sampled_from([int(NEVER) - 1, 40]))
    k = data.draw(st.integers(0, 7))
    question = Question(roads, metric, fleet.hung, incident, k, limit_ms, *masks(eligible))
    times = NetworkTravelTimes(network, roads=roads)
    times._metric = metric
    table = times.matrix(units, incident)[:, 0]
    able = [
        (int(table[row]), row)
        for row in range(len(units))
        if eligible[row] and 0 <= table[row] <= limit_ms
    ]
    assert ask(question, "search") == sorted(able)[:k]
    assert ask(question, "hierarchy") == sorted(able)[:k]
    near = np.where((table >= 0) & (table <= limit_ms), table, UNREACHABLE_MS)
    assert times.times_within(fleet, incident, within_ms=limit_ms).tolist() == near.tolist()


@given(st.data())
def test_a_fleet_that_moved_equals_one_that_was_always_there(data):
    network = data.draw(networks())
    graph = prepare(network).graph
    fleet = Fleet(network, graph, 4)
    now = data.draw(places(network, least=4, most=4))
    fleet.move(np.arange(4), now)
    for _ in range(4):
        then = data.draw(places(network, least=4, most=4))
        rows = np.array(sorted(data.draw(st.sets(st.integers(0, 3)))), dtype=np.int64)
        fleet.move(rows, then.take(rows))
        for name in ("node", "street", "along", "walk_ms"):
            getattr(now, name)[rows] = getattr(then, name)[rows]
    fresh = Fleet(network, graph, 4)
    fresh.move(np.arange(4), now)
    for name in ("state", "edge", "along", "walk_ms"):
        np.testing.assert_array_equal(getattr(fleet.hung, name), getattr(fresh.hung, name))
    for state in range(graph.n_states):
        assert sorted(hanging(fleet, state)) == sorted(hanging(fresh, state))


def hanging(fleet, state):
    """Ports in the list of a state, which must be sound in both directions."""
    found, port, before = [], fleet.hung.head[state], -1
    while port >= 0:
        assert fleet.hung.before[port] == before
        assert fleet.hung.state[port] == state
        found.append(int(port))
        before, port = port, fleet.hung.after[port]
    return found


@pytest.mark.parametrize("method", METHODS)
def test_on_the_incidents_own_one_way_street_one_is_there_at_once_or_drives_around(method):
    drawn = town("""
        a->-b
        |   |
        c---d
    """)
    times = NetworkTravelTimes(drawn.network())
    at = [0.75, 0.25, 0.5, 0.5, 0.25]  # ahead, behind, here, here too, behind too
    units = times.join(np.concatenate([drawn.between("a", "b", share) for share in at]))
    with answered_by(method):
        arrivals = times.nearest(units, times.join(drawn.between("a", "b", 0.5)), k=9)
    assert [(arrival.unit, round(arrival.travel_time_ms, -2)) for arrival in arrivals] == [
        (2, 0),
        (3, 0),
        (1, 15_000),
        (4, 15_000),
        (0, 15_000 + 180_000 + 30_000),
    ]


LONGEST = int(NEVER) - 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("first_ms", "second_ms", "expected"),
    [
        (5, 7, [12]),
        (0, 0, [0]),
        (LONGEST, 0, [LONGEST]),
        (LONGEST, 1, []),
        (LONGEST // 2, LONGEST // 2, [LONGEST]),
        (LONGEST, LONGEST, []),
        (NEVER, 5, []),
        (5, NEVER, []),
        (NEVER, NEVER, []),
        (2**31 - 1, 2**31 - 1, []),
        (2**40, 0, []),
    ],
)
def test_sums_never_wrap_and_a_way_of_twelve_days_is_none(method, first_ms, second_ms, expected):
    network = network_of([(0, 1, 1, -1), (1, 2, 1, -1)], 3)
    times = NetworkTravelTimes(network)
    start, end = (join_nodes(network, np.array([node])) for node in (0, 2))
    fresh_ms = np.array([first_ms, second_ms], dtype=np.int64)
    for metric in (
        weigh(times.roads, fresh_ms, version="whole"),
        reweigh(times.roads, times.metric, np.arange(2), fresh_ms, version="part"),
    ):
        times.swap(metric)
        with answered_by(method):
            assert [a.travel_time_ms for a in times.nearest(start, end, k=2)] == expected
        assert times.matrix(start, end).ravel().tolist() == (expected or [-1])
        assert times.matrix_row(start, end)[0].tolist() == (expected or [-1])
        assert (times.route(start, end) is None) == (not expected)


@pytest.mark.parametrize("method", METHODS)
def test_of_parallel_streets_the_fastest_counts_and_then_the_next(method):
    network = network_of([(0, 1, 9, 9), (0, 1, 4, 4), (0, 1, 6, 6)], 2)
    times = NetworkTravelTimes(network)
    start, end = (join_nodes(network, np.array([node])) for node in (0, 1))
    for expected in ([4], [6], [9], []):
        with answered_by(method):
            assert [a.travel_time_ms for a in times.nearest(start, end, k=1)] == expected
        route = times.route(start, end)
        if route is not None:
            closed = reweigh(
                times.roads, times.metric, route.edges, NEVER + 0 * route.edges, version=""
            )
            times.swap(closed)


def test_a_search_beyond_its_budget_gives_up_and_the_hierarchy_answers():
    drawn = town("1---a---b---c---d---e---x")
    times = NetworkTravelTimes(drawn.network())
    fleet = times.fleet(times.join(drawn.places("1")))
    everyone = np.ones(1, dtype=bool)
    incident = times.join(drawn.places("x"))
    question = Question(
        times._roads, times._metric, fleet.hung, incident, 1, int(NEVER) - 1, *masks(everyone)
    )
    best = Best(np.empty(1, np.int64), np.empty(1, np.int32))
    assert by_search(question, best, 0, 3, Workspace(7)) == GAVE_UP
    assert [a.travel_time_ms for a in times.nearest(fleet, incident, k=1)] == [360_000]


def test_threads_ask_and_move_at_once():
    network = network_of([(i, (i + 1) % 50, 7, 7) for i in range(50)], 50)
    times = NetworkTravelTimes(network)
    ends = times.join(network.node_lon_lat)
    fleet = times.fleet(ends)
    expected = [(a.unit, a.travel_time_ms) for a in times.nearest(fleet, ends.take([3]), k=50)]
    faults = []

    def mover() -> None:
        for _ in range(200):
            fleet.move(np.arange(50), ends)

    def asker() -> None:
        for _ in range(200):
            found = times.nearest(fleet, ends.take([3]), k=50)
            if [(a.unit, a.travel_time_ms) for a in found] != expected:
                faults.append(found)

    threads = [threading.Thread(target=work) for work in (mover, asker, asker)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


@given(
    st.lists(st.integers(0, 15), max_size=9),
    st.integers(0, 15),
    st.integers(0, 15),
    st.integers(0, 15),
)
def test_marks_say_who_may_go(marks, all_of, any_of, none_of):
    able = [
        unit
        for unit, own in enumerate(marks)
        if own & all_of == all_of and (any_of == 0 or own & any_of) and not own & none_of
    ]
    bits, wanted = np.array(marks, dtype=np.uint64), Wanted(all_of, any_of, none_of).masks()
    assert list_eligible(bits, wanted).tolist() == able
    assert count_eligible(bits, wanted, len(marks)) == len(able)
    assert [unit for unit in range(len(marks)) if may_go(bits, wanted, unit)] == able


def test_only_those_with_the_marks_asked_for_come_and_a_changed_mark_counts_at_once():
    drawn = town("1-2-3-x")
    times = NetworkTravelTimes(drawn.network())
    fleet, incident = times.fleet(times.join(drawn.places("123"))), times.join(drawn.places("x"))
    market, on_duty = 1, 2
    fleet.mark(np.arange(3), np.array([market | on_duty, market | on_duty, on_duty], np.uint64))

    def who(wanted: Wanted) -> list[int]:
        return [a.unit for a in times.nearest(fleet, incident, k=3, eligible=wanted)]

    assert who(Wanted()) == [2, 1, 0]
    assert who(Wanted(all_of=market | on_duty)) == [1, 0]
    assert who(Wanted(any_of=market)) == [1, 0]
    assert who(Wanted(none_of=market)) == [2]
    fleet.mark(np.array([1]), np.array([market], np.uint64))
    assert who(Wanted(all_of=market | on_duty)) == [0]


def test_units_that_are_nowhere_do_not_count_when_a_method_is_chosen():
    drawn = town("1---a---b---c---d---e---x")
    times = NetworkTravelTimes(drawn.network())
    fleet = times.fleet(times.join(drawn.places("1aaaaaaa")))
    nowhere = times.join(drawn.places("a")).take(np.zeros(7, dtype=int))
    for column in (nowhere.node, nowhere.street):
        column[:] = -1
    fleet.move(np.arange(1, 8), nowhere)
    marks, masks = fleet.hung.bits, Wanted(all_of=ON_ROAD).masks()
    assert list_eligible(marks, masks).tolist() == [0]
    fleet.mark(np.arange(8), np.full(8, 5, dtype=np.uint64))
    assert list_eligible(marks, masks).tolist() == [0], "a mark puts nobody on a road"
    assert [a.unit for a in times.nearest(fleet, times.join(drawn.places("x")), k=8)] == [0]


@pytest.mark.parametrize("rows", [[-1], [3], [0, 0]])
def test_a_move_of_a_unit_that_is_not_there_or_stands_twice_is_refused(rows):
    drawn = town("1---2---3")
    times = NetworkTravelTimes(drawn.network())
    fleet = times.fleet(times.join(drawn.places("123")))
    places = times.join(drawn.places("1" * len(rows)))
    with pytest.raises(BadValue):
        fleet.move(np.array(rows), places)
    with pytest.raises(BadValue):
        fleet.mark(np.array(rows), np.ones(len(rows), dtype=np.uint64))


def test_a_sealed_fleet_is_never_moved_but_its_copy_is():
    drawn = town("1---2---3")
    times = NetworkTravelTimes(drawn.network())
    fleet, incident = times.fleet(times.join(drawn.places("1"))), times.join(drawn.places("3"))
    fleet.seal()
    with pytest.raises(BadValue, match="stay where they are"):
        fleet.move(np.array([0]), times.join(drawn.places("2")))
    moved = fleet.copy()
    moved.move(np.array([0]), times.join(drawn.places("2")))
    assert times.nearest(fleet, incident, k=1)[0].travel_time_ms == 120_000
    assert times.nearest(moved, incident, k=1)[0].travel_time_ms == 60_000


def test_eligibility_is_said_of_every_unit():
    drawn = town("1---2---3")
    times = NetworkTravelTimes(drawn.network())
    fleet = times.fleet(times.join(drawn.places("12")))
    with pytest.raises(BadValue, match="all 2 units"):
        times.nearest(fleet, times.join(drawn.places("3")), k=1, eligible=np.ones(1, dtype=bool))


def test_counting_ends_with_the_block_that_is_enough():
    bits, wanted = np.full(5_000, 1, dtype=np.uint64), Wanted(all_of=1).masks()
    bits[:600] = 0
    assert [count_eligible(bits, wanted, enough) for enough in (1, 425, 9_999)] == [424, 936, 4_400]
