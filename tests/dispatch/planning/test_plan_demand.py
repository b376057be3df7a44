"""Demand by grid and hour: planted rates are found again, and no cell is empty for want of luck."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from spec.made_history import MONDAY_S, Law, made_grids, made_history, made_matters

from dispatch.planning.demand_file import demand_lines, read_demand
from dispatch.planning.incident_history import (
    IncidentHistory,
    code_words,
    joined,
    longest_stretch,
    on_grids,
    span_of,
)
from dispatch.planning.plan_demand import (
    PlanDemand,
    counted_demand,
    on_scene_by_matter,
    stated_demand,
    stays_s,
)
from geo.errors import BadValue, FlawedData, UnreadableFile
from geo.remark import Remark

MATTERS = made_matters({"A1": "A", "B1": "B"})
RUSH = tuple(6.0 if hour % 24 in (8, 18) else 1.0 for hour in range(168))
NIGHT = tuple(4.0 if hour % 24 < 6 else 1.0 for hour in range(168))
PEOPLE = np.ones(12)


def frame_of(history: IncidentHistory) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "grid": np.array(history.grids)[history.grid],
            "matter": np.array(history.matters)[history.matter],
            "reported": pd.to_datetime(history.reported_s, unit="s", utc=True),
            "stay_s": stays_s(history),
        }
    )


def test_counts_agree_with_a_group_by_of_pandas(count):
    law = Law(level=[1, 2, 3, 40, 5, 6, 7, 8, 9, 10, 11, 12], week=[RUSH])
    history = made_history(law, count(reduced=20_000, full=558_000), seed=1, weeks=52)
    demand = counted_demand(history, made_grids(["z"] * 12), MATTERS, weight=PEOPLE)
    frame = frame_of(history)
    local = frame["reported"].dt.tz_convert("Asia/Shanghai")
    by_grid = frame.groupby("grid").size() / span_of(history).years
    by_hour = frame.groupby(local.dt.day_of_week * 24 + local.dt.hour).size()
    np.testing.assert_allclose(demand.by_grid, by_grid.reindex(demand.grids), rtol=0.05)
    shares = demand.per_year.sum(axis=1) / demand.total
    np.testing.assert_allclose(shares, by_hour / len(frame), rtol=0.02 + 1_680 / len(frame) * 3)
    assert demand.total == pytest.approx(len(frame) / span_of(history).years)
    stays = frame.groupby("matter")["stay_s"].mean()
    np.testing.assert_allclose(on_scene_by_matter(history, MATTERS)[:2], stays, rtol=0.01)


def test_zones_have_a_week_of_their_own_and_a_quiet_grid_has_that_of_its_zone():
    zones, kind = ["day"] * 6 + ["night"] * 6, [0] * 6 + [1] * 6
    law = Law(level=[50] * 5 + [0.001] + [50] * 6, week=[RUSH, NIGHT], kind=kind)
    history = made_history(law, 120_000, seed=2, weeks=20)
    demand = counted_demand(history, made_grids(zones), MATTERS, weight=PEOPLE)
    week = demand.per_year / demand.per_year.sum(axis=0)
    for grids, planted in ((slice(0, 6), RUSH), (slice(6, 12), NIGHT)):
        expected = np.array(planted) / sum(planted)
        assert np.abs(week[:, grids] - expected[:, None]).sum(axis=0).max() < 0.13
    assert (demand.per_year > 0).all()


def test_an_hour_that_occurs_once_more_than_others_is_no_busier_for_it():
    one_day_more = made_history(Law(), 40_000, seed=3, weeks=2)
    cut = one_day_more.between(MONDAY_S, MONDAY_S + 8 * 86_400)  # two Mondays
    demand = counted_demand(cut, made_grids(["z"] * 12), MATTERS, weight=PEOPLE)
    by_day = demand.per_year.sum(axis=1).reshape(7, 24).sum(axis=1)
    np.testing.assert_allclose(by_day / by_day.mean(), 1.0, atol=0.05)


def test_a_grid_where_nothing_was_reported_has_a_little_demand_by_its_people():
    law = Law(level=[1.0] * 10 + [0.0, 0.0])
    weight = np.array([1.0] * 10 + [1.0, 9.0])
    history = made_history(law, 5_000, seed=4)
    demand = counted_demand(history, made_grids(["z"] * 12), MATTERS, weight=weight)
    assert demand.by_grid[11] == pytest.approx(9 * demand.by_grid[10])
    assert demand.by_grid[10:].sum() < 0.01 * demand.total


def test_time_on_the_scene_follows_the_matters_and_not_the_zone():
    """Zone z1 is slow with everything; a grid takes as long as its matters do in the city."""
    law = Law(level=[1.0] * 12, stay_s={"A1": 900.0, "B1": 2_700.0})
    history = made_history(law, 60_000, seed=5)
    slow = np.where(history.grid < 6, 1.5, 0.5)
    stays = (history.handled_s - history.arrived_s) * slow
    told = replace(history, handled_s=history.arrived_s + stays)
    zones = ["z1"] * 6 + ["z2"] * 6
    demand = counted_demand(told, made_grids(zones), MATTERS, weight=PEOPLE)
    np.testing.assert_allclose(demand.on_scene_s, stays.mean(), rtol=0.02)


def test_stamps_that_cannot_be_meant_are_left_out():
    history = made_history(Law(), 200, seed=6, lost=0.3)
    assert np.isnan(stays_s(history)).sum() > 60
    late = replace(history, handled_s=history.arrived_s + 13 * 3600.0)
    assert np.isnan(stays_s(late)).all()
    np.testing.assert_allclose(on_scene_by_matter(late, MATTERS), 1_800.0)


def test_domains_share_the_demand_of_each_grid():
    history = made_history(Law(), 9_000, seed=7)
    demand = counted_demand(history, made_grids(["z"] * 12), MATTERS, weight=PEOPLE)
    assert demand.domains == ("A", "B")
    np.testing.assert_allclose(demand.domain_per_year.sum(axis=0), demand.by_grid)
    np.testing.assert_allclose(demand.domain_per_year[0] / demand.by_grid, 0.5, atol=0.06)
    strange = counted_demand(history, made_grids(["z"] * 12), {}, weight=PEOPLE)
    assert strange.domains == ("",)


def test_incidents_of_a_grid_that_was_split_are_placed_on_its_parts_by_where_they_lay():
    history = made_history(Law(), 4_000, seed=8)
    whole, *others = made_grids(["z"] * 12)
    west, south, east, north = whole.polygon.bounds
    middle = (west + east) / 2
    halves = [box(west, south, middle, north), box(middle, south, east, north)]
    parts = [replace(whole, code=f"g000{n}", polygon=half) for n, half in enumerate(halves)]
    placed = on_grids(history, [*parts, *others])
    west_half = (history.grid == 0) & (history.lon_lat[:, 0] < middle)
    np.testing.assert_array_equal(placed == 0, west_half)
    np.testing.assert_array_equal(placed[history.grid > 0], history.grid[history.grid > 0] + 1)
    assert (on_grids(history, others) == -1).sum() == (history.grid == 0).sum()


@given(parts=st.integers(1, 5), seed=st.integers(0, 100))
def test_histories_in_parts_are_the_same_when_put_together(parts, seed):
    whole = made_history(Law(), 300, seed=seed)
    edges = np.linspace(0, 300, parts + 1).astype(int)
    cut = []
    for first, last in pairwise(edges):
        part = whole.take(slice(first, last))
        words, grid = code_words([whole.grids[row] for row in part.grid])
        cut.append(replace(part, grids=words, grid=grid))
    again = joined(cut[::-1])
    assert again.grids == tuple(sorted({whole.grids[row] for row in whole.grid}))
    assert [again.grids[row] for row in again.grid] == [whole.grids[row] for row in whole.grid]
    np.testing.assert_array_equal(again.reported_s, whole.reported_s)
    np.testing.assert_array_equal(again.handled_s, whole.handled_s)


@pytest.mark.parametrize("later_days", [6, 400])
def test_a_long_silence_parts_a_few_late_incidents_from_a_year(later_days):
    year = made_history(Law(), 3_000, seed=11, weeks=52)
    late = made_history(Law(), 8, seed=12, start_s=year.reported_s[-1] + later_days * 86_400)
    assert len(longest_stretch(joined([year, late]))) == 3_000
    assert len(longest_stretch(joined([late, year]))) == 3_000
    assert len(longest_stretch(year)) == 3_000
    sparse = year.take(np.arange(0, 3_000, 60))
    assert len(longest_stretch(sparse)) == 50
    assert len(longest_stretch(year.take(slice(0, 1)))) == 1


def test_weeks_are_counted_from_monday_in_the_city():
    history = made_history(Law(), 2_000, seed=9, weeks=3)
    np.testing.assert_array_equal(np.unique(history.week), [0, 1, 2])
    first_of_week = np.diff(history.week, prepend=-1) > 0
    local = pd.to_datetime(history.reported_s[first_of_week], unit="s", utc=True)
    assert set(local.tz_convert("Asia/Shanghai").day_name()) == {"Monday"}


def test_stated_demand_is_spread_by_weight_and_evenly_over_the_week():
    source = Remark("people", "人口", "people")
    demand = stated_demand(("a", "b"), np.array([3.0, 1.0]), 1_000, source)
    np.testing.assert_allclose(demand.by_grid, [750, 250])
    assert np.ptp(demand.per_year, axis=0).max() == 0
    assert (demand.source, demand.years, demand.domains) == (source, 0.0, ())
    nothing = stated_demand(("a", "b"), np.zeros(2), 10, source)
    np.testing.assert_allclose(nothing.by_grid, 5)
    np.testing.assert_allclose(demand.scaled(2).by_grid, [1_500, 500])


def test_demand_on_file_is_read_as_it_was_written(tmp_path):
    history = made_history(Law(level=[1.0] * 11 + [0.0], week=[RUSH]), 3_000, seed=10)
    demand = counted_demand(history, made_grids(["z"] * 12), MATTERS, weight=PEOPLE)
    path = tmp_path / "demand.csv"
    path.write_text("".join(demand_lines(demand)), encoding="utf-8")
    again = read_demand(path, demand.grids)
    np.testing.assert_array_equal(again.per_year, demand.per_year)
    np.testing.assert_array_equal(again.on_scene_s, demand.on_scene_s)
    assert again.source.code == "demand_file"


def test_rows_without_an_hour_are_spread_and_grids_left_out_have_none(tmp_path):
    path = tmp_path / "demand.csv"
    path.write_text("grid,hour,per_year\nb,,336\nb,3,1\n", encoding="utf-8")
    demand = read_demand(path, ("a", "b"))
    np.testing.assert_allclose(demand.by_grid, [0, 337])
    np.testing.assert_allclose(demand.per_year[[2, 3], 1], [2, 3])
    path.write_text("".join(demand_lines(demand)), encoding="utf-8")
    np.testing.assert_array_equal(read_demand(path, ("a", "b")).per_year, demand.per_year)


def test_everything_wrong_with_a_file_is_told_at_once(tmp_path):
    path = tmp_path / "demand.csv"
    path.write_text("grid,hour,per_year\nx,1,2\na,168,2\na,1,-2\na,1,\n", encoding="utf-8")
    with pytest.raises(FlawedData) as caught:
        read_demand(path, ("a",))
    assert [finding.feature for finding in caught.value.findings] == [
        "line 2", "line 3", "line 4", "line 5",
    ]  # fmt: skip
    path.write_text("grid,per_year\n", encoding="utf-8")
    with pytest.raises(FlawedData, match="lacks hour"):
        read_demand(path, ("a",))
    with pytest.raises(UnreadableFile):
        read_demand(tmp_path / "none.csv", ("a",))


def test_shapes_and_figures_that_cannot_be_are_refused():
    good = {
        "grids": ("a",), "per_year": np.ones((168, 1)), "on_scene_s": np.ones(1), "domains": (),
        "domain_per_year": np.zeros((0, 1)), "source": Remark("x", "x", "x"),
    }  # fmt: skip
    assert PlanDemand(**good).total == 168
    for flaw in (
        {"per_year": np.ones((24, 1))},
        {"per_year": -np.ones((168, 1))},
        {"on_scene_s": np.array([np.nan])},
        {"grids": ("a", "a"), "per_year": np.ones((168, 2)), "on_scene_s": np.ones(2),
         "domain_per_year": np.zeros((0, 2))},
    ):  # fmt: skip
        with pytest.raises(BadValue):
            PlanDemand(**(good | flaw))
