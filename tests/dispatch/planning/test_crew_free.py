"""The chance that a crew is free, against Erlang's formulas and every set of busy crews."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.crew_free import one_is_free

LOADS = st.fractions(0, 6, max_denominator=20)


def busy_chances(load, crews):
    """How many of an M/M/c queue's crews are busy, in exact fractions."""
    terms = [load**busy / factorial(busy) for busy in range(crews)]
    terms.append(load**crews / factorial(crews) * Fraction(crews) / (crews - load))
    return [term / sum(terms) for term in terms]


def by_definition(load, crews, in_time):
    """Look at every set of busy crews; those in time are the first."""
    if load >= crews or not in_time:
        return Fraction(0)
    free = Fraction(0)
    for busy, chance in enumerate(busy_chances(load, crews)):
        sets = list(combinations(range(crews), busy))
        some_free = sum(not set(range(in_time)) <= set(one) for one in sets)
        free += chance * Fraction(some_free, len(sets))
    return free


@given(LOADS, st.integers(0, 6))
def test_the_chance_is_the_mean_over_all_sets_of_busy_crews(load, crews):
    chance = one_is_free(np.array([float(load)]), crews)[0]
    expected = [float(by_definition(load, crews, in_time)) for in_time in range(crews + 1)]
    assert chance.tolist() == pytest.approx(expected, abs=1e-12)


def test_where_all_crews_are_in_time_it_is_erlang_c():
    # Two crews at a load of one: none, one or both are busy in a third of the time each.
    assert one_is_free(np.array([1.0]), 2)[0].tolist() == pytest.approx([0, 1 / 2, 2 / 3])


@given(st.floats(0, 300), st.integers(1, 320))
def test_more_crews_in_time_are_never_worse_and_more_load_never_better(load, crews):
    chance = one_is_free(np.array([load, load * 1.1]), crews)
    assert (np.diff(chance, axis=1) >= -1e-9).all()
    assert (chance[1] <= chance[0] + 1e-9).all()
    assert ((chance >= 0) & (chance <= 1)).all()


def test_without_load_a_crew_in_time_is_free_for_certain_and_none_in_time_never():
    assert one_is_free(np.zeros(1), 3)[0].tolist() == [0.0, 1.0, 1.0, 1.0]


def test_with_more_to_do_than_all_can_nobody_is_free():
    assert one_is_free(np.array([3.0, 7.0]), 3).max() == 0.0
    assert one_is_free(np.array([0.0, 1.0]), 0).tolist() == [[0.0], [0.0]]
