"""Turn restrictions: which chains of streets are banned in drawn towns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from osm_file import Relation, Tags, bans, write_osm

from geo.road.osm_turns import Outcome
from geo.road.read_osm import read_osm
from geo.road.road_class import Mode

CROSS = """
    n
    |
a---x---b
    |
    s
"""
ARMS = {"ax": "residential", "xb": "residential", "nx": "residential", "xs": "residential"}

LADDER = """
a---b---c---d
    |   |
e---f---g---h
"""
"""Two carriageways with two links between them."""

Check = Callable[..., None]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def write_and_compare(
        town: str,
        ways: dict[str, Tags | str],
        restrictions: Sequence[Relation],
        expected: list[str],
        *,
        outcome: Outcome = Outcome.USED,
        mode: Mode = Mode.CAR,
        nodes: dict[str, Tags] | None = None,
    ) -> None:
        path = tmp_path / "town.osm"
        write_osm(path, town, ways=ways, restrictions=restrictions, nodes=nodes)
        streets = read_osm(path, mode=mode)
        assert bans(streets) == sorted(expected)
        assert streets.notes[outcome] == len(restrictions)

    return write_and_compare


def test_a_forbidden_turn_is_banned_in_its_direction_only(check: Check):
    check(CROSS, ARMS, [("ax x xs", {"restriction": "no_right_turn"})], ["ax xs"])


def test_a_commanded_turn_bans_every_other_exit_and_turning_back(check: Check):
    turn = ("ax x xb", {"restriction": "only_straight_on"})
    check(CROSS, ARMS, [turn], ["ax xa", "ax xn", "ax xs"])


def test_a_commanded_turn_need_not_ban_what_is_closed_anyway(check: Check):
    ways = {**ARMS, "xs": {"highway": "residential", "oneway": "-1"}}
    turn = ("ax x xb", {"restriction": "only_straight_on"})
    check(CROSS, ways, [turn], ["ax xa", "ax xn"])


def test_turning_back_can_be_forbidden_at_the_end_of_a_way(check: Check):
    check(CROSS, ARMS, [("ax x ax", {"restriction": "no_u_turn"})], ["ax xa"])


def test_turning_back_on_a_way_that_goes_on_is_forbidden_from_both_sides(check: Check):
    ways = {"axb": "residential", "nx": "residential"}
    check(CROSS, ways, [("axb x axb", {"restriction": "no_u_turn"})], ["ax xa", "bx xb"])


def test_no_entry_holds_from_every_way_and_no_exit_to_every_way(check: Check):
    turn = ("ax+nx x xb", {"restriction": "no_entry"})
    check(CROSS, ARMS, [turn], ["ax xb", "nx xb"])
    turn = ("ax x xb+xs", {"restriction": "no_exit"})
    check(CROSS, ARMS, [turn], ["ax xb", "ax xs"])


def test_a_u_turn_by_way_of_a_link_is_a_chain_of_three(check: Check):
    ways = {
        "ab": {"highway": "primary", "oneway": "yes"},
        "bcd": {"highway": "primary", "oneway": "yes"},
        "hgf": {"highway": "primary", "oneway": "yes"},
        "fe": {"highway": "primary", "oneway": "yes"},
        "bf": {"highway": "service"},
        "cg": {"highway": "service"},
    }
    check(LADDER, ways, [("ab bf fe", {"restriction": "no_u_turn"})], ["ab bf fe"])


def test_a_via_way_that_is_cut_on_its_way_stays_one_chain(check: Check):
    ways = {"ab": "primary", "bcd": "primary", "cg": "service", "dh": "primary"}
    town = """
a---b---c---d
        |   |
        g   h
"""
    check(town, ways, [("ab bcd dh", {"restriction": "no_right_turn"})], ["ab bc cd dh"])


def test_several_via_ways_may_stand_in_any_order(check: Check):
    ways = {"ab": "primary", "bc": "primary", "cg": "service", "gf": "primary", "gh": "primary"}
    town = """
a---b---c
        |
    f---g---h
"""
    turn = {"restriction": "no_u_turn"}
    check(town, ways, [("ab bc+cg gf", turn)], ["ab bc cg gf"])
    check(town, ways, [("ab cg+bc gf", turn)], ["ab bc cg gf"])


def test_a_command_by_way_of_a_way_bans_leaving_that_way(check: Check):
    ways = {"ab": "primary", "bcd": "primary", "cg": "service", "dh": "primary", "de": "service"}
    town = """
a---b---c---d---e
        |   |
        g   h
"""
    turn = ("ab bcd dh", {"restriction": "only_right_turn"})
    expected = ["ab bc cb", "ab bc cg", "ab bc cd dc", "ab bc cd de"]
    check(town, ways, [turn], expected)


@pytest.mark.parametrize(
    ("tags", "mode", "outcome"),
    [
        ({"restriction": "no_right_turn", "except": "bus;motorcar"}, Mode.CAR, Outcome.OTHER_MODE),
        ({"restriction": "no_right_turn", "except": "bus;taxi"}, Mode.CAR, Outcome.USED),
        ({"restriction": "no_right_turn", "except": "bicycle"}, Mode.EBIKE, Outcome.OTHER_MODE),
        ({"restriction": "no_right_turn", "except": "bicycle"}, Mode.CAR, Outcome.USED),
        ({"restriction:hgv": "no_right_turn"}, Mode.CAR, Outcome.OTHER_MODE),
        ({"restriction:motorcar": "no_right_turn"}, Mode.CAR, Outcome.USED),
        ({"restriction:motorcar": "no_right_turn"}, Mode.EBIKE, Outcome.OTHER_MODE),
        ({"restriction:bicycle": "no_right_turn"}, Mode.EBIKE, Outcome.USED),
        ({"restriction:conditional": "no_right_turn @ (07:00-09:00)"}, Mode.CAR, Outcome.BY_HOUR),
        ({"restriction": "no_right_turn", "hour_on": "7"}, Mode.CAR, Outcome.BY_HOUR),
        ({"restriction": "stop"}, Mode.CAR, Outcome.INCOMPLETE),
    ],
)
def test_whom_a_restriction_binds(check: Check, tags: Tags, mode: Mode, outcome: Outcome):
    expected = ["ax xs"] if outcome is Outcome.USED else []
    check(CROSS, ARMS, [("ax x xs", tags)], expected, outcome=outcome, mode=mode)


@pytest.mark.parametrize(
    ("members", "outcome"),
    [
        ("ax b xs", Outcome.APART),
        ("ax nx xs", Outcome.APART),
        ("ax x elsewhere", Outcome.NOT_IN_NETWORK),
        ("ax x+n xs", Outcome.INCOMPLETE),
        ("ax x+nx xs", Outcome.INCOMPLETE),
    ],
)
def test_what_cannot_be_followed_is_counted(check: Check, members: str, outcome: Outcome):
    turn = (members, {"restriction": "no_right_turn"})
    check(CROSS, ARMS, [turn], [], outcome=outcome)


def test_a_way_that_passes_the_via_leaves_two_readings(check: Check):
    ways = {"axb": "residential", "nx": "residential"}
    turn = ("axb x nx", {"restriction": "no_left_turn"})
    check(CROSS, ways, [turn], [], outcome=Outcome.AMBIGUOUS)


def test_a_oneway_that_passes_the_via_leaves_only_one(check: Check):
    ways: dict[str, Tags | str] = {
        "axb": {"highway": "residential", "oneway": "yes"},
        "nx": "residential",
    }
    check(CROSS, ways, [("axb x nx", {"restriction": "no_left_turn"})], ["ax xn"])


def test_a_command_into_a_closed_road_is_left_out(check: Check):
    ways = {**ARMS, "xb": {"highway": "residential", "oneway": "-1"}}
    turn = ("ax x xb", {"restriction": "only_straight_on"})
    check(CROSS, ways, [turn], [], outcome=Outcome.APART)


def test_a_command_into_a_road_that_is_not_here_bans_all_others(check: Check):
    turn = ("ax x elsewhere", {"restriction": "only_straight_on"})
    check(CROSS, ARMS, [turn], ["ax xa", "ax xb", "ax xn", "ax xs"])


def test_a_command_into_a_road_that_the_mode_may_not_use_is_left_out(check: Check):
    ways = {**ARMS, "xb": "construction"}
    turn = ("ax x xb", {"restriction": "only_straight_on"})
    check(CROSS, ways, [turn], [], outcome=Outcome.NOT_IN_NETWORK)


def test_nobody_turns_at_a_barrier_anyway(check: Check):
    turn = ("ax x xs", {"restriction": "no_right_turn"})
    nodes = {"x": {"barrier": "block"}}
    check(CROSS, ARMS, [turn], [], outcome=Outcome.APART, nodes=nodes)


def test_a_ban_given_twice_is_one_ban(check: Check):
    turns = [
        ("ax x xs", {"restriction": "no_right_turn"}),
        ("ax x xs", {"restriction": "no_right_turn"}),
    ]
    check(CROSS, ARMS, turns, ["ax xs"])
