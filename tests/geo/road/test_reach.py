"""Reach: stretches of road against the slow oracle, and the ground around them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle.slow_roads import SlowTimes, offset_ms, slow_roads
from spec.made_networks import networks, places_in
from spec.town import Town, town

from geo.road import ground
from geo.road.customise import NEVER
from geo.road.ground import CELL_M, Cells, polygons
from geo.road.metric import weigh
from geo.road.network import RoadNetwork
from geo.road.prepared import prepare
from geo.road.reach import Reach, Stretches, reach_from
from geo.road.snap import METRES_PER_DEGREE, Joins
from geo.road.travel_time import NetworkTravelTimes
from geo.road.workspace import Workspace

Row = tuple[int, float, float]


def reach_of(network: RoadNetwork, edge_ms: NDArray[np.int64], origin: Joins, ms: int) -> Reach:
    roads = prepare(network)
    metric = weigh(roads, edge_ms, version="drawn")
    return reach_from(roads, metric, origin, ms, Workspace(roads.graph.n_states))


def rows(stretches: Stretches) -> list[Row]:
    columns = (stretches.edge.tolist(), stretches.begin.tolist(), stretches.end.tolist())
    return sorted(zip(*columns, strict=True))


def expected_rows(
    network: RoadNetwork, edge_ms: NDArray[np.int64], origin: Joins, limit_ms: int
) -> list[Row]:
    """Every edge by when it is left behind; the origin's own also from the offset on."""
    enter_ms = SlowTimes(slow_roads(network), origin, edge_ms).entered_ms(0)
    found = [
        (edge, 0.0, share(int(limit_ms - enter_ms[edge]), int(edge_ms[edge])))
        for edge in np.flatnonzero((enter_ms <= limit_ms) & (edge_ms < NEVER)).tolist()
    ]
    left_ms = int(limit_ms - origin.walk_ms[0])
    own = network.street_edges[origin.street[0]].tolist() if origin.street[0] >= 0 else []
    for edge in own:
        if edge >= 0 and edge_ms[edge] < NEVER and left_ms >= 0:
            to_end_ms = int(edge_ms[edge]) - offset_ms(network, edge_ms, origin, edge)
            along = float(origin.along[0])
            begin = 1.0 - along if network.edge_ref[edge] & 1 else along
            part = begin + left_ms / max(int(edge_ms[edge]), 1)
            found.append((edge, begin, 1.0 if to_end_ms <= left_ms else min(part, 1.0)))
    return sorted((edge, begin, end) for edge, begin, end in found if end > begin)


def share(left_ms: int, whole_ms: int) -> float:
    return 1.0 if whole_ms <= left_ms else left_ms / whole_ms


@given(st.data())
def test_stretches_are_those_of_the_oracle(data):
    network = data.draw(networks())
    origin = data.draw(places_in(network, size=1))
    edge_ms = network.edge_ms.copy()
    closed = data.draw(st.lists(st.integers(0, max(network.n_edges - 1, 0)), max_size=2))
    edge_ms[closed if network.n_edges else []] = NEVER
    searched_ms = data.draw(st.sampled_from([0, 20, 60, 6000]))
    reach = reach_of(network, edge_ms, origin, searched_ms)
    for limit_ms in {searched_ms // 2, searched_ms}:
        found = rows(reach.stretches(limit_ms / 1000))
        assert found == expected_rows(network, edge_ms, origin, limit_ms)


@given(st.data())
def test_one_workspace_serves_question_after_question(data):
    network = data.draw(networks())
    roads = prepare(network)
    metric = weigh(roads, network.edge_ms, version="drawn")
    room = Workspace(roads.graph.n_states)
    for limit_ms in data.draw(st.lists(st.integers(0, 90), min_size=2, max_size=4)):
        origin = data.draw(places_in(network, size=1))
        reach = reach_from(roads, metric, origin, limit_ms, room)
        fresh = reach_of(network, network.edge_ms, origin, limit_ms)
        assert rows(reach.stretches(limit_ms / 1000)) == rows(fresh.stretches(limit_ms / 1000))


@given(st.data())
def test_ground_is_valid_and_grows_and_lies_around_the_stretches(data):
    network = data.draw(networks())
    origin = data.draw(places_in(network, size=1))
    times_s = sorted(data.draw(st.sets(st.integers(1, 120), min_size=1, max_size=3)))
    within_s = [time / 1000 for time in times_s]
    reach = reach_of(network, network.edge_ms, origin, times_s[-1])
    bands = reach.bands(within_s)
    for band in bands:
        assert band.polygon.is_valid
        lines = driven_lines(network, band.stretches)
        points = shapely.get_coordinates(
            [line.interpolate(np.linspace(0, 1, 200), normalized=True) for line in lines]
        )
        for aside in np.array([[0, 0], [1, 1], [1, -1], [-1, 1], [-1, -1]]):
            near = points + 0.7 * aside * CELL_M / METRES_PER_DEGREE
            assert shapely.contains_xy(band.polygon, near).all()
        corners = shapely.points(shapely.get_coordinates(band.polygon))
        away_m = shapely.distance(shapely.MultiLineString(lines), corners) * METRES_PER_DEGREE
        assert len(lines) == 0 or away_m.max(initial=0) < 4 * CELL_M
    for inner, outer in pairwise(bands):
        assert inner.polygon.is_empty or outer.polygon.covers(inner.polygon)


def driven_lines(network: RoadNetwork, stretches: Stretches) -> list[shapely.LineString]:
    """What is driven, as straight lines: streets of made networks have no bends."""
    lines = []
    for edge, *span in rows(stretches):
        start, end = network.edge_points(edge)
        lines.append(shapely.LineString([start + share * (end - start) for share in span]))
    return lines


@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=6))
def test_rings_bound_exactly_the_cells_of_a_band(drawn):
    band = np.full((len(drawn) + 2, 7), ground.NOT_REACHED, dtype=np.uint8)
    band[1:-1, 1:-1] = drawn
    cells = Cells(np.array([0.5, 0.25]), np.array([-3, 40]), band)
    grounds = polygons(cells, 3)
    for reached, found in enumerate(grounds):
        assert found.is_valid
        inside = np.argwhere(band <= reached)[:, ::-1] + cells.corner
        boxes = shapely.box(*(inside * cells.size).T, *((inside + 1) * cells.size).T)
        assert found.equals(shapely.union_all(boxes))
        assert set(map(tuple, np.argwhere(np.array(drawn) <= reached) + 1)) <= set(
            map(tuple, np.argwhere(band <= reached))
        )


def test_cells_that_touch_at_a_corner_only_are_joined_in_all_later_bands():
    band = np.full((4, 4), ground.NOT_REACHED, dtype=np.uint8)
    band[1, 1], band[2, 2] = 0, 0
    first, second = polygons(Cells(np.ones(2), np.zeros(2, np.int64), band), 2)
    assert first.equals(shapely.box(1, 1, 3, 3))
    assert second.equals(first)


def test_very_wide_ground_is_made_of_wider_cells(monkeypatch):
    low, high = np.array([109.0, 0.0]), np.array([109.1, 0.1])
    fine = ground.cells_over(low, high)
    monkeypatch.setattr(ground, "MOST_CELLS", 10_000)
    coarse = ground.cells_over(low, high)
    assert fine.size[1] * METRES_PER_DEGREE == pytest.approx(CELL_M, rel=0.01)
    assert coarse.size[1] == pytest.approx(4 * fine.size[1], rel=0.01)
    assert coarse.band.size <= 10_000


def check_stretches(
    drawn: Town, network: RoadNetwork, origin: NDArray[np.float64], expected: str
) -> None:
    """What is driven within 90 s, as "ab 0-1, bc 0-0.5"."""
    times = NetworkTravelTimes(network)
    (band,) = times.reach(times.join(origin), [90])
    spans = [
        f"{drawn.names[network.edge_tail[edge]]}{drawn.names[network.edge_head[edge]]} "
        f"{round(begin, 3):g}-{round(end, 3):g}"
        for edge, begin, end in rows(band.stretches)
    ]
    assert ", ".join(spans) == expected


LINE = town("a---b---c---d")


def test_the_last_edge_is_driven_in_part():
    expected = "ab 0-1, ba 0-0.5, bc 0-0.5"
    check_stretches(LINE, LINE.network(), LINE.places("a"), expected)


def test_from_an_offset_both_ways_are_driven_from_there():
    drawn = town("a-------b---c")
    expected = "ab 0.75-1, ba 0-0.5, ba 0.25-1, bc 0-1"
    check_stretches(drawn, drawn.network(), drawn.between("a", "b", 0.75), expected)


def test_a_banned_turn_bounds_what_is_reached():
    drawn = town("""
        a---b---c
            |
            d
    """)
    network = drawn.network(bans=["abd"])
    expected = "ab 0-1, ba 0-0.5, bc 0-0.5"
    check_stretches(drawn, network, drawn.places("a"), expected)


def test_the_walk_uses_up_the_time_first():
    off_road = np.add(LINE.between("b", "c", 0.5), [0.0, 84 / METRES_PER_DEGREE])  # 60 s
    expected = "bc 0.5-1, cb 0.5-1"
    check_stretches(LINE, LINE.network(), off_road, expected)


def test_a_place_too_far_on_foot_reaches_nothing():
    off_road = np.add(LINE.between("b", "c", 0.5), [0.0, 140 / METRES_PER_DEGREE])
    times = NetworkTravelTimes(LINE.network())
    (band,) = times.reach(times.join(off_road), [90])
    assert band.polygon.is_empty
    assert not len(band.stretches.edge)
