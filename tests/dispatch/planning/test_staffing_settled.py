"""Rosters in a simulated year: who is on duty, what is counted, and how few crews are enough."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dispatch.planning.simulation import layout
from dispatch.planning.simulation.incidents import draw_incidents
from dispatch.planning.simulation.loop import simulate
from dispatch.planning.staffed_world import staffed
from dispatch.planning.staffing import staff_zones
from dispatch.planning.staffing_settled import ladders_of, settle_staff
from dispatch.planning.staffing_shift import cover_shifts
from dispatch.planning.staffing_task import Judged, StaffRule, ZoneWork
from dispatch.planning.staffing_trial import queue_judge
from dispatch.planning.staffing_year import judged_zone, year_trial
from tests.dispatch.planning.simulation.small_world import small_world

WEEK = 168
RULE = StaffRule(shifts=((8, 5), (12, 3)), starts=(0, 8, 16))
WORLD = small_world(rate_per_h=4.0, crews_per_zone=3)
NONE = np.zeros(WEEK)


def work_of(zone: str) -> ZoneWork:
    """What comes in from a zone of the small world: two grids, half of what there is."""
    half, stay = np.full(WEEK, 2.0), np.full(WEEK, 1_800.0)
    return ZoneWork(zone, 900, half, stay, np.tile([120.0, 420.0], (WEEK, 1)))


WORKS = [work_of("Z1"), work_of("Z2")]
BEGUN = staff_zones(WORKS, RULE, queue_judge(WORKS, seed=1, weeks=20))

LADDERS = ladders_of(WORKS, RULE, BEGUN)


def roster(zone: str, need: object):
    return cover_shifts(zone, np.broadcast_to(np.asarray(need), WEEK).astype(np.int64), RULE)


def test_who_is_on_the_roster_is_on_duty_at_a_base_of_the_brigade():
    staff = [roster("Z1", np.arange(WEEK) % 3), roster("Z2", 1)]
    world = staffed(WORLD, staff, 2)
    crews = world.crews
    assert crews.codes == tuple(sorted(crews.codes))
    for unit, one in enumerate(staff):
        own = crews.unit_of == unit
        assert own.sum() == one.crews
        on_duty = (crews.officers[:, own] > 0).sum(axis=1)
        assert (on_duty == np.repeat(one.on_duty, 2)).all()
        assert (crews.ready[0][:, own] == (crews.officers[:, own] > 0)).all()
        bases = WORLD.crews.base_grid[WORLD.crews.unit_of == unit]
        assert set(crews.base_grid[own]) <= set(bases)
    for row, base in enumerate(crews.base_grid):  # the way from a base is that from its grid
        assert (world.roads.travel_s[0][:, 4 + row] == WORLD.roads.travel_s[0][:, base]).all()


def test_brigades_without_a_roster_keep_their_crews():
    world = staffed(WORLD, [roster("Z1", 1)], 2)
    others = WORLD.crews.unit_of == 1
    assert (world.crews.unit_of == 1).sum() == others.sum()
    kept = [WORLD.crews.codes[row] for row in np.flatnonzero(others)]
    assert set(kept) <= set(world.crews.codes)


def test_a_zone_is_judged_by_what_its_brigade_has():
    by_squad = replace(WORLD.cases, by_squad=np.ones(1, dtype=np.bool_))
    for world, counted in ((WORLD, True), (replace(WORLD, cases=by_squad), False)):
        outcome = simulate(world, draw_incidents(world.reports, seed=3, run=0))
        judged = judged_zone(outcome, 1)
        hours, late = np.zeros(WEEK), np.zeros(WEEK)
        for row, at_ms in enumerate(outcome.incidents.reported_ms.tolist()):
            if outcome.incidents.grid[row] >= 2 and counted:
                hours[at_ms // 3_600_000 % WEEK] += 1
                arrives = outcome.times_ms[row, layout.ARRIVES] - at_ms
                late[at_ms // 3_600_000 % WEEK] += not (outcome.sent[row] and arrives <= 900_000)
        assert (judged.reports == hours).all()
        assert (judged.late == late).all()
        assert judged.low <= judged.share


def test_each_rung_needs_more_than_the_one_below():
    for needs in LADDERS.needs:
        for below, above in pairwise(needs):
            assert (above >= below).all()
            assert (above > below).any()


def test_each_zone_ends_on_the_lowest_rung_that_holds():
    enough, years = {"Z1": 12, "Z2": 20}, []

    def trial(staff, year) -> list[Judged]:
        years.append(year)
        held = [one.crews >= enough[one.zone] for one in staff]
        return [Judged(0.99, 0.96 if one else 0.5, NONE, NONE) for one in held]

    plan = settle_staff(WORKS, RULE, BEGUN, trial)
    for row, one in enumerate(plan.zones):
        rungs = [cover_shifts(one.zone, need, RULE).crews for need in LADDERS.needs[row]]
        assert one.crews == next(crews for crews in rungs if crews >= enough[one.zone])
    assert (years[0], years[-1]) == (0, 1), "the last word has a year by which nothing was chosen"
    assert plan.why_not == ()


def test_who_falls_short_in_another_year_goes_up_a_rung():
    needs = []

    def trial(staff, year) -> list[Judged]:
        needs.append([one.need.sum() for one in staff])
        low = 0.96 if year in {0, 3} else 0.9
        return [Judged(0.97, low, NONE, NONE) for _ in staff]

    plan = settle_staff(WORKS, RULE, BEGUN, trial)
    assert plan.why_not == ()
    assert needs[-3] < needs[-2] < needs[-1]
    assert [one.need.sum() for one in plan.zones] == needs[-1]


def test_a_zone_goes_further_down_once_its_neighbour_has_enough():
    """As if the second zone sent for help while it is staffed closely."""

    def trial(staff, _year) -> list[Judged]:
        first, second = (one.need.sum() for one in staff)
        low = [(first + min(second, 500)) / 1_000, second / 500]
        return [Judged(0.99, float(one), NONE, NONE) for one in low]

    plan = settle_staff(WORKS, RULE, BEGUN, trial)
    needs = [one.need.sum() for one in plan.zones]
    rungs = [need.sum() for need in LADDERS.needs[0]]
    one_below = rungs[rungs.index(needs[0]) - 1]
    assert (needs[0] + min(needs[1], 500)) / 1_000 >= 0.95
    assert (one_below + min(needs[1], 500)) / 1_000 < 0.95


def test_where_crews_in_plenty_do_not_help_it_is_said():
    def trial(staff, _year) -> list[Judged]:
        return [Judged(0.72, 0.7, NONE, NONE) for _ in staff]

    plan = settle_staff(WORKS, RULE, BEGUN, trial)
    assert {one.code for one in plan.why_not} == {"not_by_crews"}
    assert "72.0%" in plan.why_not[0].en


def test_a_simulated_year_needs_no_more_than_the_queue_and_holds_in_another(count):
    plan = settle_staff(WORKS, RULE, BEGUN, year_trial(WORLD, 2, seed=1))
    assert plan.officers <= BEGUN.officers
    for seed in range(2, 2 + count(reduced=1, full=5)):
        for one in year_trial(WORLD, 2, seed=seed)(plan.zones, 7):
            assert one.low == pytest.approx(0.95, abs=0.05)
            assert one.share >= 0.94


def test_the_same_seed_settles_on_the_same_rosters():
    one, other = (settle_staff(WORKS, RULE, BEGUN, year_trial(WORLD, 2, seed=5)) for _ in range(2))
    assert [zone.tours for zone in one.zones] == [zone.tours for zone in other.zones]
    assert [each.low for each in one.judged] == [each.low for each in other.judged]
