"""
Three datums told apart on real and on invented roads, in cases drawn at random.

Beijing is `roads/beijing-ways.gpkg` of the test data; without it the invented city stands alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fixtures.demo_city import write_demo_city
from fixtures.preset import Preset
from geo.datum import from_wgs84
from geo.datum_guess import FEWEST_FEATURES, TRIED, DatumGuess, KnownLines, Sureness, guess_datum
from geo.plane import Plane
from geo.road.road_class import Mode
from geo.road.storage import load_network

MOST_NOISE_M = 30.0
FEATURES = (50, 120)
QUARTER = 400
"""Roads of a quarter, among which the features of a case lie, unless it is all over the city."""


@dataclass(frozen=True)
class Roads:
    """Roads of one city, and what is asked of them."""

    lines: NDArray[np.object_]
    known: KnownLines

    def near(self, at: int) -> NDArray[np.object_]:
        """The roads about one of them."""
        middles = shapely.get_coordinates(shapely.centroid(self.lines))
        away = np.hypot(*(middles - middles[at]).T)
        return self.lines[np.argsort(away)[:QUARTER]]


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Roads:
    """Roads of the demo city."""
    folder = write_demo_city(tmp_path_factory.mktemp("demo") / "city", preset=Preset.SMALL)
    network = load_network(folder / f"network-{Mode.CAR}")
    counts = np.diff(network.first_point)
    street = np.repeat(np.arange(len(counts)), counts)
    lines = np.asarray(shapely.linestrings(network.point, indices=street))
    return Roads(lines, KnownLines(list(lines)))


@pytest.fixture
def cities(
    invented: Roads, roads_data: Callable[[str], Path | None], beijing: dict[Path, Roads]
) -> list[Roads]:
    """The invented city, and Beijing where its roads are there."""
    path = roads_data("beijing-ways.gpkg")
    if path is None:
        return [invented]
    if path not in beijing:
        lines = shapely.get_parts(gpd.read_file(path).geometry.to_numpy())
        beijing[path] = Roads(lines, KnownLines(list(lines)))
    return [invented, beijing[path]]


@pytest.fixture(scope="module")
def beijing() -> dict[Path, Roads]:
    """Read once for all tests."""
    return {}


def drawn(roads: Roads, datum: str, features: int, seed: int) -> list[BaseGeometry]:
    """Features on roads, points or lines, here or all over the city, out by up to 30 m."""
    generator = np.random.default_rng(seed)
    among = roads.lines
    if generator.random() < 0.5:
        among = roads.near(int(generator.integers(len(among))))
    chosen = among[generator.integers(0, len(among), features)]
    if generator.random() < 0.5:
        along = generator.random(features)
        chosen = np.asarray(shapely.line_interpolate_point(chosen, along, normalized=True))
    noise_m = generator.uniform(0.0, MOST_NOISE_M)
    plane = Plane(tuple(shapely.get_coordinates(chosen)[0].tolist()))  # type: ignore[arg-type]  # two numbers

    def moved(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        out_m = generator.normal(0.0, noise_m / np.sqrt(2.0), lon_lat.shape)
        return from_wgs84(plane.to_lon_lat(plane.to_xy(lon_lat) + out_m), datum)

    return list(shapely.transform(chosen, moved))


def verdict(guess: DatumGuess, datum: str) -> str:
    """How a guess stands to what is true."""
    if guess.datum is None:
        return "undecided"
    return "right" if guess.datum == datum else f"wrong, {guess.sureness} confidence"


def test_of_fifty_features_and_more_nineteen_in_twenty_are_named_rightly(cities, count):
    cases = count(reduced=12, full=300, long=3_000)
    verdicts: Counter[str] = Counter()
    for case in range(cases):
        datum, roads = TRIED[case % 3], cities[case // 3 % len(cities)]
        features = int(np.random.default_rng(case).integers(*FEATURES))
        guess = guess_datum(drawn(roads, datum, features, case), roads.known, seed=case)
        verdicts[verdict(guess, datum)] += 1
    assert verdicts["right"] >= 0.95 * cases, verdicts
    assert verdicts["undecided"] <= 0.05 * cases, verdicts
    assert verdicts[f"wrong, {Sureness.HIGH} confidence"] == 0, verdicts


def test_of_fewer_than_five_features_nothing_is_said(cities, count):
    for case in range(count(reduced=12, full=300)):
        datum, roads = TRIED[case % 3], cities[case // 3 % len(cities)]
        features = 1 + case % (FEWEST_FEATURES - 1)
        guess = guess_datum(drawn(roads, datum, features, case), roads.known, seed=case)
        assert (guess.datum, guess.sureness) == (None, Sureness.UNDECIDED)


def test_between_five_and_fifty_a_guess_may_be_open_and_is_never_surely_wrong(cities, count):
    for case in range(count(reduced=9, full=300, long=3_000)):
        datum, roads = TRIED[case % 3], cities[case // 3 % len(cities)]
        features = int(np.random.default_rng(case).integers(FEWEST_FEATURES, FEATURES[0]))
        guess = guess_datum(drawn(roads, datum, features, case), roads.known, seed=case)
        assert verdict(guess, datum) != f"wrong, {Sureness.HIGH} confidence"
