"""“Why not X?” in drawn towns: every reason for which somebody is not proposed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from shapely import box
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.authority import AuthorityRow
from dispatch.duty_columns import DutyColumns
from dispatch.incident import Incident, IncidentKind
from dispatch.partner import PartnerCity
from dispatch.policy_file import as_policy
from dispatch.question import Question, ask
from dispatch.unit import DutyStatus, Unit, UnitKind
from dispatch.whereabouts import Whereabouts, locate_officers
from dispatch.why_not import WhyNot, from_record, why_not
from geo.area import Tier
from geo.errors import UnknownName
from geo.position import Fix, Positions

STREET = town("1---2---3---4---x---5---6---7")
SPLIT = town("""
    1---2---x

    8---9
""")


def why(drawn: TownCity | Whereabouts, unit: str, *matters: str, **how: object) -> WhyNot:
    """Ask who goes to x, and then why not somebody else."""
    whereabouts = drawn.whereabouts() if isinstance(drawn, TownCity) else drawn
    kind = how.pop("kind", IncidentKind.REPORT)
    place = how.pop("place", STREET.lon_lat["x"])
    policy = as_policy(how.pop("policy", "nearest"))
    question = Question(Incident(place, matters or ("H1",), NOW, kind), NOW, policy, **how)
    return why_not(ask(question, whereabouts), question, whereabouts, unit)


def codes(answer: WhyNot) -> list[str]:
    return [remark.code for remark in answer.reasons]


def said(answer: WhyNot, code: str) -> str:
    """The English sentence of one reason."""
    (sentence,) = (remark.en for remark in answer.reasons if remark.code == code)
    return sentence


def test_whoever_is_proposed_is_told_the_rank():
    answer = why(TownCity(STREET, home="45"), "5")
    assert answer.proposed == (("grid", 2),)
    assert said(answer, "proposed") == "It is proposed for the case, at rank 2."
    assert why(TownCity(STREET, home="45"), "5-1").proposed == (("grid", 2),)


@pytest.mark.parametrize(
    ("crew", "code", "officer"),
    [
        (Crew(certified=1, auxiliaries=3), "too_few_certified", None),
        (Crew(status=DutyStatus.OFF_DUTY), "off_duty", "off duty"),
        (Crew(status=DutyStatus.BUSY), "busy", "busy"),
        (Crew(position_age_s=None), "no_position", "no position"),
        (Crew(position_age_s=40 * 60), "stale_position", "stale position"),
    ],
)
def test_a_crew_that_cannot_go_is_told_its_obstacle_and_those_of_its_officers(crew, code, officer):
    answer = why(TownCity(STREET, home="45", crews={"4": crew}), "4")
    assert codes(answer)[0] == code
    assert (answer.proposed, answer.arrival_s) == ((), None)
    left_out = [remark.en for remark in answer.reasons if remark.code == "officer_left_out"]
    named = [f"Officer 4-{number} is left out: {officer}." for number in range(2)]
    assert left_out == (named if officer else [])


@pytest.mark.parametrize(
    ("code", "columns"),
    [
        ("off_shift", {"shift_from_s": 3600.0, "shift_to_s": 7200.0}),
        ("resting", {"rest_until_s": 3600.0}),
        ("engaged", {"engaged_from_s": -60.0, "engaged_to_s": 60.0}),
        ("busy", {"job_until_s": 600.0}),
    ],
)
def test_whoever_is_kept_by_duty_is_told_so(code, columns):
    whereabouts = TownCity(STREET, home="45").whereabouts()
    rows = whereabouts.city.roster.members(whereabouts.city.roster.crew_row["4"])
    duty = whereabouts.duty
    for name, seconds in columns.items():
        column = getattr(duty, name).copy()
        column[rows] = NOW.timestamp() + seconds
        duty = replace(duty, **{name: column})
    assert isinstance(duty, DutyColumns)
    answer = why(whereabouts.with_duty(duty), "4")
    assert codes(answer) == [code, "officer_left_out", "officer_left_out"]


def test_a_crew_far_from_every_road_is_told_so():
    whereabouts = TownCity(STREET, home="45").whereabouts()
    far = {officer: Fix(officer, (110.9, 0.9), NOW) for officer in ("4-0", "4-1")}
    fixes = {**whereabouts.positions.fixes, **far}
    placed = locate_officers(whereabouts.city, Positions(fixes), whereabouts.statuses())
    assert codes(why(placed, "4"))[0] == "off_road"


def test_a_crew_to_whom_no_road_leads_is_told_so():
    drawn = TownCity(SPLIT, home="18")
    answer = why(drawn, "8", place=SPLIT.lon_lat["x"])
    assert codes(answer)[0] == "unreachable"


def test_a_crew_without_the_skill_or_the_equipment_is_told_which():
    needs = AuthorityRow(
        "R1", "H1", "D", Tier.DISTRICT, "区局", skills=("drone",), equipment=("sampler",)
    )
    crews = {
        "3": Crew(equipment=["sampler"]),
        "4": Crew(skills=["drone"]),
        "5": Crew(skills=["drone"], equipment=["sampler"]),
    }
    drawn = TownCity(STREET, home="345", crews=crews, authority=[needs])
    assert said(why(drawn, "3"), "lacks_skill") == "Lacks a needed skill: drone."
    assert "sampler" in said(why(drawn, "4"), "lacks_equipment")


def test_a_crew_of_another_brigade_is_told_whose_case_it_is_and_when_it_would_have_come():
    answer = why(TownCity(STREET, home="1", next_door="5"), "5")
    assert codes(answer) == ["not_this_brigade", "would_arrive"]
    assert "next brigade, which does not have this case" in said(answer, "not_this_brigade")
    assert (answer.arrival_s, answer.later_s) == (60.0, -180.0)
    assert said(answer, "would_arrive") == (
        "It would be there after 1.0 min, 3.0 min sooner than 1, the last one proposed."
    )


def test_a_slower_crew_is_told_by_how_much():
    answer = why(TownCity(STREET, home="1234567"), "1", k=2)
    assert codes(answer) == ["slower", "would_arrive"]
    assert (answer.arrival_s, answer.later_s) == (240.0, 180.0)


def test_aid_that_would_not_be_sooner_is_told_so():
    answer = why(TownCity(STREET, home="3", next_door="17", arrival_target_s=100), "7")
    assert codes(answer) == ["aid_not_sooner", "would_arrive"]
    assert answer.later_s == 60.0


def test_a_crew_that_the_policy_ranked_lower_is_told_so():
    drawn = TownCity(STREET, home="12", next_door="45", arrival_target_s=30)
    answer = why(drawn, "4", policy="own_first", k=2)
    assert codes(answer) == ["ranked_after", "would_arrive"]
    assert "Own zone first" in said(answer, "ranked_after")
    assert answer.later_s < 0, "it would have been sooner"


def test_where_nobody_has_the_power_that_is_said_first():
    lapsed = AuthorityRow("R1", "H1", "D", Tier.DISTRICT, "区局", valid_to=date(2020, 12, 31))
    drawn = TownCity(STREET, home="3457", squad="6", authority=[lapsed])
    assert codes(why(drawn, "6"))[:2] == ["no_power", "not_this_brigade"]
    assert codes(why(drawn, "7"))[:2] == ["no_power", "slower"]


def test_a_place_of_the_partner_city_is_nobodys():
    partner = PartnerCity("P", "邻市", "next city", "desk", "0", box(112, -1, 113, 1))
    whereabouts = TownCity(STREET, home="4").whereabouts()
    city = replace(whereabouts.city, partners=(partner,))
    answer = why(replace(whereabouts, city=city), "4", place=(112.5, 0.0))
    assert codes(answer)[-1] == "handed_over"


def test_of_cross_domain_cases_a_grid_crew_is_told_of_both_purposes():
    drawn = TownCity(STREET, home="1234", squad="67")
    answer = why(drawn, "1", "H1", "T1")
    assert codes(answer) == ["not_this_brigade", "would_arrive", "slower", "would_arrive"]
    assert why(drawn, "4", "H1", "T1").proposed == (("secure", 1),)


def test_an_officer_is_told_of_himself_first_and_then_of_the_crew():
    drawn = TownCity(
        STREET, home="145", crews={"4": Crew(certified=3, auxiliaries=1)}, off_duty=["4-1"]
    )
    answer = why(drawn, "4-1")
    assert codes(answer)[:2] == ["officer_left_out", "proposed"]
    assert said(answer, "officer_left_out") == "Officer 4-1 is left out: off duty."
    assert why(drawn, "4-0").proposed == (("grid", 1),)
    of_crew = why(TownCity(STREET, home="1234567", crews={"1": Crew(auxiliaries=1)}), "1-aux0", k=2)
    assert codes(of_crew) == ["auxiliary", "slower", "would_arrive"]


def test_a_brigade_is_told_whose_case_it_is_and_what_became_of_its_crews():
    drawn = TownCity(STREET, home="34", next_door="5", crews={"3": Crew(status=DutyStatus.BUSY)})
    home, other = why(drawn, "HOME"), why(drawn, "NEXT")
    assert codes(home) == ["has_the_case", "crews_proposed", "busy"]
    assert said(home, "crews_proposed") == "Proposed of it: 4."
    assert codes(other) == ["not_its_case", "not_this_brigade"]
    assert said(other, "not_its_case") == "The case belongs to HOME."
    assert codes(why(drawn, "SQUAD")) == ["not_its_case", "commands_no_crew"]


def test_officers_brought_together_are_told_with_whom_they_go():
    apart = {"4": Crew(certified=1), "5": Crew(certified=1)}
    drawn = TownCity(STREET, home="45", crews=apart)
    together = why(drawn, "4-0")
    assert said(together, "proposed") == "Goes with HOME, which is proposed for the case at rank 1."
    assert why(drawn, "HOME").proposed == (("grid", 1),)
    assert codes(why(drawn, "4"))[0] == "too_few_certified"


def drone(code: str, base: str, **flight: float) -> Unit:
    lon_lat = STREET.lon_lat[base]
    return Unit(code, code, code, UnitKind.DRONE, parent="NEXT", lon_lat=lon_lat, **flight)


def test_a_drone_is_told_its_rank_or_its_reason():
    drones = [drone("D", "5", launch_s=1.0), drone("E", "7", range_m=10.0), drone("F", "1")]
    drawn = TownCity(STREET, home="1", drones=drones)
    assert why(drawn, "D").proposed == (("first_look", 1),)
    assert codes(why(drawn, "E")) == ["out_of_range"]
    assert codes(why(drawn, "E", kind=IncidentKind.VISIT)) == ["no_look_at_visits"]
    near = TownCity(STREET, home="4", drones=drones)
    assert codes(why(near, "F")) == ["not_before_crew"]


def test_nobody_of_that_name_is_an_error_that_names_the_nearest():
    with pytest.raises(UnknownName, match=r"no officer or unit '4-9'\. Near it: 4-1"):
        why(TownCity(STREET, home="4"), "4-9")


def test_the_record_alone_answers_for_those_it_names():
    whereabouts = TownCity(STREET, home="1234", next_door="5").whereabouts()
    question = Question(Incident(STREET.lon_lat["x"], ("H1",), NOW), NOW, k=2)
    suggestion = ask(question, whereabouts)
    assert from_record(suggestion, "4").proposed == (("grid", 1),)
    assert codes(from_record(suggestion, "1")) == ["slower"]
    assert from_record(suggestion, "NEXT") is None


@pytest.mark.parametrize("matters", [("H1",), ("H1", "T1"), ("H9",)])
@pytest.mark.parametrize("policy", ["nearest", "own_first", "borderless"])
@pytest.mark.parametrize("target_s", [None, 100.0])
def test_the_main_reason_is_the_one_that_the_suggestion_names_or_counts(matters, policy, target_s):
    crews = {
        "2": Crew(status=DutyStatus.BUSY),
        "5": Crew(position_age_s=None),
        "6": Crew(certified=1),
    }
    drawn = TownCity(STREET, home="1234", next_door="56", squad="7", crews=crews)
    whereabouts = drawn.whereabouts()
    incident = Incident(STREET.lon_lat["x"], matters, NOW)
    question = Question(incident, NOW, as_policy(policy), 1, target_s)
    suggestion = ask(question, whereabouts)
    named = {entry.unit: entry.reason for entry in suggestion.passed_over}
    counted: Counter[str] = Counter()
    for crew in "1234567":
        answer = why_not(suggestion, question, whereabouts, crew)
        if answer.proposed:
            continue
        main = next(remark for remark in answer.reasons if remark.code != "no_power")
        if crew in named:
            assert main == named[crew]
        else:
            counted[main.code] += 1
    assert counted == suggestion.passed_over_count
    assert np.any([named, counted])
