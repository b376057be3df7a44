"""Zones are proposed: in one piece, with what is settled, as cheap as what was planted."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.county_graphs import COUNTIES, county, cut_of

from dispatch.planning.rezoning_answer import (
    BLOCKS_A_SECOND,
    STEPS_A_NODE,
    zones_of_graph,
)
from dispatch.planning.rezoning_bound import cut_bound, travel_bound
from dispatch.planning.rezoning_problem import PlainGraph, plain_problem, stock_of
from dispatch.planning.rezoning_search import Block, Effort, Watch, run_block, search

SHORT = 30_000


def drawing(edges, weight=None):
    """A graph from lines such as ``AB BC``; every node weighs one unless told."""
    pairs = edges.split()
    names = sorted({letter for pair in pairs for letter in pair} | set(weight or {}))
    at = {name: row for row, name in enumerate(names)}
    rows = sorted(sorted((at[one], at[other])) for one, other in (p for p in pairs if len(p) == 2))
    load = np.array([(weight or {}).get(name, 1.0) for name in names])
    return PlainGraph(tuple(names), load, np.array(rows, dtype=np.int64).reshape(-1, 2))


def as_networkx(graph):
    drawn = nx.Graph()
    drawn.add_nodes_from(range(len(graph.names)))
    drawn.add_edges_from(graph.edges.tolist())
    return drawn


def hang_together(graph, zone_of, zones):
    """Whether there are so many zones and networkx finds each of them in one piece."""
    drawn = as_networkx(graph)
    members = [np.flatnonzero(zone_of == zone).tolist() for zone in range(zones)]
    return all(mine and nx.is_connected(drawn.subgraph(mine)) for mine in members)


def best_of_all(graph, zones, balance, cost):
    """Least cost of any plan that keeps the rules; all of them are tried."""
    mean = graph.weight.sum() / zones
    found = []
    for plan in product(range(zones), repeat=len(graph.names)):
        zone_of = np.array(plan)
        loads = np.bincount(zone_of, graph.weight, minlength=zones)
        within = np.abs(loads - mean).max() <= balance * mean + 1e-9
        if within and hang_together(graph, zone_of, zones):
            found.append(cost(zone_of))
    return min(found, default=None)


@st.composite
def small_graphs(draw):
    n = draw(st.integers(2, 6))
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    edges = sorted(draw(st.sets(st.sampled_from(pairs), max_size=len(pairs))))
    weight = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    names = tuple(f"N{row}" for row in range(n))
    return PlainGraph(
        names, np.array(weight, dtype=float), np.array(edges, dtype=np.int64).reshape(-1, 2)
    )


@settings(max_examples=25)
@given(small_graphs(), st.integers(1, 3), st.sampled_from([0.0, 0.1, 0.4]))
def test_small_graphs_are_divided_as_well_as_by_trying_every_plan(graph, zones, balance):
    answer = zones_of_graph(plain_problem(graph, zones, balance), seconds=0.3, seed=1)
    drawn = as_networkx(graph)
    best = best_of_all(graph, zones, balance, lambda zone_of: cut_of(drawn, zone_of))
    assert answer.feasible == (best is not None)
    assert not (answer.proven_impossible and best is not None)
    if best is not None:
        assert answer.objective == best
        assert answer.bound <= best
        assert answer.deviation <= balance + 1e-9
        assert hang_together(graph, answer.zone_of, zones)
    else:
        assert answer.why_not


def test_travel_of_small_graphs_is_the_least_of_every_plan():
    rng = np.random.default_rng(5)
    for _ in range(3):
        places = rng.random((8, 2))
        graph = PlainGraph(
            tuple("ABCDEFGH"),
            rng.integers(1, 4, 8).astype(float),
            np.array([(i, j) for i in range(8) for j in range(i + 1, 8) if (i * j + j) % 3]),
        )
        travel_s = 100 * np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        problem = plain_problem(graph, 2, 0.3, travel_s)
        answer = zones_of_graph(problem, seconds=1, seed=1)
        best = best_of_all(
            graph, 2, 0.3, lambda zone_of, p=problem: stock_of(p, zone_of.astype(np.int32)).cost
        )
        assert answer.objective == pytest.approx(best)
        assert 0.8 * best < answer.bound <= best + 1e-6


def picked(count):
    """Numbers of the county-like graphs that a test takes: the two smallest, or all eighteen."""
    return range(len(COUNTIES))[: count(reduced=2, full=18)]


def test_planted_zones_keep_the_rules_of_the_graph_they_are_planted_in(count):
    for which in picked(count):
        drawn = county(which)
        problem = plain_problem(drawn.graph, drawn.zones, drawn.balance)
        assert stock_of(problem, drawn.planted).within(drawn.balance)
        assert hang_together(drawn.graph, drawn.planted, drawn.zones)


def test_what_was_planted_is_found_or_beaten(count):
    """Sixteen of eighteen at least; every plan that is found keeps the balance."""
    reached = 0
    for which in picked(count):
        drawn = county(which)
        problem = plain_problem(drawn.graph, drawn.zones, drawn.balance)
        answer = zones_of_graph(problem, seconds=count(reduced=1, full=10), seed=1)
        assert answer.feasible
        assert answer.deviation <= drawn.balance
        assert answer.bound <= answer.objective
        assert hang_together(drawn.graph, answer.zone_of, drawn.zones)
        reached += answer.objective <= drawn.planted_cut
    assert reached >= 16 / 18 * len(picked(count))


def test_single_flips_alone_miss_what_was_planted_in_a_third_of_the_graphs(count):
    """They get twice the blocks, for a block of theirs takes half as long."""
    missed = 0
    for which in picked(count):
        drawn = county(which)
        problem = plain_problem(drawn.graph, drawn.zones, drawn.balance)
        blocks = 2 * BLOCKS_A_SECOND * count(reduced=1, full=10)
        effort = Effort(blocks, STEPS_A_NODE * len(problem.names), recombine=False)
        effort = replace(effort, good_enough=float(drawn.planted_cut))
        best = search(problem, effort, seed=1).best
        missed += best is None or not best.feasible or best.cost > drawn.planted_cut
    assert missed >= 6 / 18 * len(picked(count))


@st.composite
def locked_boards(draw):
    """A board of squares, four zones as today, some squares locked, some pairs to be parted."""
    side = 8
    rows = np.arange(side * side).reshape(side, side)
    edges = np.concatenate(
        [
            np.stack([rows[:, :-1].ravel(), rows[:, 1:].ravel()], 1),
            np.stack([rows[:-1].ravel(), rows[1:].ravel()], 1),
        ]
    )
    names = tuple(f"G{row:02d}" for row in range(side * side))
    weight = np.array(draw(st.lists(st.integers(1, 9), min_size=64, max_size=64)), dtype=float)
    plain = plain_problem(PlainGraph(names, weight, edges), 4, 0.05)
    today = (rows // side // 4 * 2 + rows % side // 4).ravel().astype(np.int32)
    locks = draw(st.sets(st.integers(0, 63), max_size=12))
    allowed = plain.allowed.copy()
    for node in locks:
        allowed[:, node] = np.arange(4) == today[node]
    most = draw(st.sampled_from([0.0, 5.0, 20.0, np.inf]))
    moved_in = (np.arange(4)[:, None] != today).astype(float)
    return replace(plain, today=today, moved_in=moved_in, most_moved=most, allowed=allowed), sorted(
        locks
    )


@settings(max_examples=25)
@given(locked_boards(), st.integers(0, 10), st.booleans())
def test_locks_moves_and_contiguity_hold_whatever_happens(board, seed, recombine):
    problem, locks = board
    block = Block(problem, seed=seed, from_today=True, steps=SHORT, recombine=recombine)
    found = run_block(block)
    graph = PlainGraph(
        problem.names, problem.load[0], np.stack([problem.tail, problem.neighbour], 1)
    )
    assert hang_together(graph, found.zone_of, 4)
    assert (found.zone_of[locks] == problem.today[locks]).all()
    assert (found.zone_of != problem.today).sum() <= problem.most_moved
    assert found.cost == stock_of(problem, found.zone_of).cost
    assert found.feasible == stock_of(problem, found.zone_of).within(0.05)


def test_nodes_to_be_parted_are_in_two_zones():
    graph = drawing("AB BC CD DE EF FA AD BE")
    plain = plain_problem(graph, 2, 0.0)
    for one, other in ((0, 1), (0, 3)):
        pairs = np.zeros(7, dtype=np.int64)
        pairs[one + 1 :] += 1
        pairs[other + 1 :] += 1
        problem = replace(plain, apart_first=pairs, apart=np.array([other, one], dtype=np.int32))
        found = run_block(Block(problem, seed=3, steps=SHORT))
        assert found.feasible
        assert found.zone_of[one] != found.zone_of[other]


def test_equal_seeds_give_equal_plans_on_one_worker_or_many():
    drawn = county(0)
    problem = plain_problem(drawn.graph, 5, 0.02)
    effort = Effort(blocks=6, steps=SHORT)

    def backwards(task, blocks) -> list:
        done = [task(block) for block in reversed(list(blocks))]
        return list(reversed(done))

    one = search(problem, effort, seed=4)
    many = search(problem, effort, seed=4, watch=Watch(workers=backwards))
    assert one.best.zone_of.tobytes() == many.best.zone_of.tobytes()
    assert one.blocks == many.blocks == 6


def test_a_search_that_is_stopped_gives_its_best_and_says_so():
    problem = plain_problem(drawing("AB BC CD DA AC"), 2, 0.0)
    shares = []
    stopped = search(
        problem,
        Effort(blocks=8, steps=SHORT),
        seed=1,
        watch=Watch(stop=lambda: len(shares) >= 3, told=shares.append),
    )
    assert stopped.stopped
    assert stopped.blocks == 3
    assert stopped.best.feasible
    assert shares == [1 / 8, 2 / 8, 3 / 8]


IMPOSSIBLE = {
    "a grid heavier than a zone": (drawing("AB BC CD", {"C": 9.0}), 2, 0.1, "C: heavier than"),
    "more zones than grids": (drawing("AB"), 3, 0.5, "too few for 3 zones"),
    "more parts than zones": (drawing("AB CD EF"), 2, 0.5, "3 parts with no common border"),
    "a part that no number of zones fits": (
        drawing("AB BC CD EF"), 2, 0.1, "no whole number of zones",
    ),
    "a choke point": (
        drawing("AB BC BD BE"), 2, 0.2, "B is a choke point: it is the only way to A",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_the_impossible_is_explained_with_names(case):
    graph, zones, balance, sentence = IMPOSSIBLE[case]
    answer = zones_of_graph(plain_problem(graph, zones, balance), seconds=1, seed=1)
    assert not answer.feasible
    assert answer.proven_impossible
    assert sentence in " ".join(reason.en for reason in answer.why_not)


def test_locks_that_disconnect_are_explained_with_names():
    problem = plain_problem(drawing("AB BC CD DE"), 2, 0.3)
    allowed = np.array([[1, 0, 1, 0, 1], [0, 1, 0, 1, 1]], dtype=np.bool_)
    answer = zones_of_graph(replace(problem, allowed=allowed), seconds=1, seed=1)
    assert answer.proven_impossible
    assert answer.zone_of is None
    assert "Locks tear a zone apart: A and C" in answer.why_not[0].en


def test_what_is_not_found_is_no_proof_and_says_how_near_it_came():
    graph = drawing("AB BC CA", {"A": 5.0, "B": 4.0, "C": 4.0})
    answer = zones_of_graph(plain_problem(graph, 2, 0.01), seconds=0.3, seed=1)
    assert not answer.feasible
    assert not answer.proven_impossible
    assert "does not prove" in answer.why_not[0].en
    assert answer.deviation == pytest.approx(1.5 / 6.5)


def test_parts_without_a_common_border_get_whole_zones():
    graph = drawing("AB BC CD EF FG GH HI IJ JE")
    answer = zones_of_graph(plain_problem(graph, 5, 0.0), seconds=0.5, seed=1)
    assert answer.feasible
    assert np.bincount(answer.zone_of).tolist() == [2] * 5
    assert hang_together(graph, answer.zone_of, 5)


def test_bounds_lie_below_what_was_found_and_are_not_idle():
    drawn = county(0)
    problem = plain_problem(drawn.graph, drawn.zones, drawn.balance)
    assert drawn.planted_cut / 4 < cut_bound(problem, drawn.planted_cut) <= drawn.planted_cut
    travel_s = np.hypot(*(drawn.lon_lat[:, None] - drawn.lon_lat[None]).transpose(2, 0, 1))
    by_travel = plain_problem(drawn.graph, drawn.zones, 0.05, travel_s)
    found = run_block(Block(by_travel, seed=1, steps=400_000))
    assert 0.9 * found.cost < travel_bound(by_travel, found.cost) <= found.cost
