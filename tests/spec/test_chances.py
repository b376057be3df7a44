"""Chances on a drawing: when a crew would be there, how sure that is, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.made_arrivals import made_arrivals
from spec.town import town
from spec.town_city import NOW, Crew, TownCity, proposals

from dispatch.arrival_chance import MODES, prior
from dispatch.arrival_fit import fit
from dispatch.store.suggestions import from_text, to_text
from geo.road.road_class import Mode

ROAD = town("1---2---3---x---4")  # each edge 60 s
FITTED = fit(made_arrivals(3_000, seed=9, rush_pace=2.2))


def drawn(**more: object) -> TownCity:
    return TownCity(ROAD, **{"home": "123", "arrival_model": prior()} | more)


def test_an_eta_is_the_median_of_turn_out_and_drive():
    # The prior: 60 s to turn out, then 1.3 times the predicted 60, 120 and 180 s.
    suggestion = drawn().suggest("x")
    assert proposals(suggestion) == "3 after 138 s, 2 after 216 s, 1 after 294 s"
    assert [each.travel_time_s for each in suggestion.proposals] == [60, 120, 180]
    for each in suggestion.proposals:
        assert each.eta_p90_s == pytest.approx(1.566 * each.eta_s, rel=0.01)
        assert each.first_on_scene_s <= each.eta_s


def test_the_chance_falls_with_the_way_and_every_proposal_says_it():
    suggestion = drawn(arrival_target_s=200).suggest("x")
    chances = [each.p_in_target for each in suggestion.proposals]
    assert chances == sorted(chances, reverse=True)
    assert chances == pytest.approx([0.86, 0.41, 0.13], abs=0.01)
    (said,) = [each for each in suggestion.proposals[0].reasons if each.code == "chance"]
    assert "3.3 min with a chance of 85%, and nine times in ten within 3.6 min" in said.en
    assert "3.3 分钟内到场的概率为 85%，九成情况下不超过 3.6 分钟" in said.zh


def test_the_version_of_the_model_stands_in_the_suggestion():
    assert drawn().suggest("x").arrival_model == prior().version
    assert drawn(arrival_model=FITTED).suggest("x").arrival_model == FITTED.version
    assert prior().version != FITTED.version


def test_without_a_model_an_eta_is_the_bare_travel_time():
    suggestion = drawn(arrival_model=None).suggest("x")
    assert proposals(suggestion) == "3 after 60 s, 2 after 120 s, 1 after 180 s"
    assert suggestion.arrival_model is None
    first = suggestion.proposals[0]
    assert (first.eta_p90_s, first.p_in_target, first.p_in_target_received) == (None, None, None)


def test_a_crew_that_drives_in_time_but_would_not_be_there_calls_for_mutual_aid():
    # By road alone 1 meets the 200 s; with turn-out and traffic it does not, and 4 is sooner.
    own = {"home": "1", "next_door": "4", "arrival_target_s": 200}
    by_road = drawn(**own, arrival_model=None).suggest("x")
    assert proposals(by_road) == "1 after 180 s"
    assert by_road.findings == ()
    likely = drawn(**own).suggest("x")
    assert proposals(likely) == "4 after 138 s aid, 1 after 294 s late"
    assert likely.findings == ()


def test_when_no_median_is_in_time_the_answer_says_so():
    suggestion = drawn(home="1", arrival_target_s=200).suggest("x")
    assert [each.code for each in suggestion.findings] == ["none_in_time"]


def test_an_old_position_makes_the_same_way_less_sure():
    ages = {"crews": {"3": Crew(position_age_s=600)}, "arrival_target_s": 300}
    fresh, old = drawn(arrival_target_s=300).suggest("x"), drawn(**ages).suggest("x")
    assert fresh.proposals[0].eta_s == old.proposals[0].eta_s
    assert fresh.proposals[0].eta_p90_s < old.proposals[0].eta_p90_s
    assert fresh.proposals[0].p_in_target > old.proposals[0].p_in_target


def test_both_clocks_are_kept():
    suggestion = drawn().suggest("x", reported_at=NOW - timedelta(seconds=700))
    first = suggestion.proposals[0]
    assert first.p_in_target > 0.99
    assert 0.5 < first.p_in_target_received < 0.9  # 200 of 900 s are left
    at_once = drawn().suggest("x").proposals[0]
    assert at_once.p_in_target_received == at_once.p_in_target


def test_on_foot_the_model_of_those_on_foot_holds():
    pace = FITTED.pace.copy()
    pace[MODES.index(Mode.FOOT)] = 3.0
    slow = replace(FITTED, pace=pace)
    walkers = drawn(arrival_model=slow, crews={"3": Crew(mode=Mode.FOOT)}).suggest("x")
    eta_of = {each.unit: each.eta_s for each in walkers.proposals}
    assert eta_of["3"] > 1.2 * drawn(arrival_model=FITTED).suggest("x").proposals[0].eta_s


def test_a_stored_suggestion_keeps_its_chances():
    suggestion = drawn(arrival_model=FITTED).suggest("x")
    assert from_text(to_text(suggestion)) == suggestion


@given(
    within_s=st.floats(1.0, 30_000.0),
    hour=st.integers(0, 167),
    model=st.sampled_from([prior(), FITTED]),
)
def test_the_longest_way_in_time_is_the_one_whose_median_is_the_target(within_s, hour, model):
    reach_s = model.reach_s(within_s, hour=hour)
    for mode, travel_s in enumerate(reach_s):
        if travel_s >= 0:
            assert model.eta(travel_s, mode=mode, hour=hour).p50_s[0] == pytest.approx(within_s)
        else:
            assert model.eta(0.0, mode=mode, hour=hour).p50_s[0] >= within_s * (1 - 1e-9)
    assert np.isfinite(reach_s).all()
