"""In which datum a layer is, told by how strikingly near the known roads it lies."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.datum import from_wgs84
from geo.datum_guess import FEWEST_FEATURES, TRIED, KnownLines, Sureness, guess_datum
from geo.errors import BadValue

TOWN = (109.12, 21.48)
DEGREE_M = 111_000.0


@pytest.fixture(scope="module")
def streets() -> np.ndarray:
    """Streets of a drawn town of six by six kilometres, none two of them equally far apart."""
    generator = np.random.default_rng(3)
    across = np.cumsum(generator.uniform(120, 380, 26)) / DEGREE_M
    down = np.cumsum(generator.uniform(120, 380, 26)) / DEGREE_M
    west, south = TOWN
    lines = [[(west + x, south), (west + x, south + down[-1])] for x in across]
    lines += [[(west, south + y), (west + across[-1], south + y)] for y in down]
    return shapely.linestrings(lines)


@pytest.fixture(scope="module")
def known(streets: np.ndarray) -> KnownLines:
    return KnownLines(streets)


def laid_out(streets, datum, *, features, noise_m, seed):
    """Points on streets, out by some metres, written in a datum."""
    generator = np.random.default_rng(seed)
    chosen = streets[generator.integers(0, len(streets), features)]
    points = shapely.line_interpolate_point(chosen, generator.random(features), normalized=True)
    lon_lat = shapely.get_coordinates(points)
    lon_lat += generator.normal(0.0, noise_m / DEGREE_M, lon_lat.shape)
    return list(shapely.points(from_wgs84(lon_lat, datum)))


@pytest.mark.parametrize("datum", TRIED)
@pytest.mark.parametrize("noise_m", [0, 12, 25])
def test_fifty_points_along_streets_give_their_datum_away(streets, known, datum, noise_m):
    guess = guess_datum(laid_out(streets, datum, features=50, noise_m=noise_m, seed=1), known)
    assert guess.datum == datum
    assert guess.sureness is not Sureness.UNDECIDED
    assert guess.hypotheses[0].datum == datum


def test_the_shift_is_told_in_metres(streets, known):
    shifts = {
        datum: guess_datum(laid_out(streets, datum, features=80, noise_m=3, seed=2), known).shift_m
        for datum in TRIED
    }
    assert shifts["wgs84"] == 0
    assert 400 < shifts["gcj02"] < 700
    assert 1000 < shifts["bd09"] < 1500


def test_of_fewer_than_five_features_nothing_is_said(streets, known):
    few = laid_out(streets, "gcj02", features=FEWEST_FEATURES - 1, noise_m=0, seed=4)
    guess = guess_datum(few, known)
    assert (guess.datum, guess.sureness) == (None, Sureness.UNDECIDED)
    assert guess.features == FEWEST_FEATURES - 1


def test_features_that_have_nothing_to_do_with_streets_are_undecided(known):
    generator = np.random.default_rng(6)
    anywhere = shapely.points(np.array(TOWN) + generator.uniform(0.01, 0.04, (60, 2)))
    assert guess_datum(list(anywhere), known).sureness is Sureness.UNDECIDED


def test_polygons_count_by_their_borders(streets, known):
    noded = shapely.get_parts(shapely.node(shapely.multilinestrings(list(streets))))
    blocks = shapely.get_parts(shapely.polygonize(list(noded)))
    given = shapely.transform(blocks[:40], lambda xy: from_wgs84(xy, "bd09"))
    assert guess_datum(list(given), known).datum == "bd09"


def test_the_same_seed_gives_the_same_answer(streets, known):
    layer = laid_out(streets, "gcj02", features=30, noise_m=10, seed=8)
    assert guess_datum(layer, known, seed=5) == guess_datum(layer, known, seed=5)


def test_metres_taken_for_degrees_are_refused(known):
    with pytest.raises(BadValue, match="is no longitude and latitude"):
        guess_datum([shapely.Point(430_000, 2_380_000)] * 9, known)
