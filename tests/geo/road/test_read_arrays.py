"""Graphs kept as bare arrays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyproj
import pytest
from numpy.typing import ArrayLike

from geo.errors import BadInput, BadValue, MissingColumn, UnreadableFile
from geo.road.network import RoadNetwork, assemble
from geo.road.read_arrays import read_arrays
from geo.road.road_class import ROAD_CLASSES, Mode
from geo.road.streets import CLOSED, Streets


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Streets]:
    """Write a small graph, some arrays replaced or (None) left out, and read it."""

    def write_and_read(**changes: ArrayLike | None) -> Streets:
        # 0 ⇄ 1 → 2, node 3 alone
        arrays: dict[str, ArrayLike | None] = {
            "tail": [0, 1, 1],
            "head": [1, 0, 2],
            "w": [1000, 1100, 5001],
            "lon": [116.0, 116.01, 116.02, 117.0],
            "lat": [40.0, 40.0, 40.0, 41.0],
        } | changes
        path = tmp_path / "graph.npz"
        np.savez(path, **{name: np.asarray(a) for name, a in arrays.items() if a is not None})
        return read_arrays(path)

    return write_and_read


def arcs(network: RoadNetwork) -> list[tuple[int, int, int]]:
    ends = network.edge_tail.tolist(), network.edge_head.tolist(), network.edge_ms.tolist()
    return sorted(zip(*ends, strict=True))


def test_arcs_there_and_back_become_one_street_with_both_weights(read: Callable[..., Streets]):
    streets = read()
    assert streets.tail.tolist() == [0, 1]
    assert streets.forward_ms.tolist() == [1000, 5001]
    assert streets.backward_ms.tolist() == [1100, CLOSED]
    assert streets.way_id.tolist() == [0, 2]
    assert len(streets.node_lon_lat) == 4


def test_parallel_arcs_and_loops_stay_apart(read: Callable[..., Streets]):
    given = [(0, 1, 10), (0, 1, 20), (1, 0, 30), (2, 2, 40)]
    tail, head, w = zip(*given, strict=True)
    streets = read(tail=tail, head=head, w=w)
    assert len(streets.tail) == 4
    assert arcs(assemble(streets, mode=Mode.CAR)) == given


def test_two_arcs_of_the_same_direction_are_two_streets(read: Callable[..., Streets]):
    assert len(read(tail=[1, 1, 1], head=[0, 0, 2]).tail) == 3


def test_arcs_that_disagree_in_length_or_class_are_two_streets(read: Callable[..., Streets]):
    assert len(read(dist=[900.0, 901.0, 10.0]).tail) == 3
    assert len(read(cls=[0, 1, 3]).tail) == 3


def test_levels_become_classes_and_lengths_are_kept(read: Callable[..., Streets]):
    streets = read(cls=[0, 0, 3], dist=[900.0, 900.0, 10.0])
    assert [ROAD_CLASSES[code] for code in streets.road_class] == ["residential", "motorway"]
    assert streets.length_m.tolist() == [900.0, 10.0]


def test_without_lengths_they_are_measured(read: Callable[..., Streets]):
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(116.0, 40.0, 116.01, 40.0)
    assert read().length_m[0] == pytest.approx(metres, abs=1e-6)


def test_bans_name_arcs_by_their_rows(read: Callable[..., Streets]):
    network = assemble(read(turn_from=[0, 0], turn_to=[2, 1]), mode=Mode.CAR)
    banned = [
        [(int(network.edge_tail[edge]), int(network.edge_head[edge])) for edge in rule.refs]
        for rule in network.turn_rules()
    ]
    assert sorted(banned) == [[(0, 1), (1, 0)], [(0, 1), (1, 2)]]


def test_no_arcs_make_no_streets(read: Callable[..., Streets]):
    none = np.zeros(0, dtype=np.uint32)
    assert len(read(tail=none, head=none, w=none).tail) == 0


def test_offset_positions_are_brought_to_wgs84(tmp_path: Path, read: Callable[..., Streets]):
    lon_lat = read().node_lon_lat
    assert np.abs(read_arrays(tmp_path / "graph.npz", crs="gcj02").node_lon_lat - lon_lat).min() > 0
    assert (read_arrays(tmp_path / "graph.npz", crs="cgcs2000").node_lon_lat == lon_lat).all()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"head": None, "lat": None}, MissingColumn, "lacks head, lat; it has tail, w, lon"),
        ({"w": [1, 2]}, BadValue, "differ in length: tail 3, head 3, w 2"),
        ({"lat": [40.0]}, BadValue, "differ in length: lon 4, lat 1"),
        ({"tail": [[0], [1], [1]]}, BadValue, "tail must be one column of numbers"),
        ({"w": ["a", "b", "c"]}, BadValue, "w must be one column of numbers"),
        ({"tail": [0, -1, 1]}, BadValue, "tail holds -1 in row 1 .*rows from 0 to 3"),
        ({"head": [1, 4, 2]}, BadValue, "head holds 4 in row 1"),
        ({"w": [1, 2, -3]}, BadValue, "w holds -3 in row 2"),
        ({"w": [1.5, 2.0, 3.0]}, BadValue, "w holds 1.5 in row 0 .*whole milliseconds"),
        ({"w": [1, 2, 86_400_001]}, BadValue, "w holds 86400001"),
        ({"w": [1.0, np.nan, 3.0]}, BadValue, "w holds nan in row 1"),
        ({"lon": [116.0, 500.0, 1.0, 1.0]}, BadValue, "lon holds 500.0 in row 1"),
        ({"lat": [40.0, np.nan, 1.0, 1.0]}, BadValue, "lat holds nan in row 1"),
        ({"dist": [1.0, np.inf, 1.0]}, BadValue, "dist holds inf in row 1"),
        ({"cls": [0, 0, 4]}, BadValue, "cls holds 4 in row 2 .*rows from 0 to 3"),
        ({"turn_from": [0]}, MissingColumn, "both arrays, turn_from and turn_to"),
        ({"turn_from": [0], "turn_to": [3]}, BadValue, "turn_to holds 3"),
        ({"turn_from": [2], "turn_to": [0]}, BadValue, "Ban 0 goes from arc 2 to arc 0"),
    ],
)
def test_a_wrong_array_is_named(
    read: Callable[..., Streets],
    changes: dict[str, ArrayLike | None],
    error: type[BadInput],
    message: str,
):
    with pytest.raises(error, match=message):
        read(**changes)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path):
    (tmp_path / "text.npz").write_text("hello")
    (tmp_path / "empty.npz").touch()
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 and no more")
    np.save(tmp_path / "one.npy", np.zeros(3))
    for name in ("text.npz", "empty.npz", "cut.npz", "one.npy"):
        with pytest.raises(UnreadableFile, match=name):
            read_arrays(tmp_path / name)
    with pytest.raises(UnreadableFile, match="There is no file"):
        read_arrays(tmp_path / "missing.npz")


def test_nothing_is_unpickled(tmp_path: Path):
    np.savez(tmp_path / "objects.npz", tail=np.array([{}], dtype=object))
    with pytest.raises(UnreadableFile, match="plain arrays"):
        read_arrays(tmp_path / "objects.npz")


def test_new_york_comes_back_arc_for_arc(need_roads_data: Callable[[str], Path]):
    path = need_roads_data("new-york.npz")
    network = assemble(read_arrays(path), mode=Mode.CAR)
    with np.load(path) as given:
        rows = np.stack([given["tail"], given["head"], given["w"]], axis=1).astype(np.int64)
    read_rows = np.stack([network.edge_tail, network.edge_head, network.edge_ms], axis=1)
    assert (rows[np.lexsort(rows.T)] == read_rows[np.lexsort(read_rows.T)]).all()
    assert network.parts.tolist() == [248_190]
