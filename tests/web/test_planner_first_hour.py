"""
A planner's first hour on screen, on the small demo city.

The same hour is told in docs/planners-first-hour.md and held on the command line by
`tests/api/test_planners_first_hour.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.planner_hand import PLANS, Hand, Move

pytestmark = pytest.mark.browser

EIGHT_ON_WEDNESDAY = 2 * 24 + 8
SLOW_MS = 180_000
"""Processes beside the service share two cores with the tests."""


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


@pytest.mark.verify
def test_a_planner_draws_judges_publishes_and_takes_back(open_view, settled, take_picture):
    page = open_view("/planner", english=True)
    settled(page)
    hand = Hand(page)
    number = hand.begin("Spring division")
    published = what_the_plan_in_force_does(hand)
    moved, locked = hand.moves()
    a_grid_is_dragged(hand, moved)
    take_picture(page, "planner")
    back_and_done_again(hand)
    what_is_locked_stays(hand, locked)
    beside_the_plan_in_force(hand, len(published["figures"]))
    who_signs_for_what(hand, moved)
    why_nothing_can_be_proposed(hand)
    a_year_is_simulated(hand)
    rival = hand.send(PLANS, {"name": "Harbour"})["id"]
    somebody_answers_for_it(hand, number, moved)
    who_was_second_is_stopped(hand, moved)
    it_is_taken_back(hand, moved)
    hand.close(rival)


def what_the_plan_in_force_does(hand: Hand) -> dict[str, Any]:
    """And which grids it misses on Wednesday at eight."""
    page, number = hand.page, hand.number
    published: dict[str, Any] = hand.ask(f"{PLANS}/{number}/figures")["published"]
    rows = page.get_by_test_id("zones").locator("tbody tr")
    expect(rows).to_have_count(len(published["zones"]))
    expect(page.get_by_test_id("headline").locator("[data-code=potential]")).to_contain_text(
        percent(published["figures"]["potential"])
    )
    page.get_by_label("Whole week").uncheck()
    missed = hand.ask(f"{PLANS}/{number}/figures?hour={EIGHT_ON_WEDNESDAY}")["plan"]["hour"]
    many = len(missed["late"]) + len(missed["unreachable"]) + len(missed["nobody"])
    expect(page.get_by_test_id("missed")).to_contain_text(f"{many} grids missed then")
    page.get_by_label("Whole week").check()
    return published


def a_grid_is_dragged(hand: Hand, move: Move) -> None:
    """Its figures stand on the screen before it is let go."""
    page = hand.page
    would_be = hand.send(f"{PLANS}/{hand.number}/figures", {"zone_of": {move.grid: move.to}})
    work = {zone["zone"]: zone["officer_h"] for zone in would_be["zones"]}
    hand.choose_zone(move.to)
    hand.take_finest_brush()
    hand.put_pointer_on(move)
    page.mouse.down()
    for zone in (move.was, move.to):
        expect(page.locator(f"tr[data-zone={zone}]")).to_contain_text(f"{work[zone]:,.0f}")
    assert hand.plan()["step"] == 0
    page.mouse.up()
    expect(page.get_by_test_id("moved")).to_have_text("1")
    assert hand.plan()["moved"] == {move.grid: [move.was, move.to]}


def back_and_done_again(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("moved")).to_have_text("0")
    assert hand.plan()["moved"] == {}
    page.keyboard.press("Control+y")
    expect(page.get_by_test_id("moved")).to_have_text("1")


def what_is_locked_stays(hand: Hand, move: Move) -> None:
    """Who tries is told so by name."""
    page = hand.page
    hand.choose_zone(move.to)
    page.get_by_test_id("zone-actions").get_by_role("button", name="Lock", exact=True).click()
    expect(page.locator(f"tr[data-zone={move.to}]")).to_contain_text("locked")
    hand.paint(move)
    expect(page.get_by_test_id("refused")).to_contain_text(move.to)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("refused")).to_have_count(0)
    assert hand.plan()["zone_of"][move.grid] == move.was


def beside_the_plan_in_force(hand: Hand, figures: int) -> None:
    """On the map, figure by figure, and on paper."""
    page = hand.page
    hand.tab("Compare")
    expect(page.get_by_test_id("differences").locator("tbody tr")).to_have_count(figures)
    page.get_by_role("button", name="Swipe on the map").click()
    page.get_by_test_id("swipe").fill("30")
    expect(page.locator(".swipe-over")).to_have_css("clip-path", "inset(0px 70% 0px 0px)")
    with page.expect_download() as taken:
        page.get_by_role("link", name="PDF").click()
    assert taken.value.path().read_bytes().startswith(b"%PDF")


def who_signs_for_what(hand: Hand, move: Move) -> None:
    page = hand.page
    hand.tab("Handover")
    handed = page.get_by_test_id("handover").locator("tbody tr")
    expect(handed).to_have_count(1)
    expect(handed).to_contain_text(move.grid)
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    assert move.grid in taken.value.path().read_text(encoding="utf-8-sig")


def why_nothing_can_be_proposed(hand: Hand) -> None:
    """Nothing may move, and all shall be equal."""
    page = hand.page
    hand.tab("Propose")
    page.get_by_label("Work within ± (%)").fill("0.1")
    page.get_by_label("Move at most (%)").fill("0")
    page.get_by_test_id("propose-form").get_by_role("button", name="Propose").click()
    expect(page.get_by_test_id("why-not")).to_contain_text("move at least", timeout=SLOW_MS)


def a_year_is_simulated(hand: Hand) -> None:
    """The gate knows the worst zone from then on; the run is played on the map."""
    page = hand.page
    hand.tab("Publish")
    expect(page.get_by_test_id("gate")).to_contain_text("not been simulated")
    hand.tab("Simulate")
    page.get_by_label("Runs").fill("1")
    page.get_by_test_id("simulate-form").get_by_role("button", name="Simulate").click()
    simulated = page.get_by_test_id("simulated")
    expect(simulated).to_contain_text("In time", timeout=SLOW_MS)
    expect(page.get_by_test_id("difference")).to_contain_text("significant")
    simulated.get_by_role("button", name="Playback").click()
    page.get_by_test_id("play-time").fill("36000")
    expect(page.get_by_test_id("played-at")).to_contain_text("10:00")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_test_id("played-at")).not_to_contain_text("10:00")
    page.get_by_role("button", name="End playback").click()


def somebody_answers_for_it(hand: Hand, number: str, move: Move) -> None:
    """The gate is shut; the city has the plan at once."""
    page = hand.page
    hand.tab("Publish")
    told = hand.ask(f"{PLANS}/{number}/gate")
    expect(page.get_by_test_id("gate")).to_contain_text(told["zone"])
    publish(hand)
    expect(page.get_by_test_id("open-draft")).to_contain_text("published")
    assert published_zone(hand, move.grid) == move.to
    assert hand.plan()["override"] == {"by": "Wang Min", "reason": "festival"}


def publish(hand: Hand) -> None:
    form = hand.page.get_by_test_id("publish-form")
    form.get_by_label("Why").fill("spring division")
    form.get_by_label("Somebody answers for it").check()
    form.get_by_label("Name").fill("Wang Min")
    form.get_by_label("Reason").fill("festival")
    form.get_by_role("button", name="Publish").click()


def published_zone(hand: Hand, grid: str) -> str:
    features = hand.ask("/api/v1/layers/grids/published")["features"]
    zones = {one["properties"]["code"]: one["properties"]["zone"] for one in features}
    zone: str = zones[grid]
    return zone


def who_was_second_is_stopped(hand: Hand, move: Move) -> None:
    """And put on what is published by now."""
    page = hand.page
    page.get_by_role("button", name="Back to the list").click()
    page.get_by_test_id("drafts").get_by_text("Harbour").first.click()
    hand.tab("Publish")
    publish(hand)
    stopped = page.get_by_test_id("base-moved")
    expect(stopped).to_contain_text("Another plan was published since")
    stopped.get_by_role("button", name="Put it on the plan in force").click()
    expect(stopped).to_have_count(0)
    expect(page.get_by_test_id("notices")).to_contain_text("It is on the plan in force now")
    assert hand.plan()["zone_of"][move.grid] == move.to


def it_is_taken_back(hand: Hand, move: Move) -> None:
    page = hand.page
    form = page.get_by_test_id("roll-back")
    form.get_by_label("Why").fill("too far")
    form.get_by_role("button", name="Roll back").click()
    expect(page.get_by_test_id("notices")).to_contain_text("Rolled back")
    assert published_zone(hand, move.grid) == move.was
