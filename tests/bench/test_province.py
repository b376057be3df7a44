"""The benchmark of a province runs on two tiny cities; no figure is judged here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.spread import Place
from fixtures.preset import Preset
from fixtures.province import CITIES, province_cities
from tests.bench.province import Effort, measured


def test_a_province_has_cities_of_all_sizes_and_no_two_alike():
    cities = province_cities()
    assert len(cities) == CITIES
    assert len({city.seed for city in cities}) == CITIES
    assert [city.officers for city in cities] == sorted({city.officers for city in cities})
    assert province_cities(2, seed=3) == province_cities(2, seed=3)


@pytest.mark.verify  # two cities are generated, loaded and asked everything: a minute
def test_two_cities_say_the_same_in_one_process_and_in_two(tmp_path):
    tiny = [
        replace(city, nodes=1_500, officers=90) for city in province_cities(2, preset=Preset.SMALL)
    ]
    places = {"1 process": Place(), "2 processes": Place(2)}
    report = measured(tiny, tmp_path, places, Effort(runs=1, blocks=1, steps=2_000))
    rows = [line for line in report.text.splitlines() if "process" in line and "|" in line]
    assert len(rows) == 2
    assert all(row.endswith("| yes |") for row in rows)
