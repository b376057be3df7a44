"""Arrivals within the target, by zone, hour and matter, as a clerk counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from dispatch.arrival_share import GroupBy, arrivals_in_time
from dispatch.cases import Case, Cases, Limit, Number, Stage, Word, tabulate
from dispatch.deadline import ClockStart
from dispatch.proportion import Proportion

SEVEN = datetime(2026, 11, 2, 23, 0, tzinfo=UTC)  # seven in the morning in Asia/Shanghai

# Seconds from seven o'clock; "." never; target in seconds.
RECORDS = """
zone  matter  reported  dispatched  on_scene  later           target
 A     H1         0          60        660    .                 900   600 s after dispatch
 A     H1         0          60        960    .                 900   900 s: just in time
 A     T1        10         100       1001    .                 900   901 s: late
 A     T1         0        3700       4000    .                 300   300 s, in the hour after
 B     H1         0          30          .    handled:2000      900   nobody pressed the button
 B     H1         0          40          .    .                 900   awaited for too long
 B     H1      4000        4400          .    .                 900   awaited, in time so far
 B     H1         0          50          .    cancelled:500     900   called off
 B     T1         0           .          .    .                 900   not sent yet
"""
NOW = SEVEN + timedelta(seconds=5_000)


def case(line: str) -> Case:
    zone, matter, reported, dispatched, on_scene, later, target = line.split()[:7]
    at = {Stage.REPORTED: reported, Stage.DISPATCHED: dispatched, Stage.ON_SCENE: on_scene}
    if later != ".":
        stage, _, when = later.partition(":")
        at[Stage(stage)] = when
    return Case(
        id=line,
        at={
            stage: SEVEN + timedelta(seconds=int(when)) for stage, when in at.items() if when != "."
        },
        arrival_target_s=float(target),
        zone=zone,
        matter=matter,
    )


CASES = tabulate([case(line) for line in RECORDS.strip().splitlines()[1:]])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "all 3/5 +1"),
        ({"by": GroupBy.ZONE}, "A 3/4 +0, B 0/1 +1"),
        ({"by": GroupBy.MATTER}, "H1 2/3 +1, T1 1/2 +0"),
        ({"by": GroupBy.HOUR}, "07 2/4 +1, 08 1/1 +0"),
        ({"starts": ClockStart.REPORTED}, "all 1/6 +1"),  # the one awaited is late by then
        ({"target_s": 600.0}, "all 2/5 +1"),  # who is awaited has a moment left
        ({"target_s": 600.0, "by": GroupBy.ZONE}, "A 2/4 +0, B 0/1 +1"),
    ],
)
def test_arrivals_in_time_are_counted_as_by_hand(options, expected):
    found = arrivals_in_time(CASES, now=NOW, seed=1, **options)
    told = (
        f"{each.name} {each.in_time.hits}/{each.in_time.of} +{each.unrecorded}" for each in found
    )
    assert ", ".join(told) == expected


def test_percentiles_are_those_of_the_times_recorded():
    (everyone,) = arrivals_in_time(CASES, now=NOW, seed=1)
    assert [each.value_s for each in everyone.percentiles] == [600, 901, 901]
    (_, b) = arrivals_in_time(CASES, now=NOW, seed=1, by=GroupBy.ZONE)
    assert b.percentiles == ()
    assert b.in_time == Proportion(0, 1)


def test_without_a_dispatch_there_is_no_group():
    assert arrivals_in_time(CASES, now=SEVEN, seed=1) == ()


def many(n_days: int, per_day: int, *, seed: int, day_spread: float) -> Cases:
    """Arrivals with good and bad days."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(n_days), per_day)
    start_s = SEVEN.timestamp() + day * 86_400.0 + rng.integers(0, 36_000, len(day))
    of_day = rng.normal(0, day_spread, n_days)[day]
    taken_s = 600 * np.exp(of_day + rng.normal(0, 0.3, len(day)))
    return Cases(
        at_s={
            Stage.REPORTED: start_s,
            Stage.DISPATCHED: start_s,
            Stage.ON_SCENE: start_s + taken_s,
        },
        due_s={Limit.CLOSE: np.full(len(day), np.nan)},
        numbers={Number.ARRIVAL_TARGET_S: np.full(len(day), 900.0)},
        words={Word.ZONE: np.full(len(day), "A")},
    )


LATER = SEVEN + timedelta(days=400)


def test_percentiles_and_their_intervals_are_the_same_again_and_hold_the_figure():
    cases = many(40, 30, seed=3, day_spread=0.2)
    (first,), (again,) = (arrivals_in_time(cases, now=LATER, seed=7) for _ in range(2))
    assert first == again
    taken_s = cases.at_s[Stage.ON_SCENE] - cases.at_s[Stage.DISPATCHED]
    for each in first.percentiles:
        by_numpy = np.quantile(taken_s, each.level, method="inverted_cdf")
        assert each.value_s == pytest.approx(by_numpy)
        assert each.interval_s[0] < each.value_s < each.interval_s[1]


def test_bad_days_widen_the_interval_as_they_should(count):
    n_runs = count(reduced=40, full=300)
    held = 0
    for seed in range(n_runs):
        cases = many(60, 20, seed=seed, day_spread=0.3)
        (found,) = arrivals_in_time(cases, now=LATER, seed=seed)
        low, high = found.percentiles[0].interval_s
        held += low <= 600 <= high
    assert held / n_runs > 0.85  # of 95 per cent, on sixty days; single rows would hold 40


def test_the_hour_is_that_of_the_clock_on_the_wall():
    cases = many(2, 50, seed=1, day_spread=0.0)
    found = arrivals_in_time(cases, now=LATER, seed=1, by=GroupBy.HOUR)
    assert found[0].name == "07"
    assert sum(each.in_time.of for each in found) == 100
