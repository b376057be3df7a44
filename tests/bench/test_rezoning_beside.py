"""The benchmark of rezoning runs on a small graph and a drawn city; no figure is judged here."""

from __future__ import annotations

import pytest
from spec.board import board
from spec.plan_grounds import made_ground

from dispatch.planning.rezoning_city import city_loads
from tests.bench import rezoning
from tests.spec.county_graphs import draw_county


@pytest.fixture(scope="module")
def drawn():
    return draw_county(40, 3, 0.05, seed=1)


def test_three_are_asked_for_the_same_graph_and_a_city_gets_proposals(drawn):
    asked = []

    def another(county, problem, seconds) -> rezoning.Reached:
        asked.append((county, problem.zones, seconds))
        return rezoning.Reached(county.planted_cut + 1.0, good=False, took_s=1.0)

    city = board("AAABBB\nAAABBB\nAACCBB\nACCCCB")
    loads = city_loads(made_ground(drawn=city), city.plan)
    report = rezoning.measured([drawn], loads, another, 1)
    assert asked == [(drawn, 3, 1)]
    assert f"| 1 | 40 | 3 | {drawn.planted_cut} |" in report.text
    assert f"| {drawn.planted_cut + 1} ✗ |" in report.text
    assert "eight searches" in report.short
