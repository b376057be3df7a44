"""Streets that don't hang together, in drawn towns where a gap of four columns is a minute."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.town import Town
from spec.town import town as draw

from geo.road.snap import METRES_PER_DEGREE
from geo.road.street_check import FASTEST_KMH, SLOWEST_KMH, StreetFlawKind, street_flaws
from geo.road.streets import CLOSED

SQUARE = """
    a---b---c
    |   |   |
    d---e---f
"""


def said(town: Town, **changes: object):
    table = replace(town.streets(), **changes)
    names = [street.start + street.end for street in town.connections]
    return [
        (flaw.kind.value, " ".join(names[row] for row in flaw.streets))
        for flaw in street_flaws(table)
    ]


def test_a_square_of_streets_hangs_together():
    assert said(draw(SQUARE)) == []


def test_streets_beyond_the_river_are_an_island():
    town = draw("""
        a---b ~~ g---h
        |   | ~~
        d---e ~~
    """)
    assert said(town) == [("road_island", "gh")]


def test_a_one_way_street_into_a_dead_end_has_no_way_out_and_another_no_way_in():
    town = draw("""
        a---b--->c
        |   |
        d---e---<f
    """)
    assert said(town) == [("one_way_no_way_out", "bc"), ("one_way_no_way_in", "ef")]


def test_one_way_streets_that_lead_round_are_no_trap():
    town = draw("""
        a--->b
        ^    v
        d<---e
    """)
    assert said(town) == []


def test_a_square_that_two_streets_lead_into_is_one_trap():
    town = draw("""
        a---b--->c---g
        |   |    |   |
        d---e--->f---h
        |   |
        i---k
    """)
    assert said(town) == [("one_way_no_way_out", "bc ef")]


def test_an_end_that_stops_four_metres_short_is_told_where_it_would_meet():
    town = draw("""
        a---b---c
        |   |   |
        d---e---f
            g
    """)
    streets = town.streets()
    four_m = 4.0 / METRES_PER_DEGREE
    at_e = town.places("e")[0] + [0.0001, 0]
    end, far = at_e - [0, four_m], at_e - [0, 0.002]
    table = replace(
        streets,
        node_lon_lat=np.concatenate([streets.node_lon_lat, [far, end]]),
        node_source_id=np.arange(len(streets.node_lon_lat) + 2),
        tail=np.append(streets.tail, np.int32(len(streets.node_lon_lat))),
        head=np.append(streets.head, np.int32(len(streets.node_lon_lat) + 1)),
        road_class=np.append(streets.road_class, streets.road_class[:1]),
        length_m=np.append(streets.length_m, 200.0),
        forward_ms=np.append(streets.forward_ms, 30_000),
        backward_ms=np.append(streets.backward_ms, 30_000),
        point=np.concatenate([streets.point, [far, end]]),
        first_point=np.append(streets.first_point, len(streets.point) + 2),
        way_id=np.arange(len(streets.tail) + 1),
        name=np.append(streets.name, np.int32(-1)),
    )
    flaws = {flaw.kind: flaw for flaw in street_flaws(table)}
    short = flaws[StreetFlawKind.STOPS_SHORT]
    assert short.amount == pytest.approx(4.0, abs=0.01)
    assert short.remedy == pytest.approx(tuple(at_e), abs=1e-8)
    assert StreetFlawKind.ISLAND in flaws


def test_streets_that_cross_without_a_junction_are_told_where():
    town = draw("""
        a---b---c
        |   |   |
        d---e---f
    """)
    streets = town.streets()
    row = next(i for i, s in enumerate(town.connections) if (s.start, s.end) == ("b", "e"))
    ends = town.places("df") - [[0.0, -0.001], [0.0, -0.001]]
    point = streets.point.copy()
    point[2 * row : 2 * row + 2] = ends  # the street from b to e now runs across a–d and c–f
    crossing = [
        flaw
        for flaw in street_flaws(replace(streets, point=point))
        if flaw.kind is StreetFlawKind.NO_JUNCTION
    ]
    assert crossing == []  # it ends on them; drawn a little further it crosses both
    point[2 * row : 2 * row + 2] += [[-0.0005, 0], [0.0005, 0]]
    crossing = [
        flaw
        for flaw in street_flaws(replace(streets, point=point))
        if flaw.kind is StreetFlawKind.NO_JUNCTION
    ]
    assert len(crossing) == 2
    assert {flaw.streets[1] == row or flaw.streets[0] == row for flaw in crossing} == {True}


def test_speeds_that_nobody_drives_are_told_in_kilometres_an_hour():
    town = draw(SQUARE)
    streets = town.streets()
    fast, slow = streets.forward_ms.copy(), streets.backward_ms.copy()
    fast[0], slow[1] = 5_000, 3_600_000
    flaws = street_flaws(replace(streets, forward_ms=fast, backward_ms=slow))
    assert [(flaw.kind.value, flaw.streets) for flaw in flaws] == [
        ("road_implausible_speed", (0,)),
        ("road_implausible_speed", (1,)),
    ]
    assert flaws[0].amount > FASTEST_KMH
    assert flaws[1].amount < SLOWEST_KMH


@given(closed=st.lists(st.sampled_from(["forward", "backward", "open"]), min_size=7, max_size=7))
def test_traps_are_the_ends_of_the_condensed_graph(closed):
    town = draw(SQUARE)
    streets = town.streets()
    forward = np.where(np.array(closed) == "forward", CLOSED, streets.forward_ms)
    backward = np.where(np.array(closed) == "backward", CLOSED, streets.backward_ms)
    flaws = street_flaws(replace(streets, forward_ms=forward, backward_ms=backward))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(6))
    graph.add_edges_from(zip(streets.tail[forward >= 0], streets.head[forward >= 0], strict=True))
    graph.add_edges_from(zip(streets.head[backward >= 0], streets.tail[backward >= 0], strict=True))
    groups = nx.condensation(graph)
    sizes = sorted((len(groups.nodes[one]["members"]) for one in groups), reverse=True)
    sinks = [one for one in groups if groups.out_degree(one) == 0 < groups.in_degree(one)]
    sources = [one for one in groups if groups.in_degree(one) == 0 < groups.out_degree(one)]
    is_clear = len(sizes) == 1 or sizes[0] > sizes[1]
    if is_clear:
        largest = max(groups, key=lambda one: len(groups.nodes[one]["members"]))
        kinds = [flaw.kind for flaw in flaws]
        assert kinds.count(StreetFlawKind.NO_WAY_OUT) == len(set(sinks) - {largest})
        assert kinds.count(StreetFlawKind.NO_WAY_IN) == len(set(sources) - {largest})
