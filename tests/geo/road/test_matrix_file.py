"""Matrices streamed to a file: what stands in it, how much memory it takes, and stopping."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from spec.made_networks import network_of
from spec.traced_memory import peak_bytes, stream_a_matrix

from geo.errors import BadValue
from geo.road.customise import NEVER
from geo.road.matrix import plan_matrix
from geo.road.matrix_file import encode, write_matrix
from geo.road.network import RoadNetwork
from geo.road.snap import join_nodes
from geo.road.travel_time import NetworkTravelTimes


def chain(n_nodes: int) -> RoadNetwork:
    return network_of([(i, i + 1, 1_000, 1_000) for i in range(n_nodes - 1)], n_nodes)


def plan_between(times: NetworkTravelTimes, n_places: int):
    nodes = join_nodes(times.network, np.arange(n_places))
    return plan_matrix(times.roads, times.metric, nodes, nodes)


def test_a_file_holds_the_matrix_in_the_type_asked_for(tmp_path):
    rng = np.random.default_rng(5)
    rows = [(int(a), int(b), int(c), int(c)) for a, b, c in rng.integers(0, 30, (60, 3))]
    times = NetworkTravelTimes(network_of(rows, 30))
    nodes, some = join_nodes(times.network, np.arange(30)), join_nodes(times.network, np.arange(21))
    plan = plan_matrix(times.roads, times.metric, some, nodes)
    shares: list[float] = []
    for dtype in ("int64", "uint16", "float32"):
        write_matrix(plan, tmp_path / "m.npy", dtype=dtype, progress=shares.append)
        found = np.load(tmp_path / "m.npy")
        expected = times.matrix(some, nodes)
        ms = np.where(expected < 0, int(NEVER), expected)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, encode(ms, dtype))
        assert shares[-1] == 1.0
    assert shares == sorted(shares[:2]) * 3


def test_types_of_a_matrix_file():
    ms = np.array([0, 1_500, 2_500, 70_000_000, int(NEVER)])
    assert encode(ms, "uint16").tolist() == [0, 2, 2, 65_535, 65_535]
    assert encode(ms, "uint32").tolist() == [0, 2, 2, 70_000, 2**32 - 1]
    assert encode(ms, "int64").tolist() == [0, 1_500, 2_500, 70_000_000, -1]
    np.testing.assert_array_equal(encode(ms, "float64"), [0, 1.5, 2.5, 70_000, np.nan])
    with pytest.raises(BadValue, match="complex64"):
        encode(ms, "complex64")


def test_a_matrix_larger_than_memory_is_streamed(tmp_path):
    cap_bytes, n_places = 7_000_000, 3_000
    held_bytes = peak_bytes(stream_a_matrix, tmp_path / "m.npy", n_places)
    assert held_bytes < cap_bytes < (tmp_path / "m.npy").stat().st_size / 10
    found = np.load(tmp_path / "m.npy", mmap_mode="r")
    apart = np.abs(np.subtract.outer(np.arange(n_places), np.arange(n_places)))
    np.testing.assert_array_equal(found, apart)


@pytest.mark.parametrize("reason", [KeyboardInterrupt, RuntimeError])
def test_who_stops_it_waits_for_no_more_than_two_blocks_and_finds_no_file(reason, tmp_path):
    plan = plan_between(NetworkTravelTimes(chain(800)), 800)
    told: list[float] = []

    def stop(share: float) -> None:
        told.append(share)
        raise reason

    with pytest.raises(reason):
        write_matrix(plan, tmp_path / "m.npy", progress=stop)
    assert told == [1 / 50]
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


def test_a_block_that_fails_ends_the_work(tmp_path, monkeypatch):
    plan = plan_between(NetworkTravelTimes(chain(100)), 100)

    def fail(*_arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr("geo.road.matrix_file.fill_columns", fail)
    with pytest.raises(MemoryError):
        write_matrix(plan, tmp_path / "m.npy")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path):
    plan = plan_between(NetworkTravelTimes(chain(100)), 100)
    np.save(tmp_path / "m.npy", np.arange(3))

    def stop(_share: float) -> None:
        np.testing.assert_array_equal(np.load(tmp_path / "m.npy"), np.arange(3))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_matrix(plan, tmp_path / "m.npy", progress=stop)
    np.testing.assert_array_equal(np.load(tmp_path / "m.npy"), np.arange(3))
