"""Seasons and special days are found again where they were planted, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from spec.made_history import Law, made_history

from dispatch.planning.season_fit import Seasons, day_kinds, fit_seasons, seasons_of
from dispatch.planning.simulation.incidents import draw_incidents, hourly_rates
from dispatch.planning.simulation.world import DAY_MS, IncidentType, Reports
from geo.errors import BadValue

WEEKDAYS = tuple(1.0 if hour < 120 else 0.5 for hour in range(168))


def test_special_days_count_where_records_say_so():
    """Planted: half as many reports on three days; by the calendar they are holidays."""
    off = frozenset({8, 9, 15})
    history = made_history(Law(days_off=off, day_off=0.5, week=(WEEKDAYS,)), 60_000, seed=10)
    first = date(2026, 1, 5)
    special = {first + timedelta(days=day): False for day in off}
    assert fit_seasons(history, special).moved
    assert not fit_seasons(history).moved
    plain = made_history(Law(week=(WEEKDAYS,)), 60_000, seed=11)
    assert not fit_seasons(plain, special).moved
    kinds = day_kinds([first, first + timedelta(days=8)], special | {first: True})
    assert kinds.tolist() == [2, 6]


def test_months_are_found_again_and_laid_over_the_reports():
    rng = np.random.default_rng(12)
    history = made_history(Law(), 40_000, seed=12, weeks=52)
    month = pd.to_datetime(history.reported_s, unit="s", utc=True).tz_convert("Asia/Shanghai").month
    kept = history.take(np.flatnonzero((month != 7) | (rng.random(len(month)) < 0.5)))
    seasons = fit_seasons(kept)
    assert seasons.month[6] / seasons.month[4] == pytest.approx(0.5, rel=0.1)
    assert seasons.month[4] == pytest.approx(12 / 11.5, rel=0.06)
    reports = seasons.over(even_reports(n_days=364), date(2026, 1, 5))
    drawn = draw_incidents(reports, seed=1)
    day = np.array([(date(2026, 1, 5) + timedelta(days=n)).month for n in range(364)])
    july = np.isin(drawn.reported_ms // DAY_MS, np.flatnonzero(day == 7)).sum()
    may = np.isin(drawn.reported_ms // DAY_MS, np.flatnonzero(day == 5)).sum()
    assert july / may == pytest.approx(0.5, rel=0.1)


def test_an_even_year_changes_nothing():
    reports = even_reports(n_days=60)
    seasoned = Seasons(np.ones(12), moved=False).over(reports, date(2026, 1, 5))
    before, after = draw_incidents(reports, seed=3), draw_incidents(seasoned, seed=3)
    np.testing.assert_array_equal(after.reported_ms, before.reported_ms)


def test_an_event_has_no_season():
    reports = even_reports(n_days=60)
    both = replace(
        reports,
        rate_per_h=np.full((2, 168), 10.0),
        grid_share=np.ones((2, 1)),
        type_share=np.ones((2, 1)),
        from_ms=np.array([0, DAY_MS]),
        to_ms=np.array([60 * DAY_MS, 2 * DAY_MS]),
    )
    half = Seasons(np.full(12, 0.5), moved=False).over(both, date(2026, 1, 5))
    assert hourly_rates(half)[30].tolist() == [5.0, 10.0]
    assert hourly_rates(half)[50].tolist() == [5.0, 0.0]


def test_special_days_count_by_the_calendar_until_the_past_has_some():
    first = date(2026, 1, 5)
    assert seasons_of(None, {}).moved
    plain = made_history(Law(week=(WEEKDAYS,)), 20_000, seed=11)
    assert seasons_of(plain, {first + timedelta(days=4_000): False}).moved
    assert not seasons_of(plain, {first + timedelta(days=8): False}).moved


def test_a_season_of_other_days_is_refused():
    with pytest.raises(BadValue, match="one factor for each simulated day"):
        replace(even_reports(n_days=7), season=np.ones(8))


def even_reports(*, n_days: int) -> Reports:
    return Reports(
        types=(IncidentType(()),),
        rate_per_h=np.full((1, 168), 10.0),
        grid_share=np.ones((1, 1)),
        type_share=np.ones((1, 1)),
        service_of=np.zeros(1, dtype=np.int32),
        on_scene_s=np.ones((1, 2)),
        priority_of=np.zeros(1, dtype=np.uint8),
        days=(np.arange(n_days) % 7).astype(np.uint8),
        from_ms=np.zeros(1, dtype=np.int64),
        to_ms=np.array([n_days * DAY_MS]),
    )
