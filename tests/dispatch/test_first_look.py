"""Which drones fly ahead: on one line of a thousand metres a square, fifteen metres a second."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from spec.town import town
from spec.town_city import NOW, TownCity

from dispatch.city import City
from dispatch.drone import RESERVE, carried_over, muster_drones
from dispatch.first_look import FirstLook, first_look
from dispatch.live import LiveWhereabouts
from dispatch.unit import Unit, UnitKind
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.air_path import AirPath
from geo.errors import BadValue, UnknownName
from geo.no_fly import NoFly
from geo.plane import Plane
from geo.position import Positions

TOWN = TownCity(town("1---x"), home="1").city()
PLANE = Plane(TOWN.lon_lat)
SQUARE_M = 1_000.0


def at(x: float, y: float = 0.0) -> tuple[float, float]:
    """A place by squares east and north of the centre of the town."""
    lon, lat = PLANE.to_lon_lat(np.array([x, y]) * SQUARE_M).tolist()
    return lon, lat


def drone(
    code: str, x: float | None, y: float = 0.0, parent: str | None = "HOME", **flight: float
) -> Unit:
    base = None if x is None else at(x, y)
    return Unit(code, code, code, UnitKind.DRONE, parent=parent, lon_lat=base, **flight)


def closed(code: str, west: float, south: float, east: float, north: float) -> NoFly:
    """A no-fly polygon by squares."""
    on_plane = shapely.transform(box(west, south, east, north), lambda xy: xy * SQUARE_M)
    return NoFly(code, f"{code}区", shapely.transform(on_plane, PLANE.to_lon_lat), f"area {code}")


def city(*drones: Unit, no_fly: tuple[NoFly, ...] = ()) -> City:
    units = dict(TOWN.units) | {one.code: one for one in drones}
    return replace(TOWN, units=units, no_fly=no_fly)


def drones_at_home(*drones: Unit, no_fly: tuple[NoFly, ...] = ()) -> Whereabouts:
    return locate_officers(city(*drones, no_fly=no_fly), Positions())


def look(
    *drones: Unit, no_fly: tuple[NoFly, ...] = (), x: float = 0.0, first_crew_s: float = math.inf
) -> FirstLook:
    """Ask for a first look at a place on the line."""
    whereabouts = drones_at_home(*drones, no_fly=no_fly)
    return first_look(at(x), whereabouts, now=NOW, own={"HOME"}, first_crew_s=first_crew_s)


def said(answer: FirstLook) -> str:
    """An answer as text: ``A after 160 s aid; not B out_of_range; 1 more no_base``."""
    proposed = [
        f"{one.unit} after {round(one.eta_s)} s{' aid' if one.mutual_aid else ''}"
        for one in answer.proposals
    ]
    named = [f"not {one.unit} {one.reason.code}" for one in answer.passed_over]
    counted = [f"{count} more {code}" for code, count in answer.passed_over_count.items()]
    return "; ".join([*proposed, *named, *counted])


def test_a_drone_is_launched_and_flies_straight():
    (proposal,) = look(drone("A", 1.5)).proposals
    assert proposal.eta_s == pytest.approx(60 + 1_500 / 15, abs=0.01)
    assert proposal.travel_time_s == pytest.approx(100, abs=0.01)
    assert proposal.length_m == 1_500
    assert proposal.route == (at(1.5), at(0))
    assert [one.code for one in proposal.reasons] == ["first_look", "within_range"]


def test_it_has_no_crew_and_never_counts_as_an_arrival():
    (proposal,) = look(drone("A", 0.1)).proposals
    assert proposal.kind == "first_look"
    assert proposal.crew == ()
    assert not proposal.meets_target
    assert proposal.p_in_target is None


def test_a_unit_may_say_how_its_drone_flies():
    slow = drone("A", 1.5, air_speed_mps=10.0, launch_s=90.0)
    assert said(look(slow)) == "A after 240 s"


def test_a_drone_is_wanted_if_it_is_there_before_the_first_crew():
    assert said(look(drone("A", 1.5), first_crew_s=161)) == "A after 160 s"
    assert said(look(drone("A", 1.5), first_crew_s=159.9)) == "not A not_before_crew"
    (proposal,) = look(drone("A", 1.5), first_crew_s=460).proposals
    assert "5.0 min before the first crew" in proposal.reasons[0].en


def test_where_no_crew_can_go_a_drone_still_looks():
    (proposal,) = look(drone("A", 1.5), first_crew_s=math.inf).proposals
    assert "no crew can go" in proposal.reasons[0].en


def test_a_drone_flies_no_farther_than_it_comes_home_with_a_reserve():
    needed_m = 2 * 1_500 / (1 - RESERVE)
    assert said(look(drone("A", 1.5, range_m=needed_m + 1))) == "A after 160 s"
    assert said(look(drone("A", 1.5, range_m=needed_m - 1))) == "not A out_of_range"


def test_a_drone_flies_round_a_no_fly_polygon():
    wall = closed("N1", -1.1, -2, -1, 1)
    (proposal,) = look(drone("A", -2), no_fly=(wall,)).proposals
    length_m = SQUARE_M * (math.hypot(0.9, 1) + 0.1 + math.hypot(1, 1))
    assert proposal.length_m == pytest.approx(length_m, abs=0.1)
    assert proposal.eta_s == pytest.approx(60 + length_m / 15, abs=0.01)
    assert proposal.route is not None
    assert len(proposal.route) == 4
    assert [one.code for one in proposal.reasons][-1] == "round_no_fly"


def test_the_way_round_counts_for_range_and_time():
    wall = closed("N1", -1.1, -2, -1, 1)
    straight_m, round_m = 2_000, SQUARE_M * (math.hypot(0.9, 1) + 0.1 + math.hypot(1, 1))
    between_m = 2 * (straight_m + round_m) / 2 / (1 - RESERVE)
    assert said(look(drone("A", -2, range_m=between_m), no_fly=(wall,))) == "not A out_of_range"
    between_s = 60 + (straight_m + round_m) / 2 / 15
    late = look(drone("A", -2), no_fly=(wall,), first_crew_s=between_s)
    assert said(late) == "not A not_before_crew"


@pytest.mark.parametrize(
    ("no_fly", "expected"),
    [
        (closed("N1", -0.1, -0.1, 0.1, 0.1), "not A no_fly_at_place"),
        (closed("N1", 1.9, -0.1, 2.1, 0.1), "not A no_fly_at_base"),
    ],
)
def test_neither_place_nor_base_may_lie_in_a_no_fly_polygon(no_fly, expected):
    answer = look(drone("A", 2), no_fly=(no_fly,))
    assert said(answer) == expected
    assert "area N1" in answer.passed_over[0].reason.en
    assert "N1区" in answer.passed_over[0].reason.zh


def test_a_place_that_is_closed_in_is_not_flown_to():
    ring = box(-1, -1, 1, 1).difference(box(-0.5, -0.5, 0.5, 0.5))
    shape = shapely.transform(ring, lambda xy: PLANE.to_lon_lat(xy * SQUARE_M))
    answer = look(drone("A", 2), no_fly=(NoFly("N1", "环", shape),))
    assert said(answer) == "not A no_way_by_air"


def test_a_drone_without_a_base_is_named():
    assert said(look(drone("A", None))) == "not A no_base"


def test_a_drone_in_the_air_is_free_again_when_it_is_home():
    whereabouts = drones_at_home(drone("A", 1.5), drone("B", 3))
    drones = whereabouts.city.drones
    live = LiveWhereabouts(whereabouts)
    live.set_drones(whereabouts.drones.busy(drones, {"A": NOW.timestamp() + 300}))
    away = first_look(at(0), live.present, now=NOW, own={"HOME"})
    assert said(away) == "B after 260 s; not A in_the_air"
    assert "5.0 min" in away.passed_over[0].reason.en
    later = first_look(at(0), live.present, now=NOW + timedelta(minutes=5), own={"HOME"})
    assert said(later) == "A after 160 s; B after 260 s"
    with pytest.raises(UnknownName, match="no drone 'C'; the city has A, B"):
        whereabouts.drones.busy(drones, {"C": 0.0})


def test_the_two_soonest_are_proposed():
    answer = look(drone("A", 4), drone("B", 2), drone("C", 3), drone("D", 5))
    assert said(answer) == (
        "B after 193 s; C after 260 s; not A other_drones_sooner; not D other_drones_sooner"
    )
    assert [one.rank for one in answer.proposals] == [1, 2]


def test_of_equally_soon_ones_the_lower_codes_are_proposed():
    answer = look(drone("C", 2), drone("A", -2), drone("B", 0, 2), x=0)
    assert [one.unit for one in answer.proposals] == ["A", "B"]


def test_drones_of_other_units_come_as_mutual_aid_and_are_counted_unless_they_are_near():
    answer = look(
        drone("A", 2, parent="NEXT"),
        drone("B", 3),
        drone("C", 2.5, parent="NEXT", range_m=100),
        drone("D", 9, parent="NEXT", range_m=100),
        drone("E", 9, parent=None, range_m=100),
    )
    assert said(answer) == (
        "A after 193 s aid; B after 260 s; not C out_of_range; 2 more out_of_range"
    )


def test_a_drone_of_a_post_is_its_brigades():
    post = Unit("P1", "点", "post", UnitKind.VILLAGE_POST, parent="HOME")
    (proposal,) = look(drone("A", 2, parent="P1"), post).proposals
    assert proposal.brigade == "HOME"
    assert not proposal.mutual_aid


def test_a_city_without_drones_says_nothing_of_them():
    assert look() == FirstLook()


@pytest.mark.parametrize("flight", [{"air_speed_mps": 0.0}, {"range_m": -1.0}, {"launch_s": -1.0}])
def test_a_drone_that_cannot_fly_is_refused(flight):
    with pytest.raises(BadValue, match="Drone A cannot fly"):
        muster_drones({"A": drone("A", 1, **flight)})


def test_a_drone_stays_in_the_air_when_the_city_is_published_anew():
    before = city(drone("A", 1), drone("B", 2))
    sent = locate_officers(before, Positions()).drones.busy(before.drones, {"B": 7.0})
    after = city(drone("B", 3), drone("C", 4))
    carried = carried_over(sent, before.drones, after.drones)
    assert carried.busy_until_s.tolist()[0] == 7.0
    assert math.isnan(carried.busy_until_s[1])
    assert carried.lon_lat.tolist() == [list(at(3)), list(at(4))]
    live = LiveWhereabouts(locate_officers(before, Positions()))
    live.set_drones(sent)
    live.swap_city(after)
    assert live.present.drones.busy_until_s[0] == 7.0


squares = st.integers(-9, 9)
bases = st.tuples(squares, squares)


@given(
    places=st.lists(bases, max_size=7),
    walls=st.lists(st.tuples(squares, squares, st.integers(1, 4), st.integers(1, 4)), max_size=4),
    busy=st.sets(st.integers(0, 6)),
    first_crew_s=st.sampled_from([math.inf, 500.0, 300.0]),
)
def test_the_choice_is_that_of_asking_every_drone(places, walls, busy, first_crew_s):
    shapes = tuple(
        closed(f"N{row}", x, y, x + width, y + height)
        for row, (x, y, width, height) in enumerate(walls)
    )
    fleet = [drone(f"D{row}", x, y) for row, (x, y) in enumerate(places)]
    whereabouts = drones_at_home(*fleet, no_fly=shapes)
    out = {f"D{row}": NOW.timestamp() + 1 for row in busy if row < len(fleet)}
    columns = whereabouts.drones.busy(whereabouts.city.drones, out)
    whereabouts = whereabouts.with_drones(columns)
    answer = first_look(at(0), whereabouts, now=NOW, first_crew_s=first_crew_s)
    able = []
    for row, unit in enumerate(fleet):
        assert unit.lon_lat is not None
        path = whereabouts.city.air_space.path(unit.lon_lat, at(0))
        if row not in busy and isinstance(path, AirPath) and path.length_m <= 9_600:
            eta_s = round(60 + path.length_m / 15, 3)
            if eta_s < first_crew_s:
                able.append((eta_s, unit.code))
    expected = sorted(able)[:2]
    assert [one.unit for one in answer.proposals] == [code for _, code in expected]
    assert [one.eta_s for one in answer.proposals] == [eta_s for eta_s, _ in expected]
    told = len(answer.passed_over) + sum(answer.passed_over_count.values())
    assert told == len(fleet) - len(expected), "whoever is not proposed is named or counted"
