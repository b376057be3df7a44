"""An ETA is a distribution: what it says of one crew, of many, and of old positions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.made_arrivals import made_arrivals

from dispatch.arrival_chance import (
    KNOTS_S,
    MODES,
    PRIOR_PACE,
    PRIOR_TURN_OUT_S,
    ArrivalModel,
    from_text,
    hours_of_week,
    prior,
    seconds_left,
)
from dispatch.arrival_fit import fit
from dispatch.eta import LEVELS, Eta
from geo.errors import BadValue, UnreadableFile
from geo.road.road_class import Mode
from geo.road.week import hour_of_week

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RUSH = hour_of_week(NOW)
CAR = MODES.index(Mode.CAR)
FITTED = fit(made_arrivals(4_000, seed=1, rush_pace=2.2))
MODELS = st.sampled_from([prior(), FITTED])
TRAVEL_S = st.floats(0.0, 20_000.0)
AGE_S = st.floats(0.0, 1_200.0)
WITHIN_S = st.floats(0.0, 40_000.0)
HOUR = st.integers(0, 167)
MODE = st.integers(0, len(MODES) - 1)


def one(model: ArrivalModel, travel_time_s: float, **where: object) -> Eta:
    return model.eta(travel_time_s, **{"mode": CAR, "hour": RUSH} | where)


@pytest.mark.parametrize(
    ("travel_time_s", "p50_s", "p90_s", "in_900_s"),
    [
        (0, 60, 94, 1.000),
        (300, 450, 705, 0.976),
        (600, 840, 1316, 0.578),  # turn-out 60 s, then 1.3 times the prediction
        (1200, 1620, 2537, 0.046),
    ],
)
def test_the_prior_is_what_its_three_figures_say(travel_time_s, p50_s, p90_s, in_900_s):
    eta = one(prior(), travel_time_s)
    assert eta.p50_s == pytest.approx(p50_s)
    assert eta.p90_s == pytest.approx(p90_s, abs=0.6)
    assert eta.chance(900) == pytest.approx(in_900_s, abs=0.002)
    assert eta.p50_s == pytest.approx(PRIOR_TURN_OUT_S + PRIOR_PACE * travel_time_s)


def test_at_rush_hour_the_same_way_takes_longer_and_its_chance_is_less():
    night, rush = one(FITTED, 400, hour=3), one(FITTED, 400)
    assert rush.p50_s > 1.25 * night.p50_s
    assert rush.chance(900) < night.chance(900)


def test_many_crews_at_once_get_what_each_gets_alone():
    travel_s = np.array([10.0, 250.0, 251.0, 4_000.0, np.inf])
    mode, hour = np.array([0, 1, 2, 0, 1]), np.array([0, 50, 167, 8, 8])
    age_s = np.array([0.0, 30.0, 600.0, 0.0, 5.0])
    many = FITTED.eta(travel_s, mode=mode, hour=hour, age_s=age_s)
    within_s = np.array([300.0, 600.0, 900.0, 9_000.0, 900.0])
    for row in range(len(travel_s)):
        alone = FITTED.eta(travel_s[row], mode=mode[row], hour=hour[row], age_s=age_s[row])
        np.testing.assert_array_equal(many.quantiles_s[row], alone.quantiles_s[0])
        assert many.chance(within_s)[row] == alone.chance(within_s[row])[0]


def test_where_no_road_leads_there_is_no_chance_and_no_error():
    eta = one(FITTED, np.inf, age_s=60.0)
    assert np.isinf(eta.p50_s).all()
    assert np.isinf(eta.p90_s).all()
    assert eta.chance(1e9) == 0
    assert one(FITTED, [100.0, np.inf]).last().chance(1e9) == 0


@given(model=MODELS, travel_s=TRAVEL_S, mode=MODE, hour=HOUR, age_s=AGE_S)
def test_the_ninth_decile_never_comes_before_the_median(model, travel_s, mode, hour, age_s):
    table = model.eta(travel_s, mode=mode, hour=hour, age_s=age_s).quantiles_s[0]
    assert (np.diff(table) >= 0).all()
    assert (table > 0).all()


@given(model=MODELS, travel_s=TRAVEL_S, age_s=AGE_S, sooner=WITHIN_S, more=WITHIN_S)
def test_the_chance_grows_with_the_target(model, travel_s, age_s, sooner, more):
    eta = one(model, travel_s, age_s=age_s)
    early, late = eta.chance(sooner)[0], eta.chance(sooner + more)[0]
    assert 0 <= early <= late <= 1


@given(model=MODELS, shorter=TRAVEL_S, more=TRAVEL_S, mode=MODE, hour=HOUR)
def test_a_longer_way_is_never_sooner_done(model, shorter, more, mode, hour):
    ways = model.eta([shorter, shorter + more], mode=mode, hour=hour).quantiles_s
    assert (ways[1] >= ways[0] * (1 - 1e-9)).all()


@given(model=MODELS, travel_s=TRAVEL_S, mode=MODE, hour=HOUR, age_s=AGE_S)
def test_medians_alone_are_those_of_the_whole_distribution(model, travel_s, mode, hour, age_s):
    longer_s = travel_s + np.arange(40.0) ** 2
    alone = model.median_s(longer_s, mode=mode, hour=hour)
    assert alone.tolist() == model.eta(longer_s, mode=mode, hour=hour, age_s=age_s).p50_s.tolist()


@given(model=MODELS, travel_s=TRAVEL_S, mode=MODE, age_s=AGE_S, more=AGE_S)
def test_an_older_position_is_wider_about_the_same_median(model, travel_s, mode, age_s, more):
    ages_s = [age_s, age_s + more]
    fresh, old = one(model, travel_s, mode=mode, age_s=ages_s).quantiles_s
    middle = len(LEVELS) // 2
    assert old[middle] == pytest.approx(fresh[middle])
    assert (old[middle:] >= fresh[middle:] - 1e-6).all()
    assert (old[:middle] <= fresh[:middle] + 1e-6).all()


def test_twenty_minutes_of_age_cost_a_sure_crew_its_certainty():
    ages_s = [0, 60, 300, 1200]
    eta = one(FITTED, 200, age_s=ages_s)
    assert eta.chance(900)[0] > 0.97
    assert (np.diff(eta.chance(900)) <= 0).all()
    assert eta.chance(900)[3] < 0.85
    assert eta.chance(20).max() < 0.01  # nobody is there before having turned out


@given(model=MODELS, travel_s=TRAVEL_S, hour=HOUR, age_s=AGE_S)
def test_the_chance_of_a_kept_level_is_that_level(model, travel_s, hour, age_s):
    table = model.eta(travel_s, mode=CAR, hour=hour, age_s=age_s).quantiles_s
    apart = np.flatnonzero(np.diff(table[0]) > 1e-6)
    eta = Eta(np.repeat(table, len(apart), axis=0))
    np.testing.assert_allclose(eta.chance(table[0, apart]), LEVELS[apart], atol=1e-6)


def test_past_the_known_lengths_everything_grows_in_proportion():
    far = FITTED.eta([20_000.0, 200_000.0], mode=CAR, hour=3)
    expected_s = FITTED.expected_s([20_000.0, 200_000.0], mode=CAR, hour=3)
    assert expected_s[0] > KNOTS_S[-1]
    np.testing.assert_allclose(far.p90_s / expected_s, far.p90_s[0] / expected_s[0])


def test_the_last_of_several_is_what_drawing_their_arrivals_gives():
    eta = one(FITTED, [300.0, 350.0, 100.0])
    rng = np.random.default_rng(5)
    draws = [np.interp(rng.uniform(size=200_000), LEVELS, row) for row in eta.quantiles_s]
    last_s = np.max(draws, axis=0)
    last = eta.last()
    assert last.p50_s == pytest.approx(np.quantile(last_s, 0.5), rel=0.01)
    assert last.p90_s == pytest.approx(np.quantile(last_s, 0.9), rel=0.01)
    assert (last.quantiles_s >= eta.quantiles_s.max(axis=0) - 1e-6).all()


@given(travel_s=TRAVEL_S)
def test_the_last_of_one_is_that_one(travel_s):
    eta = one(FITTED, travel_s)
    np.testing.assert_allclose(eta.last().quantiles_s, eta.quantiles_s)


@pytest.mark.parametrize("model", [prior(), FITTED], ids=["prior", "fitted"])
def test_a_model_that_is_written_and_read_is_the_same(model):
    again = from_text(model.to_text())
    assert again.version == model.version
    assert again.to_text() == model.to_text()
    np.testing.assert_array_equal(
        one(again, [5.0, 500.0], age_s=30).quantiles_s,
        one(model, [5.0, 500.0], age_s=30).quantiles_s,
    )


def test_models_differ_in_version_when_they_differ_at_all():
    other = ArrivalModel(
        FITTED.turn_out_s + 1e-6, FITTED.pace.copy(), FITTED.log_ratio.copy(), FITTED.n_arrivals
    )
    assert len({prior().version, FITTED.version, other.version}) == 3


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", prior().to_text().replace("0.995", "0.996", 1)]
)
def test_a_text_that_is_no_model_is_refused(text):
    with pytest.raises(UnreadableFile, match="fit it again"):
        from_text(text)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"turn_out_s": np.full(len(MODES), -1.0)}, "below nothing"),
        ({"turn_out_s": np.full(len(MODES), np.nan)}, "not finite"),
        ({"pace": np.ones((len(MODES), 24))}, "shape"),
        ({"log_ratio": -FITTED.log_ratio}, "grow"),
    ],
)
def test_tables_that_make_no_sense_are_refused(change, why):
    names = ("turn_out_s", "pace", "log_ratio", "n_arrivals")
    with pytest.raises(BadValue, match=why):
        ArrivalModel(**{name: getattr(FITTED, name) for name in names} | change)


def test_a_model_cannot_be_written_into():
    with pytest.raises(ValueError, match="read-only"):
        FITTED.pace[0, 0] = 1.0


@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 -- UTC is set below
def test_hours_of_the_week_agree_with_the_wall_clock(moment):
    moment = moment.replace(tzinfo=UTC)
    assert hours_of_week([moment.timestamp()])[0] == hour_of_week(moment)


def test_the_clock_may_have_started_with_the_report():
    since = NOW - timedelta(seconds=120)
    assert seconds_left(900, since=NOW, now=NOW) == 900
    assert seconds_left(900, since=since, now=NOW) == 780
    assert seconds_left(60, since=since, now=NOW) == -60
    assert one(FITTED, 10).chance(seconds_left(60, since=since, now=NOW)) == 0
