"""Who works for a zone, from where, and when: read off a drawn town."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import numpy as np
from spec.town import town
from spec.town_city import Crew, TownCity

from dispatch.duty import DutyBook
from dispatch.duty_days import DayPattern, DaySpan
from dispatch.duty_shift import ShiftEntry, ShiftKind, ShiftPattern
from dispatch.planning.zone_crews import zone_crews
from geo.road.road_class import Mode

AT = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)
TOWN = town("a---b---c---d")
CITY = TownCity(
    TOWN, home="abc", squad="d", base="a", grids="abcd", crews={"c": Crew(mode=Mode.FOOT)}
).city()


def weekly(starts_h, ends_h, *, crew=None, officer=None):
    pattern = ShiftPattern(
        ShiftKind.WEEKLY,
        DaySpan(time(starts_h), time(ends_h)),
        DayPattern("mon,tue", frozenset({0, 1})),
    )
    return ShiftEntry(f"{crew}{officer}{starts_h}", officer, crew, pattern)


def test_crews_of_grid_brigades_count_and_share_the_site_of_their_brigade():
    crews, sites = zone_crews(CITY, DutyBook(), at=AT)
    assert (crews.crews, crews.brigades) == (("a", "b", "c"), ("HOME",) * 3)
    assert (sites.codes, sites.modes) == (("a", "c"), (Mode.CAR, Mode.FOOT))
    assert crews.site.tolist() == [0, 0, 1]
    assert sites.lon_lat.tolist() == [list(TOWN.lon_lat["a"])] * 2
    assert crews.officers.tolist() == [2, 2, 2]


def test_a_zone_has_the_crews_of_its_brigade_and_a_new_zone_none():
    crews, _ = zone_crews(CITY, DutyBook(), at=AT)
    assert crews.of_zone("Z1").tolist() == [0, 1, 2]
    assert crews.of_zone("Z9").tolist() == []


def test_a_crew_without_a_base_anywhere_is_left_out():
    homeless = {code: replace(unit, lon_lat=None) for code, unit in CITY.units.items()}
    homeless["b"] = replace(homeless["b"], lon_lat=TOWN.lon_lat["c"])
    crews, sites = zone_crews(replace(CITY, units=homeless), DutyBook(), at=AT)
    assert crews.crews == ("b",)
    assert sites.lon_lat.tolist() == [list(TOWN.lon_lat["c"])]


def test_crews_without_a_roster_are_always_on_duty():
    crews, _ = zone_crews(CITY, DutyBook(), at=AT)
    assert crews.on_duty.all()


def test_a_crew_is_on_duty_while_two_officers_are_on_shift():
    book = DutyBook(shifts=(weekly(8, 16, crew="a"), weekly(9, 12, officer="b-0")))
    crews, _ = zone_crews(CITY, book, at=AT)
    hours = [np.flatnonzero(crews.on_duty[:, row]).tolist() for row in range(3)]
    assert hours[0] == [*range(8, 16), *range(32, 40)]
    assert hours[1] == [*range(9, 12), *range(33, 36)]
    assert len(hours[2]) == 168
