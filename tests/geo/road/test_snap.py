"""Places join the nearest junction within a metre, else the nearest street."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from spec.made_networks import network_of
from spec.town import GAP_M, town

from geo.errors import BadValue, EmptyNetwork, OutsideNetwork, UnknownName
from geo.road.snap import METRES_PER_DEGREE, Snapper, join_nodes
from geo.road.streets import CLOSED

DRAWN = town("""
    a---b---c
    |       |
    d---e   f
""")
NETWORK = DRAWN.network()
SNAPPER = Snapper(NETWORK)


@given(
    st.lists(st.tuples(st.floats(-0.002, 0.01), st.floats(-0.01, 0.002)), min_size=1, max_size=8)
)
def test_the_nearest_street_is_the_one_brute_force_finds(offsets):
    places = np.array(offsets) + DRAWN.places("a")
    joins = SNAPPER.join(places)
    plane = METRES_PER_DEGREE * np.array([1.0, 1.0])  # the town lies on the equator
    ends = NETWORK.point.reshape(-1, 2, 2) * plane
    lines = shapely.linestrings(ends)
    for row, place in enumerate(places * plane):
        to_node = np.hypot(*(NETWORK.node_lon_lat * plane - place).T)
        if to_node.min() <= 1.0:
            assert joins.node[row] == to_node.argmin()
            assert joins.walk_ms[row] == 0
            continue
        to_street = shapely.distance(lines, shapely.Point(place))
        assert joins.distance_m[row] == pytest.approx(to_street.min(), rel=1e-3, abs=0.01)
        assert to_street[joins.street[row]] == pytest.approx(to_street.min(), rel=1e-3, abs=0.01)


def test_a_metre_decides_between_junction_and_street():
    metre = 1 / METRES_PER_DEGREE
    near = SNAPPER.join(DRAWN.places("b") + np.array([0.9 * metre, 0]))
    far = SNAPPER.join(DRAWN.places("b") + np.array([1.1 * metre, 0]))
    assert (near.node[0], near.street[0]) == (DRAWN.names.index("b"), -1)
    assert far.node[0] == -1
    assert far.along[0] == pytest.approx(1.1 / GAP_M, rel=1e-3)


def test_the_offset_counts_from_the_streets_first_point():
    joins = SNAPPER.join(
        np.concatenate([DRAWN.between("a", "b", 0.25), DRAWN.between("b", "a", 0.25)])
    )
    assert joins.along == pytest.approx([0.25, 0.75])
    assert joins.street[0] == joins.street[1]


def test_equally_near_streets_go_to_the_lowest_id():
    network = network_of([(0, 1, 5, 5), (0, 1, 9, 9)], 2)
    middle = network.node_lon_lat.mean(axis=0, keepdims=True)
    assert Snapper(network).join(middle).street.tolist() == [0]


def test_a_street_closed_both_ways_is_never_joined():
    network = network_of([(0, 1, CLOSED, CLOSED), (1, 2, 5, 5)], 3)
    middle = network.node_lon_lat[:2].mean(axis=0, keepdims=True)
    assert Snapper(network).join(middle).street.tolist() == [1]


def test_places_outside_are_named_with_their_distance():
    with pytest.raises(OutsideNetwork, match=r"112.10000,0.00000 \(.* km\).*covers 109"):
        SNAPPER.join(np.array([[112.1, 0.0]]))
    with pytest.raises(OutsideNetwork, match="and 3 more"):
        SNAPPER.join(np.full((8, 2), 50.0))


@pytest.mark.parametrize("place", [(np.nan, 1.0), (500.0, 1.0), (1.0, -91.0), (1.0, np.inf)])
def test_what_is_no_place_on_earth_is_refused(place):
    with pytest.raises(BadValue, match="order is lon,lat"):
        SNAPPER.join(np.array([place]))


def test_an_empty_network_joins_nothing():
    with pytest.raises(EmptyNetwork, match="no usable edge"):
        Snapper(network_of([], 1))


def test_no_places_give_no_joins():
    assert len(SNAPPER.join(np.empty((0, 2)))) == 0


def test_junctions_are_joined_by_their_id():
    joins = join_nodes(NETWORK, np.array([2, 0]))
    assert joins.node.tolist() == [2, 0]
    np.testing.assert_array_equal(joins.lon_lat, DRAWN.places("ca"))
    with pytest.raises(UnknownName, match="Node 6 is not in this network"):
        join_nodes(NETWORK, np.array([6]))
