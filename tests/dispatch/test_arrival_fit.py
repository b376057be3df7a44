"""What is planted in arrivals is found again; where there are few, a wider group speaks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.made_arrivals import MONDAY_S, made_arrivals

from dispatch.arrival_chance import MODES, prior
from dispatch.arrival_fit import Arrivals, completed, fit, grouped_quantiles
from dispatch.eta import P50, P90
from geo.errors import BadValue
from geo.road.road_class import Mode

CAR, FOOT = MODES.index(Mode.CAR), MODES.index(Mode.FOOT)


def joined(*parts: Arrivals) -> Arrivals:
    names = ("mode", "dispatched_s", "travel_time_s", "taken_s")
    return Arrivals(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@pytest.mark.parametrize("turn_out_s", [30, 120])
@pytest.mark.parametrize("spread", [0.15, 0.45])
def test_turn_out_pace_and_spread_are_found_again(turn_out_s, spread):
    model = fit(
        made_arrivals(20_000, seed=2, turn_out_s=turn_out_s, pace=1.2, rush_pace=2.0, spread=spread)
    )
    assert model.turn_out_s[CAR] == pytest.approx(turn_out_s, abs=10)
    assert np.median(model.pace[CAR, :15]) == pytest.approx(1.2, rel=0.05)
    assert model.pace[CAR, 17] == pytest.approx(2.0, rel=0.12)
    middle = model.log_ratio[CAR, 3:6]
    np.testing.assert_allclose(middle[:, P50], 0, atol=0.05)
    np.testing.assert_allclose(middle[:, P90], 1.2816 * spread, rtol=0.12)


def test_without_arrivals_the_prior_is_left():
    nothing = completed(mode=[], dispatched_s=[], arrived_s=[], travel_time_s=[])
    assert fit(nothing).version == prior().version


def test_the_prior_fades_as_arrivals_come_in():
    paces = [np.median(fit(made_arrivals(n, seed=3, pace=2.5)).pace[CAR]) for n in (2, 20, 5_000)]
    assert 1.3 < paces[0] < paces[1] < paces[2]
    assert paces[0] < 1.6
    assert paces[2] == pytest.approx(2.5, rel=0.04)


def test_a_mode_without_arrivals_borrows_from_all_and_a_few_change_little():
    cars = made_arrivals(8_000, seed=4, pace=1.8)
    alone = fit(cars)
    np.testing.assert_allclose(alone.log_ratio[FOOT, 4], alone.log_ratio[FOOT, 5], atol=1e-6)
    assert np.median(alone.pace[FOOT]) == pytest.approx(1.8, rel=0.05)
    few = fit(joined(cars, made_arrivals(5, seed=5, mode="foot", pace=1.0)))
    many = fit(joined(cars, made_arrivals(5_000, seed=5, mode="foot", pace=1.0)))
    assert 1.5 < np.median(few.pace[FOOT]) < 1.8
    assert np.median(many.pace[FOOT]) == pytest.approx(1.0, rel=0.1)
    assert few.n_arrivals[FOOT] == 5


def test_an_hour_nobody_drove_in_has_the_pace_of_its_mode():
    arrivals = made_arrivals(6_000, seed=6, pace=1.7)
    hour = (arrivals.dispatched_s - MONDAY_S) // 3600 % 24
    model = fit(arrivals.take(hour != 4))
    assert model.pace[CAR, 4] == pytest.approx(np.median(model.pace[CAR]), rel=0.03)


def test_the_order_of_the_rows_makes_no_difference():
    arrivals = made_arrivals(3_000, seed=7)
    shuffled = arrivals.take(np.random.default_rng(7).permutation(len(arrivals)))
    assert fit(arrivals).version == fit(shuffled).version


def test_rows_without_a_credible_arrival_are_left_out_and_counted():
    arrivals = completed(
        mode=["car", "foot", "car", "ebike", "car", "car"],
        dispatched_s=[0, 0, 0, 100, 0, 0],
        arrived_s=[300, np.nan, 0, 50, 100_000, 400],
        travel_time_s=[100, 100, 100, 100, 100, np.inf],
    )
    assert arrivals.taken_s.tolist() == [300]
    assert arrivals.left_out == 5


@pytest.mark.parametrize(
    ("mode", "travel_time_s", "why"),
    [
        (["horse"], [1], "no mode 'horse'"),
        ([9], [1], "run from 0 to 2"),
        (["car"], [1, 2], "length"),
    ],
)
def test_columns_that_do_not_fit_are_refused(mode, travel_time_s, why):
    with pytest.raises(BadValue, match=why):
        completed(mode=mode, dispatched_s=[0], arrived_s=[9], travel_time_s=travel_time_s)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.integers(-50, 50), st.integers(0, 4)), max_size=40
    ),
    levels=st.lists(st.sampled_from([0.01, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=3),
)
def test_grouped_quantiles_are_those_of_writing_every_value_as_often_as_it_counts(rows, levels):
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    group, value, weight = columns[0], columns[1].astype(float), columns[2].astype(float)
    quantiles, effective = grouped_quantiles(group, value, weight, n_groups=4, levels=levels)
    for which in range(4):
        written = sorted(v for g, v, times in rows if g == which for _ in range(times))
        assert (effective[which] > 0) == bool(written)
        for level, quantile in zip(levels, quantiles[which], strict=True):
            if written:
                assert quantile == written[int(np.ceil(round(level * len(written), 9))) - 1]
            else:
                assert np.isnan(quantile)
