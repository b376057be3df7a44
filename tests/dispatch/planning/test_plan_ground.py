"""From a city to what its plans are evaluated on: read off a drawn town, crew by crew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import numpy as np
import pytest
from spec.town import town
from spec.town_city import Crew, TownCity

from dispatch.duty import DutyBook
from dispatch.duty_days import EVERY_DAY, DaySpan
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.planning.plan_ground import PlanGround, plan_ground
from dispatch.planning.plan_score import evaluate_plan
from dispatch.planning.plan_setting import PlanSetting, SettingChoice, grid_table, plan_setting
from dispatch.planning.travel_table import UNREACHABLE_S
from dispatch.planning.zone_crews import zone_crews
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue
from geo.road.hourly_speed import hourly_rule, hourly_speeds
from geo.road.layered_weights import WeightLayers
from geo.road.road_class import Mode
from geo.zone import Zone

AT = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)
TOWN = town(
    """
    a---b---c---d
    |           |
    e---f   g---h   x---y
    """
)
SLOW = {"mode": "car", "class": "", "days": "", "hours": "7-9", "speed_factor": "0.5"}
LAYERS = WeightLayers(hourly_speeds([hourly_rule(SLOW)]))
CHOICE = SettingChoice(AT, per_year=1000.0)
NIGHT = DutyBook(
    shifts=(
        ShiftEntry(
            "1", None, "b", ShiftPattern(ShiftKind.WEEKLY, DaySpan(time(0), time(8)), EVERY_DAY)
        ),
    )
)


def drawn_city():
    """HOME has crews a and b on wheels and c on foot, each at its junction; NEXT has d."""
    city = TownCity(
        TOWN, home="abc", next_door="d", base="a", grids="abcdefghxy", arrival_target_s=120,
        crews={"c": Crew(mode=Mode.FOOT)},
    ).city()  # fmt: skip
    (first,) = city.zones
    units = {
        code: replace(unit, lon_lat=TOWN.lon_lat.get(code, unit.lon_lat))
        for code, unit in city.units.items()
    }
    second = Zone("Z2", "二区", "NEXT", first.polygon, 300)
    grids = tuple(
        replace(grid, zone="Z2" if grid.code in "dgh" else "Z1", population=10)
        for grid in city.grids
    )
    return replace(city, zones=(first, second), grids=grids, units=units)


CITY = drawn_city()


def setting_of(book=None, **said: object) -> PlanSetting:
    force = zone_crews(CITY, book or DutyBook(), at=AT)
    return plan_setting(CITY, LAYERS, force, replace(CHOICE, **said))


@pytest.fixture(scope="module")
def ground() -> PlanGround:
    return plan_ground(setting_of(NIGHT))


def test_hours_of_equal_roads_and_equal_crews_are_one_stage(ground):
    assert len(ground.periods) == 2
    day = ground.stage_of[:24].tolist()
    assert len(set(day)) == 4  # night, night and slow, slow, and the rest of the day
    assert day[0] == day[6] != day[7] != day[8] != day[9] == day[23]
    assert ground.stage_of.tolist() == day * 7


def by_definition(zone, target_s, hour):
    """Seconds of each crew of a zone to each grid, and who is on duty, one question each."""
    setting = setting_of(NIGHT)
    rows = setting.crews.of_zone(zone)
    table = setting.travel.at(hour)[setting.crews.site[rows]]
    on_duty = [crew != "b" or hour % 24 < 8 for crew in (setting.crews.crews[row] for row in rows)]
    in_time = (table <= target_s) & np.array(on_duty)[:, None]
    return table.min(axis=0), in_time.sum(axis=0), sum(on_duty)


@pytest.mark.parametrize("hour", [3, 7, 8, 12, 160])
def test_each_zone_has_the_first_of_its_bases_and_counts_its_crews_in_time(ground, hour):
    stage = ground.stage_of[hour]
    for row, (zone, target_s) in enumerate({"Z1": 120, "Z2": 300}.items()):
        travel_s, in_time, crews = by_definition(zone, target_s, hour)
        assert ground.travel_s[stage, row].tolist() == travel_s.tolist()
        assert ground.crews_in_time[stage, row].tolist() == in_time.tolist()
        assert ground.crews[stage, row] == crews
    assert (ground.travel_s[stage, 2] == UNREACHABLE_S).all()
    nearest = ground.travel_s[stage].min(axis=0)
    assert ground.any_travel_s[stage].tolist() == nearest.tolist()


def test_zones_have_their_own_targets_and_a_new_zone_the_usual_one(ground):
    plan = ZonePlan.of(ground.graph.codes, ["Z1"] * 4 + ["Z2"] * 4 + ["Z7", None])
    assert ground.targets_of(plan).tolist() == [120, 300, 900, 900]
    assert ground.rows_of(plan).tolist() == [0, 1, 2, 2]


def test_what_no_road_leads_to_is_a_class_of_its_own(ground):
    score = evaluate_plan(ground, setting_of().published)
    codes = ground.graph.codes
    assert [codes[row] for row in score.travel.unreachable] == ["x", "y"]
    assert score.unreachable_share == pytest.approx(0.2)
    assert score.people_share == pytest.approx(score.potential.share, abs=0.01)


def test_a_brigade_named_for_a_new_zone_works_for_it():
    setting = setting_of()
    named = replace(
        setting, crews=replace(setting.crews, brigade_of={**setting.crews.brigade_of, "Z7": "NEXT"})
    )
    ground = plan_ground(named)
    assert ground.zones == ("Z1", "Z2", "Z7")
    assert ground.pool[1] == ground.pool[2]
    assert ground.target_s.tolist() == [120, 300, 900, 900]


def test_the_table_between_grids_is_kept_and_damaged_ones_are_made_anew(tmp_path):
    choice = replace(CHOICE, cache=tmp_path)
    setting = setting_of(cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    table = grid_table(setting, Mode.CAR, choice)
    assert table.site_codes == setting.graph.codes
    assert (np.diagonal(table.travel_s, axis1=1, axis2=2) < 60).all()
    assert len(list(tmp_path.iterdir())) == 2
    (kept / "travel_s.npy").write_bytes(b"gone")
    again = setting_of(cache=tmp_path)
    assert (again.travel.travel_s == setting.travel.travel_s).all()


def test_a_city_without_crews_at_bases_is_refused():
    homeless = {code: replace(unit, lon_lat=None) for code, unit in CITY.units.items()}
    city = replace(CITY, units=homeless)
    with pytest.raises(BadValue, match="has a base on roads"):
        plan_setting(city, LAYERS, zone_crews(city, DutyBook(), at=AT), CHOICE)


def test_parts_of_a_setting_are_of_the_same_grids():
    setting = setting_of()
    other = ZonePlan.of(("a",), ["Z1"])
    with pytest.raises(BadValue, match="same unit grids"):
        replace(setting, published=other)
