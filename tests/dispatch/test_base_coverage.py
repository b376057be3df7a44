"""Potential coverage against its definition: a matrix from every base, and the smallest of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from spec.town import town
from spec.town_city import Crew, TownCity

from dispatch.base_coverage import BaseCoverage, base_modes, cover_from_bases
from dispatch.demand_point import lay_out_demand, points_of_demand
from dispatch.whereabouts import NEVER_MS
from geo.road.road_class import Mode
from geo.road.travel_time import UNREACHABLE_MS

TOWN = town(
    """
    a---b->-c---d
    |       |
    e---f   g---h   x---y
    """
)
CREWS = "abcdefgh"
CITY = TownCity(
    TOWN, home=CREWS, squad="x", base="a", grids="abcdefghxy", arrival_target_s=150,
    crews={"d": Crew(mode=Mode.FOOT), "h": Crew(mode=Mode.FOOT)},
).city()  # fmt: skip
POINTS = points_of_demand(CITY.grids, CITY.zones, CITY.demand)


def based(bases):
    """The units of the city, some crews with bases of their own, and none for their brigade."""
    places = {crew: TOWN.lon_lat[place] for crew, place in bases.items()}
    return {code: replace(unit, lon_lat=places.get(code)) for code, unit in CITY.units.items()}


def by_definition(units):
    """The smallest of the travel times of all crews, each asked by itself."""
    best = np.full(len(POINTS.lon_lat), NEVER_MS)
    for unit in units.values():
        if unit.lon_lat is not None:
            engine = CITY.travel_times[unit.mode]
            ms = engine.matrix(engine.join(np.array([unit.lon_lat])), engine.join(POINTS.lon_lat))
            best = np.minimum(best, np.where(ms[0] == UNREACHABLE_MS, NEVER_MS, ms[0]))
    return best


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(CREWS), st.sampled_from(TOWN.names), min_size=1))
def test_each_point_is_reached_by_the_base_that_is_first_there(bases):
    units = based(bases)
    covered = cover_from_bases(POINTS, units, CITY.travel_times)
    assert isinstance(covered, BaseCoverage)
    expected_ms = by_definition(units)
    assert covered.travel_ms.tolist() == expected_ms.tolist()
    assert covered.in_time.tolist() == (expected_ms <= 150_000).tolist()
    assert covered.unreachable.tolist() == (expected_ms == NEVER_MS).tolist()
    assert (covered.crews, covered.crews_counted) == (len(CREWS), len(bases))
    assert base_modes(units) == {units[crew].mode for crew in bases}


def test_squads_drones_and_crews_of_squads_secure_nothing():
    assert cover_from_bases(POINTS, based({"x": "x"}), CITY.travel_times).code == "no_bases"


def test_a_base_far_from_every_road_counts_for_nothing():
    far = {code: replace(unit, lon_lat=(109.9, 0.9)) for code, unit in CITY.units.items()}
    covered = cover_from_bases(POINTS, far, CITY.travel_times)
    assert isinstance(covered, BaseCoverage)
    assert covered.crews_counted == 0
    assert covered.unreachable.all()
    assert covered.share(covered.in_time) == 0


def test_the_ground_of_a_city_is_its_points_on_its_roads():
    ground = lay_out_demand(CITY)
    assert ground.demand.points == POINTS.demand.points
    assert np.array_equal(ground.lon_lat, POINTS.lon_lat)
    assert {len(joins) for joins in ground.joins.values()} == {len(POINTS.lon_lat)}
