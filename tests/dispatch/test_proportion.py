"""A share, and how sure it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from dispatch.proportion import Proportion
from geo.errors import BadValue


@given(st.integers(0, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_wilsons(pair):
    hits, of = pair
    found = Proportion(hits, of)
    if not of:
        assert found.share is None
        assert found.interval is None
        return
    low, high = binomtest(hits, of).proportion_ci(method="wilson")
    assert found.interval == pytest.approx((low, high), abs=1e-6)
    assert found.interval[0] <= found.share <= found.interval[1]


@pytest.mark.parametrize(("hits", "of"), [(1, 0), (-1, 5), (6, 5)])
def test_more_than_all_is_no_proportion(hits, of):
    with pytest.raises(BadValue, match="no proportion"):
        Proportion(hits, of)
