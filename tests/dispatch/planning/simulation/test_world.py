"""A world refuses parts that do not fit, and names itself by all that it holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo.errors import BadValue
from tests.dispatch.planning.simulation.small_world import small_world


def test_equal_worlds_have_one_digest_and_any_change_another():
    world = small_world()
    assert world.digest == small_world().digest
    rates = world.reports.rate_per_h.copy()
    rates[0, 5] += 1e-9
    busier = replace(world, reports=replace(world.reports, rate_per_h=rates))
    quicker = replace(world, rules=replace(world.rules, hand_over_ms=1))
    moved = world.under(replace(world.zoning, zone_of=np.zeros(4, dtype=np.int32)))
    assert len({one.digest for one in (world, busier, quicker, moved)}) == 4


def test_arrays_of_a_world_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        small_world().crews.officers[0, 0] = 9


def test_shares_must_sum_to_one():
    reports = small_world().reports
    with pytest.raises(BadValue, match="sum to 1"):
        replace(reports, grid_share=reports.grid_share * 2)


def test_parts_must_speak_of_the_same_grids():
    world = small_world()
    three = replace(world.zoning, zone_of=np.zeros(3, dtype=np.int32))
    with pytest.raises(BadValue, match="4 unit grids"):
        world.under(three)
