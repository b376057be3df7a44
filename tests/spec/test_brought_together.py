"""Officers brought together in drawn towns: when they are proposed, who, and what is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.town import GAP_M, town
from spec.town_city import NOW, Crew, TownCity, proposals

from dispatch.arrival_chance import MODES, prior
from dispatch.authority import AuthorityRow
from dispatch.eta import Eta
from dispatch.store.suggestions import from_text, to_text
from dispatch.unit import DutyStatus
from geo.area import Tier
from geo.road.road_class import Mode
from geo.road.week import hour_of_week

STREET = town("1---2---x---4---5---6---7")  # each gap a minute by car
ONE, ALONE = Crew(certified=1), DutyStatus.OFF_DUTY


def said(proposal) -> list[str]:
    return [reason.code for reason in proposal.reasons]


def test_two_who_cannot_go_alone_go_together():
    drawn = TownCity(STREET, home="15", crews={"1": ONE, "5": ONE})
    suggestion = drawn.suggest("x")
    assert proposals(suggestion) == "HOME after 120 s"
    (together,) = suggestion.proposals
    assert together.brought_together
    assert together.crew == ("1-0", "5-0")
    assert (together.unit, together.brigade, together.mutual_aid) == ("HOME", "HOME", False)
    assert together.first_on_scene_s == 120
    assert said(together) == ["brought_together", "meets_target"]
    assert together.reasons[0].en == (
        "No crew of the unit can go, so officers are brought together: 1-0 of 1, 5-0 of 5. "
        "The last one is there after 2.0 min."
    )
    assert together.reasons[0].zh == (
        "本单位没有可出动的小组，由1 的 1-0、5 的 5-0临时编组：2.0 分钟后最后一人到场。"
    )
    assert "no_candidate" not in [finding.code for finding in suggestion.findings]


def test_the_way_shown_is_that_of_the_last():
    drawn = TownCity(STREET, home="17", crews={"1": ONE, "7": ONE})
    (together,) = drawn.suggest("x").proposals
    assert together.travel_time_s == 240
    assert together.route[0] == pytest.approx(STREET.lon_lat["7"])
    assert together.length_m == pytest.approx(4 * GAP_M, rel=0.01)


def test_nothing_is_broken_up_while_a_crew_is_in_time():
    drawn = TownCity(STREET, home="6124", crews={"1": ONE, "2": ONE, "4": ONE})
    assert proposals(drawn.suggest("x")) == "6 after 180 s"
    late = replace(drawn, arrival_target_s=150)
    assert proposals(late.suggest("x")) == "HOME after 60 s, 6 after 180 s late"


def test_they_are_not_proposed_where_an_own_crew_is_there_as_soon():
    crews = {"1": ONE, "7": ONE}
    drawn = TownCity(STREET, home="167", crews=crews, arrival_target_s=100)
    assert proposals(drawn.suggest("x")) == "6 after 180 s late"
    nearer = replace(drawn, standing={"7-0": "5"})
    assert proposals(nearer.suggest("x")) == "HOME after 120 s late, 6 after 180 s late"


def test_a_neighbours_crew_in_time_comes_first_and_a_late_one_by_its_time():
    crews = {"1": ONE, "2": ONE}
    drawn = TownCity(STREET, home="12", next_door="5", crews=crews, arrival_target_s=130)
    assert proposals(drawn.suggest("x")) == "5 after 120 s aid, HOME after 120 s"
    drawn = TownCity(STREET, home="12", next_door="6", crews=crews, arrival_target_s=130)
    suggestion = drawn.suggest("x")
    assert proposals(suggestion) == "HOME after 120 s, 6 after 180 s late aid"
    assert [proposal.rank for proposal in suggestion.proposals] == [1, 2]
    assert suggestion.proposals[1].reasons[0].en.startswith("Number 2 by road")
    assert [one.unit for one in drawn.suggest("x", k=1).proposals] == ["HOME"]


def test_a_crew_that_is_broken_up_is_named():
    crews = {"1": ONE, "7": Crew(skills=["lab"])}
    row = AuthorityRow("R1", "H1", "D", Tier.DISTRICT, "区局", skills=("dive", "lab"))
    drawn = TownCity(STREET, home="17", crews=crews, skills={"1-0": ["dive"]}, authority=[row])
    (together,) = drawn.suggest("x").proposals
    assert together.crew == ("1-0", "7-0")
    assert said(together)[-1] == "breaks_up_crew"
    assert together.reasons[-1].en == "Crew 7 can't act alone while they are away."


def test_skills_and_equipment_are_held_between_them():
    row = AuthorityRow(
        "R1", "H1", "D", Tier.DISTRICT, "区局", skills=("lab",), equipment=("gas", "camera")
    )
    drawn = TownCity(
        STREET,
        home="2457",
        crews={"5": Crew(equipment=["gas"]), "7": Crew(skills=["lab"])},
        carried={"4-1": ["camera"]},
        authority=[row],
    )
    suggestion = drawn.suggest("x")
    (together,) = suggestion.proposals
    assert together.crew == ("4-1", "5-0", "7-0"), "what the vehicle carries comes with anybody"
    assert together.eta_s == 240
    obstacles = {entry.unit: entry.reason for entry in suggestion.passed_over}
    assert obstacles["2"].code == "lacks_skill"
    assert obstacles["7"].code == "lacks_equipment"
    assert obstacles["7"].en == "Has not the equipment that is needed: camera, gas."


def test_whoever_does_not_count_is_not_brought():
    crews = {
        "1": ONE,
        "2": Crew(certified=0, auxiliaries=2),
        "4": Crew(certified=1, status=DutyStatus.BUSY),
        "5": Crew(certified=1, position_age_s=1300),
        "6": Crew(certified=1, status=DutyStatus.OFF_DUTY),
        "7": ONE,
    }
    drawn = TownCity(STREET, home="124567", crews=crews)
    (together,) = drawn.suggest("x").proposals
    assert together.crew == ("1-0", "7-0")
    assert TownCity(STREET, home="1", crews=crews).suggest("x").proposals == ()


def test_officers_of_neighbours_are_not_brought():
    drawn = TownCity(STREET, home="1", next_door="2", crews={"1": ONE, "2": ONE})
    assert drawn.suggest("x").proposals == ()


def test_a_squad_brings_its_own_together_and_any_grid_crew_secures():
    drawn = TownCity(STREET, home="2", squad="57", crews={"5": ONE, "7": ONE})
    suggestion = drawn.suggest("x", "H1", "T1")
    assert proposals(suggestion, "specialist") == "SQUAD after 240 s"
    assert proposals(suggestion, "secure") == "2 after 60 s"


def test_how_sure_they_are_is_how_sure_the_last_of_them_is():
    drawn = TownCity(STREET, home="17", crews={"1": ONE, "7": ONE}, arrival_model=prior())
    (together,) = drawn.suggest("x").proposals
    assert together.crew == ("1-0", "7-0")
    each = prior().eta(
        np.array([120.0, 240.0]), mode=MODES.index(Mode.CAR), hour=hour_of_week(NOW), age_s=10.0
    )
    last = each.last()
    assert isinstance(last, Eta)
    assert together.eta_s == pytest.approx(last.p50_s[0], abs=1e-3)
    assert together.eta_p90_s == pytest.approx(last.p90_s[0], abs=1e-3)
    assert together.p_in_target == pytest.approx(last.chance(900)[0], abs=1e-4)
    assert together.eta_s >= each.p50_s.max()
    assert "chance" in said(together)


def test_such_a_suggestion_survives_its_record():
    drawn = TownCity(STREET, home="15", crews={"1": ONE, "5": ONE})
    suggestion = drawn.suggest("x")
    assert from_text(to_text(suggestion)) == suggestion


@given(
    st.lists(st.sampled_from("124567"), unique=True, max_size=6),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.sampled_from([30, 100, 150, 900]),
)
def test_they_are_sooner_than_every_own_crew_none_of_which_is_in_time(home, certified, target_s):
    crews = {name: Crew(certified=n) for name, n in zip("124567", certified, strict=True)}
    suggestion = TownCity(
        STREET, home="".join(home), crews=crews, arrival_target_s=target_s
    ).suggest("x")
    standing = [one for one in suggestion.proposals if not one.brought_together]
    together = [one for one in suggestion.proposals if one.brought_together]
    minutes = {"1": 2, "2": 1, "4": 1, "5": 2, "6": 3, "7": 4}
    second = sorted(60 * minutes[name] for name in home for _ in range(crews[name].certified))[1:2]
    best = min((one.eta_s for one in standing), default=None)
    wanted = bool(second) and (best is None or (best > target_s and second[0] < best))
    assert [one.eta_s for one in together] == (second if wanted else [])
    assert [one.rank for one in suggestion.proposals] == list(
        range(1, len(suggestion.proposals) + 1)
    )
