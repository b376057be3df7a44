"""Coverage and move-up in drawn towns; a gap of four columns or two rows takes a minute by car."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch import city_coverage, city_reach
from dispatch.city_coverage import CityCoverage, survey_city
from dispatch.city_move_up import list_posts, propose_city_moves
from dispatch.coverage_gap import by_zone, gaps
from dispatch.demand_point import lay_out_demand
from dispatch.destination import officers_to_places_ms
from dispatch.move_up import MoveUpRule
from dispatch.place_entry import StatedDemand
from dispatch.roster import MODES
from dispatch.unit import DutyStatus
from geo.position import Fix
from geo.road.road_class import Mode

STREET = town("a---1---b---c---d---2---e")
PEOPLE = {"a": 10, "b": 20, "c": 30, "d": 40}
ONE = TownCity(STREET, home="1", grids="abcd", people=PEOPLE, arrival_target_s=120)


def stated(drawn: TownCity, **weight: float) -> CityCoverage:
    """Coverage of a town with demand stated at some of its places."""
    demand = [StatedDemand(name, STREET.lon_lat[name], w) for name, w in weight.items()]
    whereabouts = drawn.whereabouts()
    city = replace(whereabouts.city, demand=tuple(demand))
    return survey_city(lay_out_demand(city), whereabouts, now=NOW)


def covered(drawn: TownCity) -> CityCoverage:
    whereabouts = drawn.whereabouts()
    return survey_city(lay_out_demand(whereabouts.city), whereabouts, now=NOW)


def reached(made: CityCoverage) -> str:
    """Points that a free crew reaches in time."""
    points = np.array(made.ground.demand.points)
    return "".join(points[made.held.count > 0])


def test_a_crew_covers_what_it_reaches_within_the_target_by_the_people_there():
    made = covered(ONE)
    assert reached(made) == "abc"
    assert made.held.share == pytest.approx(0.6)
    assert made.ground.weighting.code == "people"
    assert [(gap.point, gap.zone, gap.share) for gap in gaps(made.held)] == [("d", "Z1", 0.4)]
    assert [(zone.zone, zone.share) for zone in by_zone(made.held)] == [("Z1", pytest.approx(0.6))]


def test_where_people_are_not_known_each_grid_weighs_the_same():
    made = covered(replace(ONE, people={"a": 10}))
    assert made.ground.weighting.code == "unit_grids"
    assert made.held.share == pytest.approx(0.75)


def test_stated_demand_outranks_the_people_of_a_grid():
    made = stated(ONE, a=1, d=3)
    assert made.ground.weighting.code == "stated_demand"
    assert made.ground.demand.weight.tolist() == [1, 0, 0, 3]
    assert made.held.share == pytest.approx(0.25)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd12e"), st.floats(0, 1e6, allow_nan=False)),
        min_size=1,
        max_size=30,
    )
)
def test_a_point_weighs_all_that_is_stated_in_its_grid_and_lies_at_one_of_the_places(drawn):
    demand = tuple(
        StatedDemand(str(at), STREET.lon_lat[name], weight)
        for at, (name, weight) in enumerate(drawn)
    )
    city = replace(ONE.whereabouts().city, demand=demand)
    ground = lay_out_demand(city)
    inside = {
        code: [one for one in demand if polygon.intersects(Point(one.lon_lat))]
        for code, polygon in ((grid.code, grid.polygon) for grid in city.grids)
    }
    for row, code in enumerate(ground.demand.points):
        weight = sum(one.weight for one in inside[code])
        assert ground.demand.weight[row] == pytest.approx(weight)
        if weight > 0:
            assert tuple(ground.lon_lat[row]) in {one.lon_lat for one in inside[code]}


def test_a_city_without_grids_has_a_point_in_each_zone():
    made = covered(replace(ONE, grids=""))
    assert (made.ground.weighting.code, made.ground.demand.points) == ("zones", ("Z1",))
    assert made.held.share == 0, "no road is near the middle of the zone"


@pytest.mark.parametrize(
    "changed",
    [
        {"crews": {"1": Crew(status=DutyStatus.BUSY)}},
        {"crews": {"1": Crew(certified=1, auxiliaries=3)}},
        {"crews": {"1": Crew(position_age_s=1300)}},
        {"crews": {"1": Crew(position_age_s=None)}},
        {"off_duty": ("1-1",)},
        {"home": "", "squad": "1"},
    ],
)
def test_a_crew_that_could_not_go_covers_nothing(changed):
    made = covered(replace(ONE, **changed))
    assert reached(made) == ""
    assert not made.free.any()


def test_a_crew_is_there_when_its_second_officer_is():
    assert reached(covered(replace(ONE, standing={"1-1": "d"}))) == "bc"
    three = {"1": Crew(certified=3)}
    assert reached(covered(replace(ONE, crews=three, standing={"1-1": "d"}))) == "abc"


def test_a_position_grows_stale_without_any_new_one():
    whereabouts = ONE.whereabouts()
    ground = lay_out_demand(whereabouts.city)
    first = survey_city(ground, whereabouts, now=NOW)
    later = survey_city(ground, whereabouts, now=NOW + timedelta(minutes=30), before=first)
    assert (reached(first), reached(later)) == ("abc", "")


TOWN = town("""
    a---b---c---d---e
    |   |   |   |   |
    f---g---h---i---j
    |   |   |   |   |
    k---l---m---n---o
""")
CREWS = TownCity(
    TOWN,
    home="acg",
    next_door="ko",
    squad="m",
    crews={"a": Crew(certified=3), "c": Crew(mode=Mode.EBIKE), "g": Crew(auxiliaries=1)},
    grids="abcdefghijklmno",
    arrival_target_s=150,
)
START = CREWS.whereabouts()
GROUND = lay_out_demand(START.city)
OFFICERS = [officer.id for officer in START.city.roster.officers]


def counted(made: CityCoverage) -> tuple:
    """All that hangs on a count: how deep, who is alone, who is free, share and prices."""
    depth = made.held.count
    alone = made.held.by[:, 0][depth == 1].tolist()
    prices = made.prices(np.arange(len(made.free))).tolist()
    return depth.tolist(), alone, made.free.tolist(), made.held.share, prices


def counted_one_by_one(made: CityCoverage) -> tuple:
    """The same by the way of every officer to every point."""
    whereabouts, ground = made.whereabouts, made.ground
    roster, city = whereabouts.city.roster, whereabouts.city
    reached: list[list[int]] = [[] for _ in ground.demand.points]
    for crew in np.flatnonzero(made.free).tolist():
        mode = MODES[city.crew_modes[crew]]
        rows = np.array([row for row in roster.members(crew).tolist() if made.ready[row]])
        ways = officers_to_places_ms(whereabouts, rows, {mode: ground.joins[mode]})
        complete_ms = np.sort(ways, axis=0)[1]
        for point in np.flatnonzero(complete_ms <= ground.target_s * 1000).tolist():
            reached[point].append(crew)
    weight = ground.demand.weight
    held = np.array([bool(crews) for crews in reached])
    prices = [0.0] * len(made.free)
    for point, crews in enumerate(reached):
        if len(crews) == 1:
            prices[crews[0]] += float(weight[point])
    return (
        [min(len(crews), 2) for crews in reached],
        [crews[0] for crews in reached if len(crews) == 1],
        made.free.tolist(),
        float(weight[held].sum()) / float(weight.sum()),
        [price / float(weight.sum()) for price in prices],
    )


@st.composite
def changes(draw):
    """Some officers move or change their status, time goes on."""
    moves = draw(st.dictionaries(st.sampled_from(OFFICERS), st.sampled_from(TOWN.names)))
    statuses = draw(st.dictionaries(st.sampled_from(OFFICERS), st.sampled_from(DutyStatus)))
    return moves, statuses, draw(st.sampled_from([30, 300, 900]))


@given(steps=st.lists(changes(), min_size=1, max_size=4), ratio=st.sampled_from([0, 1, 1000]))
def test_counted_on_is_the_same_as_counted_from_scratch(steps, ratio):
    whereabouts, now = START, NOW
    made = survey_city(GROUND, whereabouts, now=now)
    for moves, statuses, seconds in steps:
        now += timedelta(seconds=seconds)
        fixes = [Fix(officer, TOWN.lon_lat[at], now) for officer, at in moves.items()]
        whereabouts = whereabouts.moved(fixes, now=now)[0].with_status(statuses)
        fresh = survey_city(GROUND, whereabouts, now=now)
        with pytest.MonkeyPatch.context() as patch:
            for room in (city_coverage, city_reach):
                patch.setattr(room, "POINTS_PER_OFFICER", ratio)
            made = survey_city(GROUND, whereabouts, now=now, before=made)
            other_way = survey_city(GROUND, whereabouts, now=now)
        assert counted(made) == counted(fresh) == counted(other_way) == counted_one_by_one(fresh)


@given(moves=changes())
def test_a_price_is_the_share_that_is_lost_when_the_crew_leaves(moves):
    placed, statuses, seconds = moves
    now = NOW + timedelta(seconds=seconds)
    fixes = [Fix(officer, TOWN.lon_lat[at], now) for officer, at in placed.items()]
    whereabouts = START.moved(fixes, now=now)[0].with_status(statuses)
    made = survey_city(GROUND, whereabouts, now=now)
    roster = whereabouts.city.roster
    prices = made.prices(np.arange(len(roster.crews)))
    for crew, price in enumerate(prices.tolist()):
        leaving = {roster.officers[row].id: DutyStatus.BUSY for row in roster.members(crew)}
        without = survey_city(GROUND, whereabouts.with_status(leaving), now=now)
        assert price == pytest.approx(made.held.share - without.held.share)


SPREAD = replace(
    ONE, town=town("a---1---3---b---c---d---e"), home="13", grids="abde", people={}, base="d"
)


def test_of_two_crews_that_cover_the_same_one_is_posted_where_nobody_is():
    made = covered(SPREAD)
    assert reached(made) == "ab"
    moved = propose_city_moves(made, MoveUpRule(most_moves=2, gain_per_hour=0.0))
    (move,) = moved.proposal.moves
    assert (move.post, move.gain_per_h) == ("HOME", pytest.approx(0.5))
    assert (moved.proposal.share_before, moved.proposal.share_after) == (0.5, 1.0)
    assert moved.proposal.proven
    assert moved.mode == Mode.CAR


def test_the_nearer_of_two_that_are_worth_the_same_is_moved_and_none_if_it_costs_too_much():
    made = covered(SPREAD)
    (move,) = propose_city_moves(made, MoveUpRule()).proposal.moves
    assert (move.crew, move.travel_ms) == ("3", 3 * 60_000)
    dear = MoveUpRule(gain_per_hour=50.0)
    assert propose_city_moves(made, dear).proposal.moves == ()
    assert propose_city_moves(made, MoveUpRule(within_s=170)).proposal.moves == ()
    assert propose_city_moves(made, MoveUpRule(most_moves=0)).proposal.moves == ()


def test_without_a_free_crew_nobody_is_moved():
    busy = {name: Crew(status=DutyStatus.BUSY) for name in "13"}
    moved = propose_city_moves(covered(replace(SPREAD, crews=busy)), MoveUpRule())
    assert (moved.mode, moved.proposal.moves) == (None, ())


def test_posts_are_bases_and_zones():
    posts = list_posts(SPREAD.city())
    assert list(posts) == ["HOME", "Z1"]
    assert posts["HOME"] == SPREAD.town.lon_lat["d"]
