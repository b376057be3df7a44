"""Assembling streets into a network, and keeping it on disk."""

import json
import mmap
import subprocess
import sys
from typing import NoReturn

import numpy as np
import pytest
from hypothesis import given
from spec.made_networks import network_of, networks
from spec.town import town

from geo.errors import BadValue, UnreadableFile
from geo.road.network import with_turn_rules
from geo.road.storage import MANIFEST, load_network, save_network
from geo.road.streets import BANNED, TurnRule


def check_same(one, other):
    assert one.version == other.version
    assert one.names == other.names
    for name, array in one.arrays().items():
        np.testing.assert_array_equal(array, other.arrays()[name], err_msg=name)


def mapped(array):
    """Whether an array's memory is a file's."""
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def test_edges_are_sorted_by_tail_and_know_their_street():
    network = network_of([(2, 0, 7, -1), (0, 1, 5, 6)], 3)
    assert network.edge_tail.tolist() == [0, 1, 2]
    assert network.edge_head.tolist() == [1, 0, 0]
    assert network.edge_ms.tolist() == [5, 6, 7]
    assert network.street_edges.tolist() == [[2, -1], [0, 1]]
    assert network.first_out.tolist() == [0, 1, 2, 3]


def test_edges_are_drawn_in_the_direction_of_travel():
    network = network_of([(0, 1, 5, 6)], 2)
    forward, backward = network.edge_points(0), network.edge_points(1)
    np.testing.assert_array_equal(forward, backward[::-1])
    np.testing.assert_array_equal(forward[0], network.node_lon_lat[0])


def test_the_arrays_of_a_network_cannot_be_written():
    network = network_of([(0, 1, 5, 6)], 2)
    with pytest.raises(ValueError, match="read-only"):
        network.edge_ms[0] = 1


def test_parts_are_kept_and_counted():
    network = network_of([(0, 1, 5, 5), (1, 2, 5, -1), (3, 4, 5, 5)], 6)
    assert network.parts.tolist() == [2, 2, 1, 1]


def test_a_ban_outweighs_a_cost_of_the_same_turn_and_costs_add_up():
    rows = [(0, 1, 5, 5), (1, 2, 5, 5)]
    costly = network_of(rows, 3, [TurnRule((0, 2), 10), TurnRule((0, 2), 5)])
    assert costly.turn_rules() == [TurnRule((0, 2), 15)]
    banned = network_of(rows, 3, [TurnRule((0, 2), 10), TurnRule((0, 2))])
    assert [rule.cost_ms for rule in banned.turn_rules()] == [BANNED]


def test_a_rule_over_a_closed_direction_can_never_apply():
    network = network_of([(0, 1, 5, -1), (1, 2, 5, 5)], 3, [TurnRule((3, 1))])
    assert network.turn_rules() == []


@pytest.mark.parametrize(
    ("rows", "rules", "sentence"),
    [
        ([(0, 1, -7, 5)], [], "negative time or longer than a day"),
        ([(0, 1, 90_000_000, 5)], [], "longer than a day"),
        ([(0, 1, 5, 5), (0, 1, 5, 5)], [TurnRule((0, 2))], "does not follow"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows, rules, sentence):
    with pytest.raises(BadValue, match=sentence):
        network_of(rows, 2, rules)


def test_a_turn_rule_needs_two_edges_and_a_sensible_cost():
    with pytest.raises(BadValue, match="two or more edges"):
        TurnRule((1,))
    with pytest.raises(BadValue, match="cannot be -5 ms"):
        TurnRule((1, 2), -5)


def test_rules_added_later_are_checked_against_the_edges():
    network = network_of([(0, 1, 5, 5), (1, 2, 5, 5)], 3)
    assert with_turn_rules(network, [TurnRule((0, 2))]).n_rules == 1
    with pytest.raises(BadValue, match="outside 0…3"):
        with_turn_rules(network, [TurnRule((0, 99))])
    with pytest.raises(BadValue, match="does not follow"):
        with_turn_rules(network, [TurnRule((0, 3))])


@given(networks())
def test_what_is_saved_is_what_is_loaded(tmp_path_factory, network):
    folder = tmp_path_factory.mktemp("networks") / "net"
    save_network(network, folder)
    check_same(load_network(folder), network)


def test_equal_roads_have_equal_versions_and_a_changed_weight_another():
    one, same, other = (network_of([(0, 1, ms, 5)], 2) for ms in (5, 5, 6))
    assert one.version == same.version
    assert one.version != other.version


def test_a_loaded_network_is_mapped_and_survives_its_replacement(tmp_path):
    save_network(network_of([(0, 1, 5, 5)], 2), tmp_path / "net")
    before = load_network(tmp_path / "net")
    assert mapped(before.edge_ms)
    save_network(network_of([(0, 1, 7, 7)], 2), tmp_path / "net")
    assert before.edge_ms.tolist() == [5, 5]
    assert load_network(tmp_path / "net").edge_ms.tolist() == [7, 7]
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_another_process_reads_the_same_network(tmp_path):
    network = town("a---b---c").network()
    save_network(network, tmp_path / "net")
    program = (
        "import sys, pathlib; from geo.road.storage import load_network;"
        "print(load_network(pathlib.Path(sys.argv[1])).version)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "net")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == network.version


def test_a_failed_save_leaves_the_old_network(tmp_path, monkeypatch):
    save_network(network_of([(0, 1, 5, 5)], 2), tmp_path / "net")

    def full_disk(*_args: object, **_options: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full_disk)
    with pytest.raises(OSError, match="No space"):
        save_network(network_of([(0, 1, 7, 7)], 2), tmp_path / "net")
    assert load_network(tmp_path / "net").edge_ms.tolist() == [5, 5]
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_a_folder_that_is_no_network_is_neither_read_nor_replaced(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "beach.jpg").write_bytes(b"x")
    with pytest.raises(UnreadableFile, match="network build"):
        load_network(tmp_path / "photos")
    with pytest.raises(BadValue, match="not a road network"):
        save_network(network_of([(0, 1, 5, 5)], 2), tmp_path / "photos")
    assert (tmp_path / "photos" / "beach.jpg").exists()


def test_a_damaged_or_foreign_format_is_named(tmp_path):
    save_network(network_of([(0, 1, 5, 5)], 2), tmp_path / "net")
    (tmp_path / "net" / "edge_ms.npy").write_bytes(b"\x93NUMPY garbage")
    with pytest.raises(UnreadableFile, match="not a road network folder"):
        load_network(tmp_path / "net")
    manifest = json.loads((tmp_path / "net" / MANIFEST).read_text())
    (tmp_path / "net" / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(UnreadableFile, match="format 99"):
        load_network(tmp_path / "net")
