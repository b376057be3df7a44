"""The benchmark of layer files: its zones are sound, and each step tells what it took."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from spec.town import town

from tests.bench import layer_files
from tests.bench._yardstick import Yardstick

pytestmark = pytest.mark.filterwarnings("ignore:SQLite")


def test_zones_of_crooked_borders_lie_side_by_side(tmp_path):
    zones = gpd.read_file(layer_files.write_zones(tmp_path / "zones.gpkg", 7)).geometry.to_numpy()
    assert len(zones) == 49
    assert shapely.is_valid(zones).all()
    assert not shapely.overlaps(zones[:-1], zones[1:]).any()
    assert shapely.area(zones).sum() == pytest.approx(shapely.area(shapely.union_all(zones)))


def test_each_step_is_taken_and_told(tmp_path):
    network = town("a---1---3---b").network()
    taken = layer_files.steps(tmp_path, Yardstick(network), zones=(3, 4), rows=1_000)
    assert [one.said for one in taken] == [0, 0, 0, 10, 100, 10, 100]
    assert all(one.megabytes > 1 for one in taken)
    lines = layer_files.told(taken).text.splitlines()
    assert sum(line.startswith(("| check", "| read", "| export")) for line in lines) == len(taken)
