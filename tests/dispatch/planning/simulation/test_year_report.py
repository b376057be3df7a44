"""What is told of a year is what happened in it, and intervals come from whole weeks."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.incidents import draw_incidents, hourly_rates
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.simulation.paired import compare
from dispatch.planning.simulation.playback import EVENTS, events
from dispatch.planning.simulation.ratio import Resampling
from dispatch.planning.simulation.runs import Years
from dispatch.planning.simulation.scenario import (
    Scenario,
    read_scenario,
    under_scenario,
)
from dispatch.planning.simulation.tally import put_together, tally
from dispatch.planning.simulation.world import UNREACHABLE_S
from dispatch.planning.simulation.year_report import cells, late_grids, quantiles_s, report_year
from geo.errors import BadValue, UnknownName, UnreadableFile
from tests.dispatch.planning.simulation.small_world import small_world

WORLD = small_world(rate_per_h=3.0, on_scene_s=900.0, days=56)


@pytest.fixture(scope="module")
def outcome():
    return simulate(WORLD, draw_incidents(WORLD.reports, seed=1))


def test_counts_of_a_tally_are_those_of_its_incidents(outcome):
    counted = tally(outcome)
    report = report_year(WORLD, counted, seed=1)
    assert report["incidents"] == len(outcome)
    assert report["in_time"]["value"] == pytest.approx(outcome.in_time.mean(), abs=1e-6)
    sent = outcome.sent
    assert report["mean_wait_s"]["value"] == pytest.approx(
        outcome.wait_ms[sent].mean() / 1000, abs=0.06
    )
    exact = np.quantile(outcome.response_ms[sent] / 1000, [0.5, 0.9])
    told = [report["response"][name]["value"] for name in ("p50_s", "p90_s")]
    assert told == pytest.approx(exact, abs=10)
    zone = np.bincount(outcome.zone, minlength=2)
    assert [row["incidents"] for row in report["by_zone"]] == zone.tolist()
    assert sum(row["incidents"] for row in cells(WORLD, counted)) == len(outcome)
    crew_zone = WORLD.crews.unit_of[outcome.facts[sent, layout.CREW]]
    away = np.count_nonzero(crew_zone != outcome.zone[sent])
    assert sum(row["incidents"] for row in report["flows"]) == away
    assert report["utilisation"]["aid_jobs"] == away


def test_runs_are_the_same_wherever_they_are_sent_and_in_any_order():
    other = WORLD.under(replace(WORLD.zoning, zone_of=np.array([0, 0, 0, 1], dtype=np.int32)))
    years = Years((WORLD, other), seed=5)
    sent = pickle.loads(pickle.dumps(years))  # noqa: S301 -- our own, from a line above
    later = [sent(run) for run in (2, 1, 0)]
    for run, there_tallies in zip(range(3), reversed(later), strict=True):
        for here, there in zip(years(run), there_tallies, strict=True):
            for name in here.__slots__:
                assert np.array_equal(getattr(here, name), getattr(there, name)), name


def test_a_difference_is_that_of_the_shares_and_nothing_for_the_same_plan():
    other = WORLD.under(replace(WORLD.zoning, zone_of=np.array([1, 1, 0, 0], dtype=np.int32)))
    tallies = [Years((WORLD, other), seed=2)(run) for run in range(2)]
    first, second = (put_together(part) for part in zip(*tallies, strict=True))
    told = compare(WORLD, first, other, second, seed=2)["in_time"]
    shares = [one.timely.sum() / one.cube.sum() for one in (first, second)]
    assert told["value"] == pytest.approx(shares[0] - shares[1], abs=1e-6)
    assert told["low"] <= told["value"] <= told["high"]
    same = compare(WORLD, first, WORLD, first, seed=2)
    assert {row["value"] for row in same["by_zone"]} == {0.0}
    assert not same["in_time"]["significant"]


def test_worlds_with_other_incidents_are_not_paired():
    busier = under_scenario(WORLD, Scenario(demand=2.0))
    with pytest.raises(BadValue, match="same incidents"):
        Years((WORLD, busier), seed=1)


def test_intervals_of_few_weeks_are_not_told():
    counts = np.ones((3, 1))
    _, low, high = Resampling.of(3, seed=1).ratios(counts, counts)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_percentiles_lie_within_their_bins():
    bins = np.zeros(721, dtype=np.int64)
    bins[10], bins[90] = 60, 40
    assert quantiles_s(bins) == {"p50_s": 108.3, "p90_s": 907.5, "p95_s": 908.8}
    assert quantiles_s(bins * 0)["p50_s"] is None


def test_grids_that_are_late_again_and_again_are_named():
    travel_s = np.array(WORLD.roads.travel_s[0, :, :4]).astype(np.int64)
    travel_s[3] = travel_s[:, 3] = 5000
    far = small_world(rate_per_h=1.0, on_scene_s=60.0, days=112, travel_s=travel_s.T)
    counted = tally(simulate(far, draw_incidents(far.reports, seed=1)))
    assert [row["grid"] for row in late_grids(far, counted)][:1] == ["G4"]


def test_playback_tells_each_step_in_order(outcome):
    listed = events(outcome)
    assert (np.diff(listed[:, 0]) >= 0).all()
    sent = listed[listed[:, 1] == EVENTS.index("sent")]
    assert len(sent) == np.count_nonzero(outcome.sent) + 0
    assert set(sent[:, 2]) == set(range(4))


def test_demand_speed_and_service_are_multiplied():
    world = under_scenario(WORLD, Scenario(demand=1.5, speed=0.5, service=2.0))
    assert hourly_rates(world.reports).sum() == pytest.approx(
        1.5 * hourly_rates(WORLD.reports).sum()
    )
    assert (world.roads.travel_s == 2 * WORLD.roads.travel_s).all()
    assert (world.reports.on_scene_s == 2 * WORLD.reports.on_scene_s).all()
    assert under_scenario(WORLD, Scenario()).reports is WORLD.reports


def test_a_joint_operation_takes_crews_of_all_units_in_turn():
    scenario = read_scenario("[joint]\nofficers = 3\nfrom = 24\nto = 48\n")
    crews = under_scenario(WORLD, scenario).crews
    assert (crews.away_to_ms > 0).tolist() == [True, False, True, False]
    outcome = simulate(under_scenario(WORLD, scenario), draw_incidents(WORLD.reports, seed=1))
    day = outcome.times_ms[:, layout.SENT] // 86_400_000 == 1
    assert set(outcome.facts[day & outcome.sent, layout.CREW].tolist()) <= {1, 3}
    with pytest.raises(BadValue, match="there are 8"):
        under_scenario(WORLD, read_scenario("[joint]\nofficers = 9\nfrom = 0\nto = 1\n"))


def test_a_closed_grid_is_reached_by_nobody_from_outside():
    world = under_scenario(WORLD, read_scenario('[[closure]]\ngrids = ["G2"]\nblocked = true\n'))
    travel_s = world.roads.travel_s[0]
    assert (travel_s[1] == UNREACHABLE_S).sum() == 3 + 4
    assert travel_s[1, 1] == WORLD.roads.travel_s[0, 1, 1]
    outcome = simulate(world, draw_incidents(WORLD.reports, seed=1))
    assert not outcome.sent[outcome.incidents.grid == 1].any()
    report = report_year(world, tally(outcome), seed=1)
    assert report["unserved"]["nobody_ever"] == np.count_nonzero(outcome.incidents.grid == 1)


def test_a_big_event_brings_incidents_there_and_then():
    text = '[[event]]\ngrids = ["G4"]\nfrom = 24\nto = 30\nper_h = 50.0\n'
    world = under_scenario(WORLD, read_scenario(text))
    drawn = draw_incidents(world.reports, seed=1)
    hour = drawn.reported_ms // 3_600_000
    during = (hour >= 24) & (hour < 30)
    assert np.count_nonzero(during & (drawn.grid == 3)) == pytest.approx(304, abs=60)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("demand =", UnreadableFile),
        ("demand = true", UnreadableFile),
        ("demand = 0.0", BadValue),
        ("event = 3", UnreadableFile),
        ("[[event]]\ngrids = 3", UnreadableFile),
        ('[[event]]\ngrids = ["G1"]', UnreadableFile),
        ("[joint]\nofficers = 3\nfrom = 5\nto = 5", BadValue),
    ],
)
def test_a_scenario_that_is_none_is_refused(text, error):
    with pytest.raises(error):
        read_scenario(text)


def test_names_that_nobody_knows_are_refused():
    for text in (
        '[[closure]]\ngrids = ["G9"]\n',
        '[[event]]\ngrids = ["G1"]\nfrom = 0\nto = 1\nper_h = 1.0\ndomain = "XX"\n',
    ):
        with pytest.raises(UnknownName):
            under_scenario(WORLD, read_scenario(text))
