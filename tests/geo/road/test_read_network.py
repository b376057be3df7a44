"""One door to every source of roads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from osm_file import write_osm

from geo.errors import BadInput, UnreadableFile
from geo.road.network import assemble
from geo.road.read_network import read_streets
from geo.road.road_class import Mode


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return write_osm(tmp_path / "town.osm", "a b", ways={"ab": "residential"})


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "graph.npz"
    np.savez(path, tail=[0], head=[1], w=[1000], lon=[116.0, 116.1], lat=[40.0, 40.0])
    return path


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    path = tmp_path / "roads.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
        '{"highway":"primary"},"geometry":{"type":"LineString","coordinates":[[1,1],[1,2]]}}]}'
    )
    return path


def test_each_source_finds_its_reader(town: Path, graph: Path, layer: Path):
    for path in (town, graph, layer):
        told: list[float] = []
        streets = read_streets(
            path, mode=Mode.CAR, progress=lambda _label, share, told=told: told.append(share)
        )
        assert len(streets.tail) == 1
        assert streets.source == path.name
        assert told[0] == 0.0
        assert told[-1] == 1.0


def test_endings_in_capitals_are_endings(graph: Path):
    assert len(read_streets(graph.rename(graph.with_suffix(".NPZ")), mode=Mode.CAR).tail) == 1


def test_options_without_effect_are_refused(town: Path, graph: Path):
    with pytest.raises(BadInput, match=r"town\.osm is OpenStreetMap data, to which crs cannot"):
        read_streets(town, mode=Mode.CAR, crs="gcj02")
    with pytest.raises(BadInput, match="columns and node crossings cannot apply"):
        read_streets(graph, mode=Mode.CAR, columns={"class": "x"}, node_crossings=True)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="There is no file"):
        read_streets(tmp_path / "none.gpkg", mode=Mode.CAR)


def test_a_folder_is_refused(tmp_path: Path):
    (tmp_path / "roads.osm.pbf").mkdir()
    (tmp_path / "roads").mkdir()
    for name in ("roads.osm.pbf", "roads"):
        with pytest.raises(BadInput, match="roads"):
            read_streets(tmp_path / name, mode=Mode.CAR)


@pytest.mark.parametrize(
    ("name", "n_nodes"),
    [
        ("helsinki.osm.pbf", 850),
        ("liechtenstein.osm.pbf", 4_000),
        ("beijing-ways.gpkg", 20_000),
        ("new-york.npz", 248_190),
    ],
)
def test_real_roads_become_a_network(
    roads_data: Callable[[str], Path | None], name: str, n_nodes: int
):
    path = roads_data(name)
    if path is None:
        path, n_nodes = roads_data("helsinki.osm.pbf"), 850
    network = assemble(read_streets(path, mode=Mode.CAR), mode=Mode.CAR)
    assert network.n_nodes >= n_nodes
    assert network.parts[0] > 0.85 * n_nodes
