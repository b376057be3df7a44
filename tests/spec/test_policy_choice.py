"""Who goes by each policy and by run cards, in a drawn street; every gap is a minute by car."""

from dataclasses import replace

import numpy as np
import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity, passed_over, proposals

from dispatch.arrival_chance import prior
from dispatch.city_coverage import survey_city
from dispatch.demand_point import lay_out_demand
from dispatch.incident import Incident
from dispatch.policy_file import standard_policies
from dispatch.run_card import RunCard, Step
from dispatch.suggestion import Suggestion, suggest
from dispatch.unit import DutyStatus, UnitKind
from dispatch.whereabouts import Whereabouts
from geo.errors import UnknownName

STREET = town("1---2---3---x---5---6---7---8")
HOME = TownCity(STREET, home="18", next_door="36")


def ask(drawn: TownCity, *cards: RunCard, matter: str = "H1", **how: object) -> Suggestion:
    """Ask who goes to x, in a city with these run cards."""
    whereabouts = drawn.whereabouts()
    if cards:
        whereabouts = with_cards(whereabouts, *cards)
    incident = Incident(STREET.lon_lat["x"], (matter,), NOW)
    return suggest(incident, whereabouts, now=NOW, **how)


def with_cards(whereabouts: Whereabouts, *cards: RunCard) -> Whereabouts:
    return replace(whereabouts, city=replace(whereabouts.city, run_cards=cards))


def codes(suggestion: Suggestion, unit: str) -> list[str]:
    """Codes of the reasons of a proposal."""
    (made,) = (one for one in suggestion.proposals if one.unit == unit)
    return [remark.code for remark in made.reasons]


OWN = "1 after 180 s, 8 after 240 s"
OWN_FIRST = "1 after 180 s late, 8 after 240 s late, 3 after 60 s late aid, 6 after 120 s late aid"
ALL = "3 after 60 s aid, 6 after 120 s aid, 1 after 180 s, 8 after 240 s"
ALL_LATE = "3 after 60 s late aid, 6 after 120 s late aid, 1 after 180 s late, 8 after 240 s late"


@pytest.mark.parametrize(
    ("policy", "in_time", "late"),
    [
        ("nearest", OWN, ALL_LATE),
        ("own_first", OWN, OWN_FIRST),
        ("borderless", ALL, ALL_LATE),
    ],
)
def test_policies_reach_beyond_the_own_zone_each_in_its_way(policy, in_time, late):
    """First with a target of 15 minutes, then with one that nobody meets."""
    assert proposals(ask(HOME, policy=policy)) == in_time
    assert proposals(ask(HOME, policy=policy, arrival_target_s=30)) == late


def test_own_crews_that_go_before_sooner_neighbours_say_what_that_costs():
    suggestion = ask(HOME, policy="own_first", arrival_target_s=30)
    (said,) = (one for one in suggestion.proposals[0].reasons if one.code == "later_than_soonest")
    assert "by the policy “Own zone first, neighbours after”: 2.0 min later" in said.en
    assert "later_than_soonest" not in codes(suggestion, "3")
    assert codes(suggestion, "1")[0] == "ranked_by_policy"


def test_the_answer_names_policy_and_version():
    suggestion = ask(HOME, policy="borderless")
    policy = standard_policies()["borderless"]
    assert (suggestion.policy, suggestion.policy_version) == ("borderless", policy.version)
    assert ask(HOME, policy=policy) == suggestion


def test_an_unknown_policy_is_answered_with_the_known_ones():
    with pytest.raises(UnknownName, match="known are nearest, own_first, borderless, surest"):
        ask(HOME, policy="neerest")


BAY = TownCity(
    town("a---1---x-------2---3"),
    home="123",
    grids="a3",
    people={"a": 20, "3": 80},
    arrival_target_s=130,
)


def ask_bay(policy: str, drawn: TownCity = BAY, *, counted: bool = True) -> Suggestion:
    whereabouts = drawn.whereabouts()
    ground = lay_out_demand(whereabouts.city)
    covered = survey_city(ground, whereabouts, now=NOW) if counted else None
    incident = Incident(drawn.town.lon_lat["x"], ("H1",), NOW)
    return suggest(incident, whereabouts, now=NOW, policy=policy, covered=covered)


def test_every_proposal_shows_what_its_leaving_uncovers():
    """Only 1 covers the grid at a, where 20 of 100 live; 2 and 3 both cover the other."""
    suggestion = ask_bay("nearest")
    shown = [(each.unit, each.coverage_price) for each in suggestion.proposals]
    assert [(unit, price.value, price.unit) for unit, price in shown] == [
        ("1", 0.2, "share_of_demand"),
        ("2", 0.0, "share_of_demand"),
        ("3", 0.0, "share_of_demand"),
    ]
    assert suggestion.coverage_at == NOW
    uncounted = ask_bay("nearest", counted=False)
    assert uncounted.coverage_at is None
    assert [each.coverage_price for each in uncounted.proposals] == [None] * 3


def test_sparing_cover_sends_the_second_and_says_seconds_and_price():
    suggestion = ask_bay("sparing_cover")
    assert proposals(suggestion) == "2 after 120 s, 1 after 60 s, 3 after 180 s late"
    first = suggestion.proposals[0]
    said = {remark.code: remark for remark in first.reasons}
    assert "1.0 min later than the soonest" in said["later_than_soonest"].en
    assert "leaves 0.00% of demand uncovered, the soonest 20.00%" in said["coverage_price"].en
    assert "coverage_price" in codes(suggestion, "1")


def test_sparing_cover_goes_by_time_where_coverage_was_not_counted_and_says_so():
    suggestion = ask_bay("sparing_cover", counted=False)
    assert proposals(suggestion) == "1 after 60 s, 2 after 120 s, 3 after 180 s late"
    assert "no_price" in codes(suggestion, "1")


def test_the_surest_goes_before_the_soonest_whose_position_is_old():
    """Both are near; where 1 has driven in a quarter of an hour nobody knows."""
    crews = {"1": Crew(position_age_s=1_100)}
    drawn = replace(BAY, crews=crews, arrival_model=prior(), arrival_target_s=400)
    assert [one.unit for one in ask_bay("nearest", drawn).proposals] == ["1", "2", "3"]
    suggestion = ask_bay("surest", drawn)
    chances = {one.unit: one.p_in_target for one in suggestion.proposals}
    assert chances["2"] > chances["1"]
    assert suggestion.proposals[0].unit == "2"
    assert {"later_than_soonest", "chance_gained"} <= set(codes(suggestion, "2"))


def test_the_surest_needs_a_model_and_says_when_there_is_none():
    suggestion = ask_bay("surest")
    assert [one.unit for one in suggestion.proposals] == ["1", "2", "3"]
    assert "no_chance" in codes(suggestion, "1")


def test_fair_work_sends_whoever_has_worked_least_and_is_in_time():
    whereabouts = BAY.whereabouts()
    worked_s = {"1": 7_200.0, "2": 600.0, "3": 0.0}
    work_s = np.array([worked_s[officer.crew] for officer in whereabouts.city.officers])
    whereabouts = whereabouts.with_duty(replace(whereabouts.duty, work_s=work_s))
    incident = Incident(BAY.town.lon_lat["x"], ("H1",), NOW)
    suggestion = suggest(incident, whereabouts, now=NOW, policy="fair_work")
    assert proposals(suggestion) == "2 after 120 s, 1 after 60 s, 3 after 180 s late"
    assert {"later_than_soonest", "work_spared"} <= set(codes(suggestion, "2"))


def test_fair_work_says_when_nothing_is_known_of_work():
    assert "no_work" in codes(ask_bay("fair_work"), "1")


def card(*steps: tuple[str, dict[str, object]], **terms: object) -> RunCard:
    named = tuple(Step(title, title, **who) for title, who in steps)
    return RunCard("RC1", "H1", "占道预案", "stalls", named, **terms)


NEIGHBOUR_FIRST = card(
    ("crew eight", {"units": ("8",)}),
    ("next door", {"units": ("NEXT",)}),
)


def test_a_run_card_says_who_goes_first_second_and_third():
    """8 is the farthest and goes first; then the neighbours; 1 is on no step, so it goes last."""
    suggestion = ask(HOME, NEIGHBOUR_FIRST)
    assert (
        proposals(suggestion) == "8 after 240 s, 3 after 60 s aid, 6 after 120 s aid, 1 after 180 s"
    )
    said = {one.unit: one.reasons for one in suggestion.proposals}
    assert [remark.en for remark in said["8"] if remark.code == "run_card"] == [
        "Run card RC1, “stalls”, step 1 of 2: crew eight."
    ]
    assert [remark.en for remark in said["6"] if remark.code == "run_card"] == [
        "Run card RC1, “stalls”, step 2 of 2: next door."
    ]
    assert "not_on_run_card" in codes(suggestion, "1")
    assert [ground.code for ground in suggestion.grounds][-1] == "goes_by_run_card"
    (later,) = (one for one in said["8"] if one.code == "later_than_soonest")
    assert "by the run card: 3.0 min later" in later.en


def test_without_a_card_for_the_matter_nothing_is_said_of_cards():
    suggestion = ask(HOME, NEIGHBOUR_FIRST, matter="H2")
    assert proposals(suggestion) == OWN
    assert all("run_card" not in ground.code for ground in suggestion.grounds)


def test_within_a_step_the_policy_ranks():
    every = card(("grid", {"kind": UnitKind.GRID_BRIGADE}))
    assert proposals(ask(HOME, every)) == ALL
    assert proposals(ask(HOME, every, policy="own_first")) == (
        "1 after 180 s, 8 after 240 s, 3 after 60 s aid, 6 after 120 s aid"
    )


def test_a_crew_on_the_card_that_is_busy_is_passed_over_and_the_next_step_goes():
    busy = replace(HOME, crews={"8": Crew(status=DutyStatus.BUSY)})
    suggestion = ask(busy, NEIGHBOUR_FIRST)
    assert proposals(suggestion) == "3 after 60 s aid, 6 after 120 s aid, 1 after 180 s"
    assert passed_over(suggestion) == "8 busy"


def test_when_nobody_on_the_card_can_go_others_do_and_that_is_a_finding():
    busy = replace(HOME, crews={"8": Crew(status=DutyStatus.BUSY)})
    suggestion = ask(busy, card(("crew eight", {"units": ("8",)})))
    assert proposals(suggestion) == "1 after 180 s"
    assert "nobody_on_run_card" in [finding.code for finding in suggestion.findings]


def test_a_squad_may_go_first_on_a_card_of_the_grid():
    drawn = replace(HOME, squad="5")
    squad = card(("squad", {"kind": UnitKind.SPECIALIST_SQUAD}), ("own", {"responsible": True}))
    suggestion = ask(drawn, squad)
    assert proposals(suggestion) == "5 after 60 s aid, 1 after 180 s, 8 after 240 s"
    assert suggestion.proposals[0].brigade == "SQUAD"


def test_those_that_stand_lower_by_card_or_policy_are_not_called_slower():
    suggestion = ask(HOME, NEIGHBOUR_FIRST, k=1)
    assert proposals(suggestion) == "8 after 240 s"
    assert passed_over(suggestion) == "3 ranked_after, 6 ranked_after, 1 ranked_after"
