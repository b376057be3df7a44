"""
The gate on a made town whose dispatch a test knows: it passes, and it sees what it must see.

Two zones of six grids and five crews each; on record some of a zone's crews happen to be at hand,
and the soonest of them goes.  How the records were made is known to this file alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from spec.made_history import MONDAY_S, Law, made_history, made_matters

from dispatch.planning.incident_history import DAY_S, WEEK_S, IncidentHistory, Span
from dispatch.planning.plan_calibration import calibrate_plan, replayed_s, taken_s
from dispatch.planning.recorded_force import record_force
from dispatch.planning.replay_city import replay_city
from dispatch.planning.replay_gate import (
    ReplayVerdict,
    judge_replay,
    split_weeks,
)
from dispatch.planning.replay_words import notes_of
from dispatch.planning.replay_world import (
    PlanCalibration,
    Records,
    ReplayGround,
    replayed_incidents,
)
from dispatch.planning.road_week import Period
from dispatch.planning.travel_table import TravelTable
from dispatch.unit import Unit, UnitKind
from geo.errors import BadValue
from geo.road.road_class import Mode

CREWS = 5
WEEKS = 20
AT_HAND = (0.1, 0.5, 0.4)
"""One, two or three of five crews are at hand, planted."""

MATTERS = made_matters({"A1": "A", "B1": "B"})


def made_records(
    n: int, *, seed: int, change: Callable[..., NDArray[np.float64]] | None = None
) -> Records:
    """
    Draw records.

    `change` may alter the seconds taken, given these, the zones, and the instants of dispatch.
    """
    rng = np.random.default_rng(seed)
    history = made_history(Law(stay_s={"A1": 900.0, "B1": 1_500.0}), n, seed=seed, weeks=WEEKS)
    zone = history.grid // 6
    table_s = np.rint(rng.gamma(4.0, 75.0, (2 * CREWS, 12))).astype(np.uint16) + 30
    ground = np.array([0.85, 1.0, 1.2] * 4)
    own = zone[:, None] * CREWS + np.arange(CREWS)
    way_s = table_s[own, history.grid[:, None]] * ground[history.grid][:, None]
    at_hand = 1 + rng.choice(3, n, p=AT_HAND)
    free = rng.random((n, CREWS)).argsort(axis=1).argsort(axis=1) < at_hand[:, None]
    sent = np.where(free, way_s, np.inf).argmin(axis=1)
    taken = (60 + 1.3 * way_s[np.arange(n), sent]) * rng.lognormal(0, 0.25, n)
    if change is not None:
        taken = change(taken, zone, history.dispatched_s)
    codes = tuple(f"k{number}" for number in range(2 * CREWS))
    arrived_s = history.dispatched_s + np.rint(taken)
    stay_s = history.handled_s - history.arrived_s
    arrived_s = np.where(rng.random(n) < 0.1, np.nan, arrived_s)
    told = replace(
        history,
        crews=codes,
        crew=(zone * CREWS + sent).astype(np.int32),
        arrived_s=arrived_s,
        handled_s=arrived_s + stay_s,
    )
    return as_records(told, table_s)


def as_records(history: IncidentHistory, table_s: NDArray[np.uint16]) -> Records:
    """Put records and a travel table that never changes together."""
    units = {
        code: Unit(
            code=code, name=code, name_en=code, kind=UnitKind.CREW,
            parent=f"b{number // CREWS}", mode=Mode.CAR, lon_lat=(121.0, 30.0),
        )
        for number, code in enumerate(history.crews)
    }  # fmt: skip
    for brigade in ("b0", "b1"):
        units[brigade] = Unit(
            code=brigade, name=brigade, name_en=brigade, kind=UnitKind.GRID_BRIGADE
        )
    force = record_force(history, units)
    ground = ReplayGround(
        grids=history.grids,
        communities=tuple(f"c{row // 3}" for row in range(12)),
        zones=("z0", "z1"),
        zone_of=np.repeat([0, 1], 6).astype(np.int32),
        brigades=("b0", "b1"),
        target_s=np.array([420, 600], dtype=np.int32),
        squads=frozenset(),
    )
    always = Period("always", tuple(range(168)))
    table = TravelTable((always,), np.zeros(168, int), force.codes, table_s[None], "made")
    return Records(ground, history, history.grid.astype(np.int64), force, table, MATTERS)


Judged = tuple[Records, ReplayVerdict, PlanCalibration]


@pytest.fixture(scope="module")
def judged() -> Judged:
    records = made_records(7_000, seed=1)
    return (records, *replay_city(records))


def test_a_town_that_dispatches_as_simulated_passes(judged):
    _, verdict, _ = judged
    assert verdict.passed, [one.en for one in verdict.why]
    assert [(one.figure, one.zone) for one in verdict.checks] == [
        ("median_s", None), ("p90_s", None), ("in_time", "z0"), ("in_time", "z1"),
    ]  # fmt: skip
    assert verdict.arrivals == pytest.approx(0.9 * verdict.incidents, rel=0.05)
    assert verdict.nobody_came < 0.001
    notes = {one.code: one.en for one in verdict.notes}
    assert "2.3 crews" in notes["at_hand"]
    assert notes["no_arrival_recorded"].startswith(("9.", "10."))


def test_figures_on_record_are_those_of_a_plain_sum(judged):
    records, verdict, _ = judged
    inside = records.history.dispatched_s >= verdict.judged.start_s
    taken = taken_s(records.history)
    known = inside & np.isfinite(taken)
    median, p90, *zones = verdict.checks
    assert median.recorded == pytest.approx(np.median(taken[known]), abs=1)
    assert p90.recorded == pytest.approx(np.quantile(taken[known], 0.9), abs=2)
    for number, (check, target_s) in enumerate(zip(zones, (420, 600), strict=True)):
        mine = known & (records.history.grid // 6 == number)
        assert check.recorded == pytest.approx((taken[mine] <= target_s).mean())
        assert check.arrivals == mine.sum()


def test_intervals_hold_the_truth_and_are_no_barn_door(judged):
    """The replay may be off by a few seconds or percent, and not by ten."""
    _, verdict, _ = judged
    for check in verdict.checks:
        width = check.high - check.low
        assert 0 < width < (0.25 * check.recorded if check.zone is None else 0.15)


def test_a_zone_that_became_slow_is_named():
    """Zone z1 takes half as long again in the last weeks; nothing in the first tells."""
    cut = 14 * WEEK_S

    def slower(
        taken: NDArray[np.float64], zone: NDArray[np.int32], dispatched_s: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        late = dispatched_s >= MONDAY_S + cut
        return np.where(late & (zone == 1), 1.5 * taken, taken)

    verdict, _ = replay_city(made_records(7_000, seed=2, change=slower))
    assert not verdict.passed
    assert "z1" in {check.zone for check in verdict.checks if not check.inside}
    assert "z0" not in {check.zone for check in verdict.checks if not check.inside}
    why = next(one for one in verdict.why if one.code == "zone_differs")
    assert why.en.startswith("Zone z1: ")
    assert "责任区 z1" in why.zh


def test_the_same_seed_gives_the_same_verdict(judged):
    records, verdict, calibration = judged
    assert judge_replay(records, calibration, verdict.judged) == verdict


def test_only_weeks_of_training_are_learnt_from():
    """Whatever happens to the last weeks, the calibration is the same."""
    records = made_records(1_200, seed=3)
    learnt, last = split_weeks(records.history)
    late = records.history.reported_s >= last.start_s
    other = np.where(late, np.nan, records.history.arrived_s)
    changed = replace(records, history=replace(records.history, arrived_s=other))
    before, after = calibrate_plan(records, learnt), calibrate_plan(changed, learnt)
    np.testing.assert_array_equal(after.roads.ground, before.roads.ground)
    assert after.roads.model.version == before.roads.model.version
    np.testing.assert_array_equal(after.stays.on_scene_s, before.stays.on_scene_s)
    again, _ = replayed_s(changed, after, last, seed=5)
    first, _ = replayed_s(records, before, last, seed=5)
    np.testing.assert_array_equal(again, first)


def test_incidents_in_no_zone_and_no_grid_are_not_replayed(judged):
    records, verdict, calibration = judged
    grid = np.where(records.grid == 0, -1, records.grid)
    zoned = replace(records.ground, zone_of=np.array([0, -1] + [0] * 4 + [1] * 6, dtype=np.int32))
    records = replace(records, ground=zoned, grid=grid)
    _, rows = replayed_incidents(records, calibration, verdict.judged, seed=1)
    assert set(records.grid[rows].tolist()) == set(range(2, 12))
    assert "outside_grids" in {one.code for one in notes_of(records, calibration)}


def test_too_little_to_judge_by_is_said(judged):
    records, verdict, calibration = judged
    one_day = Span(verdict.judged.start_s, verdict.judged.start_s + DAY_S)
    few = judge_replay(records, calibration, one_day)
    assert not few.passed
    assert [one.code for one in few.why] == ["too_few_arrivals"]
    short = records.history.between(0, MONDAY_S + 4 * WEEK_S)
    with pytest.raises(BadValue, match="cover 4 week"):
        split_weeks(short)
    with pytest.raises(BadValue):
        split_weeks(records.history, 0)


def test_weeks_are_cut_on_monday():
    history = made_records(1_000, seed=6).history
    learnt, last = split_weeks(history)
    assert learnt.end_s == last.start_s
    assert (last.end_s - last.start_s) / WEEK_S == pytest.approx(6, abs=0.2)
    assert split_weeks(history, 4)[1].start_s > last.start_s
