"""Crews: Erlang by summing up states, fewest crews by trying, rosters by the rules of rest."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.duty_rest import RestRule, rest_until_s
from dispatch.duty_shift import Shift
from dispatch.planning.erlang import chance_of_waiting, mean_wait_s, share_in_time
from dispatch.planning.knee_plot import knee_svg
from dispatch.planning.staffing import knee_curve, staff_zones
from dispatch.planning.staffing_city import equal_ways
from dispatch.planning.staffing_need import crews_needed, lagged
from dispatch.planning.staffing_shift import cover_shifts, tours_of
from dispatch.planning.staffing_task import Judged, StaffRule, ZoneWork
from dispatch.planning.staffing_trial import judge_zone, queue_judge, ratio_interval
from geo.errors import BadValue

WEEK = 168
EIGHT = StaffRule(shifts=((8, 5),), starts=(0, 8, 16))


def work_of(
    per_h=4.0, *, on_scene_s: float = 1_800, ways: object = (300,), zone: str = "Z"
) -> ZoneWork:
    """The same in every hour unless told by the hour."""
    return ZoneWork(
        zone,
        900,
        np.broadcast_to(np.asarray(per_h, dtype=np.float64), WEEK).copy(),
        np.full(WEEK, on_scene_s),
        np.tile(np.array(ways, dtype=np.float64), (WEEK, 1)),
    )


@given(load=st.floats(0.01, 30), spare=st.integers(1, 20))
def test_erlangs_c_is_what_summing_up_the_states_gives(load, spare):
    crews = int(load) + spare
    below = sum(load**busy / math.factorial(busy) for busy in range(crews))
    all_busy = load**crews / math.factorial(crews) * crews / (crews - load)
    assert chance_of_waiting(load, crews) == pytest.approx(all_busy / (below + all_busy))


def test_the_chance_of_waiting_of_one_crew_is_its_load_and_never_above_one():
    assert chance_of_waiting(0.7, 1) == pytest.approx(0.7)
    assert mean_wait_s(0.5, 1, 600) == pytest.approx(600)
    assert chance_of_waiting(5, 5) == 1.0
    assert mean_wait_s(5, 5, 600) == np.inf
    assert share_in_time(5, 5, 600, np.array([1.0]), 900) == 0


def test_a_way_beyond_the_target_is_late_with_any_number_of_crews():
    assert share_in_time(0.1, 50, 600, np.array([100.0, 901.0, np.inf, 900.0]), 900) == (
        pytest.approx(0.5)
    )


def test_the_need_is_the_fewest_crews_that_are_enough():
    work, rule = work_of(), StaffRule(share=0.95)
    need = crews_needed(work, rule)
    load = 4 * 2_100 / 3_600
    shares = [
        share_in_time(load, crews, 2_100, np.array([300.0]), 900)
        for crews in (need[0] - 1, need[0])
    ]
    assert shares[0] < 0.95 <= shares[1]
    assert (need == need[0]).all()


def test_reports_keep_crews_busy_after_their_hour():
    per_h = np.zeros(WEEK)
    per_h[10] = 6.0
    busy = lagged(per_h, np.full(WEEK, 5_400.0))
    assert busy[10] == 6.0, "no hour counts fewer than its own"
    assert busy[11] == pytest.approx(3.0)
    assert busy[12] == pytest.approx(3.0)
    assert busy[13] == 0


@settings(max_examples=settings().max_examples // 3)
@given(
    need=st.lists(st.integers(0, 4), min_size=24, max_size=24),
    rest_h=st.integers(0, 14),
)
def test_rosters_cover_the_need_and_keep_to_the_rules_of_rest(need, rest_h):
    rule = replace(EIGHT, rest=RestRule(between_shifts_s=rest_h * 3_600.0))
    staff = cover_shifts("Z", np.tile(need, 7), rule)
    assert (staff.on_duty >= staff.need).all()
    assert staff.fewest <= staff.crews
    for tour in staff.tours:
        check_rest(tour, rule.rest)


def check_rest(tour, rest: RestRule) -> None:
    """The rules of live dispatch ask for no rest when a shift begins."""
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    shifts = []
    for day in range(tour.days):
        begin = (monday + timedelta(days=tour.first_day + day, hours=tour.start)).timestamp()
        assert math.isnan(rest_until_s(shifts, None, (), rest, begin))
        shifts.append(Shift(((begin, begin + tour.hours * 3_600.0),)))


def test_a_week_of_three_shifts_takes_the_crews_that_hours_and_days_off_ask_for():
    staff = cover_shifts("Z", np.ones(WEEK, dtype=np.int64), EIGHT)
    assert staff.crews == staff.fewest == 6, "21 shifts of 5 days each: 4.2, two for each start"


def test_shifts_that_leave_too_little_rest_are_none():
    assert {tour.hours for tour in tours_of(StaffRule(shifts=((8, 5), (14, 3))))} == {8}
    with pytest.raises(BadValue, match="No shift keeps to"):
        StaffRule(shifts=((14, 3),))
    with pytest.raises(BadValue, match="No shift covers 8:00"):
        cover_shifts("Z", np.ones(WEEK, dtype=np.int64), replace(EIGHT, starts=(0, 16)))


def test_a_trial_of_a_steady_queue_is_what_erlang_says():
    work = work_of(ways=(0,), on_scene_s=1_800)
    for seed in (1, 2, 3):
        judged = judge_zone(work, np.full(WEEK, 4), (seed, 0), weeks=60)
        said = share_in_time(2.0, 4, 1_800, np.array([0.0]), 900)
        assert judged.low <= said <= 2 * judged.share - judged.low


def test_the_same_seed_is_the_same_trial():
    one, other = (judge_zone(work_of(), np.full(WEEK, 4), (7, 0), weeks=5) for _ in range(2))
    assert one.share == other.share
    assert (one.late == other.late).all()


def test_crews_are_added_until_the_worst_zone_holds():
    works = [
        work_of(6.0, zone="A"),
        work_of(np.where(np.arange(WEEK) % 24 < 12, 9.0, 1.0), zone="B"),
    ]

    def strict(staff) -> list[Judged]:
        return [replace(one, low=one.low - 0.03) for one in fair(staff)]

    fair = queue_judge(works, seed=1, weeks=30)
    first, held = (staff_zones(works, EIGHT, strict, repair=repair) for repair in (False, True))
    assert min(one.low for one in first.judged) < 0.95
    assert min(one.low for one in held.judged) >= 0.95
    assert held.officers > first.officers
    assert held.why_not == ()


def test_a_zone_that_is_too_far_is_told_so_and_not_staffed_without_end():
    works = [work_of(ways=(100, 100, 2_000, np.inf))]
    plan = staff_zones(works, EIGHT, queue_judge(works, seed=1, weeks=10))
    assert [reason.code for reason in plan.why_not] == ["too_far"]
    assert "50.0%" in plan.why_not[0].en
    assert plan.rounds == 0


def test_the_judge_may_be_anybody():
    none = np.zeros(WEEK)

    def pleased(staff) -> list[Judged]:
        return [Judged(1.0, 1.0, none, none) for _ in staff]

    assert staff_zones([work_of()], EIGHT, pleased).why_not == ()


def test_more_officers_answer_more_and_the_curve_is_drawn():
    works = [work_of(np.where(np.arange(WEEK) % 24 < 12, 9.0, 1.0))]
    points = knee_curve(works, EIGHT, queue_judge(works, seed=1, weeks=20), (0.6, 0.9, 0.98))
    officers, shares = zip(*((plan.officers, plan.share) for _, plan in points), strict=True)
    assert list(officers) == sorted(officers)
    assert shares[0] < shares[-1]
    svg = knee_svg(list(zip(officers, shares, strict=True)), asked=0.95, title="A & B")
    assert svg.count("<circle") == 3
    assert "A &amp; B" in svg


def test_ways_are_told_by_equal_shares():
    ways = equal_ways(np.array([100.0, 500.0, np.inf]), np.array([2.0, 1.0, 1.0]), ways=4)
    assert ways.tolist() == [100, 100, 500, np.inf]


def test_the_interval_of_weeks_that_are_alike_is_narrow():
    assert ratio_interval(np.full(9, 9.0), np.full(9, 10.0)) == (0.9, pytest.approx(0.9))
    assert ratio_interval(np.zeros(3), np.zeros(3)) == (1.0, 1.0)
