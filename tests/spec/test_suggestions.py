"""Who goes, in drawn towns; a gap of four columns or two rows takes a minute by car."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity, passed_over, proposals

from dispatch.authority import AuthorityRow
from dispatch.incident import Incident, IncidentKind
from dispatch.suggestion import suggest
from dispatch.unit import DutyStatus
from geo.area import Tier
from geo.errors import BadValue, OutsideNetwork, UnknownName
from geo.road.road_class import Mode
from geo.road.straight_line import StraightLineTravelTimes
from geo.road.travel_time import NetworkTravelTimes

STREET = town("1---2---3---4---x---5---6---7")


def codes(remarks) -> list[str]:
    return [remark.code for remark in remarks]


def test_crews_rank_by_road_not_by_air():
    drawn = TownCity(
        town("""
            1 ~ x-----2
            |   |
            a---b
        """),
        home="12",
    )
    assert proposals(drawn.suggest("x")) == "2 after 90 s, 1 after 180 s"


BAY = town(
    """
    1-2-3-4-5-6-a-----------b
    ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ |
    ~ ~ ~ ~ the bay ~ ~ ~ ~ |
    ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ |
          x-----------7-----c
""".replace("the bay", "~ ~ ~ ~")
)


def test_across_the_bay_the_crew_nearest_by_road_wins_over_six_that_are_nearer_by_air():
    suggestion = TownCity(BAY, home="1234567").suggest("x")
    by_air = StraightLineTravelTimes(speed_mps=10, why="to compare").matrix
    engine = NetworkTravelTimes(BAY.network())
    metres = by_air(engine.join(BAY.places("1234567")), engine.join(BAY.places("x")))[:, 0]
    assert (metres[:6] < metres[6]).all(), "all six are nearer by air"
    assert suggestion.proposals[0].unit == "7"
    assert suggestion.proposals[0].eta_s == 180
    assert all(proposal.eta_s > 3 * 180 for proposal in suggestion.proposals[1:])


ISLAND = town(
    """
    1---2---3---f
                ~
                ~   the strait
                ~
                g---x---y
""".replace("the strait", "")
)


def test_on_the_island_no_mainland_crew_claims_to_be_there_in_time():
    drawn = TownCity(ISLAND, home="12", next_door="3")
    suggestion = drawn.suggest("x")
    assert suggestion.proposals == ()
    assert passed_over(suggestion) == "1 unreachable, 2 unreachable"
    assert suggestion.passed_over_count == {"unreachable": 1}
    assert codes(suggestion.findings)[-1] == "no_candidate"


def test_by_ferry_the_mainland_crew_says_that_it_will_be_late():
    strait = town("""
        1---2---3---f
                    |
                    |
                    |
                    g---x---y
    """)
    drawn = TownCity(strait, home="1", next_door="3", network=strait.network(seconds={"fg": 2400}))
    assert proposals(drawn.suggest("x")) == "3 after 2520 s late aid, 1 after 2640 s late"
    with_post = TownCity(strait, home="1y", network=strait.network(seconds={"fg": 2400}))
    assert proposals(with_post.suggest("x")) == "y after 60 s, 1 after 2640 s late"
    assert codes(drawn.suggest("x").findings)[-1] == "none_in_time"


def test_a_crew_arrives_when_its_second_certified_officer_does():
    drawn = TownCity(STREET, home="4", standing={"4-1": "2"}, crews={"4": Crew(auxiliaries=1)})
    (proposal,) = drawn.suggest("x").proposals
    assert proposal.first_on_scene_s == 60
    assert proposal.eta_s == 180
    assert proposal.crew == ("4-0", "4-aux0", "4-1"), "the first to arrive first"
    assert proposal.route[0] == pytest.approx(STREET.lon_lat["2"]), "the way of whom it waits for"


def test_a_crew_waits_for_the_officer_with_the_skill():
    row = AuthorityRow("R1", "H1", "D", Tier.DISTRICT, "区局", skills=("drone",))
    drawn = TownCity(
        STREET,
        home="4",
        standing={"4-2": "1"},
        crews={"4": Crew(certified=3)},
        skills={"4-2": ("drone",)},
        authority=[row],
    )
    assert proposals(drawn.suggest("x")) == "4 after 240 s"


def test_an_officer_who_stays_behind_is_named():
    crews = {"4": Crew(certified=3)}
    drawn = TownCity(STREET, home="4", crews=crews, off_duty=["4-1"])
    (proposal,) = drawn.suggest("x").proposals
    assert proposal.crew == ("4-0", "4-2")
    assert "Officer 4-1 is left out: off duty." in [reason.en for reason in proposal.reasons]


def test_neighbours_are_not_asked_while_an_own_crew_is_there_in_time():
    suggestion = TownCity(STREET, home="1", next_door="45").suggest("x")
    assert proposals(suggestion) == "1 after 240 s"
    assert passed_over(suggestion) == "4 not_this_brigade, 5 not_this_brigade"


def test_neighbours_come_as_mutual_aid_when_no_own_crew_is_there_in_time():
    drawn = TownCity(STREET, home="1", next_door="457", arrival_target_s=200)
    assert proposals(drawn.suggest("x")) == (
        "4 after 60 s aid, 5 after 60 s aid, 7 after 180 s aid, 1 after 240 s late"
    )


def test_a_neighbour_that_is_no_sooner_is_not_sent_across():
    drawn = TownCity(STREET, home="3", next_door="17", arrival_target_s=100)
    suggestion = drawn.suggest("x")
    assert proposals(suggestion) == "3 after 120 s late"
    assert suggestion.passed_over_count == {"aid_not_sooner": 2}


def test_when_no_own_crew_can_go_neighbours_do():
    busy = {"4": Crew(status=DutyStatus.BUSY)}
    suggestion = TownCity(STREET, home="4", next_door="7", crews=busy).suggest("x")
    assert proposals(suggestion) == "7 after 180 s aid"
    assert passed_over(suggestion) == "4 busy"


@pytest.mark.parametrize(
    ("crew", "why"),
    [
        (Crew(certified=1, auxiliaries=3), "too_few_certified"),
        (Crew(status=DutyStatus.OFF_DUTY), "off_duty"),
        (Crew(status=DutyStatus.BUSY), "busy"),
        (Crew(position_age_s=None), "no_position"),
        (Crew(position_age_s=40 * 60), "stale_position"),
    ],
)
def test_every_crew_that_cannot_go_is_named_with_its_reason(crew, why):
    suggestion = TownCity(STREET, home="45", crews={"4": crew}).suggest("x")
    assert proposals(suggestion) == "5 after 60 s"
    assert passed_over(suggestion) == f"4 {why}"


def test_a_position_of_twenty_minutes_still_counts_and_its_age_is_said():
    crews = {"4": Crew(position_age_s=1200)}
    (proposal,) = TownCity(STREET, home="4", crews=crews).suggest("x").proposals
    assert proposal.position_age_s == 1200


def test_a_crew_without_the_needed_skill_is_passed_over():
    needs_drone = AuthorityRow("R1", "H1", "D", Tier.DISTRICT, "区局", skills=("drone",))
    drawn = TownCity(
        STREET, home="45", crews={"5": Crew(skills=["drone"])}, authority=[needs_drone]
    )
    suggestion = drawn.suggest("x")
    assert proposals(suggestion) == "5 after 60 s"
    assert passed_over(suggestion) == "4 lacks_skill"


def test_the_row_says_how_many_certified_officers_are_needed():
    needs_three = AuthorityRow("R1", "H1", "D", Tier.DISTRICT, "区局", min_certified=3)
    drawn = TownCity(STREET, home="45", crews={"5": Crew(certified=3)}, authority=[needs_three])
    assert proposals(drawn.suggest("x")) == "5 after 60 s"


def test_auxiliaries_go_along_and_never_count():
    drawn = TownCity(STREET, home="4", crews={"4": Crew(auxiliaries=1)})
    (proposal,) = drawn.suggest("x").proposals
    assert proposal.crew == ("4-0", "4-1", "4-aux0")


def test_of_cross_domain_cases_the_squad_has_the_case_and_the_nearest_grid_crew_secures():
    drawn = TownCity(STREET, home="1", next_door="5", squad="67")
    suggestion = drawn.suggest("x", "H1", "T1")
    assert suggestion.holder.unit == "SQUAD"
    assert proposals(suggestion, "specialist") == "6 after 120 s, 7 after 180 s"
    assert proposals(suggestion, "secure") == "5 after 60 s aid, 1 after 240 s"
    assert [proposal.rank for proposal in suggestion.proposals] == [1, 2, 1, 2]


def test_a_planned_visit_is_never_cross_domain():
    drawn = TownCity(STREET, home="1", squad="67")
    suggestion = drawn.suggest("x", "H1", "T1", kind=IncidentKind.VISIT)
    assert proposals(suggestion) == "1 after 240 s"
    assert suggestion.routing.code == "planned_visit"


def test_where_nobody_has_the_power_a_crew_may_only_secure_the_place():
    lapsed = AuthorityRow("R1", "H1", "D", Tier.DISTRICT, "区局", valid_to=date(2020, 12, 31))
    suggestion = TownCity(STREET, home="4", authority=[lapsed]).suggest("x")
    assert proposals(suggestion, "grid") == ""
    assert proposals(suggestion, "secure") == "4 after 60 s"
    assert suggestion.holder.acting_body is None
    assert "lapsed_row" in codes(suggestion.findings)


def test_ties_break_by_code():
    assert proposals(TownCity(STREET, home="54").suggest("x")) == "4 after 60 s, 5 after 60 s"


def test_at_most_k_crews_are_proposed_and_the_rest_of_the_brigade_is_named():
    suggestion = TownCity(STREET, home="1234567").suggest("x", k=2)
    assert proposals(suggestion) == "4 after 60 s, 5 after 60 s"
    assert {entry.reason.code for entry in suggestion.passed_over} == {"slower"}
    assert len(suggestion.passed_over) == 5


def test_a_proposal_carries_the_route_that_it_promises():
    (proposal,) = TownCity(STREET, home="2").suggest("x").proposals
    assert proposal.route[0] == pytest.approx(STREET.lon_lat["2"])
    assert proposal.route[-1] == pytest.approx(STREET.lon_lat["x"])
    assert all(west[0] < east[0] for west, east in pairwise(proposal.route))
    assert proposal.length_m > 0


def test_a_suggestion_names_what_it_was_made_from():
    drawn = TownCity(STREET, home="2")
    suggestion = drawn.suggest("x")
    city = drawn.city()
    assert suggestion.now == NOW
    assert suggestion.policy == "nearest"
    assert suggestion.city_version == city.version
    assert suggestion.weight_version == city.weight_version
    assert suggestion.degraded is None


def test_the_same_question_has_the_same_answer():
    drawn = TownCity(BAY, home="123", next_door="4", squad="67")
    assert drawn.suggest("x", "H1", "E1") == drawn.suggest("x", "H1", "E1")


def test_without_a_road_engine_the_answer_is_by_air_and_says_so():
    drawn = TownCity(STREET, home="2")
    why = "The road engine is down."
    twin = StraightLineTravelTimes(speed_mps=10, why=why)
    city = replace(drawn.city(), travel_times=dict.fromkeys(Mode, twin))
    whereabouts = replace(drawn.whereabouts(), city=city)
    suggestion = suggest(
        Incident(STREET.lon_lat["x"], ("H1",), NOW),
        whereabouts,
        now=NOW,
    )
    assert suggestion.degraded.why == why
    assert proposals(suggestion).startswith("2 after ")


def test_outside_the_city_nobody_is_sent_and_it_is_said():
    drawn = TownCity(STREET, home="2")
    city = replace(drawn.city(), areas=(), zones=())
    whereabouts = replace(drawn.whereabouts(), city=city)
    suggestion = suggest(Incident(STREET.lon_lat["x"], ("H1",), NOW), whereabouts, now=NOW)
    assert suggestion.proposals == ()
    assert "outside_city" in codes(suggestion.findings)


def test_a_matter_that_has_left_the_list_is_a_finding_and_the_place_is_secured():
    suggestion = TownCity(STREET, home="2").suggest("x", "H9")
    assert codes(suggestion.findings) == ["unknown_matter"]
    assert "H2, H1" in suggestion.findings[0].en
    assert [proposal.kind for proposal in suggestion.proposals] == ["secure"]


def test_what_cannot_be_asked_is_refused_in_one_sentence():
    drawn = TownCity(STREET, home="2")
    whereabouts = drawn.whereabouts()
    here = Incident(STREET.lon_lat["x"], ("H1",), NOW)
    with pytest.raises(UnknownName, match="no policy 'luck'"):
        suggest(here, whereabouts, now=NOW, policy="luck")
    with pytest.raises(BadValue, match="no offset"):
        suggest(here, whereabouts, now=NOW.replace(tzinfo=None))
    with pytest.raises(BadValue, match="one proposal or more"):
        suggest(here, whereabouts, now=NOW, k=0)
    with pytest.raises(OutsideNetwork):
        suggest(replace(here, lon_lat=(110.9, 0.9)), whereabouts, now=NOW)
