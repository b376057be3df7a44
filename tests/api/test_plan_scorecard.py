"""The scorecard of a drawn town: what a simulation found stands apart, and nothing is mixed up."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from spec.town import town
from spec.town_city import TownCity

from api.plan_scorecard import Scorecard
from dispatch.duty import DutyBook
from dispatch.planning.evaluated_plan import evaluate_plans
from dispatch.planning.experienced import Experienced
from dispatch.planning.plan_ground import plan_ground
from dispatch.planning.plan_setting import SettingChoice, plan_setting
from dispatch.planning.publish_gate import ZoneShare
from dispatch.planning.zone_crews import zone_crews
from geo.road.layered_weights import WeightLayers

AT = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)
TOWN = town("a---b---c---d   x---y")


@pytest.fixture(scope="module")
def card() -> Scorecard:
    city = TownCity(TOWN, home="ab", base="a", grids="abcdx", arrival_target_s=120).city()
    force = zone_crews(city, DutyBook(), at=AT)
    setting = plan_setting(city, WeightLayers(), force, SettingChoice(AT, per_year=500.0))
    ground, plan = plan_ground(setting), setting.published
    found = Experienced(
        plan.digest,
        ZoneShare("", 0.5, 0.4, 0.6),
        (ZoneShare("Z1", 0.5, 0.4, 0.6),),
        {8: 0.7},
    )
    told = evaluate_plans(ground, plan, [("today", plan)], [8], [found])
    return Scorecard(setting, ground, told, AT)


def test_experienced_coverage_stands_beside_the_computed_ones(card):
    (plan,) = json.loads(json.dumps(card.as_json()))["plans"]
    assert plan["experienced"] == {
        "share": 0.5, "low": 0.4, "high": 0.6, "by_hour": {"08": 0.7},
        "zones": [{"zone": "Z1", "share": 0.5, "low": 0.4, "high": 0.6}],
    }  # fmt: skip
    assert plan["figures"]["potential"] == pytest.approx(0.6)
    assert plan["figures"]["available"] < plan["figures"]["potential"]
    assert "  experienced, in simulation: 50.00% (40.00%–60.00%)" in list(card.lines())


def test_a_grid_that_no_road_reaches_is_told_apart_from_one_that_is_late(card):
    (plan,) = card.as_json()["plans"]
    (missed,) = plan["missed"]
    assert [one["grid"] for one in missed["late"]] == ["d"]
    assert missed["unreachable"] == ["x"]
    assert plan["unreachable"] == ["x"]


def test_the_document_says_what_it_was_made_from_and_what_figures_mean(card):
    document = card.document()
    facts = {name.en: value for name, value in document.facts}
    assert facts["base (published)"] == card.setting.published.digest
    assert facts["experienced, in simulation"] == "50.00% (40.00%–60.00%)"
    titles = [table.title.en for table in document.tables]
    assert titles[0] == "Figures side by side"
    assert titles[-1] == "What the figures mean"
    for table in document.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)
