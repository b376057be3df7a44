"""Roads are read as other people read them: ranks of travel times beside Valhalla's."""

import pytest

from tests.bench.compare_valhalla import CITIES, LEAST_CORRELATION, PAIRS, compare


@pytest.mark.verify  # fetches Valhalla's wheel and runs its programs
@pytest.mark.parametrize("city", CITIES)
def test_travel_times_rank_like_valhallas(city, need_roads_data):
    found = compare(need_roads_data(f"{city}.osm.pbf"), PAIRS, seed=1)
    assert len(found.both) > 0.95 * PAIRS
    assert found.correlation >= LEAST_CORRELATION
