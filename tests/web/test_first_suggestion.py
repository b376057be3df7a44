"""The main job on the screen: a place is clicked, and a crew is proposed with its way."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Settled = Callable[[Page], None]
TakePicture = Callable[[Page, str], None]

pytestmark = pytest.mark.browser

ZONE_7 = """async () => {
    const layer = await (await fetch("/api/v1/layers/zones/published")).json();
    const zone = layer.features.find((feature) => feature.properties.code === "Z07");
    const at = gridDispatchMap.project(zone.properties.label_lon_lat);
    const frame = gridDispatchMap.getCanvas().getBoundingClientRect();
    return [frame.x + at.x, frame.y + at.y];
}"""

ROUTE = """() => {
    const shown = gridDispatchMap.queryRenderedFeatures({ layers: ["route"] });
    const { data } = gridDispatchMap.getStyle().sources.routes;
    return [shown.length, data.features[0]?.geometry.coordinates ?? []];
}"""

CAMERA = "() => [gridDispatchMap.getCenter().toArray(), gridDispatchMap.getZoom()]"


RESTLESS = """async (turns) => {
    const held = gridDispatchMap.getCanvas().getBoundingClientRect();
    const at = { clientX: held.x + held.width / 2, clientY: held.y + held.height / 2 };
    for (let turn = 0; turn < turns; turn++) {
        const id = turn % 3 === 2 ? "language" : "theme";
        document.querySelector(`[data-testid=${id}]`).click();
        for (const kind of ["mousedown", "mouseup", "click"]) {
            const event = new MouseEvent(kind, { bubbles: true, ...at });
            if (turn % 4 === 1) gridDispatchMap.getCanvas().dispatchEvent(event);
        }
        await new Promise((go) => setTimeout(go, (turn * 7) % 40));
    }
}"""


def click_in_zone_7(page: Page) -> None:
    x, y = page.evaluate(ZONE_7)
    page.mouse.click(x, y)
    expect(page.get_by_test_id("place")).to_contain_text("Z07")
    expect(page.get_by_test_id("proposal").first).to_be_visible()


def test_a_click_in_zone_7_gives_a_suggestion_with_a_drawn_route(
    page: Page, settled: Settled, take_picture: TakePicture
):
    take_picture(page, "city")
    click_in_zone_7(page)
    proposal = page.get_by_test_id("proposal").first
    expect(proposal).to_contain_text(re.compile(r"\d+:\d\d"))
    expect(page.get_by_test_id("holder")).to_contain_text("执法大队")
    settled(page)
    shown, coordinates = page.evaluate(ROUTE)
    assert shown > 0
    assert len(coordinates) > 1
    take_picture(page, "first-suggestion")


def test_the_page_says_in_both_languages_that_the_city_is_invented(
    page: Page, settled: Settled, take_picture: TakePicture
):
    expect(page.get_by_test_id("invented")).to_have_text("演示城市（虚构）")
    expect(page).to_have_title(re.compile("演示城市（虚构）"))
    click_in_zone_7(page)
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("invented")).to_have_text("invented demo city")
    expect(page).to_have_title(re.compile("invented demo city"))
    expect(page.get_by_test_id("holder")).to_contain_text("Acting body")
    page.get_by_test_id("theme").click()
    settled(page)
    take_picture(page, "night-english")


def test_theme_and_language_may_change_faster_than_the_map_dresses(
    page: Page, settled: Settled, count: Callable[..., int]
):
    click_in_zone_7(page)
    settled(page)
    page.evaluate(RESTLESS, count(reduced=20, full=300))
    expect(page.get_by_test_id("proposal").first).to_be_visible()
    settled(page)
    marked = "() => gridDispatchMap.getFeatureState({ source: 'zones', id: %r }).selected"
    zone = re.search(r"Z\d\d", page.get_by_test_id("place").inner_text())
    assert zone is not None
    assert page.evaluate(marked % zone[0]) is True
    assert page.evaluate(ROUTE)[0] > 0


def test_nothing_is_fetched_from_anywhere_else(page: Page, settled: Settled, address: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector("[data-testid=stream].stream-live")
    settled(page)
    click_in_zone_7(page)
    settled(page)
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []


def test_the_keyboard_alone_opens_an_incident_and_walks_its_proposals(page: Page):
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    proposals = page.get_by_test_id("proposal")
    expect(proposals.first).to_have_attribute("aria-pressed", "true")
    if proposals.count() > 1:
        page.keyboard.press("j")
        expect(proposals.nth(1)).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("k")
        expect(proposals.first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("/")
    expect(page.locator("#matter-search")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(proposals).to_have_count(0)


def test_another_matter_asks_anew(page: Page):
    click_in_zone_7(page)
    before = page.get_by_test_id("matters").inner_text()
    page.keyboard.press("/")
    page.keyboard.type("生态环境")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("matters").locator("li")).to_have_count(2)
    assert page.get_by_test_id("matters").inner_text() != before
    expect(page.get_by_test_id("holder")).to_contain_text("专业执法")


def test_live_officers_move_while_camera_and_selection_stay(page: Page, settled: Settled):
    click_in_zone_7(page)
    settled(page)
    places = "() => JSON.stringify([...gridDispatchFleet.places])"
    camera, before = page.evaluate(CAMERA), page.evaluate(places)
    page.wait_for_timeout(2500)
    assert page.evaluate(places) != before
    assert page.evaluate(CAMERA) == camera
    expect(page.get_by_test_id("place")).to_contain_text("Z07")


def test_a_place_at_sea_is_refused_in_words(page: Page):
    page.evaluate("() => gridDispatchMap.jumpTo({ center: [109.1, 20.9], zoom: 12 })")
    frame = page.get_by_test_id("map").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    expect(page.get_by_test_id("refused")).to_contain_text("道路")


def test_a_lost_stream_is_shown(page: Page):
    page.route("**/api/v1/events", lambda route: route.abort())
    page.evaluate("() => dispatchEvent(new Event('offline'))")
    expect(page.get_by_test_id("stream")).to_contain_text("中断")
    page.unroute("**/api/v1/events")
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(page.get_by_test_id("stream")).to_contain_text("实时")
