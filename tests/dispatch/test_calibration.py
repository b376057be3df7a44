"""Calibration: a right model is found right, a wrong one wrong, and the demo's is held out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress
from spec.made_arrivals import MONDAY_S, made_arrivals

from dispatch.arrival_chance import ArrivalModel, prior
from dispatch.arrival_fit import Arrivals, completed, fit
from dispatch.calibration import calibrate, hold_out, pinball_s, reliability
from dispatch.calibration_report import to_markdown, to_record, to_svg
from dispatch.proportion import Proportion
from dispatch.store.arrival_history import read_arrivals
from fixtures.demo_city import write_demo_city
from fixtures.preset import Preset
from geo.errors import BadValue

MADE = made_arrivals(12_000, seed=8, rush_pace=2.2, weeks=20)


def stretched(model: ArrivalModel, by: float) -> ArrivalModel:
    """A model whose spread is another."""
    return ArrivalModel(model.turn_out_s, model.pace, model.log_ratio * by, model.n_arrivals)


@pytest.fixture(scope="module")
def judged():
    early, late = hold_out(MADE, weeks=8)
    return calibrate(fit(early), late)


def test_a_model_of_the_right_law_is_found_calibrated(judged):
    assert judged.reliability.slope == pytest.approx(1.0, abs=0.05)
    assert judged.everyone.below_p90.share == pytest.approx(0.9, abs=0.02)
    assert judged.everyone.below_p50.share == pytest.approx(0.5, abs=0.03)
    assert judged.losses.p50_s < 0.8 * judged.losses.naive_p50_s
    assert judged.losses.p90_s < 0.3 * judged.losses.naive_p90_s


def test_an_overconfident_model_and_a_timid_one_are_found_out():
    early, late = hold_out(MADE, weeks=8)
    model = fit(early)
    bold, timid = (calibrate(stretched(model, by), late) for by in (0.5, 2.0))
    assert bold.everyone.below_p90.share < 0.8
    assert timid.everyone.below_p90.share > 0.96
    assert bold.reliability.slope < 0.95
    assert timid.reliability.slope > 1.05
    right = calibrate(model, late)
    for wrong in (bold, timid):
        assert wrong.losses.p90_s > right.losses.p90_s
        assert wrong.reliability.brier > right.reliability.brier


def test_each_group_counts_its_own_arrivals(judged):
    n = judged.everyone.below_p90.of
    assert sum(group.below_p90.of for group in judged.by_hour) == n
    assert [group.name for group in judged.by_hour] == [f"{hour:02d}" for hour in range(24)]
    assert [group.name for group in judged.by_mode] == ["car"]
    assert sum(each.observed.of for each in judged.reliability.bins) == 4 * n
    for target in judged.by_target:
        assert sum(each.observed.of for each in target.bins) == n


@pytest.mark.parametrize(
    ("said", "came", "bins", "slope"),
    [
        ([0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0], [(0.25, 1, 4)], None),
        ([0.0, 0.0, 1.0, 1.0], [0, 0, 1, 1], [(0.0, 0, 2), (1.0, 2, 2)], 1.0),
        ([0.0, 0.0, 1.0, 1.0], [1, 0, 1, 0], [(0.0, 1, 2), (1.0, 1, 2)], 0.0),
        ([0.42, 0.48, 0.95, 0.95], [0, 1, 1, 1], [(0.45, 1, 2), (0.95, 2, 2)], 1.0),
    ],
)
def test_a_diagram_by_hand(said, came, bins, slope):
    diagram = reliability(np.array(said), np.array(came, dtype=bool), (900.0,))
    found = [(each.mean_chance, each.observed) for each in diagram.bins]
    assert found == [(pytest.approx(mean), Proportion(hits, of)) for mean, hits, of in bins]
    assert diagram.slope == (None if slope is None else pytest.approx(slope))
    squares = [(chance - true) ** 2 for chance, true in zip(said, came, strict=True)]
    assert diagram.brier == pytest.approx(np.mean(squares))


@given(st.lists(st.tuples(st.sampled_from([0.05, 0.35, 0.55, 0.95]), st.booleans()), min_size=2))
def test_the_slope_is_that_of_single_arrivals_where_a_bin_holds_one_chance(pairs):
    said, came = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    slope = reliability(said, came.astype(bool), (900.0,)).slope
    if len(set(said)) == 1:
        assert slope is None
    else:
        assert slope == pytest.approx(linregress(said, came).slope, abs=1e-9)


@given(
    taken=st.lists(st.integers(1, 60), min_size=1, max_size=30),
    level=st.sampled_from([0.5, 0.9]),
)
def test_no_forecast_has_a_smaller_loss_than_the_quantile(taken, level):
    taken = np.array(taken, dtype=float)
    losses = [pinball_s(np.full(len(taken), s), taken, level) for s in range(61)]
    quantile = np.quantile(taken, level, method="inverted_cdf")
    at_quantile = pinball_s(np.full(len(taken), quantile), taken, level)
    assert at_quantile == pytest.approx(min(losses), abs=1e-9)


def test_weeks_are_held_out_whole_from_monday_to_sunday():
    early, late = hold_out(MADE, weeks=3)
    assert late.dispatched_s.min() >= MONDAY_S + 17 * 7 * 86_400 > early.dispatched_s.max()
    assert len(early) + len(late) == len(MADE)


@pytest.mark.parametrize("weeks", [0, 20, 99])
def test_holding_out_nothing_or_everything_is_refused(weeks):
    with pytest.raises(BadValue, match="20 week"):
        hold_out(MADE, weeks=weeks)


def test_nothing_to_judge_by_is_refused():
    nothing = completed(mode=[], dispatched_s=[], arrived_s=[], travel_time_s=[])
    with pytest.raises(BadValue, match="no arrival"):
        calibrate(prior(), nothing)
    with pytest.raises(BadValue, match="0 week"):
        hold_out(nothing, weeks=1)


def test_the_page_says_in_both_languages_what_the_record_holds(judged):
    record = json.loads(json.dumps(to_record(judged)))
    slope = f"{record['reliability']['slope']:.3f}"
    coverage = f"{record['everyone']['below_p90']['share']:.1%}"
    for language, word in (("zh", "可靠性斜率"), ("en", "Reliability slope")):
        page = to_markdown(judged, language)
        assert f"{word} {slope}" in page
        assert coverage in page
        assert page.count("\n| 0") >= 24 + len(record["reliability"]["bins"])
    assert record["model"] == judged.model
    assert len(record["by_target"]) == 4


def test_the_diagram_is_drawn_to_scale(judged):
    root = ET.fromstring(to_svg(judged.reliability, "en"))  # noqa: S314 -- our own drawing
    circles = root.findall("{*}circle")
    assert len(circles) == len(judged.reliability.bins)
    for circle, each in zip(circles, judged.reliability.bins, strict=True):
        assert (float(circle.get("cx")) - 48) / 400 == pytest.approx(each.mean_chance, abs=1e-4)
        assert (448 - float(circle.get("cy"))) / 400 == pytest.approx(each.observed.share, abs=1e-4)


def demo_arrivals(tmp_path: Path, preset: Preset, seed: int) -> Arrivals:
    return read_arrivals(
        write_demo_city(tmp_path / "city", preset=preset, seed=seed) / "history.parquet"
    )


def check_calibrated_on_weeks_held_out(arrivals: Arrivals) -> None:
    early, late = hold_out(arrivals, weeks=13)
    found = calibrate(fit(early), late)
    at_900_s = found.by_target[2]
    assert at_900_s.targets_s == (900.0,)
    assert 0.9 <= found.reliability.slope <= 1.1
    assert 0.9 <= at_900_s.slope <= 1.1
    assert 0.87 <= found.everyone.below_p90.share <= 0.93
    assert found.losses.p50_s < found.losses.naive_p50_s
    assert found.losses.p90_s < found.losses.naive_p90_s
    for group in (*found.by_mode, *found.by_hour):
        if group.below_p90.of >= 1_000:  # smaller ones scatter by more than they may be off
            assert 0.87 <= group.below_p90.share <= 0.93, group


def test_on_held_out_weeks_of_the_demos_history_chances_come_true(
    tmp_path, count: Callable[..., int]
):
    for seed in range(1, 1 + count(reduced=2, full=10)):
        check_calibrated_on_weeks_held_out(demo_arrivals(tmp_path, Preset.SMALL, seed))


@pytest.mark.verify
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_and_so_they_do_on_a_year_of_a_whole_city(tmp_path, seed):
    check_calibrated_on_weeks_held_out(demo_arrivals(tmp_path, Preset.STANDARD, seed))
