"""
Real networks, built and exported by the command line, against slow oracles.

What is checked is the way from the file to the export and back; every kind of question on
the same networks stands in `test_engine_on_cities`.

Pairs are drawn from a number of sources (`make verify`: 1,000 pairs from 100 sources on each
network); the oracle reads nothing but the exported GeoPackage.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from oracle.edge_expanded import Tables, plain_matrix_ms, slow_matrix_ms
from oracle.exported import read_export

from api.cli import run
from geo.road.export import export_network
from geo.road.network import RoadNetwork, with_turn_rules
from geo.road.snap import join_nodes
from geo.road.storage import load_network
from geo.road.streets import TurnRule
from geo.road.travel_time import NetworkTravelTimes

TARGETS = 10
SHAPE = {  # what each file holds at the least, so that a reader that loses half is seen
    "helsinki.osm.pbf": (890, 1_480, 38),
    "liechtenstein.osm.pbf": (4_600, 10_000, 2),
    "beijing-ways.gpkg": (15_000, 30_000, 0),
    "new-york.npz": (248_190, 660_175, 0),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Networks by file name, each built once by the command line."""
    folder = tmp_path_factory.mktemp("built")
    made: dict[str, Path] = {}

    def build(source: Path) -> Path:
        if source.name not in made:
            net = folder / source.name
            assert run(["network", "build", str(source), "--out", str(net)]) == 0
            made[source.name] = net
        return made[source.name]

    return build


def drawn_pairs(n_nodes: int, sources: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_nodes, sources), rng.integers(0, n_nodes, (sources, TARGETS))


def seeded_bans(network: RoadNetwork, count: int, seed: int) -> list[TurnRule]:
    """Turns picked at random, neither straight back nor twice."""
    rng = np.random.default_rng(seed)
    bans: dict[tuple[int, int], TurnRule] = {}
    while len(bans) < count:
        into = int(rng.integers(network.n_edges))
        node = network.edge_head[into]
        first, last = network.first_out[node], network.first_out[node + 1]
        if first < last:
            out = int(rng.integers(first, last))
            if network.edge_head[out] != network.edge_tail[into]:
                bans[into, out] = TurnRule((into, out))
    return list(bans.values())


def check_equals_oracle(network: RoadNetwork, tables: Tables, sources: int) -> None:
    origins, targets = drawn_pairs(network.n_nodes, sources, seed=2)
    times = NetworkTravelTimes(network)
    oracle = slow_matrix_ms if tables.rules else plain_matrix_ms
    expected = oracle(tables, origins.tolist())
    reached = 0
    for row, origin in enumerate(origins):
        start, ends = join_nodes(network, origins[[row]]), join_nodes(network, targets[row])
        found = times.matrix(start, ends)[0]
        slow = expected[row, targets[row]]
        np.testing.assert_array_equal(found, np.where(np.isinf(slow), -1, slow), str(origin))
        reached += int(np.isfinite(slow).sum())
    assert reached > sources  # most pairs are no test if nothing is reached


@pytest.mark.parametrize("name", SHAPE)
def test_travel_times_equal_the_oracle_on_the_exported_graph(
    name, need_roads_data, built, tmp_path, count
):
    net = built(need_roads_data(name))
    assert run(["network", "export", str(net), "--out", str(tmp_path / "out.gpkg")]) == 0
    network = load_network(net)
    nodes, edges, rules = SHAPE[name]
    assert (network.n_nodes >= nodes, network.n_edges >= edges) == (True, True)
    assert network.n_rules >= rules
    tables = read_export(tmp_path / "out.gpkg")
    check_equals_oracle(network, tables, count(reduced=10, full=100))


def test_seeded_bans_are_exported_for_the_edge_expanded_oracle(
    need_roads_data, built, tmp_path, count
):
    plain = load_network(built(need_roads_data("beijing-ways.gpkg")))
    network = with_turn_rules(plain, seeded_bans(plain, 300, seed=3))
    assert network.n_rules == 300
    export_network(network, tmp_path / "banned.gpkg")
    tables = read_export(tmp_path / "banned.gpkg")
    check_equals_oracle(network, tables, count(reduced=5, full=100))


def test_the_command_line_writes_the_oracles_matrix(need_roads_data, built, tmp_path):
    net = built(need_roads_data("helsinki.osm.pbf"))
    network = load_network(net)
    origins, targets = drawn_pairs(network.n_nodes, 5, seed=4)
    for name, nodes in (("from.csv", np.unique(origins)), ("to.csv", np.unique(targets))):
        lines = ["id,node", *(f"n{node},{node}" for node in nodes)]
        (tmp_path / name).write_text("\n".join(lines))
    out = tmp_path / "matrix.csv"
    files = ["--from", str(tmp_path / "from.csv"), "--to", str(tmp_path / "to.csv")]
    assert run(["network", "matrix", str(net), *files, "--out", str(out)]) == 0
    export_network(network, tmp_path / "out.gpkg")
    expected = slow_matrix_ms(read_export(tmp_path / "out.gpkg"), np.unique(origins).tolist())
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(np.unique(origins)) * len(np.unique(targets))
    row_of = {f"n{node}": row for row, node in enumerate(np.unique(origins))}
    for cells in rows:
        slow = expected[row_of[cells["from_id"]], int(cells["to_id"][1:])]
        found = cells["travel_time_s"]
        assert found == ("" if np.isinf(slow) else f"{slow / 1000:.3f}")
        assert (cells["length_m"] == "") == (found == "")
