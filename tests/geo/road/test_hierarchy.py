"""Orders, topology and weights of the hierarchy, against plain elimination."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.made_networks import network_of, networks

from geo.road import prepared
from geo.road.customise import NEVER
from geo.road.hierarchy import contract
from geo.road.metric import RoadGraph, reweigh, weigh
from geo.road.network import RoadNetwork
from geo.road.order import dissect, elimination_rank, undirected
from geo.road.prepared import FOLDER, hierarchy_folder, prepare, prepare_in, store_hierarchy
from geo.road.storage import load_network, save_network
from geo.road.travel_time import open_travel_times
from geo.road.turn_graph import turn_graph


def lattice(side):
    """A square of streets, a minute each."""
    rows = []
    for node in range(side * side):
        if node % side < side - 1:
            rows.append((node, node + 1, 60_000, 60_000))
        if node // side < side - 1:
            rows.append((node, node + side, 60_000, 60_000))
    return network_of(rows, side * side)


def slow_elimination(graph, rank):
    """Neighbours of higher rank once all lower ones are eliminated, by sets."""
    neighbours = [set() for _ in range(graph.n_states)]
    for state in range(graph.n_states):
        for arc in range(graph.onward.first[state], graph.onward.first[state + 1]):
            other = graph.onward.to[arc]
            if other != state:
                neighbours[rank[state]].add(int(rank[other]))
                neighbours[rank[other]].add(int(rank[state]))
    for v in range(graph.n_states):
        higher = {x for x in neighbours[v] if x > v}
        for x in higher:
            neighbours[x] |= higher - {x}
    return [sorted(x for x in neighbours[v] if x > v) for v in range(graph.n_states)]


@given(networks(), st.randoms(use_true_random=False))
def test_contraction_equals_plain_elimination_in_any_order(network, random):
    graph = turn_graph(network)
    rank = list(range(graph.n_states))
    random.shuffle(rank)
    tree = contract(graph, np.array(rank, dtype=np.int32))
    found = [tree.up[tree.first[v] : tree.first[v + 1]].tolist() for v in range(graph.n_states)]
    assert found == slow_elimination(graph, rank)
    for slot in range(tree.n_slots):
        place = np.flatnonzero(tree.low_slot == slot)
        assert tree.low[place].tolist() == [tree.slot_low[slot]]


@given(networks())
def test_weights_do_not_depend_on_the_order(network):
    graph = turn_graph(network)
    forth = contract(graph, np.arange(graph.n_states, dtype=np.int32))
    metric = weigh(RoadGraph(network, graph, forth), network.edge_ms, version="a")
    for slot in range(forth.n_slots):
        low, high = forth.slot_low[slot], forth.up[slot]
        assert metric.slots.up_ms[slot] >= 0
        assert low < high


def test_both_dissections_rank_every_state_once_and_beat_no_order():
    network = lattice(20)
    graph = turn_graph(network)
    place = network.node_lon_lat[graph.state_node]
    plane = np.stack(np.divmod(np.arange(400), 20), axis=1).astype(float)
    plain = contract(graph, np.arange(400, dtype=np.int32)).n_slots
    for rank in (elimination_rank(graph, place), dissect(undirected(graph), plane)):
        assert sorted(rank.tolist()) == list(range(400))
        assert contract(graph, rank).n_slots < plain


@given(st.data())
def test_partial_and_full_customisation_agree(data):
    network = data.draw(networks())
    roads = prepare(network)
    metric = weigh(roads, network.edge_ms, version="0")
    edge_ms = network.edge_ms.copy()
    for version in range(3):
        if not network.n_edges:
            return
        edges = data.draw(
            st.lists(st.integers(0, network.n_edges - 1), min_size=1, max_size=4, unique=True)
        )
        fresh = [data.draw(st.one_of(st.just(int(NEVER)), st.integers(0, 60))) for _ in edges]
        edge_ms[edges] = fresh
        metric = reweigh(roads, metric, np.array(edges), np.array(fresh), version=str(version))
        whole = weigh(roads, edge_ms, version=str(version))
        np.testing.assert_array_equal(metric.slots.up_ms, whole.slots.up_ms)
        np.testing.assert_array_equal(metric.slots.down_ms, whole.slots.down_ms)
        np.testing.assert_array_equal(metric.onward_ms, whole.onward_ms)
        np.testing.assert_array_equal(metric.back_ms, whole.back_ms)


def test_order_and_topology_are_stored_and_rebuilt_only_for_other_roads(tmp_path, monkeypatch):
    save_network(lattice(5), tmp_path / "net")
    first = open_travel_times(tmp_path / "net")
    assert (tmp_path / "net" / FOLDER).is_dir()
    built = []
    monkeypatch.setattr(
        prepared, "prepare", lambda network: built.append(network) or prepare(network)
    )
    again = open_travel_times(tmp_path / "net")
    assert not built
    places = first.join(first.network.node_lon_lat)
    np.testing.assert_array_equal(first.matrix(places, places), again.matrix(places, places))
    save_network(lattice(6), tmp_path / "net")
    open_travel_times(tmp_path / "net")
    assert len(built) == 1


def test_processes_that_prepare_the_same_roads_at_once_leave_each_other_s_files_alone(
    tmp_path, monkeypatch
):
    network, folder = lattice(5), tmp_path / "net"
    save_network(network, folder)

    def while_another_was_faster(network: RoadNetwork) -> RoadGraph:
        store_hierarchy(prepare(network).hierarchy, folder, network.version)
        first.append(written(folder))
        return prepare(network)

    first = []
    monkeypatch.setattr(prepared, "prepare", while_another_was_faster)
    assert prepare_in(load_network(folder), folder).hierarchy.n_slots > 0
    assert written(folder) == first[0]


def written(folder):
    """Every file below a folder, and which one it is on disk."""
    return {file: file.stat().st_ino for file in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(b"\x93NUMPY")])
def test_a_damaged_hierarchy_is_built_anew_and_the_log_says_so(tmp_path, caplog, harm):
    network, folder = lattice(5), tmp_path / "net"
    save_network(network, folder)
    whole = prepare(network).hierarchy
    prepare_in(network, folder)
    harm(hierarchy_folder(folder, network.version) / "up.npy")
    again = prepare_in(network, folder).hierarchy
    np.testing.assert_array_equal(again.up, whole.up)
    assert "is damaged" in caplog.text
    caplog.clear()
    assert prepare_in(network, folder).hierarchy.n_slots == whole.n_slots
    assert not caplog.text


def test_a_folder_that_cannot_be_written_to_is_no_hindrance(tmp_path, monkeypatch, caplog):
    save_network(lattice(5), tmp_path / "net")

    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(prepared, "store_hierarchy", refuse)
    network = load_network(tmp_path / "net")
    assert prepare_in(network, tmp_path / "net").hierarchy.n_slots > 0
    assert "cannot be stored" in caplog.text


def test_weights_cannot_be_written():
    network = lattice(3)
    metric = weigh(prepare(network), network.edge_ms, version="a")
    with pytest.raises(ValueError, match="read-only"):
        metric.slots.up_ms[0] = 0
