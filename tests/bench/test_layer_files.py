"""The benchmark of layer files: its zones are sound, and each step tells what it took."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely
from spec.town import town

from tests.bench import _layer_step, layer_files
from tests.bench._yardstick import Yardstick
from tests.bench.layer_files import Step

pytestmark = pytest.mark.filterwarnings("ignore:SQLite")


def test_zones_of_crooked_borders_lie_side_by_side(tmp_path):
    zones = gpd.read_file(layer_files.write_zones(tmp_path / "zones.gpkg", 7)).geometry.to_numpy()
    assert len(zones) == 49
    assert shapely.is_valid(zones).all()
    assert not shapely.overlaps(zones[:-1], zones[1:]).any()
    assert shapely.area(zones).sum() == pytest.approx(shapely.area(shapely.union_all(zones)))


def test_each_step_is_taken_and_told(tmp_path, monkeypatch, capsys):
    def here(_yardstick, name, goal_s, *words: str) -> Step:
        """The step in this process; another is begun by the test below."""
        capsys.readouterr()
        _layer_step.main(*words)
        return Step(name, **json.loads(capsys.readouterr().out), s_ms=28.0, goal_s=goal_s)

    monkeypatch.setattr(layer_files, "step", here)
    yardstick = Yardstick(town("a---1---3---b").network())
    taken = layer_files.steps(tmp_path, yardstick, zones=(3, 4), rows=1_000)
    assert [one.said for one in taken] == [0, 0, 0, 10, 100, 10, 100]
    lines = layer_files.told(taken).text.splitlines()
    assert sum(line.startswith(("| check", "| read", "| export")) for line in lines) == len(taken)


def test_a_step_has_a_process_of_its_own_whose_memory_counts(tmp_path):
    file = layer_files.write_zones(tmp_path / "zones.gpkg", 3)
    yardstick = Yardstick(town("a---1---3---b").network())
    taken = layer_files.step(yardstick, "check", 1.0, "check", str(file), "zones")
    assert taken.said == 0
    assert taken.megabytes > 1
