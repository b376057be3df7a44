"""Coverage on the map: a switch in the legend, gaps by name, grids in colour."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

Settled = Callable[[Page], None]
TakePicture = Callable[[Page, str], None]

pytestmark = pytest.mark.browser

DRAWN_GRIDS = """() => {
    const { data } = gridDispatchMap.getStyle().sources.grids;
    const codes = (wanted) => data.features
        .filter(({ properties }) => properties.uncovered === wanted)
        .map(({ properties }) => properties.code);
    return [codes(true), codes(false)];
}"""

ASLEEP = "() => gridDispatchMap.getLayer('coverage').isHidden(gridDispatchMap.getZoom())"
"""A layer that has nothing to show is not drawn at all: it would be, over the whole map."""

DRAWN_S = 60


def drawn_grids(page: Page) -> list[list[str]]:
    """Codes of the grids on the map, which are fetched when the layer is first shown."""
    deadline = time.monotonic() + DRAWN_S
    while not any(drawn := page.evaluate(DRAWN_GRIDS)):
        assert time.monotonic() < deadline, f"No grid was drawn within {DRAWN_S} s."
        page.wait_for_timeout(150)
    return drawn


def test_the_switch_draws_what_nobody_and_what_one_crew_reaches(
    page: Page, settled: Settled, take_picture: TakePicture
):
    answers: list[APIResponse] = []

    def answer_once(route: Route) -> None:
        """Crews go on driving: whoever asks again is told the same."""
        answers.append(answers[0] if answers else route.fetch())
        route.fulfill(response=answers[0])

    page.route("**/api/v1/coverage/marks", answer_once)
    switch = page.get_by_test_id("coverage-switch")
    expect(page.get_by_test_id("coverage-gaps")).to_have_count(0)
    assert page.evaluate(DRAWN_GRIDS) == [[], []]
    assert page.evaluate(ASLEEP)
    switch.check()
    gaps = page.get_by_test_id("coverage-gaps")
    expect(gaps).to_be_visible()
    marks = answers[0].json()
    expect(gaps).to_contain_text(str(len(marks["uncovered"])))
    for code in marks["uncovered"][:5]:
        expect(gaps).to_contain_text(code)
    drawn = drawn_grids(page)
    settled(page)
    assert [sorted(codes) for codes in drawn] == [marks["uncovered"], marks["by_one"]]
    assert not page.evaluate(ASLEEP)
    take_picture(page, "coverage")
    switch.uncheck()
    settled(page)
    assert page.evaluate(DRAWN_GRIDS) == [[], []]
    assert page.evaluate(ASLEEP)
